/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "command/option.h"
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
		"`help COMMAND` tells more, `help options` lists the socket options. Ctrl-C stops waiting, Ctrl-D leaves.");
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

static void add_options(struct text *out)
{
	const struct sockopt *o;

	for (size_t i = 0; (o = sockopt_at(i)); i++)
		text_printf(out, "%-26s%s\n", o->name, o->summary);
	text_puts(out, "\nset SOCK OPTION VALUE, get SOCK OPTION; `help OPTION` tells more.");
}

static void add_option(const struct sockopt *o, struct text *out)
{
	text_printf(out, "%s (%s): %s.\n  A value is %s; in C: %s.\n", o->name,
		sockopt_level_name(o->level), o->summary, sockopt_type_form(o->type),
		sockopt_type_name(o->type));
	for (const struct sockopt_name *n = o->names; n && n->name; n++)
		text_printf(out, "%s%s", n == o->names ? "  Names: " : ", ", n->name);
	if (o->names)
		text_puts(out, ".\n");
	if (o->access == SOCKOPT_READ)
		text_printf(out, "  It can only be read: get c %s => %s\n", o->name, o->example);
	else
		text_printf(out, "  Example: set c %s %s%s\n", o->name, o->example,
			o->access == SOCKOPT_WRITE ? " (it cannot be read)" : "");
	text_printf(out, "  See: %s", o->source);
}

/* What `name` is: a command, a socket option or their list. false = nothing. */
static bool add_any(const struct cmd_table *table, const char *name, struct text *out)
{
	const struct cmd_def *def = cmd_find(table, name);
	const struct sockopt *o = sockopt_find(name);

	if (def)
		add_one(def, out);
	else if (o)
		add_option(o, out);
	else if (strcmp(name, "options") == 0)
		add_options(out);
	else
		return false;
	return true;
}

static int help_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct cmd_table *table = script_table(c->script);
	struct text out = TEXT_EMPTY;

	if (s->word_count > 1 && !add_any(table, s->words[1].text, &out)) {
		const char *typed = s->words[1].text, *near = cmd_nearest(table, typed);

		if (!near || isupper((unsigned char)typed[0]))
			near = sockopt_nearest(typed);
		return statement_error(s, &s->words[1], d, "no help on '%.40s'%s%s%s", typed,
			near ? "; did you mean '" : "", near ? near : "",
			near ? "'?" : "; 'help' lists the commands");
	}
	if (s->word_count == 1)
		add_all(table, &out);
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_OUTPUT, .cause = c->event, .text = text_get(&out) });
	text_done(&out);
	return CMD_DONE;
}

const struct cmd_def cmd_help = {
	.name = "help",
	.args = "[COMMAND|OPTION]",
	.min_args = 0,
	.max_args = 1,
	.summary = "list the commands, or tell more about one or about a socket option",
	.source = "tcplab(1)",
	.example = "help connect",
	.run = help_run,
};
