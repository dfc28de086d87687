/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/forging.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "journal/event.h"
#include "journal/journal.h"
#include "language/names.h"
#include "language/statement.h"
#include "observe/tracker.h"
#include "wire/build.h"
#include "wire/flow.h"
#include "wire/wire.h"
#include "world/host.h"
#include "world/world.h"

/* ---- kind ---- */

static const struct {
	const char *name;
	uint8_t type4, code4, type6, code6;
	bool error; /* it quotes what it is about */
} icmp_kinds[] = {
	/* https://www.iana.org/assignments/icmp-parameters and icmpv6-parameters */
	{ "net-unreachable", 3, 0, 1, 0, true },
	{ "host-unreachable", 3, 1, 1, 3, true },
	{ "prot-unreachable", 3, 2, 4, 1, true },
	{ "port-unreachable", 3, 3, 1, 4, true },
	{ "frag-needed", 3, 4, 2, 0, true },
	{ "prohibited", 3, 13, 1, 1, true },
	{ "time-exceeded", 11, 0, 3, 0, true },
	{ "echo", 8, 0, 128, 0, false },
};
#define ICMP_KINDS (sizeof(icmp_kinds) / sizeof(icmp_kinds[0]))

static const struct {
	const char *name;
	uint8_t bit;
} flags[] = { { "syn", SEGMENT_SYN }, { "fin", SEGMENT_FIN }, { "rst", SEGMENT_RST },
	{ "psh", SEGMENT_PSH }, { "ack", SEGMENT_ACK }, { "urg", SEGMENT_URG },
	{ "ece", SEGMENT_ECE }, { "cwr", SEGMENT_CWR } };
#define FLAG_COUNT (sizeof(flags) / sizeof(flags[0]))

const char *forging_flag(size_t index)
{
	return index < FLAG_COUNT ? flags[index].name : NULL;
}

const char *forging_icmp_kind(size_t index)
{
	return index < ICMP_KINDS ? icmp_kinds[index].name : NULL;
}

static int read_flags(struct forging *f, const struct token *t, struct diag *d)
{
	const char *word = t->text;

	if (strcasecmp(word, "none") == 0)
		return 0;
	for (;;) {
		size_t len = strcspn(word, "/"), i = 0;

		while (i < FLAG_COUNT &&
			(strlen(flags[i].name) != len ||
				strncasecmp(flags[i].name, word, len) != 0))
			i++;
		if (i == FLAG_COUNT)
			return statement_error(f->statement, t, d,
				"'%.40s' are no flags: syn, fin, rst, psh, ack, urg, ece, cwr joined by /, "
				"or none; or begin with udp or icmp",
				t->text);
		f->segment.flags |= flags[i].bit;
		if (!word[len])
			return 0;
		word += len + 1;
	}
}

int forging_read_kind(struct forging *f, struct diag *d)
{
	const struct statement *s = f->statement;
	const struct token *t = &s->words[1];
	size_t i = 0;

	f->next = 2;
	if (strcmp(t->text, "udp") == 0) {
		f->segment.kind = SEGMENT_UDP;
		return 0;
	}
	if (strcmp(t->text, "icmp") != 0)
		return read_flags(f, t, d);
	f->segment.kind = SEGMENT_ICMP;
	f->next = 3;
	t = &s->words[2];
	while (i < ICMP_KINDS && strcmp(icmp_kinds[i].name, t->text) != 0)
		i++;
	if (i == ICMP_KINDS)
		return statement_error(s, t, d,
			"'%.40s' is no kind of ICMP: net-, host-, prot- or port-unreachable, frag-needed, "
			"prohibited, time-exceeded, echo",
			t->text);
	f->icmp_kind = icmp_kinds[i].name;
	return 0;
}

/* ---- addresses ---- */

static uint16_t random_port(struct wire *wire)
{
	return (uint16_t)(1024 + wire_random(wire) % (65536 - 1024));
}

/* "10.9.0.0/16": an address out of these. The text ends at `len`. */
static int random_address(struct forging *f, const struct token *t, size_t len,
	struct address *ret_address, struct diag *d)
{
	const char *slash = memchr(t->text, '/', len);
	struct address a;
	unsigned most, prefix;
	char *end;
	uint64_t random = 0;

