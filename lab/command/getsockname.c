/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/sockname.h"
#include "language/cmd.h"

static int getsockname_run(struct cmd_call *c, struct diag *d)
{
	return sockname_ask(c, CALL_GETSOCKNAME, d);
}

const struct cmd_def cmd_getsockname = {
	.name = "getsockname",
	.args = "SOCK",
	.min_args = 1,
	.max_args = 1,
	.summary = "ask for the address a socket is bound to",
	.detail =
		"After => an address as bind takes it. A socket not bound yet has 0.0.0.0:0 or [::]:0.",
	.source = "getsockname(2)",
	.example = "getsockname c => 127.0.0.1:8080",
	.flags = CMD_OUTCOME | CMD_WORDS | CMD_COUNTS,
	.run = getsockname_run,
};
