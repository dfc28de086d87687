/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>

#include "base/diag.h"
#include "base/sysname.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/world.h"

static int kill_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct process *p = NULL;
	int number = SIGTERM, r = name_process(c->world, s, &s->words[1], &p, d);

	if (r < 0)
		return r;
	if (p->ended)
		return statement_error(s, &s->words[1], d, "process '%s' has ended already",
			p->name);
	if (s->word_count > 2)
		number = signal_parse(s->words[2].text);
	if (!number)
		return statement_error(s, &s->words[2], d,
			"'%.40s' is no signal: KILL, TERM, PIPE, INT, USR1 ...", s->words[2].text);
	r = world_kill(c->world, p, number, c->event);
	if (r < 0)
		return diag_errno(d, -r, "kill", "the signal was not sent");
	return CMD_DONE;
}

const struct cmd_def cmd_kill = {
	.name = "kill",
	.args = "PROC [SIGNAL]",
	.min_args = 1,
	.max_args = 2,
	.summary = "send a process a signal (TERM, unless told)",
	.detail =
		"A process that dies leaves its sockets to the kernel, which closes them as close() would.",
	.source = "kill(2), signal(7)",
	.example = "kill main KILL",
	.flags = CMD_COUNTS,
	.run = kill_run,
};
