/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/transfer.h"
#include "language/cmd.h"

static int recvfrom_run(struct cmd_call *c, struct diag *d)
{
	return transfer_receive(c, CALL_RECVFROM, d);
}

const struct cmd_def cmd_recvfrom = {
	.name = "recvfrom",
	.args = "SOCK [SIZE] [FLAG...]",
	.min_args = 1,
	.max_args = 8,
	.summary = "read one datagram and say who sent it",
	.detail =
		"Of a datagram longer than SIZE the rest is lost; with MSG_TRUNC its whole length is told.",
	.source = "recvfrom(2)",
	.example = "recvfrom u",
	.flags = CMD_OUTCOME | CMD_BACKGROUND | CMD_COUNTS,
	.run = recvfrom_run,
};
