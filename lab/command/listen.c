/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/socket.h>

#include "command/call.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/protocol.h"

static int listen_run(struct cmd_call *c, struct diag *d)
{
	struct call_request q = { .kind = CALL_LISTEN };
	uint64_t backlog = SOMAXCONN;
	int r = 0;

	if (c->statement->word_count > 2)
		r = name_number(c->statement, &c->statement->words[2], 0, 1000000, &backlog, d);
	if (r < 0)
		return r;
	q.number = (int)backlog;
	return call_on_socket(c, &q, NULL, d, "%d", q.number);
}

const struct cmd_def cmd_listen = {
	.name = "listen",
	.args = "SOCK [BACKLOG]",
	.min_args = 1,
	.max_args = 2,
	.summary = "make a bound socket take connections: CLOSED -> LISTEN",
	.detail =
		"The kernel answers SYNs from now on. What was not yet accepted is called SOCK/1, SOCK/2 ...",
	.source = "listen(2); RFC 9293 3.10.1 (passive OPEN)",
	.example = "listen l 16",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = listen_run,
};
