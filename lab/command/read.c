/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/transfer.h"
#include "language/cmd.h"

static int read_run(struct cmd_call *c, struct diag *d)
{
	return transfer_receive(c, CALL_READ, d);
}

const struct cmd_def cmd_read = {
	.name = "read",
	.args = "SOCK [SIZE]",
	.min_args = 1,
	.max_args = 2,
	.summary = "recv() without flags",
	.source = "read(2)",
	.example = "read a 100",
	.flags = CMD_OUTCOME | CMD_BACKGROUND | CMD_COUNTS,
	.run = read_run,
};
