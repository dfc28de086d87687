/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "command/forging.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "wire/build.h"
#include "wire/wire.h"
#include "world/host.h"
#include "world/world.h"

#define FORGED_DATA_MAX 65000 /* bytes of payload: what an IPv4 packet can carry, headers aside */

#define ON_TCP (1 << SEGMENT_TCP)
#define ON_UDP (1 << SEGMENT_UDP)
#define ON_ICMP (1 << SEGMENT_ICMP)
#define ON_ALL (ON_TCP | ON_UDP | ON_ICMP)

/* A word and what follows it: `seq next`, `mss 1460`. */
struct detail {
	const char *word;
	unsigned kinds; /* 1 << enum segment_kind: packets that have such a thing */
	/* Read words[*index...] behind the word. 0 or -EINVAL. */
	int (*read)(struct forging *f, size_t *index, struct diag *d);
};

static int read_number(const struct forging *f, size_t *index, uint64_t most, uint64_t *ret_number,
	struct diag *d)
{
	const struct statement *s = f->statement;

	if (*index >= s->word_count)
		return statement_error(s, &s->words[*index - 1], d,
			"a number is missing behind '%s'", s->words[*index - 1].text);
	return name_number(s, &s->words[(*index)++], 0, most, ret_number, d);
}

static int read_seq(struct forging *f, size_t *index, struct diag *d)
{
	return forging_read_place(f, index, &f->seq, d);
}

static int read_ack(struct forging *f, size_t *index, struct diag *d)
{
	f->segment.flags |= SEGMENT_ACK;
	return forging_read_place(f, index, &f->ack, d);
}

static int read_win(struct forging *f, size_t *index, struct diag *d)
{
	uint64_t number = 0;
	int r = read_number(f, index, UINT16_MAX, &number, d);

	f->segment.window = (uint16_t)number;
	f->window = true;
	return r;
}

static int read_urg(struct forging *f, size_t *index, struct diag *d)
{
	uint64_t number = 0;
	int r = read_number(f, index, UINT16_MAX, &number, d);

	f->segment.flags |= SEGMENT_URG;
	f->segment.urgent = (uint16_t)number;
	return r;
}

static int read_ttl(struct forging *f, size_t *index, struct diag *d)
{
	uint64_t number = 0;
	int r = read_number(f, index, UINT8_MAX, &number, d);

	if (r == 0 && number == 0) /* a struct segment has 0 for "as usual" */
		r = statement_error(f->statement, &f->statement->words[*index - 1], d,
			"no packet is sent with a TTL of 0");
	f->segment.hop_limit = (uint8_t)number;
	return r;
}

static int read_mss(struct forging *f, size_t *index, struct diag *d)
{
	uint64_t number = 0;
	int r = read_number(f, index, UINT16_MAX, &number, d);

	f->segment.options.present |= OPTION_MSS;
	f->segment.options.mss = (uint16_t)number;
	return r;
}

static int read_wscale(struct forging *f, size_t *index, struct diag *d)
{
	uint64_t number = 0;
	int r = read_number(f, index, UINT8_MAX, &number, d);

	f->segment.options.present |= OPTION_WINDOW_SCALE;
	f->segment.options.window_scale = (uint8_t)number;
	return r;
}

static int read_sackok(struct forging *f, size_t *index, struct diag *d)
{
	(void)index;
	(void)d;
	f->segment.options.present |= OPTION_SACK_PERMITTED;
	return 0;
}

/* ts VALUE ECHO */
static int read_ts(struct forging *f, size_t *index, struct diag *d)
{
	uint64_t value = 0, echo = 0;
	int r = read_number(f, index, UINT32_MAX, &value, d);

	if (r == 0)
		r = read_number(f, index, UINT32_MAX, &echo, d);
	f->segment.options.present |= OPTION_TIMESTAMPS;
	f->segment.options.ts_value = (uint32_t)value;
	f->segment.options.ts_echo = (uint32_t)echo;
	return r;
}

