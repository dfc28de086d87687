/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands that make a system call on a socket have in common. */
#ifndef LAB_COMMAND_CALL_H
#define LAB_COMMAND_CALL_H

struct call_request;
struct cmd_call;
struct diag;
struct endpoint;

/* Make call q on the socket named by the command's first argument; q->fd is filled in here.
 * data, new_name: as in world_call(). format: the arguments of the call behind the descriptor as
 * strace(1) shows them, "" when there are none. Returns what `run` shall return. */
__attribute__((format(printf, 6, 7))) int call_on_socket(struct cmd_call *c, struct call_request *q,
	const void *data, const char *new_name, struct diag *d, const char *format, ...);

#endif
