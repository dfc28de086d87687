/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is who among those who have handed in: makes one row for each student out of a grade for each file.
 *
 * Whose a file is says the file itself, not its name: the ID in it is bound to what was typed by the student's own
 * draws. The name matters in two ways. EXERCISE-ID with another's ID is somebody's copy: it is refused, in the row of
 * that other. And what cannot be read belongs to whom its name tells. Around that the name may be anything:
 * "close-wait-ada (1)", "close-wait-ada-2", "12_close-wait-ada", "12_ada".
 *
 * Who is on the class list and has no file is absent; his row tells what there is that may be meant for his: a file that was
 * left out and has his ID in its name, or somebody else's work that a course system says has come from him.
 *
 * Of several files of one student the one with the best score counts, and the others are told in its row: so nobody loses
 * by handing in again, nor by what somebody else hands in under his ID. Blocks only to read the class list. */
#ifndef LAB_CLI_ROLL_H
#define LAB_CLI_ROLL_H

#include <stdbool.h>
#include <stddef.h>

#include "language/recipe.h"

struct diag;
struct grade;
struct text;

struct roll {
	struct recipe_list listed; /* IDs, in the order of the class list */
	bool has_list; /* nobody else has a row */
	struct recipe_list
		left; /* files that nobody has looked into, because of their names: whose may they be? */
};

/* Read a class list: an ID a line, what stands behind a comma, a semicolon or a tab is not looked at; # begins a comment,
 * and a first line "ID" or "ID,..." is a heading. 0, or -errno with d filled, and roll_done() is to be called. */
int roll_read(struct roll *r, const char *path, struct diag *d);
void roll_done(struct roll *r);

/* grades: one for each file, in the order of their names, moved in; memory_grow() may move them. Afterwards one row for
 * each student, in the order of the class list if there is one, else of their IDs. exercise: its name. Appended to ret_others, a line
 * each: what has no row, as it is of nobody on the list. *ret_look: something that does not count needs a look. Returns
 * how many rows there are. */
size_t roll_call(const struct roll *r, const char *exercise, struct grade **grades, size_t count,
	struct text *ret_others, bool *ret_look);

#endif
