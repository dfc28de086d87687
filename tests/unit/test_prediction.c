/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which questions may be written, what may be answered to each, and what Tab offers. */
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
#include "command/table.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "language/lexer.h"
#include "language/prediction.h"
#include "language/statement.h"
#include "repl/answers.h"

#define CHOICES                                                                                    \
	"predict \"Who?\" choice { close c; choice \"the client\" c CLOSED; choice \"nobody\" no segments }"

static void parse(const char *text, struct statement_list *list)
{
	struct diag d = { 0 };

	*list = (struct statement_list){ 0 };
	if (statement_parse_all(text, strlen(text), "demo.lab", 1, list, &d) < 0)
		fail_msg("%s: %s", text, d.message);
}

/* ---- questions ---- */

static void question_of_each_kind_is_taken(void **state)
{
	static const char *const good[] = { "predict \"Q?\" c state { close c }",
		"predict \"Q?\" l/1 state { repeat 2 { step } }",
		"predict \"Q?\" segment { close c }",
		"predict \"Q?\" segment from c within 2s { close c }",
		"predict \"Q?\" result { send c \"x\" }", "predict \"Q?\" main fate { recv c }",
		"claim A1 \"x\" { predict \"Q?\" c state { close c }; expect c CLOSED }", CHOICES };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct statement_list list;
		struct diag d = { 0 };

		parse(good[i], &list);
		if (prediction_check(&list, false, &d) < 0)
			fail_msg("%s: %s", good[i], d.message);
		statement_list_done(&list);
	}
}

static void assert_refused(const char *text, uint32_t column, const char *message)
{
	struct statement_list list;
	struct diag d = { 0 };

	parse(text, &list);
	assert_int_equal(prediction_check(&list, false, &d), -EINVAL);
	if (d.column != column || !strstr(d.message, message))
		fail_msg("%s\n%u: '%s' instead of %u: '%s'", text, d.column, d.message, column,
			message);
	statement_list_done(&list);
}

static void question_that_is_none_is_refused_with_its_place(void **state)
{
	(void)state;
	assert_refused("predict Why c state { close c }", 9, "the question belongs here");
	assert_refused("predict \"\" c state { close c }", 9, "the question belongs here");
	assert_refused("predict \"a\\nb\" c state { close c }", 9, "the question belongs here");
	assert_refused("predict \"a\\0b\" c state { close c }", 9, "the question belongs here");
	assert_refused("predict \"Q?\" c { close c }", 14, "what is asked about?");
	assert_refused("predict \"Q?\" c state LISTEN { close c }", 14, "what is asked about?");
	assert_refused("predict \"Q?\" result 5 { close c }", 14, "what is asked about?");
	assert_refused("predict \"Q?\" c state { }", 1, "nothing happens");
	assert_refused("predict \"Q?\" c state { predict \"R?\" d state { close d } }", 24,
		"a question inside another");
	assert_refused("predict \"Q?\" c state { repeat 2 { predict \"R?\" d state { step } } }",
		35, "a question inside another");
}

static void choice_elsewhere_than_at_the_end_of_its_question_is_refused(void **state)
{
	(void)state;
	assert_refused("choice \"x\" c CLOSED", 1, "choices are the last commands");
	assert_refused("predict \"Q?\" choice { choice \"x\" c CLOSED; close c }", 1, "2 to 9");
	assert_refused("predict \"Q?\" choice { close c; choice \"x\" c CLOSED }", 1, "2 to 9");
	assert_refused("predict \"Q?\" c state { close c; choice \"x\" c CLOSED }", 1,
		"these choices belong to");
	assert_refused(
		"predict \"Q?\" choice { choice \"z\" c CLOSED; step; choice \"x\" c CLOSED; choice \"y\" c LISTEN }",
		23, "choices are the last commands");
	assert_refused("predict \"Q?\" choice { choice \"x\" c CLOSED; choice \"y\" c LISTEN }", 1,
		"nothing happens");
	assert_refused("predict \"Q?\" choice { step; choice x c CLOSED; choice \"y\" c LISTEN }",
		36, "what can be chosen");
	assert_refused(
		"predict \"Q?\" choice { step; choice \"x\" never c CLOSED; choice \"y\" c LISTEN }",
		40, "never");
}

