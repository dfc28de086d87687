/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `tcplab watch` as a person sees it: in tmux, which is a terminal that can be asked what is on it. The lab gets its
 * commands through a pipe and writes its journal to a file; what the screen shows is compared with that. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl_read.h"
#include "watch/link.h"

#define DEADLINE_NS (20 * NS_PER_S)
#define LOOK_MS 20 /* between two looks at a screen */

struct desk {
	char folder[200]; /* temporary; XDG_RUNTIME_DIR */
	int commands; /* the lab's standard input */
	pid_t lab;
};

static const char *lab_path(void)
{
	const char *path = getenv("TCPLAB");

	return path ? path : "build/tcplab";
}

/* ---- tmux ---- */

__attribute__((format(printf, 1, 2))) static char *run_shell(const char *format, ...)
{
	struct text command = TEXT_EMPTY, out = TEXT_EMPTY;
	char bytes[65536];
	va_list args;
	size_t len;
	FILE *pipe;

	va_start(args, format);
	text_vprintf(&command, format, args);
	va_end(args);
	pipe = popen(text_get(&command), "re");
	assert_non_null(pipe);
	text_add(&out, "", 0);
	while ((len = fread(bytes, 1, sizeof(bytes), pipe)) > 0)
		text_add(&out, bytes, len);
	pclose(pipe);
	text_done(&command);
	return text_take(&out);
}

static void open_screen(const struct desk *desk, const char *name, int width, int height,
	const char *command)
{
	free(run_shell("tmux -S %s/tmux -f /dev/null new-session -d -s %s -x %d -y %d \"%s\"",
		desk->folder, name, width, height, command));
}

static char *see(const struct desk *desk, const char *name)
{
	return run_shell("tmux -S %s/tmux capture-pane -p -t %s", desk->folder, name);
}

static void press(const struct desk *desk, const char *name, const char *key)
{
	free(run_shell("tmux -S %s/tmux send-keys -t %s '%s'", desk->folder, name, key));
}

/* Is a line there with all the words, in this order? */
static bool has_line(const char *screen, const char *const *words)
{
	for (const char *line = screen; *line;) {
		size_t len = strcspn(line, "\n");
		char *copy = strndup(line, len), *at = copy;

		for (const char *const *w = words; at && *w; w++) {
			at = strstr(at, *w);
			at = at ? at + strlen(*w) : NULL;
		}
		free(copy);
		if (at)
			return true;
		line += len + (line[len] == '\n');
	}
	return false;
}

static void await_line(const struct desk *desk, const char *name, const char *const *words)
{
	uint64_t deadline = clock_now_ns() + DEADLINE_NS;
	char *screen = see(desk, name);

	while (!has_line(screen, words)) {
		if (clock_now_ns() > deadline)
			fail_msg("not on the screen of %s: %s %s; but\n%s", name, words[0],
				words[1] ? words[1] : "", screen);
		poll(NULL, 0, LOOK_MS);
		free(screen);
		screen = see(desk, name);
	}
	free(screen);
}
#define AWAIT(desk, name, ...) await_line(desk, name, (const char *[]){ __VA_ARGS__, NULL })

/* ---- the lab ---- */

static void command(const struct desk *desk, const char *lines)
{
	size_t len = strlen(lines);

	assert_int_equal(write(desk->commands, lines, len), len);
}

/* The journal so far; NULL while its last line is not whole. */
static struct journal *read_journal(const struct desk *desk)
{
	char *lines = run_shell("cat %s/journal", desk->folder);
	struct journal *j = NULL;
	struct diag d = { 0 };

	if (jsonl_read(lines, strlen(lines), "journal", &j, &d) < 0)
		j = NULL;
	free(lines);
	return j;
}

/* The journal once it has `say "word"`. */
static struct journal *await_said(const struct desk *desk, const char *word)
{
	uint64_t deadline = clock_now_ns() + DEADLINE_NS;

	for (;;) {
		struct journal *j = read_journal(desk);
		uint64_t no = 0;

		while (j && (no = journal_next(j, no, EVENT_BIT(EVENT_SAY)))) {
			if (strcmp(journal_get(j, no)->text, word) == 0)
				return j;
		}
		journal_free(j);
		if (clock_now_ns() > deadline)
			fail_msg("the lab never came to say %s", word);
		poll(NULL, 0, LOOK_MS);
	}
}

