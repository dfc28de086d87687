/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of claims can be known before they run, and what a claim says when it ends. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/claim.h"
#include "language/statement.h"

static void parse(const char *text, struct statement_list *list)
{
	struct diag d = { 0 };

	if (statement_parse_all(text, strlen(text), "demo.lab", 1, list, &d) < 0)
		fail_msg("%s: %s", text, d.message);
}

static void assert_refused(const char *text, uint32_t line, uint32_t column, const char *message)
{
	struct statement_list list;
	struct diag d = { 0 };

	parse(text, &list);
	assert_int_equal(claim_check(&list, &d), -EINVAL);
	assert_string_equal(d.file, "demo.lab");
	assert_int_equal(d.line, line);
	assert_int_equal(d.column, column);
	if (!strstr(d.message, message))
		fail_msg("'%s' instead of '%s'", d.message, message);
	statement_list_done(&list);
}

static void claim_that_tests_nothing_is_refused(void **state)
{
	static const char nothing[] = "a claim needs an expectation: nothing is tested";

	(void)state;
	assert_refused("close d\nclaim A1 \"x\" {\n  close c\n}", 2, 1, nothing);
	assert_refused("claim A1 \"x\" { }", 1, 1, nothing);
	assert_refused("claim A1 \"x\" { say \"expect\"; repeat 2 { close c } }", 1, 1, nothing);
	/* what a claim inside it tests is that one's */
	assert_refused("claim A1 \"x\" {\nclaim A2 \"y\" { expect c CLOSED }\n}", 1, 1, nothing);
	assert_refused("repeat 2 {\n  claim A1 \"x\" { close c }\n}", 2, 3, nothing);
}

static void claim_with_an_expectation_anywhere_is_taken(void **state)
{
	static const char *const good[] = { "claim A1 \"x\" { expect c CLOSED }",
		"claim B18 \"x\" { close c => EBADF }",
		"claim C7 \"x\" { repeat 2 { close c => 0 } }",
		"claim A1 \"x\" { until c CLOSED { step } }",
		"claim A1 \"x\" { slow { expect c CLOSED }; differs \"y\" }",
		"claim A1 \"x\" { claim A2 \"y\" { expect c CLOSED; differs \"z\" }; close c => 0 }",
		"expect c CLOSED; close c => 0" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct statement_list list;
		struct diag d = { 0 };

		parse(good[i], &list);
		if (claim_check(&list, &d) < 0)
			fail_msg("%s: %s", good[i], d.message);
		statement_list_done(&list);
	}
}

static void claim_without_name_or_sentence_is_refused(void **state)
{
	static const char *const ids[] = { "a1", "A", "1", "AA1", "A01", "A0", "A1234", "A1b",
		"A-1" };

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct text text = TEXT_EMPTY;

		text_printf(&text, "claim %s \"x\" { expect c CLOSED }", ids[i]);
		assert_false(claim_is_id(ids[i]));
		assert_refused(text_get(&text), 1, 7, "is no name for a claim");
		text_done(&text);
	}
	assert_refused("claim", 1, 1, "a name and a sentence");
	assert_refused("claim A1 { expect c CLOSED }", 1, 1, "a name and a sentence");
	assert_refused("claim A1 A2 \"x\" { expect c CLOSED }", 1, 1, "a name and a sentence");
	assert_refused("claim A1 \"x\"", 1, 1, "nothing is tested");
	assert_refused("claim \"A1\" \"x\" { expect c CLOSED }", 1, 7, "is no name for a claim");
	assert_refused("claim A1 \"\" { expect c CLOSED }", 1, 10, "a sentence");
	assert_refused("claim A1 A2 { expect c CLOSED }", 1, 10, "a sentence");
	assert_refused("claim A1 \"two\\nlines\" { expect c CLOSED }", 1, 10, "a sentence");
}

static void differs_elsewhere_than_at_the_end_of_a_claim_is_refused(void **state)
{
	static const char last[] = "'differs' is the last command of a claim's block";

	(void)state;
	assert_refused("differs \"x\"", 1, 1, last);
	assert_refused("repeat 2 { differs \"x\" }", 1, 12, last);
	assert_refused("claim A1 \"x\" {\ndiffers \"y\"\nexpect c CLOSED\n}", 2, 1, last);
	assert_refused("claim A1 \"x\" { expect c CLOSED; differs \"y\"; differs \"z\" }", 1, 33,
		last);
	assert_refused("claim A1 \"x\" { expect c CLOSED; slow { differs \"y\" } }", 1, 40, last);
}

