/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "language/exercise.h"
#include "language/recipe.h"
#include "language/submission.h"

#define ENDING ".tcplab"
#define HEAD_MOST 4096 /* bytes of a file: tcplab's own first lines are shorter */

enum left_out {
	LEFT_UNREADABLE,
	LEFT_OTHER_ENDING,
	LEFT_NO_FILE,
	LEFT_OTHER_EXERCISE,
	LEFT_COUNT,
};

struct collecting {
	const struct exercise *exercise; /* borrowed */
	struct recipe_list *list, *unread; /* borrowed; unread: left out without a look into them */
	struct text left[LEFT_COUNT]; /* names */
};

static void add(struct recipe_list *list, const char *path)
{
	list->paths = memory_grow(list->paths, (list->count + 1) * sizeof(char *));
	list->paths[list->count++] = text_copy(path);
}

static void leave_out(struct collecting *c, enum left_out why, const char *path, const char *which)
{
	struct text *names = &c->left[why];

	if (why != LEFT_OTHER_EXERCISE)
		add(c->unread, path);
	text_puts(names, names->len ? ", " : "");
	text_printable(names, path, strlen(path));
	if (!which)
		return;
	text_puts(names, " (");
	text_printable(names, which, strlen(which));
	text_puts(names, ")");
}

/* Does its first line say that it is of another exercise? Which, appended. What cannot be read is graded, and refused. */
static bool is_of_another(const struct collecting *c, const char *path, struct text *ret_which)
{
	CLEANUP(fd_closep)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	char head[HEAD_MOST];
	ssize_t len = fd < 0 ? 0 : read(fd, head, sizeof(head));
	const char *end = len > 0 ? memchr(head, '\n', (size_t)len) : NULL;

	return end && submission_of_another(head, (size_t)(end - head), c->exercise, ret_which);
}

static void consider(struct collecting *c, const FTSENT *entry)
{
	size_t len = entry->fts_namelen, ending = strlen(ENDING);
	bool named = len > ending && strcmp(entry->fts_name + len - ending, ENDING) == 0;
	struct text which = TEXT_EMPTY;

	if (entry->fts_info == FTS_DP || (entry->fts_info == FTS_D && !named))
		return;
	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS)
		leave_out(c, LEFT_UNREADABLE, entry->fts_path, strerror(entry->fts_errno));
	else if (!named)
		leave_out(c, LEFT_OTHER_ENDING, entry->fts_path, NULL);
	else if (entry->fts_info != FTS_F)
		leave_out(c, LEFT_NO_FILE, entry->fts_path, NULL);
	else if (is_of_another(c, entry->fts_accpath, &which))
		leave_out(c, LEFT_OTHER_EXERCISE, entry->fts_path, text_get(&which));
	else
		add(c->list, entry->fts_path);
	text_done(&which);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void add_folder(struct collecting *c, const char *path)
{
	static const char *const reasons[LEFT_COUNT] = {
		[LEFT_UNREADABLE] = "these cannot be read",
		[LEFT_OTHER_ENDING] = ("the name of a submission ends in " ENDING),
		[LEFT_NO_FILE] = "these are no plain files",
		[LEFT_OTHER_EXERCISE] = "these are of other exercises",
	};
	char *copy = text_copy(path);
	FTS *walk = fts_open((char *const[]){ copy, NULL },
		FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	const FTSENT *entry;

	while (walk && (entry = fts_read(walk)))
		consider(c, entry);
	if (walk)
		fts_close(walk);
	free(copy);
	for (int i = 0; i < LEFT_COUNT; i++) {
		if (c->left[i].len)
			fprintf(stderr, "tcplab: left out, as %s: %s\n", reasons[i],
				text_get(&c->left[i]));
		text_done(&c->left[i]);
	}
}

int collect_add(const char *path, const struct exercise *e, struct recipe_list *list,
	struct recipe_list *ret_left)
{
	struct collecting c = { .exercise = e, .list = list, .unread = ret_left };
	struct text shown = TEXT_EMPTY;
	size_t before = list->count;
	struct stat st;
	int r = stat(path, &st) < 0 ? -errno : 0;

	text_printable(&shown, path, strlen(path));
	if (r < 0)
		fprintf(stderr, "tcplab: no submission '%s': %s\n", text_get(&shown), strerror(-r));
	else if (S_ISDIR(st.st_mode))
		add_folder(&c, path);
	else
		add(list, path);
	if (r == 0 && list->count == before) {
		fprintf(stderr,
			"tcplab: nothing to grade in '%s': it holds no submission of %s, no file " ENDING
			" as `submit` writes it\n",
			text_get(&shown), e->name);
		r = -ENOENT;
	}
	text_done(&shown);
	return r;
}