static pid_t await_lab(const struct desk *desk)
{
	uint64_t deadline = clock_now_ns() + DEADLINE_NS;

	for (;;) {
		char *names = run_shell("ls %s/tcplab 2>/dev/null", desk->folder);
		pid_t pid = (pid_t)strtol(names, NULL, 10);

		free(names);
		if (pid > 0)
			return pid;
		assert_true(clock_now_ns() < deadline);
		poll(NULL, 0, LOOK_MS);
	}
}

static int set_up(void **state)
{
	struct desk *desk = memory_new(sizeof(*desk));
	struct text lab = TEXT_EMPTY;
	const char *folder = getenv("TMPDIR");

	snprintf(desk->folder, sizeof(desk->folder), "%s/tcplab-watch-XXXXXX",
		folder ? folder : "/tmp");
	if (!mkdtemp(desk->folder))
		return -1;
	setenv("XDG_RUNTIME_DIR", desk->folder, 1);
	free(run_shell("mkfifo %s/commands", desk->folder));
	text_printf(&lab, "exec '%s' --json --allow-exec <%s/commands >%s/journal", lab_path(),
		desk->folder, desk->folder);
	open_screen(desk, "lab", 80, 24, text_get(&lab));
	text_done(&lab);
	snprintf(desk->folder + strlen(desk->folder), 10, "/commands");
	desk->commands = open(desk->folder, O_WRONLY | O_CLOEXEC);
	*strrchr(desk->folder, '/') = '\0';
	desk->lab = await_lab(desk);
	*state = desk;
	return desk->commands < 0;
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *ftw)
{
	(void)about;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct desk *desk = *state;

	free(run_shell("tmux -S %s/tmux kill-server 2>/dev/null", desk->folder));
	close(desk->commands);
	nftw(desk->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(desk);
	return 0;
}

static void start_watch(const struct desk *desk, const char *name, int width, int height)
{
	struct text command_line = TEXT_EMPTY;

	/* a shell around it, that says what became of the terminal */
	text_printf(&command_line,
		"sh -c 'stty -g >%s/before; %s watch %d; echo LEFT \\$?; stty -g >%s/after; echo "
		"DONE; cat'",
		desk->folder, lab_path(), (int)desk->lab, desk->folder);
	open_screen(desk, name, width, height, text_get(&command_line));
	text_done(&command_line);
	AWAIT(desk, name, "tcplab", "live");
}

static void listen_and_connect(const struct desk *desk)
{
	command(desk,
		"process server\nsocket l in server\nbind l :80\nlisten l\n"
		"socket a\nconnect a :80\naccept l s\nhold fin\nclose a\nsocket b\nhold\n"
		"connect b :80 &\nsay standing\n");
}

/* ---- what is on the screen ---- */

/* The last name of a socket. */
static const char *name_of(const struct journal *j, uint32_t endpoint)
{
	const char *name = NULL;

	for (uint64_t no = 0; (no = journal_next(j, no, EVENT_BIT(EVENT_SOCKET)));) {
		const struct event *event = journal_get(j, no);

		if (event->socket.endpoint == endpoint)
			name = event->subject;
	}
	return name;
}

/* Is this the last state of its socket, and no end? */
static bool stands(const struct journal *j, uint64_t no)
{
	struct event event = *journal_get(j, no);

	while ((no = journal_next(j, no, EVENT_BIT(EVENT_STATE)))) {
		if (journal_get(j, no)->state.endpoint == event.state.endpoint)
			return false;
	}
	return event.state.to != STATE_CLOSED;
}

static bool is_held(const struct journal *j, uint64_t no)
{
	const uint64_t verdicts = EVENT_BIT(EVENT_HELD) | EVENT_BIT(EVENT_DELIVERED);
	uint64_t packet = journal_get(j, no)->wire.number;
	bool held = false;

	while ((no = journal_next(j, no, verdicts))) {
		const struct event *verdict = journal_get(j, no);

		if (verdict->verdict.number == packet)
			held = verdict->kind == EVENT_HELD;
	}
	return held;
}

/* The states of all sockets that are there, what is kept on the wire, and the last packet, as the journal has them. On a
 * slow machine more is sent again meanwhile than the pane has room for; then its title still says how many there are.
 * NULL, or what is missing; owned. */
static char *find_missing(const char *screen, const struct journal *j)
{
	const char *ladder = strstr(screen, "2 ladder");
	struct text missing = TEXT_EMPTY;
	uint64_t last = 0, no;
	size_t held = 0, shown = 0;
	char number[24], kept[32];

	for (no = 0; (no = journal_next(j, no, EVENT_BIT(EVENT_STATE)));) {
		const struct event *event = journal_get(j, no);
		const char *const row[] = { name_of(j, event->state.endpoint),
			tcp_state_name(event->state.to), NULL };

		if (stands(j, no) && !has_line(screen, row))
			text_printf(&missing, "%s %s; ", row[0], row[1]);
	}
	for (no = 0; (no = journal_next(j, no, EVENT_SEGMENTS));) {
		const char *const row[] = { "HELD for", number, NULL };

		last = journal_get(j, no)->wire.number;
		snprintf(number, sizeof(number), "#%llu ", (unsigned long long)last);
		if (!is_held(j, no))
			continue;
		shown += shown == held && has_line(screen, row); /* the oldest come first */
		held++;
	}
	snprintf(kept, sizeof(kept), "wire: %zu kept", held);
	if (held && (!shown || !strstr(screen, kept)))
		text_printf(&missing, "%zu held, the first of which are shown; ", held);
	assert_true(last > 0);
	if (!ladder || !strstr(ladder, number))
		text_printf(&missing, "%s in the ladder", number);
	return missing.len ? text_take(&missing) : NULL;
}

/* The kernel's timers go on meanwhile, so both are read until they are at one. */
static void assert_shows(const struct desk *desk, const char *name)
{
	uint64_t deadline = clock_now_ns() + DEADLINE_NS;
	char *missing;

	do {
		struct journal *j = read_journal(desk);
		char *screen = see(desk, name);

		missing = j ? find_missing(screen, j) : text_copy("the journal");
		if (missing && clock_now_ns() > deadline)
			fail_msg("not on the screen: %s; but\n%s", missing, screen);
		free(missing);
		free(screen);
		journal_free(j);
	} while (missing);
}

static void screen_of_each_size_shows_the_journal(void **state)
{
	static const int sizes[][2] = { { 80, 24 }, { 120, 40 }, { 200, 60 }, { 80, 24 } };
	const struct desk *desk = *state;

	listen_and_connect(desk);
	journal_free(await_said(desk, "standing"));
	start_watch(desk, "w", 80, 24);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char lines[32];

		free(run_shell("tmux -S %s/tmux resize-window -t w -x %d -y %d", desk->folder,
			sizes[i][0], sizes[i][1]));
		/* something new at each size: what is held goes on, and another comes */
		snprintf(lines, sizeof(lines), "step\nsay s%zu\n", i);
		command(desk, lines);
		snprintf(lines, sizeof(lines), "s%zu", i);
		journal_free(await_said(desk, lines));
		assert_shows(desk, "w");
	}
}

