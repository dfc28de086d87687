/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "observe/tracker.h"
#include "world/world.h"

static void add_timer(const struct endpoint *e, struct text *out)
{
	uint64_t now = clock_now_ns();

	if (e->state == STATE_CLOSED || e->timer == SOCK_TIMER_NONE)
		return;
	text_printf(out, "; %s%s in %.1f s", sock_timer_name(e->timer),
		e->timer == SOCK_TIMER_TIME_WAIT ? " ends" : "",
		e->timer_due_ns > now ? (double)(e->timer_due_ns - now) / (double)NS_PER_S : 0.0);
	if (e->retransmits)
		text_printf(out, ", %u done", e->retransmits);
}

/* Columns the longest local and remote address take. */
struct widths {
	int local, remote;
};

static void add_socket(const struct endpoint *e, const struct widths *widths, struct text *out)
{
	char local[ADDRESS_TEXT_MAX], remote[ADDRESS_TEXT_MAX];

	text_printf(out, "%-8s %-12s %6u %6u  %-*s  %-*s  ", e->name,
		e->protocol == IPPROTO_TCP ? tcp_state_name(e->state) : "UDP", e->recvq, e->sendq,
		widths->local, address_format(&e->local, local), widths->remote,
		address_format(&e->remote, remote));
	if (e->process)
		text_printf(out, "%s fd %d", e->process, e->fd);
	else
		text_puts(out, "nobody");
	add_timer(e, out);
	text_puts(out, "\n");
}

static bool shown(const struct endpoint *e)
{
	return e->fd >= 0 || (e->state != STATE_CLOSED && e->state != STATE_NONE);
}

static int longer(int width, const struct address *address)
{
	char buffer[ADDRESS_TEXT_MAX];
	int len = (int)strlen(address_format(address, buffer));

	return len > width ? len : width;
}

/* "main has been blocked in accept(3) for 2.1 s" */
static void add_blocked(const struct world *w, struct text *out)
{
	const struct process *p;

	for (size_t i = 0; (p = world_process_at(w, i)); i++) {
		if (!p->in_call || !p->call.blocked)
			continue;
		text_printf(out, "%s has been blocked in %s for %.1f s\n", p->name, p->call.text,
			(double)(clock_now_ns() - p->call.begin_ns) / (double)NS_PER_S);
	}
}

static int ss_run(struct cmd_call *c, struct diag *d)
{
	struct widths widths = { 5, 6 }; /* LOCAL, REMOTE */
	struct text out = TEXT_EMPTY;
	const struct endpoint *e;

	(void)d;
	world_look_all(c->world);
	for (size_t i = 0; (e = world_socket_at(c->world, i)); i++) {
		if (!shown(e))
			continue;
		widths.local = longer(widths.local, &e->local);
		widths.remote = longer(widths.remote, &e->remote);
	}
	text_printf(&out, "%-8s %-12s %6s %6s  %-*s  %-*s  OWNER", "SOCKET", "STATE", "RECV-Q",
		"SEND-Q", widths.local, "LOCAL", widths.remote, "REMOTE");
	text_puts(&out, "\n");
	for (size_t i = 0; (e = world_socket_at(c->world, i)); i++) {
		if (shown(e))
			add_socket(e, &widths, &out);
	}
	add_blocked(c->world, &out);
	out.s[--out.len] = '\0';
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_OUTPUT, .cause = c->event, .text = text_get(&out) });
	text_done(&out);
	return CMD_DONE;
}

const struct cmd_def cmd_ss = {
	.name = "ss",
	.args = "",
	.min_args = 0,
	.max_args = 0,
	.summary = "list every socket as the kernel reports it now",
	.detail =
		"Of a listener, RECV-Q is the accept queue and SEND-Q its limit; a FIN counts as one byte. `nobody` owns a connection\n"
		"that was closed but has not ended, or was not accepted yet. What is CLOSED and has no descriptor is left out.",
	.source = "sock_diag(7), ss(8)",
	.example = "ss",
	.run = ss_run,
};