static void claim_of_expectations_alone_looks_back(void **state)
{
	static const struct {
		const char *text;
		bool back;
	} cases[] = { { "claim A1 \"x\" { expect c CLOSED; say \"y\"; differs \"z\" }", true },
		{ "claim A1 \"x\" { slow { expect c CLOSED } }", true },
		{ "claim A1 \"x\" { close c; expect c CLOSED }", false },
		{ "claim A1 \"x\" { expect c CLOSED; close c }", false },
		{ "claim A1 \"x\" { slow { close c => 0 } }", false },
		{ "claim A1 \"x\" { until c CLOSED { step } }", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct statement_list list;

		parse(cases[i].text, &list);
		if (claim_looks_back(&list.statements[0]) != cases[i].back)
			fail_msg("%s", cases[i].text);
		statement_list_done(&list);
	}
}

static void add_text(void *arg, const struct statement *claim)
{
	struct text *out = arg;

	text_printf(out, "%s|", claim->text);
}

/* What stands above a question, or around it, is held back; what comes behind the last one is not. */
static void claims_that_would_answer_a_question_are_veiled(void **state)
{
	struct statement_list list;
	struct text texts = TEXT_EMPTY;

	(void)state;
	parse("claim A1 \"above\" { close c => 0 }\n"
	      "claim A2 \"around\" {\n claim A3 \"in\" { close c => 0 }\n predict \"?\" c state { close c }\n"
	      " claim A4 \"in, behind it\" { close c => 0 }\n}\n"
	      "repeat 2 { predict \"?\" c state { close c } }\n"
	      "claim A5 \"behind all\" { close c => 0 }\n",
		&list);
	claim_veil(&list);
	claim_each(&list, add_text, &texts);
	assert_string_equal(text_get(&texts),
		"claim A1 ...|claim A2 ...|claim A3 ...|claim A4 ...|claim A5 \"behind all\"|");
	text_done(&texts);
	statement_list_done(&list);
}

static void add_id(void *arg, const struct statement *claim)
{
	text_printf(arg, " %s", claim->words[1].text);
}

static void each_claim_is_found_wherever_it_stands(void **state)
{
	struct text ids = TEXT_EMPTY;
	struct statement_list list;

	(void)state;
	parse("claim A2 \"x\" {\n claim A1 \"y\" { close c => 0 }\n close c => 0\n}\n"
	      "slow { claim C12 \"z\" { close c => 0 } }\nclaim A1 \"y\" { close d => 0 }",
		&list);
	claim_each(&list, add_id, &ids);
	assert_string_equal(text_get(&ids), " A2 A1 C12 A1");
	statement_list_done(&list);
	text_done(&ids);
}

/* ---- what it says when it ends ---- */

struct bench {
	struct statement_list list;
	struct claim_stack claims;
	struct journal *journal;
};

static void bench_init(struct bench *b, const char *text)
{
	*b = (struct bench){ .journal = journal_new() };
	parse(text, &b->list);
}

static void bench_done(struct bench *b)
{
	claim_stack_done(&b->claims);
	statement_list_done(&b->list);
	journal_free(b->journal);
}

static void assert_last(const struct bench *b, const char *id, enum claim_verdict verdict,
	const char *evidence, const char *differs)
{
	const struct event *event = journal_get(b->journal, journal_last(b->journal));

	assert_non_null(event);
	assert_int_equal(event->kind, EVENT_CLAIM);
	assert_string_equal(event->subject, id);
	assert_int_equal(event->claim.verdict, verdict);
	assert_true(!event->host == !evidence && !event->process == !differs);
	if (evidence)
		assert_string_equal(event->host, evidence);
	if (differs)
		assert_string_equal(event->process, differs);
}

static void evidence_is_what_was_seen_and_given(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b,
		"claim A1 \"It is \\x1b[1mso.\" { connect c :80 => ECONNREFUSED; "
		"send c \"hello\" => EPIPE; recv c 100 => 0 }");
	claim_begin(&b.claims, &b.list.statements[0], 7, 3);
	assert_true(claim_is_open(&b.claims, &b.list.statements[0]));
	claim_saw(&b.claims, "c CLOSED");
	claim_saw(&b.claims, "c CLOSED");
	claim_saw_call(&b.claims, &b.list.statements[0].block.statements[0], "ECONNREFUSED");
	claim_saw_call(&b.claims, &b.list.statements[0].block.statements[1], "EPIPE");
	claim_saw_call(&b.claims, &b.list.statements[0].block.statements[2], "0");
	claim_saw(&b.claims, "c CLOSED");
	assert_int_equal(claim_end(&b.claims, b.journal), 0);
	assert_last(&b, "A1", CLAIM_HOLDS,
		"c CLOSED; connect c :80 => ECONNREFUSED; send c => EPIPE; recv c 100 => 0; c CLOSED",
		NULL);
	assert_string_equal(journal_get(b.journal, 1)->text, "It is \\x1b[1mso.");
	assert_int_equal(journal_get(b.journal, 1)->cause, 7);
	assert_false(claim_is_open(&b.claims, &b.list.statements[0]));
	bench_done(&b);
}

