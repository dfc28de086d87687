/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/sockname.h"
#include "language/cmd.h"

static int getpeername_run(struct cmd_call *c, struct diag *d)
{
	return sockname_ask(c, CALL_GETPEERNAME, d);
}

const struct cmd_def cmd_getpeername = {
	.name = "getpeername",
	.args = "SOCK",
	.min_args = 1,
	.max_args = 1,
	.summary = "ask for the address a socket is connected to",
	.detail = "ENOTCONN when it is not, or not any more.",
	.source = "getpeername(2)",
	.example = "getpeername c => :8080",
	.flags = CMD_OUTCOME | CMD_WORDS | CMD_COUNTS,
	.run = getpeername_run,
};
