/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/text.h"
#include "wire/decode.h"

#define IP4_LEN 20
#define IP6_LEN 40
#define TCP_LEN 20

/* IPv4 10.0.0.1 > 10.0.0.2, TTL 64, don't fragment, total length 65
 * TCP 40000 > 80, seq 0x01020304, ack 0xa0b0c0d0, PSH/ACK, win 502, urgent 9, header 40 bytes
 * options: MSS 1460, SACK permitted, TS 12/34, NOP, window scale 7
 * payload "hello" */
static const uint8_t full_ip4[] = {
	0x45, 0x00, 0x00, 0x41, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0x00, 0x00, /* IP */
	0x0a, 0x00, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x02, /* addresses */
	0x9c, 0x40, 0x00, 0x50, 0x01, 0x02, 0x03, 0x04, 0xa0, 0xb0, 0xc0, 0xd0, /* TCP */
	0xa0, 0x18, 0x01, 0xf6, 0x00, 0x00, 0x00, 0x09, /* offset, flags, window, urgent */
	0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, /* MSS, SACK permitted */
	0x08, 0x0a, 0x00, 0x00, 0x00, 0x0c, 0x00, 0x00, 0x00, 0x22, /* TS */
	0x01, 0x03, 0x03, 0x07, /* NOP, window scale */
	'h', 'e', 'l', 'l', 'o', /* payload */
};

/* IPv6 fd00::1 > fd00::2, hop limit 63, payload length 61, next header hop-by-hop
 * hop-by-hop (8 bytes, padding), routing (16 bytes, segments left 0), destination options (8 bytes)
 * TCP 443 > 50000, seq 1, ack 2, RST/ACK, win 16, header 24 bytes
 * options: window scale 14, end; payload "bye!!" */
static const uint8_t full_ip6[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x3d, 0x00, 0x3f, /* IP */
	0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, /* fd00::1 */
	0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, /* fd00::2 */
	0x2b, 0x00, 0x01, 0x04, 0x00, 0x00, 0x00, 0x00, /* hop-by-hop, then routing */
	0x3c, 0x01, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, /* routing, then destination options */
	0x06, 0x06, 0x06, 0x06, 0x06, 0x06, 0x06, 0x06, /* its second 8 bytes */
	0x06, 0x00, 0x01, 0x04, 0x00, 0x00, 0x00, 0x00, /* destination options, then TCP */
	0x01, 0xbb, 0xc3, 0x50, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02, /* TCP */
	0x60, 0x14, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, /* offset, flags, window, urgent */
	0x03, 0x03, 0x0e, 0x00, /* window scale, end */
	'b', 'y', 'e', '!', '!', /* payload */
};

#define IP6_TCP_AT (IP6_LEN + 8 + 16 + 8)

struct decoded {
	bool sound;
	struct segment segment;
};

/* Decode from a heap block of exactly `len` bytes, so that the sanitizer sees a read past its end.
 * The outputs are filled with 0xa5 first. */
static void decode(const uint8_t *packet, size_t len, struct decoded *ret_decoded)
{
	uint8_t *exact = malloc(len ? len : 1);

	assert_non_null(exact);
	memcpy(exact, packet, len);
	memset(ret_decoded, 0xa5, sizeof(*ret_decoded));
	ret_decoded->sound = segment_decode(len ? exact : exact + 1, len, &ret_decoded->segment);
	free(exact);
}

static bool is_untouched(const void *memory, size_t len)
{
	const uint8_t *bytes = memory;

	while (len && bytes[len - 1] == 0xa5)
		len--;
	return len == 0;
}

static void assert_malformed(const uint8_t *packet, size_t len)
{
	struct decoded d;

	decode(packet, len, &d);
	if (d.sound)
		fail_msg("%zu bytes: not malformed", len);
	assert_true(is_untouched(&d.segment, sizeof(d.segment)));
}

