/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sockets of the lab as rows of a socket_table: what the tracker last read, what the kernel says of sending, and the
 * last transition out of the journal. On the world's thread. */
#ifndef LAB_COMMAND_SOCKET_ROWS_H
#define LAB_COMMAND_SOCKET_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "view/socket_table.h"

struct endpoint;
struct event;
struct sock_detail;
struct world;

struct socket_rows {
	struct socket_row *rows; /* owned, and the causes in them */
	size_t count;
};

/* Append the row of e, which was looked at just now. detail: what the kernel told of it, NULL = nothing. at: number of
 * the event that ages count back from. Names in it are borrowed from the world. */
void socket_rows_add(struct socket_rows *rows, struct world *w, const struct endpoint *e,
	const struct sock_detail *detail, uint64_t at);
void socket_rows_done(struct socket_rows *rows);

/* Nanoseconds from one event of the journal to another; 0 when it is not later. */
uint64_t socket_rows_age(struct world *w, const struct event *since, uint64_t at);

#endif
