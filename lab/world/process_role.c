/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/process_role.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "world/channel.h"
#include "world/power.h"
#include "world/protocol.h"
#include "world/syscalls.h"

/* Sockets get 3, 4, 5 ... as they would in a student's program, so the channel moves out of the way. */
#define CHANNEL_FD 900

/* Ordinary power only: the same answers for root and for everybody else. */
static void drop_power(void)
{
	if (power_keep(0) < 0)
		_exit(PROCESS_LOST);
	/* capset() cleared nothing main must lose sight of: it reads our state from /proc */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void default_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* As far up as it may be. */
static int move(int channel)
{
	struct rlimit limit = { .rlim_cur = CHANNEL_FD + 1 };

	getrlimit(RLIMIT_NOFILE, &limit);
	return fcntl(channel, F_DUPFD_CLOEXEC,
		limit.rlim_cur > CHANNEL_FD ? CHANNEL_FD : (int)limit.rlim_cur - 1);
}

void process_role_run(int channel)
{
	static _Alignas(16) uint8_t request[sizeof(struct call_request) + CALL_DATA_MAX];
	static _Alignas(16) uint8_t reply[sizeof(struct call_reply) + CALL_DATA_MAX];
	int moved = move(channel);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	default_signals();
	drop_power();
	if (moved < 0)
		_exit(PROCESS_LOST);
	close_range(3, (unsigned)moved - 1, 0);
	close_range((unsigned)moved + 1, ~0U, 0);
	syscall_hello(moved);
	for (;;) {
		const struct call_request *q = (const struct call_request *)request;
		ssize_t len = channel_receive(moved, request, sizeof(request), 0, NULL, 0, NULL);
		size_t reply_len;
		int child = -1; /* fork: main's end of the new process's channel */

		if (len < (ssize_t)sizeof(*q))
			_exit(PROCESS_LOST); /* main is gone */
		reply_len = syscall_make(q, (struct call_reply *)reply, moved, &child);
		if (channel_send(moved, reply, reply_len, &child, child >= 0) < 0)
			_exit(PROCESS_LOST);
		fd_closep(&child);
		if (q->kind == CALL_EXEC) /* it did not work, and our input and output are gone */
			_exit(127); /* as sh(1) does */
	}
}
