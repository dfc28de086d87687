/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libuv's loop where it may not get what it needs. With a pipe of its own missing libuv goes on to a NULL or calls
 * abort(3); so it is seen first whether there is room for its descriptors. */
#ifndef LAB_CLI_EVENT_LOOP_H
#define LAB_CLI_EVENT_LOOP_H

#include <uv.h>

struct diag;

/* Closed with uv_loop_close(). 0, or -errno with d filled: then there is nothing to close. */
int event_loop_open(uv_loop_t *loop, struct diag *d);
/* Have `called` called for this signal; handle->data is `data`. On an open loop that cannot fail. */
void event_loop_hear(uv_loop_t *loop, uv_signal_t *handle, uv_signal_cb called, int number,
	void *data);

#endif
