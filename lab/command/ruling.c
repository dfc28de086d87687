/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/ruling.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/matching.h"
#include "language/names.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/world.h"

int ruling_read(const struct cmd_call *c, enum rule_kind kind, uint64_t count,
	struct ruling *ret_ruling, struct diag *d)
{
	const struct statement *s = c->statement;
	struct ruling ruling = { .rule = { .kind = kind, .count = count, .command = c->event },
		.next = 1 };
	size_t place;
	bool counted;
	int r;

	if (s->words[1].kind == TOKEN_SEGMENT) {
		r = name_number(s, &s->words[1], 1, UINT64_MAX, &ruling.number, d);
		ruling.next = 2;
	} else {
		r = match_read(c->world, s, &ruling.next, &ruling.rule.match, d);
		place = ruling.next;
		if (r == 0)
			r = match_read_count(s, &ruling.next, &ruling.rule.count, d);
		counted = ruling.next > place;
		if (r == 0)
			r = match_read_chance(s, &ruling.next, &ruling.rule, d);
		if (ruling.rule.chance_ppm && !counted)
			ruling.rule.count = 0; /* who says 10% does not mean one packet */
	}
	if (r == 0)
		*ret_ruling = ruling;
	return r;
}

int ruling_end(const struct cmd_call *c, size_t next, struct diag *d)
{
	if (next >= c->statement->word_count)
		return 0;
	return match_left_over(c->statement, next, c->def->args, d);
}

int ruling_add(struct cmd_call *c, struct rule *rule)
{
	const struct rule *made = rule_add(wire_rules(world_wire(c->world)), rule);
	struct text text = TEXT_EMPTY;

	text_printf(&text, "rule %u: ", made->number);
	rule_format(made, &text);
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_RULE, .cause = c->event, .text = text_get(&text) });
	text_done(&text);
	return CMD_DONE;
}

int ruling_by_hand(const struct cmd_call *c, int result, uint64_t number, struct diag *d)
{
	const struct statement *s = c->statement;

	if (result == -ENOENT)
		return statement_error(s, &s->words[1], d,
			"packet #%" PRIu64 " is not held; 'wire' lists what is", number);
	return result < 0 ? result : CMD_DONE;
}
