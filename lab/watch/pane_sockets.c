/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "view/row.h"
#include "watch/link.h"
#include "watch/page.h"
#include "watch/pane.h"

#define STALE_NS NS_PER_S /* queues that were read longer ago are dim, and the age is told */
#define NAME_MOST 16 /* columns */
#define ROWS_MOST 200 /* a screen has no more */

enum column {
	COLUMN_NAME,
	COLUMN_STATE,
	COLUMN_TIMER,
	COLUMN_RECVQ,
	COLUMN_SENDQ,
	COLUMN_LOCAL,
	COLUMN_REMOTE,
	COLUMN_OWNER,
	COLUMN_CHANGE,
	COLUMN_COUNT,
};

static const struct {
	const char *title;
	int least; /* columns, so that what comes and goes moves nothing */
	bool right;
} columns[COLUMN_COUNT] = {
	[COLUMN_NAME] = { "SOCKET", 6, false },
	[COLUMN_STATE] = { "STATE", 12, false },
	[COLUMN_TIMER] = { "TIMER", 20, false },
	[COLUMN_RECVQ] = { "RECV-Q", 6, true },
	[COLUMN_SENDQ] = { "SEND-Q", 6, true },
	[COLUMN_LOCAL] = { "LOCAL", 12, false },
	[COLUMN_REMOTE] = { "REMOTE", 12, false },
	[COLUMN_OWNER] = { "OWNER", 10, false },
	[COLUMN_CHANGE] = { "SINCE", 9, false },
};
/* What goes first where there is little room. */
static const enum column dispensable[] = { COLUMN_CHANGE, COLUMN_OWNER, COLUMN_REMOTE, COLUMN_LOCAL,
	COLUMN_RECVQ, COLUMN_SENDQ };

struct cells {
	char text[COLUMN_COUNT][64];
	enum page_style style[COLUMN_COUNT];
};

/* "0.4 s", "12 s", "5 min" */
static void span(uint64_t ns, char *buffer, size_t size)
{
	double s = (double)ns / (double)NS_PER_S;

	if (s < 100)
		snprintf(buffer, size, "%.1f s", s);
	else if (s < 600)
		snprintf(buffer, size, "%.0f s", s);
	else
		snprintf(buffer, size, "%.0f min", s / 60);
}

static void fill_timer(const struct stand_socket *s, uint64_t now, struct cells *c)
{
	char left[24];

	if (!s->timer)
		return;
	span(s->due_ns > now ? s->due_ns - now : 0, left, sizeof(left));
	snprintf(c->text[COLUMN_TIMER], sizeof(c->text[0]), "%.24s %s", s->timer, left);
	if (s->retransmits) {
		size_t len = strlen(c->text[COLUMN_TIMER]);

		snprintf(c->text[COLUMN_TIMER] + len, sizeof(c->text[0]) - len, ", %u done",
			s->retransmits);
	}
	c->style[COLUMN_TIMER] = PAGE_PLAIN;
}

static void fill_queues(const struct stand_socket *s, uint64_t now, struct cells *c)
{
	enum page_style style = PAGE_PLAIN;

	if (!s->read)
		return;
	if (now > s->read_ns + STALE_NS)
		style = PAGE_DIM;
	else if (s->recvq || s->sendq)
		style = PAGE_STRONG;
	snprintf(c->text[COLUMN_RECVQ], sizeof(c->text[0]), "%" PRIu32, s->recvq);
	snprintf(c->text[COLUMN_SENDQ], sizeof(c->text[0]), "%" PRIu32, s->sendq);
	c->style[COLUMN_RECVQ] = c->style[COLUMN_SENDQ] = style;
}

/* "0.4 s <- #2 SYN/ACK" */
static void fill_change(const struct link *l, const struct stand_socket *s, uint64_t now,
	struct cells *c)
{
	const struct journal *j = link_journal(l);
	const struct event *event = journal_get(j, s->state_event);
	struct text cause = TEXT_EMPTY;
	char age[24];

	if (!event || event->kind != EVENT_STATE)
		return;
	span(now > event->time_ns ? now - event->time_ns : 0, age, sizeof(age));
	narrate_cause(j, event, &cause);
	snprintf(c->text[COLUMN_CHANGE], sizeof(c->text[0]), "%s%s%.40s", age,
		cause.len ? " <- " : "", text_get(&cause));
	text_done(&cause);
}

