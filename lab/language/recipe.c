/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/recipe.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/text.h"

int recipe_read_fd(int fd, const char *name, struct text *out, struct diag *d)
{
	char buffer[65536];
	ssize_t len;

	while ((len = read(fd, buffer, sizeof(buffer))) > 0 || (len < 0 && errno == EINTR)) {
		if (len < 0)
			continue;
		text_add(out, buffer, (size_t)len);
		if (out->len > RECIPE_MAX)
			return diag_set(d, EFBIG, "%s: longer than any recipe (%u MiB)", name,
				RECIPE_MAX >> 20);
	}
	return len < 0 ? diag_errno(d, errno, "read", "%s", name) : 0;
}

int recipe_read(const char *path, struct text *out, struct diag *d)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		bool missing = errno == ENOENT;
		int r = diag_errno(d, errno, "open",
			missing ? "no recipe '%s'" : "the recipe '%s' cannot be read", path);

		if (missing)
			diag_remedy(d,
				"a file is meant; `tcplab play NAME` plays what `tcplab list` shows");
		return r;
	}
	return recipe_read_fd(fd, path, out, d);
}

/* Not of a pipe, which may have nothing to say for ever. */
static int read_plain(int fd, const char *name, struct text *out, struct diag *d)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return diag_set(d, EINVAL, "%s is no plain file", name);
	return recipe_read_fd(fd, name, out, d);
}

int recipe_read_below(const char *folder, const char *name, struct text *out, struct diag *d)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	CLEANUP(fd_closep)
	int at = open(folder[0] ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(fd_closep)
	int fd = at < 0 ? -1 : (int)syscall(SYS_openat2, at, name, &how, sizeof(how));

	if (fd < 0)
		return diag_errno(d, errno, "openat2", "%s", name);
	return read_plain(fd, name, out, d);
}

int recipe_read_plain(const char *path, struct text *out, struct diag *d)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return diag_errno(d, errno, "open", "%s", path);
	return read_plain(fd, path, out, d);
}

void recipe_list_done(struct recipe_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct recipe_list){ 0 };
}

static void add_path(struct recipe_list *list, const char *path)
{
	list->paths = memory_grow(list->paths, (list->count + 1) * sizeof(char *));
	list->paths[list->count++] = text_copy(path);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void add_folder(struct recipe_list *list, char *path)
{
	char *const paths[] = { path, NULL };
	FTS *walk = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	const FTSENT *entry;

	while (walk && (entry = fts_read(walk))) {
		size_t len = entry->fts_namelen;

		if (entry->fts_info == FTS_F && len > 4 &&
			strcmp(entry->fts_name + len - 4, ".lab") == 0)
			add_path(list, entry->fts_path);
	}
	if (walk)
		fts_close(walk);
}

/* true when `path` is there, and was added. */
static bool add_existing(struct recipe_list *list, const char *path)
{
	CLEANUP(freep) char *copy = text_copy(path);
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	if (S_ISDIR(st.st_mode))
		add_folder(list, copy);
	else
		add_path(list, path);
	return true;
}

/* "FOLDER OF THE PROGRAM/below": so what was installed can be moved, or unpacked somewhere to be tried. The
 * caller frees it. */
static char *beside_program(const char *below)
{
	char program[4096]; /* PATH_MAX */
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program));
	const char *slash = len > 0 ? memrchr(program, '/', (size_t)len) : NULL;
	struct text path = TEXT_EMPTY;
	char *straight;

	if (slash)
		text_add(&path, program, (size_t)(slash + 1 - program));
	text_puts(&path, below);
	straight = realpath(text_get(&path), NULL); /* without ".."; NULL = not there */
	if (!straight)
		return text_take(&path);
	text_done(&path);
	return straight;
}

/* Where recipes are, the first first. NULL at the end; owned. */
struct folders {
	char *paths[4];
};

static void folders_init(struct folders *f)
{
	*f = (struct folders){ { text_copy("recipes"), beside_program(TCPLAB_RECIPES_INSTALLED),
		beside_program(TCPLAB_RECIPES_BUILT), NULL } };
}

static void folders_done(struct folders *f)
{
	for (char **path = f->paths; *path; path++)
		free(*path);
}

/* What `name` means as seen from one folder: itself, or without its ending. */
static bool add_below(struct recipe_list *list, const char *folder, const char *name)
{
	struct text path = TEXT_EMPTY;
	bool found;

	text_printf(&path, "%s/%s", folder, name);
	found = strcmp(name, "recipes") == 0 ? add_existing(list, folder)
					     : add_existing(list, text_get(&path));
	text_puts(&path, ".lab");
	if (!found)
		found = add_existing(list, text_get(&path));
	text_done(&path);
	return found;
}

/* "self-connect" of ".../open/self-connect.lab"; with its topic when `name` has one. */
static void add_called(const char *path, const char *name, struct text *out)
{
	struct text short_name = TEXT_EMPTY;
	const char *slash;

	recipe_short_name(path, &short_name);
	slash = strchr(text_get(&short_name), '/');
	text_puts(out, slash && !strchr(name, '/') ? slash + 1 : text_get(&short_name));
	text_done(&short_name);
}