/* sack LEFT RIGHT: counted as ack is. */
static int read_sack(struct forging *f, size_t *index, struct diag *d)
{
	if (f->sack_count == SEGMENT_SACK_MAX)
		return statement_error(f->statement, &f->statement->words[*index - 1], d,
			"a segment holds at most %d SACK blocks", SEGMENT_SACK_MAX);
	for (int edge = 0; edge < 2; edge++) {
		int r = forging_read_place(f, index, &f->sack[f->sack_count][edge], d);

		if (r < 0)
			return r;
	}
	f->sack_count++;
	return 0;
}

/* data "text" or data N: N bytes of the pattern that send makes. */
static int read_data(struct forging *f, size_t *index, struct diag *d)
{
	const struct statement *s = f->statement;
	const struct token *t = &s->words[*index];
	uint64_t size = 0;
	int r;

	if (*index >= s->word_count)
		return statement_error(s, &s->words[*index - 1], d,
			"which data? data \"hello\" or data 1000");
	++*index;
	if (t->kind == TOKEN_STRING) {
		text_add(&f->payload, t->text, t->len);
		return 0;
	}
	r = name_size(s, t, FORGED_DATA_MAX, &size, d);
	for (uint64_t i = 0; r == 0 && i < size; i++) {
		const char byte = (char)call_pattern(i);

		text_add(&f->payload, &byte, 1);
	}
	return r;
}

static int read_mtu(struct forging *f, size_t *index, struct diag *d)
{
	uint64_t number = 0;
	int r = read_number(f, index, UINT16_MAX, &number, d);

	f->mtu = (uint32_t)number;
	return r;
}

static int read_checksum(struct forging *f, size_t *index, struct diag *d)
{
	const struct statement *s = f->statement;

	if (*index >= s->word_count || strcmp(s->words[*index].text, "wrong") != 0)
		return statement_error(s, &s->words[*index - 1], d,
			"checksums are right unless told: checksum wrong");
	++*index;
	f->spoil = true;
	return 0;
}

static int read_on(struct forging *f, size_t *index, struct diag *d)
{
	const struct statement *s = f->statement;
	const struct host *host =
		*index < s->word_count ? world_host(f->world, s->words[*index].text) : NULL;

	if (!host)
		return statement_error(s, &s->words[*index < s->word_count ? *index : *index - 1],
			d, "on which host of this lab? the one whose 127.0.0.1 is meant: on bob");
	++*index;
	f->self = host;
	return 0;
}

static int read_from(struct forging *f, size_t *index, struct diag *d)
{
	return forging_read_end(f, index, &f->segment.src, d);
}

static int read_to(struct forging *f, size_t *index, struct diag *d)
{
	return forging_read_end(f, index, &f->segment.dst, d);
}

static int read_about(struct forging *f, size_t *index, struct diag *d)
{
	return forging_read_about(f, index, d);
}

static const struct detail details[] = {
	{ "from", ON_ALL, read_from },
	{ "to", ON_ALL, read_to },
	{ "seq", ON_TCP, read_seq },
	{ "ack", ON_TCP, read_ack },
	{ "win", ON_TCP, read_win },
	{ "urg", ON_TCP, read_urg },
	{ "data", ON_ALL, read_data },
	{ "mss", ON_TCP, read_mss },
	{ "wscale", ON_TCP, read_wscale },
	{ "sackok", ON_TCP, read_sackok },
	{ "sack", ON_TCP, read_sack },
	{ "ts", ON_TCP, read_ts },
	{ "ttl", ON_ALL, read_ttl },
	{ "checksum", ON_ALL, read_checksum },
	{ "mtu", ON_ICMP, read_mtu },
	{ "about", ON_ICMP, read_about },
	{ "on", ON_ALL, read_on },
};

#define DETAIL_COUNT (sizeof(details) / sizeof(details[0]))

const char *forging_detail(size_t index)
{
	return index < DETAIL_COUNT ? details[index].word : NULL;
}

