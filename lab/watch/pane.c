/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/pane.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "view/diagram.h"
#include "watch/link.h"
#include "watch/page.h"

/* What the story tells. That a packet was delivered at once goes without saying. */
static const uint64_t story = EVENT_BIT(EVENT_CALL) | EVENT_BIT(EVENT_BLOCKED) |
	EVENT_BIT(EVENT_RETURN) | EVENT_BIT(EVENT_STATE) | EVENT_BIT(EVENT_TIMER) |
	EVENT_BIT(EVENT_DROPPED) | EVENT_BIT(EVENT_CORRUPTED) | EVENT_BIT(EVENT_SWAPPED) |
	EVENT_BIT(EVENT_PROCESS) | EVENT_BIT(EVENT_PROCESS_END) | EVENT_BIT(EVENT_SIGNAL) |
	EVENT_BIT(EVENT_HOST) | EVENT_BIT(EVENT_PROGRAM) | EVENT_BIT(EVENT_SAY) |
	EVENT_BIT(EVENT_MARK) | EVENT_BIT(EVENT_RULE) | EVENT_BIT(EVENT_NOTE) |
	EVENT_BIT(EVENT_ERROR) | EVENT_BIT(EVENT_EXPECTATION) | EVENT_BIT(EVENT_CLAIM) |
	EVENT_BIT(EVENT_COMMAND) | EVENT_BIT(EVENT_RECIPE);
/* What can make another line of a ladder. */
static const uint64_t rungs = EVENT_BIT(EVENT_CALL) | EVENT_BIT(EVENT_RETURN) |
	EVENT_BIT(EVENT_STATE) | EVENT_BIT(EVENT_TIMER) | EVENT_SEGMENTS |
	EVENT_BIT(EVENT_DELIVERED) | EVENT_BIT(EVENT_DROPPED) | EVENT_BIT(EVENT_MARK) |
	EVENT_BIT(EVENT_PROCESS_END);

/* What can change the diagram. */
static const uint64_t ways =
	EVENT_BIT(EVENT_STATE) | EVENT_BIT(EVENT_SOCKET) | EVENT_BIT(EVENT_HOST);

#define DIAGRAM_LINES 19 /* without the list of ways */

/* ---- the wire ---- */

/* "#3  c > l  FIN/ACK seq 1 ack 1   held 2.1 s" */
static void add_packet(const struct link *l, const struct stand_packet *p, struct page *page)
{
	const struct journal *j = link_journal(l);
	const struct event *sent = p->event ? journal_get(j, p->event) : NULL;
	const struct event *kept = journal_get(j, p->kept_event);
	uint64_t now = link_now_ns(l);
	struct text what = TEXT_EMPTY;

	page_line(page);
	if (p->due_ns)
		page_add(page, PAGE_WAITING, "delayed %5.1f s",
			p->due_ns > now ? (double)(p->due_ns - now) / (double)NS_PER_S : 0.0);
	else
		page_add(page, PAGE_WAITING, "HELD for %4.1f s",
			now > kept->time_ns ? (double)(now - kept->time_ns) / (double)NS_PER_S
					    : 0.0);
	page_add(page, PAGE_STRONG, "  #%-4" PRIu64 " ", p->number);
	if (sent)
		narrate_what(j, sent, &what);
	page_add(page, PAGE_PLAIN, "%s", text_get(&what));
	text_done(&what);
}

static void pane_wire(const struct pane_order *o, struct page *page)
{
	const struct stand_packet *p;
	uint64_t at = 0;
	int rows = 0;

	TAILQ_FOREACH(p, &o->link->stand.packets, place)
	{
		if (at++ >= o->from && rows++ < o->height)
			add_packet(o->link, p, page);
	}
	if (!rows) {
		page_line(page);
		page_add(page, PAGE_DIM, "nothing is kept on the wire");
	}
}

/* ---- the story ---- */

static enum page_style story_style(const struct event *event)
{
	switch (event->kind) {
	case EVENT_ERROR:
	case EVENT_DROPPED:
		return PAGE_BAD;
	case EVENT_EXPECTATION:
		return event->place.passed ? PAGE_DIM : PAGE_BAD;
	case EVENT_BLOCKED:
		return PAGE_WAITING;
	case EVENT_SAY:
		return PAGE_STRONG;
	case EVENT_COMMAND:
		return PAGE_DIM;
	default:
		return PAGE_PLAIN;
	}
}

