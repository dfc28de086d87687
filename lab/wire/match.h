/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which segments a rule, a step or an expectation means: `syn/ack from bob port 80`. A plain value; names were resolved
 * before, those of hosts to addresses, those of sockets to what says which addresses they have by now. */
#ifndef LAB_WIRE_MATCH_H
#define LAB_WIRE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/party.h"
#include "journal/segment.h"

struct text;

/* What a segment must have. The bits are the flags' own; these are bits the header has not. */
#define MATCH_DATA 0x100 /* a TCP segment with payload */
#define MATCH_TCP 0x200
#define MATCH_UDP 0x400
#define MATCH_ICMP 0x800

struct filter;

/* X of `from X`. */
struct match_end {
	struct address address; /* family AF_UNSPEC = any; port 0 = any port */
	/* a host was named, and these are its, too: borrowed from it */
	const struct address *also;
	size_t also_count;
	/* a socket was named, and nothing of the above counts: borrowed from it. Connected it means its connection, and so
	 * both ends; else its local address and port, and before it has those nothing. */
	const struct party *socket;
};

struct match {
	/* SEGMENT_SYN | _FIN | _RST | _ACK, MATCH_DATA; or one of MATCH_TCP, _UDP, _ICMP; 0 = any packet */
	uint16_t must;
	struct match_end from, to;
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
/* A socket it names has ended, and what is sent between its addresses from now on is another's. */
bool match_is_over(const struct match *m);

/* "syn/ack from a", "data to 127.0.0.1:80", "any". Appended. */
void match_format(const struct match *m, struct text *out);
/* A segment as a MATCH would name it: "fin/ack", "data". Appended. */
void match_format_segment(const struct segment *s, struct text *out);

#endif
