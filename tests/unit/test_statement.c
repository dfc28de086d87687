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
#include "base/text.h"
#include "language/cmd.h"
#include "language/outcome.h"
#include "language/statement.h"
#include "world/process.h"

/* Parse a heap copy of exactly `len` bytes, so that the sanitizer sees a read past its end. */
static int parse_all(const char *text, size_t len, struct statement_list *list, struct diag *d)
{
	char *exact = malloc(len ? len : 1);
	int r;

	assert_non_null(exact);
	memcpy(exact, text, len);
	*list = (struct statement_list){ 0 };
	*d = (struct diag){ 0 };
	r = statement_parse_all(len ? exact : exact + 1, len, "demo.lab", 10, list, d);
	free(exact);
	return r;
}

static void add_tokens(struct text *out, const struct token *tokens, size_t count)
{
	assert_true(tokens || !count);
	for (size_t i = 0; i < count; i++) {
		text_puts(out, tokens[i].kind == TOKEN_STRING ? "\"" : "[");
		text_escape(out, tokens[i].text, tokens[i].len);
		text_puts(out, tokens[i].kind == TOKEN_STRING ? "\"" : "]");
	}
}

/* The statements must come out as "LINE[word][word]"string"=>[word]&", a blank between them. */
static void assert_statements(const char *text, const char *expected)
{
	struct text out = TEXT_EMPTY;
	struct statement_list list;
	struct diag d;

	if (parse_all(text, strlen(text), &list, &d) < 0)
		fail_msg("%s: %u:%u: %s", text, d.line, d.column, d.message);
	for (size_t i = 0; i < list.count; i++) {
		const struct statement *s = &list.statements[i];

		assert_string_equal(s->file, "demo.lab");
		text_printf(&out, "%s%u", i ? " " : "", s->line);
		add_tokens(&out, s->words, s->word_count);
		if (s->outcome)
			text_puts(&out, "=>");
		add_tokens(&out, s->outcome, s->outcome_count);
		text_puts(&out, s->background ? "&" : "");
	}
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
	statement_list_done(&list);
	assert_null(list.statements);
	assert_int_equal(list.count, 0);
}

/* The text must be refused at line:column, with a message that holds `part`. */
static void assert_refused(const char *text, uint32_t line, uint32_t column, const char *part)
{
	struct statement_list list;
	struct diag d;

	assert_int_equal(parse_all(text, strlen(text), &list, &d), -EINVAL);
	assert_null(list.statements);
	assert_int_equal(list.count, 0);
	assert_int_equal(d.error, EINVAL);
	assert_string_equal(d.file, "demo.lab");
	if (d.line != line || d.column != column)
		fail_msg("'%s': %u:%u, not %u:%u: %s", text, d.line, d.column, line, column,
			d.message);
	if (!strstr(d.message, part))
		fail_msg("'%s' is not in '%s'", part, d.message);
	assert_null(strchr(d.message, '\n'));
}

static void parse_words_and_strings_keeps_them_apart(void **state)
{
	(void)state;
	assert_statements("send c \"a b\\n\"", "10[send][c]\"a b\\n\"");
	assert_statements("drop #7", "10[drop][7]");
	assert_statements("expect c path CLOSED > SYN-SENT",
		"10[expect][c][path][CLOSED][>][SYN-SENT]");
	assert_statements("bind l [fd00::2]:80", "10[bind][l][[fd00::2]:80]");
}

static void parse_semicolons_makes_several(void **state)
{
	(void)state;
	assert_statements("hold; step 2 ;release", "10[hold] 10[step][2] 10[release]");
	assert_statements("send c \"a;b\"; step", "10[send][c]\"a;b\" 10[step]");
	assert_statements(";;hold;;", "10[hold]");
}

static void parse_nothing_to_do_gives_no_statement(void **state)
{
	(void)state;
	assert_statements("", "");
	assert_statements(" \t", "");
	assert_statements("# only a comment => & {", "");
	assert_statements("; ;", "");
	assert_statements("\n\r\n\n", "");
}

