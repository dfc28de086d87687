/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder: all of it, moved up and down, so that its columns stand where they stood. Of a long story, while nobody
 * scrolls, only the last part: no more events are walked than it needs, and of the sockets that these are about the few that
 * tell who they are; so it costs the same however long the lab has been running. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "view/ladder.h"
#include "view/row.h"
#include "watch/link.h"
#include "watch/page.h"
#include "watch/pane.h"

#define TITLE_LINES 2
#define EVENTS_PER_LINE 3 /* a packet and its arrival, a call and its return share a line */
#define EVENTS_LEAST 40
#define EVENTS_WHOLE 400 /* up to here all is drawn, whether somebody scrolls or not */
/* Further back nobody scrolls: it would take seconds. The picture then begins in steps, so that it does not move with
 * each event. */
#define EVENTS_MOST 20000
#define EVENTS_STEP 10000

struct numbers {
	uint64_t *items; /* owned */
	size_t count, room;
};

static void add(struct numbers *n, uint64_t no)
{
	if (!no)
		return;
	if (n->count == n->room) {
		n->room = n->room * 2 + 256;
		n->items = memory_grow(n->items, n->room * sizeof(*n->items));
	}
	n->items[n->count++] = no;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* In order, each once. */
static void sort(struct numbers *n)
{
	size_t kept = 0;

	if (n->count)
		qsort(n->items, n->count, sizeof(*n->items), compare);
	for (size_t i = 0; i < n->count; i++) {
		if (kept == 0 || n->items[kept - 1] != n->items[i])
			n->items[kept++] = n->items[i];
	}
	n->count = kept;
}

static void add_socket(const struct stand_socket *s, uint64_t before, struct numbers *n)
{
	const uint64_t events[] = { s->first, s->name_event, s->state_event };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (events[i] < before)
			add(n, events[i]);
	}
}

static void add_named(const struct stand *stand, const char *name, uint64_t before,
	struct numbers *n)
{
	const struct stand_socket *s = name ? stand_named(stand, name) : NULL;

	if (s)
		add_socket(s, before, n);
}

/* What was before the first event to be shown, and says who is who in it. */
static void add_before(const struct link *l, uint64_t first, uint64_t last, struct numbers *n)
{
	const struct journal *j = link_journal(l);
	const struct stand_socket *s;
	const struct stand_packet *p;

	for (size_t i = 0; i < l->stand.host_count; i++) {
		if (l->stand.hosts[i] < first)
			add(n, l->stand.hosts[i]);
	}
	TAILQ_FOREACH(s, &l->stand.sockets, place)
	{
		if (s->state == STATE_LISTEN)
			add_socket(s, first, n);
	}
	TAILQ_FOREACH(p, &l->stand.packets, place)
	{
		if (p->event && p->event < first)
			add(n, p->event);
		if (p->kept_event < first)
			add(n, p->kept_event);
	}
	for (uint64_t no = first; no <= last; no++) {
		const struct event *event = journal_get(j, no);

		if (event_is_verdict(event)) {
			if (event->cause < first)
				add(n, event->cause);
			continue;
		}
		add_named(&l->stand, event->subject, first, n);
		if (event_is_segment(event))
			add_named(&l->stand, event->text, first, n);
	}
}

static struct pane_rows add_lines(const struct text *drawn, const struct pane_order *o,
	struct page *page)
{
	struct pane_rows rows;
	uint64_t count = 0, line = 0;

	for (size_t i = 0; i < drawn->len; i++)
		count += drawn->s[i] == '\n';
	rows = pane_rows_fit(o->from ? o->from - 1 : UINT64_MAX,
		count > TITLE_LINES ? count - TITLE_LINES : 0, o->height - TITLE_LINES);
	for (const char *at = text_get(drawn), *end; (end = strchr(at, '\n'));
		at = end + 1, line++) {
		if (line >= TITLE_LINES &&
			(line < TITLE_LINES + rows.first ||
				line >= TITLE_LINES + rows.first + rows.shown))
			continue;
		page_line(page);
		page_add_marked(page, at, (size_t)(end - at));
	}
	return rows;
}

/* The first event to be looked at. */
static uint64_t find_first(const struct pane_order *o, uint64_t last)
{
	uint64_t most = (uint64_t)o->height * EVENTS_PER_LINE + EVENTS_LEAST;

	if (o->from)
		return last > EVENTS_MOST ? (last - EVENTS_MOST) / EVENTS_STEP * EVENTS_STEP + 1
					  : 1;
	return last > EVENTS_WHOLE && last > most ? last - most + 1 : 1;
}

struct pane_rows pane_ladder(const struct pane_order *o, struct page *page)
{
	const struct journal *j = link_journal(o->link);
	uint64_t last = journal_last(j), first = find_first(o, last);
	struct numbers numbers = { 0 };
	struct text drawn = TEXT_EMPTY;
	struct ladder_options options = { .after = first - 1,
		.ascii = !o->utf8,
		.width = o->width < ROW_WIDTH ? o->width : ROW_WIDTH };
	struct diag d = { 0 };
	struct pane_rows rows;

	add_before(o->link, first, last, &numbers);
	sort(&numbers);
	for (uint64_t no = first; no <= last; no++)
		add(&numbers, no);
	options.events = numbers.items;
	options.event_count = numbers.count;
	if (numbers.count)
		ladder_format(j, &options, &drawn, &d);
	rows = add_lines(&drawn, o, page);
	if (first > 1 && !o->from)
		rows = (struct pane_rows){ .above = true }; /* how many was not counted */
	text_done(&drawn);
	free(numbers.items);
	return rows;
}
