/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the prompt tells and helps with while a line is typed, on a pseudo-terminal. */
#include "session.h"

static void prompt_when_sockets_are_touched_tells_their_states(void **state)
{
	struct session *s = *state;

	pty_await_cursor(&s->pty, PROMPT);
	run(s, "socket l");
	pty_await_cursor(&s->pty, "l CLOSED > ");
	run(s, "bind l 127.0.0.1:80");
	run(s, "listen l");
	pty_await_cursor(&s->pty, "l LISTEN > ");
	run(s, "hold");
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(prompt_when_sockets_are_touched_tells_their_states),
		TEST(prompt_when_the_terminal_is_narrow_tells_less),
		TEST(prompt_when_a_state_changes_is_redrawn_around_the_line),
		TEST(prompt_when_the_line_is_wrapped_is_redrawn_once),
		TEST(prompt_when_searching_with_ctrl_r_waits_for_its_end),
	};

	if (!session_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
