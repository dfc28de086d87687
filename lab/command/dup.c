/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/call.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/process.h"

static int dup_run(struct cmd_call *c, struct diag *d)
{
	struct call_request q = { .kind = CALL_DUP };
	int r = name_new(c->world, c->statement, &c->statement->words[2], d);

	if (r < 0)
		return r;
	return call_on_socket(c, &q,
		&(struct call_order){ .new_name = c->statement->words[2].text }, d, "%s", "");
}

const struct cmd_def cmd_dup = {
	.name = "dup",
	.args = "SOCK NAME",
	.min_args = 2,
	.max_args = 2,
	.summary = "make a second descriptor of the same socket and call it NAME",
	.detail =
		"close() of one sends nothing while the other is open; shutdown() of one acts on both.",
	.source = "dup(2)",
	.example = "dup c c2",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = dup_run,
};