	if (address_parse_host(t->text, (size_t)(slash - t->text), &a) < 0)
		return statement_error(f->statement, t, d,
			"'%.*s' is no address to begin with: 10.9.0.0/16:random",
			(int)(slash - t->text), t->text);
	most = a.family == AF_INET6 ? 128 : 32;
	prefix = (unsigned)strtoul(slash + 1, &end, 10);
	if (!isdigit((unsigned char)slash[1]) || end != t->text + len || prefix > most)
		return statement_error(f->statement, t, d,
			"'%.40s' is no prefix: 10.9.0.0/16:random", t->text);
	for (unsigned bit = prefix; bit < most; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if ((bit - prefix) % 64 == 0)
			random = wire_random(world_wire(f->world));
		a.bytes[bit / 8] &= (uint8_t)~mask;
		if (random >> (bit - prefix) % 64 & 1)
			a.bytes[bit / 8] |= mask;
	}
	*ret_address = a;
	return 0;
}

int forging_read_end(struct forging *f, size_t *index, struct address *ret_address, struct diag *d)
{
	const struct statement *s = f->statement;
	const struct token *t = &s->words[*index];
	const struct endpoint *e;
	const char *colon;
	bool random;
	int r;

	if (*index >= s->word_count)
		return statement_error(s, &s->words[*index - 1], d,
			"an address is missing behind '%s'", s->words[*index - 1].text);
	++*index;
	e = name_find_socket(f->world, t->text);
	if (e && !e->local.port)
		return statement_error(s, t, d, "socket '%s' has no address yet", e->name);
	if (e) {
		*ret_address = e->local;
		if (address_is_loopback(&e->local))
			f->self = world_host_of(f->world, e);
		return 0;
	}
	colon = strrchr(t->text, ':');
	random = colon && strcmp(colon, ":random") == 0;
	if (strchr(t->text, '/')) {
		if (!random)
			return statement_error(s, t, d,
				"which of these? 10.9.0.0/16:random takes address and port by lot");
		r = random_address(f, t, (size_t)(colon - t->text), ret_address, d);
	} else if (random) {
		r = name_host_part(f->world, t->text, (size_t)(colon - t->text), f->self, AF_UNSPEC,
			    ret_address) < 0
			? statement_error(s, t, d,
				  "'%.*s' is neither an address nor a host of this lab",
				  (int)(colon - t->text), t->text)
			: 0;
	} else if (f->icmp_kind &&
		name_host_part(f->world, t->text, strlen(t->text), f->self, AF_UNSPEC,
			ret_address) == 0) {
		return 0; /* ICMP knows no ports */
	} else {
		return name_address(f->world, s, t, f->self, AF_UNSPEC, ret_address, d);
	}
	ret_address->port = random_port(world_wire(f->world));
	return r;
}

/* ---- places in sequence space ---- */

/* "next+100", "c-1": the name before and the number behind the last sign. A name may hold a '-'. */
static int read_offset(struct forging *f, const struct token *t, struct forged_place *place,
	struct diag *d)
{
	size_t name_len = strlen(t->text);
	struct text name = TEXT_EMPTY;

	place->endpoint = name_find_socket(f->world, t->text);
	if (!place->endpoint && strcmp(t->text, "next") != 0) {
		size_t digits = 0;

		while (digits < name_len && isdigit((unsigned char)t->text[name_len - 1 - digits]))
			digits++;
		if (digits && digits + 1 < name_len &&
			strchr("+-", t->text[name_len - digits - 1])) {
			name_len -= digits + 1;
			place->number = strtoll(t->text + name_len, NULL, 10);
		}
	}
	text_add(&name, t->text, name_len);
	if (!place->endpoint)
		place->endpoint = name_find_socket(f->world, text_get(&name));
	place->from = place->endpoint ? PLACE_SOCKET : PLACE_NEXT;
	if (!place->endpoint && strcmp(text_get(&name), "next") != 0) {
		text_done(&name);
		return statement_error(f->statement, t, d,
			"'%.40s' is no place in the sequence: 1, next, next+1, c+100 (c a socket), raw 12345",
			t->text);
	}
	text_done(&name);
	return 0;
}

