/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/help.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/sysname.h"
#include "base/tcp_state.h"
#include "base/text.h"
#include "command/output.h"
#include "command/option.h"
#include "base/paragraph.h"
#include "command/topic.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "observe/sock_field.h"

/* ---- lists ---- */

/* "NAME  what it is", the second column at `column`. */
static void add_row(struct text *out, const char *name, size_t column, const char *summary)
{
	struct text first = TEXT_EMPTY;

	if (strlen(name) + 2 > column) {
		paragraph_add(out, "", 4, name);
		text_printf(&first, "%*s", (int)column, "");
	} else {
		text_printf(&first, "%-*s", (int)column, name);
	}
	paragraph_add(out, text_get(&first), column, summary);
	text_done(&first);
}

/* The last newline is the journal's to add. */
static void end_line(struct text *out)
{
	if (out->len && out->s[out->len - 1] == '\n')
		out->s[--out->len] = '\0';
}

/* Every command once (tests/unit/test_help.c). */
static const struct {
	const char *name, *commands;
} groups[] = {
	{ "World", "host process fork exec type signal kill exit sysctl reset" },
	{ "Calls",
		"socket bind listen connect accept send sendto write recv recvfrom read shutdown close dup "
		"getsockname getpeername set get ioctl nonblock poll" },
	{ "Wire", "hold release step drop duplicate delay corrupt swap rate rules forge capture" },
	{ "Seeing", "wire ss show counters ladder diagram events watch" },
	{ "Scripts", "expect mark wait sleep until repeat slow needs include save say" },
	{ "Stories", "play next claim differs predict choice" },
	{ "Exercises", "goal hint answer submit given choose limit" },
	{ "Besides", "help quit" },
};

void help_groups(struct text *out)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		struct text first = TEXT_EMPTY;

		text_printf(&first, "%-11s", groups[i].name);
		paragraph_add(out, text_get(&first), 11, groups[i].commands);
		text_done(&first);
	}
	paragraph_add(out, "\n", 0,
		"`help COMMAND` tells more, `help all` a line of each. So does help on a TCP state, an errno, a socket "
		"option, a sysctl, a field that `show` tells, or a word: `help topics` and `help options` list them. "
		"Ctrl-C stops waiting, Ctrl-D leaves.");
	end_line(out);
}

void help_list(const struct cmd_table *table, struct text *out)
{
	for (size_t i = 0; table->defs[i]; i++) {
		const struct cmd_def *def = table->defs[i];
		struct text usage = TEXT_EMPTY;

		text_printf(&usage, "%s %s", def->name, def->args);
		add_row(out, text_get(&usage), 30, def->summary);
		text_done(&usage);
	}
	paragraph_add(out, "\n", 0,
		"After a call: `=> VALUE` says what it must give, `&` sends it to the background. `help COMMAND` tells "
		"more.");
	end_line(out);
}

static void add_options(struct text *out)
{
	const struct sockopt *o;

	for (size_t i = 0; (o = sockopt_at(i)); i++)
		add_row(out, o->name, 26, o->summary);
	text_puts(out, "\nset SOCK OPTION VALUE, get SOCK OPTION; `help OPTION` tells more.");
}

static void add_topics(struct text *out)
{
	struct text list = TEXT_EMPTY;
	const struct state_topic *s;
	const struct errno_topic *e;
	const struct word_topic *w;
	const struct sock_field *f;

	for (size_t i = 0; (s = topic_state_at(i)); i++)
		text_printf(&list, "%s ", tcp_state_name(s->state));
	paragraph_add(out, "States   ", 9, text_get(&list));
	text_clear(&list);
	for (size_t i = 0; (e = topic_errno_at(i)); i++)
		text_printf(&list, "%s ", e->name);
	paragraph_add(out, "Errnos   ", 9, text_get(&list));
	text_clear(&list);
	for (size_t i = 0; (w = topic_word_at(i)); i++)
		text_printf(&list, "%s ", w->name);
	paragraph_add(out, "Words    ", 9, text_get(&list));
	text_clear(&list);
	for (size_t i = 0; (f = sock_field_at(i)); i++)
		text_printf(&list, "%s ", f->name);
	paragraph_add(out, "Fields   ", 9, text_get(&list));
	text_done(&list);
	text_puts(out,
		"Options  `help options` lists them\nCommands `help` lists them\nSysctls  as net.ipv4.tcp_fin_timeout\n\n"
		"`help TOPIC` tells more.");
}