static void verdict_follows_from_what_was_asked(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b, "claim B2 \"x\" { expect c CLOSED }");
	claim_begin(&b.claims, &b.list.statements[0], 1, 0);
	claim_saw(&b.claims, "gap 1.02 s");
	claim_differs(&b.claims, "1 s, RFC 6298");
	claim_end(&b.claims, b.journal);
	assert_last(&b, "B2", CLAIM_DIFFERS, "gap 1.02 s", "1 s, RFC 6298");

	claim_begin(&b.claims, &b.list.statements[0], 1, 0);
	claim_differs(&b.claims, "nobody knows"); /* nothing was asked: all of it is slow */
	claim_end(&b.claims, b.journal);
	assert_last(&b, "B2", CLAIM_UNTESTED, NULL, NULL);

	claim_begin(&b.claims, &b.list.statements[0], 1, 0);
	claim_saw(&b.claims, "c CLOSED");
	claim_fail(&b.claims, "c LISTEN", "c CLOSED");
	claim_differs(&b.claims, "so what");
	claim_end(&b.claims, b.journal);
	assert_last(&b, "B2", CLAIM_FAILED, "c CLOSED; expected c LISTEN, seen c CLOSED", NULL);
	bench_done(&b);
}

static void claim_inside_another_has_its_own_evidence_and_shares_its_failure(void **state)
{
	struct bench b;
	const struct statement *outer, *inner;

	(void)state;
	bench_init(&b, "claim A1 \"x\" { claim A2 \"y\" { close c => 0 }; close d => 0 }");
	outer = &b.list.statements[0];
	inner = &outer->block.statements[0];
	claim_begin(&b.claims, outer, 1, 5);
	claim_saw(&b.claims, "before");
	claim_begin(&b.claims, inner, 2, 6);
	assert_false(claim_is_open(&b.claims, outer));
	claim_saw(&b.claims, "inside");
	assert_int_equal(claim_end(&b.claims, b.journal), 6); /* the outer's own mark again */
	assert_last(&b, "A2", CLAIM_HOLDS, "inside", NULL);
	claim_begin(&b.claims, inner, 3, 6);
	claim_fail(&b.claims, "0", "EBADF");
	claim_end_all(&b.claims, b.journal);
	assert_last(&b, "A1", CLAIM_FAILED, "before", NULL);
	assert_string_equal(journal_get(b.journal, 2)->subject, "A2");
	assert_string_equal(journal_get(b.journal, 2)->host, "expected 0, seen EBADF");
	bench_done(&b);
}

static void claim_that_is_left_is_untested_and_keeps_what_it_kept_back(void **state)
{
	struct bench b;
	const struct statement *claim;

	(void)state;
	bench_init(&b,
		"claim A1 \"x\" { close c => 0; predict \"?\" result { close d } }; claim A2 \"y\" { close e => 0 }");
	claim_veil(&b.list);
	for (size_t i = 0; i < 2; i++) {
		claim = &b.list.statements[i];
		claim_begin(&b.claims, claim, 1, 5);
		claim_saw(&b.claims, "seen");
		claim_end_all(&b.claims, b.journal);
		assert_last(&b, i ? "A2" : "A1", CLAIM_UNTESTED, "it was left before its end",
			NULL);
		assert_string_equal(journal_get(b.journal, i + 1)->text, i ? "y" : "...");
	}
	bench_done(&b);
}

static void outside_of_claims_nothing_is_gathered(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b, "close c => 0");
	claim_saw(&b.claims, "x");
	claim_saw_call(&b.claims, &b.list.statements[0], "0");
	claim_differs(&b.claims, "x");
	claim_fail(&b.claims, "x", "y");
	claim_end_all(&b.claims, b.journal);
	assert_int_equal(journal_last(b.journal), 0);
	bench_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claim_that_tests_nothing_is_refused),
		cmocka_unit_test(claim_with_an_expectation_anywhere_is_taken),
		cmocka_unit_test(claim_without_name_or_sentence_is_refused),
		cmocka_unit_test(differs_elsewhere_than_at_the_end_of_a_claim_is_refused),
		cmocka_unit_test(claim_of_expectations_alone_looks_back),
		cmocka_unit_test(claims_that_would_answer_a_question_are_veiled),
		cmocka_unit_test(each_claim_is_found_wherever_it_stands),
		cmocka_unit_test(evidence_is_what_was_seen_and_given),
		cmocka_unit_test(verdict_follows_from_what_was_asked),
		cmocka_unit_test(claim_inside_another_has_its_own_evidence_and_shares_its_failure),
		cmocka_unit_test(claim_that_is_left_is_untested_and_keeps_what_it_kept_back),
		cmocka_unit_test(outside_of_claims_nothing_is_gathered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
