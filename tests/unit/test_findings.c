/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The book of claims, and the reports made of it: statements, evidence and messages are anybody's bytes. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "cli/claim_book.h"
#include "language/statement.h"
#include "view/findings.h"

static void enter(struct claim_book *book, size_t recipe, const char *name, const char *text)
{
	struct statement_list list;
	struct diag d = { 0 };

	if (statement_parse_all(text, strlen(text), name, 1, &list, &d) < 0)
		fail_msg("%s: %s", text, d.message);
	claim_book_enter(book, recipe, name, &list);
	statement_list_done(&list);
}

static void take(struct claim_book *book, size_t recipe, const char *id, unsigned line,
	const char *verdict, const char *evidence, const char *differs)
{
	json_t *event = json_pack("{s:i, s:s, s:s, s:s, s:s*, s:s*, s:i}", "v", 1, "type", "claim",
		"subject", id, "verdict", verdict, "evidence", evidence, "differs", differs, "line",
		(int)line);
	char *dumped;

	assert_non_null(event);
	dumped = json_dumps(event, JSON_COMPACT);
	claim_book_take(book, recipe, dumped, strlen(dumped));
	free(dumped);
	json_decref(event);
}

#define EXPECTS "{ expect c CLOSED }"

static struct claim_book *demo(void)
{
	struct claim_book *book = claim_book_new();

	enter(book, 0, "close/four-way",
		"claim A10 \"Ten.\" " EXPECTS "\nclaim A2 \"Two <b>|`& \\x1b[31m\" " EXPECTS);
	enter(book, 1, "open/first",
		"claim A1 \"One.\" " EXPECTS "\nclaim B1 \"Slow.\" { slow " EXPECTS " }");
	enter(book, 2, "open/second", "# a comment\nclaim A1 \"One.\" " EXPECTS);
	enter(book, 3, "open/bad", "claim C1 \"Bad.\" " EXPECTS);
	take(book, 0, "A10", 1, "holds", "c path CLOSED > SYN-SENT; segments syn", NULL);
	take(book, 0, "A2", 2, "differs", "gap 1.0 s & <more>", "1 s | RFC 6298 <2.1>");
	take(book, 1, "A1", 1, "holds", "c CLOSED", NULL);
	take(book, 1, "B1", 2, "untested", NULL, NULL);
	take(book, 2, "A1", 2, "holds", "d CLOSED", NULL);
	claim_book_take(book, 2, "{\"type\":\"claim\"", 15); /* no JSON */
	claim_book_take(book, 2, "{\"type\":\"say\",\"text\":\"A1\"}", 26);
	claim_book_fail(book, 3, "not as expected: <x>\n  expected  c LISTEN\n");
	return book;
}

static void claims_are_sorted_by_letter_and_number(void **state)
{
	struct claim_book *book = demo();
	const struct finding *f;
	struct text ids = TEXT_EMPTY;
	size_t count;

	(void)state;
	f = claim_book_findings(book, &count);
	for (size_t i = 0; i < count; i++)
		text_printf(&ids, "%s %s %zu; ", f[i].id, claim_verdict_name(f[i].verdict),
			f[i].test_count);
	assert_string_equal(text_get(&ids),
		"A1 holds 2; A2 differs 1; A10 holds 1; B1 untested 1; C1 failed 1; ");
	text_done(&ids);
	claim_book_free(book);
}

