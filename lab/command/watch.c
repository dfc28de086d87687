/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/terminal.h"
#include "base/text.h"
#include "command/output.h"
#include "language/cmd.h"
#include "watch/folder.h"
#include "watch/watch.h"

#define LOOK_NS (10 * NS_PER_MS) /* between two looks whether tmux is done, which takes some 5 ms */
#define LOOKS_MOST 300 /* then it does not answer */
#define SIDE_BY_SIDE 180 /* columns from which on the new pane stands beside this one */

/* First tmux is asked which panes there are, then for one more. */
struct splitting {
	pid_t pid; /* of tmux; 0 = it is done */
	unsigned looks;
	int panes; /* owned: where it lists them; -1 = it splits now */
	char program[4096]; /* what shall run there */
};

/* This very program, whatever has become of its file; empty when /proc does not say. */
static void find_program(char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);

	path[len > 0 ? len : 0] = '\0';
}

static int tell_command(struct cmd_call *c)
{
	struct text line = TEXT_EMPTY;
	const char *name = program_invocation_name;

	text_puts(&line, "in another terminal, type: ");
	text_printable(&line, name, strlen(name));
	text_printf(&line, " watch %d", (int)getpid());
	return output_tell(c, &line);
}

/* It has nothing of ours but the environment: no terminal, and signals as usual. out: what it writes to, -1 = nothing. 0
 * or an errno. */
static int start(char *const argv[], int out, pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t usual;
	int r;

	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGXFSZ);
	posix_spawn_file_actions_init(&files);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	r = posix_spawnp(ret_pid, argv[0], &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return r;
}

static int list_panes(int out, pid_t *ret_pid)
{
	static const char *const argv[] = { "tmux", "list-panes", "-s", "-F",
		"#{window_index} #{pane_index} #{pane_start_command}", NULL };

	return start((char *const *)argv, out, ret_pid);
}

/* Two numbers and whatever comes behind them. */
static bool read_place(const char *line, int *ret_window, int *ret_pane)
{
	char *middle, *end;
	long window = strtol(line, &middle, 10), pane = strtol(middle, &end, 10);

	if (middle == line || end == middle || window != (int)window || pane != (int)pane)
		return false;
	*ret_window = (int)window;
	*ret_pane = (int)pane;
	return true;
}

/* Is one of the panes a screen of this lab? */
static bool find_pane(int panes, int *ret_window, int *ret_pane)
{
	CLEANUP(freep) char *line = NULL;
	char ours[32];
	size_t room = 0, our_len;
	FILE *lines = fdopen(dup(panes), "r");
	bool found = false;

	our_len = (size_t)snprintf(ours, sizeof(ours), " watch %d", (int)getpid());
	if (lines)
		rewind(lines);
	while (lines && !found && getline(&line, &room, lines) > 0) {
		size_t len = strcspn(line, "\n");

		/* it may stand in quotes */
		while (len && (line[len - 1] == '"' || line[len - 1] == '\''))
			len--;
		found = len > our_len && strncmp(line + len - our_len, ours, our_len) == 0 &&
			read_place(line, ret_window, ret_pane);
	}
	if (lines)
		fclose(lines);
	return found;
}

static int split(const char *program, pid_t *ret_pid)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char pid[16], folder[4200],
		*argv[16] = { (char *)"tmux", (char *)"split-window", (char *)"-d" };
	int count = 3;

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	argv[count++] = (char *)(terminal_width(0) >= SIDE_BY_SIDE ? "-h" : "-v");
	argv[count++] = (char *)"-l";
	argv[count++] = (char *)"65%";
	argv[count++] = (char *)"-e"; /* nobody looks at it when the lab is over */
	argv[count++] = (char *)WATCH_LEAVES "=1";
	if (runtime &&
		(size_t)snprintf(folder, sizeof(folder), "XDG_RUNTIME_DIR=%s", runtime) <
			sizeof(folder)) {
		argv[count++] = (char *)"-e";
		argv[count++] = folder;
	}
	argv[count++] = (char *)program;
	argv[count++] = (char *)"watch";
	argv[count++] = pid;
	return start(argv, -1, ret_pid);
}

