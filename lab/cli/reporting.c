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

#define JOURNAL_MOST (256u << 20) /* bytes; a page of more would not open anywhere */

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

/* Bytes of a file, until it is known to be no journal. */
static int read_journal(int fd, const char *name, struct text *out, struct diag *d)
{
	char buffer[65536];
	ssize_t len;

	while ((len = read(fd, buffer, sizeof(buffer))) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return diag_errno(d, errno, "read", "'%s'", name);
		text_add(out, buffer, (size_t)len);
		if (!looks_like_journal(out))
			return 0;
		if (out->len > JOURNAL_MOST)
			return diag_set(d, EFBIG, "'%s' is longer than 256 MiB", name);
	}
	return 0;
}

int reporting_read(const char *path, struct journal **ret_journal, struct diag *d)
{
	bool standard = strcmp(path, "-") == 0;
	CLEANUP(fd_closep) int fd = -1;
	struct text text = TEXT_EMPTY;
	struct stat st;
	int r;

	fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	/* a name of a recipe is looked for elsewhere, and a folder is none of ours */
	if (fd < 0 || fstat(fd, &st) < 0 || S_ISDIR(st.st_mode))
		return 0;
	r = read_journal(fd, standard ? "standard input" : path, &text, d);
	/* the banner of a prompt, say, and then what was wanted: no recipe has such lines */
	if (r == 0 && !looks_like_journal(&text) && (standard || has_journal_line(&text)))
		r = refuse(standard ? "standard input" : path, d);
	else if (r == 0 && (standard || looks_like_journal(&text)))
		r = jsonl_read(text_get(&text), text.len, standard ? "stdin" : path, ret_journal,
			d);
	text_done(&text);
	return r;
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
