/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "at.h"
#include "base/text.h"
#include "wire/build.h"
#include "wire/decode.h"

/* IPv4 10.0.0.1 > 10.0.0.2, TTL 64, don't fragment; TCP 40000 > 80, seq 1, SYN, win 64240, MSS 1460.
 * The checksums were worked out by other means: the words of the IP header sum up to 0xd935, those of pseudo
 * header and TCP to 0x2135c. */
static const uint8_t syn_ip4[] = {
	0x45, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x40, 0x00, 0x40, 0x06, 0x26, 0xca, /* IP */
	0x0a, 0x00, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x02, /* addresses */
	0x9c, 0x40, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, /* TCP */
	0x60, 0x02, 0xfa, 0xf0, 0xec, 0xa1, 0x00, 0x00, 0x02, 0x04, 0x05,
	0xb4, /* and its options */
};

/* Between hosts 1 and 2 of a family. */
static struct segment between(bool v6, enum segment_kind kind)
{
	return (struct segment){ .kind = (uint8_t)kind,
		.src = at(v6 ? "fd00::1" : "10.0.0.1", 40000),
		.dst = at(v6 ? "fd00::2" : "10.0.0.2", 80) };
}

static struct segment syn(void)
{
	struct segment s = between(false, SEGMENT_TCP);

	s.flags = SEGMENT_SYN;
	s.seq = 1;
	s.window = 64240;
	s.options.present = OPTION_MSS;
	s.options.mss = 1460;
	return s;
}

static struct segment full_tcp(bool v6)
{
	struct segment s = between(v6, SEGMENT_TCP);

	s.flags = SEGMENT_PSH | SEGMENT_ACK | SEGMENT_URG | SEGMENT_CWR;
	s.hop_limit = 3;
	s.seq = 0xfffffffe;
	s.ack = 0x80000001;
	s.window = 65535;
	s.urgent = 0x1234;
	s.options = (struct segment_options){ .present = OPTION_MSS | OPTION_WINDOW_SCALE |
			OPTION_SACK_PERMITTED | OPTION_SACK | OPTION_TIMESTAMPS | OPTION_FAST_OPEN |
			OPTION_USER_TIMEOUT,
		.mss = 65535,
		.window_scale = 14,
		.sack_count = 1,
		.user_timeout = 0x8005,
		.ts_value = 0xdeadbeef,
		.ts_echo = 7,
		.sack = { { .left = 100, .right = 0xffffffff } } };
	return s;
}

/* Build into a heap block of exactly the packet's size, so that the sanitizer sees a write past it; and with
 * one byte less it must fail. Decode it. The caller frees. */
static uint8_t *build(const struct segment *s, const void *payload, size_t payload_len,
	size_t *ret_len, struct segment *ret_decoded)
{
	static uint8_t room[PACKET_BUILD_MAX];
	int len = packet_build(s, payload, payload_len, room, sizeof(room));
	uint8_t *exact;

	assert_true(len > 0);
	exact = malloc((size_t)len);
	assert_non_null(exact);
	assert_int_equal(packet_build(s, payload, payload_len, exact, (size_t)len - 1), -EMSGSIZE);
	assert_int_equal(packet_build(s, payload, payload_len, exact, (size_t)len), len);
	assert_memory_equal(exact, room, (size_t)len);
	assert_true(segment_decode(exact, (size_t)len, ret_decoded));
	assert_int_equal(ret_decoded->payload_offset + ret_decoded->payload_len, len);
	assert_true(packet_checksum_ok(exact, (size_t)len));
	*ret_len = (size_t)len;
	return exact;
}

static void assert_ends(const struct segment *decoded, const struct segment *s)
{
	assert_int_equal(decoded->kind, s->kind);
	assert_true(address_equal(&decoded->src, &s->src));
	assert_true(address_equal(&decoded->dst, &s->dst));
}

/* ---- round trips ---- */

