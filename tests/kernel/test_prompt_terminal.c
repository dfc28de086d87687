/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompt and its terminal: how wide it is, who else has it, what it cannot do, how it is left, and that it goes away. */
#include <sys/resource.h>

#include "session.h"

/* 80 columns here: there is no room for the owner behind so long a name, so it stands below. */
static void ss_is_as_wide_as_the_terminal(void **state)
{
	struct session *s = *state;

	run(s, "socket a_rather_long_name_for_a_socket");
	run(s, "bind a_rather_long_name_for_a_socket 127.0.0.1:80");
	run(s, "ss");
	pty_await_lines(&s->pty, 1, "RECV-Q SEND-Q LOCAL", "OWNER");
}

/* No row goes on in the next one: that is how a terminal breaks a line, in the middle of a word. */
static void assert_unbroken(const struct pty *p, unsigned from)
{
	for (unsigned row = from; row <= p->last; row++) {
		if (p->wrapped[row])
			pty_fail(p, "broken by the terminal", p->rows[row]);
	}
}

static void text_when_the_terminal_is_narrow_breaks_between_words(void **state)
{
	struct session *s = *state;
	unsigned from;

	pty_resize(&s->pty, 66, 24);
	pty_await_typed(&s->pty, "");
	from = s->pty.last;
	run(s, "help watch");
	run(s, "help topics");
	run(s, "help");
	run(s, "connect nobody :80"); /* an error of some length */
	run(s, "say \"one two three four five six seven eight nine\"");
	assert_unbroken(&s->pty, from);
	finish_with_ctrl_d(s);
}

static void resize_when_half_a_line_is_typed_keeps_it(void **state)
{
	static const char line[] = "say \"h\\x65llo, this is wider than the new terminal is";
	struct session *s = *state;
	char shown[100];

	pty_type(&s->pty, "say");
	pty_await_typed(&s->pty, "say");
	pty_resize(&s->pty, 40, 24);
	/* Without a SIGWINCH readline would go on counting with 80 columns and, going back to the
	 * beginning of a wrapped line, end up a row too low. */
	pty_await_typed(&s->pty, "say");
	pty_type(&s->pty, line + 3);
	snprintf(shown, sizeof(shown), PROMPT "%s", line);
	pty_await_cursor(&s->pty, shown);
	pty_type(&s->pty, "\001#\005");
	snprintf(shown, sizeof(shown), PROMPT "#%s", line);
	pty_await_cursor(&s->pty, shown);
	pty_type(&s->pty, "\001\004\005\"\r");
	pty_await_lines(&s->pty, 1, "hello, this is wider", NULL);
	pty_await_typed(&s->pty, "");
}

static void ctrl_z_when_a_shell_is_there_stops_until_fg(void **state)
{
	struct session *s = *state;
	char shell[] = "/bin/sh", interactive[] = "-i", jobs[] = "-m";
	char *argv[] = { shell, interactive, jobs, NULL };

	setenv("PS1", "sh> ", 1);
	pty_open(&s->pty, argv, "xterm", true);
	pty_await_cursor(&s->pty, "sh> ");
	pty_type(&s->pty, lab_path());
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "runs on localhost", NULL); /* else it is the shell's prompt */
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "say \"h\\x65l");
	pty_await_typed(&s->pty, "say \"h\\x65l");
	pty_type(&s->pty, "\032");
	pty_await_cursor(&s->pty, "sh> ");
	assert_false(s->pty.brackets);
	pty_type(&s->pty, "printf 'sh%s\\n' ell\r");
	pty_await_lines(&s->pty, 1, "shell", NULL);
	pty_await_cursor(&s->pty, "sh> ");
	pty_type(&s->pty, "fg\r");
	pty_await_typed(&s->pty, "say \"h\\x65l");
	assert_true(s->pty.brackets);
	pty_type(&s->pty, "lo\"\r");
	pty_await_lines(&s->pty, 1, "hello", NULL);
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "\004");
	pty_await_cursor(&s->pty, "sh> ");
	pty_type(&s->pty, "exit\r");
	assert_int_equal(pty_wait(&s->pty), 0);
}

static void ctrl_z_when_nobody_could_continue_does_nothing(void **state)
{
	struct session *s = *state;

	pty_type(&s->pty, "say \"h\\x65l");
	pty_await_typed(&s->pty, "say \"h\\x65l");
	pty_type(&s->pty, "\032");
	pty_await_lines(&s->pty, 1, "^Z", NULL);
	pty_await_typed(&s->pty, "say \"h\\x65l");
	pty_type(&s->pty, "lo\"\r");
	pty_await_lines(&s->pty, 1, "hello", NULL);
}

static void works_with(struct session *s, const char *term)
{
	start(s, term);
	assert_runs(s, "plain");
	run(s, "process p");
	pty_type(&s->pty, "say \"h\\x65l");
	pty_await_typed(&s->pty, "say \"h\\x65l");
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_await_typed(&s->pty, "say \"h\\x65l");
	pty_type(&s->pty, "lo\"\r");
	pty_await_lines(&s->pty, 1, "hello", NULL);
	assert_false(s->pty.brackets);
	finish_with_ctrl_d(s);
}

