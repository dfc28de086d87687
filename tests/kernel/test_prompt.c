/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompt as a person meets it: the whole program on a pseudo-terminal. What a command prints is told
 * from the echo of its line by escapes: `say "h\x65llo"` prints hello, and only that line reads so. */
#include <sys/stat.h>

#include "session.h"

static void command_when_entered_prints_and_prompts_again(void **state)
{
	struct session *s = *state;

	pty_type(&s->pty, "say \"h\\x65llo\"\r");
	pty_await_lines(&s->pty, 1, "hello", NULL);
	pty_await_typed(&s->pty, "");
	run(s, "socket a");
	pty_await_lines(&s->pty, 1, "socket(", NULL);
}

static void blank_line_when_entered_repeats_nothing(void **state)
{
	struct session *s = *state;

	assert_runs(s, "once");
	pty_type(&s->pty, "\r  \r\r");
	assert_runs(s, "twice");
	assert_int_equal(pty_count(&s->pty, "once!", NULL), 1);
}

/* What is typed may name any file; what that one includes is beside it or below. */
static void include_when_typed_takes_any_file(void **state)
{
	struct session *s = *state;
	char path[220], line[240];

	snprintf(path, sizeof(path), "%s/one.lab", s->home);
	write_file(path, "say \"from \\x61far\"\ninclude two.lab\n");
	snprintf(path, sizeof(path), "%s/two.lab", s->home);
	write_file(path, "say \"and \\x62eside\"\ninclude ../two.lab\n");
	snprintf(line, sizeof(line), "include %s/one.lab", s->home);
	run(s, line);
	pty_await_lines(&s->pty, 1, "from afar", NULL);
	pty_await_lines(&s->pty, 1, "and beside", NULL);
	pty_await_lines(&s->pty, 1, "only files beside this one or", NULL);
}

/* ---- what happens while a line is typed ---- */

static void event_when_half_a_line_is_typed_leaves_it_whole(void **state)
{
	struct session *s = *state;

	run(s, "process p");
	pty_type(&s->pty, "say \"h\\x65l");
	pty_await_typed(&s->pty, "say \"h\\x65l");
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_await_typed(&s->pty, "say \"h\\x65l");
	assert_int_equal(pty_count(&s->pty, "say \"h\\x65l", NULL), 1);
	pty_type(&s->pty, "lo\"\r");
	pty_await_lines(&s->pty, 1, "hello", NULL);
	pty_await_typed(&s->pty, "");
}

static void event_when_the_cursor_is_inside_the_line_leaves_it_there(void **state)
{
	struct session *s = *state;

	run(s, "process p");
	pty_type(&s->pty, "say \"x\\x65lo\"\002\002\002");
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_type(&s->pty, "l\r");
	pty_await_lines(&s->pty, 1, "xello", NULL);
	pty_await_typed(&s->pty, "");
}

static void event_when_the_line_is_wrapped_leaves_it_whole(void **state)
{
	struct session *s = *state;
	char digits[171], line[200], shown[220];

	for (size_t i = 0; i < sizeof(digits) - 1; i++)
		digits[i] = (char)('0' + i % 10);
	digits[sizeof(digits) - 1] = '\0';
	snprintf(line, sizeof(line), "say \"\\x41%s", digits);
	snprintf(shown, sizeof(shown), PROMPT "%s", line);
	run(s, "process p");
	pty_type(&s->pty, line);
	pty_await_cursor(&s->pty, shown);
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_await_cursor(&s->pty, shown);
	assert_int_equal(pty_count(&s->pty, "\\x41", NULL), 1);
	assert_int_equal(pty_count(&s->pty, "0123456789", NULL), 1);
	pty_type(&s->pty, "\"\r");
	snprintf(shown, sizeof(shown), "A%s", digits);
	pty_await_lines(&s->pty, 1, shown, NULL);
	pty_await_typed(&s->pty, "");
}