/* The only recipe of a folder that is called so, whatever its topic. Several: they are named in `several`. */
static bool add_called_so(struct recipe_list *list, const char *folder, const char *name,
	struct text *several)
{
	struct recipe_list all = { 0 };
	size_t found = 0;

	if (strchr(name, '/'))
		return false;
	add_existing(&all, folder);
	for (size_t i = 0; i < all.count; i++) {
		struct text called = TEXT_EMPTY;

		add_called(all.paths[i], name, &called);
		if (strcmp(text_get(&called), name) == 0) {
			text_puts(several, found++ ? ", " : "");
			recipe_short_name(all.paths[i], several);
			if (found == 1)
				add_path(list, all.paths[i]);
		}
		text_done(&called);
	}
	if (found > 1)
		free(list->paths[--list->count]);
	else
		text_clear(several);
	recipe_list_done(&all);
	return found == 1;
}

/* The recipe whose name is nearest, of all there are. Appended; nothing when none is near. */
static void add_nearest(const struct folders *f, const char *name, struct text *out)
{
	size_t best = strlen(name) / 3 + 2; /* more edits than that is another word */
	struct recipe_list all = { 0 };

	for (size_t i = 0; f->paths[i]; i++)
		add_existing(&all, f->paths[i]);
	for (size_t i = 0; i < all.count; i++) {
		struct text called = TEXT_EMPTY;
		size_t distance;

		add_called(all.paths[i], name, &called);
		distance = text_distance(name, text_get(&called));
		if (distance < best) {
			best = distance;
			text_clear(out);
			recipe_short_name(all.paths[i], out);
		}
		text_done(&called);
	}
	recipe_list_done(&all);
}

static int not_found(const struct folders *f, const char *name, bool found,
	const struct text *several, struct diag *d)
{
	struct text nearest = TEXT_EMPTY;
	int r;

	if (several->len) {
		r = diag_set(d, ENOENT, "several recipes are called '%.80s': %s", name,
			text_get(several));
		diag_remedy(d, "say which one");
		return r;
	}
	if (!found && access(name, F_OK) < 0 && errno == EACCES)
		return diag_errno(d, EACCES, "access", "'%.80s' is out of reach", name);
	if (!found)
		add_nearest(f, name, &nearest);
	r = diag_set(d, ENOENT,
		found ? "%.80s: no *.lab file below it" : "there is no recipe '%.80s'%s%s%s", name,
		nearest.len ? "; did you mean '" : "", text_get(&nearest), nearest.len ? "'?" : "");
	diag_remedy(d, "`tcplab list` shows the recipes there are");
	text_done(&nearest);
	return r;
}

int recipe_find(const char *name, struct recipe_list *list, struct diag *d)
{
	struct text several = TEXT_EMPTY, here = TEXT_EMPTY;
	size_t before = list->count;
	bool found = add_existing(list, name);
	struct folders f;
	int r = 0;

	folders_init(&f);
	for (size_t i = 0; !found && f.paths[i]; i++)
		found = add_below(list, f.paths[i], name);
	if (!found) { /* ./hs.lab */
		text_printf(&here, "%s.lab", name);
		found = add_existing(list, text_get(&here));
	}
	for (size_t i = 0; !found && !several.len && f.paths[i]; i++)
		found = add_called_so(list, f.paths[i], name, &several);
	if (!found || list->count == before)
		r = not_found(&f, name, found, &several, d);
	text_done(&several);
	text_done(&here);
	folders_done(&f);
	return r;
}

bool recipe_came_along(const char *path)
{
	CLEANUP(freep) char *real = realpath(path, NULL);
	struct folders f;
	bool below = false;

	folders_init(&f);
	for (size_t i = 1; real && f.paths[i]; i++) { /* not of ./recipes, which is anybody's */
		size_t len = strlen(f.paths[i]);

		below |= f.paths[i][0] == '/' && strncmp(real, f.paths[i], len) == 0 &&
			real[len] == '/';
	}
	folders_done(&f);
	return below;
}

void recipe_short_name(const char *path, struct text *out)
{
	size_t len = strlen(path), from = len;
	int slashes = 0;

	if (len > 4 && strcmp(path + len - 4, ".lab") == 0)
		len -= 4;
	while (from && (path[from - 1] != '/' || ++slashes < 2))
		from--;
	text_printable(out, path + from, len - from);
}

void recipe_opening(const char *text, size_t len, struct text *out)
{
	while (len && text[0] == '#') {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;
		size_t skip = line > 1 && text[1] == ' ' ? 2 : 1;

		if (line < 2 || text[1] != '!') { /* not the first line of a script */
			text_printable(out, text + skip, line - (skip > line ? line : skip));
			text_puts(out, "\n");
		}
		text += line + !!end;
		len -= line + !!end;
	}
}

void recipe_title(const char *text, size_t len, struct text *out)
{
	struct text opening = TEXT_EMPTY;

	recipe_opening(text, len, &opening);
	text_add(out, text_get(&opening), strcspn(text_get(&opening), "\n"));
	text_done(&opening);
}
