/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal written by hand, its time always 0, and what its ladder looks like. */
#ifndef TESTS_UNIT_LADDER_BENCH_H
#define TESTS_UNIT_LADDER_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "view/ladder.h"
#include "view/row.h"

#define SYN_ACK (SEGMENT_SYN | SEGMENT_ACK)
#define FIN_ACK (SEGMENT_FIN | SEGMENT_ACK)
#define PSH_ACK (SEGMENT_PSH | SEGMENT_ACK)
#define MS 1000000u

/* ---- a journal by hand ---- */

/* "127.0.0.1:80", "*" */
static inline struct address at(const char *text)
{
	const char *colon = strrchr(text, ':');
	struct address a = { 0 };

	if (!colon)
		return a;
	assert_int_equal(address_parse_host(text, (size_t)(colon - text), &a), 0);
	a.port = (uint16_t)strtoul(colon + 1, NULL, 10);
	return a;
}

static inline uint64_t add(struct journal *j, struct event event)
{
	event.time_ns = 1; /* before the journal began: 0 */
	return journal_add(j, event);
}

static inline int journal_open(void **state)
{
	*state = journal_new();
	add(*state,
		(struct event){ .kind = EVENT_HOST,
			.subject = "localhost",
			.socket = { .fd = -1, .local = at("127.0.0.1:0") } });
	return 0;
}

static inline int journal_close(void **state)
{
	journal_free(*state);
	return 0;
}

static inline uint64_t call(struct journal *j, const char *process, const char *socket,
	const char *text)
{
	return add(j,
		(struct event){ .kind = EVENT_CALL,
			.subject = socket,
			.process = process,
			.text = text });
}

static inline void block(struct journal *j, uint64_t of)
{
	add(j, (struct event){ .kind = EVENT_BLOCKED, .cause = of, .call.call = of });
}

/* cause 0 = the call itself */
static inline uint64_t give(struct journal *j, uint64_t of, uint64_t cause, int64_t result,
	int error, const char *text)
{
	return add(j,
		(struct event){ .kind = EVENT_RETURN,
			.cause = cause ? cause : of,
			.text = text,
			.call = { .call = of, .result = result, .error = error } });
}

static inline uint64_t change(struct journal *j, uint32_t endpoint, const char *name,
	enum tcp_state from, enum tcp_state to, uint64_t cause)
{
	return add(j,
		(struct event){ .kind = EVENT_STATE,
			.cause = cause,
			.subject = name,
			.host = "localhost",
			.state = { .endpoint = endpoint, .from = from, .to = to } });
}

static inline void name(struct journal *j, uint32_t endpoint, const char *socket,
	const char *process, const char *local, uint64_t cause)
{
	add(j,
		(struct event){ .kind = EVENT_SOCKET,
			.cause = cause,
			.subject = socket,
			.host = "localhost",
			.process = process,
			.socket = { .endpoint = endpoint, .fd = 3, .local = at(local) } });
}

/* socket() with what it makes. */
static inline void make(struct journal *j, uint32_t endpoint, const char *socket,
	const char *process)
{
	uint64_t made = call(j, process, socket, "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)");

	made = give(j, made, 0, 3, 0, NULL);
	change(j, endpoint, socket, STATE_NONE, STATE_CLOSED, made);
	name(j, endpoint, socket, process, "*", made);
}

static inline struct segment tcp(uint8_t flags, uint32_t seq, uint32_t ack)
{
	return (struct segment){ .kind = SEGMENT_TCP,
		.flags = flags,
		.seq = 1000 + seq,
		.seq_rel = seq,
		.ack = 2000 + ack,
		.ack_rel = ack,
		.window = 100 };
}

static inline struct segment with_data(struct segment s, const char *data, size_t len)
{
	s.payload_len = (uint32_t)len;
	s.excerpt_len = (uint8_t)(len < SEGMENT_EXCERPT_MAX ? len : SEGMENT_EXCERPT_MAX);
	memcpy(s.excerpt, data, s.excerpt_len);
	return s;
}

