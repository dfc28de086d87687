/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the recipes claim, all together: each row of the lists is put to the kernel by at least one of them, in the
 * same words wherever it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "language/claim.h"
#include "language/recipe.h"
#include "language/statement.h"

#define ROWS_MAX 100
static const struct {
	char letter;
	unsigned rows;
} lists[] = {
	{ 'A', 32 }, /* closing, self-connection, simultaneous open */
	{ 'B', 18 }, /* lost segments of the handshake and the close */
};

/* Of each letter and number: what is claimed; owned, NULL = nothing. */
struct claimed {
	char *texts[26][ROWS_MAX + 1];
	const char *recipe; /* being read */
};

static void note(void *arg, const struct statement *claim)
{
	struct claimed *all = arg;
	const char *id = claim->words[1].text, *text = claim->words[2].text;
	unsigned long number = strtoul(id + 1, NULL, 10);
	char **place;

	assert_in_range(number, 1, ROWS_MAX);
	place = &all->texts[id[0] - 'A'][number];
	if (!*place)
		*place = text_copy(text);
	else if (strcmp(*place, text) != 0)
		fail_msg("%s:%u: %s says otherwise in another recipe:\n  %s\n  %s", all->recipe,
			claim->line, id, text, *place);
}

static void read_all(struct claimed *all)
{
	const char *source = getenv("TCPLAB_SOURCE");
	struct recipe_list list = { 0 };
	struct text folder = TEXT_EMPTY;
	struct diag d = { 0 };

	text_printf(&folder, "%s/recipes", source ? source : ".");
	if (recipe_find(text_get(&folder), &list, &d) < 0)
		fail_msg("%s", d.message);
	for (size_t i = 0; i < list.count; i++) {
		struct statement_list statements;
		struct text text = TEXT_EMPTY;

		all->recipe = list.paths[i];
		if (recipe_read(list.paths[i], &text, &d) < 0 ||
			statement_parse_all(text_get(&text), text.len, list.paths[i], 1,
				&statements, &d) < 0 ||
			claim_check(&statements, &d) < 0)
			fail_msg("%s:%u:%u: %s", list.paths[i], d.line, d.column, d.message);
		claim_each(&statements, note, all);
		statement_list_done(&statements);
		text_done(&text);
	}
	recipe_list_done(&list);
	text_done(&folder);
}

static int set_up(void **state)
{
	struct claimed *all = memory_new(sizeof(*all));

	read_all(all);
	*state = all;
	return 0;
}

static int tear_down(void **state)
{
	struct claimed *all = *state;

	for (size_t letter = 0; letter < 26; letter++) {
		for (size_t i = 0; i <= ROWS_MAX; i++)
			free(all->texts[letter][i]);
	}
	free(all);
	return 0;
}

static void claim_of_each_row_is_tested_by_a_recipe(void **state)
{
	const struct claimed *all = *state;
	struct text missing = TEXT_EMPTY;

	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
		for (unsigned i = 1; i <= lists[l].rows; i++) {
			if (!all->texts[lists[l].letter - 'A'][i])
				text_printf(&missing, " %c%u", lists[l].letter, i);
		}
	}
	if (missing.len)
		fail_msg("no recipe tests:%s", text_get(&missing));
	text_done(&missing);
}

/* A claim that is no row of a list is a slip, or belongs to C, whose numbers have no gaps. */
static void claims_beyond_the_lists_are_numbered_without_gaps(void **state)
{
	const struct claimed *all = *state;
	unsigned last = 0;

	for (size_t letter = 0; letter < 26; letter++) {
		for (unsigned i = 1; i <= ROWS_MAX; i++) {
			unsigned rows = 0;

			if (!all->texts[letter][i])
				continue;
			for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++)
				rows = lists[l].letter == 'A' + (char)letter ? lists[l].rows : rows;
			if ('A' + letter != 'C' && i > rows)
				fail_msg("there is no row %c%u", (char)('A' + letter), i);
			if ('A' + letter == 'C' && i != ++last)
				fail_msg("C%u is missing, but C%u is there", last, i);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claim_of_each_row_is_tested_by_a_recipe),
		cmocka_unit_test(claims_beyond_the_lists_are_numbered_without_gaps),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
