/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/process.h"
#include "world/world.h"

static int type_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct token *data = &s->words[2];
	bool end = data->kind == TOKEN_WORD && strcmp(data->text, "eof") == 0;
	struct process *p = NULL;
	int r = name_process(c->world, s, &s->words[1], &p, d);

	if (r < 0)
		return r;
	if (!p->program || p->ended)
		return statement_error(s, &s->words[1], d, "'%s' is no program that runs", p->name);
	if (!end && data->kind != TOKEN_STRING)
		return statement_error(s, data, d, "write what to type in quotes, or eof");
	r = world_type(c->world, p, end ? NULL : data->text, data->len);
	if (r < 0)
		return statement_error(s, NULL, d,
			r == -EAGAIN
				? "'%s' does not read: its pipe is full, and not all of this is in it"
				: "the input of '%s' is closed",
			p->name);
	return CMD_DONE;
}

const struct cmd_def cmd_type = {
	.name = "type",
	.args = "PROC \"TEXT\"|eof",
	.min_args = 2,
	.max_args = 2,
	.summary = "write to the standard input of a program, or end it",
	.source = "write(2) on a pipe",
	.example = "type web \"hello\\n\"",
	.flags = CMD_OUTSIDE | CMD_REFUSED,
	.run = type_run,
};
