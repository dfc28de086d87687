/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/report.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "view/markup.h"

static const char *const formats[] = {
	[REPORT_TAP] = "tap",
	[REPORT_JUNIT] = "junit",
	[REPORT_JSON] = "json",
	[REPORT_TEXT] = "text",
	[REPORT_MARKDOWN] = "markdown",
	[REPORT_HTML] = "html",
	[REPORT_CSV] = "csv",
	[REPORT_GRADESCOPE] = "gradescope",
};
static_assert(sizeof(formats) / sizeof(formats[0]) == REPORT_FORMAT_COUNT, "a name for each");

static const char *const verdicts[] = {
	[REPORT_NOT_PLAYED] = "not-played",
	[REPORT_PASSED] = "passed",
	[REPORT_FAILED] = "failed",
	[REPORT_BAD] = "bad",
	[REPORT_NO_LAB] = "no-lab",
	[REPORT_DIED] = "died",
	[REPORT_OVERDUE] = "overdue",
};
static_assert(sizeof(verdicts) / sizeof(verdicts[0]) == REPORT_VERDICT_COUNT, "a name for each");

const char *report_format_name(enum report_format format)
{
	return formats[format];
}

enum report_format report_format_parse(const char *name)
{
	enum report_format f = 0;

	while (f < REPORT_FORMAT_COUNT && strcmp(formats[f], name) != 0)
		f++;
	return f;
}

const char *report_verdict_name(enum report_verdict verdict)
{
	return verdicts[verdict];
}

static size_t count_of(const struct report *r, enum report_verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->results[i].verdict == verdict;
	return count;
}

static double total_s(const struct report *r)
{
	uint64_t total_ns = 0;

	for (size_t i = 0; i < r->count; i++)
		total_ns += r->results[i].time_ns;
	return (double)total_ns / (double)NS_PER_S;
}

/* ---- TAP ---- */

/* A '#' in a description would begin a directive. Source: TAP 13 and 14, "escaping". */
static void tap_name(const char *name, struct text *out)
{
	struct text printable = TEXT_EMPTY;

	text_printable(&printable, name, strlen(name));
	for (const char *s = text_get(&printable); *s; s++) {
		if (*s == '#' || *s == '\\')
			text_puts(out, "\\");
		text_add(out, s, 1);
	}
	text_done(&printable);
}

static void tap_result(const struct report_result *result, size_t number, struct text *out)
{
	const char *line = result->message;

	text_printf(out, "%s %zu - ", result->verdict == REPORT_PASSED ? "ok" : "not ok", number);
	tap_name(result->name, out);
	text_printf(out, " # time=%.3fms\n", (double)result->time_ns / (double)NS_PER_MS);
	while (line && *line) {
		size_t len = strcspn(line, "\n");

		if (len) {
			text_puts(out, "# ");
			text_printable(out, line, len);
			text_puts(out, "\n");
		}
		line += len + (line[len] == '\n');
	}
}

/* ---- JUnit ---- */

/* <failure> when the kernel did otherwise, <error> when it never came to that. */
static void junit_why(const struct report_result *result, const char *stopped, struct text *out)
{
	const char *element = result->verdict == REPORT_FAILED ? "failure" : "error";
	const char *message = result->message ? result->message : "";

	if (result->verdict == REPORT_NOT_PLAYED) {
		text_puts(out, "      <skipped");
		markup_attribute("message", stopped ? stopped : "", stopped ? strlen(stopped) : 0,
			out);
		text_puts(out, "/>\n");
		return;
	}
	text_printf(out, "      <%s type=\"%s\"", element, verdicts[result->verdict]);
	markup_attribute("message", message, strcspn(message, "\n"), out);
	text_puts(out, ">");
	markup_text(message, strlen(message), out);
	text_printf(out, "</%s>\n", element);
}

static void junit_case(const struct report *r, const struct report_result *result, struct text *out)
{
	const char *slash = strrchr(result->name, '/');
	const char *name = slash ? slash + 1 : result->name;

	text_puts(out, "    <testcase");
	markup_attribute("classname", slash ? result->name : "tcplab",
		slash ? (size_t)(slash - result->name) : strlen("tcplab"), out);
	markup_attribute("name", name, strlen(name), out);
	text_printf(out, " time=\"%.6f\"", (double)result->time_ns / (double)NS_PER_S);
	if (result->verdict == REPORT_PASSED) {
		text_puts(out, "/>\n");
		return;
	}
	text_puts(out, ">\n");
	junit_why(result, r->stopped, out);
	if (result->output) {
		text_puts(out, "      <system-out>");
		markup_text(result->output, strlen(result->output), out);
		text_puts(out, "</system-out>\n");
	}
	text_puts(out, "    </testcase>\n");
}

static void junit(const struct report *r, struct text *out)
{
	size_t failures = count_of(r, REPORT_FAILED), skipped = count_of(r, REPORT_NOT_PLAYED);
	size_t errors = r->count - failures - skipped - count_of(r, REPORT_PASSED);

	text_printf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n"
		"  <testsuite name=\"tcplab\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\""
		" skipped=\"%zu\" time=\"%.6f\">\n"
		"    <properties>\n      <property name=\"version\"",
		r->count, failures, errors, skipped, total_s(r));
	markup_attribute("value", r->version, strlen(r->version), out);
	text_puts(out, "/>\n      <property name=\"kernel\"");
	markup_attribute("value", r->kernel, strlen(r->kernel), out);
	text_puts(out, "/>\n    </properties>\n");
	for (size_t i = 0; i < r->count; i++)
		junit_case(r, &r->results[i], out);
	text_puts(out, "  </testsuite>\n</testsuites>\n");
}

/* ---- JSON ---- */

static json_t *json_time_ms(uint64_t time_ns)
{
	return json_real(round((double)time_ns / (double)NS_PER_US) / 1e3);
}

static void json(const struct report *r, struct text *out)
{
	json_t *results = json_array(), *root;
	size_t passed = count_of(r, REPORT_PASSED), skipped = count_of(r, REPORT_NOT_PLAYED);
	char *dumped;

	for (size_t i = 0; i < r->count; i++) {
		const struct report_result *result = &r->results[i];

		json_array_append_new(results,
			json_pack("{s:o, s:o, s:s, s:o, s:o}", "name", markup_json(result->name),
				"file", markup_json(result->file), "verdict",
				verdicts[result->verdict], "time_ms", json_time_ms(result->time_ns),
				"message", markup_json(result->message)));
	}
	root = json_pack("{s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "version", markup_json(r->version),
		"kernel", markup_json(r->kernel), "passed", (json_int_t)passed, "failed",
		(json_int_t)(r->count - passed - skipped), "not_played", (json_int_t)skipped,
		"stopped", markup_json(r->stopped), "results", results);
	/* nanoseconds of a day have 14 digits: 12 keep the microseconds and no noise */
	dumped = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	text_printf(out, "%s\n", dumped);
	free(dumped);
	json_decref(root);
}

/* ---- all three ---- */

void report_begin(const struct report *r, struct text *out)
{
	if (r->format == REPORT_TAP)
		text_printf(out, "TAP version 13\n1..%zu\n", r->count);
}

void report_result(const struct report *r, size_t i, struct text *out)
{
	if (r->format == REPORT_TAP)
		tap_result(&r->results[i], i + 1, out);
}

void report_end(const struct report *r, struct text *out)
{
	if (r->format == REPORT_JUNIT)
		junit(r, out);
	else if (r->format == REPORT_JSON)
		json(r, out);
	else if (r->stopped)
		text_printf(out, "Bail out! %s\n", r->stopped);
}
