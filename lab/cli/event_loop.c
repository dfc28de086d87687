/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/event_loop.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/diag.h"

/* epoll, an eventfd, and two pipes for signals: uv__signal_global_init(), uv_loop_init() of libuv 1.44 */
#define DESCRIPTORS 6

static int find_room(void)
{
	int fds[DESCRIPTORS], error = 0;
	size_t count = 0;

	while (count < DESCRIPTORS && !error) {
		fds[count] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fds[count] < 0)
			error = errno;
		else
			count++;
	}
	while (count)
		fd_closep(&fds[--count]);
	return -error;
}

int event_loop_open(uv_loop_t *loop, struct diag *d)
{
	int r = find_room();

	if (r == 0)
		r = uv_loop_init(loop);
	if (r == 0)
		return 0;
	diag_errno(d, -r, "uv_loop_init", "the lab cannot wait for anything");
	if (r == -EMFILE)
		diag_remedy(d, "allow more open files: ulimit -n 1024");
	if (r == -ENFILE)
		diag_remedy(d, "as root: sysctl -w fs.file-max=100000");
	return r;
}

void event_loop_hear(uv_loop_t *loop, uv_signal_t *handle, uv_signal_cb called, int number,
	void *data)
{
	uv_signal_init(loop, handle); /* its pipe is there since uv_loop_init() */
	handle->data = data;
	uv_signal_start(handle, called, number);
}
