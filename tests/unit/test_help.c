/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything a user can meet has help, and its lines are not too long. */
#include <errno.h>
#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/sysname.h"
#include "base/text.h"
#include "command/help.h"
#include "command/option.h"
#include "base/paragraph.h"
#include "command/table.h"
#include "command/topic.h"
#include "language/cmd.h"
#include "language/statement.h"
#include "observe/sockdiag.h"
#include "wire/match.h"

static void assert_fits(const char *name, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > PARAGRAPH_WIDTH)
			fail_msg("help %s: a line of %zu: %.*s", name, len, (int)len, text);
		if (len && text[len - 1] == ' ')
			fail_msg("help %s: blanks at an end: %.*s", name, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* Help on it exists, fits, and has the text. */
static void assert_helps(const char *name, const char *with)
{
	struct text out = TEXT_EMPTY;

	if (!help_on(&command_table, name, false, &out))
		fail_msg("no help on '%s'", name);
	assert_fits(name, text_get(&out));
	if (!strstr(text_get(&out), with))
		fail_msg("help %s has no '%s':\n%s", name, with, text_get(&out));
	text_done(&out);
}

/* Each command in a list of them separated by blanks. */
static void assert_commands(const char *owner, const char *commands)
{
	char word[32];
	int len;

	while (sscanf(commands, " %31s%n", word, &len) == 1) {
		if (!cmd_find(&command_table, word))
			fail_msg("%s: no command '%s'", owner, word);
		commands += len;
	}
}

static void assert_commands_parse(const char *owner, const char *commands)
{
	struct statement_list list;
	struct diag d = { 0 };

	if (statement_parse_all(commands, strlen(commands), owner, 1, &list, &d) < 0)
		fail_msg("%s: %s: %s", owner, commands, d.message);
	for (size_t i = 0; i < list.count; i++)
		assert_non_null(cmd_find(&command_table, list.statements[i].words[0].text));
	statement_list_done(&list);
}

static void list_fits(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	help_list(&command_table, &out);
	assert_fits("", text_get(&out));
	text_done(&out);
	assert_helps("all", "take the first finished connection");
	assert_helps("topics", "ECONNREFUSED");
	assert_helps("tcp_fin_timeout", "sysctl net.ipv4.tcp_fin_timeout VALUE");
	assert_helps("net.core.somaxconn", "sysctl net.core.somaxconn\n");
	assert_helps("options", "SO_LINGER");
}

static void names_by_topic_are_all_there_once_and_fit_a_screen(void **state)
{
	struct text out = TEXT_EMPTY, word = TEXT_EMPTY;
	unsigned lines = 1;

	(void)state;
	text_puts(&out, " ");
	help_groups(&out);
	assert_fits("", text_get(&out) + 1);
	for (char *at = out.s; *at; at++) {
		lines += *at == '\n';
		if (*at == '\n')
			*at = ' ';
	}
	assert_in_range(lines, 5, 22);
	*strstr(out.s, "`help COMMAND`") = '\0';
	for (size_t i = 0; command_table.defs[i]; i++) {
		const char *at;

		text_clear(&word);
		text_printf(&word, " %s ", command_table.defs[i]->name);
		at = strstr(text_get(&out), text_get(&word));
		if (!at || strstr(at + 1, text_get(&word)))
			fail_msg("help: '%s' is not there once", command_table.defs[i]->name);
	}
	text_done(&word);
	text_done(&out);
}

static void command_and_option_each_have_help(void **state)
{
	const struct sockopt *o;

	(void)state;
	for (size_t i = 0; command_table.defs[i]; i++)
		assert_helps(command_table.defs[i]->name, command_table.defs[i]->source);
	for (size_t i = 0; (o = sockopt_at(i)); i++)
		assert_helps(o->name, o->source);
}

static void state_each_has_help(void **state)
{
	const struct state_topic *s;

	(void)state;
	for (enum tcp_state t = STATE_ESTABLISHED; t < STATE_COUNT; t++)
		assert_helps(tcp_state_name(t), ", a TCP state\n");
	assert_helps("estab", "ESTABLISHED");
	assert_helps("TCP_FIN_WAIT1", "FIN-WAIT-1");
	assert_helps("syn-recv", "SYN-RECEIVED");
	for (size_t i = 0; (s = topic_state_at(i)); i++) {
		const char *name = tcp_state_name(s->state);

		assert_commands(name, s->commands);
		assert_commands_parse(name, s->example);
		assert_non_null(strstr(s->example, "; expect "));
		assert_string_equal(s->example + strlen(s->example) - strlen(name), name);
	}
	assert_commands("any state", topic_always);
}

static void errno_topic_each_is_whole(void **state)
{
	const struct errno_topic *e;

	(void)state;
	for (size_t i = 0; (e = topic_errno_at(i)); i++) {
		struct text outcome = TEXT_EMPTY;

		assert_true(errno_parse(e->name) > 0);
		assert_ptr_equal(topic_errno(e->name), e);
		assert_helps(e->name, e->name);
		assert_true(!e->example != !e->why_not);
		assert_null(e->cases[ERRNO_CASES_MAX - 1].commands);
		for (const struct errno_case *c = e->cases; c->commands; c++)
			assert_commands(e->name, c->commands);
		text_printf(&outcome, "=> %s", e->name);
		if (e->example) {
			assert_commands_parse(e->name, e->example);
			assert_non_null(strstr(e->example, text_get(&outcome)));
		}
		text_done(&outcome);
	}
	assert_helps("EWOULDBLOCK", "EAGAIN");
	assert_helps("econnrefused", "ECONNREFUSED");
}

static void word_each_has_help(void **state)
{
	static const char *const words[] = { "expect", "outcome", "addresses", "names", "l/1",
		"kid/c", "web/3", "columns", "loss probe", "delayed ACK", "SIGPIPE", "wire", "mark",
		"recipe", "from", NULL };
	const struct word_topic *w;

	(void)state;
	for (size_t i = 0; (w = topic_word_at(i)); i++) {
		assert_ptr_equal(topic_word(w->name), w);
		assert_helps(w->name, w->source);
		if (w->example)
			assert_commands_parse(w->name, w->example);
	}
	for (size_t i = 0; words[i]; i++)
		assert_helps(words[i], "  See: ");
	for (size_t i = 0; match_words[i]; i++)
		assert_helps(match_words[i], "  See: ");
	for (enum sock_timer t = SOCK_TIMER_NONE + 1; t < SOCK_TIMER_COUNT; t++)
		assert_helps(sock_timer_name(t), "  See: ");
}

static void assert_filled(const char *lines, const char *expected)
{
	struct text out = TEXT_EMPTY;

	paragraph_add_filled(&out, lines);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

#define WORDS_48 "twelve words twelve words twelve words and twelve"

/* The head of a recipe was made for one width; a paragraph that does not fit is filled anew, the others are not. */
static void paragraph_that_is_too_wide_is_filled_anew(void **state)
{
	(void)state;
	assert_filled("", "");
	assert_filled("one\ntwo\n", "one\ntwo\n");
	assert_filled("one\n\ntwo\n", "one\n\ntwo\n");
	assert_filled("\n\none", "\n\none");
	assert_filled("head\n\n" WORDS_48 " " WORDS_48 " last\nword\n\nfoot\n",
		"head\n\n" WORDS_48 " " WORDS_48 "\nlast word\n\nfoot\n");
}

/* A SYN's first retransmissions do not double the time, and whoever wonders finds why. */
static void linear_syns_are_told_where_one_looks(void **state)
{
	static const char *const names[] = { "retransmission", "rto", "backoff", "SYN-SENT" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_helps(names[i], "tcp_syn_linear_timeouts");
	assert_helps("tcp_syn_linear_timeouts", "claims B2");
	assert_helps("net.ipv4.tcp_syn_linear_timeouts", "claims B2");
	assert_helps("FIN-WAIT-2", "keepalive");
	assert_helps("FIN-WAIT-2", "3.5 times the rto");
	assert_helps("keepalive", "3.5 times the rto");
}

static void command_tells_states_and_errnos(void **state)
{
	(void)state;
	assert_helps("connect", "  May give: EACCES, EADDRNOTAVAIL, ");
	assert_helps("connect", "ECONNREFUSED");
	assert_helps("accept", "  TCP states: LISTEN.\n");
	assert_helps("send", "  TCP states: ");
	assert_helps("get", "  TCP states: any state.\n");
}

static void nearest_is_found_among_all(void **state)
{
	(void)state;
	assert_string_equal(help_nearest(&command_table, "conect"), "connect");
	assert_string_equal(help_nearest(&command_table, "ECONREFUSED"), "ECONNREFUSED");
	assert_string_equal(help_nearest(&command_table, "TIMEWAITS"), "TIME-WAIT");
	assert_string_equal(help_nearest(&command_table, "LINGER"), "SO_LINGER");
	assert_string_equal(help_nearest(&command_table, "outcom"), "outcome");
	assert_null(help_nearest(&command_table, "qqqqqqqqqqqq"));
	/* as many letters are other ones as are the same */
	assert_null(help_nearest(&command_table, "hoax"));
}

/* Every "=> ENAME" of a recipe. */
static size_t check_errnos(const char *path)
{
	char line[1000], name[32];
	FILE *file = fopen(path, "re");
	size_t count = 0;

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		const char *arrow = strstr(line, "=> E");

		if (!arrow || sscanf(arrow, "=> %31[A-Z]", name) != 1 || !errno_parse(name))
			continue;
		assert_helps(name, name);
		count++;
	}
	fclose(file);
	return count;
}

static void errno_of_each_recipe_has_help(void **state)
{
	const char *source = getenv("TCPLAB_SOURCE");
	struct text folder = TEXT_EMPTY;
	size_t count = 0;
	FTSENT *entry;
	FTS *walk;

	(void)state;
	assert_non_null(source); /* ctest sets it */
	text_printf(&folder, "%s/recipes", source);
	walk = fts_open((char *const[]){ folder.s, NULL }, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	assert_non_null(walk);
	while ((entry = fts_read(walk))) {
		if (entry->fts_info == FTS_F && strstr(entry->fts_name, ".lab"))
			count += check_errnos(entry->fts_path);
	}
	fts_close(walk);
	text_done(&folder);
	assert_true(count > 10);
}

/* Who does an exercise is not told how one is written. */
static void help_in_an_exercise_speaks_to_who_does_it(void **state)
{
	static const char *const names[] = { "goal", "hint" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct text out = TEXT_EMPTY;

		assert_helps(names[i], "In an exercise's file it states one");
		assert_true(help_on(&command_table, names[i], true, &out));
		assert_int_equal(strcspn(text_get(&out), "\n"), strlen(names[i]));
		assert_null(strstr(text_get(&out), "it states one"));
		assert_null(strstr(text_get(&out), "Example"));
		text_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_fits),
		cmocka_unit_test(names_by_topic_are_all_there_once_and_fit_a_screen),
		cmocka_unit_test(command_and_option_each_have_help),
		cmocka_unit_test(state_each_has_help),
		cmocka_unit_test(errno_topic_each_is_whole),
		cmocka_unit_test(word_each_has_help),
		cmocka_unit_test(paragraph_that_is_too_wide_is_filled_anew),
		cmocka_unit_test(linear_syns_are_told_where_one_looks),
		cmocka_unit_test(command_tells_states_and_errnos),
		cmocka_unit_test(nearest_is_found_among_all),
		cmocka_unit_test(errno_of_each_recipe_has_help),
		cmocka_unit_test(help_in_an_exercise_speaks_to_who_does_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