static void event_when_searching_with_ctrl_r_leaves_the_search(void **state)
{
	static const char search[] = "(reverse-i-search)`nee': say \"needle\\x21\"";
	struct session *s = *state;
	unsigned column;

	assert_runs(s, "needle");
	run(s, "process p");
	pty_type(&s->pty, "\022nee");
	pty_await_lines(&s->pty, 1, search, NULL);
	column = s->pty.column;
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_await_lines(&s->pty, 1, search, NULL);
	assert_int_equal(pty_count(&s->pty, "reverse-i-search", NULL), 1);
	assert_int_equal(s->pty.column, column);
	pty_type(&s->pty, "d");
	pty_await_lines(&s->pty, 1, "(reverse-i-search)`need': say \"needle\\x21\"", NULL);
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 2, "needle!", NULL);
	pty_await_typed(&s->pty, "");
}

static void background_call_when_it_returns_leaves_the_line_whole(void **state)
{
	struct session *s = *state;

	run(s, "socket a");
	run(s, "bind a 127.0.0.1:80");
	run(s, "listen a");
	run(s, "process p");
	run(s, "socket c in p");
	run(s, "hold");
	run(s, "connect c 127.0.0.1:80 &");
	/* One line, so that the result comes while the next is typed, or just before. */
	pty_type(&s->pty, "release\rsay \"h\\x65l");
	pty_await_lines(&s->pty, 1, "ESTABLISHED", NULL);
	pty_await_typed(&s->pty, "say \"h\\x65l");
	pty_type(&s->pty, "lo\"\r");
	pty_await_lines(&s->pty, 1, "hello", NULL);
}

/* ---- Ctrl-C, Ctrl-D ---- */

static void ctrl_c_when_a_call_blocks_returns_the_prompt(void **state)
{
	struct session *s = *state;
	uint64_t begin;

	listen_in_main(s);
	pty_type(&s->pty, "accept l a => 99\r"); /* by itself that would wait 10 s */
	pty_await_cursor(&s->pty, "");
	begin = clock_now_ns();
	pty_type(&s->pty, "\003");
	pty_await_lines(&s->pty, 1, "^C", NULL);
	pty_await_typed(&s->pty, "");
	assert_true(clock_now_ns() - begin < 5 * NS_PER_S);
	assert_runs(s, "alive");
	finish_with_ctrl_d(s);
}

static void ctrl_c_when_half_a_line_is_typed_clears_it(void **state)
{
	struct session *s = *state;

	assert_runs(s, "first");
	pty_type(&s->pty, "say \"g\\x6fne");
	pty_await_typed(&s->pty, "say \"g\\x6fne");
	pty_type(&s->pty, "\003");
	pty_await_lines(&s->pty, 1, "g\\x6fne^C", NULL);
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "\r");
	assert_runs(s, "next");
	assert_int_equal(pty_count(&s->pty, "gone", NULL), 0);
	/* The place in the history is the end again: Up brings the last line, not the one before. */
	pty_type(&s->pty, "\033[A\033[A");
	pty_await_typed(&s->pty, "say \"first\\x21\"");
	pty_type(&s->pty, "\003");
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "\033[A");
	pty_await_typed(&s->pty, "say \"next\\x21\"");
}

static void ctrl_c_when_searching_ends_the_search(void **state)
{
	struct session *s = *state;

	assert_runs(s, "needle");
	pty_type(&s->pty, "\022need");
	pty_await_lines(&s->pty, 1, "(reverse-i-search)`need'", NULL);
	pty_type(&s->pty, "\003");
	pty_await_typed(&s->pty, "");
	assert_runs(s, "after");
	assert_int_equal(pty_count(&s->pty, "needle!", NULL), 1);
}

static void ctrl_d_when_the_line_is_empty_ends_with_0(void **state)
{
	struct session *s = *state;

	/* Not on a line that holds something: there it deletes. */
	pty_type(&s->pty, "say \"k\\x65pt\"\004\r");
	pty_await_lines(&s->pty, 1, "kept", NULL);
	finish_with_ctrl_d(s);
}