static void parse_outcome_is_split_from_the_words(void **state)
{
	(void)state;
	assert_statements("recv a => 0", "10[recv][a]=>[0]");
	assert_statements("recv a=>\"x y\"", "10[recv][a]=>\"x y\"");
	assert_statements("send c \"x\" => killed SIGPIPE", "10[send][c]\"x\"=>[killed][SIGPIPE]");
	assert_statements("recv a => 0; recv b", "10[recv][a]=>[0] 10[recv][b]");
}

static void parse_background_mark_is_last(void **state)
{
	(void)state;
	assert_statements("connect c :80 &", "10[connect][c][:80]&");
	assert_statements("connect c :80&", "10[connect][c][:80]&");
	assert_statements("connect c :80 => ECONNREFUSED & # later",
		"10[connect][c][:80]=>[ECONNREFUSED]&");
	assert_statements("recv a &; recv b", "10[recv][a]& 10[recv][b]");
}

static void parse_windows_line_ends_are_dropped(void **state)
{
	(void)state;
	assert_statements("hold\r\nstep\r\n", "10[hold] 11[step]");
	assert_statements("recv a => 1 \t\r\nrecv b # x\r\n", "10[recv][a]=>[1] 11[recv][b]");
}

static void parse_lines_are_numbered_from_the_first(void **state)
{
	(void)state;
	assert_statements("hold\n\n# x\nstep; step\n\trelease",
		"10[hold] 13[step] 13[step] 14[release]");
	assert_statements("\nhold\n", "11[hold]");
}

static void parse_text_is_its_part_of_the_line(void **state)
{
	static const char line[] = "  hold syn ;\tsend c \"a;b\" => 2 & # why \t\r";
	struct statement_list list;
	struct diag d;

	(void)state;
	assert_int_equal(parse_all(line, strlen(line), &list, &d), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.statements[0].text, "hold syn");
	assert_string_equal(list.statements[1].text, "send c \"a;b\" => 2 &");
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(list.statements[i].line_text,
			"  hold syn ;\tsend c \"a;b\" => 2 & # why");
	assert_int_equal(list.statements[0].words[0].column, 3);
	assert_int_equal(list.statements[1].words[0].column, 14);
	statement_list_done(&list);
}

static void parse_one_line_uses_the_number_given(void **state)
{
	struct statement_list list = { 0 };
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(statement_parse("hold", 4, "x", 77, &list, &d), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.statements[0].line, 77);
	assert_int_equal(list.statements[0].words[0].line, 77);
	statement_list_done(&list);
}

static void parse_without_verb_is_refused(void **state)
{
	(void)state;
	assert_refused("=> 3", 10, 1, "verb, not with '=>'");
	assert_refused("  &", 10, 3, "verb, not with '&'");
	assert_refused("\"hold\"", 10, 1, "verb, not with string");
	assert_refused("> x", 10, 1, "verb, not with '>'");
	assert_refused("hold ; => 3", 10, 8, "verb");
}

static void parse_block_misplaced_is_refused_at_its_brace(void **state)
{
	(void)state;
	assert_refused("hold\nstep }", 11, 6, "'}'");
	assert_refused("{", 10, 1, "'{'");
	assert_refused("repeat 2\n{ step }", 11, 1, "'{'");
	assert_refused("repeat 2 { step } }", 10, 19, "'}'");
	assert_refused("repeat 2 { say \"a\" } { step }", 10, 22, "'{'");
}

static void parse_block_over_lines_holds_its_commands(void **state)
{
	static const char text[] = "repeat 2 {\n\tstep; hold\n\trepeat 3 { drop syn }\n}\nwire";
	struct statement_list list;
	struct diag d;

	(void)state;
	assert_int_equal(parse_all(text, strlen(text), &list, &d), 0);
	assert_int_equal(list.count, 2);
	assert_true(list.statements[0].has_block);
	assert_int_equal(list.statements[0].word_count, 2);
	assert_int_equal(list.statements[0].block.count, 3);
	assert_string_equal(list.statements[0].block.statements[1].text, "hold");
	assert_int_equal(list.statements[0].block.statements[2].block.count, 1);
	assert_int_equal(list.statements[0].block.statements[2].block.statements[0].line, 12);
	assert_string_equal(list.statements[1].text, "wire");
	assert_false(list.statements[1].has_block);
	statement_list_done(&list);
}

