/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `tcplab check`: plays recipes, each in a `tcplab -f RECIPE` of its own, several at a time, and reports
 * on standard output in the order of the list, whoever ends first. Ctrl-C ends all. Blocks until then. */
#ifndef LAB_CLI_CHECK_H
#define LAB_CLI_CHECK_H

struct options;
struct recipe_list;

/* Options and list are borrowed. Returns the exit code of tcplab(1). */
int check_recipes(const struct options *o, const struct recipe_list *list);

#endif
