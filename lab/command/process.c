/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/world.h"

static int process_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct host *host = world_host_at(c->world, 0);
	int r = name_new(c->world, s, &s->words[1], d);

	if (r < 0)
		return r;
	if (s->word_count > 2) {
		if (strcmp(s->words[2].text, "on") != 0 || s->word_count < 4)
			return statement_error(s, &s->words[2], d, "write: process NAME on HOST");
		host = world_host(c->world, s->words[3].text);
		if (!host)
			return statement_error(s, &s->words[3], d, "no host '%.40s'",
				s->words[3].text);
	}
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
		"closed by the kernel when it ends. There is always one called main.",
	.source = "fork(2)",
	.example = "process server",
	.run = process_run,
};
