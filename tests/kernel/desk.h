/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lab, and screens that look at it: in tmux, which is a terminal that can be asked what is on it. The lab gets its
 * commands through a pipe and writes its journal to a file; what a screen shows is compared with that. */
#ifndef TESTS_KERNEL_DESK_H
#define TESTS_KERNEL_DESK_H

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl_read.h"

#include "files.h"

#define DEADLINE_NS (20 * NS_PER_S)
#define LOOK_MS 20 /* between two looks at a screen */

struct desk {
	char folder[200]; /* temporary; XDG_RUNTIME_DIR */
	int commands; /* the lab's standard input */
	pid_t lab;
};

/* ---- tmux ---- */

__attribute__((format(printf, 1, 2))) static inline char *run_shell(const char *format, ...)
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

static inline void open_screen(const struct desk *desk, const char *name, int width, int height,
	const char *command)
{
	free(run_shell("tmux -S %s/tmux -f /dev/null new-session -d -s %s -x %d -y %d \"%s\"",
		desk->folder, name, width, height, command));
}

static inline char *see(const struct desk *desk, const char *name)
{
	return run_shell("tmux -S %s/tmux capture-pane -p -t %s", desk->folder, name);
}

static inline void press(const struct desk *desk, const char *name, const char *key)
{
	free(run_shell("tmux -S %s/tmux send-keys -t %s '%s'", desk->folder, name, key));
}

/* Is a line there with all the words, in this order? */
static inline bool has_line(const char *screen, const char *const *words)
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

static inline void await_line(const struct desk *desk, const char *name, const char *const *words)
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

static inline void command(const struct desk *desk, const char *lines)
{
	size_t len = strlen(lines);

	assert_int_equal(write(desk->commands, lines, len), len);
}

/* The journal so far; NULL while its last line is not whole. */
static inline struct journal *read_journal(const struct desk *desk)
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
static inline struct journal *await_said(const struct desk *desk, const char *word)
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

static inline pid_t await_lab(const struct desk *desk)
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

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
	struct desk *desk = *state;

	free(run_shell("tmux -S %s/tmux kill-server 2>/dev/null", desk->folder));
	close(desk->commands);
	remove_tree(desk->folder);
	free(desk);
	return 0;
}

static inline void start_watch(const struct desk *desk, const char *name, int width, int height)
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

static inline void listen_and_connect(const struct desk *desk)
{
	command(desk,
		"process server\nsocket l in server\nbind l :80\nlisten l\n"
		"socket a\nconnect a :80\naccept l s\nhold fin\nclose a\nsocket b\nhold\n"
		"connect b :80 &\nsay standing\n");
}

/* Can a lab run here, and is tmux there? If not, says so. */
static inline bool desk_possible(void)
{
	char *answer = run_shell("'%s' doctor >/dev/null 2>&1 && command -v tmux", lab_path());
	bool yes = answer[0] == '/';

	free(answer);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("TMUX");
	if (!yes)
		printf("skipped: there is no tmux, or '%s doctor' says that no lab can run here\n",
			lab_path());
	return yes;
}

#define WATCH_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