static void two_watchers_see_the_same(void **state)
{
	const struct desk *desk = *state;
	char *one, *other, *from, *to;

	start_watch(desk, "w", 100, 40);
	listen_and_connect(desk);
	journal_free(await_said(desk, "standing"));
	start_watch(desk, "v", 100, 40);
	command(desk,
		"release\nexpect b ESTABLISHED\nclose b\nexpect b FIN-WAIT-2\nsay over\nquit\n");
	AWAIT(desk, "w", "the lab has ended");
	AWAIT(desk, "v", "the lab has ended");
	one = see(desk, "w");
	other = see(desk, "v");
	/* the ladder: of the rest the one who came later may not know all */
	from = strstr(one, "2 ladder");
	assert_non_null(from);
	to = strstr(from, "4 wire");
	assert_non_null(to);
	assert_non_null(strstr(from, "FIN-WAIT-2"));
	*to = '\0';
	assert_non_null(strstr(other, from));
	free(one);
	free(other);
}

/* Has the lab told its watcher that it said the word? */
static bool was_told(const struct journal *j, const char *word)
{
	uint64_t no = 0;

	while ((no = journal_next(j, no, EVENT_BIT(EVENT_SAY)))) {
		if (strcmp(journal_get(j, no)->text, word) == 0)
			return true;
	}
	return false;
}

static void assert_stands(const struct link *l, const char *name, enum tcp_state state)
{
	const struct stand_socket *s = stand_named(&l->stand, name);

	assert_non_null(s);
	assert_int_equal(s->state, state);
}

