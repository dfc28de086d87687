/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/decode.h"

#include <netinet/in.h>
#include <string.h>

#include "wire/octets.h"

#define IP4_HEADER_MIN 20 /* bytes, RFC 791 3.1 */
#define IP4_FRAGMENT_MASK 0x3fff /* more-fragments bit and offset */
#define IP6_HEADER 40 /* bytes, RFC 8200 3 */
#define IP6_EXTENSION_UNIT 8 /* bytes, RFC 8200 4 */
#define TCP_HEADER_MIN 20 /* bytes, RFC 9293 3.1 */
#define UDP_HEADER 8 /* bytes, RFC 768 */
#define ICMP_HEADER 8 /* bytes; an error quotes the packet behind it (RFC 792, RFC 4443 3) */

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
	struct address src, dst;
	uint8_t protocol; /* IP protocol or last IPv6 next header looked at */
	bool fragment;
	size_t length; /* bytes, from the IP header; <= bytes we hold */
	size_t offset; /* of the next layer; <= length */
	uint8_t hop_limit;
};

static bool ip4_decode(const uint8_t *packet, size_t len, struct ip_part *ip)
{
	size_t header_len, total_len;

	if (len < IP4_HEADER_MIN)
		return false;
	header_len = (size_t)(packet[0] & 0x0f) * 4;
	total_len = read_be16(packet + 2);
	if (header_len < IP4_HEADER_MIN || total_len < header_len || total_len > len)
		return false;
	ip->src.family = AF_INET;
	memcpy(ip->src.bytes, packet + 12, 4);
	ip->dst.family = AF_INET;
	memcpy(ip->dst.bytes, packet + 16, 4);
	ip->protocol = packet[9];
	ip->length = total_len;
	ip->hop_limit = packet[8];
	ip->offset = header_len;
	ip->fragment = (read_be16(packet + 6) & IP4_FRAGMENT_MASK) != 0;
	return true;
}

/* Walk the extension headers: ip->offset stands at a header of type ip->protocol. */
static bool ip6_skip_extensions(const uint8_t *packet, struct ip_part *ip)
{
	for (;;) {
		uint8_t type = ip->protocol;
		size_t left = ip->length - ip->offset;
		size_t extension_len;

		/* hop-by-hop options elsewhere are an unknown next header to every receiver (RFC 8200 4.1) */
		if (type != IPPROTO_ROUTING && type != IPPROTO_DSTOPTS &&
			type != IPPROTO_FRAGMENT &&
			(type != IPPROTO_HOPOPTS || ip->offset != IP6_HEADER))
			return true;
		if (left < IP6_EXTENSION_UNIT)
			return false;
		if (type == IPPROTO_FRAGMENT) {
			ip->fragment = true;
			return true;
		}
		extension_len = (packet[ip->offset + 1] + (size_t)1) * IP6_EXTENSION_UNIT;
		if (extension_len > left)
			return false;
		ip->protocol = packet[ip->offset];
		ip->offset += extension_len;
	}
}

