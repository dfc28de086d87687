/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/world.h"

static void add_all(const struct cmd_table *table, struct text *out)
{
	for (size_t i = 0; table->defs[i]; i++) {
		const struct cmd_def *def = table->defs[i];
		struct text usage = TEXT_EMPTY;

		text_printf(&usage, "%s %s", def->name, def->args);
		text_printf(out, usage.len > 28 ? "%s\n%30s%s\n" : "%-28s%2s%s\n", text_get(&usage),
			"", def->summary);
		text_done(&usage);
	}
	text_puts(out,
		"\nAfter a call: `=> VALUE` says what it must give, `&` sends it to the background.\n"
		"`help COMMAND` tells more. Ctrl-C stops waiting, Ctrl-D leaves.");
}

static void add_one(const struct cmd_def *def, struct text *out)
{
	text_printf(out, "%s %s\n  %s.\n", def->name, def->args, def->summary);
	if (def->detail) {
		text_puts(out, "  ");
		for (const char *s = def->detail; *s; s++) {
			text_add(out, s, 1);
			if (*s == '\n')
				text_puts(out, "  ");
		}
		text_puts(out, "\n");
	}
	if (def->flags & CMD_OUTCOME)
		text_printf(out, "  May be followed by => VALUE%s.\n",
			def->flags & CMD_BACKGROUND ? " and by &" : "");
	text_printf(out, "  Example: %s\n  See: %s", def->example, def->source);
}

static int help_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct cmd_table *table = script_table(c->script);
	const struct cmd_def *def = NULL;
	struct text out = TEXT_EMPTY;

	if (s->word_count > 1) {
		const char *near = cmd_nearest(table, s->words[1].text);

		def = cmd_find(table, s->words[1].text);
		if (!def)
			return statement_error(s, &s->words[1], d, "no help on '%.40s'%s%s%s",
				s->words[1].text, near ? "; did you mean '" : "", near ? near : "",
				near ? "'?" : "; 'help' lists the commands");
		add_one(def, &out);
	} else {
		add_all(table, &out);
	}
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_OUTPUT, .cause = c->event, .text = text_get(&out) });
	text_done(&out);
	return CMD_DONE;
}

const struct cmd_def cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.min_args = 0,
	.max_args = 1,
	.summary = "list the commands, or tell more about one",
	.source = "tcplab(1)",
	.example = "help connect",
	.run = help_run,
};
