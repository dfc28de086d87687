/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/grade.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/pool.h"
#include "cli/replay.h"
#include "language/exercise.h"
#include "language/recipe.h"
#include "view/gradebook.h"

#define ENDING ".tcplab"
#define STOP_NS (5 * NS_PER_S) /* it stops by itself; this much later it is stopped */

int grade_here(const struct options *o, const char *exercise, const char *submission)
{
	struct text line = TEXT_EMPTY;
	struct grade grade = { 0 };
	struct diag d = { 0 };

	if (replay_grade(exercise, submission, o->timeout_ns, &grade, &d) < 0) {
		complaint_print(&d);
		return d.operation[0] ? EXIT_NO_LAB : EXIT_USAGE;
	}
	grade_write(&grade, &line);
	fputs(text_get(&line), stdout);
	fflush(stdout);
	text_done(&line);
	grade_done(&grade);
	return EXIT_PASSED;
}

/* ---- finding them ---- */

static void add(struct recipe_list *list, const char *path)
{
	list->paths = memory_grow(list->paths, (list->count + 1) * sizeof(char *));
	list->paths[list->count++] = text_copy(path);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Students' files: no symbolic link is followed. */
static size_t add_folder(const char *path, struct recipe_list *list)
{
	char *copy = text_copy(path);
	FTS *walk = fts_open((char *const[]){ copy, NULL }, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	const FTSENT *entry;
	size_t others = 0;

	while (walk && (entry = fts_read(walk))) {
		size_t len = entry->fts_namelen, ending = strlen(ENDING);
		bool named = len > ending && strcmp(entry->fts_name + len - ending, ENDING) == 0;

		if (entry->fts_info == FTS_F && named)
			add(list, entry->fts_path);
		else
			others += entry->fts_info == FTS_F || named;
	}
	if (walk)
		fts_close(walk);
	free(copy);
	return others;
}

int grade_find(const char *path, struct recipe_list *list)
{
	struct text shown = TEXT_EMPTY;
	size_t others = 0;
	struct stat st;
	int r = stat(path, &st) < 0 ? -errno : 0;

	text_printable(&shown, path, strlen(path));
	if (r < 0)
		fprintf(stderr, "tcplab: no submission '%s': %s\n", text_get(&shown), strerror(-r));
	else if (S_ISDIR(st.st_mode))
		others = add_folder(path, list);
	else
		add(list, path);
	if (others)
		fprintf(stderr,
			"tcplab: %zu file%s in '%s' left out: submissions end in " ENDING "\n",
			others, others == 1 ? "" : "s", text_get(&shown));
	text_done(&shown);
	return r;
}

/* ---- grading them ---- */

struct grading {
	struct pool pool;
	struct grade *grades; /* one for each, and then the absent; owned */
	size_t count;
	const char *exercise; /* its name; borrowed */
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
	const struct grading *g = arg;
	const struct report_result *result = &g->pool.results[index];
	struct grade *grade = &g->grades[index];

	grade->time_ns = result->time_ns;
	if (grade->verdict || result->verdict <= REPORT_PASSED)
		return;
	grade->verdict = GRADE_STOPPED;
	free(grade->reasons);
	grade->reasons = text_copy(result->message ? result->message : "it could not be graded");
}

static void add_reason(struct grade *g, const char *why, const char *which)
{
	struct text reason = TEXT_EMPTY;

	text_printf(&reason, "%s%s%s", g->reasons ? g->reasons : "", g->reasons ? "\n" : "", why);
	text_printable(&reason, which,
		strlen(which)); /* a newline in it would begin another reason */
	free(g->reasons);
	g->reasons = text_take(&reason);
}

static void refuse(struct grade *g, const char *why, const char *which)
{
	add_reason(g, why, which);
	g->verdict = GRADE_REFUSED;
	g->score = 0;
}

static bool is_student(const struct grade *g, const char *student)
{
	return g->student && g->verdict != GRADE_REFUSED && strcmp(g->student, student) == 0;
}

/* Is it named as `submit` names it? What is named so for somebody else is refused already. */
static bool has_own_name(const struct grading *g, const struct grade *grade)
{
	const char *slash = strrchr(grade->file, '/'), *base = slash ? slash + 1 : grade->file;
	const char *word = strrchr(g->exercise, '/');
	size_t len;

	word = word ? word + 1 : g->exercise;
	len = strlen(word);
	return strncmp(base, word, len) == 0 && base[len] == '-';
}

/* Of two that say to be the same student's the first one counts: they are in order of their names. But anybody can
 * write any ID into a file: one with a name of its own choice does not push aside one that is named as it should be,
 * and what counts says that there was another. */
static void find_copies(const struct grading *g)
{
	for (size_t i = 0; i < g->count; i++) {
		struct grade *later = &g->grades[i];

		for (size_t first = 0; first < i && later->student; first++) {
			struct grade *earlier = &g->grades[first];
			bool better = has_own_name(g, later) && !has_own_name(g, earlier);
			struct grade *counts = better ? later : earlier;
			struct grade *copy = better ? earlier : later;

			if (!is_student(later, later->student) ||
				!is_student(earlier, later->student))
				continue;
			refuse(copy, "this student has handed in already: ", counts->file);
			add_reason(counts, "another file says to be this student's: ", copy->file);
		}
	}
}

static bool is_listed(char *const *ids, size_t count, const char *student)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(ids[i], student) == 0)
			return true;
	}
	return false;
}