static void assert_full_tcp(bool v6)
{
	const struct segment s = full_tcp(v6);
	struct segment d;
	size_t len;

	free(build(&s, "hello", 5, &len, &d));
	assert_ends(&d, &s);
	assert_int_equal(len, (v6 ? 40 : 20) + 20 + 36 + 5);
	assert_int_equal(d.protocol, IPPROTO_TCP);
	assert_int_equal(d.flags, s.flags);
	assert_int_equal(d.hop_limit, 3);
	assert_int_equal(d.seq, s.seq);
	assert_int_equal(d.ack, s.ack);
	assert_int_equal(d.window, s.window);
	assert_int_equal(d.urgent, s.urgent);
	assert_int_equal(d.options.present, s.options.present);
	assert_int_equal(d.options.mss, s.options.mss);
	assert_int_equal(d.options.window_scale, 14);
	assert_int_equal(d.options.sack_count, 1);
	assert_int_equal(d.options.sack[0].left, 100);
	assert_int_equal(d.options.sack[0].right, 0xffffffff);
	assert_int_equal(d.options.fast_open_len, 0);
	assert_int_equal(d.options.user_timeout, 0x8005);
	assert_int_equal(d.options.ts_value, s.options.ts_value);
	assert_int_equal(d.options.ts_echo, 7);
	assert_int_equal(d.payload_len, 5);
	assert_memory_equal(d.excerpt, "hello", 5);
}

static void build_tcp_with_all_options_comes_back(void **state)
{
	(void)state;
	assert_full_tcp(false);
	assert_full_tcp(true);
}

static void build_each_option_alone_comes_back(void **state)
{
	static const uint16_t options[] = { 0, OPTION_MSS, OPTION_WINDOW_SCALE,
		OPTION_SACK_PERMITTED, OPTION_SACK, OPTION_TIMESTAMPS, OPTION_FAST_OPEN,
		OPTION_USER_TIMEOUT };

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct segment s = full_tcp(false), d;
		struct text in = TEXT_EMPTY, out = TEXT_EMPTY;
		size_t len;

		s.options.present = options[i];
		s.options.sack_count = 4;
		s.options.sack[3].right = 1;
		free(build(&s, NULL, 0, &len, &d));
		segment_format_options(&s, &in);
		segment_format_options(&d, &out);
		assert_string_equal(text_get(&out), text_get(&in));
		assert_int_equal(d.payload_len, 0);
		text_done(&in);
		text_done(&out);
	}
}

static void build_options_that_cannot_be_are_refused(void **state)
{
	static const uint16_t without_value[] = { OPTION_MD5, OPTION_AUTHENTICATION,
		OPTION_MULTIPATH, OPTION_UNKNOWN, OPTION_MALFORMED };
	struct segment s = full_tcp(false);
	uint8_t room[200];

	(void)state;
	s.options.sack_count = 2; /* 43 bytes */
	assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	s.options.sack_count = 0;
	assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	s.options.sack_count = SEGMENT_SACK_MAX + 1;
	assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	s.options.sack_count = SEGMENT_SACK_MAX; /* all there are: past the end of no buffer */
	assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	s.options.sack_count = 1;
	s.options.fast_open_len = 8; /* nobody knows which */
	assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	for (size_t i = 0; i < sizeof(without_value) / sizeof(without_value[0]); i++) {
		s = syn();
		s.options.present |= without_value[i];
		assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	}
}

static void build_udp_comes_back(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		const struct segment s = between(v6, SEGMENT_UDP);
		struct segment d;
		size_t len;

		free(build(&s, "hello", 5, &len, &d));
		assert_ends(&d, &s);
		assert_int_equal(d.hop_limit, 64);
		assert_int_equal(d.payload_len, 5);
		assert_memory_equal(d.excerpt, "hello", 5);
		free(build(&s, NULL, 0, &len, &d));
		assert_int_equal(d.payload_len, 0);
	}
}

static void build_udp_whose_checksum_is_0_says_ffff(void **state)
{
	const struct segment s = between(false, SEGMENT_UDP);
	uint8_t payload[2] = { 0 }, *packet;
	struct segment d;
	size_t len;

	(void)state;
	packet = build(&s, payload, 2, &len, &d);
	memcpy(payload, packet + 26, 2); /* the checksum itself: now all sums up to ffff */
	free(packet);
	packet = build(&s, payload, 2, &len, &d);
	assert_int_equal(packet[26] << 8 | packet[27], 0xffff);
	free(packet);
}

