/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of tcplab as a test sees it: what goes in, what comes out, how it ends. Nothing here sleeps:
 * everything waits in poll(2) for the program, and fails the test with all that was printed when it has
 * not come by the deadline. */
#ifndef TESTS_KERNEL_PROGRAM_H
#define TESTS_KERNEL_PROGRAM_H

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

#define PROGRAM_DEADLINE_NS (20 * NS_PER_S)
#define PROGRAM_SKIPPED 77
#define PROGRAM_INHERITED "/dev/zero" /* what further descriptors are, to be known again */

struct program {
	pid_t pid; /* -1 = none, or reaped */
	int pidfd;
	int in; /* its standard input is the other end; -1 = closed */
	int out, err; /* -1 = end of file */
	struct text output, errors; /* all of it */
	size_t taken; /* of output, by program_line() */
	int status; /* as of waitpid(2), once it has ended */
};

static inline const char *program_path(void)
{
	const char *path = getenv("TCPLAB");

	return path ? path : "build/tcplab";
}

static inline const char *program_source(void)
{
	const char *path = getenv("TCPLAB_SOURCE");

	return path ? path : ".";
}

static inline void program_close(struct program *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, &p->status, 0);
	}
	fd_closep(&p->pidfd);
	fd_closep(&p->in);
	fd_closep(&p->out);
	fd_closep(&p->err);
	text_done(&p->output);
	text_done(&p->errors);
	*p = (struct program){ .pid = -1, .pidfd = -1, .in = -1, .out = -1, .err = -1 };
}

static inline void program_blame(const struct program *p)
{
	fprintf(stderr, "---- standard output ----\n%s---- standard error ----\n%s----\n",
		text_get(&p->output), text_get(&p->errors));
}

/* Start `tcplab arguments...` (NULL ends them). input: borrowed, its standard input; -1 = a pipe, p->in.
 * It gets `inherited` descriptors behind the standard three, none of those a test runner leaves open. End
 * it with program_close(). */
static inline void program_open_with(struct program *p, const char *const *arguments, int input,
	unsigned inherited)
{
	int in[2], out[2], err[2];
	char *argv[16] = { (char *)"tcplab" };
	size_t count = 0;

	*p = (struct program){ .pid = -1, .pidfd = -1, .in = -1, .out = -1, .err = -1 };
	while (arguments[count]) {
		argv[count + 1] = (char *)arguments[count];
		assert_true(++count < sizeof(argv) / sizeof(argv[0]) - 1);
	}
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		setenv("LC_ALL", "C", 1);
		setenv("TERM", "dumb", 1);
		dup2(input < 0 ? in[0] : input, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		close_range(3, ~0U, 0);
		while (inherited--)
			open(PROGRAM_INHERITED, O_RDONLY);
		execv(program_path(), argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	p->in = in[1];
	p->out = out[0];
	p->err = err[0];
	if (input >= 0)
		fd_closep(&p->in);
	p->pidfd = pidfd_open(p->pid, 0);
	assert_true(p->pidfd >= 0);
}

static inline void program_open(struct program *p, const char *const *arguments, int input)
{
	program_open_with(p, arguments, input, 0);
}

static inline void program_take(int *fd, struct text *text)
{
	char buffer[65536];
	ssize_t len = read(*fd, buffer, sizeof(buffer));

	if (len > 0)
		text_add(text, buffer, (size_t)len);
	else
		fd_closep(fd);
}

/* Wait until it prints something or ends (pidfd); what it prints is added to the texts. */
static inline void program_pump(struct program *p, uint64_t deadline_ns)
{
	struct pollfd polled[] = { { .fd = p->out, .events = POLLIN },
		{ .fd = p->err, .events = POLLIN },
		{ .fd = p->out < 0 && p->err < 0 ? p->pidfd : -1, .events = POLLIN } };
	uint64_t now = clock_now_ns();
	int r = poll(polled, 3, now < deadline_ns ? (int)((deadline_ns - now) / NS_PER_MS) + 1 : 0);

	assert_true(r >= 0 || errno == EINTR);
	if (r == 0) {
		program_blame(p);
		fail_msg("tcplab did not go on within the deadline");
	}
	if (polled[0].revents)
		program_take(&p->out, &p->output);
	if (polled[1].revents)
		program_take(&p->err, &p->errors);
}

static inline void program_say(struct program *p, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(p->in, text, len);

		assert_true(n > 0);
		text += n;
		len -= (size_t)n;
	}
}

/* The next line of its standard output, without the newline; NULL when there is no more. Owned by the
 * caller. */
static inline char *program_line(struct program *p)
{
	uint64_t deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;

	for (;;) {
		const char *rest = text_get(&p->output) + p->taken;
		const char *newline = strchr(rest, '\n');
		struct text line = TEXT_EMPTY;

		if (newline) {
			text_add(&line, rest, (size_t)(newline - rest));
			p->taken += (size_t)(newline - rest) + 1;
			return text_take(&line);
		}
		if (p->out < 0)
			return NULL;
		program_pump(p, deadline_ns);
	}
}

/* The next event of `type` (NULL = any) that --json prints; NULL when there is none. Owned. */
static inline json_t *program_event(struct program *p, const char *type)
{
	char *line;

	while ((line = program_line(p))) {
		json_error_t error;
		json_t *event = json_loads(line, 0, &error);

		if (!event) {
			program_blame(p);
			fail_msg("not JSON: %s: %s", error.text, line);
		}
		free(line);
		if (!type || strcmp(json_string_value(json_object_get(event, "type")), type) == 0)
			return event;
		json_decref(event);
	}
	return NULL;
}

/* Wait for an event of `type`, which must come. */
static inline void program_await(struct program *p, const char *type)
{
	json_t *event = program_event(p, type);

	if (!event) {
		program_blame(p);
		fail_msg("there was no '%s'", type);
	}
	json_decref(event);
}

/* Wait for its end, within `deadline_ns` of the clock. Exit code, or -signal. */
static inline int program_end_by(struct program *p, uint64_t deadline_ns)
{
	struct pollfd polled = { .fd = p->pidfd, .events = POLLIN };

	while (p->out >= 0 || p->err >= 0 || poll(&polled, 1, 0) == 0)
		program_pump(p, deadline_ns);
	assert_int_equal(waitpid(p->pid, &p->status, 0), p->pid);
	p->pid = -1;
	return WIFSIGNALED(p->status) ? -WTERMSIG(p->status) : WEXITSTATUS(p->status);
}

static inline int program_end(struct program *p)
{
	return program_end_by(p, clock_now_ns() + PROGRAM_DEADLINE_NS);
}

/* Can a lab stand here? Else the reason is on standard error, and the test is to be skipped. */
static inline bool program_can(void)
{
	const char *const arguments[] = { "doctor", NULL };
	struct program p;
	int code;

	program_open(&p, arguments, -1);
	fd_closep(&p.in);
	code = program_end(&p);
	if (code == 3)
		fprintf(stderr, "skipped: no lab can stand here\n%s", text_get(&p.errors));
	program_close(&p);
	return code != 3;
}

#endif
