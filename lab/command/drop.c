/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/world.h"

static int drop_held(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	uint64_t number = 0;
	int r = name_number(s, &s->words[1], 1, UINT64_MAX, &number, d);

	if (r < 0)
		return r;
	if (s->word_count > 2)
		return statement_error(s, &s->words[2], d, "'%.40s' is one word too many",
			s->words[2].text);
	if (wire_drop(world_wire(c->world), number, c->event) < 0)
		return statement_error(s, &s->words[1], d,
			"segment #%" PRIu64 " is not held; 'wire' lists what is", number);
	return CMD_DONE;
}

static int drop_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct text text = TEXT_EMPTY;
	struct match m;
	uint64_t count = 1;
	size_t i = 1;
	int r;

	if (s->words[1].kind == TOKEN_SEGMENT)
		return drop_held(c, d);
	r = name_match(c->world, s, &i, &m, d);
	if (r == 0 && i < s->word_count && s->words[i].text[0] == 'x') {
		struct token number = s->words[i];

		number.text++;
		r = name_number(s, &number, 1, 1000000, &count, d);
		i++;
	}
	if (r == 0 && i < s->word_count)
		r = statement_error(s, &s->words[i], d, "'%.40s' is one word too many",
			s->words[i].text);
	if (r < 0)
		return r;
	wire_drop_rule(world_wire(c->world), &m, count);
	text_printf(&text, "the wire will drop the next %" PRIu64 " of: ", count);
	match_format(&m, &text);
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_RULE, .cause = c->event, .text = text_get(&text) });
	text_done(&text);
	return CMD_DONE;
}

const struct cmd_def cmd_drop = {
	.name = "drop",
	.args = "#SEG|MATCH [xN]",
	.min_args = 1,
	.max_args = 16,
	.summary = "lose a held segment, or the next N coming ones that match (1, unless told)",
	.detail =
		"`drop #3` loses a held segment now. `drop syn/ack to c x2` is a rule for coming\n"
		"ones, until it is used up.",
	.source = "the wire is the lab itself",
	.example = "drop syn x2",
	.run = drop_run,
};
