/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void queue_push(struct queue *q, struct statement_list *list)
{
	q->items = memory_grow(q->items, (q->count + list->count) * sizeof(struct statement *));
	for (size_t i = 0; i < list->count; i++) {
		struct statement *s =
			memory_new(sizeof(*s)); /* its place must not move while it runs */

		*s = list->statements[i];
		q->items[q->count++] = s;
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
		free_item(q->items[0]);
		memmove(q->items, q->items + 1, --q->count * sizeof(struct statement *));
		q->first_taken = false;
	}
	if (q->count == 0)
		return NULL;
	q->first_taken = true;
	q->begun++;
	return q->items[0];
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
	return q->count > q->first_taken ? q->items[q->first_taken] : NULL;
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
	while (q->count > q->first_taken)
		free_item(q->items[--q->count]);
	queue_leave(q);
}

void queue_done(struct queue *q)
{
	while (q->depth)
		leave_frame(q);
	while (q->count)
		free_item(q->items[--q->count]);
	free(q->items);
	*q = (struct queue){ 0 };
}
