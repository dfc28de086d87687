/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `tcplab report` reads and writes: journals in, pages and pictures out. Prints nothing. */
#ifndef LAB_CLI_REPORTING_H
#define LAB_CLI_REPORTING_H

struct diag;
struct journal;
struct options;
struct text;

/* The journal in a file that --json has printed, "-" = standard input. 0 and the journal, which is the caller's, or
 * NULL: there is no such file, or it begins like a recipe. Or -errno with d filled. */
int reporting_read(const char *path, struct journal **ret_journal, struct diag *d);
/* Write a page to `path`; NULL = standard output. A file is there as a whole or not at all. 0, or -errno with d filled. */
int reporting_put(const char *path, const struct text *page, struct diag *d);
/* Write the page the options ask for, where they say, as reporting_put() does. */
int reporting_write(const struct options *o, const struct journal *j, struct diag *d);

#endif