static void terminal_that_is_dumb_or_unknown_works_too(void **state)
{
	works_with(*state, "dumb");
	works_with(*state, NULL);
	works_with(*state, "no-such-terminal");
}

static void assert_as_before(const struct session *s)
{
	struct termios after;

	assert_int_equal(tcgetattr(s->pty.fd, &after), 0);
	assert_true(after.c_lflag & ICANON);
	assert_true(after.c_lflag & ECHO);
	assert_true(after.c_iflag & ICRNL);
	assert_false(s->pty.brackets);
}

static void terminal_when_the_lab_has_ended_is_as_before(void **state)
{
	struct session *s = *state;
	struct termios during;

	assert_int_equal(tcgetattr(s->pty.fd, &during), 0);
	assert_false(during.c_lflag & ICANON);
	assert_true(s->pty.brackets);
	pty_type(&s->pty, "quit\r");
	assert_int_equal(pty_wait(&s->pty), 0);
	assert_as_before(s);
}

static void terminal_after_a_bug_is_as_before(void **state)
{
	struct session *s = *state;
	int status;

	assert_true(s->pty.brackets);
	assert_int_equal(prlimit(s->pty.pid, RLIMIT_CORE, &(struct rlimit){ 0 }, NULL), 0);
	assert_int_equal(kill(s->pty.pid, SIGABRT), 0);
	status = pty_wait(&s->pty);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_as_before(s);
}

#ifndef __SANITIZE_ADDRESS__ /* which needs memory to say that there is none */
static void terminal_without_memory_is_as_before(void **state)
{
	struct session *s = *state;
	int status;

	assert_int_equal(prlimit(s->pty.pid, RLIMIT_AS, &(struct rlimit){ 0 }, NULL), 0);
	pty_type(&s->pty, "repeat 20000 { say \"the journal keeps all of them\"; }\r");
	status = pty_wait(&s->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_as_before(s);
}
#endif

static void terminal_when_hung_up_ends_the_lab(void **state)
{
	struct session *s = *state;
	char path[300];
	int status;

	assert_runs(s, "kept");
	pty_type(&s->pty, "say");
	pty_await_typed(&s->pty, "say");
	pty_close(&s->pty);
	status = pty_wait(&s->pty);
	assert_true(WIFEXITED(status));
	snprintf(path, sizeof(path), "%s/tcplab/history", s->home);
	assert_int_equal(access(path, F_OK), 0);
}

/* Started by setsid(1), say: there is no SIGHUP to tell. */
static void terminal_when_hung_up_silently_ends_the_lab(void **state)
{
	struct session *s = *state;

	start_on(s, "xterm", false);
	terminal_when_hung_up_ends_the_lab(state);

	start_on(s, "xterm", false);
	listen_in_main(s);
	pty_type(&s->pty, "accept l a => 99\r");
	pty_await_cursor(&s->pty, "");
	pty_close(&s->pty);
	assert_int_equal(pty_wait(&s->pty), 0);
}

/* The end of the terminal can be read before its SIGHUP comes, which then meets a lab that is about to end. */
static void signal_behind_the_hang_up_does_not_cut_the_end_short(void **state)
{
	struct session *s = *state;

	for (uint64_t delay = 0; delay < 4 * NS_PER_MS; delay += NS_PER_MS / 4) {
		uint64_t until;
		int status;

		start_on(s, "xterm", false);
		pty_close(&s->pty);
		until = clock_now_ns() + delay;
		while (clock_now_ns() < until)
			;
		kill(s->pty.pid, SIGHUP);
		status = pty_wait(&s->pty);
		assert_true(WIFEXITED(status));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_AT_HOME(name) cmocka_unit_test_setup_teardown(name, set_up_home, tear_down)
		TEST(terminal_when_the_lab_has_ended_is_as_before),
		TEST(terminal_after_a_bug_is_as_before),
#ifndef __SANITIZE_ADDRESS__
		TEST(terminal_without_memory_is_as_before),
#endif
		TEST_AT_HOME(ctrl_z_when_a_shell_is_there_stops_until_fg),
		TEST(ctrl_z_when_nobody_could_continue_does_nothing),
		TEST(ss_is_as_wide_as_the_terminal),
		TEST(resize_when_half_a_line_is_typed_keeps_it),
		TEST(text_when_the_terminal_is_narrow_breaks_between_words),
		TEST_AT_HOME(terminal_that_is_dumb_or_unknown_works_too),
		TEST(terminal_when_hung_up_ends_the_lab),
		TEST_AT_HOME(terminal_when_hung_up_silently_ends_the_lab),
		TEST_AT_HOME(signal_behind_the_hang_up_does_not_cut_the_end_short),
	};

	if (!session_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
