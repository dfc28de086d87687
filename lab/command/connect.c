/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/address.h"
#include "command/call.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/protocol.h"

static int connect_run(struct cmd_call *c, struct diag *d)
{
	struct call_request q = { .kind = CALL_CONNECT };
	char address[ADDRESS_TEXT_MAX];
	int r = name_peer(c->world, c->statement, &c->statement->words[1], &c->statement->words[2],
		&q.address, d);

	if (r < 0)
		return r;
	return call_on_socket(c, &q, NULL, d, "%s", call_address(&q.address, address));
}

const struct cmd_def cmd_connect = {
	.name = "connect",
	.args = "SOCK ADDR:PORT",
	.min_args = 2,
	.max_args = 2,
	.summary = "open a connection actively: CLOSED -> SYN-SENT",
	.detail =
		"Blocks until the handshake is over. With & the script goes on; with the wire held, the\n"
		"SYN waits there for step, release or drop.",
	.source = "connect(2); RFC 9293 3.5, 3.10.1 (active OPEN)",
	.example = "connect c 127.0.0.1:8080 &",
	.flags = CMD_OUTCOME | CMD_BACKGROUND | CMD_COUNTS,
	.run = connect_run,
};
