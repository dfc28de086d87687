/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe that is played step by step: where it stands, and how many of its steps may run now. Pure: runs
 * nothing; the script takes from it what it may.
 *
 * A step is what a reader wants to see by itself: a command, also inside of `claim`, `slow` and `needs`, or a whole
 * loop. No steps, and run as soon as what is before them has, are `say`, which announces what comes, `choice`, a block's
 * command once more behind its block, and what stands in a loop or in a file that is included.
 *
 * States: none (file is NULL; all else is nothing) <-> under way (until play_next() has none left).
 * Under way it goes on, or is halted: not even `say` is due until play_go(). */
#ifndef LAB_LANGUAGE_PLAY_H
#define LAB_LANGUAGE_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/claim.h"
#include "language/queue.h"
#include "language/statement.h"

struct text;

#define PLAY_ALL UINT64_MAX /* steps: as many as there are */

struct play {
	char *file; /* owned; NULL = no recipe is under way */
	struct statement_list list; /* owned */
	uint32_t steps; /* in it */
	uint32_t taken; /* place of the one taken last; 0 = none yet */
	struct queue queue; /* what is still to run */
	struct claim_stack claims; /* whose blocks run */
	uint64_t go; /* steps that may be taken */
	bool halted;
	uint32_t commented; /* line of the last statement whose comment was given */
	uint64_t event; /* EVENT_RECIPE: the cause of its commands */
};

/* Begin with the first step; the list is taken over. p is none. */
void play_begin(struct play *p, const char *file, struct statement_list *list, uint64_t event);
/* Back to the first step. None of its statements may be running. */
void play_rewind(struct play *p);
/* Forget it. None of its statements may be running. */
void play_done(struct play *p);

/* Let the next `steps` be taken. */
void play_go(struct play *p, uint64_t steps);
/* Take no more steps. halt: nor what is none. */
void play_stop(struct play *p, bool halt);
/* May something be taken now? */
bool play_due(const struct play *p);
/* What is due. Borrowed until the next one is taken. */
struct statement *play_take(struct play *p);
/* These are about to run as a part of what was taken last, the loop or the `include` they stand in. */
void play_join(struct statement_list *list);

/* The comment on this statement, which is about to run or waits to: once, and not for each round of a
 * loop. NULL = none. */
const char *play_comment(struct play *p, const struct statement *st);

/* What comes next; NULL = none is left, or it is none. */
const struct statement *play_next(const struct play *p);
/* The place of the step that comes next, as far as is known before it does; the last one's when there is none. */
uint32_t play_place(const struct play *p);
/* Append the step with this place as a reader knows it: "connect c :80", "repeat 3 {...}", made harmless. Nothing when
 * there is none. */
void play_format(const struct play *p, uint32_t place, struct text *out);
/* Is it a question? What stands behind it may answer it. */
bool play_asks(const struct play *p, uint32_t place);

#endif
