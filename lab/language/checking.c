/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/checking.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "language/claim.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/prediction.h"
#include "language/statement.h"
#include "world/world.h"

/* What is called otherwise here, or is said of a host: what to write. NULL = nothing comes to mind; kept: holds what is
 * returned. */
static const char *misnomer(const struct world *w, const struct statement *st, struct text *kept)
{
	static const char *const others[][2] = {
		{ "limits", "goal" },
		{ "score", "goal" },
		{ "remove", "rules remove N" },
		{ "tcpdump", "capture FILE; or `wire`, `events`" },
		{ "netstat", "ss" },
		{ "netem", "drop, delay, duplicate, corrupt, rate" },
		{ "tc", "drop, delay, duplicate, corrupt, rate" },
	};
	const char *verb = st->words[0].text, *word = st->word_count > 1 ? st->words[1].text : "";
	bool deed = host_deed(verb);

	if (deed || (host_deed(word) && st->word_count == 2)) {
		text_printf(kept, "host %.40s %s", deed ? word[0] ? word : "NAME" : verb,
			deed ? verb : word);
		return text_get(kept);
	}
	if (world_host(w, verb)) {
		text_printf(kept, "host %s crash|reboot|cut|mend, or process NAME on %s", verb,
			verb);
		return text_get(kept);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(verb, others[i][0]) == 0)
			return others[i][1];
	}
	return NULL;
}

static int check_statement(const struct world *w, const struct cmd_table *table,
	const struct statement *st, struct diag *d)
{
	const struct cmd_def *def = cmd_find(table, st->words->text);
	struct text text = TEXT_EMPTY;
	const char *near;
	size_t args = st->word_count - 1;

	if (!def) {
		const char *hint = misnomer(w, st, &text);

		if (hint) {
			statement_error(st, NULL, d, "unknown command '%.40s'; write: %s",
				st->words->text, hint);
			text_done(&text);
			return -EINVAL;
		}
		near = cmd_nearest(table, st->words->text);
		return statement_error(st, NULL, d, "unknown command '%.40s'%s%s%s",
			st->words->text, near ? "; did you mean '" : "; 'help' lists them all",
			near ? near : "", near ? "'?" : "");
	}
	if (args < def->min_args)
		return statement_error(st, NULL, d, "'%s' needs more: %s %s%s%s", def->name,
			def->name, def->args, def->lacking ? "; " : "",
			def->lacking ? def->lacking : "");
	if (args > def->max_args)
		return statement_error(st, &st->words[def->max_args + 1], d,
			"'%.40s' is one word too many: %s %s", st->words[def->max_args + 1].text,
			def->name, def->args);
	if (st->outcome && !(def->flags & CMD_OUTCOME))
		return statement_error(st, st->outcome - 1, d,
			"'%s' is no system call: '=>' does not apply", def->name);
	if (st->background && !(def->flags & CMD_BACKGROUND))
		return statement_error(st, &st->tokens.tokens[st->tokens.count - 1], d,
			"'%s' never waits: '&' does not apply", def->name);
	if (st->has_block && !(def->flags & (CMD_BLOCK | CMD_BLOCK_MAY)))
		return statement_error(st, NULL, d, "'%s' takes no block", def->name);
	if (!st->has_block && (def->flags & CMD_BLOCK))
		return statement_error(st, NULL, d, "'%s' needs a block: %s %s", def->name,
			def->name, def->args);
	return 0;
}

int checking_list(const struct world *w, const struct cmd_table *table,
	const struct statement_list *list, struct diag *d)
{
	int r = 0;

	for (size_t i = 0; i < list->count && r == 0; i++) {
		r = check_statement(w, table, &list->statements[i], d);
		if (r == 0)
			r = checking_list(w, table, &list->statements[i].block, d);
	}
	return r;
}

int checking_all(const struct world *w, const struct cmd_table *table,
	const struct statement_list *list, bool inside, struct diag *d)
{
	int r = checking_list(w, table, list, d);

	if (r == 0)
		r = claim_check(list, d);
	return r < 0 ? r : prediction_check(list, inside, d);
}

int checking_guest(const struct cmd_table *table, struct statement_list *list, struct diag *d)
{
	int r = 0;

	for (size_t i = 0; i < list->count && r == 0; i++) {
		struct statement *st = &list->statements[i];

		if (cmd_find(table, st->words->text)->flags & CMD_OUTSIDE)
			r = statement_error(st, NULL, d,
				"'%s' reaches out of the lab: it is for who is at the prompt",
				st->words->text);
		else
			r = checking_guest(table, &st->block, d);
		st->guest = true;
	}
	return r;
}