/* Decode one of the two full packets with the byte at `at` changed. */
static void decode_with(const uint8_t *full, size_t len, size_t at, unsigned int value,
	struct decoded *ret_decoded)
{
	uint8_t packet[sizeof(full_ip6)];

	memcpy(packet, full, len);
	packet[at] = (uint8_t)value;
	decode(packet, len, ret_decoded);
}

static void assert_malformed_with(const uint8_t *full, size_t len, size_t at, unsigned int value)
{
	struct decoded d;

	decode_with(full, len, at, value, &d);
	assert_false(d.sound);
}

static void assert_other_with(const uint8_t *full, size_t len, size_t at, unsigned int value,
	uint8_t protocol)
{
	struct decoded d;

	decode_with(full, len, at, value, &d);
	assert_true(d.sound);
	assert_int_not_equal(d.segment.kind, SEGMENT_TCP);
	assert_int_equal(d.segment.protocol, protocol);
	assert_int_equal(d.segment.payload_offset + d.segment.payload_len, len);
}

/* Decodes to TCP that prints as `expected`: "SOURCE > DESTINATION " and segment_format()'s line. */
static void assert_tcp(const uint8_t *packet, size_t len, const char *expected,
	struct decoded *ret_decoded)
{
	const struct segment *s = &ret_decoded->segment;
	char src[ADDRESS_TEXT_MAX], dst[ADDRESS_TEXT_MAX];
	struct text out = TEXT_EMPTY;

