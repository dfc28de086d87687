/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/transfer.h"
#include "language/cmd.h"

static int send_run(struct cmd_call *c, struct diag *d)
{
	return transfer_send(c, CALL_SEND, d);
}

const struct cmd_def cmd_send = {
	.name = "send",
	.args = "SOCK \"DATA\"|SIZE [FLAG...]",
	.min_args = 2,
	.max_args = 8,
	.summary = "hand data to the kernel, which sends it as segments",
	.detail =
		"Returns when the kernel has taken the data, not when the peer has it. On a connection that\n"
		"was reset or shut down for writing it raises SIGPIPE, which ends the process; with\n"
		"MSG_NOSIGNAL it says EPIPE. SIZE (100k) sends a pattern that recv recognizes.",
	.source = "send(2); RFC 9293 3.10.2",
	.example = "send c \"hello\\n\"",
	.flags = CMD_OUTCOME | CMD_BACKGROUND | CMD_COUNTS,
	.run = send_run,
};
