/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "view/row.h"
#include "view/socket_table.h"
#include "watch/link.h"
#include "watch/page.h"
#include "watch/pane.h"

#define STALE_NS NS_PER_S /* what queues held when they were read longer ago is dim */
#define GAP 2

enum column {
	COLUMN_NAME,
	COLUMN_STATE,
	COLUMN_TIMER,
	COLUMN_RECVQ,
	COLUMN_SENDQ,
	COLUMN_LOCAL,
	COLUMN_REMOTE,
	COLUMN_SINCE,
	COLUMN_OWNER,
	COLUMN_SENDING,
	COLUMN_COUNT,
};

/* The first that does not fit is left out, and all behind it. */
static const struct {
	const char *title;
	int least, most; /* columns; with the least what comes and goes moves nothing */
	bool right;
} columns[COLUMN_COUNT] = {
	[COLUMN_NAME] = { "SOCKET", 6, 16, false },
	[COLUMN_STATE] = { "STATE", 12, 12, false },
	[COLUMN_TIMER] = { "TIMER", 23, 34, false },
	[COLUMN_RECVQ] = { "RECV-Q", 6, 10, true },
	[COLUMN_SENDQ] = { "SEND-Q", 6, 10, true },
	[COLUMN_LOCAL] = { "LOCAL", 12, ADDRESS_TEXT_MAX, false },
	[COLUMN_REMOTE] = { "REMOTE", 12, ADDRESS_TEXT_MAX, false },
	[COLUMN_SINCE] = { "SINCE", 8, 28, false },
	[COLUMN_OWNER] = { "OWNER", 16, 28, false },
	[COLUMN_SENDING] = { "SENDING", 19, 24, false },
};

struct cells {
	struct text text[COLUMN_COUNT];
	enum page_style style[COLUMN_COUNT];
};

/* As socket_table.h has it. */
static struct socket_row row_of(const struct stand_socket *s, uint64_t now)
{
	enum socket_nobody nobody = SOCKET_NOT_ACCEPTED;

	if (s->held)
		nobody = s->timer && strcmp(s->timer, "time-wait") == 0 ? SOCKET_TIME_WAIT
									: SOCKET_ORPHAN;
	return (struct socket_row){ .name = s->name,
		.state = s->state,
		.recvq = s->recvq,
		.sendq = s->sendq,
		.process = s->process,
		.pid = s->pid,
		.fd = s->fd,
		.nobody = nobody,
		.timer = s->timer,
		.timer_ns = s->due_ns > now ? s->due_ns - now : 0,
		.retransmits = s->retransmits,
		.has_sending = s->rto_us != 0,
		.cwnd = s->cwnd,
		.rto_us = s->rto_us };
}

static void fill_queues(const struct stand_socket *s, uint64_t now, struct cells *c)
{
	enum page_style style = s->recvq || s->sendq ? PAGE_STRONG : PAGE_PLAIN;

	if (!s->read)
		return;
	if (now > s->read_ns + STALE_NS)
		style = PAGE_DIM;
	text_printf(&c->text[COLUMN_RECVQ], "%" PRIu32, s->recvq);
	text_printf(&c->text[COLUMN_SENDQ], "%" PRIu32, s->sendq);
	c->style[COLUMN_RECVQ] = c->style[COLUMN_SENDQ] = style;
}

/* "0.4 s <- #2 SYN/ACK" */
static void fill_since(const struct journal *j, const struct stand_socket *s, uint64_t now,
	struct text *out)
{
	const struct event *told = journal_get(j, s->state_event);
	struct text cause = TEXT_EMPTY;
	struct event event;

	if (!told || told->kind != EVENT_STATE)
		return;
	event = *told;
	socket_table_span(now > event.time_ns ? now - event.time_ns : 0, false, out);
	narrate_cause(j, &event, &cause);
	if (cause.len)
		text_printf(out, " <- %s", text_get(&cause));
	text_done(&cause);
}