static inline uint64_t put(struct journal *j, uint64_t number, const char *from, const char *to,
	struct segment segment, uint64_t cause)
{
	return add(j,
		(struct event){ .kind = EVENT_SEGMENT,
			.cause = cause,
			.subject = from,
			.text = to,
			.host = "localhost",
			.wire = { .number = number, .segment = segment } });
}

static inline uint64_t verdict(struct journal *j, enum event_kind kind, uint64_t number,
	uint64_t ms, const char *text)
{
	return add(j,
		(struct event){ .kind = kind,
			.text = text,
			.verdict = { .number = number, .on_wire_ns = ms * MS } });
}

static inline uint64_t deliver(struct journal *j, uint64_t number)
{
	return verdict(j, EVENT_DELIVERED, number, 0, NULL);
}

/* l listens in server at :80, c is in main. */
static inline void make_pair(struct journal *j)
{
	uint64_t listening;

	make(j, 1, "l", "server");
	listening = call(j, "server", "l", "listen(3, 5)");
	change(j, 1, "l", STATE_CLOSED, STATE_LISTEN, listening);
	give(j, listening, 0, 0, 0, NULL);
	make(j, 2, "c", "main");
}

/* connect(), three segments, accept(). The last segment is #3. */
static inline void shake_hands(struct journal *j)
{
	uint64_t connecting = call(j, "main", "c", "connect(3, 127.0.0.1:80)"), came, opened;
	uint64_t accepting;

	change(j, 2, "c", STATE_CLOSED, STATE_SYN_SENT, connecting);
	put(j, 1, "c", "l", tcp(SEGMENT_SYN, 0, 0), connecting);
	block(j, connecting);
	came = deliver(j, 1);
	change(j, 3, "l/1", STATE_NONE, STATE_SYN_RECEIVED, came);
	put(j, 2, "l/1", "c", tcp(SYN_ACK, 0, 1), came);
	came = deliver(j, 2);
	opened = change(j, 2, "c", STATE_SYN_SENT, STATE_ESTABLISHED, came);
	put(j, 3, "c", "l/1", tcp(SEGMENT_ACK, 1, 1), came);
	give(j, connecting, opened, 0, 0, NULL);
	came = deliver(j, 3);
	change(j, 3, "l/1", STATE_SYN_RECEIVED, STATE_ESTABLISHED, came);
	accepting = call(j, "server", "l", "accept(3)");
	accepting = give(j, accepting, 0, 4, 0, NULL);
	name(j, 3, "a", "server", "127.0.0.1:80", accepting);
}

/* ---- what it looks like ---- */

static inline void assert_narrow(const char *drawing)
{
	int columns = 0;

	for (; *drawing; drawing++) {
		if (*drawing == '\n')
			columns = 0;
		else if (((unsigned char)*drawing & 0xc0) != 0x80)
			assert_true(++columns <= ROW_WIDTH);
		assert_true((unsigned char)*drawing >= 0x20 || *drawing == '\n');
	}
}

static inline void assert_drawn(const struct journal *j, const struct ladder_options *options,
	const char *expected)
{
	struct text out = TEXT_EMPTY;
	struct diag d = { 0 };

	assert_int_equal(ladder_format(j, options, &out, &d), 0);
	assert_narrow(text_get(&out));
	if (strcmp(text_get(&out), expected) != 0) {
		print_error("%s", text_get(&out));
		fail_msg("expected:\n%s", expected);
	}
	text_done(&out);
}

static inline void assert_ascii(const struct journal *j, const char *expected)
{
	assert_drawn(j, &(struct ladder_options){ .ascii = true }, expected);
}

#define LADDER_TEST(name) cmocka_unit_test_setup_teardown(name, journal_open, journal_close)

#endif