/* ---- one command ---- */

/* "  May be given in: ESTABLISHED, CLOSE-WAIT." Of calls on a socket only. */
static void add_states_of(const char *command, struct text *out)
{
	const struct state_topic *s;
	struct text list = TEXT_EMPTY;

	for (size_t i = 0; (s = topic_state_at(i)); i++) {
		if (topic_lists(s->commands, command))
			text_printf(&list, "%s%s", list.len ? ", " : "", tcp_state_name(s->state));
	}
	if (topic_lists(topic_always, command))
		text_puts(&list, "any state");
	if (list.len) {
		text_puts(&list, ".");
		paragraph_add(out, "  TCP states: ", 4, text_get(&list));
	}
	text_done(&list);
}

static bool gives(const struct errno_topic *e, const char *command)
{
	for (const struct errno_case *c = e->cases; c->commands; c++) {
		if (topic_lists(c->commands, command))
			return true;
	}
	return false;
}

static void add_errnos_of(const char *command, struct text *out)
{
	const struct errno_topic *e;
	struct text list = TEXT_EMPTY;

	for (size_t i = 0; (e = topic_errno_at(i)); i++) {
		if (gives(e, command))
			text_printf(&list, "%s%s", list.len ? ", " : "", e->name);
	}
	if (list.len) {
		text_puts(&list, ".");
		paragraph_add(out, "  May give: ", 4, text_get(&list));
	}
	text_done(&list);
}

static void add_command(const struct cmd_def *def, bool exercising, struct text *out)
{
	bool author = def->author && !exercising;
	struct text line = TEXT_EMPTY;

	text_puts(&line, def->name);
	if (author || !def->author)
		text_printf(&line, " %s", def->args);
	paragraph_add(out, "", 4, text_get(&line));
	text_clear(&line);
	text_printf(&line, "%s.", def->summary);
	paragraph_add(out, "  ", 2, text_get(&line));
	if (def->detail)
		paragraph_add(out, "  ", 2, def->detail);
	if (author)
		paragraph_add(out, "  ", 2, def->author);
	add_states_of(def->name, out);
	add_errnos_of(def->name, out);
	if (def->flags & CMD_OUTCOME)
		text_printf(out, "  May be followed by => VALUE%s.\n",
			def->flags & CMD_BACKGROUND ? " and by &" : "");
	if (author || !def->author)
		paragraph_add_commands(out, "  Example: ", 11, def->example);
	paragraph_add(out, "  See: ", 7, def->source);
	text_done(&line);
}

/* ---- one of the others ---- */

static void add_option(const struct sockopt *o, struct text *out)
{
	struct text line = TEXT_EMPTY;

	text_printf(&line, "%s (%s): %s.", o->name, sockopt_level_name(o->level), o->summary);
	paragraph_add(out, "", 2, text_get(&line));
	text_printf(out, "  A value is %s; in C: %s.\n", sockopt_type_form(o->type),
		sockopt_type_name(o->type));
	text_clear(&line);
	for (const struct sockopt_name *n = o->names; n && n->name; n++)
		text_printf(&line, "%s%s", n == o->names ? "" : ", ", n->name);
	if (o->names) {
		text_puts(&line, ".");
		paragraph_add(out, "  Names: ", 9, text_get(&line));
	}
	if (o->access == SOCKOPT_READ)
		text_printf(out, "  It can only be read: get c %s => %s\n", o->name, o->example);
	else
		text_printf(out, "  Example: set c %s %s%s\n", o->name, o->example,
			o->access == SOCKOPT_WRITE ? " (it cannot be read)" : "");
	paragraph_add(out, "  See: ", 7, o->source);
	text_done(&line);
}

static void add_state(const struct state_topic *s, struct text *out)
{
	text_printf(out, "%s, a TCP state\n", tcp_state_name(s->state));
	paragraph_add(out, "  ", 2, s->meaning);
	paragraph_add(out, "  Entered by:   ", 16, s->enter);
	paragraph_add(out, "  Left by:      ", 16, s->leave);
	paragraph_add(out, "  Commands:     ", 16, s->commands);
	paragraph_add(out, "                ", 16, s->note);
	paragraph_add_commands(out, "  Stands still: ", 16, s->example);
	paragraph_add(out, "  See:          ", 16, s->source);
}

