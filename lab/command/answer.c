/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "command/exercising.h"
#include "command/output.h"
#include "language/attempt.h"
#include "language/cmd.h"
#include "language/statement.h"

static int answer_run(struct cmd_call *c, struct diag *d)
{
	const struct token *word = &c->statement->words[1];
	struct text out = TEXT_EMPTY;
	struct attempt *a;
	int r = exercising_find(c, &a, d);

	if (r == 0)
		r = attempt_answer(a, word->text, &out, d);
	return r < 0 ? r : output_tell(c, &out);
}

const struct cmd_def cmd_answer = {
	.name = "answer",
	.args = "WORD",
	.min_args = 1,
	.max_args = 1,
	.summary = "answer what an exercise asks",
	.detail =
		"The last answer counts; an exercise may limit how many there are. What cannot be one costs nothing.",
	.source = "recipes/exercises/README.md",
	.example = "answer syn/ack",
	.flags = CMD_FREE,
	.run = answer_run,
};
