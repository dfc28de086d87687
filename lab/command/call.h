/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands that make a system call have in common. */
#ifndef LAB_COMMAND_CALL_H
#define LAB_COMMAND_CALL_H

#include "base/address.h"

struct call_answer;
struct call_order;
struct call_reply;
struct call_request;
struct cmd_call;
struct diag;

/* Make call q on the descriptor named by the command's first argument; q->fd is filled in here, and
 * order's request, text and endpoint (order NULL: nothing else to say). format: the arguments of the call
 * behind the descriptor as strace(1) shows them, "" when there are none. Returns what `run` shall return. */
__attribute__((format(printf, 5, 6))) int call_on_socket(struct cmd_call *c, struct call_request *q,
	const struct call_order *order, struct diag *d, const char *format, ...);

/* An address as a call shows it: with its port, also when that is 0. */
const char *call_address(const struct address *a, char buffer[ADDRESS_TEXT_MAX]);

#endif
