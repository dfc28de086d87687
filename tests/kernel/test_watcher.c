/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How `tcplab watch` comes and goes: who may look, what becomes of terminal and lab, and what is never written to the
 * terminal. */
#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "desk.h"

/* ---- the end ---- */

static void assert_left(const struct desk *desk, const char *name, const char *status)
{
	char *flags, *same;

	AWAIT(desk, name, "LEFT", status);
	AWAIT(desk, name, "DONE");
	flags = run_shell("tmux -S %s/tmux display -p -t %s "
			  "'#{alternate_on} #{cursor_flag} #{keypad_flag}'",
		desk->folder, name);
	assert_string_equal(flags, "0 1 0\n");
	free(flags);
	same = run_shell("cmp %s/before %s/after && echo same", desk->folder, desk->folder);
	assert_string_equal(same, "same\n");
	free(same);
}

static void q_gives_the_terminal_back(void **state)
{
	const struct desk *desk = *state;

	start_watch(desk, "w", 80, 24);
	press(desk, "w", "q");
	assert_left(desk, "w", "0");
}

static void kill_watcher(const struct desk *desk, int number)
{
	free(run_shell("kill -%d $(ps -o pid= --ppid $(tmux -S %s/tmux display -p -t w "
		       "'#{pane_pid}'))",
		number, desk->folder));
}

static void signals_give_the_terminal_back(void **state)
{
	static const struct {
		int number;
		const char *status;
	} ends[] = { { SIGTERM, "143" }, { SIGHUP, "129" }, { SIGINT, "130" } };
	const struct desk *desk = *state;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		start_watch(desk, "w", 80, 24);
		kill_watcher(desk, ends[i].number);
		assert_left(desk, "w", ends[i].status);
		free(run_shell("tmux -S %s/tmux kill-session -t w", desk->folder));
	}
}

static void killed_lab_leaves_its_last_picture(void **state)
{
	const struct desk *desk = *state;
	char *names;

	listen_and_connect(desk);
	journal_free(await_said(desk, "standing"));
	start_watch(desk, "w", 80, 24);
	AWAIT(desk, "w", "b", "SYN-SENT");
	assert_int_equal(kill(desk->lab, SIGKILL), 0);
	AWAIT(desk, "w", "the lab has ended");
	AWAIT(desk, "w", "b", "SYN-SENT");
	press(desk, "w", "q");
	assert_left(desk, "w", "0");
	/* what it left behind goes with a look, whoever has its PID now */
	free(run_shell("%s watch 2>/dev/null </dev/null", lab_path()));
	names = run_shell("ls %s", desk->folder);
	assert_null(strstr(names, "tcplab"));
	free(names);
}

static unsigned count_sockets(pid_t pid)
{
	char *count = run_shell("ls -l /proc/%d/fd | grep -c socket:", (int)pid);
	unsigned sockets = (unsigned)strtoul(count, NULL, 10);

	free(count);
	return sockets;
}

static void stopped_watcher_is_let_go(void **state)
{
	uint64_t deadline = clock_now_ns() + DEADLINE_NS;
	const struct desk *desk = *state;
	unsigned before;

	start_watch(desk, "w", 80, 24);
	kill_watcher(desk, SIGSTOP);
	before = count_sockets(desk->lab);
	/* more than the socket takes */
	command(desk, "socket u udp\nbind u :9\nrepeat 1000 { getsockname u }\nsay much\n");
	journal_free(await_said(desk, "much"));
	while (count_sockets(desk->lab) >= before) {
		assert_true(clock_now_ns() < deadline);
		poll(NULL, 0, LOOK_MS);
	}
	kill_watcher(desk, SIGCONT);
	AWAIT(desk, "w", "the lab has let go of us");
	/* and another comes in its place */
	start_watch(desk, "v", 80, 24);
	AWAIT(desk, "v", "u", "UDP");
}

/* ---- what one is told ---- */

static void wrong_pid_is_told_which_are_right(void **state)
{
	const struct desk *desk = *state;
	char *said = run_shell("%s watch 2147483647 2>&1 </dev/null", lab_path()), right[16];

	snprintf(right, sizeof(right), "%d", (int)desk->lab);
	assert_non_null(strstr(said, "there is no lab 2147483647"));
	assert_true(has_line(said, (const char *const[]){ right, "standard input", NULL }));
	free(said);
}

static void prompt_tells_its_pid(void **state)
{
	const struct desk *desk = *state;
	struct text prompt = TEXT_EMPTY;
	char *pid, word[48];

	text_printf(&prompt, "exec %s", lab_path());
	open_screen(desk, "p", 80, 24, text_get(&prompt));
	text_done(&prompt);
	pid = run_shell("tmux -S %s/tmux display -p -t p '#{pane_pid}'", desk->folder);
	snprintf(word, sizeof(word), "tcplab watch %ld", strtol(pid, NULL, 10));
	AWAIT(desk, "p", word);
	free(pid);
}

/* ---- at the prompt ---- */

static void await_panes(const struct desk *desk, const char *name, const char *count)
{
	uint64_t deadline = clock_now_ns() + DEADLINE_NS;
	char *panes;
	bool there;

	do {
		panes = run_shell("tmux -S %s/tmux list-panes -t %s | wc -l", desk->folder, name);
		there = strtoul(panes, NULL, 10) == strtoul(count, NULL, 10);
		free(panes);
		if (clock_now_ns() > deadline)
			fail_msg("there are never %s panes", count);
	} while (!there);
}

