/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/gradebook.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "view/markup.h"

#define SCORE_MAX 100 /* language/exercise.h, which views do not read */

static const char *const verdicts[] = {
	[GRADE_NONE] = "not-graded",
	[GRADE_GIVEN] = "graded",
	[GRADE_PARTS] = "parts",
	[GRADE_REFUSED] = "refused",
	[GRADE_STOPPED] = "stopped",
	[GRADE_ABSENT] = "absent",
};
static_assert(sizeof(verdicts) / sizeof(verdicts[0]) == GRADE_VERDICT_COUNT, "a name for each");

const char *grade_verdict_name(enum grade_verdict verdict)
{
	return verdicts[verdict];
}

size_t grade_goals_met(const struct grade *g)
{
	size_t met = 0;

	for (size_t i = 0; i < g->goal_count; i++)
		met += !g->goals[i].why_not;
	return met;
}

static const char *or_nothing(const char *string)
{
	return string ? string : "";
}

/* All there is to say of one, in lines. */
static void add_account(const struct grade *g, const char *indent, struct text *out)
{
	const char *line = or_nothing(g->reasons);

	for (size_t i = 0; i < g->goal_count; i++) {
		const struct grade_goal *goal = &g->goals[i];

		if (!goal->why_not)
			continue;
		text_printf(out, "%sgoal %zu not met: ", indent, i + 1);
		text_printable(out, goal->words, strlen(goal->words));
		text_puts(out, " (");
		text_printable(out, goal->why_not, strlen(goal->why_not));
		text_puts(out, ")\n");
	}
	if (g->hints)
		text_printf(out, "%s%u hint%s: -%u\n", indent, g->hints, g->hints == 1 ? "" : "s",
			g->hints_cost);
	while (*line) {
		size_t len = strcspn(line, "\n");

		text_puts(out, indent);
		text_printable(out, line, len);
		text_puts(out, "\n");
		line += len + (line[len] == '\n');
	}
}

/* ---- text ---- */

static void text_book(const struct gradebook *b, struct text *out)
{
	size_t counts[GRADE_VERDICT_COUNT] = { 0 };
	const char *gap = "";

	for (size_t i = 0; i < b->count; i++) {
		const struct grade *g = &b->grades[i];
		const char *student = g->student ? g->student : "?";

		counts[g->verdict]++;
		text_printf(out, "%3u  %-16s %-8s ", g->score, student, verdicts[g->verdict]);
		if (g->goal_count)
			text_printf(out, "goals %zu/%zu  ", grade_goals_met(g), g->goal_count);
		text_printable(out, or_nothing(g->file), strlen(or_nothing(g->file)));
		text_puts(out, "\n");
		add_account(g, "       ", out);
	}
	for (int v = 0; v < GRADE_VERDICT_COUNT; v++) {
		if (!counts[v])
			continue;
		text_printf(out, "%s%zu %s", gap, counts[v], verdicts[v]);
		gap = ", ";
	}
	text_printf(out, "%s\n", b->count ? "" : "nothing to grade");
	if (b->stopped)
		text_printf(out, "%s\n", b->stopped);
}

/* ---- CSV ---- */

/* RFC 4180, without newlines, which many a reader of CSV takes for the end of a row; and a cell that a spreadsheet
 * would take for a formula is none. */
