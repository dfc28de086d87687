/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/segment.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

void segment_format_flags(const struct segment *s, struct text *out)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} flags[] = {
		{ SEGMENT_FIN, "FIN" },
		{ SEGMENT_SYN, "SYN" },
		{ SEGMENT_RST, "RST" },
		{ SEGMENT_PSH, "PSH" },
		{ SEGMENT_URG, "URG" },
		{ SEGMENT_ACK, "ACK" },
		{ SEGMENT_ECE, "ECE" },
		{ SEGMENT_CWR, "CWR" },
	};
	const char *separator = "";

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (!(s->flags & flags[i].bit))
			continue;
		text_printf(out, "%s%s", separator, flags[i].name);
		separator = "/";
	}
	if (!s->flags)
		text_puts(out, "none");
}

/* One present option, without separators. */
static void option_format(const struct segment *s, enum segment_option option, struct text *out)
{
	const struct segment_options *o = &s->options;

	switch (option) {
	case OPTION_MSS:
		text_printf(out, "MSS %u", o->mss);
		break;
	case OPTION_SACK_PERMITTED:
		text_puts(out, "SACK permitted");
		break;
	case OPTION_TIMESTAMPS:
		text_printf(out, "TS %u/%u", o->ts_value, o->ts_echo);
		break;
	case OPTION_WINDOW_SCALE:
		text_printf(out, "window scale %u", o->window_scale);
		break;
	case OPTION_SACK:
		text_puts(out, "SACK");
		for (size_t i = 0; i < o->sack_count && i < SEGMENT_SACK_MAX; i++)
			text_printf(out, " %u-%u", o->sack[i].left - s->ack_base,
				o->sack[i].right - s->ack_base);
		break;
	case OPTION_FAST_OPEN:
		if (o->fast_open_len)
			text_printf(out, "fast open cookie of %u bytes", o->fast_open_len);
		else
			text_puts(out, "fast open cookie request");
		break;
	case OPTION_USER_TIMEOUT:
		text_printf(out, "user timeout %u %s", o->user_timeout & 0x7fffu,
			o->user_timeout & 0x8000u ? "min" : "s");
		break;
	case OPTION_MD5:
		text_puts(out, "MD5");
		break;
	case OPTION_AUTHENTICATION:
		text_puts(out, "authentication");
		break;
	case OPTION_MULTIPATH:
		text_puts(out, "multipath");
		break;
	case OPTION_UNKNOWN:
		text_printf(out, "unknown kind %u", o->unknown_kind);
		break;
	case OPTION_MALFORMED:
		text_puts(out, "malformed option");
		break;
	}
}

void segment_format_options(const struct segment *s, struct text *out)
{
	/* first the four of a SYN in the order Linux sends them */
	static const enum segment_option order[] = {
		OPTION_MSS,
		OPTION_SACK_PERMITTED,
		OPTION_TIMESTAMPS,
		OPTION_WINDOW_SCALE,
		OPTION_SACK,
		OPTION_FAST_OPEN,
		OPTION_USER_TIMEOUT,
		OPTION_MD5,
		OPTION_AUTHENTICATION,
		OPTION_MULTIPATH,
		OPTION_UNKNOWN,
		OPTION_MALFORMED,
	};
	const char *separator = "";

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!(s->options.present & order[i]))
			continue;
		text_puts(out, separator);
		option_format(s, order[i], out);
		separator = ", ";
	}
}

/* Is the first block a D-SACK? It lies below `ack`, or inside the next one (RFC 2883 4.1, 4.2; as the kernel asks:
 * net/ipv4/tcp_input.c tcp_check_dsack()). */
static bool begins_with_dsack(const struct segment *s)
{
	const struct segment_options *o = &s->options;

	if ((int32_t)(o->sack[0].left - s->ack) < 0)
		return true;
	return o->sack_count > 1 && (int32_t)(o->sack[0].right - o->sack[1].right) <= 0 &&
		(int32_t)(o->sack[0].left - o->sack[1].left) >= 0;
}

void segment_format_sack(const struct segment *s, bool raw, struct text *out)
{
	const struct segment_options *o = &s->options;
	uint32_t base = raw ? 0 : s->ack_base;
	bool twice = o->sack_count && begins_with_dsack(s);

	if (!(o->present & OPTION_SACK))
		return;
	for (size_t i = 0; i < o->sack_count && i < SEGMENT_SACK_MAX; i++) {
		if (i == 0 || (i == 1 && twice))
			text_puts(out, i ? ", sack" : twice ? "dsack" : "sack");
		text_printf(out, " %u-%u", o->sack[i].left - base, o->sack[i].right - base);
	}
}

void segment_format_offer(const struct segment *s, bool full, struct text *out)
{
	const struct segment_options *o = &s->options;
	bool told = full || (s->flags & SEGMENT_SYN);
	const char *separator = "";

	if (told && (o->present & OPTION_MSS)) {
		text_printf(out, "mss %u", o->mss);
		separator = ", ";
	}
	if (told && (o->present & OPTION_SACK_PERMITTED)) {
		text_printf(out, "%ssackOK", separator);
		separator = ", ";
	}
	if (told && (o->present & OPTION_TIMESTAMPS)) {
		text_printf(out, "%sTS", separator);
		if (full)
			text_printf(out, " %u/%u", o->ts_value, o->ts_echo);
		separator = ", ";
	}
	if (told && (o->present & OPTION_WINDOW_SCALE)) {
		text_printf(out, "%swscale %u", separator, o->window_scale);
		separator = ", ";
	}
	if (told && (o->present & OPTION_FAST_OPEN)) {
		text_printf(out, "%sTFO", separator);
		separator = ", ";
	}
	if (o->present & OPTION_SACK) {
		text_puts(out, separator);
		segment_format_sack(s, false, out);
	}
}

