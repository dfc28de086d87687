/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is who among files: whatever they are called, each student has one row with his best, and nobody gets another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/roll.h"
#include "view/gradebook.h"

#define FILES_MOST 8

struct file {
	const char *name, *student; /* student: what the file says; NULL = it cannot be read */
	enum grade_verdict verdict;
	unsigned score;
};

/* "ada 100 in/x-ada.tcplab; eve refused": the rows that these files make. class: IDs with blanks between them; NULL = no
 * list. */
static char *rows_of(const struct file *files, const char *class, struct text *others, bool *look)
{
	struct grade *grades = memory_new(FILES_MOST * sizeof(*grades));
	struct roll roll = { .has_list = class };
	struct text rows = TEXT_EMPTY;
	size_t count = 0;

	for (; files[count].name; count++) {
		const struct file *f = &files[count];

		grades[count] = (struct grade){ .file = text_copy(f->name),
			.student = f->student ? text_copy(f->student) : NULL,
			.verdict = f->verdict,
			.score = f->score,
			.reasons = f->verdict == GRADE_GIVEN ? NULL : text_copy("why") };
	}
	while (class && *class) {
		size_t len = strcspn(class, " ");
		struct text id = TEXT_EMPTY;

		text_add(&id, class, len);
		roll.listed.paths =
			memory_grow(roll.listed.paths, (roll.listed.count + 1) * sizeof(char *));
		roll.listed.paths[roll.listed.count++] = text_take(&id);
		class += len + (class[len] == ' ');
	}
	*look = false;
	count = roll_call(&roll, "exercises/x", &grades, count, others, look);
	for (size_t i = 0; i < count; i++) {
		struct grade *g = &grades[i];

		text_printf(&rows, "%s%s %s %u %s", i ? "; " : "", g->student ? g->student : "?",
			grade_verdict_name(g->verdict), g->score, g->file ? g->file : "-");
		grade_done(g);
	}
	free(grades);
	roll_done(&roll);
	return text_take(&rows);
}

static void assert_rows(const struct file *files, const char *class, bool look, const char *rows)
{
	struct text others = TEXT_EMPTY;
	bool looked;
	char *made = rows_of(files, class, &others, &looked);

	assert_string_equal(made ? made : "", rows);
	assert_int_equal(looked, look);
	free(made);
	text_done(&others);
}

#define GIVEN(name, student, score)                                                                \
	{                                                                                          \
		name, student, GRADE_GIVEN, score                                                  \
	}
#define REFUSED(name, student)                                                                     \
	{                                                                                          \
		name, student, GRADE_REFUSED, 0                                                    \
	}
#define FILES(...)                                                                                 \
	(const struct file[])                                                                      \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			NULL, NULL, GRADE_NONE, 0                                                  \
		}                                                                                  \
	}

static void best_of_each_student_counts(void **state)
{
	(void)state;
	assert_rows(FILES(GIVEN("x-ada.tcplab", "ada", 50), GIVEN("x-ada-2.tcplab", "ada", 100),
			    GIVEN("x-bob.tcplab", "bob", 0)),
		NULL, false, "ada graded 100 x-ada-2.tcplab; bob graded 0 x-bob.tcplab");
	/* a try that came to no end, or whose replay parts, takes nothing from one that is well */
	assert_rows(FILES({ "a.tcplab", "ada", GRADE_PARTS, 100 },
			    { "b.tcplab", "ada", GRADE_STOPPED, 50 },
			    GIVEN("x-ada.tcplab", "ada", 100), REFUSED("x-ada-3.tcplab", NULL)),
		NULL, true, "ada graded 100 x-ada.tcplab");
	assert_rows(FILES(REFUSED("x-ada.tcplab", NULL), GIVEN("z.tcplab", "ada", 0)), NULL, true,
		"ada graded 0 z.tcplab");
	/* as good: the one that is named as `submit` does */
	assert_rows(FILES(GIVEN("a.tcplab", "ada", 50), GIVEN("x-ada.1.tcplab", "ada", 50),
			    GIVEN("x-ada.tcplab", "ada", 50)),
		NULL, false, "ada graded 50 x-ada.tcplab");
}

