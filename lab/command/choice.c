/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/cmd.h"

/* `predict` reads all of them, behind its block. */
static int choice_run(struct cmd_call *c, struct diag *d)
{
	(void)c;
	(void)d;
	return CMD_DONE;
}

const struct cmd_def cmd_choice = {
	.name = "choice",
	.args = "\"TEXT\" EXPECTATION [within T]",
	.min_args = 3,
	.max_args = CMD_MANY,
	.summary = "in a `predict`: what can be chosen, and how the lab sees that it is so",
	.detail =
		"Two to nine of them end the block of `predict \"...\" choice`. The expectation is one of `expect`, counted from\n"
		"the block's beginning. The first that comes true (within 2 s) is what happened; no two may at once.",
	.source = "tcplab",
	.example = "choice \"the client does\" c FIN-WAIT-1",
	.flags = CMD_REFUSED,
	.run = choice_run,
};