static int watch_wait(struct cmd_call *c, struct diag *d)
{
	(void)c;
	(void)d;
	return CMD_WAIT;
}

static int say_elsewhere(bool answered, struct diag *d)
{
	diag_set(d, EIO,
		answered ? "tmux could not split its window: is it too small?"
			 : "tmux does not answer");
	diag_remedy(d, "in another terminal: %s watch %d", program_invocation_short_name,
		(int)getpid());
	return -EIO;
}

/* tmux has said which panes there are: a second screen of this lab would only take room from the prompt. */
static int go_on(struct cmd_call *c, struct diag *d)
{
	struct splitting *s = c->state;
	struct text line = TEXT_EMPTY;
	int window, pane;

	if (find_pane(s->panes, &window, &pane)) {
		text_printf(&line,
			"pane %d of tmux's window %d shows this lab already; q leaves there", pane,
			window);
		return output_tell(c, &line);
	}
	fd_closep(&s->panes);
	s->looks = 0;
	if (split(s->program, &s->pid) != 0) {
		s->pid = 0;
		return say_elsewhere(true, d);
	}
	c->deadline_ns = clock_now_ns() + LOOK_NS;
	return CMD_WAIT;
}

static int watch_look(struct cmd_call *c, struct diag *d)
{
	struct splitting *s = c->state;
	pid_t ended;
	int status = 0;

	ended = waitpid(s->pid, &status, WNOHANG);
	if (ended == 0 && ++s->looks < LOOKS_MOST) {
		c->deadline_ns = clock_now_ns() + LOOK_NS;
		return CMD_WAIT;
	}
	if (ended)
		s->pid = 0;
	if (ended > 0 && s->panes >= 0)
		return go_on(c, d);
	if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return CMD_DONE;
	return say_elsewhere(ended != 0, d);
}

static void watch_end(struct cmd_call *c)
{
	struct splitting *s = c->state;

	if (s->pid) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	fd_closep(&s->panes);
	free(s);
}

static int run_watch(struct cmd_call *c, struct diag *d)
{
	CLEANUP(fd_closep) int fd = folder_connect(getpid(), d);
	const char *tmux = getenv("TMUX");
	struct splitting *s;

	if (fd < 0) {
		diag_set(d, -fd, "nobody can watch this lab: %s",
			fd == -ENOENT ? "it has no terminal, or found no folder for its socket"
				      : strerror(-fd));
		return fd;
	}
	s = memory_new(sizeof(*s));
	s->panes = memfd_create("panes", MFD_CLOEXEC);
	c->state = s;
	c->end = watch_end;
	find_program(s->program, sizeof(s->program));
	if (!tmux || !tmux[0] || !s->program[0] || list_panes(s->panes, &s->pid) != 0) {
		s->pid = 0;
		return tell_command(c);
	}
	c->check = watch_wait;
	c->expired = watch_look;
	c->deadline_ns = clock_now_ns() + LOOK_NS;
	return CMD_WAIT;
}

const struct cmd_def cmd_watch = {
	.name = "watch",
	.args = "",
	.min_args = 0,
	.max_args = 0,
	.summary = "a second screen for this lab: sockets, ladder, states, wire",
	.detail =
		"Inside tmux it splits the window, once, and the pane goes when the lab does; elsewhere it says what to type in\n"
		"another terminal. The screen shows what happens here as it happens, and changes nothing. Its keys: q leaves,\n"
		"? tells the others. Several people may watch; one that stands still is let go.",
	.source = "tmux(1)",
	.example = "watch",
	.flags = CMD_OUTSIDE | CMD_PERSON,
	.run = run_watch,
};
