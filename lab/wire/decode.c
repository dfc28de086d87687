/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/decode.h"

#include <netinet/in.h>
#include <string.h>

#define IP4_HEADER_MIN 20 /* bytes, RFC 791 3.1 */
#define IP4_FRAGMENT_MASK 0x3fff /* more-fragments bit and offset */
#define IP6_HEADER 40 /* bytes, RFC 8200 3 */
#define IP6_EXTENSION_UNIT 8 /* bytes, RFC 8200 4 */
#define TCP_HEADER_MIN 20 /* bytes, RFC 9293 3.1 */

/* https://www.iana.org/assignments/tcp-parameters, "TCP Option Kind Numbers" */
enum option_kind {
	KIND_END = 0,
	KIND_PADDING = 1,
	KIND_MSS = 2,
	KIND_WINDOW_SCALE = 3,
	KIND_SACK_PERMITTED = 4,
	KIND_SACK = 5,
	KIND_TIMESTAMPS = 8,
	KIND_MD5 = 19,
	KIND_USER_TIMEOUT = 28,
	KIND_AUTHENTICATION = 29,
	KIND_MULTIPATH = 30,
	KIND_FAST_OPEN = 34,
};

/* Value lengths in bytes: what the option's length field says, less 2 for kind and length. */
struct option_shape {
	uint8_t kind;
	uint8_t min, max, step;
	uint16_t bit; /* enum segment_option */
};

static const struct option_shape option_shapes[] = {
	{ KIND_MSS, 2, 2, 1, OPTION_MSS },
	{ KIND_WINDOW_SCALE, 1, 1, 1, OPTION_WINDOW_SCALE },
	{ KIND_SACK_PERMITTED, 0, 0, 1, OPTION_SACK_PERMITTED },
	{ KIND_SACK, 8, 8 * SEGMENT_SACK_MAX, 8, OPTION_SACK },
	{ KIND_TIMESTAMPS, 8, 8, 1, OPTION_TIMESTAMPS },
	{ KIND_MD5, 16, 16, 1, OPTION_MD5 },
	{ KIND_USER_TIMEOUT, 2, 2, 1, OPTION_USER_TIMEOUT },
	{ KIND_AUTHENTICATION, 2, 38, 1, OPTION_AUTHENTICATION },
	{ KIND_MULTIPATH, 1, 38, 1, OPTION_MULTIPATH },
	/* 0 asks for a cookie; a cookie has 4 to 16 bytes (RFC 7413 4.1.1): 2 is refused below */
	{ KIND_FAST_OPEN, 0, 16, 2, OPTION_FAST_OPEN },
};

/* The IP part of a packet, and where the next layer begins in it. */
struct ip_part {
	struct packet_summary summary;
	size_t offset; /* of the transport header; <= summary.length <= bytes we hold */
	uint8_t hop_limit;
};

static uint16_t read_be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t read_be32(const uint8_t *bytes)
{
	return (uint32_t)read_be16(bytes) << 16 | read_be16(bytes + 2);
}

static enum packet_kind ip4_decode(const uint8_t *packet, size_t len, struct ip_part *ip)
{
	size_t header_len, total_len;

	if (len < IP4_HEADER_MIN)
		return PACKET_MALFORMED;
	header_len = (packet[0] & 0x0fu) * 4;
	total_len = read_be16(packet + 2);
	if (header_len < IP4_HEADER_MIN || total_len < header_len || total_len > len)
		return PACKET_MALFORMED;
	ip->summary.src.family = AF_INET;
	memcpy(ip->summary.src.bytes, packet + 12, 4);
	ip->summary.dst.family = AF_INET;
	memcpy(ip->summary.dst.bytes, packet + 16, 4);
	ip->summary.protocol = packet[9];
	ip->summary.length = total_len;
	ip->hop_limit = packet[8];
	ip->offset = header_len;
	if (read_be16(packet + 6) & IP4_FRAGMENT_MASK)
		return PACKET_OTHER;
	return ip->summary.protocol == IPPROTO_TCP ? PACKET_TCP : PACKET_OTHER;
}

/* Walk the extension headers: ip->offset stands at a header of type ip->summary.protocol. */
static enum packet_kind ip6_skip_extensions(const uint8_t *packet, struct ip_part *ip)
{
	for (;;) {
		uint8_t type = ip->summary.protocol;
		size_t left = ip->summary.length - ip->offset;
		size_t extension_len;

		if (type == IPPROTO_TCP)
			return PACKET_TCP;
		/* elsewhere it is an unknown next header to every receiver (RFC 8200 4.1) */
		if (type == IPPROTO_HOPOPTS && ip->offset != IP6_HEADER)
			return PACKET_OTHER;
		if (type != IPPROTO_HOPOPTS && type != IPPROTO_ROUTING && type != IPPROTO_DSTOPTS &&
			type != IPPROTO_FRAGMENT)
			return PACKET_OTHER;
		if (left < IP6_EXTENSION_UNIT)
			return PACKET_MALFORMED;
		if (type == IPPROTO_FRAGMENT)
			return PACKET_OTHER;
		extension_len = (packet[ip->offset + 1] + 1u) * IP6_EXTENSION_UNIT;
		if (extension_len > left)
			return PACKET_MALFORMED;
		ip->summary.protocol = packet[ip->offset];
		ip->offset += extension_len;
	}
}

static enum packet_kind ip6_decode(const uint8_t *packet, size_t len, struct ip_part *ip)
{
	size_t total_len;

