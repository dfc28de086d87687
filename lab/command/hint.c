/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "command/output.h"
#include "command/exercising.h"
#include "language/attempt.h"
#include "language/cmd.h"
#include "language/statement.h"

static int hint_run(struct cmd_call *c, struct diag *d)
{
	struct text out = TEXT_EMPTY;
	struct attempt *a;
	int r;

	if (c->statement->word_count > 1)
		return exercising_refuse(c, d);
	r = exercising_find(c, &a, d);
	if (r == 0)
		r = attempt_hint(a, &out, d);
	if (r == 0)
		return output_tell(c, &out);
	text_done(&out);
	return r;
}

const struct cmd_def cmd_hint = {
	.name = "hint",
	.args = "[\"TEXT\" [costs N]]",
	.min_args = 0,
	.max_args = 3,
	.summary = "the next hint of the exercise; it may cost part of the score",
	.detail =
		"They come one at a time, each with what it has cost of 100; the exercise says how many there are: `goal`.\n"
		"A hint once taken stays taken.",
	.author = "In an exercise's file it states one; N of 100 are what it costs.",
	.source = "recipes/exercises/README.md",
	.example = "hint \"Who has to close?\" costs 10",
	.flags = CMD_FREE,
	.run = hint_run,
};
