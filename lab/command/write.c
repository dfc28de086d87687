/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/transfer.h"
#include "language/cmd.h"

static int write_run(struct cmd_call *c, struct diag *d)
{
	return transfer_send(c, CALL_WRITE, d);
}

const struct cmd_def cmd_write = {
	.name = "write",
	.args = "SOCK \"DATA\"|SIZE",
	.min_args = 2,
	.max_args = 2,
	.summary = "send() without flags, as programs that know files only do it",
	.detail = "There is no MSG_NOSIGNAL here: SIGPIPE comes where the connection is gone.",
	.source = "write(2)",
	.example = "write c \"hello\"",
	.flags = CMD_OUTCOME | CMD_BACKGROUND | CMD_COUNTS,
	.run = write_run,
};
