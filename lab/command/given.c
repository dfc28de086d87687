/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/exercising.h"
#include "language/cmd.h"

const struct cmd_def cmd_given = {
	.name = "given",
	.args = "{ COMMAND; ... }",
	.min_args = 0,
	.max_args = 0,
	.summary = "in an exercise: what is done before the student begins",
	.detail =
		"It is not told, and its commands are not counted; `ladder` and `events` show what it did.",
	.source = "recipes/exercises/README.md",
	.example = "given { socket l; bind l :80; listen l }",
	.flags = CMD_BLOCK | CMD_FREE,
	.run = exercising_refuse,
};
