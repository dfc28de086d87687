/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/usage.h"

#include "base/paragraph.h"
#include "base/text.h"

#define WORDS_WIDTH 29 /* columns before the summaries */

static void add_option(const struct option_def *def, struct text *out)
{
	struct text words = TEXT_EMPTY;

	if (def->letter)
		text_printf(&words, "-%c%s", def->letter, def->name ? ", " : "");
	if (def->name)
		text_printf(&words, "%s--%s", def->letter ? "" : "    ", def->name);
	if (def->arg)
		text_printf(&words, " %s", def->arg);
	if (words.len >= WORDS_WIDTH) {
		text_printf(out, "  %s\n", text_get(&words));
		text_clear(&words);
	}
	text_printf(out, "  %-*s%s\n", WORDS_WIDTH, text_get(&words), def->summary);
	text_done(&words);
}

static void add_detail(const char *detail, size_t indent, struct text *out)
{
	struct text first = TEXT_EMPTY;

	if (!detail)
		return;
	text_printf(&first, "%*s", (int)indent, "");
	paragraph_add(out, text_get(&first), indent, detail);
	text_done(&first);
}

static void add_verbs(struct text *out)
{
	for (enum verb v = VERB_NONE; v < VERB_COUNT; v++) {
		struct text words = TEXT_EMPTY;

		text_printf(&words, "%s%s%s", v == VERB_NONE ? "(none)" : verb_defs[v].name,
			verb_defs[v].args[0] ? " " : "", verb_defs[v].args);
		text_printf(out, "  %-*s%s\n", WORDS_WIDTH, text_get(&words), verb_defs[v].summary);
		text_done(&words);
	}
}

static void format_all(struct text *out)
{
	text_puts(out,
		"usage: tcplab [OPTIONS] [COMMAND]\n"
		"A laboratory for the socket API: real calls, the real kernel, every segment in your hands.\n"
		"\n");
	add_verbs(out);
	text_puts(out, "\n");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		add_option(&option_defs[i], out);
	text_puts(out, "\n`tcplab help COMMAND` tells which of these are for one of them.\nExit: ");
	for (const struct exit_def *e = exit_defs; e->meaning; e++)
		text_printf(out, "%d %s%s", e->code, e->meaning, e[1].meaning ? ", " : ".\n");
}

void usage_format(enum verb verb, struct text *out)
{
	const struct verb_def *def = &verb_defs[verb];

	if (verb == VERB_NONE) {
		format_all(out);
		return;
	}
	text_printf(out, "usage: tcplab %s [OPTIONS]%s%s\n%s%s\n\n", def->name,
		def->args[0] ? " " : "", def->args, def->summary,
		def->summary[strlen(def->summary) - 1] == '?' ? "" : ".");
	add_detail(def->detail, 0, out);
	text_puts(out, "\n");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!(option_defs[i].verbs & (1u << verb)))
			continue;
		add_option(&option_defs[i], out);
		add_detail(option_defs[i].detail, WORDS_WIDTH + 2, out);
	}
}
