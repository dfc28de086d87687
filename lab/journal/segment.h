/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one packet on the wire says: a TCP segment, or a UDP datagram, an ICMP message or another packet
 * as far as they say the same things. A plain value: lab/wire fills it from bytes; the journal keeps it;
 * views and expectations read it. And its text form: pure functions. */
#ifndef LAB_JOURNAL_SEGMENT_H
#define LAB_JOURNAL_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

struct text;

/* TCP flag bits as on the wire (RFC 9293 3.1). */
enum segment_flag {
	SEGMENT_FIN = 0x01,
	SEGMENT_SYN = 0x02,
	SEGMENT_RST = 0x04,
	SEGMENT_PSH = 0x08,
	SEGMENT_ACK = 0x10,
	SEGMENT_URG = 0x20,
	SEGMENT_ECE = 0x40,
	SEGMENT_CWR = 0x80,
};

#define SEGMENT_SACK_MAX 4
#define SEGMENT_EXCERPT_MAX 24

/* Which options of struct segment_options are present. */
enum segment_option {
	OPTION_MSS = 1 << 0, /* RFC 9293 3.7.1 */
	OPTION_WINDOW_SCALE = 1 << 1, /* RFC 7323 2 */
	OPTION_SACK_PERMITTED = 1 << 2, /* RFC 2018 2 */
	OPTION_SACK = 1 << 3, /* RFC 2018 3 */
	OPTION_TIMESTAMPS = 1 << 4, /* RFC 7323 3 */
	OPTION_MD5 = 1 << 5, /* RFC 2385 */
	OPTION_AUTHENTICATION = 1 << 6, /* RFC 5925 */
	OPTION_FAST_OPEN = 1 << 7, /* RFC 7413 */
	OPTION_MULTIPATH = 1 << 8, /* RFC 8684 */
	OPTION_USER_TIMEOUT = 1 << 9, /* RFC 5482 */
	OPTION_UNKNOWN = 1 << 10, /* any other kind; `unknown_kind` is the first */
	OPTION_MALFORMED = 1 << 11, /* a length that does not fit */
};

struct segment_options {
	uint16_t present; /* mask of enum segment_option */
	uint16_t mss; /* bytes */
	uint8_t window_scale; /* shift count */
	uint8_t sack_count;
	uint8_t fast_open_len; /* bytes of cookie */
	uint8_t unknown_kind;
	uint16_t user_timeout; /* as on the wire: bit 15 = minutes, else seconds */
	uint32_t ts_value, ts_echo;
	struct {
		uint32_t left, right; /* absolute */
	} sack[SEGMENT_SACK_MAX];
};

enum segment_kind {
	SEGMENT_TCP,
	SEGMENT_UDP,
	SEGMENT_ICMP, /* ICMP for IPv4 (RFC 792) and IPv6 (RFC 4443) */
	SEGMENT_OTHER, /* IP that carries something else, or a fragment */
};

/* An ICMP message. An error quotes the packet it is about: whose it was, as far as the quote tells. */
struct segment_icmp {
	uint8_t type, code;
	bool quotes; /* the quote below counts */
	uint8_t quoted_protocol;
	struct address quoted_src, quoted_dst; /* ports when it is TCP or UDP */
	uint32_t quoted_seq; /* of TCP, absolute */
	uint32_t mtu; /* fragmentation needed, packet too big; else 0 */
};

struct segment {
	struct address src, dst; /* ports only with TCP and UDP */
	uint8_t kind; /* enum segment_kind */
	uint8_t protocol; /* IP protocol; of IPv6 the last next header looked at */
	bool fragment; /* kind is OTHER then: the next layer cannot be read */
	/* of the next four, and of all numbers below, only hop_limit counts unless the kind is TCP */
	uint8_t flags; /* mask of enum segment_flag */
	uint8_t hop_limit; /* TTL or hop limit */
	/* How far the window is to be shifted: what its sender offered, once both SYNs have offered it (RFC 7323
	 * 2.2); 0 in a SYN, and where the SYNs were not seen. */
	uint8_t window_shift;
	uint16_t window; /* as on the wire, not scaled */
	uint16_t urgent;
	uint32_t seq, ack; /* as on the wire */
	uint32_t seq_rel, ack_rel; /* counted from the initial sequence number of each direction */
	uint32_t seq_base, ack_base; /* what was subtracted */
	uint32_t
		payload_len; /* bytes behind the TCP, UDP or ICMP header; OTHER: behind that of IP */
	uint32_t payload_offset; /* where the payload begins in the packet */
	uint8_t excerpt_len;
	uint8_t excerpt[SEGMENT_EXCERPT_MAX]; /* first payload bytes; of TCP and UDP only */
	union {
		struct segment_options options; /* TCP */
		struct segment_icmp icmp; /* ICMP */
	};
};

/* "TCP", "UDP", "ICMP", "IGMP", "protocol 99": what the packet carries. buffer: 16 bytes, may be used. */
const char *segment_protocol_name(const struct segment *s, char buffer[16]);
/* "port unreachable, of UDP 10.0.0.1:40000 > 10.0.0.2:53", "fragmentation needed, MTU 1400, of TCP ...",
 * "echo request". Appended. */
void segment_format_icmp(const struct segment *s, struct text *out);

/* The flags joined by '/', always in the order FIN, SYN, RST, PSH, URG, ACK, ECE, CWR: "SYN",
 * "SYN/ACK", "FIN/ACK", "PSH/ACK"; "none" when there are none. Appended to out. */
void segment_format_flags(const struct segment *s, struct text *out);
/* "MSS 1460, SACK permitted, TS 12/34, window scale 7": every option that is present, in a fixed
 * order (not the order on the wire). SACK blocks count from ack_base like the ack number, right
 * edge excluded: "SACK 5-9 12-20". Appended to out; nothing when there are none. */
void segment_format_options(const struct segment *s, struct text *out);
/* "sack 5-9 12-20", "dsack 1-5, sack 9-13": the SACK blocks, the first of them a D-SACK when it tells of what came
 * twice (RFC 2883 4). Numbers as `ack` has them, raw: as on the wire. Appended; nothing when there are none. */
void segment_format_sack(const struct segment *s, bool raw, struct text *out);
/* What a line has room for, in the words of tcpdump(8). Of a SYN what it offers: "mss 1460, sackOK, TS, wscale 7"; of
 * any segment its SACK blocks. full: whatever is there, with values: "TS 12/34". Appended. */
void segment_format_offer(const struct segment *s, bool full, struct text *out);
/* What its sender has room for, in bytes. */
uint32_t segment_window(const struct segment *s);
/* One line without addresses:
 *   SYN seq 0 win 64240 <MSS 1460, SACK permitted, TS 12/0, window scale 7>
 *   PSH/ACK seq 1 ack 1 win 502 len 5 "hello"
 *   UDP len 5 "hello"
 *   ICMP port unreachable, of UDP 10.0.0.1:40000 > 10.0.0.2:53
 * Relative numbers, the window in bytes. `ack` and `urg` only when their flag is set, `len` only with payload; "..."
 * after the quote when the excerpt is shorter than the payload. with_options lists all options
 * present between < and >, before len; without it none is shown. Appended to out. */
void segment_format(const struct segment *s, bool with_options, struct text *out);

#endif
