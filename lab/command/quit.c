/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/cmd.h"
#include "language/script.h"
#include "language/statement.h"

static int quit_run(struct cmd_call *c, struct diag *d)
{
	if (script_guest(c->script))
		return statement_error(c->statement, NULL, d,
			"the lab ends where it was begun: at the prompt, or with Ctrl-C there");
	return CMD_QUIT;
}

const struct cmd_def cmd_quit = {
	.name = "quit",
	.args = "",
	.min_args = 0,
	.max_args = 0,
	.summary = "leave; everything in the lab ends",
	.source = "tcplab",
	.example = "quit",
	.run = quit_run,
};
