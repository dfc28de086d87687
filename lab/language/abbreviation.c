/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/abbreviation.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "language/cmd.h"
#include "language/statement.h"

static int ambiguous(const struct cmd_table *table, const struct statement *st, struct diag *d)
{
	const char *verb = st->words->text, *last = NULL;
	struct text names = TEXT_EMPTY;
	int r;

	for (size_t i = 0; table->defs[i]; i++) {
		if (strncmp(table->defs[i]->name, verb, st->words->len) != 0)
			continue;
		if (last)
			text_printf(&names, "%s'%s'", names.len ? ", " : "", last);
		last = table->defs[i]->name;
	}
	r = statement_error(st, NULL, d,
		"'%.40s' may be several commands; did you mean %s or '%s'?", verb, text_get(&names),
		last);
	text_done(&names);
	return r;
}

static int expand(const struct cmd_table *table, struct statement *st, struct diag *d)
{
	struct token *verb = &st->tokens.tokens[0];
	const struct cmd_def *def = cmd_find_begun(table, verb->text);
	const size_t len = verb->len;
	struct text text = TEXT_EMPTY;

	if (strcmp(verb->text, "?") == 0) /* as where an answer or a step is awaited */
		def = cmd_find(table, "help");
	if (!def) {
		for (size_t i = 0; table->defs[i]; i++)
			if (strncmp(table->defs[i]->name, verb->text, len) == 0)
				return ambiguous(table, st, d);
		return 0;
	}
	if (strlen(def->name) == len)
		return 0;
	text_printf(&text, "%s%s", def->name, st->text + len);
	free(st->text);
	st->text = text_take(&text);
	free(verb->text);
	verb->text = text_copy(def->name);
	verb->len = strlen(def->name);
	return 0;
}

int abbreviation_expand(const struct cmd_table *table, struct statement_list *list, struct diag *d)
{
	int r = 0;

	for (size_t i = 0; i < list->count && r == 0; i++) {
		r = expand(table, &list->statements[i], d);
		if (r == 0)
			r = abbreviation_expand(table, &list->statements[i].block, d);
	}
	return r;
}
