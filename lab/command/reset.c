/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/cmd.h"
#include "language/script.h"
#include "language/telling.h"
#include "world/world.h"

static int reset_run(struct cmd_call *c, struct diag *d)
{
	int r;

	if (!script_interactive(c->script))
		telling_unfired(c->world);
	script_begin_anew(
		c->script); /* before the processes end: their calls end with them, unasked */
	r = world_reset(c->world, c->event, d);
	if (r < 0)
		return r;
	script_begin_anew(c->script);
	return CMD_DONE;
}

const struct cmd_def cmd_reset = {
	.name = "reset",
	.args = "",
	.min_args = 0,
	.max_args = 0,
	.summary =
		"begin anew: a new localhost with main, no other host, an empty wire without rules",
	.detail =
		"Every process is killed, every socket gone, TIME-WAIT too, and every sysctl as it was. Names\n"
		"are free again; `expect` counts from here.",
	.source = "tcplab",
	.example = "reset",
	.flags = CMD_REFUSED,
	.run = reset_run,
};
