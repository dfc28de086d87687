/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/on_disk.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "language/names.h"
#include "repl/classes.h"

/* One word to the lexer, and the same on a terminal. */
static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("._-+,@%:", *name))
			return false;
	return true;
}

/* Offer what a folder holds as prefix and name; of folders in it with `below` behind them. runnable: only what may be run,
 * and folders. */
static void offer_folder(struct request *r, const char *path, const char *prefix, const char *below,
	bool runnable)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	struct stat about;
	bool is_folder;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.' || !is_plain(entry->d_name) ||
			fstatat(dirfd(folder), entry->d_name, &about, 0) < 0)
			continue;
		is_folder = S_ISDIR(about.st_mode);
		if (is_folder && !below)
			continue;
		if (!is_folder && runnable &&
			(!S_ISREG(about.st_mode) ||
				faccessat(dirfd(folder), entry->d_name, X_OK, 0) < 0))
			continue;
		request_offer(r, prefix, entry->d_name, is_folder ? below : "");
	}
	if (folder)
		closedir(folder);
}

/* What was typed up to its last slash, and what is there. */
static void offer_below(struct request *r, bool runnable)
{
	const char *slash = memrchr(r->begun, '/', r->begun_len);
	struct text prefix = TEXT_EMPTY;

	if (slash)
		text_add(&prefix, r->begun, (size_t)(slash + 1 - r->begun));
	else if (runnable)
		text_puts(&prefix, "./"); /* without it $PATH is searched */
	offer_folder(r, prefix.len ? text_get(&prefix) : ".", text_get(&prefix), "/", runnable);
	text_done(&prefix);
}

void on_disk_offer_programs(struct request *r)
{
	const char *path = getenv("PATH");
	struct text folder = TEXT_EMPTY;
	size_t len;

	offer_below(r, true);
	if (r->begun_len == 0 || memchr(r->begun, '/', r->begun_len))
		return;
	for (; path && *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		text_clear(&folder);
		text_add(&folder, path, len);
		offer_folder(r, text_get(&folder), "", NULL, true);
	}
	text_done(&folder);
}

void on_disk_offer_files(struct request *r)
{
	offer_below(r, false);
}

void on_disk_offer_sysctls(struct request *r)
{
	const char *dot = memrchr(r->begun, '.', r->begun_len);
	struct text prefix = TEXT_EMPTY, folder = TEXT_EMPTY;
	char below[HOST_TEXT_MAX];

	if (!dot) {
		request_offer(r, "", "net.", "");
		return;
	}
	text_add(&prefix, r->begun, (size_t)(dot + 1 - r->begun));
	if (name_sysctl(text_get(&prefix), below)) {
		text_printf(&folder, "/proc/sys/%s", below);
		offer_folder(r, text_get(&folder), text_get(&prefix), ".", false);
	}
	text_done(&prefix);
	text_done(&folder);
}
