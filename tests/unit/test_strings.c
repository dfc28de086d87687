/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "journal/strings.h"

static void number_of_the_same_string_is_the_same(void **state)
{
	char one[] = "client", two[] = "client";
	struct strings s = { 0 };

	(void)state;
	assert_int_equal(strings_number(&s, one), 1);
	assert_int_equal(strings_number(&s, ""), 2);
	assert_int_equal(strings_number(&s, two), 1);
	assert_string_equal(strings_get(&s, 1), "client");
	assert_ptr_not_equal(strings_get(&s, 1), one);
	assert_string_equal(strings_get(&s, 2), "");
	strings_done(&s);
}

static void number_of_a_changed_buffer_is_another(void **state)
{
	char name[] = "client";
	struct strings s = { 0 };

	(void)state;
	assert_int_equal(strings_number(&s, name), 1);
	memcpy(name, "server", 6);
	assert_int_equal(strings_number(&s, name), 2);
	memcpy(name, "client", 6);
	assert_int_equal(strings_number(&s, name), 1);
	strings_done(&s);
}

static void number_of_too_long_or_too_many_is_none(void **state)
{
	char name[STRINGS_LONGEST + 2] = { 0 };
	struct strings s = { 0 };

	(void)state;
	memset(name, 'x', STRINGS_LONGEST);
	assert_int_equal(strings_number(&s, name), 1);
	name[STRINGS_LONGEST] = 'x';
	assert_int_equal(strings_number(&s, name), 0);
	for (uint32_t i = 2; i <= STRINGS_MOST; i++) {
		snprintf(name, sizeof(name), "name %u", i);
		assert_int_equal(strings_number(&s, name), i);
	}
	assert_int_equal(strings_number(&s, "one more"), 0);
	assert_int_equal(strings_number(&s, "name 2"), 2);
	assert_string_equal(strings_get(&s, 777), "name 777");
	strings_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_of_the_same_string_is_the_same),
		cmocka_unit_test(number_of_a_changed_buffer_is_another),
		cmocka_unit_test(number_of_too_long_or_too_many_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