static void parse_block_not_closed_asks_for_more(void **state)
{
	struct statement_list list;
	struct diag d;

	(void)state;
	assert_int_equal(parse_all("hold\nrepeat 2 {\nstep", 20, &list, &d), -EAGAIN);
	assert_int_equal(d.line, 11);
	assert_null(list.statements);
}

static void parse_arrow_without_outcome_is_refused(void **state)
{
	(void)state;
	assert_refused("recv a =>", 10, 8, "'=>' needs");
	assert_refused("recv a => &", 10, 8, "'=>' needs");
	assert_refused("recv a => #3", 10, 8, "'=>' needs");
	assert_refused("recv a => ; hold", 10, 8, "'=>' needs");
}

static void parse_anything_after_the_end_is_refused(void **state)
{
	(void)state;
	assert_refused("recv a & b", 10, 10, "unexpected word");
	assert_refused("recv a & => 3", 10, 10, "unexpected '=>'");
	assert_refused("recv a & &", 10, 10, "unexpected '&'");
	assert_refused("recv a => 1 > 2", 10, 13, "unexpected '>'");
	assert_refused("recv a => 1 => 2", 10, 13, "unexpected '=>'");
	assert_refused("recv a => 1 {", 10, 13, "unexpected '{'");
	assert_refused("recv a & \"x\"", 10, 10, "unexpected string");
}

static void parse_lexer_mistake_has_its_line(void **state)
{
	(void)state;
	assert_refused("hold\n\nsend c \"open\nstep", 12, 8, "not closed");
	assert_refused("hold\nst\rep", 11, 3, "carriage return");
	assert_refused("hold; send c \"\\q\"", 10, 15, "unknown escape");
	assert_refused("hold\n# caf\xe9", 11, 6, "UTF-8");
}

static void parse_first_mistake_wins(void **state)
{
	(void)state;
	assert_refused("hold; step; => 1; {\n\"open", 10, 13, "verb");
}

static void error_points_at_token_or_verb(void **state)
{
	struct statement_list list;
	struct diag d;

	(void)state;
	assert_int_equal(parse_all("\n  bind l x", 11, &list, &d), 0);
	assert_int_equal(statement_error(list.statements, &list.statements[0].words[2], &d,
				 "no %s here", "x"),
		-EINVAL);
	assert_string_equal(d.message, "no x here");
	assert_int_equal(d.error, EINVAL);
	assert_string_equal(d.file, "demo.lab");
	assert_int_equal(d.line, 11);
	assert_int_equal(d.column, 10);
	statement_error(list.statements, NULL, &d, "what?");
	assert_int_equal(d.column, 3);
	statement_list_done(&list);
}

/* ---- outcome ---- */

/* Parse "recv a => WORDS" and return what outcome_parse() says of it. */
static int parse_outcome(const char *line, struct outcome *ret_outcome, struct diag *d)
{
	struct statement_list list;
	int r;

	assert_int_equal(parse_all(line, strlen(line), &list, d), 0);
	assert_int_equal(list.count, 1);
	memset(ret_outcome, 0xa5, sizeof(*ret_outcome));
	r = outcome_parse(list.statements, false, ret_outcome, d);
	statement_list_done(&list);
	return r;
}

/* Parsed, it must be of `kind` with `number`, and print as `shown`. */
static void assert_outcome(const char *line, enum outcome_kind kind, int64_t number,
	const char *shown)
{
	struct text out = TEXT_EMPTY;
	struct outcome o;
	struct diag d;

	if (parse_outcome(line, &o, &d) < 0)
		fail_msg("%s: %s", line, d.message);
	assert_int_equal(o.kind, kind);
	assert_int_equal(o.number, number);
	outcome_format(&o, &out);
	assert_string_equal(text_get(&out), shown);
	text_done(&out);
	outcome_done(&o);
	assert_null(o.data);
}

