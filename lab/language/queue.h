/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The statements a script has still to run, in order, and the blocks it is inside of. Pure: runs nothing. */
#ifndef LAB_LANGUAGE_QUEUE_H
#define LAB_LANGUAGE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/statement.h"

#define QUEUE_DEPTH_MAX 16 /* blocks within blocks, files within files */

struct queue_frame {
	struct statement_list list; /* of a block: borrowed from its owner; of a file: owned */
	bool owned;
	struct statement *owner; /* the `repeat`, `until` or `include` it belongs to; borrowed */
	size_t next;
	uint64_t rounds; /* still to go, this one included */
	bool again; /* after the last round the owner is run again, to decide */
};

struct queue {
	struct statement **items; /* owned, each of those from `first` on too */
	size_t first, end; /* the one to run, or that runs, and the place behind the last */
	bool first_taken; /* items[first] was given out */
	uint64_t
		begun; /* items that were, each counted once however often it is run again behind its block */
	struct queue_frame frames[QUEUE_DEPTH_MAX];
	size_t depth;
};

/* Append the statements; the list is empty afterwards. */
void queue_push(struct queue *q, struct statement_list *list);
/* The next one to run, borrowed until the one after it is asked for; NULL = none left. */
struct statement *queue_next(struct queue *q);
/* What queue_next() would give; NULL = none left. *ret_again: it is the owner of a block, once more behind that. */
const struct statement *queue_peek(const struct queue *q, bool *ret_again);
bool queue_empty(const struct queue *q);
/* How many are still there, the one given out last among them; what they have in blocks is not counted. */
size_t queue_count(const struct queue *q);
/* Is the one given out last of a file that was entered? */
bool queue_in_file(const struct queue *q);
/* Run `list` next, `rounds` times (0 = not at all), then, with `again`, `owner` once more. owned: the queue
 * frees it. -ELOOP when it would be too deep (an owned list is freed then, too). */
int queue_enter(struct queue *q, struct statement *owner, const struct statement_list *list,
	bool owned, uint64_t rounds, bool again);
/* Be out of all blocks when the statement given out last is done. */
void queue_leave(struct queue *q);
/* Forget all that has not begun. The statement given out last stays valid until the next queue_next(). */
void queue_drop(struct queue *q);
void queue_done(struct queue *q);

#endif