static bool has_handed_in(const struct grading *g, size_t graded, const char *student)
{
	for (size_t i = 0; i < graded; i++) {
		if (g->grades[i].student && strcmp(g->grades[i].student, student) == 0)
			return true;
	}
	return false;
}

/* Who is not on the list is refused; who is and has handed in nothing is absent. */
static void take_attendance(struct grading *g, char *const *ids, size_t count)
{
	size_t graded = g->count;

	for (size_t i = 0; i < graded; i++) {
		struct grade *grade = &g->grades[i];

		if (grade->student && !is_listed(ids, count, grade->student))
			refuse(grade, "there is no such student on the list", "");
	}
	g->grades = memory_grow(g->grades, (graded + count) * sizeof(*g->grades));
	for (size_t i = 0; i < count; i++) {
		if (has_handed_in(g, graded, ids[i]))
			continue;
		g->grades[g->count++] = (struct grade){ .student = text_copy(ids[i]),
			.verdict = GRADE_ABSENT,
			.reasons = text_copy("nothing was handed in") };
	}
}

/* The IDs in a file, one a line; what is none of them is an error. */
static int read_students(const char *path, struct recipe_list *ids)
{
	struct text text = TEXT_EMPTY;
	struct diag d = { 0 };
	int r = recipe_read(path, &text, &d);

	for (char *save = NULL, *line = r == 0 ? strtok_r(text.s, "\r\n", &save) : NULL; line;
		line = strtok_r(NULL, "\r\n", &save)) {
		line[strcspn(line, " \t#")] = '\0';
		if (!line[0])
			continue;
		if (!exercise_is_student(line)) {
			r = diag_set(&d, EINVAL, "%s: '%s' is no student's ID", path, line);
			break;
		}
		if (!is_listed(ids->paths, ids->count, line))
			add(ids, line);
	}
	if (r < 0)
		complaint_print(&d);
	text_done(&text);
	return r;
}

static void report(const struct grading *g, const struct options *o)
{
	struct text out = TEXT_EMPTY;
	struct utsname kernel;
	struct gradebook book = {
		.format = o->given & (1u << OPTION_REPORT) ? o->report : REPORT_TEXT,
		.version = TCPLAB_VERSION,
		.kernel = kernel.release,
		.exercise = g->exercise,
		.grades = g->grades,
		.count = g->count,
	};

	uname(&kernel);
	if (g->pool.signal)
		book.stopped = "Interrupted.";
	else if (g->pool.no_lab)
		book.stopped = "There is no lab.";
	gradebook_write(&book, &out);
	fwrite(text_get(&out), 1, out.len, stdout);
	fflush(stdout);
	text_done(&out);
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
	return EXIT_PASSED;
}

/* The first thing that is wrong with the exercise itself is told once, and not for each submission. */
static int check_exercise(const char *path)
{
	struct text text = TEXT_EMPTY;
	struct exercise *e = NULL;
	struct diag d = { 0 };
	int r = recipe_read(path, &text, &d);

	if (r == 0 && !exercise_is(text_get(&text), text.len))
		r = diag_set(&d, EINVAL, "%s is no exercise: it has no goal", path);
	if (r == 0)
		r = exercise_read(path, text_get(&text), text.len, "", &e, &d);
	if (r < 0)
		complaint_print(&d);
	exercise_free(e);
	text_done(&text);
	return r;
}

int grade_submissions(const struct options *o, const char *exercise,
	const struct recipe_list *submissions)
{
	char timeout[32],
		*words[] = { (char *)"--timeout", timeout, (char *)"grade", (char *)exercise,
			NULL };
	struct options of_pool = *o;
	struct recipe_list ids = { 0 };
	struct text name = TEXT_EMPTY;
	struct grading g = { .count = submissions->count };
	int code;

	if (check_exercise(exercise) < 0 || (o->students && read_students(o->students, &ids) < 0)) {
		recipe_list_done(&ids);
		return EXIT_USAGE;
	}
	snprintf(timeout, sizeof(timeout), "%llums",
		(unsigned long long)(o->timeout_ns / NS_PER_MS));
	of_pool.timeout_ns += STOP_NS;
	recipe_short_name(exercise, &name);
	g.exercise = text_get(&name);
	g.grades = memory_new((g.count + 1) * sizeof(*g.grades));
	for (size_t i = 0; i < g.count; i++)
		g.grades[i].file = text_copy(submissions->paths[i]);
	g.pool = (struct pool){ .options = &of_pool,
		.jobs = o->jobs,
		.list = submissions,
		.results = memory_new((g.count + 1) * sizeof(struct report_result)),
		.words = words,
		.ended = on_ended,
		.line = on_line,
		.arg = &g };
	pool_run(&g.pool);
	find_copies(&g);
	if (o->students)
		take_attendance(&g, ids.paths, ids.count);
	report(&g, o);
	code = exit_code(&g);
	for (size_t i = 0; i < submissions->count; i++)
		free(g.pool.results[i].message);
	for (size_t i = 0; i < g.count; i++)
		grade_done(&g.grades[i]);
	free(g.pool.results);
	free(g.grades);
	text_done(&name);
	recipe_list_done(&ids);
	return code;
}
