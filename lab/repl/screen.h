/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line being typed as the screen shows it: the prompt, which says how the lab is (live.h), the line, which
 * is readline's, and dim behind it what the command still takes, or behind an empty one the command that Enter alone
 * runs, when a recipe is played. The last is drawn after readline has drawn,
 * with the cursor put back, and erased before readline is given a key: it never knows. Not when there is no
 * room for it in the row of the cursor, and not without styles.
 * There is one, as there is one readline. The loop's thread. */
#ifndef LAB_REPL_SCREEN_H
#define LAB_REPL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "repl/live.h"

struct cmd_table;
struct journal;

struct screen {
	const struct journal *journal; /* borrowed */
	const struct cmd_table *table; /* borrowed */
	bool color; /* styles may be used */
	bool shown; /* the line is on the screen */
	bool in_block; /* it goes on with a block that is open */
	bool asked; /* it is an answer */
	bool hints; /* and the terminal can erase them */
	bool hinted; /* one stands behind the cursor */
	struct live live;
	struct text place; /* where a recipe stands that is played; empty = none is */
	struct text next; /* its next command, which an empty line runs: the hint there */
	struct text prompt; /* as readline has it */
};

/* What is borrowed and `color` are set by the caller. After rl_initialize(), before a line is begun. */
void screen_set_up(struct screen *s);
void screen_done(struct screen *s);

/* The prompt for the next line; borrowed until the next call. */
const char *screen_prompt(struct screen *s);
/* Draw the line anew, on the row of the cursor, which is empty. */
void screen_draw(struct screen *s);
/* The prompt may say something else by now: then draw the line anew, where it is. */
void screen_renew(struct screen *s);
/* Print lines (borrowed) above the line, if it is shown. */
void screen_print(struct screen *s, const char *lines, size_t len);
/* Take the line away; it is not shown any more. */
void screen_hide(struct screen *s);
/* Leave the line as it looks with `mark` behind it, and go to the row below. */
void screen_leave(struct screen *s, const char *mark);
/* Before readline is given a key. */
void screen_before_key(struct screen *s);
/* The terminal has another size. */
void screen_resize(struct screen *s);

#endif
