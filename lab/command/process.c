/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/world.h"

static int process_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct token *on = NULL;
	struct host *host = NULL;
	int r = name_new(c->world, s, &s->words[1], d);

	if (r < 0)
		return r;
	if (s->word_count > 2) {
		if (strcmp(s->words[2].text, "on") != 0 || s->word_count < 4)
			return statement_error(s, &s->words[2], d, "write: process NAME on HOST");
		on = &s->words[3];
	}
	r = name_running_host(c->world, s, on, &host, d);
	if (r < 0)
		return r;
	r = world_add_process(c->world, s->words[1].text, host, c->event, d);
	return r < 0 ? r : CMD_DONE;
}

const struct cmd_def cmd_process = {
	.name = "process",
	.args = "NAME [on HOST]",
	.min_args = 1,
	.max_args = 3,
	.summary = "start another process, which makes its own calls",
	.detail =
		"A real process: it blocks where a call blocks, dies of signals, and its sockets are\n"
		"closed by the kernel when it ends. It lives on localhost, as `main` does, or on the\n"
		"host that is named.",
	.source = "fork(2)",
	.example = "process server on localhost",
	.flags = CMD_COUNTS,
	.run = process_run,
};
