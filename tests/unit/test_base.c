/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/sysname.h"
#include "base/tcp_state.h"
#include "base/text.h"

/* ---- text ---- */

/* A realloc() that moves each time would make an array of n cost n * n: it is asked for at powers of two only. */
static void one_more_makes_room_seldom_and_keeps_what_is_there(void **state)
{
	uint32_t *numbers = NULL;
	unsigned moves = 0;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t *before = numbers;

		numbers = memory_one_more(numbers, i, sizeof(*numbers));
		assert_non_null(numbers);
		moves += numbers != before;
		numbers[i] = i;
	}
	assert_in_range(moves, 1, 18);
	for (uint32_t i = 0; i < 100000; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

static void text_grows_and_stays_terminated(void **state)
{
	struct text t = TEXT_EMPTY;

	(void)state;
	assert_string_equal(text_get(&t), "");
	for (int i = 0; i < 1000; i++) {
		text_printf(&t, "%d,", i % 10);
		assert_int_equal(strlen(text_get(&t)), t.len);
	}
	assert_int_equal(t.len, 2000);
	text_clear(&t);
	assert_string_equal(text_get(&t), "");
	text_add(&t, "a\0b", 3);
	assert_int_equal(t.len, 3);
	assert_memory_equal(text_get(&t), "a\0b", 4);
	text_done(&t);
	assert_string_equal(text_get(&t), "");
}

static void text_take_moves_the_string_out(void **state)
{
	struct text t = TEXT_EMPTY;
	char *taken;

	(void)state;
	taken = text_take(&t);
	assert_string_equal(taken, "");
	free(taken);
	text_puts(&t, "mine");
	taken = text_take(&t);
	assert_string_equal(taken, "mine");
	assert_string_equal(text_get(&t), "");
	assert_int_equal(t.len, 0);
	free(taken);
	text_done(&t);
}

typedef void text_fn(struct text *t, const char *bytes, size_t len);

/* From a heap copy of exactly `len` bytes, so that the sanitizer sees a read past its end. */
static void assert_made(text_fn *function, const char *bytes, size_t len, const char *expected)
{
	struct text t = TEXT_EMPTY;
	char *exact = malloc(len ? len : 1);

	assert_non_null(exact);
	memcpy(exact, bytes, len);
	function(&t, len ? exact : exact + 1, len);
	assert_string_equal(text_get(&t), expected);
	free(exact);
	text_done(&t);
}

/* sizeof of a literal, so that it may hold NUL */
#define ASSERT_MADE(function, literal, expected)                                                   \
	assert_made(function, literal, sizeof(literal) - 1, expected)

static void escape_leaves_printable_ascii_only(void **state)
{
	char all[256];
	struct text t = TEXT_EMPTY;

	(void)state;
	ASSERT_MADE(text_escape, "plain 'text' ~", "plain 'text' ~");
	ASSERT_MADE(text_escape, "\n\t\r\a\b\f\v\"\\", "\\n\\t\\r\\a\\b\\f\\v\\\"\\\\");
	ASSERT_MADE(text_escape, "\0\x01\x1b[31m\x7f", "\\x00\\x01\\x1b[31m\\x7f");
	ASSERT_MADE(text_escape, "\xc3\xa9\xff", "\\xc3\\xa9\\xff");
	ASSERT_MADE(text_escape, "", "");
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	text_escape(&t, all, sizeof(all));
	for (size_t i = 0; i < t.len; i++)
		assert_in_range((unsigned char)t.s[i], 0x20, 0x7e);
	text_done(&t);
}

static void assert_quoted(const char *bytes, size_t most, const char *expected)
{
	struct text t = TEXT_EMPTY;

	text_quote(&t, bytes, strlen(bytes), most);
	assert_string_equal(text_get(&t), expected);
	text_done(&t);
}

static void quote_when_longer_than_most_is_cut(void **state)
{
	(void)state;
	assert_quoted("hello", 0, "\"hello\"");
	assert_quoted("hello", 5, "\"hello\"");
	assert_quoted("hello", 4, "\"hell\"...");
	assert_quoted("a\"b", 2, "\"a\\\"\"...");
	assert_quoted("", 3, "\"\"");
}

static void printable_keeps_utf8_and_escapes_controls(void **state)
{
	(void)state;
	ASSERT_MADE(text_printable, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
	ASSERT_MADE(text_printable, "a\nb\x1b[2Jc\x7f\0d", "a\\x0ab\\x1b[2Jc\\x7f\\x00d");
	/* C1: CSI as one byte in UTF-8; the first code point after them is fine */
	ASSERT_MADE(text_printable, "\xc2\x9b\xc2\xa0", "\\xc2\\x9b\xc2\xa0");
	ASSERT_MADE(text_printable, "\x9b", "\\x9b");
}

static void printable_escapes_what_turns_a_line_around(void **state)
{
	(void)state;
	ASSERT_MADE(text_printable, "\xe2\x80\xaa\xe2\x80\xae", /* U+202A U+202E */
		"\\xe2\\x80\\xaa\\xe2\\x80\\xae");
	ASSERT_MADE(text_printable, "\xe2\x81\xa6\xe2\x81\xa9", /* U+2066 U+2069 */
		"\\xe2\\x81\\xa6\\xe2\\x81\\xa9");
	ASSERT_MADE(text_printable, "\xe2\x80\xaf\xe2\x81\xaa", "\xe2\x80\xaf\xe2\x81\xaa");
}

static void printable_escapes_malformed_utf8_byte_by_byte(void **state)
{
	(void)state;
	ASSERT_MADE(text_printable, "\xc0\xaf", "\\xc0\\xaf"); /* overlong '/' */
	ASSERT_MADE(text_printable, "\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	ASSERT_MADE(text_printable, "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf");
	ASSERT_MADE(text_printable, "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"); /* U+07FF in three */
	ASSERT_MADE(text_printable, "\xf0\x8f\xbf\xbf",
		"\\xf0\\x8f\\xbf\\xbf"); /* U+FFFF in four */
	ASSERT_MADE(text_printable, "\xed\xa0\x80", "\\xed\\xa0\\x80"); /* surrogate */
	ASSERT_MADE(text_printable, "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* > U+10FFFF */
	ASSERT_MADE(text_printable, "\xf8\xff\xfe", "\\xf8\\xff\\xfe");
	ASSERT_MADE(text_printable, "\xe2\x82", "\\xe2\\x82"); /* cut */
	ASSERT_MADE(text_printable, "\xe2\x82X", "\\xe2\\x82X");
	ASSERT_MADE(text_printable, "\x80", "\\x80");
}

static void assert_duration(unsigned long long ns, const char *expected)
{
	struct text t = TEXT_EMPTY;

	text_duration(&t, ns);
	assert_string_equal(text_get(&t), expected);
	text_done(&t);
}

static void duration_is_ms_below_a_second_then_s(void **state)
{
	(void)state;
	assert_duration(0, "0.000 ms");
	assert_duration(1204000, "1.204 ms");
	assert_duration(300000000, "300.000 ms");
	assert_duration(1000000000, "1.000 s");
	assert_duration(61500000000, "61.500 s");
}

static void brief_duration_has_the_same_units(void **state)
{
	static const struct {
		unsigned long long ns;
		const char *expected;
	} cases[] = { { 0, "0.0 ms" }, { 401600000, "401.6 ms" }, { 999940000, "999.9 ms" },
		{ 999950000, "1.0 s" }, { 41215000000, "41.2 s" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct text t = TEXT_EMPTY;

		text_brief_duration(&t, cases[i].ns);
		assert_string_equal(text_get(&t), cases[i].expected);
		text_done(&t);
	}
}

static void duration_that_rounds_to_a_second_is_a_second(void **state)
{
	(void)state;
	assert_duration(999999000, "999.999 ms");
	assert_duration(999999999, "1.000 s");
}

static void distance_counts_single_letter_edits(void **state)
{
	static const char long_word[] =
		"0123456789012345678901234567890123456789012345678901234567890123456789";

	(void)state;
	assert_int_equal(text_distance("", ""), 0);
	assert_int_equal(text_distance("close", "close"), 0);
	assert_int_equal(text_distance("CLOSE", "close"), 0);
	assert_int_equal(text_distance("", "abc"), 3);
	assert_int_equal(text_distance("abc", ""), 3);
	assert_int_equal(text_distance("clos", "close"), 1);
	assert_int_equal(text_distance("cloase", "close"), 1);
	assert_int_equal(text_distance("clone", "close"), 1);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_int_equal(text_distance("sned", "send"), 1);
	assert_int_equal(text_distance("clsoe", "close"), 1);
	assert_int_equal(text_distance("esnd", "send"), 1);
	assert_int_equal(text_distance(long_word, "0"), strlen(long_word) - 1);
	assert_int_equal(text_distance("0", long_word), SIZE_MAX);
}

/* ---- names ---- */

static void state_names_parse_back(void **state)
{
	(void)state;
	for (int s = STATE_ESTABLISHED; s < STATE_NEW_SYN_RECV; s++)
		assert_int_equal(tcp_state_parse(tcp_state_name((enum tcp_state)s)), s);
	assert_string_equal(tcp_state_name(STATE_NEW_SYN_RECV), "SYN-RECEIVED");
	assert_string_equal(tcp_state_name(STATE_COUNT), "UNKNOWN");
	assert_string_equal(tcp_state_name((enum tcp_state) - 1), "UNKNOWN");
}

struct spelling {
	const char *name;
	enum tcp_state state;
};

static void assert_spellings(const struct spelling *spellings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (tcp_state_parse(spellings[i].name) != spellings[i].state)
			fail_msg("'%s' is %s, not %s", spellings[i].name,
				tcp_state_name(tcp_state_parse(spellings[i].name)),
				tcp_state_name(spellings[i].state));
	}
}

#define ASSERT_SPELLINGS(list) assert_spellings(list, sizeof(list) / sizeof((list)[0]))

/* include/net/tcp_states.h, without the prefix as in netstat(8), and in small letters */
static void state_in_kernel_spelling_is_known(void **state)
{
	static const struct spelling spellings[] = {
		{ "TCP_ESTABLISHED", STATE_ESTABLISHED },
		{ "TCP_SYN_SENT", STATE_SYN_SENT },
		{ "TCP_SYN_RECV", STATE_SYN_RECEIVED },
		{ "TCP_FIN_WAIT1", STATE_FIN_WAIT_1 },
		{ "TCP_FIN_WAIT2", STATE_FIN_WAIT_2 },
		{ "TCP_TIME_WAIT", STATE_TIME_WAIT },
		{ "TCP_CLOSE", STATE_CLOSED },
		{ "TCP_CLOSE_WAIT", STATE_CLOSE_WAIT },
		{ "TCP_LAST_ACK", STATE_LAST_ACK },
		{ "TCP_LISTEN", STATE_LISTEN },
		{ "TCP_CLOSING", STATE_CLOSING },
		{ "FIN_WAIT2", STATE_FIN_WAIT_2 },
		{ "tcp_syn_recv", STATE_SYN_RECEIVED },
	};

	(void)state;
	ASSERT_SPELLINGS(spellings);
}

/* The STATE column of ss(8). */
static void state_in_the_spelling_ss_prints_is_known(void **state)
{
	static const struct spelling spellings[] = {
		{ "ESTAB", STATE_ESTABLISHED },
		{ "SYN-SENT", STATE_SYN_SENT },
		{ "SYN-RECV", STATE_SYN_RECEIVED },
		{ "FIN-WAIT-1", STATE_FIN_WAIT_1 },
		{ "FIN-WAIT-2", STATE_FIN_WAIT_2 },
		{ "TIME-WAIT", STATE_TIME_WAIT },
		{ "UNCONN", STATE_CLOSED },
		{ "CLOSE-WAIT", STATE_CLOSE_WAIT },
		{ "LAST-ACK", STATE_LAST_ACK },
		{ "LISTEN", STATE_LISTEN },
		{ "CLOSING", STATE_CLOSING },
	};

	(void)state;
	ASSERT_SPELLINGS(spellings);
}

/* ss(8), STATE-FILTER: "All standard TCP states". */
static void state_in_the_spelling_ss_takes_is_known(void **state)
{
	static const struct spelling spellings[] = {
		{ "established", STATE_ESTABLISHED },
		{ "syn-sent", STATE_SYN_SENT },
		{ "syn-recv", STATE_SYN_RECEIVED },
		{ "fin-wait-1", STATE_FIN_WAIT_1 },
		{ "fin-wait-2", STATE_FIN_WAIT_2 },
		{ "time-wait", STATE_TIME_WAIT },
		{ "closed", STATE_CLOSED },
		{ "close-wait", STATE_CLOSE_WAIT },
		{ "last-ack", STATE_LAST_ACK },
		{ "listening", STATE_LISTEN },
		{ "closing", STATE_CLOSING },
	};

	(void)state;
	ASSERT_SPELLINGS(spellings);
}

static void state_that_is_none_is_none(void **state)
{
	static const struct spelling spellings[] = {
		{ "", STATE_NONE },
		{ "tcp_", STATE_NONE },
		{ "-", STATE_NONE },
		{ "NONE", STATE_NONE },
		{ "SYN", STATE_NONE },
		{ "FIN-WAIT", STATE_NONE },
		{ "FIN-WAIT-3", STATE_NONE },
		{ "ESTABLISHEDX", STATE_NONE },
	};

	(void)state;
	ASSERT_SPELLINGS(spellings);
}

static void errno_names_parse_back(void **state)
{
	unsigned known = 0;

	(void)state;
	for (int e = 1; e < 200; e++) {
		const char *name = errno_name(e);

		if (strcmp(name, "E?") == 0)
			continue;
		assert_int_equal(errno_parse(name), e);
		known++;
	}
	assert_true(known > 100);
	assert_string_equal(errno_name(ECONNREFUSED), "ECONNREFUSED");
	assert_string_equal(errno_name(-1), "E?");
	assert_string_equal(errno_name(100000), "E?");
	assert_int_equal(errno_parse("EWOULDBLOCK"), EAGAIN);
}

static void errno_that_is_none_is_zero(void **state)
{
	(void)state;
	assert_int_equal(errno_parse(""), 0);
	assert_int_equal(errno_parse("E"), 0);
	assert_int_equal(errno_parse("E?"), 0);
	assert_int_equal(errno_parse("econnrefused"), 0);
	assert_int_equal(errno_parse("ECONNREFUSEDX"), 0);
	assert_int_equal(errno_parse("0"), 0);
}

static void signal_names_parse_back(void **state)
{
	unsigned known = 0;

	(void)state;
	for (int s = 1; s < 32; s++) {
		const char *name = signal_name(s);

		if (strcmp(name, "SIG?") == 0)
			continue;
		assert_int_equal(signal_parse(name), s);
		assert_int_equal(signal_parse(name + 3), s);
		known++;
	}
	assert_true(known >= 30);
	assert_int_equal(signal_parse("sigpipe"), SIGPIPE);
	assert_int_equal(signal_parse("13"), SIGPIPE);
}

static void signal_that_is_none_is_zero(void **state)
{
	static const char *const wrong[] = { "", "SIG", "SIG?", "0", "-1", "13x", "1000", "PIPES",
		"99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(signal_parse(wrong[i]), 0);
	assert_string_equal(signal_name(0), "SIG?");
	assert_string_equal(signal_name(-1), "SIG?");
	assert_string_equal(signal_name(1000), "SIG?");
}

/* ---- diag ---- */

static void assert_diag(const struct diag *d, const char *expected)
{
	struct text t = TEXT_EMPTY;

	diag_format(d, &t);
	assert_string_equal(text_get(&t), expected);
	text_done(&t);
}

static void diag_errno_tells_operation_and_errno(void **state)
{
	struct diag d = { .remedy = "old", .line = 3 };

	(void)state;
	assert_int_equal(diag_errno(&d, EACCES, "open", "no %s", "TUN"), -EACCES);
	assert_int_equal(d.error, EACCES);
	assert_string_equal(d.operation, "open");
	assert_string_equal(d.remedy, "");
	assert_int_equal(d.line, 0);
	assert_diag(&d, "no TUN: open: Permission denied");
	diag_remedy(&d, "try %d", 7);
	assert_string_equal(d.remedy, "try 7");
	assert_diag(&d, "no TUN: open: Permission denied");
}

static void diag_place_of_the_deepest_caller_stays(void **state)
{
	struct diag d;

	(void)state;
	assert_int_equal(diag_set(&d, EINVAL, "bad"), -EINVAL);
	assert_diag(&d, "bad");
	diag_at(&d, "inner.lab", 3, 7);
	diag_at(&d, "outer.lab", 1, 1);
	assert_diag(&d, "inner.lab:3:7: bad");
}

static void diag_longer_than_its_room_is_cut(void **state)
{
	struct diag d;
	char longer[2000];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	diag_errno(&d, EINVAL, longer, "%s", longer);
	diag_remedy(&d, "%s", longer);
	diag_at(&d, longer, 1, 1);
	assert_int_equal(strlen(d.operation), sizeof(d.operation) - 1);
	assert_int_equal(strlen(d.message), sizeof(d.message) - 1);
	assert_int_equal(strlen(d.remedy), sizeof(d.remedy) - 1);
	assert_int_equal(strlen(d.file), sizeof(d.file) - 1);
}

static void diag_message_with_control_bytes_stays_one_line(void **state)
{
	struct diag d;

	(void)state;
	diag_set(&d, EINVAL, "no '%s'", "a\nb\x1b[31m");
	assert_diag(&d, "no 'a\\x0ab\\x1b[31m'");
}

/* The name of a recipe is somebody else's text, too. */
static void diag_file_with_control_bytes_stays_one_line(void **state)
{
	struct diag d;

	(void)state;
	diag_set(&d, EINVAL, "bad");
	diag_at(&d, "a\n\x1b[2J.lab", 3, 7);
	assert_diag(&d, "a\\x0a\\x1b[2J.lab:3:7: bad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_more_makes_room_seldom_and_keeps_what_is_there),
		cmocka_unit_test(text_grows_and_stays_terminated),
		cmocka_unit_test(text_take_moves_the_string_out),
		cmocka_unit_test(escape_leaves_printable_ascii_only),
		cmocka_unit_test(quote_when_longer_than_most_is_cut),
		cmocka_unit_test(printable_keeps_utf8_and_escapes_controls),
		cmocka_unit_test(printable_escapes_what_turns_a_line_around),
		cmocka_unit_test(printable_escapes_malformed_utf8_byte_by_byte),
		cmocka_unit_test(duration_is_ms_below_a_second_then_s),
		cmocka_unit_test(brief_duration_has_the_same_units),
		cmocka_unit_test(duration_that_rounds_to_a_second_is_a_second),
		cmocka_unit_test(distance_counts_single_letter_edits),
		cmocka_unit_test(state_names_parse_back),
		cmocka_unit_test(state_in_kernel_spelling_is_known),
		cmocka_unit_test(state_in_the_spelling_ss_prints_is_known),
		cmocka_unit_test(state_in_the_spelling_ss_takes_is_known),
		cmocka_unit_test(state_that_is_none_is_none),
		cmocka_unit_test(errno_names_parse_back),
		cmocka_unit_test(errno_that_is_none_is_zero),
		cmocka_unit_test(signal_names_parse_back),
		cmocka_unit_test(signal_that_is_none_is_zero),
		cmocka_unit_test(diag_errno_tells_operation_and_errno),
		cmocka_unit_test(diag_place_of_the_deepest_caller_stays),
		cmocka_unit_test(diag_longer_than_its_room_is_cut),
		cmocka_unit_test(diag_message_with_control_bytes_stays_one_line),
		cmocka_unit_test(diag_file_with_control_bytes_stays_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
