/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two hosts on one wire. A SOCK_SEQPACKET pair stands for each TUN: what the test writes into
 * `kernel` left that host, what it reads from it was delivered there, each behind a virtio_net_hdr.
 * Segments are told apart by their seq. */
#ifndef TESTS_UNIT_WIRE_BENCH_H
#define TESTS_UNIT_WIRE_BENCH_H

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "wire/wire.h"

#define HOSTS 2
#define HEADERS 40 /* bytes: IPv4 and TCP without options */

struct bench {
	struct journal *journal;
	struct wire *wire;
	int kernel[HOSTS], tun[HOSTS];
	struct wire_origin origin; /* what `sent` answers */
	bool shut[HOSTS + 1]; /* may_deliver says no; one more for the host that is gone */
	bool alone; /* it says that every packet can move a state */
	struct text told; /* what sent and delivered were told, in order */
};

static inline struct wire_origin on_sent(void *arg, unsigned host, unsigned to,
	const struct segment *s, bool again)
{
	struct bench *b = arg;

	(void)to;
	if (host == WIRE_NOWHERE) {
		text_printf(&b->told, "forged %u ", s->seq);
		return b->origin;
	}
	text_printf(&b->told, again ? "sent again %u@%u " : "sent %u@%u ", s->seq, host);
	return b->origin;
}

static inline enum wire_passage on_may_deliver(void *arg, unsigned host, const struct segment *s)
{
	struct bench *b = arg;

	(void)s;
	return b->shut[host] ? PASSAGE_CLOSED : b->alone ? PASSAGE_ALONE : PASSAGE_OPEN;
}

static inline void on_delivered(void *arg, unsigned host, const struct segment *s, uint64_t event)
{
	struct bench *b = arg;
	const struct event *verdict = journal_get(b->journal, event);

	assert_non_null(verdict);
	assert_int_equal(verdict->kind, EVENT_DELIVERED);
	text_printf(&b->told, "delivered %u@%u ", s->seq, host);
}

static inline struct address at(const char *host)
{
	struct address a;

	assert_int_equal(address_parse_host(host, strlen(host), &a), 0);
	return a;
}

static inline int bench_open(void **state)
{
	static const char *const names[HOSTS] = { "left", "right" };
	static const char *const addresses[HOSTS] = { "10.0.0.1", "10.0.0.2" };
	const struct wire_watch watch = { on_sent, on_may_deliver, on_delivered };
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->journal = journal_new();
	b->wire = wire_new(b->journal, &watch, b);
	for (unsigned h = 0; h < HOSTS; h++) {
		const struct address a = at(addresses[h]);
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
		b->kernel[h] = pair[0];
		b->tun[h] = pair[1];
		wire_attach(b->wire, h, names[h], pair[1]);
		wire_address(b->wire, h, &a);
	}
	*state = b;
	return 0;
}

static inline int bench_close(void **state)
{
	struct bench *b = *state;

	wire_free(b->wire);
	wire_free(NULL);
	journal_free(b->journal);
	for (unsigned h = 0; h < HOSTS; h++) {
		close(b->kernel[h]);
		close(b->tun[h]);
	}
	text_done(&b->told);
	free(b);
	return 0;
}

/* IPv4, TTL 64, TCP port 1000 > 80, ack 1, win 512, `len` bytes of payload. */
static inline size_t build(uint8_t packet[HEADERS + 64], const char *src, const char *dst,
	uint8_t flags, uint32_t seq, size_t len)
{
	static const uint8_t headers[] = {
		0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, /* IP */
		0, 0, 0, 0, 0, 0, 0, 0, /* addresses */
		0x03, 0xe8, 0, 80, 0, 0, 0, 0, 0, 0, 0, 1, 0x50, 0, 0x02, 0, 0, 0, 0, 0, /* TCP */
	};
	const struct address from = at(src), to = at(dst);
	const uint32_t seq_be = htonl(seq);

	assert_true(len <= 64 && sizeof(headers) == HEADERS);
	memcpy(packet, headers, HEADERS);
	packet[3] = (uint8_t)(HEADERS + len);
	memcpy(packet + 12, from.bytes, 4);
	memcpy(packet + 16, to.bytes, 4);
	memcpy(packet + 24, &seq_be, 4);
	packet[33] = flags;
	memset(packet + HEADERS, 'x', len);
	return HEADERS + len;
}

static inline void leave_with(struct bench *b, unsigned host, const struct virtio_net_hdr *header,
	const uint8_t *packet, size_t len)
{
	const struct iovec parts[] = { { (void *)header, sizeof(*header) },
		{ (void *)packet, len } };

	assert_int_equal(writev(b->kernel[host], parts, 2), sizeof(*header) + len);
}