int forging_read_place(struct forging *f, size_t *index, struct forged_place *ret_place,
	struct diag *d)
{
	const struct statement *s = f->statement;
	struct forged_place place = { .token = &s->words[*index] };
	const char *text;
	uint64_t number = 0;
	char *end;
	int r = 0;

	if (*index >= s->word_count)
		return statement_error(s, &s->words[*index - 1], d,
			"a number is missing behind '%s'", s->words[*index - 1].text);
	text = s->words[(*index)++].text;
	if (strcmp(text, "raw") == 0 && *index < s->word_count) {
		place.from = PLACE_RAW;
		r = name_number(s, &s->words[(*index)++], 0, UINT32_MAX, &number, d);
		place.number = (int64_t)number;
	} else {
		place.from = PLACE_RELATIVE;
		place.number = strtoll(text, &end, 10);
		if (end == text || *end)
			r = read_offset(f, place.token, &place, d);
	}
	if (r == 0 && (place.number > UINT32_MAX || place.number < -(int64_t)UINT32_MAX))
		r = statement_error(s, place.token, d, "sequence numbers have 32 bits");
	if (r == 0)
		*ret_place = place;
	return r;
}

/* The number for a place in the direction src -> dst. 0 or -EINVAL. */
static int resolve(const struct forging *f, const struct forged_place *place,
	const struct address *src, const struct address *dst, uint32_t *ret_number, struct diag *d)
{
	struct flow_place known = { 0 };
	uint32_t from = 0;

	if (place->from == PLACE_SOCKET) {
		const struct endpoint *e = place->endpoint;

		if (!wire_place(world_wire(f->world), f->self->index, &e->local, &e->remote,
			    &known))
			return statement_error(f->statement, place->token, d,
				"'%s' has sent nothing yet to count from", e->name);
		from = known.next;
	} else if (wire_place(world_wire(f->world), f->self->index, src, dst, &known)) {
		from = place->from == PLACE_RELATIVE ? known.base : known.next;
	} else if (place->from == PLACE_NEXT) {
		return statement_error(f->statement, place->token, d,
			"nothing was sent that way yet, so there is no next");
	}
	if (place->from == PLACE_RAW)
		from = 0;
	*ret_number = from + (uint32_t)place->number;
	return 0;
}

/* ---- ICMP ---- */

/* The journal knows what #N was. */
static bool find_segment(const struct world *w, uint64_t number, struct segment *ret_segment)
{
	const struct journal *j = world_journal((struct world *)w);

	for (uint64_t no = UINT64_MAX; (no = journal_previous(j, no, EVENT_SEGMENTS));) {
		const struct event *event = journal_get(j, no);

		if (event->wire.number == number) {
			*ret_segment = event->wire.segment;
			return true;
		}
	}
	return false;
}

int forging_read_about(struct forging *f, size_t *index, struct diag *d)
{
	const struct statement *s = f->statement;
	const struct token *t = &s->words[*index];
	struct segment about = { 0 };
	struct endpoint *e = NULL;
	struct flow_place place;
	uint64_t number = 0;
	int r;

	if (*index >= s->word_count)
		return statement_error(s, &s->words[*index - 1], d, "about what? #3, or a socket");
	++*index;
	if (t->kind == TOKEN_SEGMENT) {
		r = name_number(s, t, 1, UINT64_MAX, &number, d);
		if (r == 0 && !find_segment(f->world, number, &about))
			r = statement_error(s, t, d, "there was no packet #%s", t->text);
		if (r < 0)
			return r;
	} else {
		r = name_socket(f->world, s, t, &e, d);
		if (r < 0)
			return r;
		if (!e->remote.port)
			return statement_error(s, t, d,
				"socket '%s' has no peer: say which packet it is about: about #3",
				e->name);
		about.kind = e->protocol == IPPROTO_UDP ? SEGMENT_UDP : SEGMENT_TCP;
		about.protocol = e->protocol;
		about.src = e->local;
		about.dst = e->remote;
		f->self = world_host_of(f->world, e);
		if (wire_place(world_wire(f->world), f->self->index, &e->local, &e->remote, &place))
			about.seq = place.acked; /* the oldest that may be in flight */
	}
	packet_quote(&f->segment.icmp, &about);
	f->about = t;
	return 0;
}

