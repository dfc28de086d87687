/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/call.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/process.h"

static int accept_run(struct cmd_call *c, struct diag *d)
{
	struct call_request q = { .kind = CALL_ACCEPT };
	int r = name_new(c->world, c->statement, &c->statement->words[2], d);

	if (r < 0)
		return r;
	return call_on_socket(c, &q,
		&(struct call_order){ .new_name = c->statement->words[2].text }, d, "%s", "");
}

const struct cmd_def cmd_accept = {
	.name = "accept",
	.args = "SOCK NAME",
	.min_args = 2,
	.max_args = 2,
	.summary = "take the first finished connection off a listener and call it NAME",
	.detail =
		"Blocks while there is none. The connection was ESTABLISHED before: the kernel finishes\n"
		"the handshake on its own.",
	.source = "accept(2)",
	.example = "accept l a",
	.flags = CMD_OUTCOME | CMD_BACKGROUND | CMD_COUNTS,
	.run = accept_run,
};