static void add_errno(const struct errno_topic *e, struct text *out)
{
	struct text line = TEXT_EMPTY;
	int number = errno_parse(e->name);

	text_printf(out, "%s (%d, \"%s\")\n", e->name, number, strerror(number));
	paragraph_add(out, "  ", 2, e->meaning);
	for (const struct errno_case *c = e->cases; c->commands; c++) {
		text_clear(&line);
		for (const char *at = c->commands; *at; at++)
			text_add(&line, *at == ' ' ? ", " : at, *at == ' ' ? 2 : 1);
		text_printf(&line, ": %s.", c->when);
		paragraph_add(out, "  - ", 4, text_get(&line));
	}
	if (e->example)
		paragraph_add_commands(out, "  Try: ", 7, e->example);
	text_clear(&line);
	text_printf(&line, "%s.", e->why_not ? e->why_not : "");
	if (e->why_not)
		paragraph_add(out, "  Not to be had in the lab: ", 4, text_get(&line));
	paragraph_add(out, "  See: ", 7, e->source);
	text_done(&line);
}

static void add_word(const struct word_topic *w, struct text *out)
{
	paragraph_add(out, "  ", 2, w->meaning);
	if (w->example)
		paragraph_add_commands(out, "  Example: ", 11, w->example);
	paragraph_add(out, "  See: ", 7, w->source);
}

/* "  Also called: snd_cwnd, congestion window." */
static void add_names(const char *others, struct text *out)
{
	struct text line = TEXT_EMPTY;

	for (const char *c = others; c && *c; c++)
		text_add(&line, *c == '|' ? ", " : c, *c == '|' ? 2 : 1);
	if (line.len) {
		text_puts(&line, ".");
		paragraph_add(out, "  Also called: ", 4, text_get(&line));
	}
	text_done(&line);
}

static void add_field(const struct sock_field *f, struct text *out)
{
	struct text line = TEXT_EMPTY;

	text_printf(&line, "%s, what the kernel tells of a socket: %s.", f->name, f->sentence);
	paragraph_add(out, "", 2, text_get(&line));
	paragraph_add(out, "  ", 2, f->more);
	text_clear(&line);
	text_printf(&line, "Value: %s", sock_field_unit(f));
	for (const char *const *name = f->names; name && *name; name++)
		text_printf(&line, "%s%s", name == f->names ? ": " : ", ", *name);
	if (f->none)
		text_printf(&line, ", or \"%s\"", f->none);
	text_puts(&line, ".");
	paragraph_add(out, "  ", 4, text_get(&line));
	add_names(f->others, out);
	text_printf(out, "  Example: show c %s\n", f->name);
	paragraph_add(out, "  See: ", 7, f->source);
	text_done(&line);
}

/* A key of /proc/sys/net, also without what is before its name. What it means the kernel's own text says. */
static bool add_sysctl(const char *name, struct text *out)
{
	static const char *const folders[] = { "", "net.ipv4.", "net.core.", "net.ipv6." };
	struct text key = TEXT_EMPTY, path = TEXT_EMPTY;
	char below[HOST_TEXT_MAX];
	struct stat about;
	bool found = false;

	for (size_t i = 0; !found && i < sizeof(folders) / sizeof(*folders); i++) {
		text_clear(&key);
		text_clear(&path);
		text_printf(&key, "%s%s", folders[i], name);
		if (strchr(name, '/') || !name_sysctl(text_get(&key), below))
			continue;
		text_printf(&path, "/proc/sys/%s", below);
		found = stat(text_get(&path), &about) == 0 && S_ISREG(about.st_mode);
	}
	if (found)
		text_printf(out,
			"%s, a setting of each host (sysctl)\n"
			"  Read it: sysctl %s\n"
			"  Set it:  sysctl %s VALUE\n"
			"  See:     ip-sysctl in the kernel's documentation; tcp(7), ip(7)\n",
			text_get(&key), text_get(&key), text_get(&key));
	text_done(&key);
	text_done(&path);
	return found;
}

/* ---- finding ---- */

