/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "command/ruling.h"
#include "language/cmd.h"
#include "language/matching.h"
#include "language/statement.h"

static bool is_word(const struct statement *s, size_t i, const char *word)
{
	return i < s->word_count && s->words[i].kind == TOKEN_WORD &&
		strcmp(s->words[i].text, word) == 0;
}

static int hold_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct ruling ruling = { .rule = { .kind = RULE_HOLD, .command = c->event }, .next = 1 };
	int r = 0;

	if (s->word_count > 1 && s->words[1].kind == TOKEN_SEGMENT)
		return statement_error(s, &s->words[1], d,
			"hold is for coming packets: hold, or hold syn/ack");
	if (s->word_count > 1 && !is_word(s, 1, "without"))
		r = ruling_read(c, RULE_HOLD, 0, &ruling, d);
	if (r == 0 && is_word(s, ruling.next, "without")) {
		if (!is_word(s, ruling.next + 1, "retransmissions"))
			return statement_error(s, &s->words[ruling.next], d,
				"without what? hold syn without retransmissions");
		ruling.rule.once = true;
		ruling.next += 2;
	}
	if (r == 0)
		r = ruling_end(c, ruling.next, d);
	return r < 0 ? r : ruling_add(c, &ruling.rule);
}

const struct cmd_def cmd_hold = {
	.name = "hold",
	.args = "[MATCH [xN] [P% [seed N]]] [without retransmissions]",
	.min_args = 0,
	.max_args = 16,
	.summary = "keep coming packets on the wire: all, or those that match",
	.detail =
		"They stay until `step`, `release` or `drop`. MATCH: syn, syn/ack, ack, data, fin, fin/ack,\n"
		"rst, udp, icmp; from X, to X (a socket, host or address), port N; where \"PCAP FILTER\"; joined:\n"
		"hold syn/ack to c. A connected socket is its connection, another its address and port (help match).\n"
		"The kernels' timers run on meanwhile: what is held is sent again after 0.2 s,\n"
		"a SYN after 1 s, and the copies pile up on the wire, marked (again #1). Without retransmissions they are\n"
		"dropped as long as something of their connection is held, and counted (`rules`): so one can stop and\n"
		"talk. The timers double all the same, and give up in the end: a SYN/ACK after 63 s, a SYN after 131 s,\n"
		"unless sysctl net.ipv4.tcp_synack_retries 12 and tcp_syn_retries 12 were said before. `drop #5` takes one off, `release` lets all go,\n"
		"`hold data x1` holds the first and lets its copies pass, and set SOCK TCP_SYNCNT 1 keeps them few.",
	.source = "the wire is the lab itself; pcap-filter(7)",
	.example = "hold syn/ack without retransmissions",
	.flags = CMD_COUNTS,
	.run = hold_run,
};
