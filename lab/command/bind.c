/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/address.h"
#include "command/call.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/protocol.h"

static int bind_run(struct cmd_call *c, struct diag *d)
{
	struct call_request q = { .kind = CALL_BIND };
	char address[ADDRESS_TEXT_MAX];
	int r = name_peer(c->world, c->statement, &c->statement->words[1], &c->statement->words[2],
		&q.address, d);

	if (r < 0)
		return r;
	return call_on_socket(c, &q, NULL, d, "%s", call_address(&q.address, address));
}

const struct cmd_def cmd_bind = {
	.name = "bind",
	.args = "SOCK ADDR:PORT",
	.min_args = 2,
	.max_args = 2,
	.summary = "give a socket its local address and port",
	.detail =
		"ADDR:PORT is 127.0.0.1:80, :80 (this host), bob:80, [fd00::1]:80, or @SOCK (the address\n"
		"another socket is bound to). Port 0 lets the kernel choose.",
	.source = "bind(2)",
	.example = "bind l :8080",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = bind_run,
};
