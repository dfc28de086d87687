/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/way.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "view/cast.h"
#include "view/figure.h"

#define NAMED_MOST 6 /* of those left out */
#define NAME_MOST 12 /* bytes of each */

/* Which way an endpoint's number stands for, until `reset` gives the numbers anew. */
struct numbers {
	size_t *ways; /* owned; + 1, 0 = none yet */
	size_t room;
};

static struct way *way_of(struct ways *w, struct numbers *n, uint32_t endpoint, uint64_t life)
{
	if (endpoint >= n->room) {
		size_t room = endpoint + 1 + endpoint / 2;

		n->ways = memory_grow(n->ways, room * sizeof(*n->ways));
		memset(n->ways + n->room, 0, (room - n->room) * sizeof(*n->ways));
		n->room = room;
	}
	if (!n->ways[endpoint]) {
		w->ways = memory_grow(w->ways, (w->count + 1) * sizeof(*w->ways));
		w->ways[w->count] = (struct way){ .endpoint = endpoint, .life = life };
		n->ways[endpoint] = ++w->count;
	}
	return &w->ways[n->ways[endpoint] - 1];
}

static void rename_way(struct way *way, const char *name)
{
	free(way->name);
	way->name = text_copy(name);
}

/* Of the steps in the figure only two are by a reset or a timer. That a step is by a call is not checked: a program makes
 * its calls unseen. */
static bool is_beside(const struct journal *j, const struct event *event, enum tcp_state from)
{
	const struct event *cause = journal_get(j, event->cause), *sent;
	const struct segment *s;

	if (!figure_find(from, event->state.to))
		return true;
	if (cause && cause->kind == EVENT_TIMER)
		return from != STATE_TIME_WAIT;
	sent = cause && cause->kind == EVENT_DELIVERED ? journal_get(j, cause->cause) : NULL;
	if (!sent || !event_is_segment(sent))
		return false;
	s = &sent->wire.segment;
	if (s->kind == SEGMENT_TCP && s->flags & SEGMENT_RST)
		return from != STATE_SYN_RECEIVED || event->state.to != STATE_LISTEN;
	return s->kind == SEGMENT_ICMP;
}

static void add_step(struct way *way, const struct journal *j, const struct event *event)
{
	enum tcp_state from = event->state.from;
	struct text reason = TEXT_EMPTY;

	way->state = event->state.to;
	way->before = from;
	way->moved = event->no;
	if (from == STATE_NONE && event->state.to == STATE_CLOSED)
		return; /* socket() */
	if (from == STATE_NONE)
		from = event->state.to == STATE_SYN_RECEIVED ? STATE_LISTEN : STATE_CLOSED;
	narrate_cause(j, event, &reason);
	way->steps = memory_grow(way->steps, (way->count + 1) * sizeof(*way->steps));
	way->steps[way->count++] = (struct way_step){ .from = from,
		.to = event->state.to,
		.beside = is_beside(j, event, from),
		.event = event->no,
		.cause = event->cause,
		.reason = text_take(&reason) };
}

static void way_done(struct way *way)
{
	for (size_t k = 0; k < way->count; k++)
		free(way->steps[k].reason);
	free(way->steps);
	free(way->name);
}

static void drop_empty(struct ways *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->count; i++) {
		if (w->ways[i].count && w->ways[i].name)
			w->ways[kept++] = w->ways[i];
		else
			way_done(&w->ways[i]);
	}
	w->count = kept;
}

/* All endpoints that there were, and in `cast` who they are. */
static void read_all(struct ways *w, const struct journal *j, struct cast *cast)
{
	const uint64_t kinds =
		EVENT_BIT(EVENT_HOST) | EVENT_BIT(EVENT_SOCKET) | EVENT_BIT(EVENT_STATE);
	struct numbers numbers = { 0 };
	uint64_t began = 0;

	for (uint64_t no = 0; (no = journal_next(j, no, kinds));) {
		struct event event = *journal_get(j, no);

		cast_see(cast, j, &event);
		if (cast->began != began) {
			began = cast->began;
			if (numbers.ways)
				memset(numbers.ways, 0, numbers.room * sizeof(*numbers.ways));
		}
		if (event.kind == EVENT_SOCKET && event.subject) {
			struct way *way = way_of(w, &numbers, event.socket.endpoint, began);

			rename_way(way, event.subject);
			way->open = event.process != NULL;
		}
		if (event.kind == EVENT_STATE) {
			struct way *way = way_of(w, &numbers, event.state.endpoint, began);

			rename_way(way, event.subject);
			add_step(way, j, &event);
		}
	}
	free(numbers.ways);
}

void ways_read(struct ways *w, const struct journal *j)
{
	struct cast cast = { 0 };

	read_all(w, j, &cast);
	cast_done(&cast);
	drop_empty(w);
}

void ways_add(struct ways *w, const struct journal *j, const char *name, bool open,
	const uint64_t *events, size_t count)
{
	struct way way = { .name = text_copy(name), .open = open };

	for (size_t i = 0; i < count; i++) {
		const struct event *told = journal_get(j, events[i]);
		struct event event;

		if (!told || told->kind != EVENT_STATE)
			continue;
		event = *told;
		way.endpoint = event.state.endpoint;
		add_step(&way, j, &event);
	}
	w->ways = memory_grow(w->ways, (w->count + 1) * sizeof(*w->ways));
	w->ways[w->count++] = way;
}

void ways_done(struct ways *w)
{
	for (size_t i = 0; i < w->count; i++)
		way_done(&w->ways[i]);
	free(w->ways);
	*w = (struct ways){ 0 };
}

/* ---- some of them ---- */

static bool lives(const struct way *way)
{
	return way->open || way->state != STATE_CLOSED;
}