/* Type and code, who it is from and to unless that was told, and that it says what it has to. */
static int settle_icmp(struct forging *f, struct diag *d)
{
	struct segment *s = &f->segment;
	size_t i = 0;
	bool v6;

	while (strcmp(icmp_kinds[i].name, f->icmp_kind) != 0)
		i++;
	if (icmp_kinds[i].error && !f->about)
		return statement_error(f->statement, &f->statement->words[2], d,
			"an ICMP error is about a packet: about #3, or about a socket");
	if (icmp_kinds[i].error && !s->dst.family)
		s->dst = s->icmp.quoted_src;
	if (icmp_kinds[i].error && !s->src.family)
		s->src = s->icmp.quoted_dst;
	s->src.port = s->dst.port = 0;
	v6 = s->dst.family == AF_INET6;
	s->protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	s->icmp.type = v6 ? icmp_kinds[i].type6 : icmp_kinds[i].type4;
	s->icmp.code = v6 ? icmp_kinds[i].code6 : icmp_kinds[i].code4;
	s->icmp.mtu = f->mtu;
	if (f->about && s->icmp.quoted_protocol != IPPROTO_TCP &&
		s->icmp.quoted_protocol != IPPROTO_UDP)
		return statement_error(f->statement, f->about, d,
			"it can be about a TCP or UDP packet only"); /* RFC 1122 3.2.2 */
	if (strcmp(f->icmp_kind, "frag-needed") == 0 && !f->mtu)
		return statement_error(f->statement, &f->statement->words[2], d,
			"frag-needed tells the MTU of the next hop: mtu 600");
	return 0;
}

/* ---- all of it ---- */

/* What seq and ack are, now that both ends are known. */
static int settle_tcp(struct forging *f, struct diag *d)
{
	struct segment *s = &f->segment;
	int r = resolve(f, &f->seq, &s->src, &s->dst, &s->seq, d);

	s->protocol = IPPROTO_TCP;
	if (r == 0 && (s->flags & SEGMENT_ACK))
		r = resolve(f, &f->ack, &s->dst, &s->src, &s->ack, d);
	for (size_t i = 0; r == 0 && i < f->sack_count; i++) {
		s->options.present |= OPTION_SACK;
		s->options.sack_count = (uint8_t)f->sack_count;
		r = resolve(f, &f->sack[i][0], &s->dst, &s->src, &s->options.sack[i].left, d);
		if (r == 0)
			r = resolve(f, &f->sack[i][1], &s->dst, &s->src, &s->options.sack[i].right,
				d);
	}
	return r;
}

int forging_build(struct forging *f, uint8_t *packet, struct diag *d)
{
	struct segment *s = &f->segment;
	int r = 0;

	if (f->icmp_kind)
		r = settle_icmp(f, d);
	if (r == 0 && (!s->src.family || !s->dst.family))
		return statement_error(f->statement, NULL, d,
			"%s? forge %s from alice:1000 to bob:80",
			s->src.family		? "to whom"
				: s->dst.family ? "from whom"
						: "from whom to whom",
			f->statement->words[1].text);
	if (r == 0 && s->src.family != s->dst.family)
		return statement_error(f->statement, NULL, d,
			"one address is IPv4 and the other IPv6: they cannot talk");
	if (r == 0 && s->kind == SEGMENT_TCP)
		r = settle_tcp(f, d);
	if (r < 0)
		return r;
	r = packet_build(s, (const uint8_t *)text_get(&f->payload), f->payload.len, packet,
		PACKET_BUILD_MAX);
	if (r == -EMSGSIZE)
		return statement_error(f->statement, NULL, d, "that is more than fits in a packet");
	if (r < 0)
		return statement_error(f->statement, NULL, d,
			"the options do not fit: a TCP header has 40 bytes for them");
	return r;
}
