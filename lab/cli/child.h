/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcplab run by tcplab: one lab in a process of its own, so that what ends or hangs there is seen here.
 * Its standard error is collected, its standard output is handed on line by line, or is /dev/null as its input is.
 * It dies with its parent.
 * One thread, on the loop it was started with.
 *
 * States: started -> (stopped: it was told to end) -> ended: `ended` was called, `status` and `said` count. */
#ifndef LAB_CLI_CHILD_H
#define LAB_CLI_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "base/text.h"

struct child;
struct diag;

typedef void child_ended_fn(void *arg, struct child *c);
/* A line of its standard output, without its end. */
typedef void child_line_fn(void *arg, const char *line, size_t len);

struct child {
	int status; /* as of waitpid(2) */
	bool overdue; /* stopped because its time was over */
	int unheard; /* errno: stopped because what it says cannot be awaited; 0 = it can */
	uint64_t time_ns; /* from start to end */
	struct text said; /* on standard error; at most CHILD_SAID_MAX bytes of it */
	/* private */
	pid_t pid; /* 0 = reaped */
	int fd; /* of its standard error */
	int out; /* of its standard output; -1 = not wanted */
	struct text begun; /* a line that is not complete yet */
	uint64_t begin_ns;
	uv_poll_t reader, out_reader;
	uv_timer_t deadline;
	unsigned handles; /* not closed yet */
	bool stopped;
	child_line_fn *line;
	child_ended_fn *ended;
	void *arg;
};
#define CHILD_SAID_MAX (1u << 20)

/* Run `argv` (NULL ends it; [0] is the name only) with this very program. After timeout_ns it is stopped.
 * line: NULL = its standard output is not wanted.
 * 0, and `ended` will be called once, from the loop; or -errno with d filled, and it will not. */
int child_start(struct child *c, uv_loop_t *loop, char *const *argv, uint64_t timeout_ns,
	child_line_fn *line, child_ended_fn *ended, void *arg, struct diag *d);
/* SIGCHLD has come: is it this one? The caller watches for that signal, once for all its children. */
void child_look(struct child *c);
/* Have it end: SIGTERM, and a little later SIGKILL. */
void child_stop(struct child *c);
/* After its end. */
void child_done(struct child *c);

#endif
