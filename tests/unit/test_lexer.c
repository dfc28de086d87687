/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "language/lexer.h"

/* Split a heap copy of exactly `len` bytes, so that the sanitizer sees a read past its end. */
static int split(const char *line, size_t len, struct token_list *list, struct diag *d)
{
	char *exact = malloc(len ? len : 1);
	int r;

	assert_non_null(exact);
	memcpy(exact, line, len);
	*list = (struct token_list){ 0 };
	*d = (struct diag){ 0 };
	r = lexer_line(len ? exact : exact + 1, len, "demo.lab", 7, list, d);
	free(exact);
	return r;
}

/* The tokens must come out as "KIND[column-end]text", one space between; strings escaped. */
static void assert_tokens_len(const char *line, size_t len, const char *expected)
{
	static const char kinds[TOKEN_COUNT] = "ws#=&>{};";
	struct text out = TEXT_EMPTY;
	struct token_list list;
	struct diag d;

	if (split(line, len, &list, &d) < 0)
		fail_msg("%s: column %u: %s", line, d.column, d.message);
	for (size_t i = 0; i < list.count; i++) {
		const struct token *t = &list.tokens[i];

		assert_int_equal(t->line, 7);
		assert_int_equal(t->text[t->len], '\0');
		text_printf(&out, "%s%c[%u-%u]", i ? " " : "", kinds[t->kind], t->column,
			t->end_column);
		if (t->kind == TOKEN_STRING)
			text_escape(&out, t->text, t->len);
		else
			text_add(&out, t->text, t->len);
	}
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
	token_list_done(&list);
	assert_null(list.tokens);
	assert_int_equal(list.count, 0);
}

static void assert_tokens(const char *line, const char *expected)
{
	assert_tokens_len(line, strlen(line), expected);
}

/* The line must be refused at `column`, with a message that holds `part`. */
static void assert_refused_len(const char *line, size_t len, uint32_t column, const char *part)
{
	struct token_list list;
	struct diag d;

	assert_int_equal(split(line, len, &list, &d), -EINVAL);
	assert_null(list.tokens);
	assert_int_equal(list.count, 0);
	assert_int_equal(d.error, EINVAL);
	assert_string_equal(d.file, "demo.lab");
	assert_int_equal(d.line, 7);
	assert_int_equal(d.column, column);
	if (!strstr(d.message, part))
		fail_msg("'%s' is not in '%s'", part, d.message);
	/* one line, and whole: nothing was cut at the end of the buffer */
	assert_null(strchr(d.message, '\n'));
	assert_true(strlen(d.message) < sizeof(d.message) - 1);
}

static void assert_refused(const char *line, uint32_t column, const char *part)
{
	assert_refused_len(line, strlen(line), column, part);
}

static void line_without_content_has_no_tokens(void **state)
{
	(void)state;
	assert_tokens("", "");
	assert_tokens(" \t  ", "");
	assert_tokens("# all of it", "");
	assert_tokens("  \t# all of it \"' => {", "");
}

static void words_are_split_at_blanks_with_their_columns(void **state)
{
	(void)state;
	assert_tokens("a", "w[1-2]a");
	assert_tokens("connect c1 10.0.0.2:80", "w[1-8]connect w[9-11]c1 w[12-23]10.0.0.2:80");
	assert_tokens("  a\tb  ", "w[3-4]a w[5-6]b");
	/* columns count bytes: two for the e with its accent */
	assert_tokens("\xc3\xa9 b", "w[1-3]\xc3\xa9 w[4-5]b");
}

static void word_with_punctuation_stays_whole(void **state)
{
	(void)state;
	assert_tokens("a:/-.@%[x]=!+,'\\*?", "w[1-19]a:/-.@%[x]=!+,'\\*?");
	assert_tokens("[fd00::1]:80 -5 k=v = -",
		"w[1-13][fd00::1]:80 w[14-16]-5 w[17-20]k=v "
		"w[21-22]= w[23-24]-");
}

static void marks_with_blanks_are_tokens(void **state)
{
	(void)state;
	assert_tokens("=> & > { } ;", "=[1-3]=> &[4-5]& >[6-7]> {[8-9]{ }[10-11]} ;[12-13];");
}

static void marks_without_blanks_end_words(void **state)
{
	(void)state;
	assert_tokens("a=>b", "w[1-2]a =[2-4]=> w[4-5]b");
	assert_tokens("a==>b", "w[1-3]a= =[3-5]=> w[5-6]b");
	assert_tokens("a->b", "w[1-3]a- >[3-4]> w[4-5]b");
	assert_tokens("a>b&c{d}e;",
		"w[1-2]a >[2-3]> w[3-4]b &[4-5]& w[5-6]c {[6-7]{ w[7-8]d "
		"}[8-9]} w[9-10]e ;[10-11];");
	assert_tokens(">=", ">[1-2]> w[2-3]=");
	assert_tokens("a=", "w[1-3]a=");
	assert_tokens("=>>", "=[1-3]=> >[3-4]>");
	assert_tokens("\"x\"=>\"y\"", "s[1-4]x =[4-6]=> s[6-9]y");
}

