/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libuv's loop where it may not get what it needs: it then calls abort(3), here and when it waits (base/readiness.h).
 * For the time of uv_loop_init() that is answered here: the process ends as by any other refusal, with a message and
 * exit code 3. So this comes before there is anything to clean up. */
#ifndef LAB_CLI_EVENT_LOOP_H
#define LAB_CLI_EVENT_LOOP_H

#include <uv.h>

struct diag;

/* Closed with uv_loop_close(). 0, or -errno with d filled: then there is nothing to close. */
int event_loop_open(uv_loop_t *loop, struct diag *d);
/* Have `called` called for this signal; handle->data is `data`. On an open loop that cannot fail. */
void event_loop_hear(uv_loop_t *loop, uv_signal_t *handle, uv_signal_cb called, int number,
	void *data);
/* Close the handle of a signal that shall not cut the end short: it has no effect any more. */
void event_loop_ignore(uv_signal_t *handle);

#endif
