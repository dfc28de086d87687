/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/exercising.h"
#include "language/cmd.h"

const struct cmd_def cmd_limit = {
	.name = "limit",
	.args = "commands N | answers N | without COMMAND...",
	.min_args = 2,
	.max_args = CMD_MANY,
	.summary = "in an exercise: how many commands or answers it takes, or what may not be used",
	.detail =
		"What is over a limit is refused. Commands that only look or wait are free: ss, wire, ladder, events,\n"
		"counters, help, expect, wait, mark and the like; so is one that the lab refused.",
	.source = "recipes/exercises/README.md",
	.example = "limit commands 8",
	.flags = CMD_FREE,
	.run = exercising_refuse,
};
