/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/event_loop.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/readiness.h"
#include "cli/complaint.h"

static int refused(struct diag *d, int error)
{
	diag_errno(d, error, "uv_loop_init", "the lab cannot wait for anything");
	return -error;
}

/* abort(3) calls this as any function, in the place where errno says why. There is nothing to clean up: libuv comes
 * first, and nothing of it was handed to us. */
static void on_abort(int number)
{
	struct diag d = { 0 };

	(void)number;
	refused(&d, errno);
	_exit(complaint_print(&d));
}

/* The pipe behind its signals it makes with abort(3) as the only way out: uv__signal_global_init(). */
static int init(uv_loop_t *loop)
{
	struct sigaction tell = { .sa_handler = on_abort }, before;
	int r;

	sigaction(SIGABRT, &tell, &before);
	r = uv_loop_init(loop);
	sigaction(SIGABRT, &before, NULL);
	return r;
}

int event_loop_open(uv_loop_t *loop, struct diag *d)
{
	int r = init(loop);

	if (r < 0)
		return refused(d, -r);
	/* its own two, which it waits for from its first turn on */
	r = readiness_reserve(loop, loop->async_io_watcher.fd);
	if (r == 0)
		r = readiness_reserve(loop, loop->signal_pipefd[0]);
	if (r == 0)
		return 0;
	uv_loop_close(loop);
	return readiness_refused(d, -r, "the lab cannot wait for anything");
}

void event_loop_hear(uv_loop_t *loop, uv_signal_t *handle, uv_signal_cb called, int number,
	void *data)
{
	uv_signal_init(loop, handle); /* its pipe is there since uv_loop_init() */
	handle->data = data;
	uv_signal_start(handle, called, number);
}

void event_loop_ignore(uv_signal_t *handle)
{
	sigset_t signals;

	/* uv_close() gives it back its default action, at once */
	sigemptyset(&signals);
	sigaddset(&signals, handle->signum);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	uv_close((uv_handle_t *)handle, NULL);
}
