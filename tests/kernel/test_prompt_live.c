/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the prompt tells and helps with while a line is typed, on a pseudo-terminal. */
#include "session.h"

/* One segment, however long it takes until the prompt is looked at. */
#define HOLD "hold without retransmissions"

static void prompt_when_sockets_are_touched_tells_their_states(void **state)
{
	struct session *s = *state;

	pty_await_cursor(&s->pty, PROMPT);
	run(s, "socket l");
	pty_await_cursor(&s->pty, "l CLOSED > ");
	run(s, "bind l 127.0.0.1:80");
	run(s, "listen l");
	pty_await_cursor(&s->pty, "l LISTEN > ");
	run(s, HOLD);
	run(s, "socket c");
	run(s, "connect c :80 &");
	pty_await_cursor(&s->pty, "l LISTEN  c SYN-SENT  wire 1 held > ");
	run(s, "release");
	pty_await_cursor(&s->pty, "l LISTEN  c ESTABLISHED  l/1 ESTABLISHED > ");
	run(s, "close l");
	pty_await_cursor(&s->pty, "c CLOSED > ");
	run(s, "close c");
	pty_await_cursor(&s->pty, PROMPT);
}

static void prompt_when_the_terminal_is_narrow_tells_less(void **state)
{
	struct session *s = *state;

	run(s, "socket alpha");
	run(s, "socket beta");
	run(s, "socket gamma");
	run(s, "socket delta");
	pty_await_cursor(&s->pty, "beta CLOSED  gamma CLOSED  delta CLOSED > ");
	run(s, "getsockname alpha"); /* touched again */
	pty_await_cursor(&s->pty, "alpha CLOSED  gamma CLOSED  delta CLOSED > ");
	pty_resize(&s->pty, 50, 24);
	run(s, "say hi");
	pty_await_cursor(&s->pty, "alpha CLOSED  delta CLOSED > ");
}

/* A connection is half open in the background; what was typed meanwhile stays. */
static void open_held(struct session *s)
{
	run(s, "socket l");
	run(s, "bind l 127.0.0.1:80");
	run(s, "listen l");
	run(s, "process p");
	run(s, "socket c in p");
	run(s, "connect c :80");
	pty_await_cursor(&s->pty, "l LISTEN  c ESTABLISHED  l/1 ESTABLISHED > ");
}

static void prompt_when_a_state_changes_is_redrawn_around_the_line(void **state)
{
	static const char half[] = "say \"h\\x65l";
	static const char after[] = "l LISTEN  c FIN-WAIT-2  l/1 CLOSE-WAIT > say \"h\\x65l";
	struct session *s = *state;

	open_held(s);
	pty_type(&s->pty, half);
	pty_await_typed(&s->pty, half);
	kill_newest_process(s);
	pty_await_cursor(&s->pty, after);
	assert_int_equal(pty_count(&s->pty, half, NULL), 1);
	pty_type(&s->pty, "lo\"\r");
	pty_await_lines(&s->pty, 1, "hello", NULL);
	pty_await_typed(&s->pty, "");
}

static void prompt_when_the_line_is_wrapped_is_redrawn_once(void **state)
{
	struct session *s = *state;
	char half[120];

	memset(half, 'x', sizeof(half));
	memcpy(half, "say \"\\x41", 9);
	half[sizeof(half) - 1] = '\0';
	open_held(s);
	pty_type(&s->pty, half);
	pty_await_typed(&s->pty, half);
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "l/1 CLOSE-WAIT > say", NULL);
	pty_await_typed(&s->pty, half);
	assert_int_equal(pty_count(&s->pty, "\\x41x", NULL), 1);
	pty_type(&s->pty, "\"\r");
	pty_await_lines(&s->pty, 1, "Axxxxx", NULL);
}

