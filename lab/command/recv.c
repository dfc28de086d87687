/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/transfer.h"
#include "language/cmd.h"

static int recv_run(struct cmd_call *c, struct diag *d)
{
	return transfer_receive(c, CALL_RECV, d);
}

const struct cmd_def cmd_recv = {
	.name = "recv",
	.args = "SOCK [SIZE] [FLAG...]",
	.min_args = 1,
	.max_args = 8,
	.summary = "read what has arrived, at most SIZE bytes (4096)",
	.detail =
		"Blocks while there is nothing. 0 is end of file: the peer has sent FIN and everything\n"
		"before it was read. Flags: MSG_PEEK, MSG_DONTWAIT, MSG_WAITALL, MSG_OOB, MSG_TRUNC.",
	.source = "recv(2); RFC 9293 3.10.3",
	.example = "recv a",
	.flags = CMD_OUTCOME | CMD_BACKGROUND | CMD_COUNTS,
	.run = recv_run,
};
