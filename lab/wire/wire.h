/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire: every packet of every host comes out of a host's TUN here, gets a number, and is delivered
 * into the TUN of the host it is for, unless a rule or the user says otherwise. No event loop inside:
 * whoever sees a TUN readable calls wire_pump(). One thread.
 *
 * A packet is PENDING (will be delivered as soon as the world allows), HELD (until step, release or
 * drop), DELAYED (until its time has come, then pending), or gone (delivered or dropped; only the journal
 * remembers). Pending and held ones keep their order, unless they are swapped or stepped out of it.
 *
 * In bulk flow a kernel is asked for trains of segments (train.h), and one to which nothing is to happen is carried to
 * the other kernel as it is. It is told as the segments it consists of, and cut into them where anything depends on
 * one of them: a rule, a recording, a state that it may move, a repetition, a look at what is on the wire. So
 * a rule meets segments, also those that waited in a TUN as a train when it came.
 *
 * Rules apply once, when a packet leaves its kernel: a drop ends it; else it may be corrupted, copied,
 * delayed (by the longer of delay and rate) and held, by the oldest rule of each kind that is not used up.
 * A packet to a group (multicast, broadcast) is one for each host, and each of them meets the rules. Duplicates
 * and forged packets are the user's own doing: no rule sees them, a duplicate only stays with its original. */
#ifndef LAB_WIRE_WIRE_H
#define LAB_WIRE_WIRE_H

#include <limits.h>
#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/address.h"
#include "wire/match.h"
#include "wire/rule.h"

struct capture;
struct diag;
struct filter_set;
struct flow_place;
struct journal;
struct wire;

#define WIRE_NOWHERE UINT_MAX /* no host: of an address nobody has, of a forged packet's sender */

struct wire_origin {
	uint64_t cause; /* number of the event that made it leave; 0 = unknown */
	const char *from, *to; /* names of the sockets at both ends; borrowed; NULL = none known */
};

enum wire_passage {
	PASSAGE_CLOSED, /* the effect of something earlier is still unread */
	PASSAGE_ALONE, /* open, but it can move a state: the segments of a train one by one */
	PASSAGE_OPEN,
};

/* How the wire asks and tells the world around it. All are called from inside wire calls. */
struct wire_watch {
	/* A packet has just left `host`'s kernel for that of `to` (WIRE_NOWHERE: nobody's address): read back
	 * its sender, say why it left and whose it is. again: it repeats one sent before.
	 * host WIRE_NOWHERE: it was forged, so only whose it is counts. */
	struct wire_origin (
		*sent)(void *arg, unsigned host, unsigned to, const struct segment *s, bool again);
	/* May this packet, or train, enter `host`'s kernel now? */
	enum wire_passage (*may_deliver)(void *arg, unsigned host, const struct segment *s);
	/* It has entered `host`'s kernel, journalled as `event`: read back its receiver. */
	void (*delivered)(void *arg, unsigned host, const struct segment *s, uint64_t event);
};

enum packet_standing {
	PACKET_PENDING,
	PACKET_HELD,
	PACKET_DELAYED,
};

/* One packet on the wire, as listed by wire_next(). */
struct wire_packet {
	uint64_t number; /* the #N people type; of a train the first */
	uint64_t event; /* its EVENT_SEGMENT, EVENT_COPY or EVENT_FORGED; of a train the first */
	uint64_t sent_ns; /* CLOCK_MONOTONIC */
	uint64_t due_ns; /* when it may go on, if it was delayed; else 0 */
	unsigned from, to; /* host numbers; from may be WIRE_NOWHERE */
	enum packet_standing standing;
	bool was_held;
	unsigned
		once; /* number of the rule that holds it, and wants nothing sent again meanwhile; 0 = none */
	struct segment segment;
	uint16_t piece; /* of a train: see train_piece(); 0 = it is one segment */
	struct virtio_net_hdr header; /* how its TUN gave it, and how another takes it */
	TAILQ_ENTRY(wire_packet) place; /* in the queue of its standing */
	uint8_t size; /* how many bytes there are: see parts.h */
	size_t len; /* bytes that count */
	uint8_t bytes[];
};

/* journal and watch are borrowed. Never NULL. */
struct wire *wire_new(struct journal *journal, const struct wire_watch *watch, void *arg);
void wire_free(struct wire *w);

/* ---- hosts ---- */

/* Connect host number `host` (0, 1, 2 ... in order): name and tun are borrowed, tun is non-blocking and has
 * IFF_VNET_HDR; -1 = a ghost: it has addresses and no kernel, and what is sent to it is only shown. Its addresses are
 * 127.0.0.0/8 and those of wire_address(). */
void wire_attach(struct wire *w, unsigned host, const char *name, int tun);
void wire_address(struct wire *w, unsigned host, const struct address *address);
/* The cable of a host: while it is cut, what the host sends to others and what arrives for it is lost. */
void wire_cut(struct wire *w, unsigned host, bool cut);
/* Power cut: nothing more comes out of it, and what arrives for it is lost; what it has sent goes on. */
void wire_silence(struct wire *w, unsigned host);
/* Host `next`, attached last, takes the place of `host`, as after a reboot: its addresses, its cable, and what
 * is on its way to it. What the old one has sent goes on, as if the new one had. */