static void build_nonsense_is_refused(void **state)
{
	static uint8_t payload[65536], room[PACKET_BUILD_MAX];
	struct segment s = between(false, SEGMENT_OTHER);

	(void)state;
	assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	s = between(false, SEGMENT_UDP);
	s.dst = at("fd00::1", 1);
	assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	s.src.family = s.dst.family = AF_UNSPEC;
	assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	s = between(false, SEGMENT_UDP);
	assert_int_equal(packet_build(&s, payload, 65535 - 28, room, sizeof(room)), 65535);
	assert_int_equal(packet_build(&s, payload, 65535 - 27, room, sizeof(room)), -EMSGSIZE);
	s = between(true, SEGMENT_UDP);
	assert_int_equal(packet_build(&s, payload, 65527, room, sizeof(room)), PACKET_BUILD_MAX);
	assert_int_equal(packet_build(&s, payload, 65528, room, sizeof(room)), -EMSGSIZE);
	assert_int_equal(packet_build(&s, payload, SIZE_MAX, room, sizeof(room)), -EMSGSIZE);
}

/* ---- ICMP ---- */

struct icmp_case {
	bool v6;
	uint8_t type, code;
	uint32_t mtu;
};

/* fragmentation needed, packet too big, port unreachable twice */
static const struct icmp_case icmp_cases[] = { { false, 3, 4, 1400 }, { true, 2, 0, 1280 },
	{ false, 3, 3, 0 }, { true, 1, 4, 0 } };

/* The packet an ICMP error is about went the other way: from 2 to 1. */
static struct segment original(bool v6, enum segment_kind kind)
{
	struct segment s = between(v6, kind), back = s;

	back.src = s.dst;
	back.dst = s.src;
	back.flags = SEGMENT_ACK;
	back.seq = 0xcafe0001;
	back.protocol = kind == SEGMENT_TCP ? IPPROTO_TCP : IPPROTO_UDP;
	return back;
}

static struct segment icmp(const struct icmp_case *c)
{
	struct segment s = between(c->v6, SEGMENT_ICMP);

	s.src.port = s.dst.port = 0;
	s.icmp = (struct segment_icmp){ .type = c->type, .code = c->code, .mtu = c->mtu };
	return s;
}

static void assert_icmp(const struct segment *d, const struct icmp_case *c,
	const struct segment *about)
{
	assert_int_equal(d->kind, SEGMENT_ICMP);
	assert_int_equal(d->protocol, c->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	assert_int_equal(d->icmp.type, c->type);
	assert_int_equal(d->icmp.code, c->code);
	assert_int_equal(d->icmp.mtu, c->mtu);
	assert_true(d->icmp.quotes);
	assert_int_equal(d->icmp.quoted_protocol, about->protocol);
	assert_true(address_equal(&d->icmp.quoted_src, &about->src));
	assert_true(address_equal(&d->icmp.quoted_dst, &about->dst));
	assert_int_equal(d->icmp.quoted_seq, about->kind == SEGMENT_TCP ? about->seq : 0);
}

static void build_icmp_about_a_packet_quotes_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(icmp_cases) / sizeof(icmp_cases[0]); i++) {
		const struct icmp_case *c = &icmp_cases[i];
		const struct segment s = icmp(c), about = original(c->v6, SEGMENT_TCP);
		uint8_t payload[2000] = { 0 }, bytes[2100], *packet;
		size_t at_quote = c->v6 ? 48 : 28, len;
		int about_len = packet_build(&about, payload, 3, bytes, sizeof(bytes));
		struct segment d;

		/* a small one whole */
		packet = build(&s, bytes, (size_t)about_len, &len, &d);
		assert_icmp(&d, c, &about);
		assert_int_equal(len, at_quote + (size_t)about_len);
		assert_memory_equal(packet + at_quote, bytes, (size_t)about_len);
		free(packet);
		/* of a large one what an error may hold */
		about_len = packet_build(&about, payload, sizeof(payload), bytes, sizeof(bytes));
		free(build(&s, bytes, (size_t)about_len, &len, &d));
		assert_icmp(&d, c, &about);
		assert_int_equal(len, c->v6 ? 1280 : 576);
	}
}

