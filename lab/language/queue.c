/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void queue_push(struct queue *q, struct statement_list *list)
{
	/* the places of those that are done are taken once they are the greater part */
	if (q->first > q->end / 2) {
		memmove(q->items, q->items + q->first, queue_count(q) * sizeof(struct statement *));
		q->end -= q->first;
		q->first = 0;
	}
	q->items = memory_grow(q->items, (q->end + list->count) * sizeof(struct statement *));
	for (size_t i = 0; i < list->count; i++) {
		struct statement *s =
			memory_new(sizeof(*s)); /* its place must not move while it runs */

		*s = list->statements[i];
		q->items[q->end++] = s;
	}
	free(list->statements);
	*list = (struct statement_list){ 0 };
}

static void free_item(struct statement *s)
{
	statement_done(s);
	free(s);
}

static void leave_frame(struct queue *q)
{
	struct queue_frame *f = &q->frames[--q->depth];

	if (f->owned)
		statement_list_done(&f->list);
}

/* The next of the innermost block; its owner once more; NULL when no block is left. */
static struct statement *next_in_frames(struct queue *q)
{
	while (q->depth) {
		struct queue_frame *f = &q->frames[q->depth - 1];
		struct statement *owner = f->owner;
		bool again = f->again;

		if (f->next == f->list.count && f->rounds > 0) {
			f->rounds--;
			f->next = 0;
		}
		if (f->rounds > 0 && f->list.count)
			return &f->list.statements[f->next++];
		leave_frame(q);
		if (again)
			return owner;
	}
	return NULL;
}

struct statement *queue_next(struct queue *q)
{
	struct statement *s = next_in_frames(q);

	if (s)
		return s;
	if (q->first_taken) {
		free_item(q->items[q->first++]);
		q->first_taken = false;
	}
	if (queue_count(q) == 0)
		return NULL;
	q->first_taken = true;
	q->begun++;
	return q->items[q->first];
}

const struct statement *queue_peek(const struct queue *q, bool *ret_again)
{
	*ret_again = false;
	for (size_t i = q->depth; i-- > 0;) {
		const struct queue_frame *f = &q->frames[i];

		if (f->rounds > 0 && f->next < f->list.count)
			return &f->list.statements[f->next];
		if (f->rounds > 1 && f->list.count)
			return f->list.statements;
		*ret_again = f->again;
		if (f->again)
			return f->owner;
	}
	return queue_count(q) > q->first_taken ? q->items[q->first + q->first_taken] : NULL;
}

size_t queue_count(const struct queue *q)
{
	return q->end - q->first;
}

bool queue_empty(const struct queue *q)
{
	bool again;

	return !queue_peek(q, &again);
}

bool queue_in_file(const struct queue *q)
{
	for (size_t i = 0; i < q->depth; i++) {
		if (q->frames[i].owned)
			return true;
	}
	return false;
}

int queue_enter(struct queue *q, struct statement *owner, const struct statement_list *list,
	bool owned, uint64_t rounds, bool again)
{
	struct statement_list taken = *list;

	if (q->depth == QUEUE_DEPTH_MAX) {
		if (owned)
			statement_list_done(&taken);
		return -ELOOP;
	}
	q->frames[q->depth++] = (struct queue_frame){ .list = taken,
		.owned = owned,
		.owner = owner,
		.rounds = rounds,
		.again = again };
	return 0;
}

void queue_leave(struct queue *q)
{
	/* an owned list may hold the statement that runs: let it run dry instead */
	for (size_t i = 0; i < q->depth; i++) {
		q->frames[i].rounds = 0;
		q->frames[i].again = false;
	}
}

void queue_drop(struct queue *q)
{
	while (queue_count(q) > q->first_taken)
		free_item(q->items[--q->end]);
	queue_leave(q);
}

void queue_done(struct queue *q)
{
	while (q->depth)
		leave_frame(q);
	while (queue_count(q))
		free_item(q->items[--q->end]);
	free(q->items);
	*q = (struct queue){ 0 };
}
