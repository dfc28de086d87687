/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a lab stands, as a watcher knows it: its sockets, what is kept on the wire, calls that have not returned. Made of
 * the journal's events and of "now" lines, as they come. Times are since the lab began. One thread. */
#ifndef LAB_WATCH_STAND_H
#define LAB_WATCH_STAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/address.h"
#include "base/hash_table.h"
#include "base/tcp_state.h"

#define STAND_STATES_MOST                                                                          \
	16 /* of a socket, the last: a life has no more than eight, but it may be used again */

struct event;
struct journal;
struct socket_now;

struct stand_socket {
	TAILQ_ENTRY(stand_socket) place;
	struct hash_link by_endpoint, by_name;
	uint32_t endpoint;
	char *name, *host; /* owned */
	char *process; /* owned; NULL = nobody has its descriptor */
	int pid, fd;
	bool udp;
	enum tcp_state state;
	struct address local, remote;
	bool read; /* the rest is known, as it was at read_ns */
	bool held; /* somebody has had a descriptor of it */
	uint32_t recvq, sendq, retransmits, cwnd;
	uint64_t rto_us; /* 0 = this and cwnd are not known */
	char *timer; /* owned; NULL = none runs */
	uint64_t due_ns, read_ns;
	uint64_t told_ns; /* when its state was told last */
	/* Numbers of events, 0 = none: its first, and the last of its states and of its names. */
	uint64_t first, state_event, name_event;
	uint64_t states[STAND_STATES_MOST]; /* events, the last of its states in order */
	unsigned state_count;
};

/* A packet that is kept on the wire. */
struct stand_packet {
	TAILQ_ENTRY(stand_packet) place;
	struct hash_link by_number;
	uint64_t number;
	uint64_t event; /* that put it there */
	uint64_t kept_event; /* that it was held, or delayed last */
	uint64_t due_ns; /* when it goes on; 0 = it is held */
};

/* A call that has not returned. */
struct stand_call {
	uint64_t event;
	bool blocked;
};

struct stand {
	const struct journal *journal; /* borrowed */
	TAILQ_HEAD(stand_sockets, stand_socket)
	sockets; /* in order of appearance, without those that are gone */
	size_t socket_count;
	TAILQ_HEAD(stand_packets, stand_packet) packets; /* in the order they were kept */
	size_t packet_count;
	struct hash_table by_endpoint, by_name, by_number;
	struct stand_call *calls; /* owned */
	size_t call_count;
	uint64_t *hosts; /* owned: events that told of hosts since the lab began or began anew */
	size_t host_count;
	char *first_host, *kernel; /* owned; NULL until told */
	char *recipe; /* owned: the last one that began; NULL = none */
};

void stand_init(struct stand *s, const struct journal *journal);
void stand_done(struct stand *s);
/* Take in the next event of the journal, or a line of what is no event. */
void stand_see(struct stand *s, const struct event *event);
void stand_see_now(struct stand *s, const struct socket_now *now, uint64_t t_ns);

/* The socket of that number, the newest of that name; NULL. */
struct stand_socket *stand_socket(const struct stand *s, uint32_t endpoint);
struct stand_socket *stand_named(const struct stand *s, const char *name);

#endif
