/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/way.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "view/cast.h"

/* Which way an endpoint's number stands for, until `reset` gives the numbers anew. */
struct numbers {
	size_t *ways; /* owned; + 1, 0 = none yet */
	size_t room;
};

static struct way *way_of(struct ways *w, struct numbers *n, uint32_t endpoint)
{
	if (endpoint >= n->room) {
		size_t room = endpoint + 1 + endpoint / 2;

		n->ways = memory_grow(n->ways, room * sizeof(*n->ways));
		memset(n->ways + n->room, 0, (room - n->room) * sizeof(*n->ways));
		n->room = room;
	}
	if (!n->ways[endpoint]) {
		w->ways = memory_grow(w->ways, (w->count + 1) * sizeof(*w->ways));
		w->ways[w->count] = (struct way){ .name = NULL };
		n->ways[endpoint] = ++w->count;
	}
	return &w->ways[n->ways[endpoint] - 1];
}

static void rename_way(struct way *way, const char *name)
{
	free(way->name);
	way->name = text_copy(name);
}

static void add_step(struct way *way, const struct journal *j, const struct event *event)
{
	enum tcp_state from = event->state.from;
	struct text reason = TEXT_EMPTY;

	if (from == STATE_NONE && event->state.to == STATE_CLOSED)
		return; /* socket() */
	if (from == STATE_NONE)
		from = event->state.to == STATE_SYN_RECEIVED ? STATE_LISTEN : STATE_CLOSED;
	narrate_cause(j, event, &reason);
	way->steps = memory_grow(way->steps, (way->count + 1) * sizeof(*way->steps));
	way->steps[way->count++] = (struct way_step){ .from = from,
		.to = event->state.to,
		.event = event->no,
		.cause = event->cause,
		.reason = text_take(&reason) };
}

static void drop_empty(struct ways *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->count; i++) {
		if (w->ways[i].count && w->ways[i].name)
			w->ways[kept++] = w->ways[i];
		else
			free(w->ways[i].name);
	}
	w->count = kept;
}

void ways_read(struct ways *w, const struct journal *j)
{
	const uint64_t kinds =
		EVENT_BIT(EVENT_HOST) | EVENT_BIT(EVENT_SOCKET) | EVENT_BIT(EVENT_STATE);
	struct numbers numbers = { 0 };
	struct cast cast = { 0 };
	uint64_t began = 0;

	for (uint64_t no = 0; (no = journal_next(j, no, kinds));) {
		struct event event = *journal_get(j, no);

		if (event.kind == EVENT_HOST)
			cast_see(&cast, j, &event);
		if (cast.began != began) {
			began = cast.began;
			if (numbers.ways)
				memset(numbers.ways, 0, numbers.room * sizeof(*numbers.ways));
		}
		if (event.kind == EVENT_SOCKET && event.subject)
			rename_way(way_of(w, &numbers, event.socket.endpoint), event.subject);
		if (event.kind == EVENT_STATE) {
			struct way *way = way_of(w, &numbers, event.state.endpoint);

			rename_way(way, event.subject);
			add_step(way, j, &event);
		}
	}
	cast_done(&cast);
	free(numbers.ways);
	drop_empty(w);
}

void ways_done(struct ways *w)
{
	for (size_t i = 0; i < w->count; i++) {
		for (size_t k = 0; k < w->ways[i].count; k++)
			free(w->ways[i].steps[k].reason);
		free(w->ways[i].steps);
		free(w->ways[i].name);
	}
	free(w->ways);
	*w = (struct ways){ 0 };
}