static void add_told(const struct journal *j, uint64_t no, struct page *page)
{
	struct event event = *journal_get(j, no);
	struct text words = TEXT_EMPTY;
	enum page_style style = story_style(&event);

	page_line(page);
	page_add(page, PAGE_DIM, "%9.1f ", (double)event.time_ns / (double)NS_PER_MS);
	narrate_subject(&event, &words);
	page_add(page, PAGE_STRONG, "%-8s ", text_get(&words));
	text_clear(&words);
	if (event.kind == EVENT_COMMAND)
		text_puts(&words, "> ");
	narrate_what(j, &event, &words);
	/* of several lines the first: each event is one here */
	words.len = strcspn(text_get(&words), "\n");
	if (style == PAGE_PLAIN)
		page_add_marked(page, text_get(&words), words.len);
	else
		page_add(page, style, "%.*s", (int)words.len, text_get(&words));
	text_clear(&words);
	narrate_cause(j, &event, &words);
	if (words.len)
		page_add(page, PAGE_DIM, "  <- %s", text_get(&words));
	text_done(&words);
}

static void pane_story(const struct pane_order *o, struct page *page)
{
	const struct journal *j = link_journal(o->link);
	uint64_t last = o->from ? o->from : journal_last(j), no = last + 1, first = no;

	for (int rows = 0; rows < o->height && (no = journal_previous(j, no, story)); rows++)
		first = no;
	for (no = first - 1; (no = journal_next(j, no, story)) && no <= last;)
		add_told(j, no, page);
}

/* ---- all ---- */

void pane_title(enum pane pane, const struct pane_order *o, struct text *out)
{
	switch (pane) {
	case PANE_SOCKETS:
		pane_sockets_title(o, out);
		break;
	case PANE_LADDER:
		text_puts(out, "2 ladder");
		break;
	case PANE_DIAGRAM:
		text_puts(out, "3 states");
		break;
	case PANE_WIRE:
		text_printf(out, "4 wire: %zu kept", o->link->stand.packet_count);
		break;
	default:
		text_puts(out, "5 story");
		break;
	}
	if ((pane == PANE_LADDER || pane == PANE_STORY) && o->from)
		text_puts(out, " (scrolled back; End: now)");
}

void pane_fill(enum pane pane, const struct pane_order *o, struct page *page)
{
	switch (pane) {
	case PANE_SOCKETS:
		pane_sockets(o, page);
		break;
	case PANE_LADDER:
		pane_ladder(o, page);
		break;
	case PANE_DIAGRAM:
		pane_diagram(o, page);
		break;
	case PANE_WIRE:
		pane_wire(o, page);
		break;
	default:
		pane_story(o, page);
		break;
	}
}

uint64_t pane_version(enum pane pane, const struct pane_order *o)
{
	const struct journal *j = link_journal(o->link);
	uint64_t end = journal_last(j) + 1;

	switch (pane) {
	case PANE_LADDER:
		return (o->from ? o->from : end) + 1;
	case PANE_DIAGRAM:
		return journal_previous(j, end, ways) + 1;
	case PANE_STORY:
		return (o->from ? o->from : journal_previous(j, end, story)) + 1;
	default:
		return 0;
	}
}

size_t pane_lines(enum pane pane, const struct link *l)
{
	size_t sockets = l->stand.socket_count;

	if (pane == PANE_SOCKETS)
		return sockets + 1;
	if (pane == PANE_DIAGRAM)
		return DIAGRAM_LINES +
			2 * (sockets < DIAGRAM_WAYS_MOST ? sockets : DIAGRAM_WAYS_MOST);
	return pane == PANE_WIRE ? l->stand.packet_count + 1 : 0;
}

uint64_t pane_scroll(enum pane pane, const struct pane_order *o, int64_t by)
{
	const struct journal *j = link_journal(o->link);
	uint64_t kinds = pane == PANE_LADDER ? rungs : story, at = o->from;
	int64_t last = (int64_t)pane_lines(pane, o->link) - o->height;

	if (pane == PANE_DIAGRAM)
		return 0; /* it has all it can show */
	if (pane_lines(pane, o->link)) {
		int64_t line = (int64_t)at + by;

		line = line > last ? last : line;
		return line > 0 ? (uint64_t)line : 0;
	}
	if (!at)
		at = journal_last(j);
	for (; by < 0 && journal_previous(j, at, kinds); by++)
		at = journal_previous(j, at, kinds);
	for (; by > 0 && at; by--)
		at = journal_next(j, at, kinds);
	return at == journal_last(j) ? 0 : at;
}