	if (len < IP6_HEADER)
		return PACKET_MALFORMED;
	total_len = IP6_HEADER + (size_t)read_be16(packet + 4);
	if (total_len > len)
		return PACKET_MALFORMED;
	ip->summary.src.family = AF_INET6;
	memcpy(ip->summary.src.bytes, packet + 8, 16);
	ip->summary.dst.family = AF_INET6;
	memcpy(ip->summary.dst.bytes, packet + 24, 16);
	ip->summary.protocol = packet[6];
	ip->summary.length = total_len;
	ip->hop_limit = packet[7];
	ip->offset = IP6_HEADER;
	return ip6_skip_extensions(packet, ip);
}

/* Store one option's value, whose length fits its shape. */
static void option_store(uint8_t kind, const uint8_t *value, size_t len, struct segment_options *o)
{
	switch (kind) {
	case KIND_MSS:
		o->mss = read_be16(value);
		break;
	case KIND_WINDOW_SCALE:
		o->window_scale = value[0];
		break;
	case KIND_SACK:
		o->sack_count = (uint8_t)(len / 8);
		for (size_t i = 0; i < o->sack_count; i++) {
			o->sack[i].left = read_be32(value + 8 * i);
			o->sack[i].right = read_be32(value + 8 * i + 4);
		}
		break;
	case KIND_TIMESTAMPS:
		o->ts_value = read_be32(value);
		o->ts_echo = read_be32(value + 4);
		break;
	case KIND_USER_TIMEOUT:
		o->user_timeout = read_be16(value);
		break;
	case KIND_FAST_OPEN:
		o->fast_open_len = (uint8_t)len;
		break;
	default: /* its presence is all we keep */
		break;
	}
}

/* Take in one option; `len` is the length of its value in bytes. */
static void option_decode(uint8_t kind, const uint8_t *value, size_t len, struct segment_options *o)
{
	for (size_t i = 0; i < sizeof(option_shapes) / sizeof(option_shapes[0]); i++) {
		const struct option_shape *shape = &option_shapes[i];

		if (shape->kind != kind)
			continue;
		if (len < shape->min || len > shape->max || len % shape->step != 0 ||
			(kind == KIND_FAST_OPEN && len == 2)) {
			o->present |= OPTION_MALFORMED;
			return;
		}
		o->present |= shape->bit;
		option_store(kind, value, len, o);
		return;
	}
	if (!(o->present & OPTION_UNKNOWN))
		o->unknown_kind = kind;
	o->present |= OPTION_UNKNOWN;
}

/* An option of a wrong size is stepped over; one that leaves the header ends the walk. */
static void options_decode(const uint8_t *bytes, size_t len, struct segment_options *o)
{
	size_t at = 0;

	while (at < len && bytes[at] != KIND_END) {
		size_t option_len;

		if (bytes[at] == KIND_PADDING) {
			at++;
			continue;
		}
		option_len = len - at >= 2 ? bytes[at + 1] : 0;
		if (option_len < 2 || option_len > len - at) {
			o->present |= OPTION_MALFORMED;
			return;
		}
		option_decode(bytes[at], bytes + at + 2, option_len - 2, o);
		at += option_len;
	}
}

static enum packet_kind tcp_decode(const uint8_t *packet, const struct ip_part *ip,
	struct segment *s)
{
	const uint8_t *tcp = packet + ip->offset;
	size_t left = ip->summary.length - ip->offset;
	size_t header_len;

	if (left < TCP_HEADER_MIN)
		return PACKET_MALFORMED;
	header_len = (size_t)(tcp[12] >> 4) * 4;
	if (header_len < TCP_HEADER_MIN || header_len > left)
		return PACKET_MALFORMED;
	*s = (struct segment){
		.src = ip->summary.src,
		.dst = ip->summary.dst,
		.flags = tcp[13],
		.hop_limit = ip->hop_limit,
		.window = read_be16(tcp + 14),
		.urgent = read_be16(tcp + 18),
		.seq = read_be32(tcp + 4),
		.ack = read_be32(tcp + 8),
		.seq_rel = read_be32(tcp + 4),
		.ack_rel = read_be32(tcp + 8),
		.payload_len = (uint32_t)(left - header_len),
		.payload_offset = (uint32_t)(ip->offset + header_len),
	};
	s->src.port = read_be16(tcp);
	s->dst.port = read_be16(tcp + 2);
	s->excerpt_len = (uint8_t)(s->payload_len < SEGMENT_EXCERPT_MAX ? s->payload_len
									: SEGMENT_EXCERPT_MAX);
	memcpy(s->excerpt, tcp + header_len, s->excerpt_len);
	options_decode(tcp + TCP_HEADER_MIN, header_len - TCP_HEADER_MIN, &s->options);
	return PACKET_TCP;
}

enum packet_kind segment_decode(const uint8_t *packet, size_t len,
	struct packet_summary *ret_summary, struct segment *ret_segment)
{
	enum packet_kind kind = PACKET_MALFORMED;
	struct ip_part ip = { 0 };

	if (len && packet[0] >> 4 == 4)
		kind = ip4_decode(packet, len, &ip);
	else if (len && packet[0] >> 4 == 6)
		kind = ip6_decode(packet, len, &ip);
	if (kind == PACKET_TCP)
		kind = tcp_decode(packet, &ip, ret_segment);
	if (kind != PACKET_MALFORMED)
		*ret_summary = ip.summary;
	return kind;
}
