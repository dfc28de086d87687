/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "language/queue.h"

#define MANY 65536 /* commands in one recipe */
#define FEW 512
#define DEARER_MOST 16 /* in one piece than in pieces; it was a hundred times and more */

static void push_lines(struct queue *q, uint32_t first, uint32_t count)
{
	struct statement_list list = { 0 };
	struct text text = TEXT_EMPTY;
	struct diag d = { 0 };

	for (uint32_t i = 0; i < count; i++)
		text_puts(&text, "mark\n");
	assert_int_equal(statement_parse_all(text_get(&text), text.len, "x", first, &list, &d), 0);
	queue_push(q, &list);
	text_done(&text);
}

static void expect_line(struct queue *q, uint32_t line)
{
	const struct statement *s = queue_next(q);

	assert_non_null(s);
	assert_int_equal(s->line, line);
}

static void what_is_pushed_while_others_run_comes_behind_them(void **state)
{
	struct queue q = { 0 };

	(void)state;
	push_lines(&q, 1, 3);
	expect_line(&q, 1);
	expect_line(&q, 2);
	push_lines(&q, 4, 2); /* takes the places of those that are done */
	assert_int_equal(queue_count(&q), 4);
	for (uint32_t line = 3; line <= 5; line++)
		expect_line(&q, line);
	assert_int_equal(queue_count(&q), 1); /* it runs */
	assert_true(queue_empty(&q));
	assert_null(queue_next(&q));
	assert_int_equal(queue_count(&q), 0);
	queue_done(&q);
}

static void dropped_are_all_but_the_one_that_runs(void **state)
{
	struct queue q = { 0 };
	const struct statement *runs;

	(void)state;
	push_lines(&q, 1, 4);
	expect_line(&q, 1);
	runs = queue_next(&q);
	queue_drop(&q);
	assert_int_equal(runs->line, 2);
	assert_true(queue_empty(&q));
	push_lines(&q, 9, 1);
	expect_line(&q, 9);
	queue_done(&q);
}

static uint64_t spent_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* What it costs to go through MANY, pushed so many at once. */
static uint64_t cost_of(uint32_t at_once)
{
	uint64_t spent = 0, begin;

	for (uint32_t done = 0; done < MANY; done += at_once) {
		struct queue q = { 0 };

		push_lines(&q, 1, at_once);
		begin = spent_ns();
		while (queue_next(&q))
			;
		spent += spent_ns() - begin;
		queue_done(&q);
	}
	return spent;
}

static void a_long_recipe_costs_no_more_a_command(void **state)
{
	uint64_t pieces = UINT64_MAX, whole = UINT64_MAX;

	(void)state;
	for (int i = 0; i < 3; i++) { /* the least: whatever else this machine does */
		uint64_t cost = cost_of(FEW);

		pieces = cost < pieces ? cost : pieces;
		cost = cost_of(MANY);
		whole = cost < whole ? cost : whole;
	}
	assert_in_range(whole, 0, pieces * DEARER_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_pushed_while_others_run_comes_behind_them),
		cmocka_unit_test(dropped_are_all_but_the_one_that_runs),
		cmocka_unit_test(a_long_recipe_costs_no_more_a_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
