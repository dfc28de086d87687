/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the wire: what its files share. Nobody outside lab/wire includes this.
 *
 * attached.c  hosts, and whether there is a way to them
 * wire.c      taking packets in, carrying them
 * offload.c   packets as a TUN gives and takes them: trains, when they are asked for, and when they are cut
 * byhand.c    what the user does to packets: step, drop, duplicate, delay, corrupt, swap, forge */
#ifndef LAB_WIRE_PARTS_H
#define LAB_WIRE_PARTS_H

#include "journal/event.h"
#include "wire/wire.h"

#define STANDINGS 3
/* Packets come in three sizes, in bytes: one of the wire's MTU of 1500 fits; a train of a few segments; an IPv6 header
 * and all its length field can say. */
#define PACKET_SIZES 3
#define PACKET_ROOM 2048
#define PACKET_MIDDLE 16384
#define PACKET_MAX 65575

enum host_condition {
	HOST_UP,
	HOST_GHOST,
	HOST_DOWN, /* its power is cut */
	HOST_GONE,
};

struct wire_host {
	const char *name; /* borrowed */
	enum host_condition condition;
	int tun; /* borrowed; -1 unless UP */
	bool cut; /* its cable */
	bool crowded; /* so much was taken from its TUN at once that some may have found no room there */
	bool drained; /* when it was last read, it ran empty */
	bool flows; /* in bulk, so its kernel was asked for trains */
	uint64_t pace_bytes; /* data it has sent ... */
	uint64_t pace_ns; /* ... since then (CLOCK_MONOTONIC) */
	struct address *addresses; /* owned */
	size_t address_count;
};

TAILQ_HEAD(packet_queue, wire_packet);

struct wire {
	struct journal *journal; /* borrowed */
	struct wire_watch watch;
	void *arg;
	struct wire_host *hosts; /* owned */
	unsigned host_count;
	struct packet_queue queues[STANDINGS]; /* owned packets; delayed ones by due_ns */
	struct packet_queue spares[PACKET_SIZES]; /* owned packets, to be used again */
	unsigned spare_count[PACKET_SIZES];
	size_t held_once; /* packets that are held, and of which nothing is wanted again meanwhile */
	struct rule_list rules;
	struct filter_set *filters; /* owned */
	struct capture *capture; /* owned; NULL = nobody records */
	struct flow_table *flows; /* owned */
	uint64_t numbers;
	bool waits; /* wire_wait() */
	uint64_t random; /* state of the generator for forged addresses */
	struct wire_packet
		*large; /* owned: where what is too long for a small one lands; or NULL */
};

/* ---- offload.c ---- */

/* The next packet off a host's TUN, decoded, its checksum complete unless it is a train, and on no queue; NULL when
 * there is none. */
struct wire_packet *packet_read(struct wire *w, unsigned host);
/* Write it into its host's TUN. 0 or -errno. */
int packet_write(struct wire *w, const struct wire_packet *p);
/* May this train be carried as it is? */
bool packet_runs(struct wire *w, const struct wire_packet *p);
/* Its segments one by one, to the end of `into`, or before a packet in it; with their numbers, if it has any. p is on
 * no queue and freed. */
void packet_cut(struct wire *w, struct wire_packet *p, struct packet_queue *into,
	struct wire_packet *before);
/* The same of a pending one: the first of its segments is where it was. */
struct wire_packet *packet_cut_pending(struct wire *w, struct wire_packet *p);

/* A packet to fill, on no queue. `room` bytes at least, at most PACKET_MAX. Owned. */
struct wire_packet *packet_new(struct wire *w, size_t room);
/* Free it, or keep it to be used again. It is on no queue. */
void packet_free(struct wire *w, struct wire_packet *p);
/* Put it at the end of the queue of `standing`; a delayed one where its due_ns belongs. */
void packet_put(struct wire *w, struct wire_packet *p, enum packet_standing standing);
/* Take it out of its queue. */
void packet_take(struct wire *w, struct wire_packet *p);
/* The held packet with this number, or NULL. */
struct wire_packet *packet_held(const struct wire *w, uint64_t number);
/* A copy with a number of its own, journalled, on no queue. */
struct wire_packet *packet_copy(struct wire *w, const struct wire_packet *p, unsigned to,
	uint64_t cause);
/* Change its bytes, and tell. why: by which rule or command. 0 or -EINVAL. */
int packet_corrupt(struct wire *w, struct wire_packet *p, enum corruption how, const char *why,
	uint64_t cause);

/* Journal a verdict on p, and put it in the recording. Returns the event's number. */
uint64_t wire_judge(struct wire *w, const struct wire_packet *p, struct event verdict);
/* The same of what most verdicts have, for each segment of a train; cause: of its first one, that of the next follows
 * it; 0 = that it was sent. Returns the last event's number. */
uint64_t wire_tell(struct wire *w, const struct wire_packet *p, enum event_kind kind,
	uint64_t cause, const char *text);
/* Number p, journal it as `kind` with what the world knows of it, and find out where it is going. */
void wire_announce(struct wire *w, struct wire_packet *p, enum event_kind kind,
	struct wire_origin origin, uint64_t repeats);
/* Nothing is in its way, and a kernel is at its end. */
bool wire_is_clear(const struct wire *w, const struct wire_packet *p);
/* false: it is lost on the spot, and that was told: nobody has the address, or a cable is cut. */
bool wire_has_way(struct wire *w, struct wire_packet *p);

/* Multicast and broadcast: everybody but the sender gets it; its own kernel has served its own members. */
bool wire_is_group(const struct address *a);
/* The next host after `host` that a group's packet from `from` goes to; WIRE_NOWHERE = no more. */
unsigned wire_next_member(const struct wire *w, unsigned from, unsigned host);

#endif
