/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/match.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "wire/filter.h"

static const struct {
	const char *name;
	uint16_t bit;
} parts[] = {
	{ "syn", SEGMENT_SYN },
	{ "fin", SEGMENT_FIN },
	{ "rst", SEGMENT_RST },
	{ "data", MATCH_DATA },
	{ "ack", SEGMENT_ACK },
	/* each alone */
	{ "tcp", MATCH_TCP },
	{ "udp", MATCH_UDP },
	{ "icmp", MATCH_ICMP },
};
#define MATCH_PROTOCOLS (MATCH_TCP | MATCH_UDP | MATCH_ICMP)
#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))

const char *const match_words[] = { "syn", "syn/ack", "ack", "data", "fin", "fin/ack", "rst",
	"rst/ack", "data/fin", "tcp", "udp", "icmp", "any", NULL };

int match_parse_word(const char *word, uint16_t *ret_must)
{
	uint16_t must = 0;

	if (strcasecmp(word, "any") == 0) {
		*ret_must = 0;
		return 0;
	}
	for (;;) {
		size_t len = strcspn(word, "/"), i = 0;

		while (i < PART_COUNT &&
			(strlen(parts[i].name) != len ||
				strncasecmp(parts[i].name, word, len) != 0))
			i++;
		if (i == PART_COUNT)
			return -EINVAL;
		must |= parts[i].bit;
		if (!word[len])
			break;
		word += len + 1;
	}
	if ((must & MATCH_PROTOCOLS) && (must & (must - 1)))
		return -EINVAL; /* a protocol and something else */
	*ret_must = must;
	return 0;
}

/* Bound to 0.0.0.0 or :: it is meant by its port. */
static bool is_at(const struct address *wanted, const struct address *end)
{
	return (address_is_any(wanted) || address_same_host(wanted, end)) &&
		(!wanted->port || wanted->port == end->port);
}

/* end: the source for `from`, the destination for `to`; other: the opposite. */
static bool end_matches(const struct match_end *wanted, const struct address *end,
	const struct address *other)
{
	const struct party *socket = wanted->socket;

	if (socket)
		return socket->local.port && is_at(&socket->local, end) &&
			(!socket->remote.port || address_equal(&socket->remote, other));
	if (wanted->address.family == AF_UNSPEC)
		return true;
	for (size_t i = 0; i < wanted->also_count; i++) {
		if (address_same_host(&wanted->also[i], end) &&
			(!wanted->address.port || wanted->address.port == end->port))
			return true;
	}
	return is_at(&wanted->address, end);
}

bool match_segment(const struct match *m, const struct segment *s)
{
	static const uint16_t protocols[] = { [SEGMENT_TCP] = MATCH_TCP,
		[SEGMENT_UDP] = MATCH_UDP,
		[SEGMENT_ICMP] = MATCH_ICMP,
		[SEGMENT_OTHER] = 0 };
	uint16_t has = s->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST | SEGMENT_ACK);

	if (s->payload_len && s->kind == SEGMENT_TCP)
		has |= MATCH_DATA;
	if (((has | protocols[s->kind]) & m->must) != m->must)
		return false;
	if (m->must == SEGMENT_SYN && (has & SEGMENT_ACK))
		return false;
	if (m->must == SEGMENT_ACK && has != SEGMENT_ACK)
		return false;
	if (m->port && m->port != s->src.port && m->port != s->dst.port)
		return false;
	return end_matches(&m->from, &s->src, &s->dst) && end_matches(&m->to, &s->dst, &s->src);
}

bool match_packet(const struct match *m, const struct segment *s, const uint8_t *packet, size_t len)
{
	return match_segment(m, s) && (!m->filter || filter_matches(m->filter, packet, len));
}

bool match_is_over(const struct match *m)
{
	return (m->from.socket && m->from.socket->over) || (m->to.socket && m->to.socket->over);
}

/* " from a", " to 127.0.0.1:80" */
static void format_end(const char *word, const struct match_end *end, struct text *out)
{
	char buffer[ADDRESS_TEXT_MAX];

	if (end->socket)
		text_printf(out, " %s %s", word, *end->socket->name);
	else if (end->address.family)
		text_printf(out, " %s %s", word, address_format(&end->address, buffer));
}

void match_format(const struct match *m, struct text *out)
{
	const char *separator = "";

	if (!m->must)
		text_puts(out, "any");
	for (size_t i = 0; i < PART_COUNT; i++) {
		if (m->must & parts[i].bit) {
			text_printf(out, "%s%s", separator, parts[i].name);
			separator = "/";
		}
	}
	format_end("from", &m->from, out);
	format_end("to", &m->to, out);
	if (m->port)
		text_printf(out, " port %u", m->port);
	if (m->filter) {
		text_puts(out, " where ");
		text_quote(out, filter_text(m->filter), strlen(filter_text(m->filter)), 0);
	}
}

void match_format_segment(const struct segment *s, struct text *out)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} flags[] = { { SEGMENT_SYN, "syn" }, { SEGMENT_FIN, "fin" }, { SEGMENT_RST, "rst" } };
	const char *separator = "";

	if (s->kind != SEGMENT_TCP) {
		text_puts(out,
			s->kind == SEGMENT_UDP		  ? "udp"
				: s->kind == SEGMENT_ICMP ? "icmp"
							  : "any");
		return;
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (s->flags & flags[i].bit) {
			text_printf(out, "%s%s", separator, flags[i].name);
			separator = "/";
		}
	}
	if (s->payload_len) {
		text_printf(out, "%sdata", separator);
		separator = "/";
	}
	/* all but SYN and RST carry ACK anyway: name it where it tells something */
	if ((s->flags & SEGMENT_ACK) && !s->payload_len)
		text_printf(out, "%sack", separator);
}