static void prompt_when_searching_with_ctrl_r_waits_for_its_end(void **state)
{
	struct session *s = *state;

	assert_runs(s, "needle");
	open_held(s);
	pty_type(&s->pty, "\022nee");
	pty_await_lines(&s->pty, 1, "(reverse-i-search)`nee': say \"needle\\x21\"", NULL);
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_type(&s->pty, "d");
	pty_await_lines(&s->pty, 1, "(reverse-i-search)`need': say \"needle\\x21\"", NULL);
	assert_int_equal(pty_count(&s->pty, "reverse-i-search", NULL), 1);
	pty_type(&s->pty, "\005"); /* out of it, to the end of the line */
	pty_await_cursor(&s->pty, "l LISTEN  c FIN-WAIT-2  l/1 CLOSE-WAIT > say \"needle\\x21\"");
	assert_int_equal(pty_count(&s->pty, "reverse-i-search", NULL), 0);
}

static void hint_when_a_verb_is_typed_shows_what_is_missing(void **state)
{
	struct session *s = *state;

	pty_type(&s->pty, "connect");
	pty_await_hint(&s->pty, "connect", "");
	pty_type(&s->pty, " ");
	pty_await_hint(&s->pty, "connect ", "SOCK ADDR:PORT");
	pty_type(&s->pty, "c");
	pty_await_hint(&s->pty, "connect c", "");
	pty_type(&s->pty, " ");
	pty_await_hint(&s->pty, "connect c ", "ADDR:PORT");
	pty_type(&s->pty, ":80 ");
	pty_await_hint(&s->pty, "connect c :80 ", "");
	pty_type(&s->pty, "\025socket a in ");
	pty_await_hint(&s->pty, "socket a in ", "PROC");
	pty_type(&s->pty, "\025socket a ");
	pty_await_hint(&s->pty, "socket a ", "[tcp|tcp6|udp|udp6] [in PROC]");
	pty_type(&s->pty, "\002"); /* inside the line there is no room for it */
	pty_await_lines(&s->pty, 1, PROMPT "socket a", "[tcp");
	pty_type(&s->pty, "\005");
	pty_await_hint(&s->pty, "socket a ", "[tcp|tcp6|udp|udp6] [in PROC]");
	pty_type(&s->pty, "\r"); /* no part of the line, and not left behind */
	pty_await_lines(&s->pty, 1, "socket(", NULL);
	pty_await_typed(&s->pty, "");
	assert_int_equal(pty_count(&s->pty, "[in PROC]", NULL), 0);
}

static void hint_when_something_happens_stays_once(void **state)
{
	struct session *s = *state;

	run(s, "process p");
	pty_type(&s->pty, "shutdown ");
	pty_await_hint(&s->pty, "shutdown ", "SOCK rd|wr|rdwr");
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_await_hint(&s->pty, "shutdown ", "SOCK rd|wr|rdwr");
	assert_int_equal(pty_count(&s->pty, "rd|wr|rdwr", NULL), 1);
	pty_type(&s->pty, "\003");
	pty_await_typed(&s->pty, "");
	assert_int_equal(pty_count(&s->pty, "rd|wr|rdwr", NULL), 0);
	pty_type(&s->pty, "connect \t\t"); /* the names offered are not mixed up with it */
	pty_await_hint(&s->pty, "connect ", "SOCK ADDR:PORT");
	pty_type(&s->pty, "\025expect ");
	pty_await_hint(&s->pty, "expect ",
		"SOCK STATE | SOCK path STATE > ... | SOCK recvq|sendq|backlog...");
	pty_resize(&s->pty, 40, 24);
	pty_type(&s->pty, "\025expect ");
	pty_await_hint(&s->pty, "expect ", "SOCK STATE | SOCK pat...");
	pty_type(&s->pty, "a b c d e f g h i j k l ");
	pty_await_typed(&s->pty, "expect a b c d e f g h i j k l ");
}

static void hint_when_the_line_is_wrapped_is_none(void **state)
{
	static const char line[] =
		"say 123456789 123456789 123456789 123456789 123456789 1234567; connect ";
	struct session *s = *state;

	pty_type(&s->pty, line);
	pty_await_hint(&s->pty, line, "");
	pty_type(&s->pty, "\025connect ");
	pty_await_hint(&s->pty, "connect ", "SOCK ADDR:PORT");
}

