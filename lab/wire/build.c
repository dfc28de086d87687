/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/build.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <string.h>

#include "wire/decode.h"
#include "wire/octets.h"

#define IP4_HEADER 20 /* bytes, RFC 791 3.1; without options */
#define IP4_DONT_FRAGMENT 0x40
#define IP4_ERROR_MAX 576 /* bytes of an ICMP error, RFC 1812 4.3.2.3 */
#define IP6_HEADER 40 /* bytes, RFC 8200 3 */
#define IP6_ERROR_MAX 1280 /* bytes, the least MTU: RFC 4443 2.4 c */
#define TCP_HEADER 20 /* bytes, RFC 9293 3.1; without options */
#define TCP_OPTIONS_MAX 40 /* bytes: what the data offset can say */
#define UDP_HEADER 8 /* bytes, RFC 768 */
#define ICMP_HEADER 8 /* bytes, RFC 792, RFC 4443 2.1: then the quote, of an error */
#define DEFAULT_HOP_LIMIT 64
#define LENGTH_MAX 65535 /* what 16 bits can say */

/* Options of which struct segment does not keep the value. */
#define OPTIONS_WITHOUT_VALUE                                                                      \
	(OPTION_MD5 | OPTION_AUTHENTICATION | OPTION_MULTIPATH | OPTION_UNKNOWN | OPTION_MALFORMED)

/* ---- checksums ---- */

/* The checksum to put where 0 was; 0 when the right one is among what was summed up. */
static uint16_t checksum_of(uint32_t sum)
{
	return (uint16_t)~fold_sum(sum);
}

/* Where the checksums of a packet are. */
struct sums {
	size_t ip_header; /* bytes of an IPv4 header; 0 = IPv6, which has no checksum */
	uint8_t protocol;
	size_t at, end; /* what the inner checksum covers */
	size_t field; /* where it is; 0 = there is none */
};

static uint16_t ip_checksum(const uint8_t *packet, const struct sums *sums)
{
	return checksum_of(sum_words(0, packet, sums->ip_header));
}

static bool is_extension(uint8_t type)
{
	return type == IPPROTO_HOPOPTS || type == IPPROTO_ROUTING || type == IPPROTO_DSTOPTS;
}

/* With a source route the IP header says who is next: the last address of the route is whom the sender means, for as
 * long as there is somebody left to pass (RFC 791 3.1: the pointer is within the option). */
static const uint8_t *last_destination4(const uint8_t *packet, size_t header_len)
{
	size_t len;

	for (size_t at = IP4_HEADER; at + 2 < header_len && packet[at]; at += len) {
		const uint8_t *option = packet + at;

		len = option[0] == IPOPT_NOP ? 1 : option[1];
		if (len == 0 || at + len > header_len)
			break;
		if ((option[0] == IPOPT_LSRR || option[0] == IPOPT_SSRR) && len >= 7 &&
			option[2] < len)
			return option + len - 4;
	}
	return packet + 16;
}

/* RFC 8200 8.1. The types whose route Linux follows: 0 (RFC 2460 4.4), 2 (RFC 6275 6.4.1: one address) and 4 (RFC 8754 2:
 * the last comes first). */
static const uint8_t *last_destination6(const uint8_t *packet)
{
	const uint8_t *header = packet + IP6_HEADER;

	for (uint8_t type = packet[6]; is_extension(type);) {
		const size_t addresses = header[1] / 2;

		if (type == IPPROTO_ROUTING && header[3] && addresses) {
			if (header[2] == 4)
				return header + 8;
			if (header[2] == 0 || header[2] == 2)
				return header + 8 + 16 * (addresses - 1);
		}
		type = header[0];
		header += ((size_t)header[1] + 1) * 8;
	}
	return packet + 24;
}

/* Of TCP, UDP and ICMP; all but ICMP for IPv4 sum up a pseudo header, too. */
static uint16_t inner_checksum(const uint8_t *packet, const struct sums *sums)
{
	uint32_t len = (uint32_t)(sums->end - sums->at), sum = 0;

	if (sums->protocol != IPPROTO_ICMP) {
		sum = sums->ip_header
			? sum_words(sum_words(0, packet + 12, 4),
				  last_destination4(packet, sums->ip_header), 4)
			: sum_words(sum_words(0, packet + 8, 16), last_destination6(packet), 16);
		sum += sums->protocol + (len >> 16) + (len & 0xffff);
	}
	return checksum_of(sum_words(sum, packet + sums->at, len));
}

