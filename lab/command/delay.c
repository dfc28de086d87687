/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "command/ruling.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/world.h"

/* [+-TIME seed N], for a rule. */
static int read_jitter(const struct cmd_call *c, struct ruling *ruling, struct diag *d)
{
	const struct statement *s = c->statement;
	struct token time;
	int r;

	ruling->rule.seed = 1;
	if (ruling->number || ruling->next >= s->word_count ||
		strncmp(s->words[ruling->next].text, "+-", 2) != 0)
		return 0;
	time = s->words[ruling->next++];
	if (!time.text[2])
		return statement_error(s, &time, d, "'+-' needs a time right behind it: +-20ms");
	time.text += 2;
	time.column += 2;
	r = name_duration(s, &time, &ruling->rule.jitter_ns, d);
	if (r < 0 || ruling->next >= s->word_count ||
		strcmp(s->words[ruling->next].text, "seed") != 0)
		return r;
	if (++ruling->next == s->word_count)
		return statement_error(s, &s->words[ruling->next - 1], d,
			"which seed? any number: seed 7");
	return name_number(s, &s->words[ruling->next++], 0, UINT64_MAX, &ruling->rule.seed, d);
}

static int delay_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct ruling ruling;
	int r = ruling_read(c, RULE_DELAY, 0, &ruling, d);

	if (r < 0)
		return r;
	if (ruling.next >= s->word_count)
		return statement_error(s, &s->words[s->word_count - 1], d,
			"by how long? delay %s 100ms", ruling.number ? "#3" : "data x1");
	r = name_duration(s, &s->words[ruling.next++], &ruling.rule.delay_ns, d);
	if (r == 0)
		r = read_jitter(c, &ruling, d);
	if (r == 0)
		r = ruling_end(c, ruling.next, d);
	if (r < 0)
		return r;
	if (!ruling.number)
		return ruling_add(c, &ruling.rule);
	r = wire_delay(world_wire(c->world), ruling.number, ruling.rule.delay_ns, c->event);
	world_kick(c->world);
	return ruling_by_hand(c, r, ruling.number, d);
}

const struct cmd_def cmd_delay = {
	.name = "delay",
	.args = "#SEG TIME | MATCH [xN] [P% [seed N]] TIME [+-TIME [seed N]]",
	.min_args = 2,
	.max_args = 20,
	.summary =
		"let a held packet go after some time, or delay coming ones that match (all, unless told)",
	.detail =
		"+-TIME spreads the delays evenly around TIME, from a seed (1, unless told): the same seed gives\n"
		"the same delays, so packets overtake each other in the same order every time. P%: some of them\n"
		"by chance, as in help drop.",
	.source = "the wire is the lab itself",
	.example = "delay data x2 100ms +-20ms seed 7",
	.flags = CMD_COUNTS,
	.run = delay_run,
};