static int read_details(struct forging *f, size_t index, struct diag *d)
{
	static const char *const
		kinds[] = { [SEGMENT_TCP] = "TCP", [SEGMENT_UDP] = "UDP", [SEGMENT_ICMP] = "ICMP" };
	const struct statement *s = f->statement;
	uint32_t said = 0; /* a bit for each detail */
	int r = 0;

	while (r == 0 && index < s->word_count) {
		const struct token *t = &s->words[index++];
		size_t i = 0;

		while (i < DETAIL_COUNT &&
			(t->kind != TOKEN_WORD || strcmp(details[i].word, t->text) != 0))
			i++;
		if (i == DETAIL_COUNT && t->text[0] == 'x' && isdigit((unsigned char)t->text[1]))
			return statement_error(s, t, d,
				"'%.40s' is for rules; to forge it again and again: repeat %.20s { forge "
				"... }",
				t->text, t->text + 1);
		if (i == DETAIL_COUNT)
			return statement_error(s, t, d,
				"'%.40s' says nothing about a packet: from, to, seq, ack, win, urg, data, "
				"mss, wscale, sackok, sack, ts, ttl, checksum, mtu, about, on",
				t->text);
		if ((said & 1u << i) && details[i].read != read_sack)
			return statement_error(s, t, d, "'%s' is said twice", t->text);
		said |= 1u << i;
		if (!(details[i].kinds >> f->segment.kind & 1))
			return statement_error(s, t, d, "'%s' is for %s packets, and this is %s",
				t->text, details[i].kinds == ON_TCP ? "TCP" : "ICMP",
				kinds[f->segment.kind]);
		r = details[i].read(f, &index, d);
	}
	return r;
}

static int forge(struct forging *f, uint64_t cause, struct diag *d)
{
	uint8_t *packet = memory_new(PACKET_BUILD_MAX);
	int len = forging_build(f, packet, d);
	struct wire *wire = world_wire(f->world);

	if (len >= 0 && f->spoil)
		packet_checksum_spoil(packet, (size_t)len);
	if (len >= 0 && !wire_forge(wire, f->self->index, packet, (size_t)len, cause))
		len = statement_error(f->statement, NULL, d, "these values make no packet");
	free(packet);
	return len < 0 ? len : CMD_DONE;
}

static int forge_run(struct cmd_call *c, struct diag *d)
{
	struct forging f = { .world = c->world,
		.statement = c->statement,
		.self = world_localhost(c->world),
		.segment = { .window = 64240 } };
	int r = forging_read_kind(&f, d);

	if (r == 0)
		r = read_details(&f, f.next, d);
	if (r == 0 && (f.segment.flags & SEGMENT_RST) && !f.window)
		f.segment.window = 0; /* nobody who resets offers room */
	if (r == 0)
		r = forge(&f, c->event, d);
	text_done(&f.payload);
	world_kick(c->world);
	return r;
}

const struct cmd_def cmd_forge = {
	.name = "forge",
	.args = "PACKET DETAIL...",
	.min_args = 2,
	.max_args = CMD_MANY,
	.summary =
		"build a packet by hand and put it on the wire, from any address, existing or not",
	.detail =
		"PACKET: flags (syn, fin, rst, psh, ack, urg, ece, cwr joined by /, or none), udp, or icmp and its\n"
		"kind. It meets no rule. Then, in any order:\n"
		" from ADDR, to ADDR: a socket, alice:80, 10.9.9.9:1234; 10.9.0.0/16:random: by lot, each time the same.\n"
		" seq N, ack N: counted from 0 as the lab prints them; next (unless told): what the sender would "
		"use, what the receiver has sent; next+1; c+100: behind what socket c would send next; raw N: as "
		"on the wire.\n"
		" win N (as on the wire: the story shows it scaled; unless told 64240, 0 of a RST), urg N, ttl N, data \"TEXT\", data N: N bytes; checksum wrong.\n"
		" mss N, wscale N, sackok, sack LEFT RIGHT, ts VALUE ECHO: TCP options.\n"
		" on HOST: whose 127.0.0.1 is meant, when no socket tells.\n"
		" about #SEG, about SOCK, mtu N: of icmp frag-needed, port-unreachable, host-unreachable, "
		"net-unreachable, prot-unreachable, prohibited, time-exceeded; echo is about nothing.\n"
		" A ghost (host NAME ghost) has nobody but you to speak for it.",
	.source = "RFC 9293 3.1, RFC 792, RFC 4443",
	.lacking = "from whom to whom? forge rst from alice:1000 to bob:80",
	.example = "forge syn from 10.0.0.9:1234 to :80",
	.flags = CMD_COUNTS,
	.run = forge_run,
};