static void hint_when_styles_are_not_wanted_is_none(void **state)
{
	struct session *s = *state;

	start(s, "dumb");
	pty_type(&s->pty, "connect ");
	pty_await_typed(&s->pty, "connect ");
	pty_type(&s->pty, "c\r");
	pty_await_lines(&s->pty, 1, "needs more", NULL);
	pty_await_typed(&s->pty, "");
	assert_int_equal(pty_count(&s->pty, "connect SOCK", "needs more"), 0);
	pty_kill(&s->pty);

	setenv("NO_COLOR", "1", 1);
	start(s, "xterm");
	unsetenv("NO_COLOR");
	pty_type(&s->pty, "connect ");
	pty_await_typed(&s->pty, "connect ");
	pty_type(&s->pty, "c\r");
	pty_await_lines(&s->pty, 1, "needs more", NULL);
	pty_await_typed(&s->pty, "");
	assert_int_equal(pty_count(&s->pty, "connect SOCK", "needs more"), 0);
}

/* ---- what is typed ---- */

static void verb_when_it_is_unique_may_be_short(void **state)
{
	struct session *s = *state;

	run(s, "soc c");
	run(s, "conn c :80 => ECONNREFUSED");
	pty_await_lines(&s->pty, 1, "connect(3, 127.0.0.1:80) = -1 ECONNREFUSED", NULL);
	pty_type(&s->pty, "rep 2 { bi c :0 => EINVAL }; re c\r");
	pty_await_lines(&s->pty, 1, "'re' may be several commands; did you mean 'recv',", NULL);
	pty_await_typed(&s->pty, "");
	assert_int_equal(pty_count(&s->pty, "bind(", NULL), 0); /* none of that line was run */
	run(s, "send c 1"); /* a whole name, though sendto begins so too */
	pty_await_lines(&s->pty, 1, "send(3", NULL);
	pty_type(&s->pty, "cnonect c\r");
	pty_await_lines(&s->pty, 1, "unknown command 'cnonect'; did you mean 'connect'", NULL);
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "conn ");
	pty_await_hint(&s->pty, "conn ", "SOCK ADDR:PORT");
}

/* Elsewhere words are spelled out: a recipe is to be read. */
static void verb_when_it_is_not_typed_must_be_whole(void **state)
{
	struct session *s = *state;
	char *path = text_copy(lab_path()), option[] = "-c", line[] = "soc c";
	char *argv[] = { path, option, line, NULL };
	int status;

	pty_open(&s->pty, argv, "xterm", true);
	status = pty_wait(&s->pty);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	assert_int_equal(pty_count(&s->pty, "unknown command 'soc'", NULL), 1);
	free(path);
}

static void enter_when_the_last_command_was_a_step_steps_again(void **state)
{
	struct session *s = *state;

	run(s, "socket c");
	run(s, "bind c 127.0.0.1:6666");
	run(s, HOLD);
	run(s, "connect c 127.0.0.1:6666 &");
	pty_await_cursor(&s->pty, "c SYN-SENT  wire 1 held > ");
	pty_type(&s->pty, "\r"); /* not yet */
	assert_runs(s, "still");
	pty_await_cursor(&s->pty, "c SYN-SENT  wire 1 held > ");
	run(s, "ste");
	pty_await_cursor(&s->pty, "c SYN-RECEIVED  wire 1 held > ");
	pty_type(&s->pty, "\r");
	pty_await_cursor(&s->pty, "c ESTABLISHED  wire 1 held > ");
	pty_type(&s->pty, "\r");
	pty_await_cursor(&s->pty, "c ESTABLISHED > ");
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "error:", NULL);
	pty_type(&s->pty, "\r"); /* what failed is not tried again */
	assert_runs(s, "after");
	assert_int_equal(pty_count(&s->pty, "error:", NULL), 1);
}

static void prompt_after_reset_holds_nothing(void **state)
{
	struct session *s = *state;

	run(s, "socket c");
	run(s, HOLD);
	run(s, "connect c :80 &");
	pty_await_cursor(&s->pty, "c SYN-SENT  wire 1 held > ");
	run(s, "reset");
	pty_await_cursor(&s->pty, "tcplab> ");
	run(s, "socket d");
	pty_await_cursor(&s->pty, "d CLOSED > ");
}