static void keys_when_typed_while_a_command_runs_wait_for_the_prompt(void **state)
{
	struct session *s = *state;
	int status;

	listen_in_main(s);
	/* It goes to the background after 300 ms; all that is typed by then must still count, and in
	 * order. */
	pty_type(&s->pty, "accept l a\r");
	pty_await_cursor(&s->pty, "");
	pty_type(&s->pty, "say \"ah\\x65ad\"\r\004");
	status = pty_wait(&s->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(pty_count(&s->pty, "ahead", NULL), 1);
	assert_int_equal(pty_count(&s->pty, "say \"ah", NULL), 1);
}

/* ---- history, completion, pasting ---- */

static void history_when_the_lab_ends_is_kept_for_the_next(void **state)
{
	struct session *s = *state;
	char path[300];
	struct stat about;

	assert_runs(s, "one");
	assert_runs(s, "two");
	assert_runs(s, "two");
	finish_with_ctrl_d(s);

	snprintf(path, sizeof(path), "%s/tcplab/history", s->home);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	*strrchr(path, '/') = '\0';
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0700);

	start(s, "xterm");
	pty_type(&s->pty, "\033[A");
	pty_await_typed(&s->pty, "say \"two\\x21\"");
	pty_type(&s->pty, "\033[A"); /* the same line twice running is kept once */
	pty_await_typed(&s->pty, "say \"one\\x21\"");
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "one!", NULL);
	finish_with_ctrl_d(s);

	start(s, "xterm");
	pty_type(&s->pty, "\033[A\033[A");
	pty_await_typed(&s->pty, "say \"two\\x21\"");
}

static void tab_when_a_word_is_begun_completes_it(void **state)
{
	struct session *s = *state;

	pty_type(&s->pty, "soc\t");
	pty_await_typed(&s->pty, "socket ");
	pty_type(&s->pty, "alpha\r");
	pty_await_lines(&s->pty, 1, "socket(", NULL);
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "shut\tal\tr\t");
	pty_await_typed(&s->pty, "shutdown alpha rd");
	pty_type(&s->pty, "w\t");
	pty_await_typed(&s->pty, "shutdown alpha rdwr ");
	pty_type(&s->pty, "\025hold syn/\tfrom loc\t");
	pty_await_typed(&s->pty, "hold syn/ack from localhost ");
	pty_type(&s->pty, "\025hold syn wi\tre\t");
	pty_await_typed(&s->pty, "hold syn without retransmissions ");
	pty_type(&s->pty, "\025connect alpha @\t");
	pty_await_typed(&s->pty, "connect alpha @alpha ");
	pty_type(&s->pty, "\025connect alpha loc\t80 => ECONNREF\t");
	pty_await_typed(&s->pty, "connect alpha localhost:80 => ECONNREFUSED ");
	pty_type(&s->pty, "\025set alpha SO_KEEPA\tof\t");
	pty_await_typed(&s->pty, "set alpha SO_KEEPALIVE off ");
	pty_type(&s->pty, "\025ioctl alpha SIOCA\t");
	pty_await_typed(&s->pty, "ioctl alpha SIOCATMARK ");
	pty_type(&s->pty, "\025send alpha \"x y\" MSG_PE\t");
	pty_await_typed(&s->pty, "send alpha \"x y\" MSG_PEEK ");
	pty_type(&s->pty, "\025expect al\tpat\tSYN-S\t> EST\t");
	pty_await_typed(&s->pty, "expect alpha path SYN-SENT > ESTABLISHED ");
	pty_type(&s->pty, "\025expect al\tca\tLo\t");
	pty_await_typed(&s->pty, "expect alpha ca_state Loss ");
	pty_type(&s->pty, "\025show al\tcw\tss\t");
	pty_await_typed(&s->pty, "show alpha cwnd ssthresh ");
	pty_type(&s->pty, "\025ss al\tESTA\t");
	pty_await_typed(&s->pty, "ss alpha ESTABLISHED ");
	pty_type(&s->pty, "\025events stat\tof al\t");
	pty_await_typed(&s->pty, "events state of alpha ");
	pty_type(&s->pty, "\025dia\twi\talp\tlocal\t");
	pty_await_typed(&s->pty, "diagram wide alpha localhost ");
	pty_type(&s->pty, "\025until al\tsen\t");
	pty_await_typed(&s->pty, "until alpha sendq ");
	pty_type(&s->pty, "\025send alpha \"al\t"); /* inside a string: nothing */
	pty_await_typed(&s->pty, "send alpha \"al");
	pty_type(&s->pty, "\025help shut\t");
	pty_await_typed(&s->pty, "help shutdown ");
	pty_type(&s->pty,
		"\025expect al\tblo\tESTA\t"); /* what only a process can be is not offered */
	pty_await_typed(&s->pty, "expect alpha bloESTA");
	pty_type(&s->pty, "\025expect al\tESTA\t");
	pty_await_typed(&s->pty, "expect alpha ESTABLISHED ");
	pty_type(&s->pty, "\025exec x on local\tprintf /pro\tself/statu\t");
	pty_await_typed(&s->pty, "exec x on localhost printf /proc/self/status ");
	pty_type(&s->pty, "\025exec x setpri\t");
	pty_await_typed(&s->pty, "exec x setpriv ");
	pty_type(&s->pty, "\025sysctl n\tipv4.tcp_fi\t");
	pty_await_typed(&s->pty, "sysctl net.ipv4.tcp_fin_timeout ");
	pty_type(&s->pty, "\025help cw\t");
	pty_await_typed(&s->pty, "help cwnd ");
	pty_type(&s->pty, "\025close alpha; clo\tal\t");
	pty_await_typed(&s->pty, "close alpha; close alpha ");
}