size_t packet_inner_offset(const uint8_t *packet)
{
	size_t at = IP6_HEADER;
	uint8_t type = packet[6];

	if (packet[0] >> 4 == 4)
		return (size_t)(packet[0] & 0x0f) * 4;
	while (is_extension(type)) {
		type = packet[at];
		at += ((size_t)packet[at + 1] + 1) * 8;
	}
	return at;
}

/* Where a header has its checksum. */
static size_t checksum_offset(uint8_t protocol)
{
	if (protocol == IPPROTO_TCP)
		return 16;
	return protocol == IPPROTO_UDP ? 6 : 2;
}

static bool find_sums(const uint8_t *packet, size_t len, struct sums *ret_sums)
{
	struct sums sums = { 0 };
	struct segment s;

	if (!segment_decode(packet, len, &s))
		return false;
	if (packet[0] >> 4 == 4)
		sums.ip_header = (size_t)(packet[0] & 0x0f) * 4;
	if (s.kind != SEGMENT_OTHER) {
		sums.protocol = s.protocol;
		sums.at = packet_inner_offset(packet);
		sums.end = s.payload_offset + s.payload_len;
		sums.field = sums.at + checksum_offset(s.protocol);
		/* 0 says that the sender made none; over IPv6 that is not allowed (RFC 8200 8.1) */
		if (s.kind == SEGMENT_UDP && sums.ip_header && !packet[sums.field] &&
			!packet[sums.field + 1])
			sums.field = 0;
	}
	*ret_sums = sums;
	return true;
}

static void fix_ip(uint8_t *packet, const struct sums *sums)
{
	put_be16(packet + 10, 0);
	put_be16(packet + 10, ip_checksum(packet, sums));
}

/* Returns what it has put there. */
static uint16_t fix_inner(uint8_t *packet, const struct sums *sums)
{
	uint16_t checksum;

	put_be16(packet + sums->field, 0);
	checksum = inner_checksum(packet, sums);
	if (checksum == 0 && sums->protocol == IPPROTO_UDP)
		checksum = 0xffff; /* the same number; 0 would say that there is none (RFC 768) */
	put_be16(packet + sums->field, checksum);
	return checksum;
}

bool packet_checksum_ok(const uint8_t *packet, size_t len)
{
	struct sums sums;

	if (!find_sums(packet, len, &sums))
		return false;
	if (sums.ip_header && ip_checksum(packet, &sums) != 0)
		return false;
	if (!sums.field)
		return true;
	/* of UDP over IPv6, 0 is no checksum even where it is the right number */
	if (sums.protocol == IPPROTO_UDP && !packet[sums.field] && !packet[sums.field + 1])
		return false;
	return inner_checksum(packet, &sums) == 0;
}

bool packet_checksum_fix(uint8_t *packet, size_t len)
{
	struct sums sums;

	if (!find_sums(packet, len, &sums))
		return false;
	if (sums.ip_header)
		fix_ip(packet, &sums);
	if (sums.field)
		fix_inner(packet, &sums);
	return true;
}

/* Another number than the right one, neither equal to it in one's complement nor 0. */
static uint16_t wrong(uint16_t right)
{
	return (uint16_t)(right > 1 ? right - 1 : right + 1);
}

bool packet_checksum_spoil(uint8_t *packet, size_t len)
{
	struct sums sums;

	if (!find_sums(packet, len, &sums))
		return false;
	/* UDP without a checksum gets a wrong one */
	if (!sums.field && sums.protocol == IPPROTO_UDP)
		sums.field = sums.at + checksum_offset(IPPROTO_UDP);
	if (sums.field) {
		put_be16(packet + sums.field, wrong(fix_inner(packet, &sums)));
	} else if (sums.ip_header) {
		fix_ip(packet, &sums);
		put_be16(packet + 10, wrong(read_be16(packet + 10)));
	} else {
		return false;
	}
	return true;
}

/* ---- packets ---- */

/* What stands between the IP header and the payload. */
struct header {
	uint8_t protocol;
	size_t len;
	uint8_t bytes[TCP_HEADER + 80]; /* room for all options we know, though no packet has it */
};

/* Append one option and return where its value goes. Kinds: IANA, "TCP Option Kind Numbers". */
static uint8_t *add_option(struct header *out, uint8_t kind, size_t value_len)
{
	uint8_t *option = out->bytes + out->len;

	option[0] = kind;
	option[1] = (uint8_t)(2 + value_len);
	out->len += 2 + value_len;
	return option + 2;
}