static void prompt_when_copied_along_is_no_part_of_the_line(void **state)
{
	struct session *s = *state;

	pty_type(&s->pty, PROMPT "socket c\r");
	pty_await_lines(&s->pty, 1, "socket(", NULL);
	pty_await_cursor(&s->pty, "c CLOSED > ");
	pty_type(&s->pty, "c CLOSED  d/1 FIN-WAIT-2  wire 12 held > say \"h\\x65llo > you\"\r");
	pty_await_lines(&s->pty, 1, "hello > you", NULL);
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "\033[A"); /* nor of the history */
	pty_await_typed(&s->pty, "say \"h\\x65llo > you\"");
	pty_type(&s->pty,
		"\025\033[200~" PROMPT "\r" PROMPT "say \"\\x61-one\"\r"
		"wire 2 held > say \"\\x62-two\"\r...> say \"\\x63-three\"\r\033[201~");
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "a-one", NULL);
	pty_await_lines(&s->pty, 1, "b-two", NULL);
	pty_await_lines(&s->pty, 1, "c-three", NULL);
	pty_await_typed(&s->pty, "");
	/* What only looks like it is a line. */
	pty_type(&s->pty, "expect c path CLOSED > ESTABLISHED\r");
	pty_await_lines(&s->pty, 1, "not as expected", NULL);
}

static void block_when_it_is_open_shows_and_ctrl_c_drops_it(void **state)
{
	struct session *s = *state;

	pty_type(&s->pty, "repeat 2 {\r");
	pty_await_cursor(&s->pty, "...> ");
	pty_type(&s->pty, "say \"\\x61-one\"\r");
	pty_await_cursor(&s->pty, "...> ");
	pty_type(&s->pty, "\r"); /* Enter alone is nothing */
	pty_await_lines(&s->pty, 3, "...>", NULL);
	pty_await_cursor(&s->pty, "...> ");
	assert_int_equal(pty_count(&s->pty, "a-one", NULL), 0);
	pty_type(&s->pty, "connect ");
	pty_await_hint(&s->pty, "connect ", "SOCK ADDR:PORT");
	pty_type(&s->pty, "\003");
	pty_await_cursor(&s->pty, PROMPT);
	assert_runs(s, "after");
	assert_int_equal(pty_count(&s->pty, "a-one", NULL), 0);

	pty_type(&s->pty, "\033[200~repeat 2 {\rsay \"\\x62-two\"\r\033[201~\r");
	pty_await_cursor(&s->pty, "...> ");
	pty_type(&s->pty, "}\r");
	pty_await_lines(&s->pty, 2, "b-two", NULL);
	pty_await_cursor(&s->pty, PROMPT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(prompt_when_sockets_are_touched_tells_their_states),
		TEST(prompt_when_the_terminal_is_narrow_tells_less),
		TEST(prompt_when_a_state_changes_is_redrawn_around_the_line),
		TEST(prompt_when_the_line_is_wrapped_is_redrawn_once),
		TEST(prompt_when_searching_with_ctrl_r_waits_for_its_end),
#define TEST_AT_HOME(name) cmocka_unit_test_setup_teardown(name, set_up_home, tear_down)
		TEST(hint_when_a_verb_is_typed_shows_what_is_missing),
		TEST(hint_when_something_happens_stays_once),
		TEST(hint_when_the_line_is_wrapped_is_none),
		TEST_AT_HOME(hint_when_styles_are_not_wanted_is_none),
		TEST(verb_when_it_is_unique_may_be_short),
		TEST(enter_when_the_last_command_was_a_step_steps_again),
		TEST(prompt_after_reset_holds_nothing),
		TEST(prompt_when_copied_along_is_no_part_of_the_line),
		TEST(block_when_it_is_open_shows_and_ctrl_c_drops_it),
		TEST_AT_HOME(verb_when_it_is_not_typed_must_be_whole),
	};

	if (!session_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
