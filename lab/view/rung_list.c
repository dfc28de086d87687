/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/rung_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/event.h"

void rung_list_done(struct rung_list *l)
{
	for (size_t i = 0; i < l->count - l->dropped; i++)
		rung_done(&l->rungs[i]);
	rung_done(&l->gone);
	free(l->rungs);
	free(l->causes);
	free(l->places);
	*l = (struct rung_list){ 0 };
}

/* Only the last are kept. */
static void drop_first(struct rung_list *l)
{
	size_t there = l->count - l->dropped, drop = there - l->most;

	for (size_t i = 0; i < drop; i++)
		rung_done(&l->rungs[i]);
	memmove(l->rungs, l->rungs + drop, l->most * sizeof(*l->rungs));
	memmove(l->causes, l->causes + drop, l->most * sizeof(*l->causes));
	l->dropped += drop;
}

struct rung *rung_list_at(struct rung_list *l, size_t rung)
{
	if (rung >= l->dropped)
		return &l->rungs[rung - l->dropped];
	rung_done(&l->gone);
	return &l->gone;
}

size_t rung_list_add(struct rung_list *l, const struct event *event, uint64_t cause,
	enum rung_kind kind)
{
	size_t at;

	if (l->most && l->count - l->dropped >= 2 * l->most)
		drop_first(l);
	at = l->count - l->dropped;
	if (at == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->rungs = memory_grow(l->rungs, l->room * sizeof(*l->rungs));
		l->causes = memory_grow(l->causes, l->room * sizeof(*l->causes));
	}
	l->rungs[at] = (struct rung){ .kind = kind, .timed = event != NULL, .from = -1, .to = -1 };
	if (event)
		l->rungs[at].time_ns = event->time_ns;
	l->causes[at] = cause;
	return l->count++;
}

static void end_at(size_t last[LIFELINES_MAX], size_t count)
{
	for (int i = 0; i < LIFELINES_MAX; i++) {
		if (last[i] > count)
			last[i] = count;
	}
}

void rung_list_take_back(struct rung_list *l)
{
	rung_done(rung_list_at(l, --l->count));
	while (l->place_count && l->places[l->place_count - 1].rung == l->count)
		l->place_count--;
	end_at(l->celled, l->count);
	end_at(l->arrived, l->count);
	end_at(l->busy, l->count);
}

void rung_list_place(struct rung_list *l, uint64_t event, size_t rung)
{
	if (l->place_count == l->place_room) {
		l->place_room = l->place_room ? 2 * l->place_room : 64;
		l->places = memory_grow(l->places, l->place_room * sizeof(*l->places));
	}
	l->places[l->place_count++] = (struct place){ .event = event, .rung = rung };
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->event > y->event) - (x->event < y->event);
}

size_t rung_list_find(const struct rung_list *l, uint64_t event)
{
	struct place key = { .event = event }, *found = NULL;

	if (event && l->place_count)
		found = bsearch(&key, l->places, l->place_count, sizeof(key), compare_places);
	return found ? found->rung : NO_RUNG;
}

bool rung_list_takes(const struct rung_list *l, size_t rung, int lifeline, const char *name,
	const char *call, const char *state)
{
	const struct rung *r;
	const struct rung_cell *cell;
	bool empty;

	if (rung < l->dropped)
		return false;
	r = &l->rungs[rung - l->dropped];
	cell = &r->cells[lifeline];
	empty = !cell->call && !cell->state;
	if (rung + 1 < l->celled[lifeline] || (call && cell->call) || (state && cell->state))
		return false;
	if (r->kind != RUNG_PLAIN && r->from != lifeline && r->to != lifeline)
		return false;
	if (!empty && strcmp(name ? name : "", cell->name ? cell->name : "") != 0)
		return false;
	return rung_fits(l->lifelines, name, call ? call : cell->call, state ? state : cell->state);
}

void rung_list_reach(size_t last[LIFELINES_MAX], int lifeline, size_t rung)
{
	if (last[lifeline] < rung + 1)
		last[lifeline] = rung + 1;
}

void rung_list_write(struct rung_list *l, size_t rung, int lifeline, const char *name, char *call,
	char *state)
{
	struct rung_cell *cell = &rung_list_at(l, rung)->cells[lifeline];

	if (name && !cell->name)
		cell->name = text_copy(name);
	if (call)
		cell->call = call;
	if (state)
		cell->state = state;
	rung_list_reach(l->celled, lifeline, rung);
	rung_list_reach(l->busy, lifeline, rung);
}
