/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

/* Read back by another implementation's parser. */
static json_t *parse(const struct text *line)
{
	json_error_t error;
	json_t *object = json_loads(text_get(line), JSON_REJECT_DUPLICATES, &error);

	if (!object)
		fail_msg("%s: %s", error.text, text_get(line));
	return object;
}

static void members_are_in_order_and_come_back(void **state)
{
	const int64_t numbers[] = { 0, -1, 7 };
	struct text line = TEXT_EMPTY;

	(void)state;
	json_begin(&line);
	json_put_number(&line, "least", INT64_MIN);
	json_put_number(&line, "most", INT64_MAX);
	json_put_flag(&line, "yes", true);
	json_put_flag(&line, "no", false);
	json_put_string(&line, "none", NULL);
	json_put_string(&line, "empty", "");
	json_put_numbers(&line, "list", numbers, 3);
	json_put_numbers(&line, "nothing", numbers, 0);
	json_end(&line);
	assert_string_equal(text_get(&line),
		"{\"least\":-9223372036854775808,\"most\":9223372036854775807,\"yes\":true,"
		"\"no\":false,\"empty\":\"\",\"list\":[0,-1,7],\"nothing\":[]}");
	json_decref(parse(&line));
	text_done(&line);
}

static void empty_object_is_one(void **state)
{
	struct text line = TEXT_EMPTY;

	(void)state;
	json_begin(&line);
	json_end(&line);
	assert_string_equal(text_get(&line), "{}");
	text_done(&line);
}

/* What was put in, and what a parser makes of it. */
static void assert_string_comes_back(const char *put, const char *got)
{
	struct text line = TEXT_EMPTY;
	json_t *object;

	json_begin(&line);
	json_put_string(&line, "s", put);
	json_end(&line);
	for (size_t i = 0; i < line.len; i++) /* none that a terminal acts on */
		assert_true((unsigned char)line.s[i] >= 0x20 && line.s[i] != 0x7f);
	object = parse(&line);
	assert_string_equal(json_string_value(json_object_get(object, "s")), got);
	json_decref(object);
	text_done(&line);
}

static void strings_of_any_origin_come_back(void **state)
{
	char all[256];

	(void)state;
	for (int c = 1; c < 128; c++)
		all[c - 1] = (char)c;
	all[127] = '\0';
	assert_string_comes_back(all, all);
	assert_string_comes_back("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
		"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
	assert_string_comes_back("\xef\xbf\xbf\xf4\x8f\xbf\xbf", "\xef\xbf\xbf\xf4\x8f\xbf\xbf");
}

static void what_is_no_utf8_is_escaped_whole(void **state)
{
	static const char *const malformed[] = { "\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xe2\x82" };

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		struct text put = TEXT_EMPTY, got = TEXT_EMPTY;

		text_printf(&put, "gr\xc3\xbc\xc3\x9f\"%s", malformed[i]);
		text_escape(&got, put.s, put.len);
		assert_string_comes_back(text_get(&put), text_get(&got));
		text_done(&put);
		text_done(&got);
	}
}

static void terminals_see_no_code_point_they_act_on(void **state)
{
	struct text line = TEXT_EMPTY;

	(void)state;
	json_begin(&line);
	/* CSI of C1, DEL, and the mark that turns a line around */
	json_put_string(&line, "s",
		"\xc2\x9b"
		"31m\x7f\x1b[0m\xe2\x80\xae");
	json_end(&line);
	assert_string_equal(text_get(&line), "{\"s\":\"\\u009b31m\\u007f\\u001b[0m\\u202e\"}");
	text_done(&line);
}

static uint64_t cost_of(unsigned strings, unsigned characters)
{
	struct text put = TEXT_EMPTY, line = TEXT_EMPTY;
	struct timespec begin, end;

	for (unsigned i = 0; i < characters; i++)
		text_puts(&put, "\xc3\xbc");
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
	for (unsigned i = 0; i < strings; i++) {
		text_clear(&line);
		json_begin(&line);
		json_put_string(&line, "s", text_get(&put));
	}
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	text_done(&put);
	text_done(&line);
	return (uint64_t)(end.tv_sec - begin.tv_sec) * NS_PER_S + (uint64_t)end.tv_nsec -
		(uint64_t)begin.tv_nsec;
}

static void long_string_costs_no_more_a_character(void **state)
{
	uint64_t pieces = UINT64_MAX, whole = UINT64_MAX;

	(void)state;
	for (int i = 0; i < 3; i++) { /* the least: whatever else this machine does */
		uint64_t cost = cost_of(256, 512);

		pieces = cost < pieces ? cost : pieces;
		cost = cost_of(1, 256 * 512);
		whole = cost < whole ? cost : whole;
	}
	assert_in_range(whole, 0, pieces * 8); /* it was a hundred times that */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_in_order_and_come_back),
		cmocka_unit_test(empty_object_is_one),
		cmocka_unit_test(strings_of_any_origin_come_back),
		cmocka_unit_test(what_is_no_utf8_is_escaped_whole),
		cmocka_unit_test(terminals_see_no_code_point_they_act_on),
		cmocka_unit_test(long_string_costs_no_more_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