static int add_options(struct header *out, const struct segment_options *o)
{
	uint8_t *value;

	if (o->present & OPTIONS_WITHOUT_VALUE)
		return -EINVAL;
	if ((o->present & OPTION_SACK) && (!o->sack_count || o->sack_count > SEGMENT_SACK_MAX))
		return -EINVAL;
	if ((o->present & OPTION_FAST_OPEN) && o->fast_open_len)
		return -EINVAL;
	/* in Linux's order, tcp_options_write(), but without its padding, which is for speed */
	if (o->present & OPTION_MSS)
		put_be16(add_option(out, 2, 2), o->mss);
	if (o->present & OPTION_SACK_PERMITTED)
		add_option(out, 4, 0);
	if (o->present & OPTION_TIMESTAMPS) {
		value = add_option(out, 8, 8);
		put_be32(value, o->ts_value);
		put_be32(value + 4, o->ts_echo);
	}
	if (o->present & OPTION_WINDOW_SCALE)
		*add_option(out, 3, 1) = o->window_scale;
	if (o->present & OPTION_SACK) {
		value = add_option(out, 5, (size_t)o->sack_count * 8);
		for (size_t i = 0; i < o->sack_count; i++) {
			put_be32(value + 8 * i, o->sack[i].left);
			put_be32(value + 8 * i + 4, o->sack[i].right);
		}
	}
	if (o->present & OPTION_USER_TIMEOUT)
		put_be16(add_option(out, 28, 2), o->user_timeout);
	if (o->present & OPTION_FAST_OPEN)
		add_option(out, 34, 0);
	out->len = (out->len + 3) / 4 * 4; /* filled up with 0: end of options */
	return out->len > TCP_HEADER + TCP_OPTIONS_MAX ? -EINVAL : 0;
}

static void write_ip4(const struct segment *s, uint8_t protocol, size_t total_len, uint8_t *ip)
{
	memset(ip, 0, IP4_HEADER);
	ip[0] = 0x45;
	put_be16(ip + 2, total_len);
	ip[6] = IP4_DONT_FRAGMENT; /* then the identification may be 0 (RFC 6864 4.1) */
	ip[8] = s->hop_limit ? s->hop_limit : DEFAULT_HOP_LIMIT;
	ip[9] = protocol;
	memcpy(ip + 12, s->src.bytes, 4);
	memcpy(ip + 16, s->dst.bytes, 4);
}

static void write_ip6(const struct segment *s, uint8_t protocol, size_t inner_len, uint8_t *ip)
{
	memset(ip, 0, IP6_HEADER);
	ip[0] = 0x60;
	put_be16(ip + 4, inner_len);
	ip[6] = protocol;
	ip[7] = s->hop_limit ? s->hop_limit : DEFAULT_HOP_LIMIT;
	memcpy(ip + 8, s->src.bytes, 16);
	memcpy(ip + 24, s->dst.bytes, 16);
}

/* The IP header, `header` and the payload, with the checksums. */
static int assemble(const struct segment *s, const struct header *header, const uint8_t *payload,
	size_t len, uint8_t *packet, size_t capacity)
{
	bool v6 = s->src.family == AF_INET6;
	size_t ip_len = v6 ? IP6_HEADER : IP4_HEADER, inner_len = header->len + len;
	const struct sums sums = { .ip_header = v6 ? 0 : IP4_HEADER,
		.protocol = header->protocol,
		.at = ip_len,
		.end = ip_len + inner_len,
		.field = ip_len + checksum_offset(header->protocol) };

	if (s->dst.family != s->src.family || (!v6 && s->src.family != AF_INET))
		return -EINVAL;
	if (len > LENGTH_MAX || inner_len > (v6 ? LENGTH_MAX : LENGTH_MAX - IP4_HEADER) ||
		sums.end > capacity)
		return -EMSGSIZE;
	if (v6)
		write_ip6(s, header->protocol, inner_len, packet);
	else
		write_ip4(s, header->protocol, sums.end, packet);
	memcpy(packet + ip_len, header->bytes, header->len);
	if (len)
		memcpy(packet + ip_len + header->len, payload, len);
	if (!v6)
		fix_ip(packet, &sums);
	fix_inner(packet, &sums);
	return (int)sums.end;
}