/* ---- answers ---- */

/* What the answer is taken for; "!" and the message when it is refused. Owned. */
static char *read_as(enum answer_kind kind, bool in_words, const char *text, size_t len)
{
	struct statement_list list;
	struct answer a;
	struct diag d = { 0 };
	struct text out = TEXT_EMPTY;

	parse(CHOICES, &list);
	if (answer_parse(kind, in_words, &list.statements[0].block, text, len, &a, &d) == 0) {
		assert_int_equal(a.kind, kind);
		answer_format(&a, &out);
		answer_done(&a);
	} else {
		text_printf(&out, "!%s", d.message);
	}
	statement_list_done(&list);
	return text_take(&out);
}

static void assert_read(enum answer_kind kind, const char *text, const char *as)
{
	char *got = read_as(kind, false, text, strlen(text));

	if (as[0] == '!' ? got[0] != '!' || !strstr(got, as + 1) : strcmp(got, as) != 0)
		fail_msg("'%s' is taken for '%s', not for '%s'", text, got, as);
	free(got);
}

static void answer_of_each_kind_is_read_in_any_spelling(void **state)
{
	(void)state;
	assert_read(ANSWER_STATE, "FIN-WAIT-2", "FIN-WAIT-2");
	assert_read(ANSWER_STATE, "  fin wait 2 ", "FIN-WAIT-2");
	assert_read(ANSWER_STATE, "estab", "ESTABLISHED");
	assert_read(ANSWER_STATE, "TCP_CLOSE_WAIT", "CLOSE-WAIT");
	assert_read(ANSWER_SEGMENT, "FIN/ACK", "fin/ack");
	assert_read(ANSWER_SEGMENT, "fin-ack", "fin/ack");
	assert_read(ANSWER_SEGMENT, "[SYN, ACK]", "syn/ack");
	assert_read(ANSWER_SEGMENT, "ack + rst", "rst/ack");
	assert_read(ANSWER_SEGMENT, "None", "none");
	assert_read(ANSWER_RESULT, "5", "5");
	assert_read(ANSWER_RESULT, "\"hello\\n\"", "\"hello\\n\"");
	assert_read(ANSWER_RESULT, "epipe", "EPIPE");
	assert_read(ANSWER_RESULT, "-1 ECONNRESET", "ECONNRESET");
	assert_read(ANSWER_RESULT, "blocked", "blocked");
	assert_read(ANSWER_RESULT, "killed pipe", "killed SIGPIPE");
	assert_read(ANSWER_FATE, "Running", "running");
	assert_read(ANSWER_FATE, "blocked recv", "blocked recv");
	assert_read(ANSWER_FATE, "exited 3", "exited 3");
	assert_read(ANSWER_FATE, "killed SIGPIPE", "killed SIGPIPE");
	assert_read(ANSWER_CHOICE, "2", "nobody");
	assert_read(ANSWER_CHOICE, "The Client", "the client");
	assert_read(ANSWER_CHOICE, " the client ", "the client"); /* Tab leaves a blank */
}

