/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/ladder.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/world.h"

#define ARGS_MOST 12
#define LINES_MOST 200 /* without `all`: some screens, however long the story is */

/* What the user's terminal takes. Asked of a locale of our own: the program itself stays in "C", where
 * letters are ASCII letters and a decimal point is a point. */
static bool terminal_is_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8;

	if (locale == (locale_t)0)
		return false;
	utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	freelocale(locale);
	return utf8;
}

/* The last mark, or the last of that name. */
static int find_mark(struct cmd_call *c, const struct token *name, uint64_t *ret_event,
	struct diag *d)
{
	const struct journal *j = world_journal(c->world);

	for (uint64_t no = journal_last(j); no > 0; no--) {
		const struct event *event = journal_get(j, no);

		if (event->kind == EVENT_MARK &&
			(strcmp(name->text, "mark") == 0 || strcmp(name->text, event->text) == 0)) {
			*ret_event = no;
			return 0;
		}
	}
	return statement_error(c->statement, name, d, "there was no `mark %.40s`", name->text);
}

static bool is_mark(struct cmd_call *c, const char *name)
{
	const struct journal *j = world_journal(c->world);
	uint64_t no = journal_last(j) + 1;

	while ((no = journal_previous(j, no, EVENT_BIT(EVENT_MARK)))) {
		if (strcmp(journal_get(j, no)->text, name) == 0)
			return true;
	}
	return false;
}

/* The names are no columns: why. */
static int refuse_names(struct cmd_call *c, const struct ladder_options *o, const struct diag *why,
	struct diag *d)
{
	for (size_t i = 0; i < o->name_count; i++) {
		if (is_mark(c, o->names[i]))
			return statement_error(c->statement, NULL, d,
				"%s; it is a mark: ladder since %.40s", why->message, o->names[i]);
	}
	return statement_error(c->statement, NULL, d, "%s", why->message);
}

/* Words in any order; whatever is no option names a column. */
static int read_words(struct cmd_call *c, struct ladder_options *o, const char **names,
	struct diag *d)
{
	const struct statement *s = c->statement;

	for (size_t i = 1; i < s->word_count; i++) {
		const char *word = s->words[i].text;
		int r;

		if (strcmp(word, "all") == 0) {
			o->most = 0;
		} else if (strcmp(word, "ascii") == 0) {
			o->ascii = true;
		} else if (strcmp(word, "raw") == 0) {
			o->raw = true;
		} else if (strcmp(word, "since") == 0) {
			if (++i == s->word_count)
				return statement_error(s, &s->words[i - 1], d,
					"since what? `since mark`, or the name of a mark");
			r = find_mark(c, &s->words[i], &o->after, d);
			if (r < 0)
				return r;
		} else {
			names[o->name_count++] = word;
		}
	}
	return 0;
}

static int ladder_run(struct cmd_call *c, struct diag *d)
{
	const char *names[ARGS_MOST];
	struct ladder_options o = { .most = LINES_MOST,
		.ascii = !terminal_is_utf8(),
		.names = names };
	struct text out = TEXT_EMPTY;
	struct diag why = { 0 };
	int r = read_words(c, &o, names, d);

	if (r == 0 && ladder_format(world_journal(c->world), &o, &out, &why) < 0)
		r = refuse_names(c, &o, &why, d);
	if (r == 0) {
		out.s[--out.len] = '\0';
		journal_add(world_journal(c->world),
			(struct event){ .kind = EVENT_OUTPUT,
				.cause = c->event,
				.text = text_get(&out) });
		r = CMD_DONE;
	}
	text_done(&out);
	return r;
}

const struct cmd_def cmd_ladder = {
	.name = "ladder",
	.args = "[all] [ascii] [raw] [since MARK] [COLUMN ...]",
	.min_args = 0,
	.max_args = ARGS_MOST,
	.summary = "draw the story so far: an arrow for each packet, states and calls at the ends",
	.detail =
		"A column is a socket, with those it accepted; a process; or a host: name up to four, or have\n"
		"those drawn that talked; two keep their sides from one ladder to the next. Where there is\n"
		"little room, excerpts and other parts of a label are left out, seq and ack last. ... on the wire, XXX lost, =2= a copy, ~~~ forged, (again #1) the\n"
		"same bytes as #1. The last 200 lines, `all` of them, or those `since mark` (or a mark's name);\n"
		"`raw` sequence numbers; `ascii` where the terminal draws no lines.",
	.source = "RFC 9293 3.5, figures 6 and 7, and 3.6, figure 13",
	.example = "ladder since mark",
	.run = ladder_run,
};
