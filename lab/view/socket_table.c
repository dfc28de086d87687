/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/socket_table.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define INDENT_MOST 8 /* columns before a part, under the names */
#define MANY 20 /* sockets that are counted, since nobody else will */
#define OWNER_LEAST 5 /* "OWNER" */
#define QUEUE 6 /* "RECV-Q", "SEND-Q" */

static const char *const nobody_names[] = {
	[SOCKET_ORPHAN] = "nobody: orphan",
	[SOCKET_TIME_WAIT] = "nobody: time-wait",
	[SOCKET_NOT_ACCEPTED] = "nobody: not accepted yet",
};
static_assert(sizeof(nobody_names) / sizeof(nobody_names[0]) == SOCKET_NOBODY_COUNT, "a name each");

/* ---- the parts ---- */

void socket_table_span(uint64_t span_ns, bool fine, struct text *out)
{
	uint64_t tenths = (span_ns + NS_PER_S / 20) / (NS_PER_S / 10);
	uint64_t ms = (span_ns + NS_PER_MS / 2) / NS_PER_MS;

	if (ms < (fine ? 1000 : 100))
		text_printf(out, "%" PRIu64 " ms", ms);
	else if (tenths < 2000)
		text_printf(out, "%" PRIu64 ".%" PRIu64 " s", tenths / 10, tenths % 10);
	else
		text_printf(out, "%" PRIu64 " min", tenths / 600);
}

void socket_row_owner(const struct socket_row *row, struct text *out)
{
	if (row->process)
		text_printf(out, "%s %d fd %d", row->process, row->pid, row->fd);
	else
		text_puts(out, nobody_names[row->nobody]);
}

/* The kernel has no timer of its own for a FIN-WAIT-2 that nobody holds: net/ipv4/tcp.c __tcp_close(). */
static bool for_fin_wait_2(const struct socket_row *row)
{
	return !row->process && row->state == STATE_FIN_WAIT_2 &&
		strcmp(row->timer, "keepalive") == 0;
}

void socket_row_timer(const struct socket_row *row, struct text *out)
{
	if (!row->timer || !row->timer[0])
		return;
	text_printf(out, "%s%s in ", row->timer, for_fin_wait_2(row) ? " (for FIN-WAIT-2)" : "");
	socket_table_span(row->timer_ns, false, out);
	if (row->retransmits)
		text_printf(out, ", %" PRIu32 " done", row->retransmits);
}

void socket_row_sending(const struct socket_row *row, struct text *out)
{
	if (row->state == STATE_LISTEN) {
		text_printf(out, "accept queue %" PRIu32 " of %" PRIu32, row->recvq, row->sendq);
	} else if (row->is_deferred) {
		/* the kernel has chosen where to begin, and not noted what is acknowledged: net/ipv4/tcp_ipv4.c
		 * tcp_v4_connect(), tcp_output.c tcp_connect_init() */
		text_puts(out,
			"its SYN waits for the first write; until then SEND-Q is no number of bytes");
	} else if (row->has_sending) {
		text_printf(out, "cwnd %" PRIu32 ", rto ", row->cwnd);
		socket_table_span(row->rto_us * NS_PER_US, true, out);
	}
}

void socket_row_change(const struct socket_row *row, struct text *out)
{
	if (!row->has_change)
		return;
	if (row->from != STATE_NONE)
		text_printf(out, "%s -> ", tcp_state_name(row->from));
	text_printf(out, "%s ", tcp_state_name(row->state));
	socket_table_span(row->changed_ns, false, out);
	text_puts(out, " ago");
	if (row->cause && row->cause[0])
		text_printf(out, " <- %s", row->cause);
}

/* ---- the table ---- */

/* Columns of the table's parts; each but the last is followed by a blank. */
struct widths {
	int name, state, local, remote, owner;
	bool owner_fits; /* it is a column */
};

static const char *state_word(const struct socket_row *row)
{
	return row->protocol ? row->protocol : tcp_state_name(row->state);
}

static void widen(int *width, const char *word)
{
	int len = (int)strlen(word);

	if (len > *width)
		*width = len;
}