static void csv_cell(const char *string, struct text *out)
{
	struct text safe = TEXT_EMPTY;

	text_printable(&safe, string, strlen(string));
	text_puts(out, "\"");
	if (safe.len && strchr("=+-@\t", safe.s[0]))
		text_puts(out, "'");
	for (const char *s = text_get(&safe); *s; s++)
		text_add(out, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
	text_puts(out, "\"");
	text_done(&safe);
}

/* Lines as one, "; " between them. */
static void join(const struct text *lines, struct text *out)
{
	for (const char *line = text_get(lines); *line;) {
		size_t len = strcspn(line, "\n");

		text_add(out, line, len);
		line += len + (line[len] == '\n');
		text_puts(out, *line ? "; " : "");
	}
}

static void csv_book(const struct gradebook *b, struct text *out)
{
	text_puts(out,
		"student,score,max_score,verdict,goals_met,goals,commands,hints,reasons,file\r\n");
	for (size_t i = 0; i < b->count; i++) {
		const struct grade *g = &b->grades[i];
		struct text account = TEXT_EMPTY, reasons = TEXT_EMPTY;

		add_account(g, "", &account);
		join(&account, &reasons);
		csv_cell(or_nothing(g->student), out);
		text_printf(out, ",%u,%d,%s,%zu,%zu,%u,%u,", g->score, SCORE_MAX,
			verdicts[g->verdict], grade_goals_met(g), g->goal_count, g->commands,
			g->hints);
		csv_cell(text_get(&reasons), out);
		text_puts(out, ",");
		csv_cell(or_nothing(g->file), out);
		text_puts(out, "\r\n");
		text_done(&account);
		text_done(&reasons);
	}
}

/* ---- JUnit ---- */

/* A failure: some goal is not met. An error: it could not be graded as it is. */
static void junit_book(const struct gradebook *b, struct text *out)
{
	size_t failures = 0, errors = 0;

	for (size_t i = 0; i < b->count; i++) {
		errors += b->grades[i].verdict != GRADE_GIVEN;
		failures += b->grades[i].verdict == GRADE_GIVEN && b->grades[i].score < SCORE_MAX;
	}
	text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite");
	markup_attribute("name", b->exercise, strlen(b->exercise), out);
	text_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n", b->count, failures,
		errors);
	for (size_t i = 0; i < b->count; i++) {
		const struct grade *g = &b->grades[i];
		const char *name = g->student ? g->student : or_nothing(g->file);
		bool failed = g->verdict == GRADE_GIVEN;
		struct text account = TEXT_EMPTY;

		text_puts(out, "    <testcase");
		markup_attribute("classname", b->exercise, strlen(b->exercise), out);
		markup_attribute("name", name, strlen(name), out);
		text_printf(out, " time=\"%.3f\">", (double)g->time_ns / (double)NS_PER_S);
		add_account(g, "", &account);
		if (!failed || g->score < SCORE_MAX) {
			text_printf(out, "<%s type=\"%s\" message=\"score %u of %d\">",
				failed ? "failure" : "error", verdicts[g->verdict], g->score,
				SCORE_MAX);
			markup_text(text_get(&account), account.len, out);
			text_printf(out, "</%s>", failed ? "failure" : "error");
		}
		text_puts(out, "</testcase>\n");
		text_done(&account);
	}
	text_puts(out, "  </testsuite>\n</testsuites>\n");
}

/* ---- JSON ---- */

static json_t *json_of(const struct grade *g)
{
	json_t *goals = json_array();

	for (size_t i = 0; i < g->goal_count; i++)
		json_array_append_new(goals,
			json_pack("{s:o, s:b, s:o}", "words", markup_json(g->goals[i].words), "met",
				!g->goals[i].why_not, "why_not", markup_json(g->goals[i].why_not)));
	return json_pack("{s:o, s:o, s:s, s:i, s:i, s:o, s:i, s:i, s:i, s:o, s:I}", "student",
		markup_json(g->student), "file", markup_json(g->file), "verdict",
		verdicts[g->verdict], "score", (int)g->score, "max_score", SCORE_MAX, "goals",
		goals, "commands", (int)g->commands, "hints", (int)g->hints, "hints_cost",
		(int)g->hints_cost, "reasons", markup_json(g->reasons), "time_ms",
		(json_int_t)(g->time_ns / NS_PER_MS));
}

static void put_json(json_t *root, size_t flags, struct text *out)
{
	char *dumped = json_dumps(root, flags);

	LAB_ASSERT(dumped);
	text_printf(out, "%s\n", dumped);
	free(dumped);
	json_decref(root);
}

static void json_book(const struct gradebook *b, struct text *out)
{
	json_t *grades = json_array();

	for (size_t i = 0; i < b->count; i++)
		json_array_append_new(grades, json_of(&b->grades[i]));
	put_json(json_pack("{s:o, s:o, s:o, s:o, s:o}", "version", markup_json(b->version),
			 "kernel", markup_json(b->kernel), "exercise", markup_json(b->exercise),
			 "stopped", markup_json(b->stopped), "grades", grades),
		JSON_INDENT(2), out);
}