uint32_t segment_window(const struct segment *s)
{
	return (uint32_t)s->window << s->window_shift;
}

const char *segment_protocol_name(const struct segment *s, char buffer[16])
{
	switch (s->kind == SEGMENT_TCP ? IPPROTO_TCP : s->protocol) {
	case IPPROTO_UDP:
		return "UDP";
	case IPPROTO_ICMP:
		return "ICMP";
	case IPPROTO_ICMPV6:
		return "ICMPv6";
	case IPPROTO_IGMP:
		return "IGMP";
	case IPPROTO_TCP:
		return "TCP";
	default:
		snprintf(buffer, 16, "protocol %u", s->protocol);
		return buffer;
	}
}

/* Names as in RFC 792, RFC 4443 and icmp(7). */
static const struct icmp_name {
	bool ipv6;
	uint8_t type, code; /* ANY_CODE: whatever the code */
	const char *name;
} icmp_names[] = {
#define ANY_CODE 255
	{ false, 0, ANY_CODE, "echo reply" },
	{ false, 3, 0, "network unreachable" },
	{ false, 3, 1, "host unreachable" },
	{ false, 3, 2, "protocol unreachable" },
	{ false, 3, 3, "port unreachable" },
	{ false, 3, 4, "fragmentation needed" },
	{ false, 3, 13, "administratively prohibited" },
	{ false, 3, ANY_CODE, "destination unreachable" },
	{ false, 4, ANY_CODE, "source quench" },
	{ false, 5, ANY_CODE, "redirect" },
	{ false, 8, ANY_CODE, "echo request" },
	{ false, 11, ANY_CODE, "time exceeded" },
	{ false, 12, ANY_CODE, "parameter problem" },
	{ true, 1, 0, "network unreachable" },
	{ true, 1, 1, "administratively prohibited" },
	{ true, 1, 3, "host unreachable" },
	{ true, 1, 4, "port unreachable" },
	{ true, 1, ANY_CODE, "destination unreachable" },
	{ true, 2, ANY_CODE, "packet too big" },
	{ true, 3, ANY_CODE, "time exceeded" },
	{ true, 4, ANY_CODE, "parameter problem" },
	{ true, 128, ANY_CODE, "echo request" },
	{ true, 129, ANY_CODE, "echo reply" },
	{ true, 131, ANY_CODE, "multicast listener report" },
	{ true, 133, ANY_CODE, "router solicitation" },
	{ true, 135, ANY_CODE, "neighbor solicitation" },
	{ true, 136, ANY_CODE, "neighbor advertisement" },
	{ true, 143, ANY_CODE, "multicast listener report" },
};

void segment_format_icmp(const struct segment *s, struct text *out)
{
	const struct segment_icmp *m = &s->icmp;
	char src[ADDRESS_TEXT_MAX], dst[ADDRESS_TEXT_MAX], number[16];
	const struct segment quoted = { .kind = SEGMENT_OTHER, .protocol = m->quoted_protocol };
	const char *name = NULL;

	for (size_t i = 0; !name && i < sizeof(icmp_names) / sizeof(icmp_names[0]); i++) {
		const struct icmp_name *n = &icmp_names[i];

		if (n->ipv6 == (s->protocol == IPPROTO_ICMPV6) && n->type == m->type &&
			(n->code == m->code || n->code == ANY_CODE))
			name = n->name;
	}
	if (name)
		text_puts(out, name);
	else
		text_printf(out, "type %u code %u", m->type, m->code);
	if (m->mtu)
		text_printf(out, ", MTU %u", m->mtu);
	if (m->quotes)
		text_printf(out, ", of %s %s > %s", segment_protocol_name(&quoted, number),
			address_format(&m->quoted_src, src), address_format(&m->quoted_dst, dst));
}

/* " len 5 \"hello\"..." */
static void format_payload(const struct segment *s, struct text *out)
{
	if (!s->payload_len)
		return;
	text_printf(out, " len %u", s->payload_len);
	if (!s->excerpt_len)
		return;
	text_puts(out, " ");
	text_quote(out, (const char *)s->excerpt, s->excerpt_len, 0);
	if (s->payload_len > s->excerpt_len)
		text_puts(out, "...");
}

/* Whatever is no TCP segment. */
static void format_other(const struct segment *s, struct text *out)
{
	char number[16];

	text_printf(out, "%s%s", s->fragment ? "fragment of " : "",
		segment_protocol_name(s, number));
	if (s->kind == SEGMENT_ICMP) {
		text_puts(out, " ");
		segment_format_icmp(s, out);
	} else {
		format_payload(s, out);
	}
}

void segment_format(const struct segment *s, bool with_options, struct text *out)
{
	if (s->kind != SEGMENT_TCP) {
		format_other(s, out);
		return;
	}
	segment_format_flags(s, out);
	text_printf(out, " seq %u", s->seq_rel);
	if (s->flags & SEGMENT_ACK)
		text_printf(out, " ack %u", s->ack_rel);
	text_printf(out, " win %u", segment_window(s));
	if (s->flags & SEGMENT_URG)
		text_printf(out, " urg %u", s->urgent);
	if (with_options && s->options.present) {
		text_puts(out, " <");
		segment_format_options(s, out);
		text_puts(out, ">");
	}
	format_payload(s, out);
}