static void second_screen_is_one_and_goes_with_the_lab(void **state)
{
	const struct desk *desk = *state;
	struct text prompt = TEXT_EMPTY;

	text_printf(&prompt, "sh -c '%s; echo OVER; cat'", lab_path());
	open_screen(desk, "p", 120, 40, text_get(&prompt));
	text_done(&prompt);
	AWAIT(desk, "p", "tcplab>");
	press(desk, "p", "watch");
	press(desk, "p", "Enter");
	await_panes(desk, "p", "2");
	AWAIT(desk, "p.1", "live");
	press(desk, "p", "watch");
	press(desk, "p", "Enter");
	AWAIT(desk, "p", "shows this lab already");
	await_panes(desk, "p", "2");
	press(desk, "p", "C-d");
	AWAIT(desk, "p", "OVER");
	await_panes(desk, "p", "1");
}

/* ---- who may ---- */

static void folder_of_others_is_refused(void **state)
{
	const struct desk *desk = *state;
	struct stat about;
	char path[220];
	char *said;

	snprintf(path, sizeof(path), "%s/tcplab", desk->folder);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	assert_int_equal(chmod(path, 0755), 0);
	said = run_shell("%s watch %d 2>&1 </dev/null; echo $?", lab_path(), (int)desk->lab);
	assert_non_null(strstr(said, "yours alone"));
	assert_non_null(strstr(said, "\n2\n"));
	free(said);
}

static void another_user_does_not_get_in(void **state)
{
	const struct desk *desk = *state;
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int status;
	pid_t other;

	if (geteuid() != 0)
		skip();
	snprintf(name.sun_path, sizeof(name.sun_path), "%.80s/tcplab/%d", desk->folder,
		(int)desk->lab);
	/* once because of the folder, and once because of who it is, with every door open */
	for (int open_doors = 0; open_doors < 2; open_doors++) {
		if (open_doors)
			free(run_shell("chmod 755 %s %s/tcplab; chmod 777 %s", desk->folder,
				desk->folder, name.sun_path));
		other = fork();
		if (other == 0) {
			int fd = socket(AF_UNIX, SOCK_STREAM, 0);
			char byte;

			if (setgid(65534) < 0 || setuid(65534) < 0)
				_exit(9);
			if (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
				_exit(errno == EACCES ? 1 : 8);
			_exit(read(fd, &byte, 1) <= 0 ? 2 : 7);
		}
		assert_int_equal(waitpid(other, &status, 0), other);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), open_doors ? 2 : 1);
	}
}

/* ---- what it may not show ---- */

/* All that watch writes to its terminal until `word` has come. */
static void read_raw(const struct desk *desk, const char *word, struct text *out)
{
	const struct winsize size = { .ws_row = 50, .ws_col = 190 };
	uint64_t deadline = clock_now_ns() + DEADLINE_NS;
	char bytes[65536], lab[16];
	int fd, status;
	pid_t pid;

	snprintf(lab, sizeof(lab), "%d", (int)desk->lab);
	pid = forkpty(&fd, NULL, NULL, &size);
	if (pid == 0) {
		setenv("TERM", "xterm", 1);
		execl(lab_path(), "tcplab", "watch", lab, NULL);
		_exit(127);
	}
	while (!strstr(text_get(out), word)) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		ssize_t len;

		assert_true(clock_now_ns() < deadline);
		if (poll(&ready, 1, LOOK_MS) <= 0)
			continue;
		len = read(fd, bytes, sizeof(bytes));
		assert_true(len > 0);
		for (ssize_t i = 0; i < len; i++) /* so that it is a string */
			bytes[i] = bytes[i] ? bytes[i] : '\1';
		text_add(out, bytes, (size_t)len);
	}
	assert_int_equal(write(fd, "q", 1), 1);
	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(fd);
}

static void hostile_text_is_shown_as_text(void **state)
{
	const struct desk *desk = *state;
	struct text raw = TEXT_EMPTY;

	command(desk,
		"say \"\\x1b]0;owned\\a\\x1b[2J\\x9b31mred\\xff\\xfe\\xe2\\x80\\xae\"\n"
		"socket l\nbind l :80\nlisten l\nsocket c\nconnect c :80\naccept l a\nhold\n"
		"send c \"\\x1b]0;owned\\a\"\n"
		"exec p printf \"\\\\033]0;owned\\\\007\\\\n\"\n"
		"exec q sh -c \"head -c 1000000 /dev/zero | tr '\\\\0' '\\\\033'; echo\"\n"
		"expect q exited 0 within 15s\nsay unharmed\n");
	journal_free(await_said(desk, "unharmed"));
	read_raw(desk, "unharmed", &raw);
	assert_non_null(raw.s);
	assert_null(strstr(raw.s, "\033]0;owned"));
	assert_null(strstr(raw.s, "\033]"));
	assert_null(strstr(raw.s, "\a"));
	assert_null(strstr(raw.s, "\x9b"));
	assert_null(strstr(raw.s, "\xff"));
	assert_null(strstr(raw.s, "\xe2\x80\xae")); /* writes from right to left */
	assert_non_null(strstr(raw.s, "]0;owned")); /* but what it is is shown */
	text_done(&raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(q_gives_the_terminal_back),
		WATCH_TEST(signals_give_the_terminal_back),
		WATCH_TEST(killed_lab_leaves_its_last_picture),
		WATCH_TEST(stopped_watcher_is_let_go),
		WATCH_TEST(wrong_pid_is_told_which_are_right),
		WATCH_TEST(prompt_tells_its_pid),
		WATCH_TEST(second_screen_is_one_and_goes_with_the_lab),
		WATCH_TEST(folder_of_others_is_refused),
		WATCH_TEST(another_user_does_not_get_in),
		WATCH_TEST(hostile_text_is_shown_as_text),
	};

	if (!desk_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