static void recipes_of_a_claim_must_agree(void **state)
{
	static const struct {
		const char *one, *other;
		enum claim_verdict verdict;
		bool disagree;
	} cases[] = { { "holds", "holds", CLAIM_HOLDS, false },
		{ "holds", "untested", CLAIM_HOLDS, false },
		{ "untested", "differs", CLAIM_DIFFERS, false },
		{ "untested", "untested", CLAIM_UNTESTED, false },
		{ "holds", "differs", CLAIM_FAILED, true },
		{ "holds", "failed", CLAIM_FAILED, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct claim_book *book = claim_book_new();
		const struct finding *f;
		size_t count;

		enter(book, 0, "a/b", "claim A1 \"x\" " EXPECTS);
		enter(book, 1, "a/c", "claim A1 \"x\" " EXPECTS);
		take(book, 0, "A1", 1, cases[i].one, NULL, NULL);
		take(book, 1, "A1", 1, cases[i].other, NULL, NULL);
		f = claim_book_findings(book, &count);
		assert_int_equal(count, 1);
		assert_int_equal(f->verdict, cases[i].verdict);
		assert_int_equal(f->disagree, cases[i].disagree);
		claim_book_free(book);
	}
}

static void claim_that_comes_out_differently_each_time_has_failed(void **state)
{
	struct claim_book *book = claim_book_new();
	size_t count;

	(void)state;
	enter(book, 0, "a/b", "repeat 2 { claim A1 \"x\" " EXPECTS " }");
	take(book, 0, "A1", 1, "holds", NULL, NULL);
	take(book, 0, "A1", 1, "holds", NULL, NULL);
	assert_int_equal(claim_book_findings(book, &count)->verdict, CLAIM_HOLDS);
	take(book, 0, "A1", 1, "differs", NULL, "y");
	assert_int_equal(claim_book_findings(book, &count)->verdict, CLAIM_FAILED);
	claim_book_free(book);
}

static void selected_claims_choose_their_recipes(void **state)
{
	struct claim_book *book = demo();
	size_t count;

	(void)state;
	assert_true(claim_book_needs(book, 0) && claim_book_needs(book, 3));
	assert_false(claim_book_needs(book, 9));
	assert_true(claim_book_knows(book, "A10"));
	assert_false(claim_book_knows(book, "A9"));
	assert_string_equal(claim_book_nearest(book, "A11"), "A10");
	claim_book_select(book, "A1");
	claim_book_select(book, "A1");
	assert_false(claim_book_needs(book, 0));
	assert_true(claim_book_needs(book, 1) && claim_book_needs(book, 2));
	assert_string_equal(claim_book_findings(book, &count)->id, "A1");
	assert_int_equal(count, 1);
	claim_book_free(book);
}

/* ---- reports ---- */

static void write_demo(enum report_format format, struct text *out)
{
	struct claim_book *book = demo();
	struct findings f = { .format = format,
		.version = "1<2",
		.kernel = "Linux 6.1<&> x86_64",
		.recipes = 4,
		.time_ns = 1500000000,
		.stopped = "Interrupted." };

	f.findings = claim_book_findings(book, &f.count);
	findings_write(&f, out);
	claim_book_free(book);
	for (size_t i = 0; i < out->len; i++)
		assert_true(out->s[i] == '\n' ||
			((unsigned char)out->s[i] >= 0x20 && out->s[i] != 0x7f));
}

static void assert_has(const struct text *text, const char *part)
{
	if (!strstr(text_get(text), part))
		fail_msg("no '%s' in\n%s", part, text_get(text));
}

static void assert_lacks(const struct text *text, const char *part)
{
	if (strstr(text_get(text), part))
		fail_msg("'%s' in\n%s", part, text_get(text));
}

static void text_fits_100_columns_and_tells_the_differing_in_full(void **state)
{
	struct text out = TEXT_EMPTY;
	char *rest, *line;

	(void)state;
	write_demo(REPORT_TEXT, &out);
	assert_has(&out, "5 claims put to Linux 6.1<&> x86_64\n\nA1   holds     One.\n");
	assert_has(&out, " open/first +1\n");
	assert_has(&out, "A2   differs   Two <b>|`& \\x1b[31m\n");
	assert_has(&out, "\nWhere this kernel differs:\n\nA2   Two");
	assert_has(&out,
		"\n     instead   1 s | RFC 6298 <2.1>\n     seen      gap 1.0 s & <more>\n");
	assert_has(&out, "\n     | not as expected: <x>\n     |   expected  c LISTEN\n");
	assert_has(&out, "nothing was asked: it is for --slow");
	assert_has(&out, "\n2 hold, 1 differs, 1 failed, 1 untested; 4 recipes in 1.500 s\n");
	rest = out.s;
	while ((line = strsep(&rest, "\n")))
		assert_true(strlen(line) <= 100);
	text_done(&out);
}

static void text_of_long_words_is_cut_and_wrapped(void **state)
{
	struct finding_test test = { .recipe = "open/a-recipe-with-quite-a-long-name",
		.verdict = CLAIM_DIFFERS };
	struct finding finding = { .id = "A100",
		.verdict = CLAIM_DIFFERS,
		.tests = &test,
		.test_count = 1 };
	struct findings f = { .format = REPORT_TEXT,
		.version = "1",
		.kernel = "Linux",
		.findings = &finding,
		.count = 1 };
	struct text words = TEXT_EMPTY, out = TEXT_EMPTY;
	char *rest, *line;

	(void)state;
	for (int i = 0; i < 80; i++) /* two bytes a character in every second word */
		text_puts(&words, i % 2 ? "SYN-SENT > " : "\xc3\xa9\xc3\xa9 ");
	finding.statement = test.evidence = test.differs = text_get(&words);
	findings_write(&f, &out);
	rest = out.s;
	while ((line = strsep(&rest, "\n"))) {
		size_t columns = 0;

		for (const char *c = line; *c; c++)
			columns += ((unsigned char)*c & 0xc0) != 0x80;
		if (columns > 100)
			fail_msg("%zu columns: %s", columns, line);
	}
	text_done(&words);
	text_done(&out);
}

static void json_of_anything_can_be_read(void **state)
{
	struct text out = TEXT_EMPTY;
	json_t *root, *claim;

	(void)state;
	write_demo(REPORT_JSON, &out);
	root = json_loads(text_get(&out), 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_integer_value(json_object_get(root, "holds")), 2);
	assert_int_equal(json_integer_value(json_object_get(root, "failed")), 1);
	claim = json_array_get(json_object_get(root, "claims"), 1);
	assert_string_equal(json_string_value(json_object_get(claim, "id")), "A2");
	assert_string_equal(json_string_value(json_object_get(claim, "differs")),
		"1 s | RFC 6298 <2.1>");
	claim = json_array_get(json_object_get(root, "claims"), 0);
	assert_int_equal(json_array_size(json_object_get(claim, "tests")), 2);
	json_decref(root);
	text_done(&out);
}

static void junit_says_which_failed_and_escapes(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	write_demo(REPORT_JUNIT, &out);
	assert_has(&out, "tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"1\"");
	assert_has(&out,
		"classname=\"open/bad\" name=\"C1 Bad.\">\n      <failure message=\"not as "
		"expected: &lt;x&gt;\">");
	assert_has(&out,
		"<system-out>differs: gap 1.0 s &amp; &lt;more&gt;\ninstead: 1 s | RFC 6298");
	assert_has(&out, "<skipped");
	assert_lacks(&out, "<x>");
	assert_lacks(&out, "<b>");
	text_done(&out);
}

static void markdown_escapes_what_would_break_its_table(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	write_demo(REPORT_MARKDOWN, &out);
	assert_has(&out,
		"| id | statement | verdict | evidence | recipe |\n|---|---|---|---|---|\n");
	assert_has(&out,
		"| A2 | Two \\<b\\>\\|\\`& \\\\x1b\\[31m | **differs** | gap 1.0 s & \\<more\\> |");
	assert_has(&out, "| c CLOSED | open/first, open/second |\n");
	assert_has(&out, "\n### Where this kernel differs\n\n- **A2** Two");
	assert_has(&out, "\n  - instead: 1 s \\| RFC 6298");
	text_done(&out);
}

static void html_is_one_page_that_needs_nothing_else(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	write_demo(REPORT_HTML, &out);
	assert_has(&out, "<!DOCTYPE html>");
	assert_has(&out, "prefers-color-scheme: dark");
	assert_has(&out, "@media print");
	assert_has(&out,
		"<td>Two &lt;b&gt;|`&amp; \\x1b[31m</td><td class=\"differs\">differs</td>");
	assert_has(&out, "<a href=\"#A2\">A2</a>");
	assert_has(&out, "<section id=\"A2\">");
	assert_has(&out, "Linux 6.1&lt;&amp;&gt; x86_64</title>");
	assert_lacks(&out, "<x>");
	assert_lacks(&out, "<b>|");
	assert_lacks(&out, "src=");
	assert_lacks(&out, "http");
	assert_has(&out, "</html>\n");
	text_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_sorted_by_letter_and_number),
		cmocka_unit_test(recipes_of_a_claim_must_agree),
		cmocka_unit_test(claim_that_comes_out_differently_each_time_has_failed),
		cmocka_unit_test(selected_claims_choose_their_recipes),
		cmocka_unit_test(text_fits_100_columns_and_tells_the_differing_in_full),
		cmocka_unit_test(text_of_long_words_is_cut_and_wrapped),
		cmocka_unit_test(json_of_anything_can_be_read),
		cmocka_unit_test(junit_says_which_failed_and_escapes),
		cmocka_unit_test(markdown_escapes_what_would_break_its_table),
		cmocka_unit_test(html_is_one_page_that_needs_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