/* Of 20,000 events and more (BEHIND_MOST in lab/watch/feed.c) most are left out, but not what still stands. */
static void late_watcher_is_told_what_stands(void **state)
{
	const struct desk *desk = *state;
	uint64_t deadline;
	struct diag d = { 0 };
	struct link l;

	listen_and_connect(desk);
	command(desk, "repeat 11000 { mark }\nsay much\n");
	journal_free(await_said(desk, "much"));
	assert_int_equal(link_open(&l, desk->lab, &d), 0);
	deadline = clock_now_ns() + DEADLINE_NS;
	while (!was_told(link_journal(&l), "much")) {
		assert_true(link_read(&l, &d) >= 0);
		poll(&(struct pollfd){ .fd = l.fd, .events = POLLIN }, 1, LOOK_MS);
		assert_true(clock_now_ns() < deadline);
	}
	assert_true(jsonl_reader_missing(l.reader) > 0);
	assert_false(was_told(link_journal(&l), "standing"));
	assert_stands(&l, "l", STATE_LISTEN);
	assert_stands(&l, "a", STATE_FIN_WAIT_1);
	assert_stands(&l, "b", STATE_SYN_SENT);
	assert_true(l.stand.packet_count >= 2); /* the FIN, the SYN, and what was sent again */
	assert_int_equal(l.stand.call_count, 1);
	assert_true(l.stand.calls[0].blocked);
	link_close(&l);
}

/* ---- scrolling ---- */

/* The line after that with the word in it, or some further down; owned. */
static char *line_below(const char *screen, const char *word, int down)
{
	const char *at = strstr(screen, word);

	for (; at && down > 0; down--) {
		at = strchr(at, '\n');
		at += at != NULL;
	}
	assert_non_null(at);
	return strndup(at, strcspn(at, "\n"));
}

#define LADDER_ROWS 10 /* on a screen of 24, without its title and its head */

static void scrolled_ladder_is_one_picture(void **state)
{
	const struct desk *desk = *state;
	char *end, *home, *lines[3], *first;

	command(desk,
		"socket l\nbind l :80\nlisten l\nsocket c\nconnect c :80\naccept l a\n"
		"repeat 6 { send c \"x\"; recv a 1 }\nclose c\nclose a\nsay done\n");
	journal_free(await_said(desk, "done"));
	start_watch(desk, "w", 80, 24);
	AWAIT(desk, "w", "2 ladder (rows ", " of ");
	AWAIT(desk, "w", "c ", "TIME-WAIT");
	end = see(desk, "w");
	press(desk, "w", "Home");
	AWAIT(desk, "w", "2 ladder (rows 1 to ", "End: now");
	home = see(desk, "w");
	/* the head has not changed, and the pane is full */
	for (int i = 1; i <= 2; i++) {
		lines[0] = line_below(end, "2 ladder", i);
		lines[1] = line_below(home, "2 ladder", i);
		assert_string_equal(lines[0], lines[1]);
		free(lines[0]);
		free(lines[1]);
	}
	lines[0] = line_below(home, "2 ladder", LADDER_ROWS - 1);
	assert_true(lines[0][0] != '\0' && !strstr(lines[0], "4 wire"));
	/* the same rows, one further up */
	first = line_below(home, "2 ladder", 4);
	press(desk, "w", "Down");
	AWAIT(desk, "w", "2 ladder (rows 2 to ");
	free(home);
	home = see(desk, "w");
	lines[1] = line_below(home, "2 ladder", 3);
	lines[2] = line_below(home, "2 ladder", LADDER_ROWS - 2);
	assert_string_equal(lines[1], first);
	assert_string_equal(lines[2], lines[0]);
	/* and back */
	press(desk, "w", "End");
	AWAIT(desk, "w", "2 ladder (rows ", " of ");
	AWAIT(desk, "w", "FIN");
	for (int i = 0; i < 3; i++)
		free(lines[i]);
	free(first);
	free(home);
	free(end);
}

static void pane_scrolled_to_its_end_is_full(void **state)
{
	const struct desk *desk = *state;
	char *screen, *line;

	command(desk,
		"socket u udp\nbind u :9\nsocket v udp\nconnect v :9\nhold\n"
		"send v \"1\"\nsend v \"2\"\nsend v \"3\"\nsend v \"4\"\nsend v \"5\"\n"
		"send v \"6\"\nsay sent\n");
	journal_free(await_said(desk, "sent"));
	start_watch(desk, "w", 80, 24);
	AWAIT(desk, "w", "4 wire: 6 kept (rows 1 to ", " of 6)");
	press(desk, "w", "Tab");
	press(desk, "w", "End");
	AWAIT(desk, "w", "4 wire: 6 kept (rows ", " to 6 of 6)");
	screen = see(desk, "w");
	line = strstr(screen, "4 wire");
	assert_non_null(line);
	line = line_below(line, "#6 ", 1); /* the last row of the screen */
	assert_non_null(strstr(line, "q leave"));
	free(line);
	free(screen);
	press(desk, "w", "Home");
	AWAIT(desk, "w", "4 wire: 6 kept (rows 1 to ");
	AWAIT(desk, "w", "HELD", "#1 ");
}

