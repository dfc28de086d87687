/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/reporting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/options.h"
#include "journal/jsonl_read.h"
#include "view/html_report.h"

#define PIECE 65536 /* bytes that are read at once */
#define LINE_MOST                                                                                  \
	(64u << 20) /* bytes of one: what a program writes is one, but lines have an end */

/* Is the first thing in it an object? A recipe has no line that begins so. */
static bool looks_like_journal(const struct text *t)
{
	return text_get(t)[strspn(text_get(t), " \n\r\t")] == '{';
}

/* Has it one further down? Then something stands before it: the banner of a prompt, say. */
static bool has_journal_line(const struct text *t)
{
	return strstr(text_get(t), "\n{\"v\":") != NULL;
}

static int refuse(const char *name, struct diag *d)
{
	diag_set(d, EBADMSG, "%s is no journal: its first line is not JSON", name);
	diag_remedy(d, "tcplab --json -f RECIPE > JOURNAL; or report RECIPE, which plays it");
	return -EBADMSG;
}

/* A piece more of a file. Returns its length, 0 at the end; or -errno with d filled. */
static int read_piece(int fd, const char *name, struct text *out, struct diag *d)
{
	char buffer[PIECE];
	ssize_t len;

	do
		len = read(fd, buffer, sizeof(buffer));
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return diag_errno(d, errno, "read", "'%s'", name);
	text_add(out, buffer, (size_t)len);
	return (int)len;
}

/* Take in all lines that are complete, and leave the rest. */
static int take_lines(struct jsonl_reader *r, struct text *lines, struct diag *d)
{
	const char *at = text_get(lines), *end = at + lines->len, *newline;
	struct text rest = TEXT_EMPTY;
	int failed = 0;

	while (failed == 0 && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		failed = jsonl_reader_line(r, at, (size_t)(newline - at), d);
		at = newline + 1;
	}
	text_add(&rest, at, (size_t)(end - at));
	text_done(lines);
	*lines = rest;
	return failed;
}

/* Piece by piece, as a journal may be larger than memory: `lines` is the first. */
static int read_journal(int fd, const char *name, struct text *lines, struct journal **ret_journal,
	struct diag *d)
{
	struct jsonl_reader *reader = jsonl_reader_new(name, false);
	size_t searched = 0; /* no line ends before */
	int len = 1, failed = 0;

	while (len > 0 && failed == 0) {
		if (memchr(text_get(lines) + searched, '\n', lines->len - searched))
			failed = take_lines(reader, lines, d);
		searched = lines->len;
		if (failed == 0 && lines->len > LINE_MOST)
			failed = diag_set(d, EFBIG, "a line of '%s' is longer than 64 MiB", name);
		len = failed == 0 ? read_piece(fd, name, lines, d) : 0;
		failed = len < 0 ? len : failed;
	}
	if (failed == 0)
		failed = jsonl_reader_line(reader, text_get(lines), lines->len, d);
	if (failed == 0)
		failed = jsonl_reader_end(reader, ret_journal, d);
	jsonl_reader_free(reader);
	return failed;
}

int reporting_read(const char *path, struct journal **ret_journal, struct diag *d)
{
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "standard input" : path;
	CLEANUP(fd_closep) int fd = -1;
	struct text text = TEXT_EMPTY;
	struct stat st;
	int r;

	fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	/* a name of a recipe is looked for elsewhere, and a folder is none of ours */
	if (fd < 0 || fstat(fd, &st) < 0 || S_ISDIR(st.st_mode))
		return 0;
	r = read_piece(fd, name, &text, d);
	/* the banner of a prompt, say, and then what was wanted: no recipe has such lines */
	if (r >= 0 && !looks_like_journal(&text) && (standard || has_journal_line(&text)))
		r = refuse(name, d);
	else if (r >= 0 && looks_like_journal(&text))
		r = read_journal(fd, standard ? "stdin" : path, &text, ret_journal, d);
	text_done(&text);
	return r > 0 ? 0 : r;
}

int reporting_put(const char *path, const struct text *page, struct diag *d)
{
	struct stat st;
	FILE *file;
	int r = 0;

	if (!path) {
		fwrite(text_get(page), 1, page->len, stdout);
		return 0;
	}
	/* what is no plain file, /dev/stdout or a pipe, must not be replaced by one */
	if (stat(path, &st) < 0 || S_ISREG(st.st_mode)) {
		r = file_replace(path, page);
	} else {
		file = fopen(path, "we");
		if (!file || fwrite(text_get(page), 1, page->len, file) != page->len ||
			fclose(file) != 0)
			r = -errno;
	}
	return r < 0 ? diag_errno(d, -r, "write", "the report cannot go to '%s'", path) : 0;
}

int reporting_write(const struct options *o, const struct journal *j, struct diag *d)
{
	struct text page = TEXT_EMPTY;
	int r;

	switch (o->page) {
	case PAGE_SVG:
		html_report_ladder(j, &page);
		break;
	case PAGE_DIAGRAM:
		html_report_diagram(j, &page);
		break;
	case PAGE_MARKDOWN:
		html_report_markdown(j, &page);
		break;
	default:
		html_report(j, &page);
	}
	r = reporting_put(o->output, &page, d);
	text_done(&page);
	return r;
}
