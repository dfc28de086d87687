/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every exercise that comes along can be done, and what looks like doing it is told from that: its solution
 * (tests/exercises/NAME/solution.lab) is graded 100, and each wrong-N.lab beside it gets the score, and the reason,
 * that its first lines say:
 *
 *   # score: 50
 *   # reason: the answer was bob */
#include "handing_in.h"
#include "temporary.h"

#define STUDENT "ada-7"
#define WRONG_LEAST 2

struct fixture {
	char folder[TEMPORARY_MAX]; /* for submissions */
};

static int set_up(void **state)
{
	static struct fixture f;

	temporary_name("exercises", f.folder, sizeof(f.folder));
	*state = &f;
	return mkdtemp(f.folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	const struct fixture *f = *state;

	return rmdir(f->folder);
}

/* What stands behind "# KEY: " in one of the first lines; NULL = no such line. The caller's. */
static char *said(const struct text *text, const char *key)
{
	const char *found = strstr(text_get(text), key);
	struct text value = TEXT_EMPTY;

	if (!found)
		return NULL;
	found += strlen(key);
	text_add(&value, found, strcspn(found, "\n"));
	return text_take(&value);
}

/* The grade of a submission. The caller's. */
static json_t *grade(const struct exercise *e, const char *submission)
{
	const char *const arguments[] = { "--json", "grade", e->file, submission, NULL };
	struct program p;
	json_t *graded;
	char *line;

	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	line = program_line(&p);
	graded = line ? json_loads(line, 0, NULL) : NULL;
	if (!graded || program_end(&p) != 0) {
		program_blame(&p);
		fail_msg("%s: not graded", submission);
	}
	free(line);
	program_close(&p);
	return graded;
}

/* All that the grade says in words. */
static void add_words(const json_t *graded, struct text *out)
{
	const char *reasons = json_string_value(json_object_get(graded, "reasons"));
	const json_t *goals = json_object_get(graded, "goals");

	for (size_t i = 0; i < json_array_size(goals); i++) {
		const json_t *goal = json_array_get(goals, i);
		const char *why_not = json_string_value(json_object_get(goal, "why_not"));

		if (why_not)
			text_printf(out, "goal %zu not met: %s\n", i + 1, why_not);
	}
	text_puts(out, reasons ? reasons : "");
}

static void play(const struct fixture *f, const char *exercise, const char *way)
{
	struct exercise *e = exercise_of(exercise, STUDENT);
	struct text file = TEXT_EMPTY, typed = TEXT_EMPTY, words = TEXT_EMPTY;
	char submission[TEMPORARY_MAX + 16], *score, *reason;
	json_t *graded;

	snprintf(submission, sizeof(submission), "%s/one.tcplab", f->folder);
	read_file(way, &file);
	make_own(e, &file, &typed);
	hand_in(e, &typed, submission);
	graded = grade(e, submission);
	add_words(graded, &words);
	score = said(&typed, "# score: ");
	reason = said(&typed, "# reason: ");
	if (!score && !strstr(way, "/solution.lab"))
		fail_msg("%s does not say its score", way);
	if (strcmp(json_string_value(json_object_get(graded, "verdict")), "graded") != 0 ||
		json_integer_value(json_object_get(graded, "score")) !=
			(score ? strtol(score, NULL, 10) : 100))
		fail_msg("%s: score %lld, %s\n%s", way,
			(long long)json_integer_value(json_object_get(graded, "score")),
			json_string_value(json_object_get(graded, "verdict")), text_get(&words));
	if (score && (!reason || !strstr(text_get(&words), reason)))
		fail_msg("%s: '%s' is not among the reasons:\n%s", way, reason, text_get(&words));
	unlink(submission);
	json_decref(graded);
	free(score);
	free(reason);
	text_done(&file);
	text_done(&typed);
	text_done(&words);
	exercise_free(e);
}

/* All ways of one exercise. */
static void play_all(const struct fixture *f, const char *exercise)
{
	const char *name = strrchr(exercise, '/') + 1;
	char way[600];
	unsigned wrong = 0;

	snprintf(way, sizeof(way), "%s/tests/exercises/%.*s/solution.lab", program_source(),
		(int)(strlen(name) - strlen(".lab")), name);
	play(f, exercise, way);
	for (;;) {
		snprintf(way, sizeof(way), "%s/tests/exercises/%.*s/wrong-%u.lab", program_source(),
			(int)(strlen(name) - strlen(".lab")), name, wrong + 1);
		if (access(way, R_OK) < 0)
			break;
		play(f, exercise, way);
		wrong++;
	}
	if (wrong < WRONG_LEAST)
		fail_msg("%s: %u wrong ways, at least %d are wanted", exercise, wrong, WRONG_LEAST);
}

static void exercises_are_graded_as_they_are_done(void **state)
{
	struct recipe_list list = { 0 };
	struct text folder = TEXT_EMPTY;
	struct diag d = { 0 };

	text_printf(&folder, "%s/recipes/exercises", program_source());
	assert_int_equal(recipe_find(text_get(&folder), &list, &d), 0);
	assert_true(list.count >= 12);
	for (size_t i = 0; i < list.count; i++)
		play_all(*state, list.paths[i]);
	recipe_list_done(&list);
	text_done(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exercises_are_graded_as_they_are_done),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
