/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/statement.h"
#include "world/world.h"

static int say_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct text said = TEXT_EMPTY;

	(void)d;
	for (size_t i = 1; i < s->word_count; i++) {
		text_puts(&said, i > 1 ? " " : "");
		text_printable(&said, s->words[i].text, s->words[i].len);
	}
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_SAY, .cause = c->event, .text = text_get(&said) });
	text_done(&said);
	return CMD_DONE;
}

const struct cmd_def cmd_say = {
	.name = "say",
	.args = "\"TEXT\"",
	.min_args = 1,
	.max_args = CMD_MANY,
	.summary = "tell the reader something",
	.source = "tcplab",
	.example = "say \"now the FIN is held\"",
	.flags = CMD_FREE,
	.run = say_run,
};
