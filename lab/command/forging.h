/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `forge` is told, from words to a packet's values: addresses that may be anybody's, and places in
 * sequence space that are told relative to a conversation the wire knows. */
#ifndef LAB_COMMAND_FORGING_H
#define LAB_COMMAND_FORGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "journal/segment.h"

struct diag;
struct endpoint;
struct host;
struct statement;
struct token;
struct world;

/* A place in sequence space, as it was told: only when both addresses are known it becomes a number. */
struct forged_place {
	enum {
		PLACE_UNTOLD, /* as NEXT, but nothing to count from is no mistake */
		PLACE_RELATIVE, /* from the direction's base */
		PLACE_NEXT, /* from what the direction's sender would send next */
		PLACE_SOCKET, /* from what that socket would send next */
		PLACE_RAW,
	} from;
	const struct endpoint *endpoint; /* SOCKET: borrowed */
	int64_t number;
	const struct token *token; /* where it was told */
};

struct forging {
	struct world *world; /* borrowed, as all below */
	const struct statement *statement;
	const struct host *self; /* whose 127.0.0.1 is meant */
	size_t next; /* index of the first word behind the kind */
	struct segment
		segment; /* kind, addresses, flags, icmp ...; seq and ack are filled at last */
	struct forged_place seq, ack;
	struct forged_place sack[SEGMENT_SACK_MAX][2];
	size_t sack_count;
	uint32_t mtu;
	const char *icmp_kind; /* its name; NULL = no ICMP */
	const struct token *about; /* segment.icmp quotes this; borrowed; NULL = nobody */
	bool window; /* was told */
	bool spoil; /* the checksum */
	struct text payload; /* owned */
};

/* The words there are, for completion, by index; NULL past the end. */
const char *forging_flag(size_t index);
const char *forging_icmp_kind(size_t index);
/* What may follow: "from", "seq" ... (forge.c) */
const char *forging_detail(size_t index);

/* Each reads words from *index on and moves *index behind them: 0, or -EINVAL with a message. */

/* FLAGS, udp, or icmp KIND at words[1]. */
int forging_read_kind(struct forging *f, struct diag *d);
/* A socket, an address with or without a port, or PREFIX/LEN:random. */
int forging_read_end(struct forging *f, size_t *index, struct address *ret_address, struct diag *d);
/* 1, next, next+1, c, c+100, raw 123. */
int forging_read_place(struct forging *f, size_t *index, struct forged_place *ret_place,
	struct diag *d);
/* #SEG or a socket: what an ICMP error is about; its receiver and sender follow unless they were told. */
int forging_read_about(struct forging *f, size_t *index, struct diag *d);

/* Build it, PACKET_BUILD_MAX bytes of room. Its length, or -EINVAL with a message. */
int forging_build(struct forging *f, uint8_t *packet, struct diag *d);

#endif