/* ---- Gradescope: the results.json of its autograder specification ---- */

/* A test for each goal. */
static void gradescope_book(const struct gradebook *b, struct text *out)
{
	const struct grade *g = &b->grades[0];
	double most = g->goal_count ? (double)SCORE_MAX / (double)g->goal_count : 0;
	struct text account = TEXT_EMPTY;
	json_t *tests = json_array();

	for (size_t i = 0; i < g->goal_count && !g->copied; i++) {
		const char *why_not = g->goals[i].why_not;

		json_array_append_new(tests,
			json_pack("{s:o, s:f, s:f, s:o, s:s}", "name",
				markup_json(g->goals[i].words), "score",
				why_not || g->verdict == GRADE_REFUSED ? 0 : most, "max_score",
				most, "output", markup_json(or_nothing(why_not)), "visibility",
				"visible"));
	}
	if (g->copied) /* who reads this is not to learn whose; nor are the goals, and what they lack, his own */
		text_puts(&account, "it is another student's work, under another name\n");
	else
		add_account(g, "", &account);
	put_json(json_pack("{s:f, s:o, s:s, s:o}", "score", (double)g->score, "output",
			 markup_json(text_get(&account)), "visibility", "visible", "tests", tests),
		JSON_INDENT(2) | JSON_REAL_PRECISION(6), out);
	text_done(&account);
}

/* ---- all of them ---- */

static void (*const writers[REPORT_FORMAT_COUNT])(const struct gradebook *b, struct text *out) = {
	[REPORT_TEXT] = text_book,
	[REPORT_CSV] = csv_book,
	[REPORT_JUNIT] = junit_book,
	[REPORT_JSON] = json_book,
	[REPORT_GRADESCOPE] = gradescope_book,
};

bool gradebook_takes(enum report_format format)
{
	return writers[format];
}

void gradebook_write(const struct gradebook *b, struct text *out)
{
	writers[b->format](b, out);
}

/* ---- from process to process ---- */

void grade_write(const struct grade *g, struct text *out)
{
	put_json(json_of(g), JSON_COMPACT, out);
}

static char *take(const json_t *object, const char *key)
{
	const char *string = json_string_value(json_object_get(object, key));

	return string ? text_copy(string) : NULL;
}

static unsigned number(const json_t *object, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(object, key));
}

int grade_read(const char *line, size_t len, struct grade *ret_grade)
{
	json_t *object = json_loadb(line, len, 0, NULL);
	const char *verdict = json_string_value(json_object_get(object, "verdict"));
	const json_t *goals = json_object_get(object, "goals");
	struct grade g = { 0 };

	for (; verdict && g.verdict < GRADE_VERDICT_COUNT; g.verdict++) {
		if (strcmp(verdicts[g.verdict], verdict) == 0)
			break;
	}
	if (!verdict || g.verdict == GRADE_VERDICT_COUNT) {
		json_decref(object);
		return -EINVAL;
	}
	g.student = take(object, "student");
	g.file = take(object, "file");
	g.reasons = take(object, "reasons");
	g.score = number(object, "score");
	g.commands = number(object, "commands");
	g.hints = number(object, "hints");
	g.hints_cost = number(object, "hints_cost");
	g.goal_count = json_array_size(goals);
	g.goals = memory_new(g.goal_count * sizeof(*g.goals));
	for (size_t i = 0; i < g.goal_count; i++) {
		const json_t *goal = json_array_get(goals, i);
		char *words = take(goal, "words");

		g.goals[i] = (struct grade_goal){ .words = words ? words : text_copy(""),
			.why_not = take(goal, "why_not") };
	}
	json_decref(object);
	*ret_grade = g;
	return 0;
}

void grade_done(struct grade *g)
{
	for (size_t i = 0; i < g->goal_count; i++) {
		free(g->goals[i].words);
		free(g->goals[i].why_not);
	}
	free(g->goals);
	free(g->file);
	free(g->student);
	free(g->reasons);
	*g = (struct grade){ 0 };
}