static inline void leave(struct bench *b, unsigned host, const uint8_t *packet, size_t len)
{
	leave_with(b, host, &(struct virtio_net_hdr){ 0 }, packet, len);
}

/* The next packet that has arrived at a host: its length, 0 or less when there is none. */
static inline ssize_t arrive_with(int kernel, struct virtio_net_hdr *header, uint8_t *packet,
	size_t room)
{
	const struct iovec parts[] = { { header, sizeof(*header) }, { packet, room } };

	return readv(kernel, parts, 2) - (ssize_t)sizeof(*header);
}

/* The same of one that leaves nothing to the kernel. */
static inline ssize_t arrive(int kernel, uint8_t *packet, size_t room)
{
	const struct virtio_net_hdr none = { 0 };
	struct virtio_net_hdr header = none;
	ssize_t len = arrive_with(kernel, &header, packet, room);

	assert_memory_equal(&header, &none, sizeof(none));
	return len;
}

/* A segment leaves `host` for the other one. */
static inline void send_flags(struct bench *b, unsigned host, uint8_t flags, uint32_t seq,
	size_t len)
{
	uint8_t packet[HEADERS + 64];

	leave(b, host, packet,
		build(packet, host ? "10.0.0.2" : "10.0.0.1", host ? "10.0.0.1" : "10.0.0.2", flags,
			seq, len));
}

/* Data segments with seq 1, 2 ... `count` leave the left host. */
static inline void send_numbered(struct bench *b, uint32_t count)
{
	for (uint32_t seq = 1; seq <= count; seq++)
		send_flags(b, 0, SEGMENT_ACK, seq, 1);
}

/* The seqs that have arrived at `host` since the last look must be these: "1 2 ". */
static inline void assert_arrived(struct bench *b, unsigned host, const char *expected)
{
	struct text seqs = TEXT_EMPTY;
	uint8_t packet[HEADERS + 64];

	while (arrive(b->kernel[host], packet, sizeof(packet)) >= HEADERS)
		text_printf(&seqs, "%u ", packet[26] << 8 | packet[27]);
	assert_string_equal(text_get(&seqs), expected);
	text_done(&seqs);
}

/* What was told since the last look. */
static inline void assert_told(struct bench *b, const char *expected)
{
	assert_string_equal(text_get(&b->told), expected);
	text_clear(&b->told);
}

static inline const struct event *event_at(struct bench *b, uint64_t no, enum event_kind kind)
{
	const struct event *event = journal_get(b->journal, no);

	assert_non_null(event);
	assert_string_equal(event_kind_name(event->kind), event_kind_name(kind));
	return event;
}

/* Event `no` must be a verdict on segment `number`. */
static inline const struct event *assert_verdict(struct bench *b, uint64_t no, enum event_kind kind,
	uint64_t number, uint64_t cause, const char *host)
{
	const struct event *event = event_at(b, no, kind);

	assert_int_equal(event->verdict.number, number);
	assert_int_equal(event->cause, cause);
	assert_string_equal(event->host, host);
	return event;
}

/* Packet number `index` of those on the wire, as `wire` lists them. */
static inline const struct wire_packet *nth(struct bench *b, size_t index)
{
	const struct wire_packet *p = wire_next(b->wire, NULL);

	while (p && index--)
		p = wire_next(b->wire, p);
	return p;
}

/* Make a rule; count 0 = for ever, match NULL = any packet. */
static inline struct rule *rule(struct bench *b, enum rule_kind kind, const struct match *match,
	uint64_t count)
{
	struct rule made = { .kind = kind, .count = count };

	if (match)
		made.match = *match;
	return rule_add(wire_rules(b->wire), &made);
}

/* The rules, a line each: "hold any: 2 hits". */
static inline void assert_rules(struct bench *b, const char *expected)
{
	struct text out = TEXT_EMPTY;

	for (const struct rule *r = wire_rules(b->wire)->first; r; r = r->next) {
		rule_format(r, &out);
		text_printf(&out, ": %u hits\n", (unsigned)r->hits);
	}
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

/* The seqs on the wire as wire_next() lists them: "1 2 ". */
static inline void assert_on_wire(struct bench *b, const char *expected)
{
	struct text seqs = TEXT_EMPTY;
	const struct wire_packet *p = NULL;

	while ((p = wire_next(b->wire, p)))
		text_printf(&seqs, "%u ", p->segment.seq);
	assert_string_equal(text_get(&seqs), expected);
	text_done(&seqs);
}

#define WIRE_TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

#endif
