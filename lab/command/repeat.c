/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"

static int repeat_run(struct cmd_call *c, struct diag *d)
{
	uint64_t rounds = 0;
	int r = name_number(c->statement, &c->statement->words[1], 0, 1000000, &rounds, d);

	return r < 0 ? r : script_enter(c, rounds, false, d);
}

const struct cmd_def cmd_repeat = {
	.name = "repeat",
	.args = "N { COMMAND; ... }",
	.min_args = 1,
	.max_args = 1,
	.summary = "run the commands between the braces N times",
	.source = "tcplab",
	.example = "repeat 3 { send c \"again\" }",
	.flags = CMD_BLOCK | CMD_FREE,
	.run = repeat_run,
};