static struct widths measure(const struct socket_row *rows, size_t count, unsigned width)
{
	struct widths w = { .name = 6, .state = 5, .local = 5, .remote = 6, .owner = OWNER_LEAST };
	struct text owner = TEXT_EMPTY;

	for (size_t i = 0; i < count; i++) {
		char address[ADDRESS_TEXT_MAX];

		text_clear(&owner);
		socket_row_owner(&rows[i], &owner);
		widen(&w.owner, text_get(&owner));
		widen(&w.name, rows[i].name);
		widen(&w.state, state_word(&rows[i]));
		widen(&w.local, address_format(&rows[i].local, address));
		widen(&w.remote, address_format(&rows[i].remote, address));
	}
	text_done(&owner);
	w.owner_fits =
		w.name + w.state + 2 * QUEUE + w.local + w.remote + w.owner + 6 <= (int)width;
	return w;
}

static void add_part(void part(const struct socket_row *, struct text *),
	const struct socket_row *row, size_t indent, size_t width, size_t *column, struct text *out)
{
	struct text words = TEXT_EMPTY;

	part(row, &words);
	if (words.len && *column && *column + 2 + words.len <= width) {
		text_printf(out, "; %s", text_get(&words));
		*column += 2 + words.len;
	} else if (words.len) {
		text_printf(out, "%s%*s%s", *column ? "\n" : "", (int)indent, "", text_get(&words));
		*column = indent + words.len;
	}
	text_done(&words);
}

static void add_row(const struct socket_row *row, const struct widths *w, size_t width,
	struct text *out)
{
	size_t indent = w->name < INDENT_MOST ? (size_t)w->name + 1 : INDENT_MOST, column = 0;
	char local[ADDRESS_TEXT_MAX], remote[ADDRESS_TEXT_MAX];

	text_printf(out, "%-*s %-*s %*" PRIu32 " %*" PRIu32 " %-*s ", w->name, row->name, w->state,
		state_word(row), QUEUE, row->recvq, QUEUE, row->sendq, w->local,
		address_format(&row->local, local));
	if (w->owner_fits) {
		text_printf(out, "%-*s ", w->remote, address_format(&row->remote, remote));
		socket_row_owner(row, out);
	} else {
		text_puts(out, address_format(&row->remote, remote));
	}
	text_puts(out, "\n");
	if (!w->owner_fits)
		add_part(socket_row_owner, row, indent, width, &column, out);
	add_part(socket_row_timer, row, indent, width, &column, out);
	add_part(socket_row_sending, row, indent, width, &column, out);
	add_part(socket_row_change, row, indent, width, &column, out);
	text_puts(out, column ? "\n" : "");
}

/* "1001 sockets: 1000 ESTABLISHED, 1 LISTEN" */
static void add_count(const struct socket_row *rows, size_t count, struct text *out)
{
	size_t states[STATE_COUNT] = { 0 }, others = 0;
	const char *separator = ":";

	for (size_t i = 0; i < count; i++) {
		if (rows[i].protocol)
			others++;
		else
			states[rows[i].state]++;
	}
	text_printf(out, "%zu sockets", count);
	for (int s = 0; s < STATE_COUNT; s++) {
		if (states[s])
			text_printf(out, "%s %zu %s", separator, states[s],
				tcp_state_name((enum tcp_state)s));
		separator = states[s] ? "," : separator;
	}
	if (others)
		text_printf(out, "%s %zu UDP", separator, others);
	text_puts(out, "\n");
}

void socket_table_format(const struct socket_row *rows, size_t count, unsigned width,
	struct text *out)
{
	struct widths w = measure(rows, count, width);

	text_printf(out, "%-*s %-*s %*s %*s %-*s ", w.name, "SOCKET", w.state, "STATE", QUEUE,
		"RECV-Q", QUEUE, "SEND-Q", w.local, "LOCAL");
	if (w.owner_fits)
		text_printf(out, "%-*s OWNER\n", w.remote, "REMOTE");
	else
		text_puts(out, "REMOTE\n");
	for (size_t i = 0; i < count; i++)
		add_row(&rows[i], &w, width, out);
	if (count > MANY)
		add_count(rows, count, out);
}