void wire_succeed(struct wire *w, unsigned host, unsigned next);
/* It is no more: its addresses are free, and what is on its way from or to it is gone. */
void wire_detach(struct wire *w, unsigned host);
/* Who has this address now? Of 127.0.0.0/8: `self`. WIRE_NOWHERE = nobody. */
unsigned wire_find_host(const struct wire *w, unsigned self, const struct address *address);

/* No rules, and nothing known of any conversation: for a lab that begins anew. Packet numbers go on. */
void wire_begin_anew(struct wire *w);

/* ---- carrying ---- */

/* Take in what the kernels have sent, without delivering. true when there was something. */
bool wire_drain(struct wire *w);
/* The same of one kernel: what it has answered to what it was just given. */
bool wire_drain_host(struct wire *w, unsigned host);
/* So much has piled up behind a host's TUN, until it was now taken in, that it may have had no room for some. Says so once. */
bool wire_was_crowded(struct wire *w, unsigned host);
/* Take in and deliver until nothing is left to do or the world says wait. true when something moved.
 * Stops by itself after a few thousand packets, so that an endless transfer cannot starve the loop. */
bool wire_pump(struct wire *w);
/* Somebody begins to look closely: each segment travels by itself again, until the kernels have once more sent in
 * bulk. */
void wire_end_flow(struct wire *w);
/* Nothing pending: all that is on the wire is held or delayed. (Ask wire_drain() first.) */
bool wire_idle(const struct wire *w);
/* When the next delayed packet is due (CLOCK_MONOTONIC), 0 = none is. */
uint64_t wire_due_ns(const struct wire *w);
/* What is on the wire after p (NULL: the first): pending, then held, then delayed, each in the order it
 * will go; NULL at the end. Never a train. Borrowed until the next wire call. */
const struct wire_packet *wire_next(struct wire *w, const struct wire_packet *p);
/* The highest packet number given so far. */
uint64_t wire_last_number(const struct wire *w);

/* ---- by hand: on a held packet; `cause` is the command's event. 0 or -ENOENT: it is not held ---- */

/* Let held packets go: number != 0: that one; else the oldest `count` that match (NULL = any).
 * Returns how many; 0 = none such. */
size_t wire_step(struct wire *w, uint64_t number, const struct match *m, size_t count);
int wire_drop(struct wire *w, uint64_t number, uint64_t cause);
/* A copy, held behind the original. */
int wire_duplicate(struct wire *w, uint64_t number, uint64_t cause);
/* It goes on by itself after delay_ns. */
int wire_delay(struct wire *w, uint64_t number, uint64_t delay_ns, uint64_t cause);
/* -EINVAL: it has no payload to corrupt, or no checksum. */
int wire_corrupt(struct wire *w, uint64_t number, enum corruption how, uint64_t cause);
/* Two held packets change places. -EINVAL: they are the same. */
int wire_swap(struct wire *w, uint64_t number, uint64_t other, uint64_t cause);
/* Put a packet on the wire that no kernel has sent. self: the host whose 127.0.0.1 is meant. Its number, or
 * 0 when the bytes are no packet. */
uint64_t wire_forge(struct wire *w, unsigned self, const uint8_t *bytes, size_t len,
	uint64_t cause);

/* How far the conversation from src to dst has come. false: nothing is known of it. self: as above. */
bool wire_place(const struct wire *w, unsigned self, const struct address *src,
	const struct address *dst, struct flow_place *ret_place);
/* A number for forged addresses and ports: the same row of them in every lab, so that a recipe tells the same
 * story each time. */
uint64_t wire_random(struct wire *w);

/* ---- recording ---- */

/* Record what is on the wire and what will be in `c`, which is owned from here; NULL = nothing. The recording
 * before it ends: 0, or -errno with d filled as capture_close(). When a file cannot be written any more, a
 * note in the journal says so, and all else goes on. */
int wire_capture(struct wire *w, struct capture *c, struct diag *d);
/* Is there a recording? */
bool wire_captured(const struct wire *w);

/* ---- rules ---- */

/* The rules, to add to, remove from and list. By a rule of holding `once` packets are held, and as long as they are, what is
 * sent again in their conversations is dropped. */
struct rule_list *wire_rules(struct wire *w);
/* The filters that MATCHes of this lab use. */
struct filter_set *wire_filters(struct wire *w);
/* While a recipe waits for a person to go on, or to answer, its kernels' timers do not: what they send again is dropped as long as
 * something of its conversation is held, or the recipe would find another wire than it left. */
void wire_wait(struct wire *w, bool waits);
/* End all holding; what is held becomes pending, oldest first. Returns how many there were. */
size_t wire_release(struct wire *w);

#endif
