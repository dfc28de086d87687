/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash_table.h"

#define MANY 1000 /* more than it begins with room for */

struct thing {
	int number;
	struct hash_link link;
};

/* The things with this hash, as they are found. */
static size_t found(const struct hash_table *t, uint64_t hash, int *ret_numbers, size_t capacity)
{
	struct hash_link *link = hash_table_first(t, hash);
	size_t count = 0;

	for (; link && count < capacity; link = hash_table_next(link))
		ret_numbers[count++] = HASH_TABLE_ITEM(link, struct thing, link)->number;
	return count;
}

static void table_without_things_finds_none(void **state)
{
	struct hash_table t = { 0 };

	(void)state;
	assert_null(hash_table_first(&t, 0));
	assert_null(hash_table_first(&t, 7));
	hash_table_done(&t);
}

static void things_with_one_hash_are_found_newest_first(void **state)
{
	struct hash_table t = { 0 };
	struct thing things[4] = { { .number = 1 }, { .number = 2 }, { .number = 3 },
		{ .number = 4 } };
	int numbers[8];

	(void)state;
	/* of another hash, and in the same chain as long as there are 64 */
	hash_table_add(&t, &things[0].link, 5);
	hash_table_add(&t, &things[1].link, 5 + 64);
	hash_table_add(&t, &things[2].link, 5);
	hash_table_add(&t, &things[3].link, 5);
	assert_int_equal(found(&t, 5, numbers, 8), 3);
	assert_memory_equal(numbers, ((int[]){ 4, 3, 1 }), 3 * sizeof(int));
	assert_int_equal(found(&t, 5 + 64, numbers, 8), 1);
	assert_int_equal(found(&t, 5 + 128, numbers, 8), 0);
	hash_table_remove(&t, &things[2].link);
	assert_int_equal(found(&t, 5, numbers, 8), 2);
	assert_memory_equal(numbers, ((int[]){ 4, 1 }), 2 * sizeof(int));
	hash_table_add(&t, &things[2].link, 6);
	assert_int_equal(found(&t, 6, numbers, 8), 1);
	assert_int_equal(t.count, 4);
	hash_table_done(&t);
}

static void many_things_are_all_found_and_keep_their_order(void **state)
{
	static struct thing things[MANY];
	struct hash_table t = { 0 };
	int numbers[8];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		things[i].number = i;
		hash_table_add(&t, &things[i].link, hash_number((uint64_t)i / 2));
	}
	for (int i = 0; i < MANY; i += 2) {
		assert_int_equal(found(&t, hash_number((uint64_t)i / 2), numbers, 8), 2);
		assert_int_equal(numbers[0], i + 1);
		assert_int_equal(numbers[1], i);
	}
	for (int i = 0; i < MANY; i += 2)
		hash_table_remove(&t, &things[i].link);
	for (int i = 0; i < MANY; i += 2) {
		assert_int_equal(found(&t, hash_number((uint64_t)i / 2), numbers, 8), 1);
		assert_int_equal(numbers[0], i + 1);
	}
	assert_int_equal(t.count, MANY / 2);
	hash_table_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_without_things_finds_none),
		cmocka_unit_test(things_with_one_hash_are_found_newest_first),
		cmocka_unit_test(many_things_are_all_found_and_keep_their_order),
	};

	return cmocka_run_group_tests_name("hash_table", tests, NULL, NULL);
}
