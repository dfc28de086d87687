/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/ruling.h"
#include "language/cmd.h"
#include "language/matching.h"
#include "language/statement.h"

static int hold_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct ruling ruling = { .rule = { .kind = RULE_HOLD, .command = c->event }, .next = 1 };
	int r = 0;

	if (s->word_count > 1 && s->words[1].kind == TOKEN_SEGMENT)
		return statement_error(s, &s->words[1], d,
			"hold is for coming packets: hold, or hold syn/ack");
	if (s->word_count > 1)
		r = ruling_read(c, RULE_HOLD, 0, &ruling, d);
	if (r == 0)
		r = ruling_end(c, ruling.next, d);
	return r < 0 ? r : ruling_add(c, &ruling.rule);
}

const struct cmd_def cmd_hold = {
	.name = "hold",
	.args = "[MATCH [xN] [P% [seed N]]]",
	.min_args = 0,
	.max_args = 16,
	.summary = "keep coming packets on the wire: all, or those that match",
	.detail =
		"They stay until `step`, `release` or `drop`. MATCH: syn, syn/ack, ack, data, fin, fin/ack,\n"
		"rst, udp, icmp; from X, to X (a socket, host or address), port N; where \"PCAP FILTER\"; joined:\n"
		"hold syn/ack to c. The kernels' timers run on meanwhile: what is held is sent again after 0.2 s,\n"
		"a SYN after 1 s, and the copies pile up on the wire, marked (again #1). `drop #5` takes one off,\n"
		"`release` lets all go, `hold data x1` holds the first and lets its copies pass, and\n"
		"set SOCK TCP_SYNCNT 1 or sysctl net.ipv4.tcp_syn_retries 1 keeps them few.",
	.source = "the wire is the lab itself; pcap-filter(7)",
	.example = "hold syn/ack",
	.run = hold_run,
};
