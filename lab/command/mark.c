/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/world.h"

static int mark_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct text name = TEXT_EMPTY;

	(void)d;
	if (s->word_count > 1)
		text_printable(&name, s->words[1].text, s->words[1].len);
	script_set_mark(c->script,
		journal_add(world_journal(c->world),
			(struct event){ .kind = EVENT_MARK,
				.cause = c->event,
				.text = name.len ? text_get(&name) : "mark" }));
	text_done(&name);
	return CMD_DONE;
}

const struct cmd_def cmd_mark = {
	.name = "mark",
	.args = "[NAME]",
	.min_args = 0,
	.max_args = 1,
	.summary =
		"count from here: `expect ... path` and `expect segments` forget what was before",
	.source = "tcplab",
	.example = "mark closing",
	.flags = CMD_FREE,
	.run = mark_run,
};
