/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The system calls of the process role, one function each: the call the user asked for and nothing
 * else, timed, and then what can be read off the socket. Runs in the process; blocks where the call does. */
#ifndef LAB_WORLD_SYSCALLS_H
#define LAB_WORLD_SYSCALLS_H

#include <stddef.h>

struct call_reply;
struct call_request;

/* Tell main who we are: an empty answer, whose credentials carry our PID. */
void syscall_hello(int channel);

/* Make call q and fill reply, which has room for CALL_DATA_MAX bytes of data. Returns the bytes of the
 * answer. fork: it returns in both processes. In the parent *ret_child is main's end of the child's channel,
 * owned by the caller; in the child `channel` is its own by then, and the answer (result 0) is its hello. */
size_t syscall_make(const struct call_request *q, struct call_reply *reply, int channel,
	int *ret_child);

#endif