static void build_icmp_about_a_value_makes_the_quote(void **state)
{
	static const enum segment_kind kinds[] = { SEGMENT_TCP, SEGMENT_UDP };

	(void)state;
	for (size_t i = 0; i < sizeof(icmp_cases) / sizeof(icmp_cases[0]); i++) {
		for (size_t k = 0; k < 2; k++) {
			const struct icmp_case *c = &icmp_cases[i];
			const struct segment about = original(c->v6, kinds[k]);
			struct segment s = icmp(c), d;
			size_t len;

			packet_quote(&s.icmp, &about);
			free(build(&s, NULL, 0, &len, &d));
			assert_icmp(&d, c, &about);
		}
	}
}

static void build_icmp_about_nothing_known_is_refused(void **state)
{
	struct segment s = icmp(&icmp_cases[0]), d;
	uint8_t room[200];
	size_t len;

	(void)state;
	s.icmp.quotes = true; /* but not what */
	assert_int_equal(packet_build(&s, NULL, 0, room, sizeof(room)), -EINVAL);
	s.icmp.quotes = false;
	free(build(&s, NULL, 0, &len, &d));
	assert_false(d.icmp.quotes);
	assert_int_equal(len, 28);
}

static void build_icmp_echo_has_its_data(void **state)
{
	const struct icmp_case echo[] = { { false, 8, 0, 0 }, { true, 128, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct segment s = icmp(&echo[i]);
		struct segment d;
		size_t len;

		free(build(&s, "ping", 4, &len, &d));
		assert_int_equal(d.icmp.type, echo[i].type);
		assert_false(d.icmp.quotes);
		assert_int_equal(d.payload_len, 4);
	}
}

/* ---- checksums ---- */

static void build_syn_is_known_byte_for_byte(void **state)
{
	const struct segment s = syn();
	struct segment d;
	size_t len;
	uint8_t *packet = build(&s, NULL, 0, &len, &d);

	(void)state;
	assert_int_equal(len, sizeof(syn_ip4));
	assert_memory_equal(packet, syn_ip4, len);
	free(packet);
}

/* IPv4 header with a checksum that is often quoted: 192.168.0.1 > 192.168.0.199, UDP, 0xb861; and a datagram
 * without a checksum in it. */
static void checksum_of_a_known_header_is_right(void **state)
{
	uint8_t packet[0x73] = { 0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb8,
		0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7, 0, 1, 0, 2, 0, 0x5f, 0, 0 };

	(void)state;
	assert_true(packet_checksum_ok(packet, sizeof(packet)));
	packet[10] = packet[11] = 0;
	assert_false(packet_checksum_ok(packet, sizeof(packet)));
	assert_true(packet_checksum_fix(packet, sizeof(packet)));
	assert_int_equal(packet[10] << 8 | packet[11], 0xb861);
	assert_int_equal(packet[26] << 8 | packet[27], 0); /* still none */
	assert_true(packet_checksum_spoil(packet, sizeof(packet)));
	assert_false(packet_checksum_ok(packet, sizeof(packet)));
	assert_int_equal(packet[10] << 8 | packet[11], 0xb861);
}

/* Spoil and mend a packet; nothing but the checksum at `field` may differ meanwhile. */
static void assert_spoils(const uint8_t *packet, size_t len, size_t field)
{
	uint8_t *spoilt = malloc(len);

	assert_non_null(spoilt);
	memcpy(spoilt, packet, len);
	assert_true(packet_checksum_ok(spoilt, len));
	assert_true(packet_checksum_spoil(spoilt, len));
	assert_false(packet_checksum_ok(spoilt, len));
	assert_memory_not_equal(spoilt + field, packet + field, 2);
	assert_memory_equal(spoilt, packet, field);
	assert_memory_equal(spoilt + field + 2, packet + field + 2, len - field - 2);
	assert_true(packet_checksum_spoil(spoilt, len)); /* twice is not back again */
	assert_false(packet_checksum_ok(spoilt, len));
	assert_true(packet_checksum_fix(spoilt, len));
	assert_memory_equal(spoilt, packet, len);
	free(spoilt);
}

static void spoil_makes_wrong_and_fix_right(void **state)
{
	static const size_t
		fields[] = { [SEGMENT_TCP] = 16, [SEGMENT_UDP] = 6, [SEGMENT_ICMP] = 2 };

	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		for (enum segment_kind k = SEGMENT_TCP; k <= SEGMENT_ICMP; k++) {
			struct segment s = between(v6, k), d;
			size_t len, ip_len = v6 ? 40 : 20;
			uint8_t *packet;

			s.icmp.type = k == SEGMENT_ICMP ? 8 : 0;
			/* every checksum once, 0, 1 and ffff among them */
			packet = build(&s, "ab", 2, &len, &d);
			for (unsigned word = 0; word < 65536; word += k == SEGMENT_UDP ? 1 : 257) {
				packet[len - 2] = (uint8_t)(word >> 8);
				packet[len - 1] = (uint8_t)word;
				assert_true(packet_checksum_fix(packet, len));
				assert_spoils(packet, len, ip_len + fields[k]);
			}
			free(packet);
		}
	}
}

