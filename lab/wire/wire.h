/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire: every packet of every host comes out of a host's TUN here, gets a number, and is delivered
 * into the TUN of the host it is for, unless a rule or the user says otherwise. No event loop inside:
 * whoever sees a TUN readable calls wire_pump(). One thread.
 *
 * A segment is PENDING (will be delivered as soon as the world allows), HELD (until step, release or
 * drop), or gone (delivered or dropped; only the journal remembers). Pending ones keep their order. */
#ifndef LAB_WIRE_WIRE_H
#define LAB_WIRE_WIRE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "wire/match.h"

struct journal;
struct text;
struct wire;

#define WIRE_HOSTS_MAX 64 /* over the life of a wire, ended ones included */
#define WIRE_NOWHERE UINT_MAX /* no host has that address */

struct wire_origin {
	uint64_t cause; /* number of the event that made it leave; 0 = unknown */
	const char *from, *to; /* names of the sockets at both ends; borrowed; NULL = none known */
};

/* How the wire asks and tells the world around it. All are called from inside wire calls. */
struct wire_watch {
	/* A packet has just left `host`'s kernel for that of `to` (WIRE_NOWHERE: nobody's address): read back
	 * its sender, say why it left and whose it is. again: it repeats one sent before. */
	struct wire_origin (
		*sent)(void *arg, unsigned host, unsigned to, const struct segment *s, bool again);
	/* May this segment enter `host`'s kernel now, or is the effect of something earlier still unread? */
	bool (*may_deliver)(void *arg, unsigned host, const struct segment *s);
	/* It has entered `host`'s kernel, journalled as `event`: read back its receiver. */
	void (*delivered)(void *arg, unsigned host, const struct segment *s, uint64_t event);
};

/* One segment on the wire, as listed by wire_get(). */
struct wire_packet {
	uint64_t number; /* the #N people type */
	uint64_t event; /* its EVENT_SEGMENT, EVENT_COPY or EVENT_FORGED */
	uint64_t sent_ns; /* CLOCK_MONOTONIC */
	unsigned from, to; /* host indices */
	bool held; /* stays until let go */
	bool was_held;
	struct segment segment;
	struct wire_packet *next;
	size_t len;
	uint8_t bytes[];
};

/* journal and watch are borrowed. Never NULL. */
struct wire *wire_new(struct journal *journal, const struct wire_watch *watch, void *arg);
void wire_free(struct wire *w);

/* Connect host number `host` (0, 1, 2 ... in order): name and tun are borrowed, tun is non-blocking.
 * Its addresses are 127.0.0.0/8 and those of wire_address(). */
void wire_attach(struct wire *w, unsigned host, const char *name, int tun);
void wire_address(struct wire *w, unsigned host, const struct address *address);

/* Host number `host` is gone: lose what is on its way from or to it, and every rule. */
void wire_detach(struct wire *w, unsigned host);

/* Take in what the kernels have sent, without delivering. true when there was something. */
bool wire_drain(struct wire *w);
/* Take in and deliver until nothing is left to do or the world says wait. true when something moved.
 * Stops by itself after a few thousand segments, so that an endless transfer cannot starve the loop. */
bool wire_pump(struct wire *w);
/* Nothing pending: all that is on the wire is held. (Ask wire_drain() first.) */
bool wire_idle(const struct wire *w);

/* Hold coming segments that match (NULL = all). */
void wire_hold(struct wire *w, const struct match *m);
/* End all holding; what is held becomes pending, oldest first. Returns how many there were. */
size_t wire_release(struct wire *w);
/* Let held segments go: number != 0: that one; else the oldest `count` that match (NULL = any).
 * Returns how many; 0 = none such. */
size_t wire_step(struct wire *w, uint64_t number, const struct match *m, size_t count);
/* Lose one held segment. 0 or -ENOENT. */
int wire_drop(struct wire *w, uint64_t number, uint64_t cause);
/* Lose the next `count` coming segments that match; 0 = all, for ever. */
void wire_drop_rule(struct wire *w, const struct match *m, uint64_t count);

/* What is on the wire, oldest first; NULL past the end. Borrowed until the next wire call. */
const struct wire_packet *wire_get(const struct wire *w, size_t index);
/* The highest segment number given so far. */
uint64_t wire_last_number(const struct wire *w);
/* "hold: any segment", "drop: syn (1 of 2 done)": a line each, appended. */
void wire_format_rules(const struct wire *w, struct text *out);

#endif