static bool ip6_decode(const uint8_t *packet, size_t len, struct ip_part *ip)
{
	size_t total_len;

	if (len < IP6_HEADER)
		return false;
	total_len = IP6_HEADER + (size_t)read_be16(packet + 4);
	if (total_len > len)
		return false;
	ip->src.family = AF_INET6;
	memcpy(ip->src.bytes, packet + 8, 16);
	ip->dst.family = AF_INET6;
	memcpy(ip->dst.bytes, packet + 24, 16);
	ip->protocol = packet[6];
	ip->length = total_len;
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

/* What follows `header_len` bytes of the next layer, and its first bytes. */
static void take_payload(const uint8_t *packet, const struct ip_part *ip, size_t header_len,
	size_t payload_len, bool excerpt, struct segment *s)
{
	s->payload_offset = (uint32_t)(ip->offset + header_len);
	s->payload_len = (uint32_t)payload_len;
	if (!excerpt)
		return;
	s->excerpt_len =
		(uint8_t)(payload_len < SEGMENT_EXCERPT_MAX ? payload_len : SEGMENT_EXCERPT_MAX);
	memcpy(s->excerpt, packet + s->payload_offset, s->excerpt_len);
}

static bool tcp_decode(const uint8_t *packet, const struct ip_part *ip, struct segment *s)
{
	const uint8_t *tcp = packet + ip->offset;
	size_t left = ip->length - ip->offset;
	size_t header_len;

	if (left < TCP_HEADER_MIN)
		return false;
	header_len = (size_t)(tcp[12] >> 4) * 4;
	if (header_len < TCP_HEADER_MIN || header_len > left)
		return false;
	s->kind = SEGMENT_TCP;
	s->flags = tcp[13];
	s->window = read_be16(tcp + 14);
	s->urgent = read_be16(tcp + 18);
	s->seq = s->seq_rel = read_be32(tcp + 4);
	s->ack = s->ack_rel = read_be32(tcp + 8);
	s->src.port = read_be16(tcp);
	s->dst.port = read_be16(tcp + 2);
	take_payload(packet, ip, header_len, left - header_len, true, s);
	options_decode(tcp + TCP_HEADER_MIN, header_len - TCP_HEADER_MIN, &s->options);
	return true;
}

static bool udp_decode(const uint8_t *packet, const struct ip_part *ip, struct segment *s)
{
	const uint8_t *udp = packet + ip->offset;
	size_t left = ip->length - ip->offset;
	size_t udp_len;

	if (left < UDP_HEADER)
		return false;
	udp_len = read_be16(udp + 4);
	if (udp_len < UDP_HEADER || udp_len > left)
		return false;
	s->kind = SEGMENT_UDP;
	s->src.port = read_be16(udp);
	s->dst.port = read_be16(udp + 2);
	take_payload(packet, ip, UDP_HEADER, udp_len - UDP_HEADER, true, s);
	return true;
}

/* Whose packet an ICMP error is about. The quote is cut off by whoever sent it. */
static void quote_decode(const uint8_t *quote, size_t len, struct segment_icmp *m)
{
	struct ip_part ip = { 0 };
	uint8_t whole[IP4_HEADER_MIN + 40]; /* an IPv4 header with the most options */
	size_t left;

	if (len >= IP4_HEADER_MIN && quote[0] >> 4 == 4) {
		/* its total length is that of the packet, not of the quote */
		memcpy(whole, quote, len < sizeof(whole) ? len : sizeof(whole));
		whole[2] = (uint8_t)(len >> 8);
		whole[3] = (uint8_t)len;
		if (!ip4_decode(whole, len, &ip))
			return;
	} else if (len >= IP6_HEADER && quote[0] >> 4 == 6) {
		memcpy(whole, quote, IP6_HEADER);
		ip.src.family = ip.dst.family = AF_INET6;
		memcpy(ip.src.bytes, quote + 8, 16);
		memcpy(ip.dst.bytes, quote + 24, 16);
		ip.protocol = quote[6];
		ip.offset = IP6_HEADER;
	} else {
		return;
	}
	m->quotes = true;
	m->quoted_protocol = ip.protocol;
	m->quoted_src = ip.src;
	m->quoted_dst = ip.dst;
	left = len - ip.offset;
	if (ip.fragment || (ip.protocol != IPPROTO_TCP && ip.protocol != IPPROTO_UDP) || left < 4)
		return;
	m->quoted_src.port = read_be16(quote + ip.offset);
	m->quoted_dst.port = read_be16(quote + ip.offset + 2);
	if (ip.protocol == IPPROTO_TCP && left >= 8)
		m->quoted_seq = read_be32(quote + ip.offset + 4);
}

static bool icmp_decode(const uint8_t *packet, const struct ip_part *ip, struct segment *s)
{
	const uint8_t *icmp = packet + ip->offset;
	size_t left = ip->length - ip->offset;
	bool v6 = ip->protocol == IPPROTO_ICMPV6, error;
	struct segment_icmp *m = &s->icmp;

	if (left < ICMP_HEADER)
		return false;
	s->kind = SEGMENT_ICMP;
	m->type = icmp[0];
	m->code = icmp[1];
	error = v6 ? m->type >= 1 && m->type <= 4
		   : m->type == 3 || m->type == 4 || m->type == 5 || m->type == 11 || m->type == 12;
	if (v6 && m->type == 2)
		m->mtu = read_be32(icmp + 4);
	else if (!v6 && m->type == 3 && m->code == 4)
		m->mtu = read_be16(icmp + 6);
	take_payload(packet, ip, ICMP_HEADER, left - ICMP_HEADER, false, s);
	if (error)
		quote_decode(icmp + ICMP_HEADER, left - ICMP_HEADER, m);
	return true;
}

bool segment_decode(const uint8_t *packet, size_t len, struct segment *ret_segment)
{
	struct ip_part ip = { 0 };
	struct segment s = { 0 };
	bool sound = false;

	if (len && packet[0] >> 4 == 4)
		sound = ip4_decode(packet, len, &ip);
	else if (len && packet[0] >> 4 == 6)
		sound = ip6_decode(packet, len, &ip);
	if (!sound)
		return false;
	s.src = ip.src;
	s.dst = ip.dst;
	s.protocol = ip.protocol;
	s.fragment = ip.fragment;
	s.hop_limit = ip.hop_limit;
	if (!ip.fragment && ip.protocol == IPPROTO_TCP)
		sound = tcp_decode(packet, &ip, &s);
	else if (!ip.fragment && ip.protocol == IPPROTO_UDP)
		sound = udp_decode(packet, &ip, &s);
	else if (!ip.fragment && (ip.protocol == IPPROTO_ICMP || ip.protocol == IPPROTO_ICMPV6))
		sound = icmp_decode(packet, &ip, &s);
	else
		s.kind = SEGMENT_OTHER;
	if (s.kind == SEGMENT_OTHER)
		take_payload(packet, &ip, 0, ip.length - ip.offset, false, &s);
	if (sound)
		*ret_segment = s;
	return sound;
}