static void tab_when_there_are_too_many_says_so_and_does_not_ask(void **state)
{
	struct session *s = *state;

	run(s, "socket alpha");
	pty_type(&s->pty, "close alpha => E\t\t");
	pty_await_lines(&s->pty, 1, " more", NULL);
	pty_await_typed(&s->pty, "close alpha => E");
	pty_type(&s->pty, "\025");
	assert_runs(s, "after");
}

static void paste_of_three_lines_runs_line_by_line(void **state)
{
	struct session *s = *state;

	pty_type(&s->pty, "\033[200~say \"\\x61-one\"\rsay \"\\x62-two\"\r");
	/* Not before Enter, and not before the end of what is pasted. */
	pty_type(&s->pty, "say \"\\x63-three\"\033[201~");
	pty_await_lines(&s->pty, 1, "\\x63-three", NULL);
	assert_int_equal(pty_count(&s->pty, "a-one", NULL), 0);
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "a-one", NULL);
	pty_await_lines(&s->pty, 1, "b-two", NULL);
	pty_await_lines(&s->pty, 1, "c-three", NULL);
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "\033[A"); /* each is a line of its own in the history */
	pty_await_typed(&s->pty, "say \"\\x63-three\"");
	pty_type(&s->pty, "\033[A");
	pty_await_typed(&s->pty, "say \"\\x62-two\"");
}

static void paste_with_a_wrong_line_stops_there(void **state)
{
	struct session *s = *state;

	pty_type(&s->pty, "\033[200~say \"\\x61-one\"\rnonsense\rsay \"\\x63-three\"\n\033[201~\r");
	pty_await_lines(&s->pty, 1, "a-one", NULL);
	pty_await_lines(&s->pty, 1, "unknown command", NULL);
	assert_runs(s, "after");
	assert_int_equal(pty_count(&s->pty, "c-three", NULL), 0);

	/* The same when it is no mistake in the writing but an expectation that is not met. */
	pty_type(&s->pty,
		"\033[200~socket z\rexpect z ESTABLISHED within 10ms\r"
		"say \"\\x64-four\"\033[201~\r");
	pty_await_lines(&s->pty, 1, "expected", NULL);
	assert_runs(s, "then");
	assert_int_equal(pty_count(&s->pty, "d-four", NULL), 0);
}

static void paste_not_yet_complete_lets_the_lab_go_on(void **state)
{
	struct session *s = *state;

	run(s, "process p");
	pty_type(&s->pty, "\033[200~say \"h\\x65l");
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_type(&s->pty, "lo\"\rsay \"\\x62ye\"\033[201~");
	pty_await_lines(&s->pty, 1, "\\x62ye", NULL);
	assert_int_equal(pty_count(&s->pty, "hello", NULL), 0);
	pty_type(&s->pty, "\r");
	pty_await_lines(&s->pty, 1, "hello", NULL);
	pty_await_lines(&s->pty, 1, "bye", NULL);
}