static void answer_of_another_kind_is_refused_and_says_what_may_be(void **state)
{
	(void)state;
	assert_read(ANSWER_STATE, "5", "!no TCP state; they are LISTEN");
	assert_read(ANSWER_STATE, "EPIPE", "!no TCP state");
	assert_read(ANSWER_SEGMENT, "ESTABLISHED", "!write its flags: syn");
	assert_read(ANSWER_SEGMENT, "any", "!write its flags"); /* it would always be right */
	assert_read(ANSWER_SEGMENT, "tcp", "!write its flags");
	assert_read(ANSWER_SEGMENT, "/", "!write its flags");
	assert_read(ANSWER_RESULT, "ESTABLISHED", "!a number, \"data\", an errno");
	assert_read(ANSWER_RESULT, "-1", "!with which errno?");
	assert_read(ANSWER_RESULT, "killed", "!is no result");
	assert_read(ANSWER_RESULT, "5 6", "!is no result");
	assert_read(ANSWER_FATE, "dead", "!running, blocked CALL");
	assert_read(ANSWER_FATE, "exited", "!exited N");
	assert_read(ANSWER_FATE, "killed SIGFOO", "!killed SIGNAL");
	assert_read(ANSWER_FATE, "running fast", "!running, blocked CALL");
	assert_read(ANSWER_CHOICE, "0", "!from 1 to 2");
	assert_read(ANSWER_CHOICE, "3", "!from 1 to 2");
	assert_read(ANSWER_CHOICE, "1 2", "!from 1 to 2");
	assert_read(ANSWER_CHOICE, "18446744073709551617", "!from 1 to 2");
}

static void answer_in_words_is_for_calls_that_answer_so(void **state)
{
	char *got = read_as(ANSWER_RESULT, true, "POLLIN|POLLHUP", 14);

	(void)state;
	assert_string_equal(got, "POLLIN|POLLHUP");
	free(got);
	assert_read(ANSWER_RESULT, "POLLIN|POLLHUP", "!is no result");
}

static void hostile_answer_is_refused_whatever_is_asked(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = { { "#", 1 }, { "# CLOSED", 8 }, { "CLOSED; quit", 12 },
		{ "CLOSED { quit }", 15 }, { "CLOSED &", 8 }, { "=> CLOSED", 9 }, { "#1", 2 },
		{ "\x1b[31mCLOSED", 11 }, { "\xff\xfe", 2 }, { "CLO\0SED", 7 }, { "\"CLOSED", 7 },
		{ "\"\\x1b[2J\"x\"", 11 }, { "\xc2\x9b", 2 }, { "-", 1 }, { ",", 1 } };
	size_t len = 1 << 20;
	char *line = memory_new(len);

	(void)state;
	memset(line, 'x', len);
	for (enum answer_kind kind = 0; kind < ANSWER_KIND_COUNT; kind++) {
		char *got;

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			got = read_as(kind, false, cases[i].bytes, cases[i].len);
			if (got[0] != '!')
				fail_msg("kind %u takes case %zu for '%s'", kind, i, got);
			free(got);
		}
		got = read_as(kind, false, line, len);
		assert_non_null(strstr(got, "the limit is"));
		free(got);
		got = read_as(kind, false, line, LEXER_LINE_MAX);
		assert_int_equal(got[0], '!');
		free(got);
	}
	free(line);
}

/* ---- Tab ---- */

