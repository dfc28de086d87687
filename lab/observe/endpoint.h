/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One socket of the kernel as the observer knows it. The tracker of its host makes, changes and frees it
 * (tracker.h). */
#ifndef LAB_OBSERVE_ENDPOINT_H
#define LAB_OBSERVE_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/address.h"
#include "base/hash_table.h"
#include "base/tcp_state.h"
#include "observe/sockdiag.h"

struct descriptor;
struct process;
struct tracker;

struct endpoint {
	uint32_t id; /* the lab's number, from 1 */
	uint64_t cookie; /* 0 = the descriptor is gone and the kernel never showed it */
	char *name; /* owned: what the user calls it, or LISTENER/N until accepted */
	char *process; /* owned: name of the process that holds the descriptor; NULL = nobody */
	int fd; /* in that process; -1 = nobody's */
	bool was_held; /* it has had a descriptor, so when nobody has it now it is not waiting for accept() */
	struct address local, remote;
	enum tcp_state state;
	enum sock_timer timer;
	uint64_t timer_due_ns; /* CLOCK_MONOTONIC; meaningful when timer is not NONE */
	uint64_t
		unset_due_ns; /* when to look again for the timer it must get; 0 = it needs none, or has it */
	uint64_t unset_poll_ns; /* how long that look waits */
	uint32_t retransmits;
	uint32_t recvq, sendq;
	uint32_t round; /* of the last dump it was in (tracker_parts.h) */
	uint64_t read_ns; /* when the kernel last said all this (CLOCK_MONOTONIC); 0 = never */
	bool has_data; /* it has sent data since it was last looked at, so sendq is out of date */
	bool fin_waits; /* a FIN has come to it before data that is still missing */
	uint32_t children; /* connections that came to this listener so far */
	uint8_t protocol; /* IPPROTO_TCP, or another, which has no state */
	uint32_t inode; /* of its descriptor as in /proc/PID/fd; 0 = none, or not reported yet */
	uint64_t sent, received; /* bytes that calls have moved, for the place in the stream */
	uint64_t changed; /* event number of the last state change */
	uint64_t timer_event; /* of its last EVENT_TIMER; 0 = none */
	uint64_t timer_told_ns; /* when (CLOCK_MONOTONIC) */
	uint64_t
		timer_sent; /* the EVENT_TIMER behind the last segment that one of its timers sent */
	uint32_t timer_ts; /* and that segment's timestamp (RFC 7323) */
	uint64_t hidden_event; /* of its last one that sock_diag does not show; 0 = none */
	uint64_t last_in; /* the EVENT_DELIVERED of the last segment it got; 0 = none */
	struct tracker *tracker; /* borrowed, up */
	struct descriptor *held; /* the world's: its first open descriptor; NULL = nobody's */
	struct process *
		left_by; /* the world's: whose descriptor of it was the last that went; NULL = none has */
	/* endpoint_index.h */
	struct hash_link by_cookie, by_pair, by_port;
	bool has_pair, has_port; /* it is in that one */
	bool is_touched;
	TAILQ_ENTRY(endpoint) touched;
};

#endif
