/* SPDX-License-Identifier: GPL-3.0-or-later */
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
	text_printf(out, "; %s in %.1f s", sock_timer_name(e->timer),
		e->timer_due_ns > now ? (double)(e->timer_due_ns - now) / (double)NS_PER_S : 0.0);
	if (e->retransmits)
		text_printf(out, ", %u done", e->retransmits);
}

static void add_socket(const struct endpoint *e, struct text *out)
{
	char local[ADDRESS_TEXT_MAX], remote[ADDRESS_TEXT_MAX], owner[48] = "nobody";

	if (e->process)
		snprintf(owner, sizeof(owner), "%s, fd %d", e->process, e->fd);
	text_printf(out, "%-8s %-12s %6u %6u  %-21s %-21s  %s", e->name, tcp_state_name(e->state),
		e->recvq, e->sendq, address_format(&e->local, local),
		address_format(&e->remote, remote), owner);
	add_timer(e, out);
	text_puts(out, "\n");
}

static int ss_run(struct cmd_call *c, struct diag *d)
{
	struct text out = TEXT_EMPTY;
	const struct endpoint *e;
	size_t shown = 0;

	(void)d;
	world_look_all(c->world);
	text_printf(&out, "%-8s %-12s %6s %6s  %-21s %-21s  %s\n", "SOCKET", "STATE", "RECV-Q",
		"SEND-Q", "LOCAL", "REMOTE", "OWNER");
	for (size_t i = 0; (e = world_socket_at(c->world, i)); i++) {
		if (e->state == STATE_CLOSED && e->fd < 0)
			continue;
		add_socket(e, &out);
		shown++;
	}
	if (!shown)
		text_puts(&out, "no sockets; make one with: socket NAME\n");
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
	.detail = "Of a listener, RECV-Q is the accept queue and SEND-Q its limit. `nobody` owns a connection\n"
		  "that was closed but has not ended, or was not accepted yet. Dead and closed ones are left out.",
	.source = "sock_diag(7), ss(8)",
	.example = "ss",
	.run = ss_run,
};
