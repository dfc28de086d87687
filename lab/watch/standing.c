/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/standing.h"

#include <stdlib.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "wire/wire.h"
#include "world/world.h"

#define LOOK_MOST 8 /* events of a kind looked at for the one that belongs to another */

static const uint64_t kinds = EVENT_BIT(EVENT_LAB) | EVENT_BIT(EVENT_HOST) |
	EVENT_BIT(EVENT_PROCESS) | EVENT_BIT(EVENT_PROCESS_END) | EVENT_BIT(EVENT_RECIPE) |
	EVENT_BIT(EVENT_SOCKET) | EVENT_BIT(EVENT_STATE);

static void add(struct standing *s, uint64_t no)
{
	s->events = memory_grow(s->events, (s->count + 1) * sizeof(*s->events));
	s->events[s->count++] = no;
}

/* That it was held or delayed comes right behind it. */
static void add_packet(struct standing *s, const struct journal *j, const struct wire_packet *p)
{
	uint64_t no = p->event;

	add(s, no);
	for (unsigned i = 0; i < LOOK_MOST; i++) {
		no = journal_next(j, no, EVENT_BIT(EVENT_HELD) | EVENT_BIT(EVENT_DELAYED));
		if (!no)
			return;
		if (journal_get(j, no)->verdict.number == p->number)
			add(s, no);
	}
}

static void add_call(struct standing *s, const struct journal *j, const struct process *p)
{
	uint64_t no = p->call.event;

	add(s, no);
	for (unsigned i = 0; p->call.blocked && i < LOOK_MOST; i++) {
		no = journal_next(j, no, EVENT_BIT(EVENT_BLOCKED));
		if (!no)
			return;
		if (journal_get(j, no)->call.call == p->call.event) {
			add(s, no);
			return;
		}
	}
}

static int compare(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

void standing_find(struct standing *s, const struct world *w, uint64_t after, uint64_t until)
{
	const struct journal *j = world_journal((struct world *)w);
	struct wire *wire = world_wire(w);
	const struct wire_packet *packet = NULL;
	const struct process *process;
	size_t kept = 0;

	s->count = 0;
	while ((packet = wire_next(wire, packet)))
		add_packet(s, j, packet);
	for (size_t i = 0; (process = world_process_at(w, i)); i++) {
		if (process->in_call)
			add_call(s, j, process);
	}
	if (s->count)
		qsort(s->events, s->count, sizeof(*s->events), compare);
	for (size_t i = 0; i < s->count; i++) {
		uint64_t no = s->events[i];

		if (no > after && no < until)
			s->events[kept++] = no;
	}
	s->count = kept;
}

void standing_done(struct standing *s)
{
	free(s->events);
	*s = (struct standing){ 0 };
}

uint64_t standing_next(const struct standing *s, const struct journal *j, uint64_t no)
{
	uint64_t next = journal_next(j, no, kinds);
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->events[middle] <= no)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < s->count && (!next || s->events[low] < next))
		next = s->events[low];
	return next;
}
