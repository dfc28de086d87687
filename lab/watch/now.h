/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a lab is no event: how a socket stood when it was last read, as a line of JSON beside those of the journal,
 * and the first and the last line a watcher gets. The keys are in lab/journal/README.md. Times are nanoseconds since
 * the lab began, as events have them. Any thread. */
#ifndef LAB_WATCH_NOW_H
#define LAB_WATCH_NOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/tcp_state.h"

struct diag;
struct json_t;
struct text;

struct socket_now {
	uint32_t endpoint; /* the lab's number, from 1 */
	const char *name, *host; /* borrowed, as all here are */
	const char *process; /* who holds the descriptor; NULL = nobody */
	int pid, fd;
	bool tcp; /* else the state says nothing */
	enum tcp_state state;
	struct address local, remote;
	uint32_t recvq, sendq; /* bytes; of a listener: to be accepted, and how many at most */
	const char *timer; /* "retransmission" ...; NULL = none */
	uint64_t due_ns; /* when it fires */
	uint32_t retransmits;
	bool held; /* somebody has had a descriptor of it: it does not wait for accept() */
	uint32_t cwnd; /* segments */
	uint64_t rto_us; /* 0 = cwnd and this are not known */
	uint64_t read_ns; /* when the kernel said what the queues hold; 0 = it never did */
};

enum watch_line {
	WATCH_LINE_EVENT, /* one of the journal */
	WATCH_LINE_HELLO,
	WATCH_LINE_NOW,
	WATCH_LINE_END,
};

/* What a watcher is told first. */
struct watch_hello {
	int pid; /* of the lab */
	uint64_t start_ns; /* when it began, CLOCK_MONOTONIC */
	const char *title; /* what it plays; borrowed */
};

/* Each a line with its newline, appended. t_ns: now. */
void now_format_hello(const struct watch_hello *hello, struct text *out);
void now_format(const struct socket_now *now, uint64_t t_ns, struct text *out);
void now_format_end(uint64_t t_ns, struct text *out);
/* A number that changes when anything of it does; the time it was read counts in half seconds. */
uint64_t now_hash(const struct socket_now *now);

/* Which line is this? */
enum watch_line now_kind(const struct json_t *object);
/* What is in it, with strings borrowed from the object. 0, or -EBADMSG with d filled. */
int now_read_hello(const struct json_t *object, struct watch_hello *ret_hello, struct diag *d);
int now_read(const struct json_t *object, struct socket_now *ret_now, struct diag *d);

#endif
