/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/ruling.h"
#include "language/cmd.h"
#include "wire/wire.h"
#include "world/world.h"

static int drop_run(struct cmd_call *c, struct diag *d)
{
	struct ruling ruling;
	int r = ruling_read(c, RULE_DROP, 1, &ruling, d);

	if (r == 0)
		r = ruling_end(c, ruling.next, d);
	if (r < 0)
		return r;
	if (!ruling.number)
		return ruling_add(c, &ruling.rule);
	r = wire_drop(world_wire(c->world), ruling.number, c->event);
	return ruling_by_hand(c, r, ruling.number, d);
}

const struct cmd_def cmd_drop = {
	.name = "drop",
	.args = "#SEG|MATCH [xN|always] [P% [seed N]]",
	.min_args = 1,
	.max_args = 16,
	.summary = "lose a held packet, or the next N coming ones that match (1, unless told)",
	.detail =
		"`drop #3` loses a held packet now. `drop syn/ack to c x2` is a rule for coming ones, until it\n"
		"is used up; `rules` lists and removes rules. `drop data 10%` loses one of ten by chance, as long as\n"
		"it stands: the dice are thrown from a seed (1, unless told), the same way every time.",
	.source = "the wire is the lab itself",
	.example = "drop syn x2",
	.flags = CMD_COUNTS,
	.run = drop_run,
};