static void fix_after_a_changed_payload_is_right(void **state)
{
	const struct segment s = full_tcp(true);
	struct segment d;
	size_t len;
	uint8_t *packet = build(&s, "hello", 5, &len, &d);

	(void)state;
	packet[len - 1] ^= 0x10; /* an odd length */
	assert_false(packet_checksum_ok(packet, len));
	assert_true(packet_checksum_fix(packet, len));
	assert_true(packet_checksum_ok(packet, len));
	free(packet);
}

static void checksum_behind_extension_headers_is_found(void **state)
{
	const struct segment s = full_tcp(true);
	struct segment d;
	size_t len;
	uint8_t *packet = build(&s, "hello", 5, &len, &d);
	uint8_t longer[200];

	(void)state;
	/* hop-by-hop (8 bytes) and destination options (16 bytes), all padding */
	memcpy(longer, packet, 40);
	memset(longer + 40, 0, 24);
	memcpy(longer + 64, packet + 40, len - 40);
	longer[5] = (uint8_t)(len - 40 + 24);
	longer[6] = IPPROTO_HOPOPTS;
	longer[40] = IPPROTO_DSTOPTS;
	longer[48] = IPPROTO_TCP;
	longer[49] = 1;
	assert_spoils(longer, len + 24, 64 + 16);
	free(packet);
}

/* A packet whose checksum is right gets a route behind its IP header, whose destination is somebody else then. */
static size_t put_route(const uint8_t *packet, size_t len, const uint8_t *route, size_t route_len,
	uint8_t *ret_longer)
{
	const bool v6 = packet[0] >> 4 == 6;
	const size_t ip_len = v6 ? 40 : 20, dst = v6 ? 24 : 16;

	memcpy(ret_longer, packet, ip_len);
	memcpy(ret_longer + ip_len, route, route_len);
	memcpy(ret_longer + ip_len + route_len, packet + ip_len, len - ip_len);
	ret_longer[dst + (v6 ? 15 : 3)] ^= 0x55; /* somebody else, who is next */
	if (v6) {
		ret_longer[5] = (uint8_t)(len + route_len - ip_len);
		ret_longer[6] = IPPROTO_ROUTING;
	} else {
		ret_longer[0] = (uint8_t)(0x40 | (ip_len + route_len) / 4);
		ret_longer[3] = (uint8_t)(len + route_len);
	}
	return len + route_len;
}

