/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/script.h"
#include "world/world.h"

static int slow_run(struct cmd_call *c, struct diag *d)
{
	if (script_slow(c->script))
		return script_enter(c, 1, false, d);
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_NOTE,
			.cause = c->event,
			.text = "left out: it takes long; --slow plays it, too" });
	return CMD_DONE;
}

const struct cmd_def cmd_slow = {
	.name = "slow",
	.args = "{ COMMAND; ... }",
	.min_args = 0,
	.max_args = 0,
	.summary = "run the commands between the braces only under --slow, or at the prompt",
	.detail = "For what can only be waited for: the end of TIME-WAIT, for one, is 60 s away.",
	.source = "tcplab",
	.example = "slow { expect c CLOSED within 65s }",
	.flags = CMD_BLOCK | CMD_FREE,
	.run = slow_run,
};
