/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/grade.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "cli/collect.h"
#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/pool.h"
#include "cli/replay.h"
#include "cli/reporting.h"
#include "cli/roll.h"
#include "language/exercise.h"
#include "language/recipe.h"
#include "view/gradebook.h"

#define STOP_NS (5 * NS_PER_S) /* it stops by itself; this much later it is stopped */

int grade_here(const struct options *o, const char *exercise, const char *submission)
{
	struct text line = TEXT_EMPTY;
	struct grade grade = { 0 };
	struct diag d = { 0 };

	if (replay_grade(exercise, submission, o->timeout_ns, &grade, &d) < 0) {
		return complaint_print(&d);
	}
	grade_write(&grade, &line);
	fputs(text_get(&line), stdout);
	fflush(stdout);
	text_done(&line);
	grade_done(&grade);
	return EXIT_PASSED;
}

/* ---- grading them ---- */

struct grading {
	struct pool pool;
	struct exercise *exercise; /* owned: as nobody has it */
	struct roll roll;
	struct grade *grades; /* owned: one for each file, then one for each student */
	size_t count;
	bool look; /* what has no row, or does not count, needs a look */
};

static void on_line(void *arg, size_t index, const char *line, size_t len)
{
	const struct grading *g = arg;
	struct grade grade;

	if (grade_read(line, len, &grade) < 0)
		return;
	grade_done(&g->grades[index]);
	g->grades[index] = grade;
}

/* What its process did not say itself is said here. */
static void on_ended(void *arg, size_t index)
{
	struct grading *g = arg;
	const struct report_result *result = &g->pool.results[index];
	const char *why = result->message ? result->message : "it could not be graded";
	struct grade *grade = &g->grades[index];

	grade->time_ns = result->time_ns;
	if (grade->verdict || result->verdict <= REPORT_PASSED)
		return;
	if (strstr(why, MEMORY_GONE)) { /* which replay.c limits: the others have theirs */
		why = "stopped: its commands take more memory than a session has";
		g->pool.no_lab = false;
	}
	grade->verdict = GRADE_STOPPED;
	free(grade->reasons);
	grade->reasons = text_copy(why);
}

/* 0, or an exit code: it has said why. */
static int report(const struct grading *g, const struct options *o)
{
	struct text out = TEXT_EMPTY;
	struct diag d = { 0 };
	struct utsname kernel;
	struct gradebook book = {
		.format = o->given & (1u << OPTION_REPORT) ? o->report : REPORT_TEXT,
		.version = TCPLAB_VERSION,
		.kernel = kernel.release,
		.exercise = g->exercise->name,
		.grades = g->grades,
		.count = g->count,
	};
	int code = 0;

	uname(&kernel);
	if (g->pool.signal)
		book.stopped = "Interrupted.";
	else if (g->pool.no_lab)
		book.stopped = "There is no lab.";
	gradebook_write(&book, &out);
	if (reporting_put(o->output, &out, &d) < 0)
		code = complaint_print(&d);
	fflush(stdout);
	text_done(&out);
	return code;
}

static int exit_code(const struct grading *g)
{
	if (g->pool.signal)
		return EXIT_SIGNAL + g->pool.signal;
	if (g->pool.no_lab)
		return EXIT_NO_LAB;
	for (size_t i = 0; i < g->count; i++) {
		if (g->grades[i].verdict != GRADE_GIVEN && g->grades[i].verdict != GRADE_ABSENT)
			return EXIT_FAILED;
	}
	return g->look ? EXIT_FAILED : EXIT_PASSED;
}

/* What is handed in by nobody on the class list. */
static void tell_others(const struct text *others)
{
	if (others->len)
		fprintf(stderr, "tcplab: not on the class list:\n%s", text_get(others));
}

/* Grade them all, and report. The exit code. */
static int run(struct grading *g, const struct options *o, const char *exercise,
	const struct recipe_list *submissions)
{
	char timeout[32],
		*words[] = { (char *)"--timeout", timeout, (char *)"--", (char *)"grade",
			(char *)exercise, NULL };
	struct options of_pool = *o;
	struct text others = TEXT_EMPTY;
	int code;

	snprintf(timeout, sizeof(timeout), "%llums",
		(unsigned long long)(o->timeout_ns / NS_PER_MS));
	of_pool.timeout_ns += STOP_NS;
	g->count = submissions->count;
	g->grades = memory_new((g->count + 1) * sizeof(*g->grades));
	for (size_t i = 0; i < g->count; i++)
		g->grades[i].file = text_copy(submissions->paths[i]);
	g->pool = (struct pool){ .options = &of_pool,
		.jobs = o->jobs,
		.list = submissions,
		.results = memory_new((g->count + 1) * sizeof(struct report_result)),
		.words = words,
		.ended = on_ended,
		.line = on_line,
		.arg = g };
	pool_run(&g->pool);
	g->count = roll_call(&g->roll, g->exercise->name, &g->grades, g->count, &others, &g->look);
	code = report(g, o);
	code = code ? code : exit_code(g);
	tell_others(&others);
	for (size_t i = 0; i < submissions->count; i++)
		free(g->pool.results[i].message);
	for (size_t i = 0; i < g->count; i++)
		grade_done(&g->grades[i]);
	free(g->pool.results);
	free(g->grades);
	text_done(&others);
	return code;
}

/* The first thing that is wrong with the exercise itself is told once, and not for each submission. */
static int read_exercise(const char *path, struct exercise **ret_exercise, struct diag *d)
{
	struct text text = TEXT_EMPTY;
	int r = recipe_read(path, &text, d);

	if (r == 0 && !exercise_is(text_get(&text), text.len))
		r = diag_set(d, EINVAL, "%s is no exercise: it has no goal", path);
	if (r == 0)
		r = exercise_read(path, text_get(&text), text.len, "", ret_exercise, d);
	text_done(&text);
	return r;
}

/* Its results.json is what one student reads of his own. */
static int check_gradescope(const struct options *o, size_t count, struct diag *d)
{
	if (!(o->given & (1u << OPTION_REPORT)) || o->report != REPORT_GRADESCOPE)
		return 0;
	if (o->students)
		return diag_set(d, EINVAL,
			"--report gradescope is of one student: leave out --students");
	if (count > 1)
		return diag_set(d, EINVAL,
			"--report gradescope is of one submission, and these are %zu: its autograder calls "
			"`tcplab grade` for each; csv is for all",
			count);
	return 0;
}

int grade_submissions(const struct options *o, const char *exercise, char *const *words, int count)
{
	struct recipe_list submissions = { 0 };
	struct grading g = { 0 };
	struct diag d = { 0 };
	int code = EXIT_USAGE, r;

	r = read_exercise(exercise, &g.exercise, &d);
	if (r == 0 && o->students)
		r = roll_read(&g.roll, o->students, &d);
	if (r < 0)
		code = complaint_print(&d);
	for (int i = 0; i < count && r == 0; i++)
		r = collect_add(words[i], g.exercise, &submissions, &g.roll.left);
	if (r == 0 && (r = check_gradescope(o, submissions.count, &d)) < 0)
		complaint_print(&d);
	if (r == 0)
		code = run(&g, o, exercise, &submissions);
	recipe_list_done(&submissions);
	roll_done(&g.roll);
	exercise_free(g.exercise);
	return code;
}
