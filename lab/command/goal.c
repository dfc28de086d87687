/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "command/output.h"
#include "command/exercising.h"
#include "language/attempt.h"
#include "language/cmd.h"
#include "language/statement.h"

static int goal_run(struct cmd_call *c, struct diag *d)
{
	struct text out = TEXT_EMPTY;
	struct attempt *a;
	int r;

	if (c->statement->has_block || c->statement->word_count > 1)
		return exercising_refuse(c, d);
	r = exercising_find(c, &a, d);
	if (r < 0)
		return r;
	attempt_format(a, &out);
	return output_tell(c, &out);
}

const struct cmd_def cmd_goal = {
	.name = "goal",
	.args = "[\"TEXT\" [in order] [at the end] { EXPECTATION; ... }]",
	.min_args = 0,
	.max_args = 6,
	.summary = "the goals of the exercise: which are met, what is left of its limits",
	.detail =
		"[x] is met, by what the kernel does; the prompt counts them. One that must stand at the end may be lost\n"
		"again. The limits say how many commands may change something, and which are forbidden: looking is free.",
	.author =
		"In an exercise's file it states one: expectations that must stand at the same moment, while the lab is at\n"
		"rest; `answer WORD` among them asks for that answer. It stays met, unless it must stand at the end;\n"
		"in order: only when the goal above it has been met. `path` and `segments` count from the student's\n"
		"beginning.",
	.source = "recipes/exercises/README.md",
	.example = "goal \"c is in CLOSE-WAIT\" { expect c CLOSE-WAIT }",
	.flags = CMD_BLOCK_MAY | CMD_FREE,
	.run = goal_run,
};
