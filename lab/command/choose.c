/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/exercising.h"
#include "language/cmd.h"

const struct cmd_def cmd_choose = {
	.name = "choose",
	.args = "NAME from FROM..TO | NAME one of WORD ...",
	.min_args = 3,
	.max_args = CMD_MANY,
	.summary =
		"in an exercise: a number or a word that is this student's own, written $NAME elsewhere",
	.detail =
		"It is drawn by the student's ID and the exercise's text: the same one every time. Who practises\n"
		"without an ID has his own, too.",
	.source = "recipes/exercises/README.md",
	.example = "choose port from 8000..8999",
	.flags = CMD_FREE,
	.run = exercising_refuse,
};
