/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/cmd.h"

static int quit_run(struct cmd_call *c, struct diag *d)
{
	(void)c;
	(void)d;
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
	.flags = CMD_OUTSIDE | CMD_PERSON,
	.run = quit_run,
};