static void assert_offered(enum answer_kind kind, const char *verb, const char *line,
	const char *const *words, const char *not_offered)
{
	struct statement_list block;
	struct word_list list;
	struct prediction p = { .stage = PREDICTION_WAITING, .kind = kind, .verb = verb };
	const char *blank = strrchr(line, ' ');
	size_t start = blank ? (size_t)(blank + 1 - line) : 0;

	parse(CHOICES, &block);
	p.statement = &block.statements[0];
	complete_answer(&p, &command_table, line, start, strlen(line), &list);
	for (; *words; words++) {
		size_t i = 0;

		while (i < list.count && strcmp(list.words[i], *words) != 0)
			i++;
		if (i == list.count)
			fail_msg("'%s' is not offered behind '%s'", *words, line);
	}
	for (size_t i = 0; not_offered && i < list.count; i++)
		assert_string_not_equal(list.words[i], not_offered);
	word_list_done(&list);
	statement_list_done(&block);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void tab_offers_the_legal_answers_and_no_others(void **state)
{
	(void)state;
	assert_offered(ANSWER_STATE, NULL, "", WORDS("LISTEN", "TIME-WAIT", "CLOSED"), "connect");
	assert_offered(ANSWER_STATE, NULL, "fin", WORDS("FIN-WAIT-1", "FIN-WAIT-2"), "CLOSED");
	assert_offered(ANSWER_SEGMENT, NULL, "", WORDS("syn/ack", "rst", "none"), "any");
	assert_offered(ANSWER_RESULT, "connect", "", WORDS("ECONNREFUSED", "ETIMEDOUT", "blocked"),
		"ENOTCONN");
	assert_offered(ANSWER_RESULT, "send", "e", WORDS("EPIPE", "EAGAIN"), "ECONNREFUSED ");
	assert_offered(ANSWER_RESULT, "send", "killed sigp", WORDS("SIGPIPE"), "EPIPE");
	assert_offered(ANSWER_FATE, NULL, "", WORDS("running", "blocked", "exited", "killed"),
		"SIGPIPE");
	assert_offered(ANSWER_FATE, NULL, "blocked ", WORDS("recv", "accept"), "say");
	assert_offered(ANSWER_CHOICE, NULL, "", WORDS("1", "2"), "3");
	assert_offered(ANSWER_CHOICE, NULL, "", WORDS("the", "nobody"), "client");
	assert_offered(ANSWER_CHOICE, NULL, "The ", WORDS("client"), "nobody");
	assert_offered(ANSWER_CHOICE, NULL, " the c", WORDS("client"), "the");
	assert_offered(ANSWER_STATE, NULL, "CLOSED ", WORDS(NULL), "CLOSED");
}

/* ---- why ---- */

static void assert_chain(const struct journal *j, uint64_t no, unsigned most, const char *expected)
{
	struct text out = TEXT_EMPTY;

	narrate_chain(j, no, most, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void chain_tells_the_causes_oldest_first_and_the_call_once(void **state)
{
	struct journal *j = journal_new();
	uint64_t call, sent, delivered, closed, failing, failed;

	(void)state;
	call = journal_add(j,
		(struct event){ .kind = EVENT_CALL,
			.process = "main",
			.subject = "a",
			.text = "close(4)" });
	sent = journal_add(j,
		(struct event){ .kind = EVENT_TIMER,
			.subject = "a",
			.cause = call,
			.text = "probe" });
	delivered = journal_add(j,
		(struct event){ .kind = EVENT_DELIVERED,
			.cause = sent,
			.verdict = { .number = 1 } });
	closed = journal_add(j,
		(struct event){ .kind = EVENT_STATE,
			.subject = "c",
			.cause = delivered,
			.state = { .from = STATE_CLOSE_WAIT, .to = STATE_CLOSED } });
	failing = journal_add(j,
		(struct event){ .kind = EVENT_CALL,
			.process = "main",
			.subject = "c",
			.text = "send(3)" });
	failed = journal_add(j,
		(struct event){ .kind = EVENT_RETURN,
			.process = "main",
			.cause = failing,
			.call = { .call = failing, .error = EPIPE, .duration_ns = 1000 } });
	assert_chain(j, 0, 6, "");
	assert_chain(j, closed, 6,
		"main     close(4) ...\na        probe timer\nc        CLOSE-WAIT -> CLOSED\n");
	assert_chain(j, closed, 1, "c        CLOSE-WAIT -> CLOSED\n");
	assert_chain(j, failed, 2,
		"c        CLOSE-WAIT -> CLOSED\n"
		"main     send(3) = -1 EPIPE (Broken pipe)  <0.001 ms>\n");
	journal_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question_of_each_kind_is_taken),
		cmocka_unit_test(question_that_is_none_is_refused_with_its_place),
		cmocka_unit_test(choice_elsewhere_than_at_the_end_of_its_question_is_refused),
		cmocka_unit_test(answer_of_each_kind_is_read_in_any_spelling),
		cmocka_unit_test(answer_of_another_kind_is_refused_and_says_what_may_be),
		cmocka_unit_test(answer_in_words_is_for_calls_that_answer_so),
		cmocka_unit_test(hostile_answer_is_refused_whatever_is_asked),
		cmocka_unit_test(tab_offers_the_legal_answers_and_no_others),
		cmocka_unit_test(chain_tells_the_causes_oldest_first_and_the_call_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
