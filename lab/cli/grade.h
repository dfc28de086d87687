/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `tcplab grade`: grades submissions, each in a `tcplab grade --json EXERCISE SUBMISSION` of its own, several at a time,
 * so that none can keep the others from being graded. Looks for copies among them, and reports on standard output when
 * all are in. Ctrl-C ends all. Blocks until then. */
#ifndef LAB_CLI_GRADE_H
#define LAB_CLI_GRADE_H

struct options;
struct recipe_list;

/* exercise: its path. Returns the exit code of tcplab(1). All is borrowed. */
int grade_submissions(const struct options *o, const char *exercise,
	const struct recipe_list *submissions);
/* Grade one in this process; its grade is a line of JSON on standard output. */
int grade_here(const struct options *o, const char *exercise, const char *submission);
/* Add a submission, or all *.tcplab below a folder. 0, or -ENOENT: it says why on standard error. */
int grade_find(const char *path, struct recipe_list *list);

#endif