static void assert_outcome_refused(const char *line, uint32_t column, const char *part)
{
	struct outcome o;
	struct diag d;

	if (parse_outcome(line, &o, &d) != -EINVAL)
		fail_msg("'%s' is taken", line);
	assert_int_equal(d.line, 10);
	assert_int_equal(d.column, column);
	if (!strstr(d.message, part))
		fail_msg("'%s' is not in '%s'", part, d.message);
	assert_int_equal(((unsigned char *)&o)[0], 0xa5); /* written only on success */
}

static void outcome_of_each_kind_is_known_and_printed(void **state)
{
	(void)state;
	assert_outcome("recv a", OUTCOME_SUCCESS, 0, "success");
	assert_outcome("recv a => 0", OUTCOME_NUMBER, 0, "0");
	assert_outcome("recv a => -1", OUTCOME_NUMBER, -1, "-1");
	assert_outcome("recv a => 9223372036854775807", OUTCOME_NUMBER, INT64_MAX,
		"9223372036854775807");
	assert_outcome("recv a => ECONNRESET", OUTCOME_ERRNO, ECONNRESET, "ECONNRESET");
	assert_outcome("recv a => EWOULDBLOCK", OUTCOME_ERRNO, EAGAIN, "EAGAIN");
	assert_outcome("recv a => blocked", OUTCOME_BLOCKED, 0, "blocked");
	assert_outcome("recv a => killed SIGPIPE", OUTCOME_KILLED, SIGPIPE, "killed SIGPIPE");
	assert_outcome("recv a => killed pipe", OUTCOME_KILLED, SIGPIPE, "killed SIGPIPE");
	assert_outcome("recv a => \"a\\0\\xff\"", OUTCOME_DATA, 0, "\"a\\x00\\xff\"");
	assert_outcome("recv a => \"\"", OUTCOME_DATA, 0, "\"\"");
	assert_outcome("recv a => \"blocked\"", OUTCOME_DATA, 0, "\"blocked\"");
}

static void outcome_that_is_none_is_refused(void **state)
{
	(void)state;
	assert_outcome_refused("recv a => nonsense", 11, "'nonsense' is no outcome");
	assert_outcome_refused("recv a => 12x", 11, "'12x' is no outcome");
	assert_outcome_refused("recv a => ENOSUCH", 11, "'ENOSUCH'");
	assert_outcome_refused("recv a => econnreset", 11, "'econnreset'");
	assert_outcome_refused("recv a => Blocked", 11, "'Blocked'");
}

static void outcome_killed_without_signal_is_refused(void **state)
{
	(void)state;
	assert_outcome_refused("recv a => killed", 11, "needs the signal");
	assert_outcome_refused("recv a => killed SIGNOTHING", 11, "needs the signal");
	assert_outcome_refused("recv a => killed 0", 11, "needs the signal");
}

static void outcome_with_words_too_many_is_refused(void **state)
{
	(void)state;
	assert_outcome_refused("recv a => 3 4", 13, "'4' is one word too many");
	assert_outcome_refused("recv a => \"x\" \"y\"", 15, "'y' is one word too many");
	assert_outcome_refused("recv a => blocked 3", 19, "'3' is one word too many");
	assert_outcome_refused("recv a => EAGAIN now", 18, "'now' is one word too many");
}

/* It would wait for 9223372036854775807 and say so, which is not what was written. */
static void outcome_number_over_64_bits_is_refused(void **state)
{
	(void)state;
	assert_outcome_refused("recv a => 99999999999999999999", 11, "no outcome");
	assert_outcome_refused("recv a => -99999999999999999999", 11, "no outcome");
}