static void what_is_sent_again_says_so_at_80_columns(void **state)
{
	const struct desk *desk = *state;

	command(desk, "socket l\nbind l :80\nlisten l\nsocket c\nhold\nconnect c :80 &\n");
	start_watch(desk, "w", 80, 24);
	AWAIT(desk, "w", "#2 SYN (again #1)");
	AWAIT(desk, "w", "HELD", "#2 ", "again #1", "SYN");
	/* and one whose flags are long */
	command(desk,
		"reset\nsocket l\nbind l :80\nlisten l\nsocket c\nconnect c :80\naccept l a\n"
		"hold\nsend c \"x\"\nclose c\n");
	AWAIT(desk, "w", "FIN/PSH/ACK (again #");
}

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

static void last_line_has_whole_words(void **state)
{
	const struct desk *desk = *state;
	char *screen, *bar;

	command(desk,
		"socket u udp\nbind u :9\nsocket v udp\nconnect v :9\nhold\n"
		"send v \"1\"\nsay sent\n");
	journal_free(await_said(desk, "sent"));
	start_watch(desk, "w", 80, 24);
	AWAIT(desk, "w", "arrows scroll", "1-5 show, hide", "1 kept on the wire");
	screen = see(desk, "w");
	bar = strstr(screen, " q leave");
	assert_non_null(bar);
	assert_null(strstr(bar, " 0 "));
	free(screen);
	/* the states take all, and the story has no place */
	press(desk, "w", "3");
	press(desk, "w", "5");
	AWAIT(desk, "w", "no room for pane 5");
	press(desk, "w", "0");
	AWAIT(desk, "w", "1 kept on the wire");
}

static void story_has_questions_and_what_became_of_them(void **state)
{
	const struct desk *desk = *state;

	command(desk, "socket c\npredict \"What will close() give?\" result { close c }\n");
	start_watch(desk, "w", 120, 50);
	AWAIT(desk, "w", "question: What will close() give?");
	AWAIT(desk, "w", "it is: ");
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
		"expect q exited 0\nsay unharmed\n");
	journal_free(await_said(desk, "unharmed"));
	read_raw(desk, "unharmed", &raw);
	assert_null(strstr(raw.s, "\033]0;owned"));
	assert_null(strstr(raw.s, "\033]"));
	assert_null(strstr(raw.s, "\a"));
	assert_null(strstr(raw.s, "\x9b"));
	assert_null(strstr(raw.s, "\xff"));
	assert_null(strstr(raw.s, "\xe2\x80\xae")); /* writes from right to left */
	assert_non_null(strstr(raw.s, "]0;owned")); /* but what it is is shown */
	text_done(&raw);
}

/* Can a lab run here, and is tmux there? */
static bool possible(void)
{
	char *answer = run_shell("'%s' doctor >/dev/null 2>&1 && command -v tmux", lab_path());
	bool yes = answer[0] == '/';

	free(answer);
	return yes;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(screen_of_each_size_shows_the_journal, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(two_watchers_see_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(late_watcher_is_told_what_stands, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(scrolled_ladder_is_one_picture, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pane_scrolled_to_its_end_is_full, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(what_is_sent_again_says_so_at_80_columns, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(q_gives_the_terminal_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(signals_give_the_terminal_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(killed_lab_leaves_its_last_picture, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(stopped_watcher_is_let_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wrong_pid_is_told_which_are_right, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(prompt_tells_its_pid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(last_line_has_whole_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(story_has_questions_and_what_became_of_them, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(second_screen_is_one_and_goes_with_the_lab, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(folder_of_others_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_user_does_not_get_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hostile_text_is_shown_as_text, set_up, tear_down),
	};

	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("TMUX");
	if (!possible()) {
		printf("skipped: there is no tmux, or '%s doctor' says that no lab can run here\n",
			lab_path());
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