static void string_keeps_marks_and_blanks(void **state)
{
	(void)state;
	assert_tokens("\"\"", "s[1-3]");
	assert_tokens(" \"a # b => ; {}\" c", "s[2-17]a # b => ; {} w[18-19]c");
	assert_tokens("a\"b\"\"c\"d", "w[1-2]a s[2-5]b s[5-8]c w[8-9]d");
}

static void string_with_raw_control_bytes_keeps_them(void **state)
{
	static const char line[] = "\"a\0\t\x1b\x7f\"";

	(void)state;
	assert_tokens_len(line, sizeof(line) - 1, "s[1-8]a\\x00\\t\\x1b\\x7f");
}

static void string_escapes_are_decoded(void **state)
{
	static const char expected[] = "\n\t\r\a\b\f\v\\\"'";
	struct token_list list;
	struct diag d;
	const char *line = "\"\\n\\t\\r\\a\\b\\f\\v\\\\\\\"\\'\"";

	(void)state;
	assert_int_equal(split(line, strlen(line), &list, &d), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.tokens[0].len, sizeof(expected) - 1);
	assert_memory_equal(list.tokens[0].text, expected, sizeof(expected));
	assert_int_equal(list.tokens[0].end_column, strlen(line) + 1);
	token_list_done(&list);
}

static void string_numeric_escapes_take_their_digits_only(void **state)
{
	(void)state;
	assert_tokens("\"\\x41\\x7a\\xfF\"", "s[1-15]Az\\xff");
	assert_tokens("\"\\x411\"", "s[1-8]A1");
	assert_tokens("\"\\0\\08\\0a\"", "s[1-11]\\x00\\x008\\x00a");
	assert_tokens("\"\\101\\1012\\377\\7x\"", "s[1-19]AA2\\xff\\ax");
}

/* What a dump prints between quotes can be pasted back. */
static void string_escaped_by_text_quote_reads_back(void **state)
{
	struct text quoted = TEXT_EMPTY;
	struct token_list list;
	struct diag d;
	char all[512];

	(void)state;
	for (size_t i = 0; i < sizeof(all);
		i++) /* each byte before a digit and before itself + 1 */
		all[i] = (char)(i < 256 ? i : i % 2 ? '1' : i / 2);
	text_quote(&quoted, all, sizeof(all), 0);
	assert_int_equal(split(text_get(&quoted), quoted.len, &list, &d), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.tokens[0].kind, TOKEN_STRING);
	assert_int_equal(list.tokens[0].len, sizeof(all));
	assert_memory_equal(list.tokens[0].text, all, sizeof(all));
	token_list_done(&list);
	text_done(&quoted);
}

static void string_not_closed_is_refused_at_its_opening_quote(void **state)
{
	(void)state;
	assert_refused("\"", 1, "not closed");
	assert_refused("send c \"abc", 8, "not closed");
	assert_refused("\"ok\" \"abc\\\"", 6, "add the closing");
	assert_refused("a \"abc\\", 3, "not closed");
}

static void string_with_bad_escape_is_refused_at_the_backslash(void **state)
{
	(void)state;
	assert_refused("a \"b\\q\"", 5, "unknown escape \\q");
	assert_refused("\"\\8\"", 2, "unknown escape \\8");
	assert_refused("\"\\N\"", 2, "unknown escape \\N");
	assert_refused("\"\\\x1b\"", 2, "unknown escape:");
	assert_refused_len("\"\\\0\"", 4, 2, "unknown escape:");
	assert_refused("\"ab\\x\"", 4, "two hexadecimal digits");
	assert_refused("\"ab\\x4\"", 4, "two hexadecimal digits");
	assert_refused("\"ab\\x4", 4, "two hexadecimal digits");
	assert_refused("\"ab\\x", 4, "two hexadecimal digits");
	assert_refused("\"ab\\xg0\"", 4, "two hexadecimal digits");
	assert_refused("\"\\377\\400\"", 6, "octal escape \\400");
	assert_refused("\"\\777\"", 2, "octal escape \\777");
}