static void assert_met(const char *line, const struct call_outcome *got, bool met)
{
	struct outcome o;
	struct diag d;

	assert_int_equal(parse_outcome(line, &o, &d), 0);
	if (outcome_met(&o, got) != met)
		fail_msg("%s: %s", line, met ? "not met" : "met");
	outcome_done(&o);
}

static void outcome_met_by_a_result_takes_value_and_data(void **state)
{
	const struct call_outcome got = { .result = 3, .data = (const uint8_t *)"a\0b", .size = 3 };

	(void)state;
	assert_met("recv a", &got, true);
	assert_met("recv a => 3", &got, true);
	assert_met("recv a => 2", &got, false);
	assert_met("recv a => \"a\\0b\"", &got, true);
	assert_met("recv a => \"a\\0c\"", &got, false);
	assert_met("recv a => \"a\"", &got, false);
	assert_met("recv a => EAGAIN", &got, false);
	assert_met("recv a => blocked", &got, false);
	assert_met("recv a => killed SIGPIPE", &got, false);
}

static void outcome_met_by_an_error_takes_only_that_errno(void **state)
{
	const struct call_outcome got = { .result = -1, .error = ECONNRESET };

	(void)state;
	assert_met("recv a", &got, false);
	assert_met("recv a => ECONNRESET", &got, true);
	assert_met("recv a => EPIPE", &got, false);
	assert_met("recv a => -1", &got, false);
	assert_met("recv a => \"\"", &got, false);
}

static void outcome_met_by_death_takes_only_that_signal(void **state)
{
	const struct call_outcome killed = { .ended = true, .killed = SIGPIPE };
	const struct call_outcome ended = { .ended = true };

	(void)state;
	assert_met("recv a", &killed, false);
	assert_met("recv a => 0", &killed, false);
	assert_met("recv a => \"\"", &killed, false);
	assert_met("recv a => killed SIGPIPE", &killed, true);
	assert_met("recv a => killed SIGKILL", &killed, false);
	assert_met("recv a", &ended, false);
	assert_met("recv a => 0", &ended, false);
	assert_met("recv a => killed SIGPIPE", &ended, false);
}

static void assert_got(const struct call_outcome *got, const char *shown)
{
	struct text out = TEXT_EMPTY;

	outcome_format_got(got, &out);
	assert_string_equal(text_get(&out), shown);
	text_done(&out);
}

static void format_got_speaks_the_notation_of_outcomes(void **state)
{
	char quoted[] = "\"a\\n\"", on[] = "on";

	(void)state;
	assert_got(&(struct call_outcome){ .result = 42 }, "42");
	assert_got(&(struct call_outcome){ .result = -1, .error = EPIPE }, "EPIPE");
	assert_got(&(struct call_outcome){ .result = 2,
			   .answer = &(struct call_answer){ .text = quoted } },
		"2 \"a\\n\"");
	assert_got(&(struct call_outcome){ .answer = &(struct call_answer){ .text = on,
						   .has_value = true,
						   .value = 1 } },
		"on");
	assert_got(&(struct call_outcome){ .ended = true, .killed = SIGPIPE }, "killed SIGPIPE");
	assert_got(&(struct call_outcome){ .ended = true, .exit_code = 7 }, "exited 7");
}

/* ---- the command table ---- */

static const struct cmd_def connect_def = { .name = "connect" };
static const struct cmd_def close_def = { .name = "close" };
static const struct cmd_def ss_def = { .name = "ss" };
static const struct cmd_def *const defs[] = { &connect_def, &close_def, &ss_def, NULL };
static const struct cmd_table table = { .defs = defs };

static void find_takes_whole_names_only(void **state)
{
	(void)state;
	assert_ptr_equal(cmd_find(&table, "close"), &close_def);
	assert_ptr_equal(cmd_find(&table, "ss"), &ss_def);
	assert_null(cmd_find(&table, "clos"));
	assert_null(cmd_find(&table, "CLOSE"));
	assert_null(cmd_find(&table, ""));
}

