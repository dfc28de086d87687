/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/ruling.h"
#include "language/cmd.h"
#include "wire/wire.h"
#include "world/world.h"

static int duplicate_run(struct cmd_call *c, struct diag *d)
{
	struct ruling ruling;
	int r = ruling_read(c, RULE_DUPLICATE, 1, &ruling, d);

	if (r == 0)
		r = ruling_end(c, ruling.next, d);
	if (r < 0)
		return r;
	if (!ruling.number)
		return ruling_add(c, &ruling.rule);
	r = wire_duplicate(world_wire(c->world), ruling.number, c->event);
	return ruling_by_hand(c, r, ruling.number, d);
}

const struct cmd_def cmd_duplicate = {
	.name = "duplicate",
	.args = "#SEG|MATCH [xN|always] [P% [seed N]]",
	.min_args = 1,
	.max_args = 16,
	.summary =
		"let a held packet arrive twice, or the next N coming ones that match (1, unless told)",
	.detail =
		"The copy has a number of its own and goes right behind the original; a copy of a held packet\n"
		"is held too. No rule sees a copy. P%: by chance, as in\n"
		"help drop. (`dup` is the system call.)",
	.source = "the wire is the lab itself",
	.example = "duplicate data x1",
	.flags = CMD_COUNTS,
	.run = duplicate_run,
};
