/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one TCP segment on the wire says: a plain value. lab/wire fills it from bytes; the journal
 * keeps it; views and expectations read it. And its text form: pure functions. */
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

struct segment {
	struct address src, dst;
	uint8_t flags; /* mask of enum segment_flag */
	uint8_t hop_limit; /* TTL or hop limit */
	uint16_t window; /* as on the wire, not scaled */
	uint16_t urgent;
	uint32_t seq, ack; /* as on the wire */
	uint32_t seq_rel, ack_rel; /* counted from the initial sequence number of each direction */
	uint32_t seq_base, ack_base; /* what was subtracted */
	uint32_t payload_len; /* bytes */
	uint32_t payload_offset; /* where the payload begins in the packet */
	uint8_t excerpt_len;
	uint8_t excerpt[SEGMENT_EXCERPT_MAX]; /* first payload bytes */
	struct segment_options options;
};

/* The flags joined by '/', always in the order FIN, SYN, RST, PSH, URG, ACK, ECE, CWR: "SYN",
 * "SYN/ACK", "FIN/ACK", "PSH/ACK"; "none" when there are none. Appended to out. */
void segment_format_flags(const struct segment *s, struct text *out);
/* "MSS 1460, SACK permitted, TS 12/34, window scale 7": every option that is present, in a fixed
 * order (not the order on the wire). SACK blocks count from ack_base like the ack number, right
 * edge excluded: "SACK 5-9 12-20". Appended to out; nothing when there are none. */
void segment_format_options(const struct segment *s, struct text *out);
/* One line without addresses:
 *   SYN seq 0 win 64240 <MSS 1460, SACK permitted, TS 12/0, window scale 7>
 *   PSH/ACK seq 1 ack 1 win 502 len 5 "hello"
 * Relative numbers. `ack` and `urg` only when their flag is set, `len` only with payload; "..."
 * after the quote when the excerpt is shorter than the payload. with_options lists all options
 * present between < and >, before len; without it none is shown. Appended to out. */
void segment_format(const struct segment *s, bool with_options, struct text *out);

#endif
