/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds what has been handed in for an exercise. What a folder holds besides is left out, and named on standard error. */
#ifndef LAB_CLI_COLLECT_H
#define LAB_CLI_COLLECT_H

struct exercise;
struct recipe_list;

/* Add a file, whatever it is; or of a folder and all below it each *.tcplab that is a plain file and not of another
 * exercise, in the order of their names. No symbolic link in it is followed. What is left out because of how it is called, or
 * as it is no plain file, is added to ret_left. 0, or -errno: it says why on standard error. */
int collect_add(const char *path, const struct exercise *e, struct recipe_list *list,
	struct recipe_list *ret_left);

#endif
