/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/readiness.h"
#include "cli/options.h"

#define STOP_MOST_MS 2000 /* to end a lab takes 4 ms */

/* In the child, after fork(). uv_spawn() and posix_spawn() have no way to say "die with the parent". */
__attribute__((noreturn)) static void be_child(char *const *argv, int out, int said, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* survives execve(2) */
	if (getppid() != parent) /* it died before that */
		_exit(1);
	dup2(null, STDIN_FILENO);
	dup2(out >= 0 ? out : null, STDOUT_FILENO);
	dup2(said, STDERR_FILENO);
	/* The program that runs, even if a newer one has taken its place on disk. */
	execv("/proc/self/exe", argv);
	dprintf(STDERR_FILENO,
		"tcplab: cannot start itself: execve /proc/self/exe: %s\n"
		"  try: mount -t proc proc /proc, if it is not mounted\n",
		strerror(errno));
	_exit(EXIT_NO_LAB);
}

static void on_closed(uv_handle_t *handle)
{
	struct child *c = handle->data;

	if (--c->handles == 0) {
		fd_closep(&c->fd);
		fd_closep(&c->out);
		text_done(&c->begun);
		c->ended(c->arg, c);
	}
}

/* Take what is there. Its end says nothing: hosts hold the pipe a moment longer than their lab. */
static void drain(struct child *c)
{
	char buffer[65536];
	ssize_t len;

	while ((len = read(c->fd, buffer, sizeof(buffer))) > 0) {
		size_t room = CHILD_SAID_MAX - c->said.len;

		text_add(&c->said, buffer, (size_t)len < room ? (size_t)len : room);
	}
	if (len == 0)
		uv_poll_stop(&c->reader);
}

static void drain_lines(struct child *c)
{
	char buffer[65536];
	ssize_t len;

	while ((len = read(c->out, buffer, sizeof(buffer))) > 0) {
		const char *from = buffer, *end = buffer + len, *newline;

		while ((newline = memchr(from, '\n', (size_t)(end - from)))) {
			text_add(&c->begun, from, (size_t)(newline - from));
			c->line(c->arg, text_get(&c->begun), c->begun.len);
			text_clear(&c->begun);
			from = newline + 1;
		}
		text_add(&c->begun, from, (size_t)(end - from));
	}
	if (len == 0)
		uv_poll_stop(&c->out_reader);
}

static void on_line_readable(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	drain_lines(handle->data);
}

static void on_readable(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	drain(handle->data);
}

static void on_killing(uv_timer_t *handle)
{
	const struct child *c = handle->data;

	if (c->pid)
		kill(c->pid, SIGKILL);
}

void child_stop(struct child *c)
{
	if (!c->pid || c->stopped)
		return;
	c->stopped = true;
	kill(c->pid, SIGTERM);
	kill(c->pid, SIGCONT); /* one that was stopped takes no other signal */
	uv_timer_start(&c->deadline, on_killing, STOP_MOST_MS, 0);
}

static void on_deadline(uv_timer_t *handle)
{
	struct child *c = handle->data;

	c->overdue = true;
	child_stop(c);
}

/* One that was opened. */
static void stop_reading(struct child *c, uv_poll_t *reader)
{
	if (reader->data == c)
		uv_close((uv_handle_t *)reader, on_closed);
}

void child_look(struct child *c)
{
	if (!c->pid || waitpid(c->pid, &c->status, WNOHANG) != c->pid)
		return;
	c->pid = 0;
	c->time_ns = clock_now_ns() - c->begin_ns;
	drain(c);
	if (c->out >= 0)
		drain_lines(c);
	stop_reading(c, &c->reader);
	stop_reading(c, &c->out_reader);
	uv_close((uv_handle_t *)&c->deadline, on_closed);
}

/* A pipe whose reading end does not wait. */
static int open_pipe(int *ret_out, int *ret_in, struct diag *d)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return diag_errno(d, errno, "pipe2", "no lab can be started");
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*ret_out = fds[0];
	*ret_in = fds[1];
	return 0;
}

static int read_from(struct child *c, uv_poll_t *reader, int fd, uv_poll_cb readable)
{
	int r = uv_poll_init(c->deadline.loop, reader, fd);

	if (r < 0)
		return r;
	reader->data = c;
	c->handles++;
	return readiness_await(reader, UV_READABLE | UV_DISCONNECT, readable);
}

int child_start(struct child *c, uv_loop_t *loop, char *const *argv, uint64_t timeout_ns,
	child_line_fn *line, child_ended_fn *ended, void *arg, struct diag *d)
{
	CLEANUP(fd_closep) int said = -1, says = -1;
	CLEANUP(fd_closep) int told = -1, tells = -1;
	pid_t parent = getpid(), pid;
	int r = open_pipe(&said, &says, d);

	if (r == 0 && line)
		r = open_pipe(&told, &tells, d);
	if (r < 0)
		return r;
	pid = fork();
	if (pid < 0)
		return diag_errno(d, errno, "fork", "no process for another lab");
	if (pid == 0)
		be_child(argv, tells, says, parent);
	*c = (struct child){ .pid = pid,
		.fd = fd_take(&said),
		.out = told >= 0 ? fd_take(&told) : -1,
		.begin_ns = clock_now_ns(),
		.line = line,
		.ended = ended,
		.arg = arg };
	uv_timer_init(loop, &c->deadline);
	c->deadline.data = c;
	uv_timer_start(&c->deadline, on_deadline, (timeout_ns + NS_PER_MS - 1) / NS_PER_MS, 0);
	c->handles = 1;
	r = read_from(c, &c->reader, c->fd, on_readable);
	if (r == 0 && line)
		r = read_from(c, &c->out_reader, c->out, on_line_readable);
	c->unheard = -r;
	if (r < 0)
		child_stop(c);
	return 0;
}

void child_done(struct child *c)
{
	text_done(&c->said);
}