static void fill_cells(const struct link *l, const struct stand_socket *s, struct cells *c)
{
	uint64_t now = link_now_ns(l);
	char address[ADDRESS_TEXT_MAX];

	*c = (struct cells){ 0 };
	snprintf(c->text[COLUMN_NAME], sizeof(c->text[0]), "%.40s", s->name);
	c->style[COLUMN_NAME] = PAGE_STRONG;
	snprintf(c->text[COLUMN_STATE], sizeof(c->text[0]), "%s",
		s->udp ? "UDP" : tcp_state_name(s->state));
	c->style[COLUMN_STATE] = s->udp ? PAGE_PLAIN : page_state_style(s->state);
	fill_timer(s, now, c);
	fill_queues(s, now, c);
	if (s->local.family)
		snprintf(c->text[COLUMN_LOCAL], sizeof(c->text[0]), "%s",
			address_format(&s->local, address));
	if (s->remote.family)
		snprintf(c->text[COLUMN_REMOTE], sizeof(c->text[0]), "%s",
			address_format(&s->remote, address));
	if (s->process)
		snprintf(c->text[COLUMN_OWNER], sizeof(c->text[0]), "%.30s fd %d", s->process,
			s->fd);
	else
		snprintf(c->text[COLUMN_OWNER], sizeof(c->text[0]), "nobody");
	fill_change(l, s, now, c);
}

/* How wide each column is; -1 = there is no room for it. */
static void fit(const struct cells *rows, size_t count, int width, int widths[COLUMN_COUNT])
{
	int sum = -2;

	for (int i = 0; i < COLUMN_COUNT; i++) {
		widths[i] = columns[i].least;
		for (size_t k = 0; k < count; k++) {
			int columns_used = row_columns(rows[k].text[i]);

			widths[i] = columns_used > widths[i] ? columns_used : widths[i];
		}
		if (i == COLUMN_NAME && widths[i] > NAME_MOST)
			widths[i] = NAME_MOST;
		sum += widths[i] + 2;
	}
	for (size_t i = 0; i < sizeof(dispensable) / sizeof(dispensable[0]) && sum > width; i++) {
		sum -= widths[dispensable[i]] + 2;
		widths[dispensable[i]] = -1;
	}
}

static void add_cell(struct page *page, enum column i, int width, enum page_style style,
	const char *text)
{
	int used = row_columns(text), blanks = used < width ? width - used : 0;

	if (columns[i].right)
		page_add(page, PAGE_PLAIN, "%*s", blanks, "");
	page_add(page, style, "%s", text);
	if (!columns[i].right)
		page_add(page, PAGE_PLAIN, "%*s", blanks, "");
	page_add(page, PAGE_PLAIN, "  ");
}

void pane_sockets(const struct pane_order *o, struct page *page)
{
	struct cells *rows = memory_new(ROWS_MOST * sizeof(*rows));
	int widths[COLUMN_COUNT];
	size_t count = 0, at = 0;
	const struct stand_socket *s;

	TAILQ_FOREACH(s, &o->link->stand.sockets, place)
	{
		if (at++ < o->from)
			continue;
		if ((int)count + 1 >= o->height || count == ROWS_MOST)
			break;
		fill_cells(o->link, s, &rows[count++]);
	}
	fit(rows, count, o->width, widths);
	page_line(page);
	for (enum column i = 0; i < COLUMN_COUNT; i++) {
		if (widths[i] >= 0)
			add_cell(page, i, widths[i], PAGE_DIM, columns[i].title);
	}
	for (size_t k = 0; k < count; k++) {
		page_line(page);
		for (enum column i = 0; i < COLUMN_COUNT; i++) {
			if (widths[i] >= 0)
				add_cell(page, i, widths[i], rows[k].style[i], rows[k].text[i]);
		}
	}
	if (!count) {
		page_line(page);
		page_add(page, PAGE_DIM, "no socket yet");
	}
	free(rows);
}

/* "Sockets 3: 1 LISTEN, 2 ESTABLISHED" */
void pane_sockets_title(const struct pane_order *o, struct text *out)
{
	size_t counts[STATE_COUNT] = { 0 }, count = o->link->stand.socket_count;
	const struct stand_socket *s;
	const char *separator = ": ";

	text_printf(out, "1 sockets %zu", count);
	TAILQ_FOREACH(s, &o->link->stand.sockets, place)
	{
		if (!s->udp && s->state < STATE_COUNT)
			counts[s->state]++;
	}
	for (int i = STATE_ESTABLISHED; i < STATE_COUNT && count > 1; i++) {
		if (!counts[i])
			continue;
		text_printf(out, "%s%zu %s", separator, counts[i],
			tcp_state_name((enum tcp_state)i));
		separator = ", ";
	}
}
