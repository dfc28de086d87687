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
	EVENT_BIT(EVENT_COMMAND) | EVENT_BIT(EVENT_RECIPE) | EVENT_BIT(EVENT_QUESTION) |
	EVENT_BIT(EVENT_PREDICTION) | EVENT_BIT(EVENT_OBSERVATION);

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
	if (sent) {
		bool again = sent->kind != EVENT_COPY && sent->wire.repeats;
		struct event bare = *sent;

		if (again) { /* before all that may be cut off */
			page_add(page, PAGE_STRONG, "again #%" PRIu64 "  ", sent->wire.repeats);
			bare.wire.repeats = 0;
		}
		narrate_what(j, &bare, &what);
	}
	page_add(page, PAGE_PLAIN, "%s", text_get(&what));
	text_done(&what);
}

static struct pane_rows pane_wire(const struct pane_order *o, struct page *page)
{
	const struct stand_packet *p;
	struct pane_rows rows = pane_rows_fit(o->from, o->link->stand.packet_count, o->height);
	uint64_t at = 0;

	TAILQ_FOREACH(p, &o->link->stand.packets, place)
	{
		if (at >= rows.first && at < rows.first + rows.shown)
			add_packet(o->link, p, page);
		at++;
	}
	if (!rows.all) {
		page_line(page);
		page_add(page, PAGE_DIM, "nothing is kept on the wire");
	}
	return rows;
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
	case EVENT_QUESTION:
	case EVENT_OBSERVATION:
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

/* Which is the last to be seen: that far down that the pane is full, when there are as many. */
static uint64_t last_told(const struct pane_order *o)
{
	const struct journal *j = link_journal(o->link);
	uint64_t last = o->from, no = last + 1, next;
	int rows = 0;

	if (!last)
		return journal_last(j);
	while (rows < o->height && (no = journal_previous(j, no, story)))
		rows++;
	for (; rows < o->height && (next = journal_next(j, last, story)); rows++)
		last = next;
	return last;
}

static struct pane_rows pane_story(const struct pane_order *o, struct page *page)
{
	const struct journal *j = link_journal(o->link);
	uint64_t last = last_told(o), no = last + 1, first = no;

	for (int rows = 0; rows < o->height && (no = journal_previous(j, no, story)); rows++)
		first = no;
	for (no = first - 1; (no = journal_next(j, no, story)) && no <= last;)
		add_told(j, no, page);
	return (struct pane_rows){ .above = journal_previous(j, first, story) != 0 };
}

static uint64_t scroll_story(const struct pane_order *o, int64_t by)
{
	const struct journal *j = link_journal(o->link);
	struct pane_order order = *o;
	uint64_t at = last_told(o), next;

	for (; by < 0 && (next = journal_previous(j, at, story)); by++)
		at = next;
	for (; by > 0 && (next = journal_next(j, at, story)); by--)
		at = next;
	order.from = at;
	at = last_told(&order);
	return journal_next(j, at, story) ? at : 0;
}

/* ---- all ---- */

struct pane_rows pane_rows_fit(uint64_t from, uint64_t all, int most)
{
	uint64_t room = most > 0 ? (uint64_t)most : 0, shown = all < room ? all : room;
	uint64_t first = from < all - shown ? from : all - shown;

	return (struct pane_rows){ .first = first, .shown = shown, .all = all, .above = first > 0 };
}

void pane_rows_tell(const struct pane_rows *r, bool back, struct text *out)
{
	const char *end = back ? "; End: now" : "";

	if (r->all > r->shown && r->shown)
		text_printf(out, " (rows %" PRIu64 " to %" PRIu64 " of %" PRIu64 "%s)",
			r->first + 1, r->first + r->shown, r->all, end);
	else if (!r->all && back)
		text_printf(out, " (scrolled back%s)", end);
	else if (!r->all && r->above)
		text_puts(out, " (more above)");
}

void pane_title(enum pane pane, const struct pane_order *o, const struct pane_rows *rows,
	struct text *out)
{
	switch (pane) {
	case PANE_SOCKETS:
		pane_sockets_title(o, rows, out);
		return;
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
	pane_rows_tell(rows, o->from && (pane == PANE_LADDER || pane == PANE_STORY), out);
}

struct pane_rows pane_fill(enum pane pane, const struct pane_order *o, struct page *page)
{
	switch (pane) {
	case PANE_SOCKETS:
		return pane_sockets(o, page);
	case PANE_LADDER:
		return pane_ladder(o, page);
	case PANE_DIAGRAM:
		return pane_diagram(o, page);
	case PANE_WIRE:
		return pane_wire(o, page);
	default:
		return pane_story(o, page);
	}
}

uint64_t pane_version(enum pane pane, const struct pane_order *o)
{
	const struct journal *j = link_journal(o->link);
	uint64_t end = journal_last(j) + 1;

	switch (pane) {
	case PANE_LADDER:
		return end + 1;
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
	struct pane_order order = *o;
	struct page page = { 0 };
	struct pane_rows rows;
	int64_t to, last;

	if (pane == PANE_STORY)
		return scroll_story(o, by);
	if (pane == PANE_LADDER && !order.from)
		order.from = UINT64_MAX; /* all of it, and its end */
	rows = pane_fill(pane, &order, &page);
	page_done(&page);
	last = (int64_t)(rows.all - rows.shown);
	to = (int64_t)rows.first + by;
	to = to > last ? last : to > 0 ? to : 0;
	if (pane == PANE_LADDER)
		return to == last ? 0 : (uint64_t)to + 1;
	return (uint64_t)to;
}
