/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "wire/wire.h"
#include "world/world.h"

static int release_run(struct cmd_call *c, struct diag *d)
{
	size_t count = wire_release(world_wire(c->world));
	struct text text = TEXT_EMPTY;

	(void)d;
	text_printf(&text, "the wire flows; %zu held segment%s let go", count,
		count == 1 ? "" : "s");
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_RULE, .cause = c->event, .text = text_get(&text) });
	text_done(&text);
	world_kick(c->world);
	return CMD_DONE;
}

const struct cmd_def cmd_release = {
	.name = "release",
	.args = "",
	.min_args = 0,
	.max_args = 0,
	.summary = "end all holding and deliver what is held, oldest first",
	.source = "the wire is the lab itself",
	.example = "release",
	.flags = CMD_COUNTS,
	.run = release_run,
};