static void names_may_have_anything_around_the_id(void **state)
{
	static const char *const names[] = { "x-ada.tcplab", "x-ada-2.tcplab", "x-ada (1).tcplab",
		"in/ada_1234_x-ada.tcplab", "eve_99_x-ada.tcplab", "12_ada.tcplab", "x-ADA.tcplab",
		"x-.tcplab", "max-eve.tcplab", "x-x-ada.tcplab", "x", NULL };

	(void)state;
	for (size_t i = 0; names[i]; i++) {
		struct text rows = TEXT_EMPTY;

		text_printf(&rows, "ada graded 70 %s", names[i]);
		assert_rows(FILES(GIVEN(names[i], "ada", 70)), NULL, false, text_get(&rows));
		assert_rows(FILES(GIVEN(names[i], "ada", 70)), "ada", false, text_get(&rows));
		text_done(&rows);
	}
}

static void another_ones_work_is_refused(void **state)
{
	(void)state;
	assert_rows(FILES(GIVEN("x-eve.tcplab", "ada", 100)), NULL, false,
		"eve refused 0 x-eve.tcplab");
	assert_rows(FILES(GIVEN("x-adam.tcplab", "ada", 100)), NULL, false,
		"adam refused 0 x-adam.tcplab");
	assert_rows(FILES(GIVEN("x-ada.tcplab", "ada", 90), GIVEN("x-eve (1).tcplab", "ada", 90)),
		"ada eve", false, "ada graded 90 x-ada.tcplab; eve refused 0 x-eve (1).tcplab");
	/* her own work beside it counts */
	assert_rows(FILES(GIVEN("x-eve (1).tcplab", "ada", 90), GIVEN("x-eve.tcplab", "eve", 10)),
		NULL, true, "eve graded 10 x-eve.tcplab");
	/* ada-2 is in the class: this is hers, or meant to be */
	assert_rows(FILES(GIVEN("x-ada-2.tcplab", "ada", 90)), "ada ada-2", false,
		"ada absent 0 -; ada-2 refused 0 x-ada-2.tcplab");
	assert_rows(FILES(GIVEN("x-ada-2.tcplab", "ada-2", 90)), "ada ada-2", false,
		"ada absent 0 -; ada-2 graded 90 x-ada-2.tcplab");
}

static void what_cannot_be_read_is_of_whom_the_name_tells(void **state)
{
	(void)state;
	assert_rows(FILES(REFUSED("x-ada (1).tcplab", NULL)), NULL, false,
		"ada refused 0 x-ada (1).tcplab");
	assert_rows(FILES(REFUSED("x-ada-2.tcplab", NULL)), "ada", false,
		"ada refused 0 x-ada-2.tcplab");
	assert_rows(FILES(REFUSED("1.tcplab", NULL), REFUSED("2.tcplab", NULL)), NULL, false,
		"? refused 0 1.tcplab; ? refused 0 2.tcplab");
	/* its process died */
	assert_rows(FILES({ "x-ada.tcplab", NULL, GRADE_STOPPED, 0 }), NULL, false,
		"ada stopped 0 x-ada.tcplab");
	/* an ID inside, but the seed of another */
	assert_rows(FILES(REFUSED("x-eve.tcplab", "ada"), GIVEN("x-ada.tcplab", "ada", 80)), NULL,
		false, "ada graded 80 x-ada.tcplab; eve refused 0 x-eve.tcplab");
}

static void rows_are_in_the_order_of_the_students(void **state)
{
	(void)state;
	assert_rows(FILES(GIVEN("123 - x-hana.tcplab", "hana", 10), REFUSED("1.tcplab", NULL),
			    GIVEN("a.tcplab", "Ian", 20), GIVEN("z.tcplab", "ada", 30)),
		NULL, false,
		"ada graded 30 z.tcplab; hana graded 10 123 - x-hana.tcplab; Ian graded 20 a.tcplab; "
		"? refused 0 1.tcplab");
}

