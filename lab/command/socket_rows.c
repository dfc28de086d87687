/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/socket_rows.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "observe/sock_field.h"
#include "observe/tracker.h"
#include "world/descriptor.h"
#include "world/world.h"

static uint64_t read_field(const char *name, const struct sock_detail *detail)
{
	uint64_t value = 0;

	sock_field_read(sock_field_find(name), detail, &value);
	return value;
}

static enum socket_nobody why_nobody(const struct endpoint *e)
{
	if (!e->was_held)
		return SOCKET_NOT_ACCEPTED;
	/* also when it still reads FIN-WAIT-2: net/ipv4/tcp_minisocks.c tcp_time_wait() */
	return e->timer == SOCK_TIMER_TIME_WAIT ? SOCKET_TIME_WAIT : SOCKET_ORPHAN;
}

uint64_t socket_rows_age(struct world *w, const struct event *since, uint64_t at)
{
	uint64_t since_ns = since->time_ns;
	const struct event *now = journal_get(world_journal(w), at);

	return now && now->time_ns > since_ns ? now->time_ns - since_ns : 0;
}

static void take_change(struct socket_row *row, struct world *w, const struct endpoint *e,
	uint64_t at)
{
	const struct event *changed = journal_get(world_journal(w), e->changed);
	struct text cause = TEXT_EMPTY;

	if (!changed || changed->kind != EVENT_STATE)
		return;
	row->has_change = true;
	row->from = changed->state.from;
	row->changed_ns = socket_rows_age(w, changed, at);
	narrate_cause(world_journal(w), changed, &cause);
	row->cause = text_take(&cause);
}

void socket_rows_add(struct socket_rows *rows, struct world *w, const struct endpoint *e,
	const struct sock_detail *detail, uint64_t at)
{
	uint64_t now = clock_now_ns();
	struct socket_row row = { .name = e->name,
		.protocol = e->protocol == IPPROTO_TCP ? NULL : "UDP",
		.state = e->state,
		.recvq = e->recvq,
		.sendq = e->sendq,
		.local = e->local,
		.remote = e->remote,
		.process = e->process,
		.pid = e->held ? descriptor_pid(e->held) : 0,
		.fd = e->fd,
		.nobody = why_nobody(e),
		.timer = e->state == STATE_CLOSED ? NULL : sock_timer_name(e->timer),
		.timer_ns = e->timer_due_ns > now ? e->timer_due_ns - now : 0,
		.retransmits = e->retransmits };

	if (detail && row.protocol) {
		row.recvq = (uint32_t)read_field("recvq", detail);
		row.sendq = (uint32_t)read_field("sendq", detail);
	}
	if (detail && sock_field_read(sock_field_find("rto"), detail, &row.rto_us)) {
		row.has_sending = true;
		row.cwnd = (uint32_t)read_field("cwnd", detail);
		row.is_deferred = e->state == STATE_SYN_SENT && read_field("segs_out", detail) == 0;
	}
	take_change(&row, w, e, at);
	rows->rows = memory_grow(rows->rows, (rows->count + 1) * sizeof(row));
	rows->rows[rows->count++] = row;
}

void socket_rows_done(struct socket_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free((char *)rows->rows[i].cause);
	free(rows->rows);
	*rows = (struct socket_rows){ 0 };
}
