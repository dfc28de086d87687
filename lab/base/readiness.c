/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/readiness.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/rescue.h"

int readiness_reserve(const uv_loop_t *loop, int fd)
{
	/* what libuv does not know of when it wakes it up, it takes out of there */
	struct epoll_event event = { .data.fd = fd };

	if (epoll_ctl(uv_backend_fd(loop), EPOLL_CTL_ADD, fd, &event) == 0 || errno == EEXIST)
		return 0;
	return -errno;
}

int readiness_await(uv_poll_t *handle, int events, uv_poll_cb called)
{
	uv_os_fd_t fd;
	int r = uv_poll_start(handle, events, called); /* takes it out of epoll, if it was there */

	if (r == 0)
		r = uv_fileno((const uv_handle_t *)handle, &fd);
	if (r == 0)
		r = readiness_reserve(handle->loop, fd);
	if (r < 0)
		uv_poll_stop(handle);
	return r;
}

const char *readiness_remedy(int error)
{
	if (error == ENOSPC)
		return "as root: sysctl -w fs.epoll.max_user_watches=1000000";
	return diag_shortage(error);
}

int readiness_refused(struct diag *d, int error, const char *format, ...)
{
	char what[sizeof(d->message)];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	diag_errno(d, error, "epoll_ctl", "%s", what);
	if (readiness_remedy(error))
		diag_remedy(d, "%s", readiness_remedy(error));
	return -error;
}

/* Is it uv__io_poll() that asks, which has nothing but abort(3) for a refusal? uv__io_check_fd() gives no descriptor,
 * readiness_reserve() no events: theirs are answered. */
static bool is_last_word(int operation, const struct epoll_event *event)
{
	return operation == EPOLL_CTL_ADD && event->events && event->data.fd >= 0 &&
		(errno == ENOSPC || errno == ENOMEM);
}

/* libc's, which libuv gets from here. */
int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	int r = (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);

	if (r < 0 && is_last_word(operation, event)) {
		const int error = errno;

		rescue_terminal();
		dprintf(STDERR_FILENO, "tcplab: a connection cannot be awaited: epoll_ctl: %s\n",
			strerror(error));
		_exit(EXIT_UNABLE);
	}
	return r;
}
