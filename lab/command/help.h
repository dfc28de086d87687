/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text behind `help`, no line of it wider than PARAGRAPH_WIDTH. Plain functions; any thread. */
#ifndef LAB_COMMAND_HELP_H
#define LAB_COMMAND_HELP_H

#include <stdbool.h>

struct cmd_table;
struct text;

/* Their names by what they are for, appended: fits a screen. */
void help_groups(struct text *out);
/* The list of commands, a line and more of each, appended. */
void help_list(const struct cmd_table *table, struct text *out);
/* What is known of `name`, appended: a command, an option, "all", "options", "topics", a TCP state, an errno, a
 * sysctl or a word. exercising: who asks does an exercise, and is not told how one is written. false = nothing, and nothing was
 * appended. */
bool help_on(const struct cmd_table *table, const char *name, bool exercising, struct text *out);
/* The name nearest to what was typed, of all that have help; NULL when nothing is near. */
const char *help_nearest(const struct cmd_table *table, const char *typed);

#endif
