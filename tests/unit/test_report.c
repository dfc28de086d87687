/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and messages are anybody's bytes: whatever they are, each report stays what its readers take. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "view/report.h"

/* Markup, directives, line ends, an escape sequence, malformed UTF-8, and characters XML has no place for. */
#define HOSTILE_NAME "<a&b>\"'/x # SKIP\n]]>\033[31m\xff\xef\xbf\xbe"
#define HOSTILE_MESSAGE                                                                            \
	"not as <expected>: & \"quoted\"\nnot ok 9 - me\n\n\033[2J\x01 \xc3\x28 \xef\xbf\xbf\n1..2\n"

static struct report_result results[] = {
	{ .name = (char *)"open/fine",
		.file = (char *)"open/fine.lab",
		.time_ns = 12345678,
		.verdict = REPORT_PASSED },
	{ .name = (char *)HOSTILE_NAME,
		.file = (char *)"\xff.lab",
		.message = (char *)HOSTILE_MESSAGE,
		.output = (char *)"\x1b]0;<out> & ]]>\n\x01",
		.time_ns = 1500000000,
		.verdict = REPORT_FAILED },
	{ .name = (char *)"open/dead",
		.file = (char *)"open/dead.lab",
		.message = (char *)"the lab died by SIGSEGV\n",
		.verdict = REPORT_DIED },
	{ .name = (char *)"late", .file = (char *)"late.lab", .verdict = REPORT_NOT_PLAYED },
};

static void write_report(enum report_format format, struct text *out)
{
	struct report r = { .format = format,
		.version = "1<2",
		.kernel = "6\"&",
		.results = results,
		.count = sizeof(results) / sizeof(results[0]),
		.stopped = "Interrupted." };

	report_begin(&r, out);
	for (size_t i = 0; i < r.count - 1; i++)
		report_result(&r, i, out);
	report_end(&r, out);
}

static void assert_harmless(const struct text *text)
{
	for (size_t i = 0; i < text->len; i++)
		assert_true(text->s[i] == '\n' ||
			((unsigned char)text->s[i] >= 0x20 && text->s[i] != 0x7f));
}

static void assert_has(const struct text *text, const char *part)
{
	if (!strstr(text_get(text), part))
		fail_msg("no '%s' in\n%s", part, text_get(text));
}

static void tap_of_anything_has_a_line_for_each_result(void **state)
{
	struct text out = TEXT_EMPTY;
	size_t tests = 0, plans = 0;
	char *rest, *line;

	(void)state;
	write_report(REPORT_TAP, &out);
	assert_harmless(&out);
	assert_has(&out, "TAP version 13\n1..4\nok 1 - open/fine # time=12.346ms\n");
	assert_has(&out, "not ok 2 - <a&b>\"'/x \\# SKIP\\\\x0a]]>\\\\x1b[31m\\\\xff");
	assert_has(&out, "# not ok 9 - me\n# \\x1b[2J\\x01 \\xc3( ");
	assert_has(&out, "\nBail out! Interrupted.\n");
	rest = out.s;
	while ((line = strsep(&rest, "\n"))) {
		tests += strncmp(line, "ok ", 3) == 0 || strncmp(line, "not ok ", 7) == 0;
		plans += strncmp(line, "1..", 3) == 0;
	}
	assert_int_equal(tests, 3);
	assert_int_equal(plans, 1);
	text_done(&out);
}

/* A small reader: every '<' begins a tag that ends, every '&' one of the four references we write. */
static void assert_well_formed(const char *xml)
{
	const char *const references[] = { "&amp;", "&lt;", "&gt;", "&quot;" };
	bool tag = false, quoted = false;

	for (; *xml; xml++) {
		bool known = *xml != '&';

		for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++)
			known |= strncmp(xml, references[i], strlen(references[i])) == 0;
		assert_true(known);
		if (tag && *xml == '"')
			quoted = !quoted;
		if (*xml == '<') {
			assert_false(tag);
			tag = true;
		} else if (*xml == '>') {
			assert_true(tag);
			assert_false(quoted);
			tag = false;
		}
	}
	assert_false(tag);
}

static void junit_of_anything_is_well_formed(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	write_report(REPORT_JUNIT, &out);
	assert_harmless(&out);
	assert_well_formed(text_get(&out));
	assert_has(&out, "tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"1.512346\"");
	assert_has(&out, "<testcase classname=\"open\" name=\"fine\" time=\"0.012346\"/>");
	assert_has(&out, "classname=\"&lt;a&amp;b&gt;&quot;'\" name=\"x # SKIP");
	assert_has(&out,
		"<failure type=\"failed\" message=\"not as &lt;expected&gt;: &amp; "
		"&quot;quoted&quot;\">not as");
	assert_has(&out, "<error type=\"died\" message=\"the lab died by SIGSEGV\">");
	assert_has(&out,
		"<system-out>\\x1b]0;&lt;out&gt; &amp; ]]&gt;\n\\x01</system-out>\n    </testcase>");
	assert_has(&out, "<skipped message=\"Interrupted.\"/>");
	assert_null(strstr(text_get(&out), "\xef\xbf\xbe")); /* U+FFFE and U+FFFF are no XML */
	assert_null(strstr(text_get(&out), "\xef\xbf\xbf"));
	text_done(&out);
}

static void json_of_anything_is_one_object(void **state)
{
	struct text out = TEXT_EMPTY;
	json_t *root, *list;
	long long passed, failed, left;
	json_error_t error;

	(void)state;
	write_report(REPORT_JSON, &out);
	assert_harmless(&out);
	root = json_loads(text_get(&out), 0, &error);
	if (!root)
		fail_msg("%s: %s", error.text, text_get(&out));
	assert_string_equal(json_string_value(json_object_get(root, "version")), "1<2");
	assert_string_equal(json_string_value(json_object_get(root, "kernel")), "6\"&");
	assert_int_equal(json_unpack(root, "{s:I, s:I, s:I, s:o}", "passed", &passed, "failed",
				 &failed, "not_played", &left, "results", &list),
		0);
	assert_int_equal(passed, 1);
	assert_int_equal(failed, 2);
	assert_int_equal(left, 1);
	assert_int_equal(json_array_size(list), 4);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "verdict")),
		"died");
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "message")),
		"the lab died by SIGSEGV\n");
	assert_true(json_is_null(json_object_get(json_array_get(list, 0), "message")));
	json_decref(root);
	text_done(&out);
}

static void json_tells_times_to_the_microsecond(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	write_report(REPORT_JSON, &out);
	assert_has(&out, "\"time_ms\": 12.346,");
	assert_has(&out, "\"time_ms\": 1500.0,");
	text_done(&out);
}

static void format_of_each_name_is_found(void **state)
{
	(void)state;
	for (enum report_format f = 0; f < REPORT_FORMAT_COUNT; f++)
		assert_int_equal(report_format_parse(report_format_name(f)), f);
	assert_int_equal(report_format_parse("TAP"), REPORT_FORMAT_COUNT);
	assert_int_equal(report_format_parse(""), REPORT_FORMAT_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tap_of_anything_has_a_line_for_each_result),
		cmocka_unit_test(junit_of_anything_is_well_formed),
		cmocka_unit_test(json_of_anything_is_one_object),
		cmocka_unit_test(json_tells_times_to_the_microsecond),
		cmocka_unit_test(format_of_each_name_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
