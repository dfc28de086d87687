/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/drawing.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/world.h"

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

int drawing_refuse_names(struct cmd_call *c, const struct drawing_words *w, const struct diag *why,
	struct diag *d)
{
	for (size_t i = 0; i < w->name_count; i++) {
		if (is_mark(c, w->names[i]))
			return statement_error(c->statement, NULL, d,
				"%s; it is a mark: %s since %.40s", why->message, c->def->name,
				w->names[i]);
	}
	return statement_error(c->statement, NULL, d, "%s", why->message);
}

int drawing_read_words(struct cmd_call *c, struct drawing_words *w, struct diag *d)
{
	const struct statement *s = c->statement;

	w->ascii = !terminal_is_utf8();
	for (size_t i = 1; i < s->word_count; i++) {
		const char *word = s->words[i].text;
		int r;

		if (strcmp(word, "all") == 0) {
			w->all = true;
		} else if (strcmp(word, "ascii") == 0) {
			w->ascii = true;
		} else if (w->own_name && strcmp(word, w->own_name) == 0) {
			w->own = true;
		} else if (strcmp(word, "since") == 0) {
			if (++i == s->word_count)
				return statement_error(s, &s->words[i - 1], d,
					"since what? `since mark`, or the name of a mark");
			r = find_mark(c, &s->words[i], &w->after, d);
			if (r < 0)
				return r;
		} else {
			w->names[w->name_count++] = word;
		}
	}
	return 0;
}
