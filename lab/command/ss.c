/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/terminal.h"
#include "base/text.h"
#include "command/output.h"
#include "command/socket_rows.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "observe/sock_detail.h"
#include "observe/tracker.h"
#include "world/descriptor.h"
#include "world/process.h"
#include "world/world.h"

#define WORDS_MOST 16

/* ---- which ---- */

enum word_kind {
	WORD_NONE, /* of nothing there is */
	WORD_SOCKET,
	WORD_PROCESS,
	WORD_HOST,
	WORD_STATE,
	WORD_UDP,
};

/* What a word is, the first that it can be. */
static enum word_kind kind_of(const struct world *w, const char *word)
{
	if (name_find_socket(w, word))
		return WORD_SOCKET;
	if (world_process(w, word))
		return WORD_PROCESS;
	if (world_host(w, word))
		return WORD_HOST;
	if (tcp_state_parse(word) != STATE_NONE)
		return WORD_STATE;
	return strcmp(word, "udp") == 0 ? WORD_UDP : WORD_NONE;
}

/* Has a descriptor of e, the first or another. */
static bool holds(const struct process *p, const struct endpoint *e)
{
	for (const struct descriptor *held = e->held; held; held = held->next) {
		if (held->process == p)
			return true;
	}
	return false;
}

/* It, or a connection that waits to be accepted by it: l/1. */
static bool is_or_is_of(const struct endpoint *e, const struct endpoint *named)
{
	return e == named || (!e->was_held && e->listener == named);
}

/* Sockets, processes and hosts: one of those named. States: one of those, too. */
static bool is_meant(const struct world *w, const struct statement *s, const struct endpoint *e)
{
	bool whose = false, is_whose = false, how = false, is_how = false;

	for (size_t i = 1; i < s->word_count; i++) {
		const char *word = s->words[i].text;
		enum word_kind kind = kind_of(w, word);

		whose |= kind < WORD_STATE;
		how |= kind >= WORD_STATE;
		if (kind == WORD_SOCKET)
			is_whose |= is_or_is_of(e, name_find_socket(w, word));
		else if (kind == WORD_PROCESS)
			is_whose |= holds(world_process(w, word), e);
		else if (kind == WORD_HOST)
			is_whose |= world_host_of(w, e) == world_host(w, word);
		else if (kind == WORD_STATE)
			is_how |= e->protocol == IPPROTO_TCP && e->state == tcp_state_parse(word);
		else
			is_how |= e->protocol != IPPROTO_TCP;
	}
	return (!whose || is_whose) && (!how || is_how);
}

/* What is CLOSED and has no descriptor is there for who names it only. */
static bool is_shown(const struct world *w, const struct statement *s, const struct endpoint *e)
{
	bool stands = e->fd >= 0 || (e->state != STATE_CLOSED && e->state != STATE_NONE);

	for (size_t i = 1; i < s->word_count && !stands; i++)
		stands = kind_of(w, s->words[i].text) == WORD_SOCKET &&
			name_find_socket(w, s->words[i].text) == e;
	return stands && is_meant(w, s, e);
}

/* ---- the list ---- */

/* "main has been blocked in accept(3) for 2.1 s" */
static void add_blocked(const struct world *w, struct text *out)
{
	const struct process *p;

	for (size_t i = 0; (p = world_process_at(w, i)); i++) {
		if (!p->in_call || !p->call.blocked)
			continue;
		text_printf(out, "%s has been blocked in %s for ", p->name, p->call.text);
		socket_table_span(clock_now_ns() - p->call.begin_ns, false, out);
		text_puts(out, "\n");
	}
}

static void list(struct cmd_call *c, struct text *out)
{
	struct socket_rows rows = { 0 };
	const struct endpoint *e;

	world_look_all(c->world);
	for (size_t i = 0; (e = world_socket_at(c->world, i)); i++) {
		struct sock_detail detail;
		bool told;

		if (!is_shown(c->world, c->statement, e))
			continue;
		told = tracker_detail(e->tracker, e, SOCK_DETAIL_SENDING, &detail) == 0;
		socket_rows_add(&rows, c->world, e, told ? &detail : NULL, c->event);
	}
	if (rows.count || c->statement->word_count == 1)
		socket_table_format(rows.rows, rows.count, terminal_width(SOCKET_TABLE_WIDTH), out);
	else
		text_puts(out, "no such socket now\n");
	socket_rows_done(&rows);
}

static int ss_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct text out = TEXT_EMPTY;

	world_read_programs(c->world);
	for (size_t i = 1; i < s->word_count; i++) {
		if (kind_of(c->world, s->words[i].text) == WORD_NONE)
			return statement_error(s, &s->words[i], d,
				"'%.40s' is no socket, process, host or TCP state, nor udp",
				s->words[i].text);
	}
	list(c, &out);
	if (s->word_count == 1)
		add_blocked(c->world, &out);
	return output_tell(c, &out);
}

const struct cmd_def cmd_ss = {
	.name = "ss",
	.args = "[SOCK|PROC|HOST|STATE|udp...]",
	.min_args = 0,
	.max_args = WORDS_MOST,
	.summary = "list every socket as the kernel reports it now, or some of them",
	.detail =
		"State, queues, addresses and owner (process, its pid, descriptor; of a program that forks the pid of\n"
		"the child that has it); the timer that runs, with what is left of it and how often it has fired; cwnd,\n"
		"the segments that may be on their way, and rto; the last transition, how long ago, and why. Of a\n"
		"listener, RECV-Q is the accept queue and SEND-Q its limit; a FIN counts as one byte. `nobody` owns what\n"
		"was closed but has not ended, or was not accepted yet. What is CLOSED and has no descriptor is left\n"
		"out. `ss alice ESTABLISHED`: on that host, and in that state. `show` tells everything of one.",
	.source = "sock_diag(7), ss(8)",
	.example = "ss",
	.flags = CMD_FREE | CMD_LOOKS,
	.run = ss_run,
};