static void hash_with_digits_after_an_argument_is_a_segment(void **state)
{
	(void)state;
	assert_tokens("drop #7", "w[1-5]drop #[6-8]7");
	assert_tokens("drop #007 #12 # more", "w[1-5]drop #[6-10]007 #[11-14]12");
	assert_tokens("a #1; b > #2&",
		"w[1-2]a #[3-5]1 ;[5-6]; w[7-8]b >[9-10]> #[11-13]2 &[13-14]&");
	assert_tokens("a => #3=>x", "w[1-2]a =[3-5]=> #[6-8]3 =[8-10]=> w[10-11]x");
	assert_tokens("a=>#3", "w[1-2]a =[2-4]=> #[4-6]3");
	assert_tokens("\"s\" #4\t", "s[1-4]s #[5-7]4");
	assert_tokens("a #99999999999999999999", "w[1-2]a #[3-24]99999999999999999999");
}

static void hash_elsewhere_begins_a_comment(void **state)
{
	(void)state;
	assert_tokens("#7", "");
	assert_tokens(" #7 drop", "");
	assert_tokens("a # 7", "w[1-2]a");
	assert_tokens("a #", "w[1-2]a");
	assert_tokens("a #7th \"try", "w[1-2]a");
	assert_tokens("a #1#2", "w[1-2]a");
	assert_tokens("a #1\"x\"", "w[1-2]a");
	assert_tokens("a #x", "w[1-2]a");
	/* no argument can stand after these */
	assert_tokens("a ; #7", "w[1-2]a ;[3-4];");
	assert_tokens("a { #7", "w[1-2]a {[3-4]{");
	assert_tokens("} #7", "}[1-2]}");
	assert_tokens("a & #7", "w[1-2]a &[3-4]&");
	assert_tokens("a;#7", "w[1-2]a ;[2-3];");
	assert_tokens("a # \xc3\xa9\t\"\\q", "w[1-2]a");
}

static void hash_touching_a_word_or_string_is_refused(void **state)
{
	(void)state;
	assert_refused("http://x/#top", 10, "'#' touches the word");
	assert_refused("drop a#7", 7, "put a blank between");
	assert_refused("send \"x\"# c", 9, "'#' touches the string");
}

static void control_byte_outside_strings_is_refused(void **state)
{
	(void)state;
	for (int c = 0; c < 0x20; c++) {
		char in_word[] = { 'a', 'b', (char)c, 'd' };
		char alone[] = { ' ', (char)c };
		char in_comment[] = { 'a', ' ', '#', ' ', (char)c };
		const char *part = c == '\r' ? "carriage return" : "control byte";

		if (c == '\t')
			continue;
		assert_refused_len(in_word, sizeof(in_word), 3, part);
		assert_refused_len(alone, sizeof(alone), 2, part);
		assert_refused_len(in_comment, sizeof(in_comment), 5, part);
	}
	assert_refused("a \x7f", 3, "control byte 0x7f");
	assert_refused_len("a\0", 2, 2, "control byte 0x00");
}

static void invalid_utf8_is_refused_everywhere(void **state)
{
	static const char *const bad[] = {
		"\x80", /* continuation alone */
		"\xbf",
		"\xc0\x80", /* overlong NUL */
		"\xc1\xbf",
		"\xc3", /* cut short */
		"\xc3\x28",
		"\xe0\x9f\xbf", /* overlong U+07FF */
		"\xe2\x82", /* cut short */
		"\xe2\x28\xa1",
		"\xe2\x82\x28",
		"\xed\xa0\x80", /* surrogate U+D800 */
		"\xf0\x8f\xbf\xbf", /* overlong U+FFFF */
		"\xf0\x9f\x98", /* cut short */
		"\xf0\x9f\x98\x28",
		"\xf4\x90\x80\x80", /* U+110000 */
		"\xf5\x80\x80\x80",
		"\xff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[32];

		assert_refused(bad[i], 1, "not valid UTF-8");
		snprintf(line, sizeof(line), "ab%s", bad[i]);
		assert_refused(line, 3, "not valid UTF-8");
		snprintf(line, sizeof(line), "\"a%s\"", bad[i]);
		assert_refused(line, 3, "not valid UTF-8");
		snprintf(line, sizeof(line), "a #%s", bad[i]);
		assert_refused(line, 4, "not valid UTF-8");
	}
}

static void valid_utf8_at_the_edges_is_accepted(void **state)
{
	(void)state;
	assert_tokens("\xc2\x80", "w[1-3]\xc2\x80"); /* U+0080 */
	assert_tokens("\xdf\xbf", "w[1-3]\xdf\xbf"); /* U+07FF */
	assert_tokens("\xe0\xa0\x80", "w[1-4]\xe0\xa0\x80"); /* U+0800 */
	assert_tokens("\xed\x9f\xbf", "w[1-4]\xed\x9f\xbf"); /* U+D7FF */
	assert_tokens("\xee\x80\x80", "w[1-4]\xee\x80\x80"); /* U+E000 */
	assert_tokens("\xf0\x90\x80\x80", "w[1-5]\xf0\x90\x80\x80"); /* U+10000 */
	assert_tokens("\xf4\x8f\xbf\xbf", "w[1-5]\xf4\x8f\xbf\xbf"); /* U+10FFFF */
	assert_tokens("\"\xe2\x82\xac\"", "s[1-6]\\xe2\\x82\\xac"); /* U+20AC */
}