static int build_tcp(const struct segment *s, const uint8_t *payload, size_t len, uint8_t *packet,
	size_t capacity)
{
	struct header header = { .protocol = IPPROTO_TCP, .len = TCP_HEADER };
	int r = add_options(&header, &s->options);

	if (r < 0)
		return r;
	put_be16(header.bytes, s->src.port);
	put_be16(header.bytes + 2, s->dst.port);
	put_be32(header.bytes + 4, s->seq);
	put_be32(header.bytes + 8, s->ack);
	header.bytes[12] = (uint8_t)(header.len / 4 << 4);
	header.bytes[13] = s->flags;
	put_be16(header.bytes + 14, s->window);
	put_be16(header.bytes + 18, s->urgent);
	return assemble(s, &header, payload, len, packet, capacity);
}

static int build_udp(const struct segment *s, const uint8_t *payload, size_t len, uint8_t *packet,
	size_t capacity)
{
	struct header header = { .protocol = IPPROTO_UDP, .len = UDP_HEADER };

	put_be16(header.bytes, s->src.port);
	put_be16(header.bytes + 2, s->dst.port);
	put_be16(header.bytes + 4, UDP_HEADER + len); /* fits when the IP length does */
	return assemble(s, &header, payload, len, packet, capacity);
}

static bool is_error(const struct segment_icmp *m, bool v6)
{
	if (v6)
		return m->type >= 1 && m->type <= 4; /* RFC 4443 2.1 */
	/* unreachable, source quench, redirect, time exceeded, parameter problem: RFC 1122 3.2.2 */
	return m->type == 3 || m->type == 4 || m->type == 5 || m->type == 11 || m->type == 12;
}

static int build_icmp(const struct segment *s, const uint8_t *payload, size_t len, uint8_t *packet,
	size_t capacity)
{
	const struct segment_icmp *m = &s->icmp;
	bool v6 = s->src.family == AF_INET6, error = is_error(m, v6);
	size_t quote_max = v6 ? IP6_ERROR_MAX - IP6_HEADER - ICMP_HEADER
			      : IP4_ERROR_MAX - IP4_HEADER - ICMP_HEADER;
	struct header header = { .protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
		.len = ICMP_HEADER,
		.bytes = { m->type, m->code } };
	uint8_t quote[IP6_HEADER + TCP_HEADER];

	if (error && len == 0 && m->quotes) {
		int r = packet_build_quote(m, quote, sizeof(quote));

		if (r < 0)
			return r;
		payload = quote;
		len = (size_t)r;
	}
	if (error && len > quote_max)
		len = quote_max;
	if (v6 && m->type == 2)
		put_be32(header.bytes + 4, m->mtu);
	else if (!v6 && m->type == 3 && m->code == 4)
		put_be16(header.bytes + 6, m->mtu < LENGTH_MAX ? m->mtu : LENGTH_MAX);
	return assemble(s, &header, payload, len, packet, capacity);
}

int packet_build(const struct segment *s, const uint8_t *payload, size_t len, uint8_t *packet,
	size_t capacity)
{
	switch (s->kind) {
	case SEGMENT_TCP:
		return build_tcp(s, payload, len, packet, capacity);
	case SEGMENT_UDP:
		return build_udp(s, payload, len, packet, capacity);
	case SEGMENT_ICMP:
		return build_icmp(s, payload, len, packet, capacity);
	default:
		return -EINVAL;
	}
}

void packet_quote(struct segment_icmp *m, const struct segment *about)
{
	m->quotes = true;
	m->quoted_protocol = about->kind == SEGMENT_TCP ? IPPROTO_TCP
		: about->kind == SEGMENT_UDP		? IPPROTO_UDP
							: about->protocol;
	m->quoted_src = about->src;
	m->quoted_dst = about->dst;
	m->quoted_seq = about->kind == SEGMENT_TCP ? about->seq : 0;
}

int packet_build_quote(const struct segment_icmp *m, uint8_t *packet, size_t capacity)
{
	const struct segment about = {
		.kind = m->quoted_protocol == IPPROTO_UDP ? SEGMENT_UDP : SEGMENT_TCP,
		.src = m->quoted_src,
		.dst = m->quoted_dst,
		.seq = m->quoted_seq,
	};

	if (m->quoted_protocol != IPPROTO_UDP && m->quoted_protocol != IPPROTO_TCP)
		return -EINVAL;
	return packet_build(&about, NULL, 0, packet, capacity);
}
