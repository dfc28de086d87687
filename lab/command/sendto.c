/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/transfer.h"
#include "language/cmd.h"

static int sendto_run(struct cmd_call *c, struct diag *d)
{
	return transfer_send(c, CALL_SENDTO, d);
}

const struct cmd_def cmd_sendto = {
	.name = "sendto",
	.args = "SOCK \"DATA\"|SIZE ADDR:PORT [FLAG...]",
	.min_args = 3,
	.max_args = 8,
	.summary = "send one datagram to an address",
	.detail =
		"For UDP. On a TCP socket the kernel ignores the address, or says EISCONN; but with "
		"MSG_FASTOPEN it connects there, and the data goes with the SYN if the peer has given a cookie.",
	.source = "sendto(2)",
	.example = "sendto u \"hello\" :5000",
	.flags = CMD_OUTCOME | CMD_BACKGROUND | CMD_COUNTS,
	.run = sendto_run,
};
