/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls a script has made, and what each must give. A call outlives its command when it was sent to
 * the background, so it keeps a copy of the statement for the message. Owned by the script's list;
 * a pending goes when its call has returned and its command has left. */
#ifndef LAB_LANGUAGE_PENDING_H
#define LAB_LANGUAGE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "language/outcome.h"

struct call_outcome;
struct pending;
struct process;
struct statement;

#define CALL_MOST_NS (10 * NS_PER_S) /* a script waits this long for a call */
#define CALL_PROMPT_NS (300 * NS_PER_MS) /* the prompt this long */

/* A call whose command has left is over; `met` and `got` count. */
typedef void pending_late_fn(void *arg, const struct pending *p);
/* Any call has returned; `outcome` is all there is to know of it, now only. */
typedef void pending_returned_fn(void *arg, const struct pending *p,
	const struct call_outcome *outcome);

struct pending_list {
	struct pending *first; /* owned */
	pending_returned_fn *returned; /* may be NULL */
	void *arg;
	uint64_t made; /* calls so far */
};

struct pending {
	struct process *process; /* borrowed */
	struct statement *statement; /* owned copy */
	struct outcome outcome; /* owned */
	uint64_t number; /* 1, 2, 3 ... */
	bool any; /* whatever it gives is fine */
	bool may_block; /* and that it gives nothing yet */
	bool returned, met;
	bool left; /* its command does not wait any more */
	struct text got; /* once returned */
	pending_late_fn *late;
	void *arg;
	struct pending_list *list;
	struct pending *next;
};

/* outcome is moved in. Never NULL. */
struct pending *pending_add(struct pending_list *list, struct process *process,
	const struct statement *statement, const struct outcome *outcome, pending_late_fn *late,
	void *arg);
/* The call_done_fn of world_call(); arg = the pending. */
void pending_done(void *pending, const struct call_outcome *outcome);
/* Its command goes on without it. May free it. */
void pending_leave(struct pending *p);
/* Calls not returned; process NULL = of all. */
size_t pending_count(const struct pending_list *list, const struct process *process);
/* The calls will never return: nothing is asked of them any more. */
void pending_forget(struct pending_list *list);
/* Free all. Their calls must be dead (world closed). */
void pending_list_done(struct pending_list *list);

#endif
