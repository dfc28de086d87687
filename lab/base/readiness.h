/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting on the loop until a descriptor is ready, where the kernel may refuse even that: ENOSPC
 * (fs.epoll.max_user_watches), ENOMEM. libuv would hear of it when it waits next, and call abort(3) (uv__io_poll(),
 * v1.44). So the descriptor is put into its epoll before: there libuv finds it (EEXIST), and to change what it is
 * waited for takes nothing. One thread, the loop's.
 *
 * What others wait for on the same loop (libwebsockets) is not put there before. When that is refused the process ends, as
 * libuv would have it, but says why: exit code 3. */
#ifndef LAB_BASE_READINESS_H
#define LAB_BASE_READINESS_H

#include <uv.h>

struct diag;

/* uv_poll_start(), also once more with other events: always by this. 0, or -errno: then it is stopped. */
int readiness_await(uv_poll_t *handle, int events, uv_poll_cb called);
/* Have a place in the loop's epoll kept for this descriptor, until that is closed. 0 or -errno. */
int readiness_reserve(const uv_loop_t *loop, int fd);
/* Fill d: what the words are of cannot be awaited. Returns -error. */
__attribute__((format(printf, 3, 4))) int readiness_refused(struct diag *d, int error,
	const char *format, ...);
/* What to try then; NULL = who knows. */
const char *readiness_remedy(int error);

#endif