/* Absent, and yet there is something: a teacher who reads only the report must learn of it. */
static void absent_ones_row_tells_what_there_is(void **state)
{
	static const struct {
		const char *file, *student, *left, *says;
	} cases[] = {
		/* a mail program's ending */
		{ "x-ada.tcplab", "ada", "h/x-jon.tcplab.txt",
			"a file with this ID in its name was left out, as it is no plain file that ends in "
			".tcplab: h/x-jon.tcplab.txt" },
		{ "x-ada.tcplab", "ada", "h/12_JON.zip",
			"a file with this ID in its name was left out, as it is no plain file that ends in "
			".tcplab: h/12_JON.zip" },
		{ "x-ada.tcplab", "ada", "h/x-jonas.tcplab.txt", "nothing was handed in" },
		{ "x-ada.tcplab", "ada", "jon/notes.txt", "nothing was handed in" },
		/* a course system says from whom it has what is another's */
		{ "h/jonjon_777_889_x-ada.tcplab", "ada", NULL,
			"a file that seems to come from jon is the work of ada: h/jonjon_777_889_x-ada.tcplab" },
		{ "h/jon/x-ada.tcplab", "ada", NULL, "nothing was handed in" },
		{ "h/jonas_777_x-jonas.tcplab", "jonas", NULL, "nothing was handed in" },
		{ "h/sljon_777_x-ada.tcplab", "ada", NULL, "nothing was handed in" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct grade *grades = memory_new(sizeof(*grades));
		char *listed[] = { text_copy(cases[i].student), text_copy("jon") };
		struct roll roll = { .has_list = true };
		struct text others = TEXT_EMPTY;
		bool look = false;

		roll.listed.paths = memory_new(sizeof(listed));
		memcpy(roll.listed.paths, listed, sizeof(listed));
		roll.listed.count = 2;
		if (cases[i].left) {
			roll.left.paths = memory_new(sizeof(char *));
			roll.left.paths[roll.left.count++] = text_copy(cases[i].left);
		}
		grades[0] = (struct grade){ .file = text_copy(cases[i].file),
			.student = text_copy(cases[i].student),
			.verdict = GRADE_GIVEN };
		assert_int_equal(roll_call(&roll, "exercises/x", &grades, 1, &others, &look), 2);
		assert_int_equal(grades[1].verdict, GRADE_ABSENT);
		assert_string_equal(grades[1].reasons, cases[i].says);
		assert_int_equal(look, strcmp(cases[i].says, "nothing was handed in") != 0);
		grade_done(&grades[0]);
		grade_done(&grades[1]);
		free(grades);
		roll_done(&roll);
	}
}

static void list_has_a_row_for_each_and_no_other(void **state)
{
	struct text others = TEXT_EMPTY;
	bool look;
	char *rows = rows_of(FILES(GIVEN("x-dave.tcplab", "dave", 80),
				     GIVEN("x-bob.tcplab", "bob", 60), REFUSED("7.tcplab", NULL)),
		"ada bob", &others, &look);

	(void)state;
	assert_string_equal(rows, "ada absent 0 -; bob graded 60 x-bob.tcplab");
	assert_string_equal(text_get(&others),
		"dave: x-dave.tcplab: graded, score 80\n"
		"of an unknown student: 7.tcplab: refused, why\n");
	assert_true(look);
	free(rows);
	text_done(&others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(best_of_each_student_counts),
		cmocka_unit_test(names_may_have_anything_around_the_id),
		cmocka_unit_test(another_ones_work_is_refused),
		cmocka_unit_test(what_cannot_be_read_is_of_whom_the_name_tells),
		cmocka_unit_test(rows_are_in_the_order_of_the_students),
		cmocka_unit_test(absent_ones_row_tells_what_there_is),
		cmocka_unit_test(list_has_a_row_for_each_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