/* A command or a field that is a word too: both. */
static bool add_named(const struct cmd_table *table, const char *name, bool exercising,
	struct text *out)
{
	const struct cmd_def *def = cmd_find(table, name);
	const struct word_topic *w = topic_word(name);
	const struct sock_field *f = def ? NULL : sock_field_find(name);

	if (def)
		add_command(def, exercising, out);
	if (f && w && strcasecmp(w->name, name) != 0)
		w = NULL; /* one of its other names, and the field is meant */
	if (f) {
		add_field(f, out);
		text_puts(out, w ? "\n" : "");
	}
	if (def && w && strcmp(w->name, name) != 0)
		w = NULL; /* one of its other names, and the command is meant */
	if (w) {
		text_puts(out, def ? "\n" : w->name);
		text_puts(out, def ? "" : "\n");
		add_word(w, out);
	}
	return def || w || f;
}

bool help_on(const struct cmd_table *table, const char *name, bool exercising, struct text *out)
{
	const struct sockopt *o = sockopt_find(name);
	const struct state_topic *s = topic_state(name);
	const struct errno_topic *e = topic_errno(name);
	bool found = true;

	if (strcmp(name, "all") == 0)
		help_list(table, out);
	else if (strcmp(name, "options") == 0)
		add_options(out);
	else if (strcmp(name, "topics") == 0)
		add_topics(out);
	else if (o)
		add_option(o, out);
	else if (cmd_find(table, name)) /* close is a state to the kernel, a command to us */
		add_named(table, name, exercising, out);
	else if (s)
		add_state(s, out);
	else if (e)
		add_errno(e, out);
	else
		found = add_named(table, name, exercising, out) || add_sysctl(name, out);
	end_line(out);
	return found;
}

/* The edits from what was typed to an option, whose prefix may be left out. */
static size_t option_distance(const char *typed, const char *option)
{
	const char *bare = strchr(option, '_');
	size_t whole = text_distance(typed, option);
	size_t without = bare ? text_distance(typed, bare + 1) + 1 : whole;

	return without < whole ? without : whole;
}

const char *help_nearest(const struct cmd_table *table, const char *typed)
{
	const char *command = cmd_nearest(table, typed), *option = sockopt_nearest(typed);
	size_t best = SIZE_MAX, distance;
	const char *nearest = topic_nearest(typed, &distance);

	const struct sock_field *field;

	if (nearest)
		best = distance;
	field = sock_field_nearest(typed, &distance);
	if (field && distance < best) {
		best = distance;
		nearest = field->name;
	}
	if (option && option_distance(typed, option) < best) {
		best = option_distance(typed, option);
		nearest = option;
	}
	if (command && text_distance(typed, command) <= best) {
		best = text_distance(typed, command);
		nearest = command;
	}
	return best * 2 < strlen(typed) ? nearest : NULL; /* half of it is another word */
}

static int help_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct cmd_table *table = script_table(c->script);
	struct text out = TEXT_EMPTY, typed = TEXT_EMPTY;
	const char *near;
	int r;

	for (size_t i = 1; i < s->word_count; i++) /* "zero-window probe" */
		text_printf(&typed, "%s%s", i > 1 ? " " : "", s->words[i].text);
	if (!typed.len)
		help_groups(&out);
	if (typed.len && !help_on(table, text_get(&typed), script_attempt(c->script), &out)) {
		near = help_nearest(table, text_get(&typed));
		r = statement_error(s, &s->words[1], d, "no help on '%.40s'%s%s%s",
			text_get(&typed), near ? "; did you mean '" : "", near ? near : "",
			near ? "'?" : "; 'help' lists the commands, 'help topics' the rest");
	} else {
		r = output_tell(c, &out);
	}
	text_done(&typed);
	text_done(&out);
	return r;
}

const struct cmd_def cmd_help = {
	.name = "help",
	.args = "[COMMAND|OPTION|TOPIC|KEY]",
	.min_args = 0,
	.max_args = 3,
	.summary =
		"list the commands, or tell more about one, an option, a state, an errno, a field, a sysctl, a word",
	.detail =
		"`help all` has a line of each; `help topics` and `help options` list what else there is.",
	.source = "tcplab(1)",
	.example = "help connect",
	.flags = CMD_FREE | CMD_LOOKS,
	.run = help_run,
};
