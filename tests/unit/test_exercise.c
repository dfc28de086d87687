/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of an exercise: what it may be made of, and what a student's own choices are. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "language/exercise.h"

#define GOAL "goal \"c is gone\" { expect c CLOSED }\n"

static struct exercise *read_for(const char *text, const char *student)
{
	struct exercise *e = NULL;
	struct diag d = { 0 };

	if (exercise_read("dir/topic/name.lab", text, strlen(text), student, &e, &d) < 0)
		fail_msg("%u:%u: %s", d.line, d.column, d.message);
	return e;
}

static void recipes_are_told_from_exercises(void **state)
{
	static const char goal[] = "socket c\n" GOAL, none[] = "socket c\n# goal \"x\"\ngoals\n";

	(void)state;
	assert_true(exercise_is(goal, strlen(goal)));
	assert_false(exercise_is(none, strlen(none)));
	assert_false(exercise_is("", 0));
}

static void students_are_names_of_files_too(void **state)
{
	(void)state;
	assert_true(exercise_is_student("ada"));
	assert_true(exercise_is_student("1815_ada.l@x-y"));
	assert_false(exercise_is_student(""));
	assert_false(exercise_is_student("-j"));
	assert_false(exercise_is_student("../x"));
	assert_false(exercise_is_student("a b"));
	assert_false(exercise_is_student("\xc3\xa9"));
	assert_false(exercise_is_student(
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void all_of_it_is_read(void **state)
{
	struct exercise *e = read_for(
		"# Title for $port.\n#\n# More.\n\nchoose port from 7..7\nchoose word one of \"a b\" \"a b\"\n"
		"given { socket l; bind l :$port }\n"
		"goal \"one\" { expect c CLOSED; answer \"$word\" }\n"
		"goal \"two\" in order at the end {\n\texpect c path CLOSED\n}\n"
		"limit commands 8\nlimit answers 2\nlimit without forge kill\n"
		"hint \"first $port\" costs 10\nhint \"second\"\n",
		"ada");
	struct statement_list given;
	struct text limits = TEXT_EMPTY;

	(void)state;
	assert_string_equal(e->name, "topic/name");
	assert_string_equal(e->opening, "Title for 7.\n\nMore.\n");
	assert_int_equal(e->goal_count, 2);
	assert_false(e->goals[0].in_order || e->goals[0].at_end);
	assert_true(e->goals[1].in_order && e->goals[1].at_end);
	assert_string_equal(e->goals[0].statement->block.statements[1].words[1].text, "a b");
	assert_int_equal(e->hint_count, 2);
	assert_string_equal(e->hints[0].words, "first 7");
	assert_int_equal(e->hints[0].cost, 10);
	assert_int_equal(e->hints[1].cost, 0);
	assert_int_equal(e->commands_most, 8);
	assert_true(exercise_forbids(e, "kill"));
	assert_false(exercise_forbids(e, "hold"));
	exercise_format_limits(e, &limits);
	assert_string_equal(text_get(&limits), "8 commands, 2 answers, without forge, kill");
	exercise_take_given(e, &given);
	assert_int_equal(given.count, 2);
	assert_string_equal(given.statements[1].text, "bind l :7");
	statement_list_done(&given);
	exercise_take_given(e, &given);
	assert_int_equal(given.count, 0);
	text_done(&limits);
	exercise_free(e);
}

/* The same for the same student, and for all numbers of a choice there is somebody. */
static void choices_are_a_students_own(void **state)
{
	static const char text[] = "choose n from 3..6\nchoose w one of x y\n" GOAL;
	bool seen[4][2] = { { false } };

	(void)state;
	for (int i = 0; i < 200; i++) {
		char student[16];
		struct exercise *e, *again;

		snprintf(student, sizeof(student), "s%d", i);
		e = read_for(text, student);
		again = read_for(text, student);
		assert_string_equal(e->choices[0].value, again->choices[0].value);
		assert_true(e->seed == again->seed);
		assert_in_range(strtoul(e->choices[0].value, NULL, 10), 3, 6);
		seen[strtoul(e->choices[0].value, NULL, 10) - 3][e->choices[1].value[0] - 'x'] =
			true;
		exercise_free(e);
		exercise_free(again);
	}
	for (int n = 0; n < 8; n++)
		assert_true(seen[n / 2][n % 2]);
}

static void another_text_is_another_exercise(void **state)
{
	struct exercise *e = read_for(GOAL, "ada"), *other = read_for(GOAL "\n", "ada");

	(void)state;
	assert_string_not_equal(e->digest, other->digest);
	assert_true(e->seed != other->seed);
	exercise_free(e);
	exercise_free(other);
}

static void mistakes_are_told_with_their_place(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *message;
	} mistakes[] = {
		{ GOAL "socket c\n", 2, "at the top of an exercise stand" },
		{ "given { }\ngiven { }\n" GOAL, 2, "one `given`" },
		{ "goal \"x\" { }\n", 1, "needs an expectation" },
		{ "goal \"x\"\n", 1, "needs an expectation" },
		{ "goal { expect c CLOSED }\n", 1, "told in words" },
		{ "goal x { expect c CLOSED }\n", 1, "told in words" },
		{ "goal \"x\" soon { expect c CLOSED }\n", 1, "write: goal" },
		{ "goal \"x\" { close c }\n", 1, "a goal holds" },
		{ "goal \"x\" { expect never c CLOSED }\n", 1, "a goal holds" },
		{ "goal \"x\" {\n expect c CLOSED\n", 1, "not closed" },
		{ GOAL "limit 8\n", 2, "write: limit" },
		{ GOAL "limit commands 0\n", 2, "0" },
		{ GOAL "limit commands many\n", 2, "many" },
		{ GOAL "hint\n", 2, "write: hint" },
		{ GOAL "hint \"x\" costs 101\n", 2, "101" },
		{ GOAL "hint \"x\" 10\n", 2, "write: hint" },
		{ GOAL "choose x\n", 2, "write: choose" },
		{ GOAL "choose x from 9..8\n", 2, "go up" },
		{ GOAL "choose x from a..8\n", 2, "from which number" },
		{ GOAL "choose x from 1..9999999\n", 2, "go up" },
		{ GOAL "choose x one of y\n", 2, "write: choose" },
		{ GOAL "choose X one of y z\n", 2, "small letters" },
		{ GOAL "# $nobody\n", 2, "nothing chooses $nobody" },
		{ GOAL "# 5 $\n", 2, "nothing chooses $" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct exercise *e = NULL;
		struct diag d = { 0 };

		if (exercise_read("f", mistakes[i].text, strlen(mistakes[i].text), "", &e, &d) == 0)
			fail_msg("taken: %s", mistakes[i].text);
		if (d.line != mistakes[i].line || !strstr(d.message, mistakes[i].message))
			fail_msg("%s: %u: %s", mistakes[i].text, d.line, d.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recipes_are_told_from_exercises),
		cmocka_unit_test(students_are_names_of_files_too),
		cmocka_unit_test(all_of_it_is_read),
		cmocka_unit_test(choices_are_a_students_own),
		cmocka_unit_test(another_text_is_another_exercise),
		cmocka_unit_test(mistakes_are_told_with_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