static void nearest_when_typed_wrong_is_the_one_meant(void **state)
{
	(void)state;
	assert_string_equal(cmd_nearest(&table, "conect"), "connect");
	assert_string_equal(cmd_nearest(&table, "CONNECT"), "connect");
	assert_string_equal(cmd_nearest(&table, "clsoe"), "close");
	assert_string_equal(cmd_nearest(&table, "closed"), "close");
	assert_string_equal(cmd_nearest(&table, "sss"), "ss");
}

static void nearest_when_nothing_is_near_is_null(void **state)
{
	(void)state;
	assert_null(cmd_nearest(&table, "listen"));
	assert_null(cmd_nearest(&table, "x"));
	assert_null(cmd_nearest(&table, ""));
	assert_null(cmd_nearest(&table, "123456789012345678901234567890"));
}

static void parse_comment_belongs_to_the_command_right_below(void **state)
{
	static const char text[] =
		"# what it shows\nsocket a\n# far off\n\nsocket b\n"
		"# why\n\t# and\tso\nclaim A1 \"x\" {\n\t# inside\n\tclose a; close b\n"
		"# nobody's\n}\nsocket c # behind\nsocket d\n";
	struct statement_list list = { 0 };
	struct diag d = { 0 };
	const struct statement *s;

	(void)state;
	assert_int_equal(statement_parse_all(text, strlen(text), "r.lab", 1, &list, &d), 0);
	s = list.statements;
	assert_int_equal(list.count, 5);
	assert_null(s[0].comment);
	assert_null(s[1].comment);
	assert_string_equal(s[2].comment, "# why\n# and\\x09so");
	assert_string_equal(s[2].block.statements[0].comment, "# inside");
	assert_null(s[2].block.statements[1].comment);
	assert_null(s[3].comment);
	assert_null(s[4].comment);
	statement_list_done(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_words_and_strings_keeps_them_apart),
		cmocka_unit_test(parse_semicolons_makes_several),
		cmocka_unit_test(parse_nothing_to_do_gives_no_statement),
		cmocka_unit_test(parse_outcome_is_split_from_the_words),
		cmocka_unit_test(parse_background_mark_is_last),
		cmocka_unit_test(parse_windows_line_ends_are_dropped),
		cmocka_unit_test(parse_lines_are_numbered_from_the_first),
		cmocka_unit_test(parse_text_is_its_part_of_the_line),
		cmocka_unit_test(parse_comment_belongs_to_the_command_right_below),
		cmocka_unit_test(parse_one_line_uses_the_number_given),
		cmocka_unit_test(parse_without_verb_is_refused),
		cmocka_unit_test(parse_block_misplaced_is_refused_at_its_brace),
		cmocka_unit_test(parse_block_over_lines_holds_its_commands),
		cmocka_unit_test(parse_block_not_closed_asks_for_more),
		cmocka_unit_test(parse_arrow_without_outcome_is_refused),
		cmocka_unit_test(parse_anything_after_the_end_is_refused),
		cmocka_unit_test(parse_lexer_mistake_has_its_line),
		cmocka_unit_test(parse_first_mistake_wins),
		cmocka_unit_test(error_points_at_token_or_verb),
		cmocka_unit_test(outcome_of_each_kind_is_known_and_printed),
		cmocka_unit_test(outcome_that_is_none_is_refused),
		cmocka_unit_test(outcome_killed_without_signal_is_refused),
		cmocka_unit_test(outcome_with_words_too_many_is_refused),
		cmocka_unit_test(outcome_number_over_64_bits_is_refused),
		cmocka_unit_test(outcome_met_by_a_result_takes_value_and_data),
		cmocka_unit_test(outcome_met_by_an_error_takes_only_that_errno),
		cmocka_unit_test(outcome_met_by_death_takes_only_that_signal),
		cmocka_unit_test(format_got_speaks_the_notation_of_outcomes),
		cmocka_unit_test(find_takes_whole_names_only),
		cmocka_unit_test(nearest_when_typed_wrong_is_the_one_meant),
		cmocka_unit_test(nearest_when_nothing_is_near_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
