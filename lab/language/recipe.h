/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipe files: finding and reading them. */
#ifndef LAB_LANGUAGE_RECIPE_H
#define LAB_LANGUAGE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

struct diag;
struct text;

#define RECIPE_MAX (16u << 20) /* bytes; more than this is no recipe */

/* Append a file's bytes to out. 0, or -errno with d filled (a folder, missing, too big). */
int recipe_read(const char *path, struct text *out, struct diag *d);
int recipe_read_fd(int fd, const char *name, struct text *out, struct diag *d);

/* The same for a plain file, and for nothing else. */
int recipe_read_plain(const char *path, struct text *out, struct diag *d);
/* The same for a file a recipe names: `name` must lead to a plain file in or below `folder` ("" = the current
 * one) without symbolic links. */
int recipe_read_below(const char *folder, const char *name, struct text *out, struct diag *d);

struct recipe_list {
	char **paths; /* owned, each too; sorted within a folder */
	size_t count;
};

/* Add what `name` means: a file; a folder, with all *.lab below it; or a name like open/three-way, or
 * three-way where only one is called so, looked up in ./recipes and in the folder tcplab was installed or built
 * with. 0, or with d filled -ENOENT: what is nearest; -EACCES: it may be in a folder that this user may not enter. */
int recipe_find(const char *name, struct recipe_list *list, struct diag *d);
/* Is it one of those that were installed or built with this program? They are as much to be trusted as it is. */
bool recipe_came_along(const char *path);
void recipe_list_done(struct recipe_list *list);

/* "open/three-way": the last folder and the name, for lists. Appended. */
void recipe_short_name(const char *path, struct text *out);
/* Its whole opening comment, without the #. Appended, a newline behind each line. */
void recipe_opening(const char *text, size_t len, struct text *out);
/* The first words of its opening comment. Appended. */
void recipe_title(const char *text, size_t len, struct text *out);

#endif
