/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "language/cmd.h"
#include "language/names.h"
#include "language/play.h"
#include "language/script.h"
#include "language/statement.h"

static int next_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	uint64_t steps = 1;

	if (!script_typed(c->script))
		return statement_error(s, NULL, d, "'next' is for the prompt");
	if (!script_playing(c->script)->file)
		return statement_error(s, NULL, d,
			"no recipe is being played; begin one: play open/self-connect");
	if (s->word_count > 1 && strcmp(s->words[1].text, "all") == 0)
		steps = PLAY_ALL;
	else if (s->word_count > 1 && name_number(s, &s->words[1], 1, 1000000, &steps, d) < 0)
		return statement_error(s, &s->words[1], d,
			"'next' takes how many steps, or 'all', not '%.40s'", s->words[1].text);
	script_play_go(c->script, steps);
	return CMD_DONE;
}

const struct cmd_def cmd_next = {
	.name = "next",
	.args = "[N|all]",
	.min_args = 0,
	.max_args = 1,
	.summary =
		"run the next command of the recipe that `play` has begun, or the next N, or all",
	.detail =
		"Up to one that fails: that is told, and the next `next` goes on behind it. Enter alone is `next`.\n"
		"A loop (`repeat`, `until`) and an `include` are one step, and `say` is none.",
	.source = "tcplab",
	.example = "next 3",
	.flags = CMD_REFUSED, /* a recipe is trusted as it is, whoever says when */
	.run = next_run,
};
