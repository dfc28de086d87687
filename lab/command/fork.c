/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/process.h"

static int fork_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct call_request q = { .kind = CALL_FORK, .fd = -1 };
	struct call_order order = { .request = &q, .text = "fork()", .new_name = s->words[2].text };
	struct process *p = NULL;
	int r = name_idle_process(c->world, s, &s->words[1], &p, d);

	if (r == 0)
		r = name_new(c->world, s, &s->words[2], d);
	return r < 0 ? r : script_call(c, p, &order, d);
}

const struct cmd_def cmd_fork = {
	.name = "fork",
	.args = "PROC NAME",
	.min_args = 2,
	.max_args = 2,
	.summary = "copy a process; the child shares its sockets",
	.detail =
		"The child's descriptors are called NAME/theirs: after `fork main child`, child/c is the same\n"
		"socket as c. close() in one process sends no FIN while the other holds it.",
	.source = "fork(2)",
	.example = "fork main child",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = fork_run,
};
