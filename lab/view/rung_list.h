/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rungs of a ladder as they are made, and where each event is shown: what happens at one moment at one end
 * can share a rung, as long as nothing comes before what happened there since. One thread. */
#ifndef LAB_VIEW_RUNG_LIST_H
#define LAB_VIEW_RUNG_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/lifeline.h"
#include "view/rung.h"

struct event;

#define NO_RUNG SIZE_MAX

/* The rung that shows an event. */
struct place {
	uint64_t event;
	size_t rung;
};

struct rung_list {
	struct rung *rungs; /* owned, each too; the first `dropped` ones are not in it any more */
	uint64_t *causes; /* owned: of each of these, the event its cells and its arrow come from */
	size_t count, room, dropped;
	size_t most; /* so many of the last are kept at least; 0 = all. A journal may have a million */
	struct rung gone; /* owned: what is still written to one that is not */
	struct place *places; /* owned, in order of event */
	size_t place_count, place_room;
	size_t lifelines;
	/* of each lifeline, the last rung + 1 */
	size_t celled[LIFELINES_MAX]; /* with a cell */
	size_t arrived[LIFELINES_MAX]; /* with something that arrived there */
	size_t busy[LIFELINES_MAX]; /* with either, or with something sent from there */
};

void rung_list_done(struct rung_list *l);
/* A new rung at the end, with the time of `event`; NULL = without. Returns its place in rungs. */
size_t rung_list_add(struct rung_list *l, const struct event *event, uint64_t cause,
	enum rung_kind kind);
/* The rung in that place, until the next one is added; of one that was dropped a blank. */
struct rung *rung_list_at(struct rung_list *l, size_t rung);
/* Forget the last rung, and what it shows: it is not to be seen. */
void rung_list_take_back(struct rung_list *l);
/* This rung shows that event. Events come in order. */
void rung_list_place(struct rung_list *l, uint64_t event, size_t rung);
/* The rung that shows an event; NO_RUNG. */
size_t rung_list_find(const struct rung_list *l, uint64_t event);
/* Is there room at that end of the rung for this, and did nothing happen there since? name, call, state: NULL =
 * none. */
bool rung_list_takes(const struct rung_list *l, size_t rung, int lifeline, const char *name,
	const char *call, const char *state);
/* Write it there. Takes call and state over. */
void rung_list_write(struct rung_list *l, size_t rung, int lifeline, const char *name, char *call,
	char *state);
/* Note in one of the three arrays that the rung is the last one, if it is. */
void rung_list_reach(size_t last[LIFELINES_MAX], int lifeline, size_t rung);

#endif
