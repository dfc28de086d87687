/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `tcplab grade`: grades submissions, each in a `tcplab grade --json EXERCISE SUBMISSION` of its own, several at a time,
 * so that none can keep the others from being graded. Makes a row for each student of them (roll.h), and reports when all are
 * in. Ctrl-C ends all. Blocks until then. */
#ifndef LAB_CLI_GRADE_H
#define LAB_CLI_GRADE_H

struct options;

/* exercise: its path. words: files and folders. Returns the exit code of tcplab(1). All is borrowed. */
int grade_submissions(const struct options *o, const char *exercise, char *const *words, int count);
/* Grade one in this process; its grade is a line of JSON on standard output. */
int grade_here(const struct options *o, const char *exercise, const char *submission);

#endif
