/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/process.h"

static int exit_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct call_request q = { .kind = CALL_EXIT, .fd = -1 };
	char text[32];
	struct call_order order = { .request = &q, .text = text };
	struct process *p = NULL;
	uint64_t code = 0;
	int r = name_idle_process(c->world, s, &s->words[1], &p, d);

	if (r == 0 && s->word_count > 2)
		r = name_number(s, &s->words[2], 0, 255, &code, d);
	if (r < 0)
		return r;
	q.number = (int)code;
	snprintf(text, sizeof(text), "exit(%d)", q.number);
	return script_call(c, p, &order, d);
}

const struct cmd_def cmd_exit = {
	.name = "exit",
	.args = "PROC [CODE]",
	.min_args = 1,
	.max_args = 2,
	.summary = "let a process end by itself, with status CODE (0)",
	.detail =
		"To leave the lab: quit, or Ctrl-D. The kernel closes its sockets as close() would, though it never called that.",
	.lacking = "to leave the lab: quit",
	.source = "_exit(2)",
	.example = "exit main 3",
	.flags = CMD_COUNTS,
	.run = exit_run,
};
