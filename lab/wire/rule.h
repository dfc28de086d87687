/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What shall be done with coming packets: a list of rules, each with a MATCH, a count and its hits. Plain
 * bookkeeping; the wire (wire.c) carries it out. */
#ifndef LAB_WIRE_RULE_H
#define LAB_WIRE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/match.h"

struct text;

#define RULE_CHANCE_SURE 1000000 /* in a million */

enum rule_kind {
	RULE_HOLD,
	RULE_DROP,
	RULE_DUPLICATE,
	RULE_DELAY,
	RULE_CORRUPT,
	RULE_RATE,
	RULE_COUNT,
};

/* What corrupting does to a packet. */
enum corruption {
	CORRUPT_CHECKSUM, /* the transport checksum is left wrong: the kernel must drop it */
	CORRUPT_PAYLOAD, /* a payload byte is changed, and the checksum right: nobody can tell */
};

struct rule {
	unsigned number; /* 1, 2, 3 ...: how people name it; set by rule_add() */
	enum rule_kind kind;
	struct match match;
	uint64_t count; /* packets it is for; 0 = all, for ever */
	uint32_t chance_ppm; /* in a million: how many of those it is for; 0 = all */
	uint64_t chance_seed;
	uint64_t dice; /* state of the generator for the chance */
	uint64_t hits; /* packets it was applied to */
	uint64_t passed; /* packets it was for and that the dice let pass */
	bool once; /* HOLD: what is sent again because of what it holds is dropped */
	uint64_t repeats; /* how often that was */
	uint64_t delay_ns,
		jitter_ns; /* DELAY: delay_ns +- jitter_ns, evenly spread, from the seed */
	uint64_t seed;
	uint64_t random; /* DELAY: state of the generator */
	uint64_t bits_per_s; /* RATE: counted from the IP header on */
	uint64_t free_ns; /* RATE: when the last packet will have passed (CLOCK_MONOTONIC) */
	enum corruption corruption;
	uint64_t command; /* its EVENT_COMMAND: where it was made */
	struct rule *next;
};

struct rule_list {
	struct rule *first; /* owned list, oldest first */
	unsigned numbers;
};

void rule_list_done(struct rule_list *list);
/* Append a copy of *made, numbered. Borrowed until it is removed. */
struct rule *rule_add(struct rule_list *list, const struct rule *made);
/* 0, or -ENOENT when no rule has this number. */
int rule_remove(struct rule_list *list, unsigned number);
/* Remove all of one kind. */
void rule_remove_kind(struct rule_list *list, enum rule_kind kind);

/* For each kind the oldest rule that this packet matches, that is not used up and whose dice do not let it pass, else
 * NULL; counted as a hit of each that will be applied: a drop leaves the others without one, and a packet without
 * payload is none for a rule that corrupts payload. */
void rule_list_apply(struct rule_list *list, const struct segment *s, const uint8_t *packet,
	size_t len, struct rule *ret_by_kind[RULE_COUNT]);
/* A packet was dropped because of what the rule with this number holds. The rule may be gone. */
void rule_list_repeated(struct rule_list *list, unsigned number);
/* When a packet of `len` bytes that a DELAY or RATE rule applies to may go on, now being now_ns. */
uint64_t rule_delay(struct rule *rule, size_t len, uint64_t now_ns);

/* "drop syn/ack to 10.0.0.1 x2", "drop data 10% seed 1", "delay data 100ms +-20ms seed 7". Appended. */
void rule_format(const struct rule *rule, struct text *out);

#endif
