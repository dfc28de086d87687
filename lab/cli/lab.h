/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lab from its first process to its last: the world, the script, the views that read its journal, and
 * whatever feeds it commands: a file, -c, standard input, the prompt. Owns the loop, standard output and the
 * signals that end it, so there is one at a time. */
#ifndef LAB_CLI_LAB_H
#define LAB_CLI_LAB_H

struct lines;
struct options;

/* Run what the options ask for, to its end. The exit code.
 * input: standard input, if it is read as lines: all zero, or what the lab before this one has left of it. */
int lab_run(const struct options *o, struct lines *input);

#endif
