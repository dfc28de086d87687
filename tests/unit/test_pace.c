/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "watch/pace.h"

#define WORK_NS NS_PER_MS /* a picture */

/* So many lines at each millisecond of a second, each picture drawn when it is due. Returns how many pictures. */
static unsigned draw_for_a_second(struct pace *p, uint64_t lines_each_ms, uint64_t *ret_now_ns)
{
	uint64_t now = 100 * NS_PER_S;
	unsigned pictures = 0;

	pace_drew(p, now, WORK_NS);
	for (uint64_t end = now + NS_PER_S; now < end; now += NS_PER_MS) {
		pace_take(p, now, lines_each_ms);
		pace_touch(p, now);
		if (now < pace_due(p, true))
			continue;
		pace_drew(p, now, WORK_NS);
		pictures++;
	}
	*ret_now_ns = now;
	return pictures;
}

static void flood_gets_few_pictures(void **state)
{
	struct pace p = { 0 };
	uint64_t now;
	unsigned pictures = draw_for_a_second(&p, 6, &now);

	(void)state;
	assert_in_range(pictures, 7, 16); /* the first ones before it was known as one */
}

static void one_command_is_seen_at_once(void **state)
{
	struct pace p = { 0 };
	uint64_t now = 100 * NS_PER_S;

	(void)state;
	pace_drew(&p, now, WORK_NS);
	now += NS_PER_S;
	pace_take(&p, now, 100);
	pace_touch(&p, now);
	assert_true(pace_due(&p, true) <= now + NS_PER_MS);
}

static void after_a_flood_it_is_as_before(void **state)
{
	struct pace p = { 0 };
	uint64_t now;

	(void)state;
	draw_for_a_second(&p, 6, &now);
	now += NS_PER_S;
	pace_drew(&p, now, WORK_NS);
	now += NS_PER_S / 10;
	pace_take(&p, now, 10);
	pace_touch(&p, now);
	assert_true(pace_due(&p, true) <= now + NS_PER_MS);
}

static void key_is_answered_in_a_flood(void **state)
{
	struct pace p = { 0 };
	uint64_t now;

	(void)state;
	draw_for_a_second(&p, 6, &now);
	pace_drew(&p, now, WORK_NS);
	pace_take(&p, now, 6);
	pace_press(&p, now);
	assert_true(pace_due(&p, true) <= now + 20 * NS_PER_MS);
}

static void lasting_work_is_a_tenth_of_a_core(void **state)
{
	struct pace p = { .credit_ns = 0 };
	uint64_t now = 100 * NS_PER_S;

	(void)state;
	pace_drew(&p, now, 0);
	pace_drew(&p, now, 100 * NS_PER_MS);
	pace_touch(&p, now);
	assert_true(pace_due(&p, true) >= now + 500 * NS_PER_MS);
}

static void nothing_is_due_when_nothing_changes(void **state)
{
	struct pace p = { 0 };

	(void)state;
	pace_drew(&p, NS_PER_S, WORK_NS);
	assert_true(pace_due(&p, false) == UINT64_MAX);
	assert_true(pace_due(&p, true) < 2 * NS_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flood_gets_few_pictures),
		cmocka_unit_test(one_command_is_seen_at_once),
		cmocka_unit_test(after_a_flood_it_is_as_before),
		cmocka_unit_test(key_is_answered_in_a_flood),
		cmocka_unit_test(lasting_work_is_a_tenth_of_a_core),
		cmocka_unit_test(nothing_is_due_when_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
