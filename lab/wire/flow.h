/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the wire remembers of each direction of each conversation: where its sequence numbers began, so
 * that people read 0, 1, 2; and its last segments, so that a repetition is known for what it is. */
#ifndef LAB_WIRE_FLOW_H
#define LAB_WIRE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/segment.h"

struct flow_table;

/* Which host these addresses belong to: of 127.0.0.0/8, which everybody has, at either end `host`, else 0. */
unsigned flow_host(const struct address *src, const struct address *dst, unsigned host);

struct flow_table *flow_table_new(void);
void flow_table_free(struct flow_table *table);

/* Does s continue its direction where it had come to? host: as below. */
bool flow_table_continues(const struct flow_table *table, const struct segment *s, unsigned host);
/* Fill s's relative numbers and what its window is to be shifted by. A SYN sets where its direction begins; a direction first seen in its
 * middle begins with the first segment seen. Returns the number of the last segment that carried this one's
 * first sequence number, for then it sends it again, whole or in part (Linux counts it in TcpRetransSegs); 0 when
 * it is new, or repeats one longer ago than fits in a window. `number` is its own, or that of the
 * first of a train with segments of `piece` bytes (0: it is none); host: who sent it, for every host has
 * 127.0.0.1. */
uint64_t flow_table_see(struct flow_table *table, struct segment *s, unsigned host, uint64_t number,
	uint16_t piece);
/* The same for a forged segment. begins: nobody else speaks for its sender, so it may set where that
 * direction begins; else it leaves everything as it is, and where nothing is known its relative numbers
 * are the absolute ones. */
void flow_table_forged(struct flow_table *table, struct segment *s, unsigned host, bool begins);
/* How far one direction has come, all numbers as on the wire. */
struct flow_place {
	uint32_t base; /* its relative number 0 */
	uint32_t next; /* behind the last byte sent so far: what its sender will use next */
	uint32_t acked; /* what the other end has acknowledged; base when nothing */
};
/* false: nothing is known of this direction. host: for 127.0.0.0/8. */
bool flow_table_place(const struct flow_table *table, const struct address *src,
	const struct address *dst, unsigned host, struct flow_place *ret_place);

#endif
