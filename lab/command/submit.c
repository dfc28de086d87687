/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "command/output.h"
#include "command/exercising.h"
#include "language/attempt.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"

static int submit_run(struct cmd_call *c, struct diag *d)
{
	const struct token *path = c->statement->word_count > 1 ? &c->statement->words[1] : NULL;
	struct text out = TEXT_EMPTY;
	struct attempt *a;
	int r = exercising_find(c, &a, d);

	if (r == 0 && path)
		r = name_path(c->statement, path, d);
	if (r == 0)
		r = attempt_submit(a, path ? path->text : NULL, &out, d);
	if (r == 0)
		return output_tell(c, &out);
	text_done(&out);
	return r;
}

const struct cmd_def cmd_submit = {
	.name = "submit",
	.args = "[FILE]",
	.min_args = 0,
	.max_args = 1,
	.summary = "write what was done in this exercise to a file, to be handed in",
	.detail =
		"EXERCISE-STUDENT.tcplab in the current folder, unless FILE is said. It holds what was typed and what\n"
		"was seen, and is graded by playing it again. An earlier try of yours that is there is kept as\n"
		"EXERCISE-STUDENT.1.tcplab; hand in both or the better one: the best counts. Any other file is left alone.",
	.source = "recipes/exercises/README.md",
	.example = "submit",
	.flags = CMD_OUTSIDE | CMD_PERSON,
	.run = submit_run,
};