/* Which should rather be drawn, of pointers to them: those that live, and of these the last that moved. */
static int compare(const void *pa, const void *pb)
{
	const struct way *a = *(struct way *const *)pa, *b = *(struct way *const *)pb;

	if (lives(a) != lives(b))
		return lives(a) ? -1 : 1;
	return a->moved > b->moved ? -1 : a->moved < b->moved;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Is it the party of that name, or is it one of the process or the host that has it? */
static bool answers_to(const struct cast *c, const struct way *way, const char *name, size_t named)
{
	size_t party = cast_socket(c, way->endpoint);

	if (party == NOBODY || named != NOBODY)
		return party == named && party != NOBODY;
	LAB_ASSERT(c->parties); /* the party is among them */
	return same(c->parties[party].process, name) || same(c->parties[party].owner, name) ||
		same(c->parties[party].host, name);
}

/* Nobody of that name has a way: is there such a thing at all? */
static int refuse_name(const struct cast *c, const char *name, struct diag *d)
{
	if (cast_name(c, name) != NOBODY)
		return diag_set(d, ENOENT, "'%.40s' has no TCP state", name);
	return diag_set(d, ENOENT, "'%.40s' is no socket, and no process or host that has had one",
		name);
}

/* In the order to be drawn in. */
struct list {
	struct way **items; /* owned; borrowed from the ways */
	size_t count;
};

static bool is_of_now(const struct way *way, const struct cast *c)
{
	return way->life == c->began && way->state != STATE_NONE;
}

static int choose(const struct ways *w, const struct cast *c, const struct ways_choice *o,
	struct list *list, struct diag *d)
{
	for (size_t i = 0; i < w->count && !o->name_count; i++) {
		struct way *way = &w->ways[i];

		if (is_of_now(way, c) && (lives(way) || (way->count && way->moved > o->after)))
			list->items[list->count++] = way;
	}
	for (size_t n = 0; n < o->name_count; n++) {
		size_t named = cast_name(c, o->names[n]);
		bool found = false;

		for (size_t i = 0; i < w->count; i++) {
			struct way *way = &w->ways[i];
			bool there = false;

			if (!is_of_now(way, c) || !answers_to(c, way, o->names[n], named))
				continue;
			found = true;
			for (size_t k = 0; k < list->count && !there && n; k++)
				there = list->items[k] == way;
			if (!there)
				list->items[list->count++] = way;
		}
		if (!found)
			return refuse_name(c, o->names[n], d);
	}
	return 0;
}

static void forget_before(struct way *way, uint64_t after)
{
	size_t first = 0;

	while (first < way->count && way->steps[first].event <= after)
		free(way->steps[first++].reason);
	way->count -= first;
	if (first)
		memmove(way->steps, way->steps + first, way->count * sizeof(*way->steps));
}

/* Who is not in the picture. */
struct left_out {
	struct text *out; /* borrowed */
	size_t named, more;
	size_t older; /* of the names that are in it */
};

static void leave_out(struct left_out *l, const struct way *way)
{
	if (l->more || l->named == NAMED_MOST || strlen(way->name) > NAME_MOST) {
		l->more++;
		return;
	}
	text_puts(l->out, l->named++ ? ", " : "");
	text_escape(l->out, way->name, strlen(way->name));
}

/* "d, e and 3 more, 2 older of the same names" */
static void tell_left_out(const struct left_out *l)
{
	if (l->more)
		text_printf(l->out, "%s%zu %s", l->named ? " and " : "", l->more,
			l->named ? "more" : "sockets");
	if (l->older)
		text_printf(l->out, "%s%zu older of the same names", l->out->len ? ", " : "",
			l->older);
}

static bool has_name(struct way *const *ways, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (same(ways[i]->name, name))
			return true;
	}
	return false;
}

/* Only those in the list stay, in its order; of too many the best, and where no names were asked for, of each name one. */
static void keep(struct ways *w, const struct list *l, const struct ways_choice *o,
	struct text *out)
{
	struct way **best = memory_new((l->count + 1) * sizeof(struct way *));
	struct ways kept = { .ways = memory_new((l->count + 1) * sizeof(*kept.ways)) };
	struct left_out left_out = { .out = out };
	size_t stay = 0;

	for (size_t i = 0; i < l->count; i++)
		best[i] = l->items[i];
	qsort(best, l->count, sizeof(struct way *), compare);
	for (size_t i = 0; i < l->count; i++) {
		if (!o->name_count && has_name(best, stay, best[i]->name))
			left_out.older++;
		else if (stay < o->most)
			best[stay++] = best[i];
		else
			leave_out(&left_out, best[i]);
	}
	tell_left_out(&left_out);
	for (size_t i = 0; i < l->count; i++) {
		for (size_t k = 0; k < stay; k++) {
			if (best[k] != l->items[i])
				continue;
			kept.ways[kept.count++] = *best[k];
			*best[k] = (struct way){ .name = NULL }; /* moved */
			best[k] = NULL;
			break;
		}
	}
	free(best);
	ways_done(w);
	*w = kept;
}

int ways_choose(struct ways *w, const struct journal *j, const struct ways_choice *choice,
	struct text *left_out, struct diag *d)
{
	struct cast cast = { 0 };
	struct list list;
	int r;

	read_all(w, j, &cast);
	list = (struct list){ .items = memory_new((w->count + 1) * sizeof(struct way *)) };
	r = choose(w, &cast, choice, &list, d);
	if (r == 0)
		keep(w, &list, choice, left_out);
	else
		ways_done(w);
	for (size_t i = 0; i < w->count; i++)
		forget_before(&w->ways[i], choice->after);
	free(list.items);
	cast_done(&cast);
	return r;
}
