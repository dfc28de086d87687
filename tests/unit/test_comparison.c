/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two plays of the same commands may differ in, and what parts them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "language/comparison.h"
#include "language/transcript.h"

/* "a|b/c": a turn for each part between slashes, a piece of evidence between bars; ~ begins one of the wire. */
static struct transcript transcript_of(const char *turns)
{
	struct transcript t = { 0 };

	transcript_begin(&t, "x", 1);
	while (*turns) {
		size_t len = strcspn(turns, "|/");
		char words[100];

		assert_true(len < sizeof(words));
		memcpy(words, turns, len);
		words[len] = '\0';
		if (len)
			transcript_saw(&t, words + (words[0] == '~'), words[0] == '~');
		if (turns[len] == '/')
			transcript_begin(&t, "x", 1);
		turns += len + !!turns[len];
	}
	return t;
}

/* Play `seen` against `said`, turn by turn. Returns the line where they part; 0 = they do not. */
static uint32_t compare(const char *said, const char *seen, struct comparison *c)
{
	static struct transcript said_turns, seen_turns;

	transcript_done(&said_turns);
	transcript_done(&seen_turns);
	said_turns = transcript_of(said);
	seen_turns = transcript_of(seen);
	assert_true(said_turns.count >= seen_turns.count);
	comparison_init(c, &said_turns);
	for (size_t turn = 0; turn < said_turns.count; turn++) {
		struct transcript until_now = seen_turns;

		if (turn + 1 < until_now.count)
			until_now.count = turn + 1;
		comparison_read(c, &until_now);
		comparison_next(c);
	}
	return c->line;
}

static void assert_same(const char *said, const char *seen)
{
	struct comparison c;

	if (compare(said, seen, &c))
		fail_msg("'%s' parts from '%s' at %u: %s, %s", seen, said, c.line, c.said_there,
			c.seen_there);
	comparison_done(&c);
}

static void assert_parts(const char *said, const char *seen, uint32_t line, const char *said_there,
	const char *seen_there)
{
	struct comparison c;

	assert_int_equal(compare(said, seen, &c), line);
	assert_string_equal(c.said_there ? c.said_there : "-", said_there);
	assert_string_equal(c.seen_there ? c.seen_there : "-", seen_there);
	comparison_done(&c);
}

static void the_same_is_the_same(void **state)
{
	(void)state;
	assert_same("", "");
	assert_same("a|b/c//d", "a|b/c//d");
	assert_same("a|a/a", "a|a/a");
}

static void order_within_a_turn_is_free(void **state)
{
	(void)state;
	assert_same("a|b|c", "c|a|b");
	assert_same("a/b/c", "a|b//c"); /* and what comes next may come early */
	assert_parts("a/b/c", "a|c//b", 2, "-", "c"); /* not two turns early */
}

static void the_wire_may_differ(void **state)
{
	(void)state;
	assert_same("a|~s/b", "a/b");
	assert_same("a/b", "a|~s|~t/b");
	assert_same("~s/~s", "~s|~s/");
}

static void two_steps_may_be_one(void **state)
{
	(void)state;
	assert_same("c X > Y/c Y > Z", "c X > Z/");
	assert_same("c X > Y|c Y > Z|c Z > W", "c X > W");
	assert_same("c X > Y|d X > Y|c Y > Z", "c X > Z|d X > Y");
	assert_parts("c X > Y|d Y > Z", "c X > Z", 3, "c X > Y", "c X > Z");
}

static void one_step_may_be_two(void **state)
{
	(void)state;
	assert_same("/c X > Z", "c X > Y/c Y > Z");
	assert_same("c X > Z", "c X > Y|c Y > Z");
	assert_same("c X > W", "c X > Y|c Y > Z|c Z > W");
	assert_parts("a/b", "a|c X > Y/b", 4, "-", "c X > Y"); /* the other half never comes */
	assert_parts("c X > Z/b", "c X > Y|d Y > Z/b", 3, "c X > Z", "d Y > Z");
}

static void where_they_part_is_told(void **state)
{
	(void)state;
	assert_parts("a|b/c", "a|b/x", 6, "c", "x");
	assert_parts("a|b/c", "a/c", 4, "b", "-");
	assert_parts("a", "a|main recv = 0", 2, "-", "main recv = 0");
	assert_parts("a/b", "x/y", 3, "a", "x"); /* the first place only */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_the_same),
		cmocka_unit_test(order_within_a_turn_is_free),
		cmocka_unit_test(the_wire_may_differ),
		cmocka_unit_test(two_steps_may_be_one),
		cmocka_unit_test(one_step_may_be_two),
		cmocka_unit_test(where_they_part_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
