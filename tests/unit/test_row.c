/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text cut to columns, whatever its bytes are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "view/row.h"

static void assert_cut(const char *text, int most, const char *expected, int columns)
{
	struct text out = TEXT_EMPTY;

	assert_int_equal(row_cut(text, most, &out), columns);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void cut_of_what_fits_is_all_of_it(void **state)
{
	(void)state;
	assert_cut("", 0, "", 0);
	assert_cut("connect c :80", 13, "connect c :80", 13);
}

static void cut_of_more_ends_in_dots(void **state)
{
	(void)state;
	assert_cut("connect c :80", 12, "connect c...", 12);
	assert_cut("connect c :80", 3, "...", 3);
	assert_cut("connect c :80", -1, "...", 3);
}

static void cut_counts_columns_and_never_splits_a_letter(void **state)
{
	(void)state;
	assert_cut("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 4, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 4);
	assert_cut("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 4, "\xc3\xa9...", 4);
	assert_cut("\xe4\xb8\xad", 4, "?",
		1); /* two columns wide: not one that can be counted on */
	assert_cut("\x1b[2J", 9, "?[2J", 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_of_what_fits_is_all_of_it),
		cmocka_unit_test(cut_of_more_ends_in_dots),
		cmocka_unit_test(cut_counts_columns_and_never_splits_a_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
