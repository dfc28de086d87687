/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/world.h"

static int hold_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct text text = TEXT_EMPTY;
	struct match m = { 0 };
	size_t i = 1;

	if (s->word_count > 1) {
		int r = name_match(c->world, s, &i, &m, d);

		if (r < 0)
			return r;
		if (i < s->word_count)
			return statement_error(s, &s->words[i], d, "'%.40s' is one word too many",
				s->words[i].text);
	}
	wire_hold(world_wire(c->world), &m);
	text_puts(&text, "the wire holds ");
	match_format(&m, &text);
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_RULE, .cause = c->event, .text = text_get(&text) });
	text_done(&text);
	return CMD_DONE;
}

const struct cmd_def cmd_hold = {
	.name = "hold",
	.args = "[MATCH]",
	.min_args = 0,
	.max_args = 16,
	.summary = "keep coming segments on the wire: all, or those that match",
	.detail =
		"They stay until `step`, `release` or `drop`. MATCH: syn, syn/ack, ack, data, fin, fin/ack,\n"
		"rst; from X, to X (a socket, host or address), port N; joined: hold syn/ack to c.",
	.source = "the wire is the lab itself",
	.example = "hold syn/ack",
	.run = hold_run,
};
