/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/terminal.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "watch/folder.h"
#include "world/world.h"

#define LOOK_NS (10 * NS_PER_MS) /* between two looks whether tmux is done, which takes some 5 ms */
#define LOOKS_MOST 300 /* then it does not answer */
#define SIDE_BY_SIDE 180 /* columns from which on the new pane stands beside this one */

struct splitting {
	pid_t pid; /* of tmux */
	unsigned looks;
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
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_OUTPUT, .cause = c->event, .text = text_get(&line) });
	text_done(&line);
	return CMD_DONE;
}

/* It has nothing of ours but the environment: no terminal, and SIGPIPE as usual. 0 or an errno. */
static int start(char *const argv[], pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t usual;
	int r;

	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	r = posix_spawnp(ret_pid, argv[0], &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return r;
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
	if (runtime &&
		(size_t)snprintf(folder, sizeof(folder), "XDG_RUNTIME_DIR=%s", runtime) <
			sizeof(folder)) {
		argv[count++] = (char *)"-e";
		argv[count++] = folder;
	}
	argv[count++] = (char *)program;
	argv[count++] = (char *)"watch";
	argv[count++] = pid;
	return start(argv, ret_pid);
}

static int watch_wait(struct cmd_call *c, struct diag *d)
{
	(void)c;
	(void)d;
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
	if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return CMD_DONE;
	diag_set(d, EIO,
		ended ? "tmux could not split its window: is it too small?"
		      : "tmux does not answer");
	diag_remedy(d, "in another terminal: %s watch %d", program_invocation_short_name,
		(int)getpid());
	return -EIO;
}

static void watch_end(struct cmd_call *c)
{
	struct splitting *s = c->state;

	if (s->pid) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	free(s);
}

static int watch_run(struct cmd_call *c, struct diag *d)
{
	CLEANUP(fd_closep) int fd = folder_connect(getpid(), d);
	const char *tmux = getenv("TMUX");
	char program[4096];
	struct splitting *s;
	pid_t pid;

	if (fd < 0) {
		diag_set(d, -fd, "nobody can watch this lab: %s",
			fd == -ENOENT ? "it has no terminal, or found no folder for its socket"
				      : strerror(-fd));
		return fd;
	}
	find_program(program, sizeof(program));
	if (!tmux || !tmux[0] || !program[0] || split(program, &pid) != 0)
		return tell_command(c);
	s = memory_new(sizeof(*s));
	s->pid = pid;
	c->state = s;
	c->end = watch_end;
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
		"Inside tmux it splits the window; elsewhere it says what to type in another terminal. The screen shows what\n"
		"happens here as it happens, and changes nothing. Its keys: q leaves, ? tells the others. Several people may\n"
		"watch; one that stands still is let go.",
	.source = "tmux(1)",
	.example = "watch",
	.flags = CMD_OUTSIDE,
	.run = watch_run,
};