	decode(packet, len, ret_decoded);
	assert_true(ret_decoded->sound);
	assert_int_equal(s->kind, SEGMENT_TCP);
	assert_int_equal(s->protocol, 6);
	text_printf(&out, "%s > %s ", address_format(&s->src, src), address_format(&s->dst, dst));
	segment_format(s, true, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

/* full_ip4 with other options (at most 40 bytes, padded with zeros to 4) and no payload. */
static void decode_options(const uint8_t *options, size_t len, struct segment *ret_segment)
{
	uint8_t packet[IP4_LEN + TCP_LEN + 40] = { 0 };
	size_t padded = (len + 3) / 4 * 4;
	size_t total = IP4_LEN + TCP_LEN + padded;
	struct decoded d;

	memcpy(packet, full_ip4, IP4_LEN + TCP_LEN);
	if (len)
		memcpy(packet + IP4_LEN + TCP_LEN, options, len);
	packet[3] = (uint8_t)total;
	packet[IP4_LEN + 12] = (uint8_t)((TCP_LEN + padded) / 4 << 4);
	decode(packet, total, &d);
	assert_true(d.sound);
	assert_int_equal(d.segment.kind, SEGMENT_TCP);
	assert_int_equal(d.segment.payload_len, 0);
	*ret_segment = d.segment;
}

/* Bytes of options -> the mask that must come out and the text that must be printed. */
static void assert_options(const uint8_t *options, size_t len, unsigned int present,
	const char *expected)
{
	struct text out = TEXT_EMPTY;
	struct segment s;

	decode_options(options, len, &s);
	assert_int_equal(s.options.present, present);
	segment_format_options(&s, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

#define OPTIONS(...) ((const uint8_t[]){ __VA_ARGS__ }), sizeof((const uint8_t[]){ __VA_ARGS__ })

static void decode_full_ip4_fills_everything(void **state)
{
	struct decoded d;
	const struct segment *s = &d.segment;

	(void)state;
	decode(full_ip4, sizeof(full_ip4), &d);
	assert_int_equal(d.segment.payload_offset + d.segment.payload_len, 65);
	assert_int_equal(s->hop_limit, 64);
	assert_int_equal(s->urgent, 9);
	assert_int_equal(s->seq, 0x01020304);
	assert_int_equal(s->ack, 0xa0b0c0d0);
	assert_int_equal(s->seq_base, 0);
	assert_int_equal(s->ack_base, 0);
	assert_int_equal(s->excerpt_len, 5);
	assert_tcp(full_ip4, sizeof(full_ip4),
		"10.0.0.1:40000 > 10.0.0.2:80 PSH/ACK seq 16909060 ack 2695938256 win 502 "
		"<MSS 1460, SACK permitted, TS 12/34, window scale 7> len 5 \"hello\"",
		&d);
}

static void decode_full_ip6_skips_extension_headers(void **state)
{
	struct decoded d;

	(void)state;
	assert_tcp(full_ip6, sizeof(full_ip6),
		"[fd00::1]:443 > [fd00::2]:50000 RST/ACK seq 1 ack 2 win 16 <window scale 14> "
		"len 5 \"bye!!\"",
		&d);
	assert_int_equal(d.segment.payload_offset + d.segment.payload_len, sizeof(full_ip6));
	assert_int_equal(d.segment.hop_limit, 63);
}

static void decode_cut_at_any_length_is_malformed(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(full_ip4); len++)
		assert_malformed(full_ip4, len);
	for (size_t len = 0; len < sizeof(full_ip6); len++)
		assert_malformed(full_ip6, len);
}

/* Cut `full` at each length, its length field at `at` agreeing (less `not_counted` bytes), so that
 * only the layers inside can notice. `headers_len` bytes are needed, the rest is payload. */
static void assert_shortened(const uint8_t *full, size_t full_len, size_t at, size_t not_counted,
	size_t headers_len)
{
	uint8_t packet[sizeof(full_ip6)];
	struct decoded d;

	memcpy(packet, full, full_len);
	for (size_t len = not_counted; len <= full_len; len++) {
		packet[at] = (uint8_t)(len - not_counted);
		if (len < headers_len) {
			assert_malformed(packet, len);
			continue;
		}
		decode(packet, len, &d);
		assert_true(d.sound);
		assert_int_equal(d.segment.kind, SEGMENT_TCP);
		assert_int_equal(d.segment.payload_len, len - headers_len);
		assert_int_equal(d.segment.excerpt_len, len - headers_len);
	}
}

static void decode_shortened_packet_needs_all_headers(void **state)
{
	(void)state;
	assert_shortened(full_ip4, sizeof(full_ip4), 3, 0, IP4_LEN + 40);
	assert_shortened(full_ip6, sizeof(full_ip6), 5, IP6_LEN, IP6_TCP_AT + 24);
}

static void decode_bytes_after_ip_length_are_ignored(void **state)
{
	uint8_t longer[sizeof(full_ip6) + 7];
	struct decoded d;

	(void)state;
	memset(longer, 'x', sizeof(longer));
	memcpy(longer, full_ip4, sizeof(full_ip4));
	decode(longer, sizeof(full_ip4) + 7, &d);
	assert_int_equal(d.segment.payload_offset + d.segment.payload_len, sizeof(full_ip4));
	assert_int_equal(d.segment.payload_len, 5);
	memcpy(longer, full_ip6, sizeof(full_ip6));
	decode(longer, sizeof(longer), &d);
	assert_int_equal(d.segment.payload_offset + d.segment.payload_len, sizeof(full_ip6));
	assert_int_equal(d.segment.payload_len, 5);
}

static void decode_ip_version_unknown_is_malformed(void **state)
{
	(void)state;
	for (unsigned int version = 0; version < 16; version++) {
		if (version != 4 && version != 6)
			assert_malformed_with(full_ip4, sizeof(full_ip4), 0, version << 4 | 5);
	}
}

static void decode_lengths_that_contradict_are_malformed(void **state)
{
	(void)state;
	for (unsigned int words = 0; words < 5; words++) {
		assert_malformed_with(full_ip4, sizeof(full_ip4), 0, 0x40 | words);
		assert_malformed_with(full_ip4, sizeof(full_ip4), IP4_LEN + 12, words << 4);
	}
	/* an IP length of 19 bytes, though more are there */
	assert_malformed_with(full_ip4, sizeof(full_ip4), 3, 19);
	/* 12 words = 48 bytes of TCP header; 45 are there */
	assert_malformed_with(full_ip4, sizeof(full_ip4), IP4_LEN + 12, 0xc0);
}

static void decode_ip4_with_ip_options_finds_tcp(void **state)
{
	uint8_t packet[sizeof(full_ip4) + 4];
	struct decoded d;

	(void)state;
	/* header 24 bytes: three IP no-operations and an end of options */
	memcpy(packet, full_ip4, IP4_LEN);
	memcpy(packet + IP4_LEN, "\x01\x01\x01\x00", 4);
	memcpy(packet + IP4_LEN + 4, full_ip4 + IP4_LEN, sizeof(full_ip4) - IP4_LEN);
	packet[0] = 0x46;
	packet[3] = sizeof(packet);
	decode(packet, sizeof(packet), &d);
	assert_true(d.sound);
	assert_int_equal(d.segment.kind, SEGMENT_TCP);
	assert_int_equal(d.segment.payload_offset, 64);
	assert_memory_equal(d.segment.excerpt, "hello", 5);
}

static void decode_ip4_fragment_is_other(void **state)
{
	struct decoded d;

	(void)state;
	/* first: more fragments, offset 0; last: offset 8 bytes; last: offset 63488 bytes */
	assert_other_with(full_ip4, sizeof(full_ip4), 6, 0x20, 6);
	assert_other_with(full_ip4, sizeof(full_ip4), 7, 0x01, 6);
	assert_other_with(full_ip4, sizeof(full_ip4), 6, 0x1f, 6);
	/* reserved bit and don't fragment: a whole packet */
	decode_with(full_ip4, sizeof(full_ip4), 6, 0xc0, &d);
	assert_true(d.sound);
	assert_int_equal(d.segment.kind, SEGMENT_TCP);
}

static void decode_packet_without_tcp_is_other(void **state)
{
	(void)state;
	/* IGMP; no next header */
	assert_other_with(full_ip4, sizeof(full_ip4), 9, 2, 2);
	assert_other_with(full_ip6, sizeof(full_ip6), 6, 59, 59);
	/* after three extension headers: no next header; a hop-by-hop header, allowed only first */
	assert_other_with(full_ip6, sizeof(full_ip6), IP6_LEN + 24, 59, 59);
	assert_other_with(full_ip6, sizeof(full_ip6), IP6_LEN + 24, 0, 0);
}

static void decode_ip6_fragment_is_other(void **state)
{
	uint8_t packet[IP6_LEN + 7];

	(void)state;
	/* the 8 bytes of hop-by-hop read as a fragment header: offset 256 bytes, the last... */
	assert_other_with(full_ip6, sizeof(full_ip6), 6, 44, 44);
	/* ...and those of destination options, behind two other headers */
	assert_other_with(full_ip6, sizeof(full_ip6), IP6_LEN + 8, 44, 44);
	/* only 7 of its 8 bytes are there */
	memcpy(packet, full_ip6, sizeof(packet));
	packet[5] = 7;
	packet[6] = 44;
	assert_malformed(packet, sizeof(packet));
}

static void decode_ip6_extension_past_the_end_is_malformed(void **state)
{
	(void)state;
	/* 2048 bytes of hop-by-hop, routing, destination options */
	assert_malformed_with(full_ip6, sizeof(full_ip6), IP6_LEN + 1, 0xff);
	assert_malformed_with(full_ip6, sizeof(full_ip6), IP6_LEN + 8 + 1, 0xff);
	assert_malformed_with(full_ip6, sizeof(full_ip6), IP6_LEN + 24 + 1, 0xff);
}

static void decode_long_payload_keeps_an_excerpt(void **state)
{
	uint8_t packet[IP4_LEN + TCP_LEN + SEGMENT_EXCERPT_MAX + 1];
	struct decoded d;

	(void)state;
	memcpy(packet, full_ip4, IP4_LEN + TCP_LEN);
	memset(packet + IP4_LEN + TCP_LEN, 'a', SEGMENT_EXCERPT_MAX);
	packet[sizeof(packet) - 1] = 'z';
	packet[IP4_LEN + 12] = 0x50; /* header 20 bytes */
	packet[3] = sizeof(packet);
	assert_tcp(packet, sizeof(packet),
		"10.0.0.1:40000 > 10.0.0.2:80 PSH/ACK seq 16909060 ack 2695938256 win 502 "
		"len 25 \"aaaaaaaaaaaaaaaaaaaaaaaa\"...",
		&d);
	assert_int_equal(d.segment.excerpt_len, SEGMENT_EXCERPT_MAX);
}

static void options_when_well_formed_are_stored_and_printed(void **state)
{
	(void)state;
	assert_options(NULL, 0, 0, "");
	assert_options(OPTIONS(2, 4, 0xff, 0xfe), OPTION_MSS, "MSS 65534");
	assert_options(OPTIONS(3, 3, 14), OPTION_WINDOW_SCALE, "window scale 14");
	assert_options(OPTIONS(4, 2), OPTION_SACK_PERMITTED, "SACK permitted");
	assert_options(OPTIONS(8, 10, 0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0), OPTION_TIMESTAMPS,
		"TS 4294967295/2147483648");
	assert_options(OPTIONS(5, 10, 0, 0, 0, 1, 0, 0, 1, 0), OPTION_SACK, "SACK 1-256");
	/* four blocks fill the option space but for 6 bytes */
	assert_options(OPTIONS(1, 1, 5, 34, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0,
			       5, 0, 0, 0, 6, 0xff, 0, 0, 0, 0xff, 0, 0, 1),
		OPTION_SACK, "SACK 1-2 3-4 5-6 4278190080-4278190081");
	assert_options(OPTIONS(19, 18, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
		OPTION_MD5, "MD5");
	assert_options(OPTIONS(29, 4, 1, 2), OPTION_AUTHENTICATION, "authentication");
	assert_options(OPTIONS(30, 4, 0, 1), OPTION_MULTIPATH, "multipath");
	assert_options(OPTIONS(28, 4, 0, 30), OPTION_USER_TIMEOUT, "user timeout 30 s");
	assert_options(OPTIONS(28, 4, 0x80, 2), OPTION_USER_TIMEOUT, "user timeout 2 min");
	assert_options(OPTIONS(34, 2), OPTION_FAST_OPEN, "fast open cookie request");
	assert_options(OPTIONS(34, 6, 1, 2, 3, 4), OPTION_FAST_OPEN, "fast open cookie of 4 bytes");
	assert_options(OPTIONS(34, 18, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
		OPTION_FAST_OPEN, "fast open cookie of 16 bytes");
}

static void options_of_unknown_kind_keep_the_first(void **state)
{
	(void)state;
	assert_options(OPTIONS(253, 4, 1, 2, 99, 2, 2, 4, 0, 9), OPTION_UNKNOWN | OPTION_MSS,
		"MSS 9, unknown kind 253");
}

static void options_when_twice_count_the_last(void **state)
{
	(void)state;
	/* MSS 1, SACK with two blocks; MSS 2, SACK with one */
	assert_options(OPTIONS(2, 4, 0, 1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 2,
			       4, 0, 2, 5, 10, 0, 0, 0, 7, 0, 0, 0, 8),
		OPTION_MSS | OPTION_SACK, "MSS 2, SACK 7-8");
}

static void options_after_the_end_are_ignored(void **state)
{
	(void)state;
	assert_options(OPTIONS(3, 3, 1, 0, 2, 4, 5, 0xb4), OPTION_WINDOW_SCALE, "window scale 1");
	/* padding up to the end of the header, without an end */
	assert_options(OPTIONS(3, 3, 1, 1, 1, 1, 1, 1), OPTION_WINDOW_SCALE, "window scale 1");
}

/* Each standard kind with each length field it must not have; an MSS follows and is still read. */
static void options_of_wrong_length_are_malformed_and_skipped(void **state)
{
	static const struct {
		uint8_t kind;
		uint64_t good; /* bit n: length field n is right */
	} rules[] = {
		{ 3, UINT64_C(1) << 3 }, { 4, UINT64_C(1) << 2 },
		{ 5, UINT64_C(0x404040400) }, /* 10, 18, 26, 34 */
		{ 8, UINT64_C(1) << 10 }, { 19, UINT64_C(1) << 18 }, { 28, UINT64_C(1) << 4 },
		{ 29, ~UINT64_C(0xf) }, /* 4 and up */
		{ 30, ~UINT64_C(0x7) }, /* 3 and up */
		{ 34, UINT64_C(0x55544) }, /* 2, and the even ones from 6 to 18 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		for (uint8_t len = 2; len <= 36; len++) {
			uint8_t options[40] = { rules[i].kind, len };
			struct segment s;

			memcpy(options + len, "\x02\x04\x00\x09", 4);
			decode_options(options, len + 4u, &s);
			if ((rules[i].good >> len & 1) == !!(s.options.present & OPTION_MALFORMED))
				fail_msg("kind %u length %u", rules[i].kind, len);
			assert_int_equal(s.options.mss, 9);
			/* the mark replaces the option's own bit */
			assert_int_equal(__builtin_popcount(s.options.present), 2);
		}
	}
	/* an MSS of 3 bytes and one of 6 */
	assert_options(OPTIONS(2, 3, 5, 1), OPTION_MALFORMED, "malformed option");
	assert_options(OPTIONS(2, 6, 5, 1, 1, 1, 4, 2), OPTION_MALFORMED | OPTION_SACK_PERMITTED,
		"SACK permitted, malformed option");
}

static void options_that_leave_the_header_end_the_walk(void **state)
{
	(void)state;
	/* length 0 and 1 would never move on */
	assert_options(OPTIONS(8, 0, 4, 2), OPTION_MALFORMED, "malformed option");
	assert_options(OPTIONS(8, 1, 4, 2), OPTION_MALFORMED, "malformed option");
	/* one byte more than is left; 255; a kind in the last byte */
	assert_options(OPTIONS(3, 3, 7, 8, 10, 0, 0, 0, 0, 0, 0, 0),
		OPTION_WINDOW_SCALE | OPTION_MALFORMED, "window scale 7, malformed option");
	assert_options(OPTIONS(2, 255, 5, 0xb4), OPTION_MALFORMED, "malformed option");
	assert_options(OPTIONS(3, 3, 7, 2), OPTION_WINDOW_SCALE | OPTION_MALFORMED,
		"window scale 7, malformed option");
}

static void options_never_come_from_the_payload(void **state)
{
	struct decoded d;

	(void)state;
	/* header 24 bytes: the MSS alone, the other options are payload now */
	decode_with(full_ip4, sizeof(full_ip4), IP4_LEN + 12, 0x60, &d);
	assert_int_equal(d.segment.options.present, OPTION_MSS);
	assert_int_equal(d.segment.payload_len, 21);
}

static void assert_flags(uint8_t flags, const char *expected)
{
	struct text out = TEXT_EMPTY;
	struct segment s = { .flags = flags };

	segment_format_flags(&s, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void format_flags_joins_them_in_order(void **state)
{
	(void)state;
	assert_flags(0, "none");
	assert_flags(SEGMENT_SYN, "SYN");
	assert_flags(SEGMENT_SYN | SEGMENT_ACK, "SYN/ACK");
	assert_flags(SEGMENT_RST | SEGMENT_ACK, "RST/ACK");
	assert_flags(0xff, "FIN/SYN/RST/PSH/URG/ACK/ECE/CWR");
}

static void assert_format(const struct segment *s, bool with_options, const char *expected)
{
	struct text out = TEXT_EMPTY;

	segment_format(s, with_options, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void format_shows_relative_numbers_and_set_fields(void **state)
{
	struct segment s = { .window = 64240, .ack = 77, .ack_rel = 77, .urgent = 3 };

	(void)state;
	s.flags = SEGMENT_SYN;
	s.seq = s.seq_base = 5000;
	assert_format(&s, true, "SYN seq 0 win 64240");
	s.options.present = OPTION_MSS | OPTION_WINDOW_SCALE | OPTION_SACK_PERMITTED;
	s.options.mss = 1460;
	s.options.window_scale = 7;
	assert_format(&s, true, "SYN seq 0 win 64240 <MSS 1460, SACK permitted, window scale 7>");
	assert_format(&s, false, "SYN seq 0 win 64240");
	s.flags = SEGMENT_URG | SEGMENT_ACK;
	assert_format(&s, false, "URG/ACK seq 0 ack 77 win 64240 urg 3");
}

static void format_quotes_payload_safely(void **state)
{
	struct segment s = { .payload_len = 5, .excerpt_len = 5, .excerpt = "hello" };

	(void)state;
	assert_format(&s, false, "none seq 0 win 0 len 5 \"hello\"");
	s.options.present = OPTION_TIMESTAMPS;
	assert_format(&s, true, "none seq 0 win 0 <TS 0/0> len 5 \"hello\"");
	memcpy(s.excerpt, "\x1b[\"\n\xff", 5);
	assert_format(&s, false, "none seq 0 win 0 len 5 \"\\x1b[\\\"\\n\\xff\"");
	s.payload_len = 6;
	s.excerpt_len = 1;
	assert_format(&s, false, "none seq 0 win 0 len 6 \"\\x1b\"...");
	s.excerpt_len = 0;
	assert_format(&s, false, "none seq 0 win 0 len 6");
}

static void format_counts_sack_from_the_ack_base(void **state)
{
	struct segment s = { .ack_base = 0xfffffff0 };

	(void)state;
	s.options.present = OPTION_SACK;
	s.options.sack_count = 1;
	s.options.sack[0].left = 0xfffffff5;
	s.options.sack[0].right = 2;
	assert_format(&s, true, "none seq 0 win 0 <SACK 5-18>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decode_full_ip4_fills_everything),
		cmocka_unit_test(decode_full_ip6_skips_extension_headers),
		cmocka_unit_test(decode_cut_at_any_length_is_malformed),
		cmocka_unit_test(decode_shortened_packet_needs_all_headers),
		cmocka_unit_test(decode_bytes_after_ip_length_are_ignored),
		cmocka_unit_test(decode_ip_version_unknown_is_malformed),
		cmocka_unit_test(decode_lengths_that_contradict_are_malformed),
		cmocka_unit_test(decode_ip4_with_ip_options_finds_tcp),
		cmocka_unit_test(decode_ip4_fragment_is_other),
		cmocka_unit_test(decode_packet_without_tcp_is_other),
		cmocka_unit_test(decode_ip6_fragment_is_other),
		cmocka_unit_test(decode_ip6_extension_past_the_end_is_malformed),
		cmocka_unit_test(decode_long_payload_keeps_an_excerpt),
		cmocka_unit_test(options_when_well_formed_are_stored_and_printed),
		cmocka_unit_test(options_of_unknown_kind_keep_the_first),
		cmocka_unit_test(options_when_twice_count_the_last),
		cmocka_unit_test(options_after_the_end_are_ignored),
		cmocka_unit_test(options_of_wrong_length_are_malformed_and_skipped),
		cmocka_unit_test(options_that_leave_the_header_end_the_walk),
		cmocka_unit_test(options_never_come_from_the_payload),
		cmocka_unit_test(format_flags_joins_them_in_order),
		cmocka_unit_test(format_shows_relative_numbers_and_set_fields),
		cmocka_unit_test(format_quotes_payload_safely),
		cmocka_unit_test(format_counts_sack_from_the_ack_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