/* readline 8.2 would wait for the second byte of the character, and all with it. */
static void half_a_character_in_a_search_lets_the_lab_go_on(void **state)
{
	struct session *s = *state;

	run(s, "process p");
	pty_type(&s->pty, "\022\303");
	kill_newest_process(s);
	pty_await_lines(&s->pty, 1, "SIGKILL", NULL);
	pty_type(&s->pty, "\003");
	pty_await_lines(&s->pty, 1, "^C", NULL); /* it takes what is typed too soon along */
	pty_await_typed(&s->pty, "");
	assert_runs(s, "after");
}

/* Keys that end readline 8.2 by a signal, or make it run the half-typed line. */
static void odd_keys_do_no_harm(void **state)
{
	struct session *s = *state;
	ssize_t written;

	assert_runs(s, "before");
	pty_type(&s->pty, "\022");
	pty_await_lines(&s->pty, 1, "(reverse-i-search)", NULL);
	pty_type(&s->pty, "\030\005"); /* a key without a function */
	pty_await_typed(&s->pty, "");
	pty_type(&s->pty, "say \"g\\x6fne\"");
	pty_await_typed(&s->pty, "say \"g\\x6fne\"");
	written = write(s->pty.fd, "\022\0", 2); /* Ctrl-R Ctrl-@ */
	assert_int_equal(written, 2);
	pty_type(&s->pty, "\007\005"); /* Ctrl-G Ctrl-E: out of it, at the end of the line */
	pty_await_typed(&s->pty, "say \"g\\x6fne\"");
	assert_int_equal(pty_count(&s->pty, "gone", NULL), 0);
	pty_type(&s->pty, "\003");
	pty_await_typed(&s->pty, "");
	assert_runs(s, "after");
}

/* What is to be read as JSON goes where the prompt would be drawn. */
static void json_is_not_for_the_prompt(void **state)
{
	struct session *s = *state;
	char *argv[] = { text_copy(lab_path()), text_copy("--json"), NULL };
	int status;

	pty_open(&s->pty, argv, "xterm", true);
	pty_await_lines(&s->pty, 1, "--json is not for the prompt", NULL);
	status = pty_wait(&s->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
	assert_int_equal(pty_count(&s->pty, "{", NULL), 0);
	free(argv[0]);
	free(argv[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_AT_HOME(name) cmocka_unit_test_setup_teardown(name, set_up_home, tear_down)
		TEST(command_when_entered_prints_and_prompts_again),
		TEST(blank_line_when_entered_repeats_nothing),
		TEST(include_when_typed_takes_any_file),
		TEST(event_when_half_a_line_is_typed_leaves_it_whole),
		TEST(event_when_the_cursor_is_inside_the_line_leaves_it_there),
		TEST(event_when_the_line_is_wrapped_leaves_it_whole),
		TEST(event_when_searching_with_ctrl_r_leaves_the_search),
		TEST(background_call_when_it_returns_leaves_the_line_whole),
		TEST(ctrl_c_when_a_call_blocks_returns_the_prompt),
		TEST(ctrl_c_when_half_a_line_is_typed_clears_it),
		TEST(ctrl_c_when_searching_ends_the_search),
		TEST(ctrl_d_when_the_line_is_empty_ends_with_0),
		TEST(keys_when_typed_while_a_command_runs_wait_for_the_prompt),
		TEST(history_when_the_lab_ends_is_kept_for_the_next),
		TEST(tab_when_a_word_is_begun_completes_it),
		TEST(tab_when_there_are_too_many_says_so_and_does_not_ask),
		TEST(paste_of_three_lines_runs_line_by_line),
		TEST(paste_with_a_wrong_line_stops_there),
		TEST(paste_not_yet_complete_lets_the_lab_go_on),
		TEST(half_a_character_in_a_search_lets_the_lab_go_on),
		TEST(odd_keys_do_no_harm),
		TEST_AT_HOME(json_is_not_for_the_prompt),
	};

	if (!session_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
