/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grades on paper: nothing in a student's file gets out of its cell, and a grade survives the way between processes. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "view/gradebook.h"

static struct grade_goal goals[] = { { .words = (char *)"c is gone" },
	{ .words = (char *)"a \"too\"", .why_not = (char *)"expected a CLOSED, seen a <LISTEN>" } };
static struct grade grades[] = {
	{ .file = (char *)"in/x-ada.tcplab",
		.student = (char *)"ada",
		.verdict = GRADE_GIVEN,
		.score = 40,
		.goals = goals,
		.goal_count = 2,
		.commands = 7,
		.hints = 1,
		.hints_cost = 10,
		.time_ns = 1500000000 },
	{ .file = (char *)"=cmd|' /c calc'!\"A0\"\x1b[2J\neve,100",
		.verdict = GRADE_REFUSED,
		.reasons = (char *)"one <&\x1b\ntwo, \"quoted\"" },
	{ .student = (char *)"eve",
		.verdict = GRADE_ABSENT,
		.reasons = (char *)"nothing was handed in" },
};

static char *written(enum report_format format, size_t count)
{
	const struct gradebook book = { .format = format,
		.version = "1",
		.kernel = "6.18",
		.exercise = "exercises/x",
		.grades = grades,
		.count = count };
	struct text out = TEXT_EMPTY;

	assert_true(gradebook_takes(format));
	gradebook_write(&book, &out);
	assert_null(strchr(text_get(&out), '\x1b'));
	return text_take(&out);
}

static void as_text(void **state)
{
	char *out = written(REPORT_TEXT, 3);

	(void)state;
	assert_string_equal(out,
		" 40  ada              graded   goals 1/2  in/x-ada.tcplab\n"
		"       goal 2 not met: a \"too\" (expected a CLOSED, seen a <LISTEN>)\n"
		"       1 hint: -10\n"
		"  0  ?                refused  =cmd|' /c calc'!\"A0\"\\x1b[2J\\x0aeve,100\n"
		"       one <&\\x1b\n"
		"       two, \"quoted\"\n"
		"  0  eve              absent   \n"
		"       nothing was handed in\n"
		"1 graded, 1 refused, 1 absent\n");
	free(out);
}

static void as_csv(void **state)
{
	char *out = written(REPORT_CSV, 3);

	(void)state;
	assert_string_equal(out,
		"student,score,max_score,verdict,goals_met,goals,commands,hints,reasons,file\r\n"
		"\"ada\",40,100,graded,1,2,7,1,\"goal 2 not met: a \"\"too\"\" (expected a CLOSED, seen a "
		"<LISTEN>); 1 hint: -10\",\"in/x-ada.tcplab\"\r\n"
		"\"\",0,100,refused,0,0,0,0,\"one <&\\x1b; two, \"\"quoted\"\"\","
		"\"'=cmd|' /c calc'!\"\"A0\"\"\\x1b[2J\\x0aeve,100\"\r\n"
		"\"eve\",0,100,absent,0,0,0,0,\"nothing was handed in\",\"\"\r\n");
	free(out);
}

static void as_junit(void **state)
{
	char *out = written(REPORT_JUNIT, 3);

	(void)state;
	assert_non_null(strstr(out, "tests=\"3\" failures=\"1\" errors=\"2\""));
	assert_non_null(strstr(out, "name=\"ada\" time=\"1.500\"><failure type=\"graded\""));
	assert_non_null(strstr(out, "seen a &lt;LISTEN&gt;"));
	assert_null(strstr(out, "<LISTEN>"));
	free(out);
}

static void as_gradescope(void **state)
{
	char *out = written(REPORT_GRADESCOPE, 1);
	json_t *root = json_loads(out, 0, NULL), *tests;

	(void)state;
	assert_non_null(root);
	tests = json_object_get(root, "tests");
	assert_int_equal(json_array_size(tests), 2);
	assert_int_equal(json_number_value(json_object_get(root, "score")), 40);
	assert_int_equal(json_number_value(json_object_get(json_array_get(tests, 0), "score")), 50);
	assert_int_equal(json_number_value(json_object_get(json_array_get(tests, 1), "score")), 0);
	json_decref(root);
	free(out);
}

static void no_other_way(void **state)
{
	(void)state;
	assert_false(gradebook_takes(REPORT_TAP));
	assert_false(gradebook_takes(REPORT_HTML));
}

static void a_grade_comes_back_as_it_was(void **state)
{
	struct text line = TEXT_EMPTY, again = TEXT_EMPTY;
	struct grade g;

	(void)state;
	grade_write(&grades[0], &line);
	assert_int_equal(grade_read(text_get(&line), line.len, &g), 0);
	grade_write(&g, &again);
	/* the time is the parent's to say */
	assert_int_equal(g.time_ns, 0);
	g.time_ns = grades[0].time_ns;
	text_clear(&again);
	grade_write(&g, &again);
	assert_string_equal(text_get(&again), text_get(&line));
	grade_done(&g);
	assert_true(grade_read("{}", 2, &g) < 0);
	assert_true(grade_read("nonsense", 8, &g) < 0);
	text_done(&line);
	text_done(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_text),
		cmocka_unit_test(as_csv),
		cmocka_unit_test(as_junit),
		cmocka_unit_test(as_gradescope),
		cmocka_unit_test(no_other_way),
		cmocka_unit_test(a_grade_comes_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
