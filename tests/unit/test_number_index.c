/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places found by a hash: the greatest first, each once, however many there are and in whatever order they came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/number_index.h"

#define COUNT 1000

static void empty_has_nothing(void **state)
{
	struct number_index x = { 0 };

	(void)state;
	assert_int_equal(number_index_first(&x, 7), 0);
	number_index_done(&x);
}

static void equal_hashes_give_the_greatest_first(void **state)
{
	static const size_t added[] = { 3, 9, 1, 9, 5, 3 }, expected[] = { 9, 5, 3, 1 };
	struct number_index x = { 0 };
	size_t at, n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++)
		number_index_add(&x, 42, added[i]);
	number_index_add(&x, 42 + (UINT64_C(1) << 40), 7); /* in the same chain, but another hash */
	for (at = number_index_first(&x, 42); at; at = number_index_next(&x, at)) {
		assert_true(n < sizeof(expected) / sizeof(expected[0]));
		assert_int_equal(number_index_get(&x, at), expected[n++]);
	}
	assert_int_equal(n, sizeof(expected) / sizeof(expected[0]));
	number_index_done(&x);
}

static void growing_loses_nothing(void **state)
{
	struct number_index x = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		number_index_add(&x, i % 10, i);
		number_index_add(&x, i % 10, i); /* again: nothing new */
	}
	assert_int_equal(x.count, COUNT);
	for (uint64_t hash = 0; hash < 10; hash++) {
		size_t expected = COUNT - 10 + hash, found = 0;

		for (size_t at = number_index_first(&x, hash); at; at = number_index_next(&x, at)) {
			assert_int_equal(number_index_get(&x, at), expected - 10 * found);
			found++;
		}
		assert_int_equal(found, COUNT / 10);
	}
	number_index_done(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_has_nothing),
		cmocka_unit_test(equal_hashes_give_the_greatest_first),
		cmocka_unit_test(growing_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
