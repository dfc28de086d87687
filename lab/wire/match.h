/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which segments a rule, a step or an expectation means: `syn/ack from bob port 80`. A plain value;
 * names were resolved to addresses before. */
#ifndef LAB_WIRE_MATCH_H
#define LAB_WIRE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "journal/segment.h"

struct text;

/* What a segment must have. The bits are the flags' own; these are bits the header has not. */
#define MATCH_DATA 0x100 /* a TCP segment with payload */
#define MATCH_TCP 0x200
#define MATCH_UDP 0x400
#define MATCH_ICMP 0x800

struct filter;

struct match {
	/* SEGMENT_SYN | _FIN | _RST | _ACK, MATCH_DATA; or one of MATCH_TCP, _UDP, _ICMP; 0 = any packet */
	uint16_t must;
	struct address from, to; /* family AF_UNSPEC = any; port 0 = any port */
	/* a host was named, and these are its, too: borrowed from it */
	const struct address *from_also, *to_also;
	size_t from_also_count, to_also_count;
	uint16_t port; /* either end; 0 = any */
	const struct filter *filter; /* `where "..."`: borrowed, from filter_get(); NULL = none */
};

/* Parse one word such as "syn/ack", "data/fin" or "SYN", as the lab itself prints it. 0, or -EINVAL when it is not such a word. */
int match_parse_word(const char *word, uint16_t *ret_must);
/* The words match_parse_word() knows, for completion and messages, NULL at the end. */
extern const char *const match_words[];

/* `syn` means SYN without ACK, `ack` alone a pure acknowledgement (no SYN, FIN, RST, no data); all
 * other words ask for what they name and leave the rest open. */
bool match_segment(const struct match *m, const struct segment *s);
/* The same, and the filter on the packet's bytes. match_segment() leaves the filter out. */
bool match_packet(const struct match *m, const struct segment *s, const uint8_t *packet,
	size_t len);

/* "syn/ack from 127.0.0.1:80", "any". Appended. */
void match_format(const struct match *m, struct text *out);
/* A segment as a MATCH would name it: "fin/ack", "data". Appended. */
void match_format_segment(const struct segment *s, struct text *out);

#endif
