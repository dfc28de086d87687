/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who says when the next step of a recipe runs, for `tcplab play`: a person, who is shown the step and presses Enter
 * (--step), or the clock (--pace). A person may type any other command instead. Reads standard input and writes the
 * step that waits to standard output; the lab goes on meanwhile, and what it tells is printed above that.
 * One thread, the loop's.
 *
 * States: running (the script is busy) <-> waiting (for a line, or for the timer) -> over (script_end() was called). */
#ifndef LAB_CLI_STEPPER_H
#define LAB_CLI_STEPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/text.h"
#include "cli/lines.h"

struct diag;
struct script;
struct world;

struct stepper {
	struct script *script; /* borrowed */
	struct world *world; /* borrowed */
	uint64_t pace_ms; /* 0 = a person's */
	uv_timer_t timer;
	struct lines lines; /* not opened at a pace */
	bool color;
	bool terminal; /* somebody types there: the step that waits is the line the cursor is in */
	bool erases; /* and it can be erased */
	bool begun;
	bool shown; /* the step waits */
	uint32_t place; /* and it is this */
	bool typing; /* and its line is not ended */
	struct text step; /* that line */
};

/* pace_ms: 0 = ask. The recipe is in the script by then (script_play()). 0, or -errno with d filled. */
int stepper_open(struct stepper *s, uv_loop_t *loop, struct world *world, struct script *script,
	uint64_t pace_ms, bool color, struct diag *d);
/* The script is idle. */
void stepper_ready(struct stepper *s);
/* It asks: the next line is an answer. Not at a pace, where nobody is asked here. */
void stepper_ask(struct stepper *s);
/* What it asked was answered, perhaps elsewhere. */
void stepper_settled(struct stepper *s);
/* Before and after something is printed. */
void stepper_make_room(struct stepper *s);
void stepper_restore(struct stepper *s);
/* Both may be called for one that is all zero. */
void stepper_close(struct stepper *s);
void stepper_done(struct stepper *s);

#endif