static void checksum_by_way_of_others_counts_the_last(void **state)
{
	static const uint8_t types[] = { 0, 2, 4 };
	const struct segment s4 = between(false, SEGMENT_TCP), s6 = between(true, SEGMENT_TCP);
	uint8_t lsrr[12] = { IPOPT_NOP, IPOPT_LSRR, 11, 8 }, srh[8 + 2 * 16] = { IPPROTO_TCP };
	struct segment d;
	uint8_t *packet, longer[200];
	size_t len;

	(void)state;
	packet = build(&s4, "hello", 5, &len, &d);
	memcpy(lsrr + 8, packet + 16, 4);
	len = put_route(packet, len, lsrr, sizeof(lsrr), longer);
	assert_false(packet_checksum_ok(longer, len)); /* the IP header has another one now */
	packet_checksum_fix(longer, len);
	assert_memory_equal(longer + 32 + 16, packet + 20 + 16, 2);
	assert_spoils(longer, len, 32 + 16);
	longer[23] = 12; /* they have all been passed: the IP header has the last one */
	memcpy(longer + 16, packet + 16, 4);
	packet_checksum_fix(longer, len);
	assert_memory_equal(longer + 32 + 16, packet + 20 + 16, 2);
	free(packet);
	for (size_t i = 0; i < sizeof(types); i++) {
		packet = build(&s6, "hello", 5, &len, &d);
		srh[1] = types[i] == 2 ? 2 : 4;
		srh[2] = types[i];
		srh[3] = 1;
		memset(srh + 8, 0x77, 32);
		memcpy(srh + (types[i] == 0 ? 24 : 8), packet + 24, 16);
		len = put_route(packet, len, srh, types[i] == 2 ? 24 : 40, longer);
		assert_true(packet_checksum_ok(longer, len));
		longer[43] = 0;
		assert_false(packet_checksum_ok(longer, len));
		memcpy(longer + 24, packet + 24, 16);
		assert_true(packet_checksum_ok(longer, len));
		free(packet);
	}
}

static void checksum_where_there_is_none(void **state)
{
	uint8_t packet[sizeof(syn_ip4)];
	struct segment s = between(true, SEGMENT_UDP), d;
	uint8_t *ip6;
	size_t len;

	(void)state;
	memcpy(packet, syn_ip4, sizeof(packet));
	packet[6] = 0x20; /* a fragment: only the IP header has one */
	assert_true(packet_checksum_fix(packet, sizeof(packet)));
	assert_spoils(packet, sizeof(packet), 10);
	/* over IPv6 nothing has, and UDP must have one */
	ip6 = build(&s, "x", 1, &len, &d);
	ip6[46] = ip6[47] = 0;
	assert_false(packet_checksum_ok(ip6, len));
	ip6[6] = 99;
	assert_true(packet_checksum_ok(ip6, len));
	assert_false(packet_checksum_spoil(ip6, len));
	assert_true(packet_checksum_fix(ip6, len));
	/* bytes that are no packet */
	assert_false(packet_checksum_ok(ip6, 39));
	assert_false(packet_checksum_fix(ip6, 39));
	assert_false(packet_checksum_spoil(ip6, 39));
	assert_false(packet_checksum_ok(ip6, 0));
	free(ip6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_tcp_with_all_options_comes_back),
		cmocka_unit_test(build_each_option_alone_comes_back),
		cmocka_unit_test(build_options_that_cannot_be_are_refused),
		cmocka_unit_test(build_udp_comes_back),
		cmocka_unit_test(build_udp_whose_checksum_is_0_says_ffff),
		cmocka_unit_test(build_nonsense_is_refused),
		cmocka_unit_test(build_icmp_about_a_packet_quotes_it),
		cmocka_unit_test(build_icmp_about_a_value_makes_the_quote),
		cmocka_unit_test(build_icmp_about_nothing_known_is_refused),
		cmocka_unit_test(build_icmp_echo_has_its_data),
		cmocka_unit_test(build_syn_is_known_byte_for_byte),
		cmocka_unit_test(checksum_of_a_known_header_is_right),
		cmocka_unit_test(spoil_makes_wrong_and_fix_right),
		cmocka_unit_test(fix_after_a_changed_payload_is_right),
		cmocka_unit_test(checksum_behind_extension_headers_is_found),
		cmocka_unit_test(checksum_by_way_of_others_counts_the_last),
		cmocka_unit_test(checksum_where_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
