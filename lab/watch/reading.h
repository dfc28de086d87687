/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes without an event: queues, congestion window, retransmission timeout. Read from the kernel for watchers, a
 * few sockets at a time and one after the other, so that a lab with a thousand of them has no more to do than one with
 * ten; the tracker is not told, so that whether somebody watches makes no difference to the story. The world's thread. */
#ifndef LAB_WATCH_READING_H
#define LAB_WATCH_READING_H

#include <stddef.h>
#include <stdint.h>

struct endpoint;
struct socket_now;
struct world;

struct reading {
	uint64_t read_ns; /* CLOCK_MONOTONIC; 0 = not yet */
	uint32_t recvq, sendq; /* bytes; of a listener: to be accepted, and how many at most */
	uint32_t cwnd; /* segments */
	uint64_t rto_us; /* 0 = cwnd and this are not known */
};

/* All zero: nothing was read yet. */
struct readings {
	struct reading *items; /* owned: by the endpoint's number */
	size_t count;
	size_t next; /* socket of the world that is read next */
};

/* Read some more sockets, `most` at most, coming round to the first again. */
void readings_go_on(struct readings *r, const struct world *w, unsigned most);
/* Borrowed until the next reading; NULL = it was not read yet. */
const struct reading *readings_get(const struct readings *r, const struct endpoint *e);
/* How a socket stands, by what the tracker knows and what was read since. Strings are borrowed from the world. */
struct socket_now readings_now(const struct readings *r, const struct world *w,
	const struct endpoint *e);
void readings_done(struct readings *r);

#endif
