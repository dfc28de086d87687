/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/hand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/text.h"
#include "language/exercise.h"
#include "language/recipe.h"
#include "language/submission.h"

#define ENDING ".tcplab"
#define TRIES_MOST 999 /* kept in one folder */

/* Is it an earlier try of this student at this exercise, perhaps at another version of it? */
static bool is_earlier(const char *path, const struct exercise *e)
{
	struct text text = TEXT_EMPTY;
	struct submission s;
	struct diag d = { 0 };
	bool is = false;

	if (recipe_read_plain(path, &text, &d) == 0 &&
		submission_read(path, text_get(&text), text.len, &s, &d) == 0) {
		is = strcmp(s.student, e->student) == 0 && strcmp(s.exercise, e->name) == 0;
		submission_done(&s);
	}
	text_done(&text);
	return is;
}

/* "close-wait-ada.2.tcplab" */
static void format_kept(const char *path, unsigned number, struct text *out)
{
	size_t len = strlen(path), ending = strlen(ENDING);
	bool ends = len > ending && strcmp(path + len - ending, ENDING) == 0;

	text_clear(out);
	text_add(out, path, ends ? len - ending : len);
	text_printf(out, ".%u%s", number, ends ? ENDING : "");
}

/* Take a name that nobody has; what then is renamed to it replaces an empty file of ours. link(2) and RENAME_NOREPLACE
 * would do without, but not on every file system that students have. 0 or -errno. */
static int reserve(const char *path)
{
	CLEANUP(fd_closep) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	return fd < 0 ? -errno : 0;
}

static int keep(const char *path, struct text *ret_kept)
{
	int r = -EEXIST;

	for (unsigned number = 1; r == -EEXIST && number <= TRIES_MOST; number++) {
		format_kept(path, number, ret_kept);
		r = reserve(text_get(ret_kept));
	}
	if (r == 0 && rename(path, text_get(ret_kept)) < 0) {
		r = -errno;
		unlink(text_get(ret_kept)); /* only the name was taken */
	}
	if (r < 0)
		text_clear(ret_kept);
	return r;
}

/* Have the name free, or ours. 0 or -errno. */
static int make_way(const char *path, const struct exercise *e, bool again, struct text *ret_kept)
{
	int r;

	if (again)
		return 0;
	r = reserve(path);
	if (r != -EEXIST || !is_earlier(path, e))
		return r;
	r = keep(path, ret_kept);
	return r < 0 ? r : reserve(path);
}

int hand_in_write(const char *path, const struct exercise *e, bool again, const struct text *text,
	struct text *ret_kept, struct diag *d)
{
	struct text beside = TEXT_EMPTY;
	int r;

	text_printf(&beside, "%s.%d.tmp", path, (int)getpid());
	r = file_create(text_get(&beside), text);
	if (r == 0)
		r = make_way(path, e, again, ret_kept);
	if (r == 0 && rename(text_get(&beside), path) < 0) {
		r = -errno;
		if (!again)
			unlink(path); /* what make_way() has put there */
	}
	if (r < 0) {
		unlink(text_get(&beside));
		diag_set(d, -r, "'%.80s' cannot be written: %s%s", path, strerror(-r),
			r == -EEXIST ? "; it is no earlier try of yours: submit OTHER-NAME" : "");
		d->unable = diag_is_machine(-r);
	}
	text_done(&beside);
	return r;
}