static void fill_cells(const struct link *l, const struct stand_socket *s, struct cells *c)
{
	uint64_t now = link_now_ns(l);
	struct socket_row row = row_of(s, now);
	char address[ADDRESS_TEXT_MAX];

	*c = (struct cells){ .style[COLUMN_NAME] = PAGE_STRONG,
		.style[COLUMN_STATE] = s->udp ? PAGE_PLAIN : page_state_style(s->state) };
	text_puts(&c->text[COLUMN_NAME], s->name);
	text_puts(&c->text[COLUMN_STATE], s->udp ? "UDP" : tcp_state_name(s->state));
	fill_queues(s, now, c);
	if (s->local.family)
		text_puts(&c->text[COLUMN_LOCAL], address_format(&s->local, address));
	if (s->remote.family)
		text_puts(&c->text[COLUMN_REMOTE], address_format(&s->remote, address));
	if (s->timer)
		socket_row_timer(&row, &c->text[COLUMN_TIMER]);
	socket_row_owner(&row, &c->text[COLUMN_OWNER]);
	if (s->read)
		socket_row_sending(&row, &c->text[COLUMN_SENDING]);
	fill_since(link_journal(l), s, now, &c->text[COLUMN_SINCE]);
}

/* How wide each column is. Returns how many there is room for. */
static int fit(const struct cells *rows, size_t count, int width, int widths[COLUMN_COUNT])
{
	int at = 0;

	for (int i = 0; i < COLUMN_COUNT; i++) {
		widths[i] = columns[i].least;
		for (size_t k = 0; k < count; k++) {
			int needed = row_columns(text_get(&rows[k].text[i]));

			widths[i] = needed > widths[i] ? needed : widths[i];
		}
		widths[i] = widths[i] > columns[i].most ? columns[i].most : widths[i];
		if (at + widths[i] > width)
			return i;
		at += widths[i] + GAP;
	}
	return COLUMN_COUNT;
}

/* Cut where it is too long. */
static void add_cell(struct page *page, enum column i, int width, enum page_style style,
	const char *text)
{
	int used = row_columns(text), blanks = used < width ? width - used : 0;
	const char *end = text;

	for (int k = 0; k < width && *end; k++)
		row_next_point(&end, false);
	page_add(page, PAGE_PLAIN, "%*s", columns[i].right ? blanks : 0, "");
	page_add(page, style, "%.*s", (int)(end - text), text);
	page_add(page, PAGE_PLAIN, "%*s", (columns[i].right ? 0 : blanks) + GAP, "");
}

static void add_rows(const struct cells *rows, size_t count, int width, struct page *page)
{
	int widths[COLUMN_COUNT], room = fit(rows, count, width, widths);

	page_line(page);
	for (int i = 0; i < room; i++)
		add_cell(page, (enum column)i, widths[i], PAGE_DIM, columns[i].title);
	for (size_t k = 0; k < count; k++) {
		page_line(page);
		for (int i = 0; i < room; i++)
			add_cell(page, (enum column)i, widths[i], rows[k].style[i],
				text_get(&rows[k].text[i]));
	}
	if (!count) {
		page_line(page);
		page_add(page, PAGE_DIM, "no socket yet");
	}
}

struct pane_rows pane_sockets(const struct pane_order *o, struct page *page)
{
	struct pane_rows seen = pane_rows_fit(o->from, o->link->stand.socket_count, o->height - 1);
	struct cells *rows = memory_new((seen.shown + 1) * sizeof(*rows));
	size_t count = 0;
	const struct stand_socket *s;
	uint64_t at = 0;

	TAILQ_FOREACH(s, &o->link->stand.sockets, place)
	{
		if (at++ >= seen.first && count < seen.shown)
			fill_cells(o->link, s, &rows[count++]);
	}
	add_rows(rows, count, o->width, page);
	for (size_t k = 0; k < count; k++) {
		for (int i = 0; i < COLUMN_COUNT; i++)
			text_done(&rows[k].text[i]);
	}
	free(rows);
	return seen;
}

/* "1 sockets (rows 1 to 2 of 3): 1 LISTEN, 2 ESTABLISHED" */
void pane_sockets_title(const struct pane_order *o, const struct pane_rows *rows, struct text *out)
{
	size_t counts[STATE_COUNT] = { 0 }, count = o->link->stand.socket_count;
	const struct stand_socket *s;
	const char *separator = ": ";

	text_puts(out, "1 sockets");
	pane_rows_tell(rows, false, out);
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