static void line_with_two_mistakes_reports_the_leftmost(void **state)
{
	(void)state;
	assert_refused("a\x01 \"b", 2, "control byte");
	assert_refused("\"\\q \xff", 2, "unknown escape");
	assert_refused("\"\xff \\q", 2, "not valid UTF-8");
}

static void line_at_the_limit_is_split_and_over_it_refused(void **state)
{
	struct token_list list;
	struct diag d;
	char *line = malloc(LEXER_LINE_MAX + 1);

	(void)state;
	assert_non_null(line);
	memset(line, ';', LEXER_LINE_MAX + 1);
	assert_int_equal(split(line, LEXER_LINE_MAX, &list, &d), 0);
	assert_int_equal(list.count, LEXER_LINE_MAX);
	assert_int_equal(list.tokens[LEXER_LINE_MAX - 1].end_column, LEXER_LINE_MAX + 1);
	token_list_done(&list);
	assert_refused_len(line, LEXER_LINE_MAX + 1, LEXER_LINE_MAX + 1, "65537 bytes");
	free(line);
}

/* A line with everything in it, cut anywhere: split, or refused at a place inside. */
static void line_cut_anywhere_is_split_or_refused_inside(void **state)
{
	static const char line[] = "a \"b\\x41\\101\\n\xc3\xa9\" #7 => c{d}&; > # e";
	const size_t open = 3, close = 17; /* columns of the quotes */

	(void)state;
	for (size_t len = 0; len < sizeof(line); len++) {
		struct token_list list;
		struct diag d;
		int r = split(line, len, &list, &d);

		if (len >= open && len < close) {
			assert_int_equal(r, -EINVAL);
			assert_in_range(d.column, open, len);
		} else {
			assert_int_equal(r, 0);
			assert_true(
				!list.count || list.tokens[list.count - 1].end_column <= len + 1);
		}
		token_list_done(&list);
	}
}

static void token_list_done_accepts_null_and_empty(void **state)
{
	struct token_list list = { 0 };

	(void)state;
	token_list_done(NULL);
	token_list_done(&list);
	assert_null(list.tokens);
}

static void token_kind_name_names_every_kind(void **state)
{
	(void)state;
	for (int i = 0; i < TOKEN_COUNT; i++) {
		for (int j = 0; j < i; j++)
			assert_string_not_equal(token_kind_name((enum token_kind)i),
				token_kind_name((enum token_kind)j));
	}
	assert_string_equal(token_kind_name(TOKEN_WORD), "word");
	assert_string_equal(token_kind_name(TOKEN_STRING), "string");
	assert_string_equal(token_kind_name(TOKEN_END), "';'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_without_content_has_no_tokens),
		cmocka_unit_test(words_are_split_at_blanks_with_their_columns),
		cmocka_unit_test(word_with_punctuation_stays_whole),
		cmocka_unit_test(marks_with_blanks_are_tokens),
		cmocka_unit_test(marks_without_blanks_end_words),
		cmocka_unit_test(string_keeps_marks_and_blanks),
		cmocka_unit_test(string_with_raw_control_bytes_keeps_them),
		cmocka_unit_test(string_escapes_are_decoded),
		cmocka_unit_test(string_numeric_escapes_take_their_digits_only),
		cmocka_unit_test(string_escaped_by_text_quote_reads_back),
		cmocka_unit_test(string_not_closed_is_refused_at_its_opening_quote),
		cmocka_unit_test(string_with_bad_escape_is_refused_at_the_backslash),
		cmocka_unit_test(hash_with_digits_after_an_argument_is_a_segment),
		cmocka_unit_test(hash_elsewhere_begins_a_comment),
		cmocka_unit_test(hash_touching_a_word_or_string_is_refused),
		cmocka_unit_test(control_byte_outside_strings_is_refused),
		cmocka_unit_test(invalid_utf8_is_refused_everywhere),
		cmocka_unit_test(valid_utf8_at_the_edges_is_accepted),
		cmocka_unit_test(line_with_two_mistakes_reports_the_leftmost),
		cmocka_unit_test(line_at_the_limit_is_split_and_over_it_refused),
		cmocka_unit_test(line_cut_anywhere_is_split_or_refused_inside),
		cmocka_unit_test(token_list_done_accepts_null_and_empty),
		cmocka_unit_test(token_kind_name_names_every_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
