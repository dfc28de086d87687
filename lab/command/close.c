/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/call.h"
#include "language/cmd.h"
#include "world/protocol.h"

static int close_run(struct cmd_call *c, struct diag *d)
{
	struct call_request q = { .kind = CALL_CLOSE };

	return call_on_socket(c, &q, NULL, d, "%s", "");
}

const struct cmd_def cmd_close = {
	.name = "close",
	.args = "SOCK",
	.min_args = 1,
	.max_args = 1,
	.summary =
		"give up the descriptor; the connection ends with FIN, or with RST if data was unread",
	.detail =
		"The connection lives on in the kernel (FIN-WAIT-1 ... TIME-WAIT) and its name keeps its\n"
		"story, but no call can be made on it any more.",
	.source = "close(2); RFC 9293 3.6, 3.10.4",
	.example = "close c",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = close_run,
};
