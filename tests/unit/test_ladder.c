/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole drawings of journals written by hand; the time is 0 throughout. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

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
static struct address at(const char *text)
{
	const char *colon = strrchr(text, ':');
	struct address a = { 0 };

	if (!colon)
		return a;
	assert_int_equal(address_parse_host(text, (size_t)(colon - text), &a), 0);
	a.port = (uint16_t)strtoul(colon + 1, NULL, 10);
	return a;
}

static uint64_t add(struct journal *j, struct event event)
{
	event.time_ns = 1; /* before the journal began: 0 */
	return journal_add(j, event);
}

static int journal_open(void **state)
{
	*state = journal_new();
	add(*state,
		(struct event){ .kind = EVENT_HOST,
			.subject = "localhost",
			.socket = { .fd = -1, .local = at("127.0.0.1:0") } });
	return 0;
}

static int journal_close(void **state)
{
	journal_free(*state);
	return 0;
}

static uint64_t call(struct journal *j, const char *process, const char *socket, const char *text)
{
	return add(j,
		(struct event){ .kind = EVENT_CALL,
			.subject = socket,
			.process = process,
			.text = text });
}

static void block(struct journal *j, uint64_t of)
{
	add(j, (struct event){ .kind = EVENT_BLOCKED, .cause = of, .call.call = of });
}

/* cause 0 = the call itself */
static uint64_t give(struct journal *j, uint64_t of, uint64_t cause, int64_t result, int error,
	const char *text)
{
	return add(j,
		(struct event){ .kind = EVENT_RETURN,
			.cause = cause ? cause : of,
			.text = text,
			.call = { .call = of, .result = result, .error = error } });
}

static uint64_t change(struct journal *j, uint32_t endpoint, const char *name, enum tcp_state from,
	enum tcp_state to, uint64_t cause)
{
	return add(j,
		(struct event){ .kind = EVENT_STATE,
			.cause = cause,
			.subject = name,
			.host = "localhost",
			.state = { .endpoint = endpoint, .from = from, .to = to } });
}

static void name(struct journal *j, uint32_t endpoint, const char *socket, const char *process,
	const char *local, uint64_t cause)
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
static void make(struct journal *j, uint32_t endpoint, const char *socket, const char *process)
{
	uint64_t made = call(j, process, socket, "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)");

	made = give(j, made, 0, 3, 0, NULL);
	change(j, endpoint, socket, STATE_NONE, STATE_CLOSED, made);
	name(j, endpoint, socket, process, "*", made);
}

static struct segment tcp(uint8_t flags, uint32_t seq, uint32_t ack)
{
	return (struct segment){ .kind = SEGMENT_TCP,
		.flags = flags,
		.seq = 1000 + seq,
		.seq_rel = seq,
		.ack = 2000 + ack,
		.ack_rel = ack,
		.window = 100 };
}

static struct segment with_data(struct segment s, const char *data, size_t len)
{
	s.payload_len = (uint32_t)len;
	s.excerpt_len = (uint8_t)(len < SEGMENT_EXCERPT_MAX ? len : SEGMENT_EXCERPT_MAX);
	memcpy(s.excerpt, data, s.excerpt_len);
	return s;
}

static uint64_t put(struct journal *j, uint64_t number, const char *from, const char *to,
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

static uint64_t verdict(struct journal *j, enum event_kind kind, uint64_t number, uint64_t ms,
	const char *text)
{
	return add(j,
		(struct event){ .kind = kind,
			.text = text,
			.verdict = { .number = number, .on_wire_ns = ms * MS } });
}

static uint64_t deliver(struct journal *j, uint64_t number)
{
	return verdict(j, EVENT_DELIVERED, number, 0, NULL);
}

/* l listens in server at :80, c is in main. */
static void make_pair(struct journal *j)
{
	uint64_t listening;

	make(j, 1, "l", "server");
	listening = call(j, "server", "l", "listen(3, 5)");
	change(j, 1, "l", STATE_CLOSED, STATE_LISTEN, listening);
	give(j, listening, 0, 0, 0, NULL);
	make(j, 2, "c", "main");
}

/* connect(), three segments, accept(). The last segment is #3. */
static void shake_hands(struct journal *j)
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

static void assert_narrow(const char *drawing)
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

static void assert_drawn(const struct journal *j, const struct ladder_options *options,
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

static void assert_ascii(const struct journal *j, const char *expected)
{
	assert_drawn(j, &(struct ladder_options){ .ascii = true }, expected);
}

static void empty_journal_says_so(void **state)
{
	assert_ascii(*state, "nothing to draw yet: no socket, no packet\n");
}

static void handshake_is_read_at_a_glance(void **state)
{
	make_pair(*state);
	shake_hands(*state);
	assert_ascii(*state,
		"                                  c                                       l, a\n"
		"    ms                          main                                     server\n"
		"   0.0                            |                                         | l CLOSED  socket() = 3\n"
		"   0.0                            |                                         | l LISTEN  listen() = 0\n"
		"   0.0       socket() = 3  CLOSED |                                         |\n"
		"   0.0    connect() ...  SYN-SENT |--- #1 SYN seq 0 ----------------------->| a SYN-RECEIVED\n"
		"   0.0 connect() = 0  ESTABLISHED |<-- #2 SYN/ACK seq 0 ack 1 --------------|\n"
		"   0.0                            |--- #3 ACK seq 1 ack 1 ----------------->| a ESTABLISHED\n"
		"   0.0                            |                                         | accept() = 4 (a)\n");
}

static void utf8_draws_lines(void **state)
{
	make(*state, 1, "a", "main");
	make(*state, 2, "b", "other");
	put(*state, 1, "a", "b", tcp(SEGMENT_SYN, 0, 0), 0);
	deliver(*state, 1);
	put(*state, 2, "b", "a", with_data(tcp(PSH_ACK, 1, 1), "a long line of text, and more", 29),
		0);
	verdict(*state, EVENT_HELD, 2, 0, NULL);
	assert_drawn(*state, &(struct ladder_options){ 0 },
		"                            a                                                 b\n"
		"    ms                    main                                              other\n"
		"   0.0 socket() = 3  CLOSED │                                                 │\n"
		"   0.0                      │                                                 │ CLOSED  socket() = 3\n"
		"   0.0                      ├─── #1 SYN seq 0 ───────────────────────────────►│\n"
		"   0.0                      │... #2 PSH/ACK seq 1 ack 1 len 29 \"a long li… ───┤\n"
		"... on the wire\n");
}

static void held_segment_stops_and_goes_on(void **state)
{
	struct journal *j = *state;
	uint64_t connecting, came;

	make_pair(j);
	connecting = call(j, "main", "c", "connect(3, 127.0.0.1:80)");
	change(j, 2, "c", STATE_CLOSED, STATE_SYN_SENT, connecting);
	put(j, 1, "c", "l", tcp(SEGMENT_SYN, 0, 0), connecting);
	verdict(j, EVENT_HELD, 1, 0, NULL);
	block(j, connecting);
	came = verdict(j, EVENT_DELIVERED, 1, 135, NULL);
	change(j, 3, "l/1", STATE_NONE, STATE_SYN_RECEIVED, came);
	put(j, 2, "l/1", "c", tcp(SYN_ACK, 0, 1), came);
	verdict(j, EVENT_HELD, 2, 0, NULL);
	verdict(j, EVENT_DROPPED, 2, 2, "by hand");
	assert_ascii(j,
		"                               c                                            l\n"
		"    ms                       main                                        server\n"
		"   0.0                         |                                            | l CLOSED  socket() = 3\n"
		"   0.0                         |                                            | l LISTEN  listen() = 0\n"
		"   0.0    socket() = 3  CLOSED |                                            |\n"
		"   0.0 connect() ...  SYN-SENT |--- #1 SYN seq 0 ...                        |\n"
		"   0.0                         |               ... #1 SYN after 135.0 ms -->| l/1 SYN-RECEIVED\n"
		"   0.0                         |              ... #2 SYN/ACK seq 0 ack 1 ---|\n"
		"   0.0                         |    by hand XXX #2 SYN/ACK after 2.0 ms ... |\n"
		"... on the wire   XXX lost\n");
}

static void lost_segment_is_sent_again_by_a_timer(void **state)
{
	struct journal *j = *state;
	uint64_t connecting, timer;
	struct event again = { .kind = EVENT_SEGMENT, .subject = "c", .text = "l" };

	make_pair(j);
	connecting = call(j, "main", "c", "connect(3, 127.0.0.1:80)");
	change(j, 2, "c", STATE_CLOSED, STATE_SYN_SENT, connecting);
	put(j, 1, "c", "l", tcp(SEGMENT_SYN, 0, 0), connecting);
	verdict(j, EVENT_DROPPED, 1, 0, "rule 1");
	block(j, connecting);
	timer = add(j,
		(struct event){ .kind = EVENT_TIMER,
			.subject = "c",
			.text = "retransmission",
			.timer = { .endpoint = 2, .retransmits = 1 } });
	again.cause = timer;
	again.wire.number = 2;
	again.wire.repeats = 1;
	again.wire.segment = tcp(SEGMENT_SYN, 0, 0);
	add(j, again);
	deliver(j, 2);
	timer = add(j,
		(struct event){ .kind = EVENT_TIMER,
			.subject = "c",
			.text = "retransmission",
			.timer = { .endpoint = 2 } });
	timer = change(j, 2, "c", STATE_SYN_SENT, STATE_CLOSED, timer);
	give(j, connecting, timer, -1, ETIMEDOUT, NULL);
	assert_ascii(j,
		"                               c                                              l\n"
		"    ms                       main                                          server\n"
		"   0.0                         |                                              | CLOSED  socket() = 3\n"
		"   0.0                         |                                              | LISTEN  listen() = 0\n"
		"   0.0    socket() = 3  CLOSED |                                              |\n"
		"   0.0 connect() ...  SYN-SENT |--- #1 SYN seq 0 --XXX rule 1                 |\n"
		"   0.0  (retransmission timer) |--- #2 SYN (again #1) seq 0 ----------------->|\n"
		"   0.0  (retransmission timer) |                                              |\n"
		"   0.0                  CLOSED |                                              |\n"
		"   0.0   connect() = ETIMEDOUT |                                              |\n"
		"XXX lost\n");
}

static void copies_and_forgeries_begin_off_the_lifeline(void **state)
{
	struct journal *j = *state;
	struct event copy = { .kind = EVENT_COPY, .subject = "a", .text = "b" };

	make(j, 1, "a", "main");
	make(j, 2, "b", "other");
	put(j, 1, "a", "b", with_data(tcp(PSH_ACK, 1, 1), "hi", 2), 0);
	copy.wire.number = 2;
	copy.wire.repeats = 1;
	copy.wire.segment = with_data(tcp(PSH_ACK, 1, 1), "hi", 2);
	add(j, copy);
	verdict(j, EVENT_CORRUPTED, 2, 0, "its checksum is wrong (rule 1)");
	deliver(j, 1);
	deliver(j, 2);
	copy.kind = EVENT_FORGED;
	copy.subject = "b";
	copy.text = "a";
	copy.wire.number = 3;
	copy.wire.repeats = 0;
	copy.wire.segment = tcp(SEGMENT_RST, 1, 0);
	add(j, copy);
	deliver(j, 3);
	copy.kind = EVENT_COPY;
	copy.wire.number = 4;
	copy.wire.repeats = 3;
	add(j, copy);
	verdict(j, EVENT_DELAYED, 4, 0, "rule 2");
	add(j, (struct event){ .kind = EVENT_SWAPPED, .verdict = { .number = 4, .other = 5 } });
	verdict(j, EVENT_DELIVERED, 4, 50, NULL);
	assert_ascii(j,
		"                            a                                                 b\n"
		"    ms                    main                                              other\n"
		"   0.0 socket() = 3  CLOSED |                                                 |\n"
		"   0.0                      |                                                 | CLOSED  socket() = 3\n"
		"   0.0                      |--- #1 PSH/ACK seq 1 ack 1 len 2 \"hi\" ---------->|\n"
		"   0.0                      |   =2= #2 copy of #1 PSH/ACK seq 1 ack 1 len 2 =>|\n"
		"   0.0                      |    (#2 corrupted: its checksum is wrong (rule ~ |\n"
		"   0.0                      |<~~ #3 forged RST seq 1 ~~~~~~~~~~~~~~~~~~~~~~   |\n"
		"   0.0                      |               ... #4 copy of #3 RST seq 1 =2=   |\n"
		"   0.0                      |    (#4 changes places with #5)                  |\n"
		"   0.0                      |<== #4 RST after 50.0 ms ...                     |\n"
		"... on the wire   =2= a copy made by the wire   ~~~ forged\n");
}

/* What is sent again and dropped because of what is held may be much, and leads to nothing. */
static void repeats_of_what_is_held_are_not_drawn(void **state)
{
	struct journal *j = *state;
	uint64_t connecting, timer;

	make_pair(j);
	connecting = call(j, "main", "c", "connect(3, 127.0.0.1:80)");
	change(j, 2, "c", STATE_CLOSED, STATE_SYN_SENT, connecting);
	put(j, 1, "c", "l", tcp(SEGMENT_SYN, 0, 0), connecting);
	verdict(j, EVENT_HELD, 1, 0, NULL);
	for (uint64_t number = 2; number < 5; number++) {
		timer = add(j,
			(struct event){ .kind = EVENT_TIMER,
				.subject = "c",
				.text = "retransmission",
				.timer = { .endpoint = 2 } });
		put(j, number, "c", "l", tcp(SEGMENT_SYN, 0, 0), timer);
		add(j,
			(struct event){ .kind = EVENT_DROPPED,
				.text = "rule 1",
				.verdict = { .number = number, .other = 1 } });
	}
	verdict(j, EVENT_DELIVERED, 1, 50, NULL);
	assert_ascii(j,
		"                               c                                              l\n"
		"    ms                       main                                          server\n"
		"   0.0                         |                                              | CLOSED  socket() = 3\n"
		"   0.0                         |                                              | LISTEN  listen() = 0\n"
		"   0.0    socket() = 3  CLOSED |                                              |\n"
		"   0.0 connect() ...  SYN-SENT |--- #1 SYN seq 0 ...                          |\n"
		"   0.0                         |                  ... #1 SYN after 50.0 ms -->|\n"
		"... on the wire\n");
}

/* RFC 9293 figure 7: both SYNs are on their way before either arrives, though neither was held. */
/* What a flood comes from is not told apart for ever: that would take the square of its length. */
static void strangers_of_a_flood_share_a_lifeline(void **state)
{
	struct journal *j = *state;
	const char *const names[] = { "other addresses" };
	struct ladder_options options = { .ascii = true, .names = names, .name_count = 1 };
	struct text drawn = TEXT_EMPTY;
	struct diag d = { 0 };

	for (uint64_t i = 1; i <= 2000; i++) {
		struct event forged = { .kind = EVENT_FORGED, .wire.number = i };

		forged.wire.segment = tcp(SEGMENT_SYN, 0, 0);
		forged.wire.segment.src = at("10.9.0.0:1");
		forged.wire.segment.src.bytes[2] = (uint8_t)(i >> 8);
		forged.wire.segment.src.bytes[3] = (uint8_t)i;
		forged.wire.segment.dst = at("10.0.0.2:80");
		add(j, forged);
		deliver(j, i);
	}
	assert_int_equal(ladder_format(j, &options, &drawn, &d), 0);
	assert_non_null(strstr(text_get(&drawn), "#2000 forged SYN"));
	assert_null(strstr(text_get(&drawn), "#200 forged SYN"));
	text_done(&drawn);
}

static void simultaneous_open_shows_the_crossing(void **state)
{
	struct journal *j = *state;
	uint64_t a, b, came;

	make(j, 1, "a", "main");
	make(j, 2, "b", "other");
	a = call(j, "main", "a", "connect(3, 127.0.0.1:7002)");
	change(j, 1, "a", STATE_CLOSED, STATE_SYN_SENT, a);
	put(j, 1, "a", "b", tcp(SEGMENT_SYN, 0, 0), a);
	block(j, a);
	b = call(j, "other", "b", "connect(3, 127.0.0.1:7001)");
	change(j, 2, "b", STATE_CLOSED, STATE_SYN_SENT, b);
	put(j, 2, "b", "a", tcp(SEGMENT_SYN, 0, 0), b);
	block(j, b);
	came = deliver(j, 1);
	change(j, 2, "b", STATE_SYN_SENT, STATE_SYN_RECEIVED, came);
	put(j, 3, "b", "a", tcp(SYN_ACK, 0, 1), came);
	came = deliver(j, 2);
	change(j, 1, "a", STATE_SYN_SENT, STATE_SYN_RECEIVED, came);
	put(j, 4, "a", "b", tcp(SYN_ACK, 0, 1), came);
	came = change(j, 1, "a", STATE_SYN_RECEIVED, STATE_ESTABLISHED, deliver(j, 3));
	give(j, a, came, 0, 0, NULL);
	came = change(j, 2, "b", STATE_SYN_RECEIVED, STATE_ESTABLISHED, deliver(j, 4));
	give(j, b, came, 0, 0, NULL);
	assert_ascii(j,
		"                                  a                                     b\n"
		"    ms                          main                                  other\n"
		"   0.0       socket() = 3  CLOSED |                                     |\n"
		"   0.0                            |                                     | CLOSED  socket() = 3\n"
		"   0.0    connect() ...  SYN-SENT |--- #1 SYN seq 0 ...                 |\n"
		"   0.0                            |                 ... #2 SYN seq 0 ---| SYN-SENT  connect() ...\n"
		"   0.0                            |                       ... #1 SYN -->| SYN-RECEIVED\n"
		"   0.0                            |       ... #3 SYN/ACK seq 0 ack 1 ---|\n"
		"   0.0               SYN-RECEIVED |<-- #2 SYN ...                       |\n"
		"   0.0                            |--- #4 SYN/ACK seq 0 ack 1 ...       |\n"
		"   0.0 connect() = 0  ESTABLISHED |<-- #3 SYN/ACK ...                   |\n"
		"   0.0                            |                   ... #4 SYN/ACK -->| ESTABLISHED  connect() = 0\n"
		"... on the wire\n");
}

static void self_connect_is_one_lifeline_with_loops(void **state)
{
	struct journal *j = *state;
	uint64_t connecting, came;

	make(j, 1, "c", "main");
	connecting = call(j, "main", "c", "connect(3, 127.0.0.1:6666)");
	change(j, 1, "c", STATE_CLOSED, STATE_SYN_SENT, connecting);
	put(j, 1, "c", "c", tcp(SEGMENT_SYN, 0, 0), connecting);
	block(j, connecting);
	came = deliver(j, 1);
	change(j, 1, "c", STATE_SYN_SENT, STATE_SYN_RECEIVED, came);
	put(j, 2, "c", "c", tcp(SYN_ACK, 0, 1), came);
	verdict(j, EVENT_HELD, 2, 0, NULL);
	came = verdict(j, EVENT_DELIVERED, 2, 41215, NULL);
	came = change(j, 1, "c", STATE_SYN_RECEIVED, STATE_ESTABLISHED, came);
	give(j, connecting, came, 0, 0, NULL);
	add(j, (struct event){ .kind = EVENT_MARK, .text = "closing" });
	assert_ascii(j,
		"                                  c\n"
		"    ms                          main\n"
		"   0.0       socket() = 3  CLOSED |\n"
		"   0.0    connect() ...  SYN-SENT |--- #1 SYN seq 0 --.\n"
		"   0.0               SYN-RECEIVED |<------------------'\n"
		"   0.0                            |--- #2 SYN/ACK seq 0 ack 1 ...\n"
		"   0.0 connect() = 0  ESTABLISHED |<-- #2 SYN/ACK after 41.2 s ...\n"
		"   0.0                            |- - - closing - - - - - - - - -\n"
		"... on the wire\n");
}

static void call_that_slept_returns_with_what_woke_it(void **state)
{
	struct journal *j = *state;
	uint64_t receiving, sending;

	make(j, 1, "a", "main");
	make(j, 2, "b", "other");
	receiving = call(j, "other", "b", "recv(3, 4096, 0)");
	block(j, receiving);
	sending = call(j, "main", "a", "send(3, \"hello\", 5, 0)");
	put(j, 1, "a", "b", with_data(tcp(PSH_ACK, 1, 1), "hello", 5), sending);
	deliver(j, 1);
	give(j, receiving, 0, 5, 0, "\"hello\"");
	give(j, sending, 0, 5, 0, NULL);
	/* poll() gives up by itself, and shutdown() needs its argument */
	receiving = call(j, "other", "b", "poll(3, POLLIN, 10 ms)");
	block(j, receiving);
	give(j, receiving, 0, 0, 0, NULL);
	sending = call(j, "main", "a", "shutdown(3, SHUT_WR)");
	give(j, sending, 0, -1, ENOTCONN, NULL);
	add(j,
		(struct event){ .kind = EVENT_PROCESS_END,
			.subject = "other",
			.process_fate = { .signal = SIGPIPE } });
	assert_ascii(j,
		"                                  a                                           b\n"
		"    ms                          main                                        other\n"
		"   0.0       socket() = 3  CLOSED |                                           |\n"
		"   0.0                            |                                           | CLOSED  socket() = 3\n"
		"   0.0                            |                                           | recv() ...\n"
		"   0.0                 send() = 5 |--- #1 PSH/ACK seq 1 ack 1 len 5 \"hello\" ->| recv() = \"hello\"\n"
		"   0.0                            |                                           | poll() ...\n"
		"   0.0                            |                                           | poll() = 0\n"
		"   0.0 shutdown(SHUT_WR) = ENOTC~ |                                           |\n"
		"   0.0                            |                                           | (killed by SIGPIPE)\n");
}

/* Three machines, and one that nobody is at. */
static void hosts_can_be_the_columns(void **state)
{
	static const char *const addresses[] = { "10.0.0.1:5000", "10.0.0.2:80", "10.0.0.3:6000" };
	static const char *const hosts[] = { "alice", "bob", "carol" };
	static const char *const sockets[] = { "c", "s", "d" };
	struct journal *j = *state;
	struct segment segment;

	for (uint32_t i = 0; i < 3; i++) {
		struct address host = at(addresses[i]);

		host.port = 0;
		add(j,
			(struct event){ .kind = EVENT_HOST,
				.subject = hosts[i],
				.socket = { .fd = -1, .local = host } });
		add(j,
			(struct event){ .kind = EVENT_SOCKET,
				.subject = sockets[i],
				.host = hosts[i],
				.process = "p",
				.socket = { .endpoint = i + 1, .local = at(addresses[i]) } });
	}
	segment = tcp(SEGMENT_SYN, 0, 0);
	segment.src = at(addresses[0]);
	segment.dst = at(addresses[2]);
	put(j, 1, "c", "d", segment, 0);
	deliver(j, 1);
	segment.src = at(addresses[2]);
	segment.dst = at(addresses[1]);
	put(j, 2, NULL, NULL, segment, 0); /* known by their addresses */
	verdict(j, EVENT_DROPPED, 2, 0, "by hand");
	add(j, (struct event){ .kind = EVENT_HOST, .subject = "bob", .text = "power cut" });
	assert_ascii(j,
		"                    c                                d                                s\n"
		"    ms  p on alice 10.0.0.1:5000         p on carol 10.0.0.3:6000           p on bob 10.0.0.2:80\n"
		"   0.0              |- #1 SYN seq 0 ---------------->|                                |\n"
		"   0.0              |                                |- #2 SYN seq 0 --XXX by hand    |\n"
		"   0.0              |                                |                                | (power cut)\n"
		"XXX lost\n");
	assert_drawn(j,
		&(struct ladder_options){ .ascii = true,
			.names = (const char *const[]){ "alice", "bob", "carol" },
			.name_count = 3 },

		"        alice                                       bob                                       carol\n"
		"    ms    c                                          s                                          d\n"
		"   0.0    |- #1 SYN seq 0 ---------------------------+----------------------------------------->|\n"
		"   0.0    |                                          |              by hand XXX-- #2 SYN seq 0 -|\n"
		"   0.0    |                                          | (power cut)                              |\n"
		"XXX lost\n");
}

/* More clients than columns, all of one process: the process is the column, and names tell them apart. */
static void many_sockets_of_a_process_share_its_lifeline(void **state)
{
	static const char *const clients[] = { "c", "d", "e" };
	struct journal *j = *state;

	make_pair(j);
	make(j, 10, "d", "main");
	make(j, 11, "e", "main");
	make(j, 12, "unconcerned", "main");
	for (uint32_t i = 0; i < 3; i++) {
		char child[] = { 'l', '/', (char)('1' + i), '\0' };
		uint64_t came;

		put(j, 2 * i + 1, clients[i], "l", tcp(SEGMENT_SYN, 0, 0), 0);
		came = deliver(j, 2 * i + 1);
		change(j, 20 + i, child, STATE_NONE, STATE_SYN_RECEIVED, came);
		put(j, 2 * i + 2, child, clients[i], tcp(SYN_ACK, 0, 1), came);
		deliver(j, 2 * i + 2);
	}
	assert_drawn(j,
		&(struct ladder_options){ .ascii = true,
			.most = 6,
			.names = (const char *const[]){ "main", "server" },
			.name_count = 2 },

		"                main                                          server\n"
		"    ms  c, d, e, unconcerned                                     l\n"
		"(7 lines before; `ladder all` draws all)\n"
		"   0.0            |--- #1 c: SYN seq 0 ------------------------->| l/1 SYN-RECEIVED\n"
		"   0.0            |<-- #2 c: SYN/ACK seq 0 ack 1 ----------------|\n"
		"   0.0            |--- #3 d: SYN seq 0 ------------------------->| l/2 SYN-RECEIVED\n"
		"   0.0            |<-- #4 d: SYN/ACK seq 0 ack 1 ----------------|\n"
		"   0.0            |--- #5 e: SYN seq 0 ------------------------->| l/3 SYN-RECEIVED\n"
		"   0.0            |<-- #6 e: SYN/ACK seq 0 ack 1 ----------------|\n");
	/* one name brings those along it talked with */
	assert_drawn(j,
		&(struct ladder_options){ .ascii = true,
			.most = 2,
			.names = (const char *const[]){ "d" },
			.name_count = 1 },
		"          d                                              l\n"
		"    ms  main                                          server\n"
		"(3 lines before; `ladder all` draws all)\n"
		"   0.0    |--- #3 SYN seq 0 ---------------------------->| l/2 SYN-RECEIVED\n"
		"   0.0    |<-- #4 SYN/ACK seq 0 ack 1 -------------------|\n"
		"not shown: 4 packets of c, e; `ladder NAME ...` does\n");
}

/* A process alone brings those along it talked with, as a socket does. */
static void process_alone_brings_its_peers(void **state)
{
	make_pair(*state);
	shake_hands(*state);
	assert_drawn(*state,
		&(struct ladder_options){ .ascii = true,
			.most = 3,
			.names = (const char *const[]){ "main" },
			.name_count = 1 },

		"                                main                                           l, a\n"
		"    ms                            c                                           server\n"
		"(4 lines before; `ladder all` draws all)\n"
		"   0.0 connect() = 0  ESTABLISHED |<-- #2 SYN/ACK seq 0 ack 1 -------------------|\n"
		"   0.0                            |--- #3 ACK seq 1 ack 1 ---------------------->| a ESTABLISHED\n"
		"   0.0                            |                                              | accept() = 4 (a)\n");
}

/* Whoever began this time: the other process was on the right before. */
static void sides_stay_from_one_ladder_to_the_next(void **state)
{
	struct journal *j = *state;
	struct ladder_options options = { .ascii = true };

	make_pair(j);
	put(j, 1, "c", "l", tcp(SEGMENT_SYN, 0, 0), 0);
	deliver(j, 1);
	make(j, 10, "k", "main");
	make(j, 11, "d", "server");
	options.after = add(j, (struct event){ .kind = EVENT_MARK, .text = "the other way" });
	put(j, 2, "d", "k", tcp(SEGMENT_SYN, 0, 0), 0);
	deliver(j, 2);
	assert_drawn(j, &options,
		"          k                                              d\n"
		"    ms  main                                          server\n"
		"   0.0    |<-- #2 SYN seq 0 -----------------------------|\n");
}

static struct segment offering(struct segment s)
{
	s.options = (struct segment_options){ .present = OPTION_MSS | OPTION_SACK_PERMITTED |
			OPTION_TIMESTAMPS | OPTION_WINDOW_SCALE,
		.mss = 1460,
		.window_scale = 7 };
	return s;
}

static struct segment reporting(struct segment s)
{
	s.ack_base = 2000;
	s.options = (struct segment_options){ .present = OPTION_SACK | OPTION_TIMESTAMPS,
		.sack_count = 1,
		.sack = { { 2009, 2013 } } };
	return s;
}

/* What goes first is what a SYN offers, which gets a line of its own where it fits; then the excerpt. seq and ack
 * stay. */
static void little_room_leaves_the_numbers(void **state)
{
	struct journal *j = *state;

	make_pair(j);
	put(j, 1, "c", "l", offering(tcp(SEGMENT_SYN, 0, 0)), 0);
	deliver(j, 1);
	put(j, 2, "l", "c", reporting(tcp(SEGMENT_ACK, 1, 5)), 0);
	deliver(j, 2);
	put(j, 3, "c", "l", with_data(tcp(PSH_ACK, 4001, 5001), "hello, this is long", 19), 0);
	verdict(j, EVENT_DROPPED, 3, 0, "rule 1: drop data x1");
	assert_ascii(j,
		"                            c                                                 l\n"
		"    ms                    main                                             server\n"
		"   0.0                      |                                                 | CLOSED  socket() = 3\n"
		"   0.0                      |                                                 | LISTEN  listen() = 0\n"
		"   0.0 socket() = 3  CLOSED |                                                 |\n"
		"   0.0                      |--- #1 SYN seq 0 ------------------------------->|\n"
		"                            |    <mss 1460, sackOK, TS, wscale 7>             |\n"
		"   0.0                      |<-- #2 ACK seq 1 ack 5 sack 9-13 ----------------|\n"
		"   0.0                      |--- #3 PSH/ACK seq 4001 ack 5001 len 19 --XXX    |\n"
		"XXX lost\n");
	make(j, 10, "d", "third");
	put(j, 4, "d", "l", tcp(SEGMENT_SYN, 0, 0), 0);
	deliver(j, 4);
	put(j, 5, "l", "c", reporting(with_data(tcp(PSH_ACK, 4001, 5001), "hello", 5)), 0);
	deliver(j, 5);
	assert_ascii(j,
		"                    c                                l                                d\n"
		"    ms            main                            server                            third\n"
		"   0.0              |                                | socket() = 3                   |\n"
		"   0.0              |                                | listen() = 0                   |\n"
		"   0.0              |                                | LISTEN                         |\n"
		"   0.0 socket() = 3 |                                |                                |\n"
		"   0.0              |- #1 SYN seq 0 ---------------->|                                |\n"
		"   0.0              |< #2 ACK seq 1 ack 5 sack 9-13 -|                                |\n"
		"   0.0              |- #3 PSH/ACK --XXX              |                                |\n"
		"   0.0              |                                |                                | socket() = 3\n"
		"   0.0              |                                |< #4 SYN seq 0 -----------------|\n"
		"   0.0              |< #5 PSH/ACK seq 4001 ack 5001 -|                                |\n"
		"XXX lost\n");
}

/* On a terminal of 80 columns nothing is wider, titles neither. */
static void narrow_terminal_is_not_overrun(void **state)
{
	static const char *const names[] = { "c", "l" };
	struct text out = TEXT_EMPTY;
	struct diag d = { 0 };

	make(*state, 1, "l", "a_server_of_a_long_name");
	make(*state, 2, "c", "main");
	call(*state, "main", "c", "connect(3, 127.0.0.1:80)");
	change(*state, 2, "c", STATE_CLOSED, STATE_SYN_SENT, 0);
	put(*state, 1, "c", "l", tcp(SEGMENT_SYN, 0, 0), 0);
	name(*state, 1, "l", "a_server_of_a_long_name", "127.0.0.1:65535", 0);
	change(*state, 3, "l/1", STATE_NONE, STATE_SYN_RECEIVED, deliver(*state, 1));
	for (int width = 80; width >= 60; width -= 20) {
		struct ladder_options options = { .names = names, .name_count = 2, .width = width };
		int columns = 0;

		text_clear(&out);
		assert_int_equal(ladder_format(*state, &options, &out, &d), 0);
		for (const char *at = text_get(&out); *at; at++) {
			columns = *at == '\n' ? 0 : columns + (((unsigned char)*at & 0xc0) != 0x80);
			assert_true(columns <= width);
		}
	}
	text_done(&out);
}

/* Of a call and the state it leads to, the call is cut. */
static void narrow_terminal_cuts_no_state(void **state)
{
	struct text out = TEXT_EMPTY;
	struct diag d = { 0 };

	make_pair(*state);
	shake_hands(*state);
	for (int width = 80; width >= 60; width -= 10) {
		text_clear(&out);
		assert_int_equal(ladder_format(*state, &(struct ladder_options){ .width = width },
					 &out, &d),
			0);
		for (const char *const *word = (const char *const[]){ "l LISTEN", " SYN-SENT ",
			     " ESTABLISHED ", "a SYN-RECEIVED\n", "a ESTABLISHED\n", NULL };
			*word; word++)
			assert_non_null(strstr(text_get(&out), *word));
	}
	text_done(&out);
}

static void too_many_and_unknown_names_are_refused(void **state)
{
	static const char *const names[] = { "l", "c", "server", "main", "localhost", "nobody" };
	struct text out = TEXT_EMPTY;
	struct diag d = { 0 };

	make_pair(*state);
	assert_int_equal(ladder_format(*state,
				 &(struct ladder_options){ .names = names, .name_count = 5 }, &out,
				 &d),
		-E2BIG);
	assert_int_equal(ladder_format(*state,
				 &(struct ladder_options){ .names = names + 5, .name_count = 1 },
				 &out, &d),
		-ENOENT);
	assert_non_null(strstr(d.message, "'nobody'"));
	assert_int_equal(out.len, 0);
}

static void beginning_in_the_middle_tells_the_states(void **state)
{
	struct journal *j = *state;
	struct ladder_options options = { .ascii = true };
	uint64_t closing;

	make_pair(j);
	shake_hands(j);
	options.after = add(j, (struct event){ .kind = EVENT_MARK, .text = "closing" });
	closing = call(j, "main", "c", "close(3)");
	change(j, 2, "c", STATE_ESTABLISHED, STATE_FIN_WAIT_1, closing);
	put(j, 4, "c", "a", tcp(FIN_ACK, 1, 1), closing);
	change(j, 3, "a", STATE_ESTABLISHED, STATE_CLOSE_WAIT, deliver(j, 4));
	give(j, closing, 0, 0, 0, NULL);
	assert_drawn(j, &options,
		"                               c                                            l, a\n"
		"    ms                       main                                          server\n"
		"                   ESTABLISHED |                                              | ESTABLISHED\n"
		"   0.0 close() = 0  FIN-WAIT-1 |--- #4 FIN/ACK seq 1 ack 1 ------------------>| CLOSE-WAIT\n");
	options.raw = true;
	options.most = 1;
	assert_drawn(j, &options,
		"                               c                                            l, a\n"
		"    ms                       main                                          server\n"
		"(1 line before; `ladder all` draws all)\n"
		"   0.0 close() = 0  FIN-WAIT-1 |--- #4 FIN/ACK seq 1001 ack 2001 ------------>| CLOSE-WAIT\n");
}

/* What a reset leaves behind is another story. */
static void reset_begins_anew(void **state)
{
	struct journal *j = *state;

	make_pair(j);
	shake_hands(j);
	add(j,
		(struct event){ .kind = EVENT_HOST,
			.subject = "localhost",
			.socket = { .fd = -1, .local = at("127.0.0.1:0") } });
	assert_ascii(j, "nothing to draw yet: no socket, no packet\n");
	make(j, 9, "c", "main");
	assert_ascii(j,
		"                            c\n"
		"    ms                    main\n"
		"   0.0 socket() = 3  CLOSED |\n");
}

/* Names, marks and payload of any kind: no line is longer than 100 columns or holds a control. */
static void hostile_words_stay_in_their_columns(void **state)
{
	static const char long_name[] = "a_name_of_thirty_two_characters_";
	struct journal *j = *state;
	struct text out = TEXT_EMPTY;
	struct diag d = { 0 };
	uint64_t made;

	make(j, 1, long_name, "a_process_of_thirty_two_characters");
	make(j, 2, "\x1b[2J\xff\xc2\x9b", "\x1b[2J");
	name(j, 3, "b_name_of_thirty_two_characters_", "q", "127.0.0.1:65535", 0);
	name(j, 4, "c_name_of_thirty_two_characters_", "r", "127.0.0.1:65534", 0);
	made = call(j, "\x1b[2J", "\x1b[2J\xff\xc2\x9b", "recv(3, 4096, 0)");
	give(j, made, 0, 4, 0, "\"\x1b[2J \xe6\x97\xa5 a rather long answer it is\"");
	for (uint64_t i = 1; i <= 3; i++) {
		struct segment s = with_data(tcp(0xff, UINT32_MAX, UINT32_MAX),
			"\x1b[2J\x00\xff\"\\abcdefghijklmnopqrstuvwxyz", 30);

		s.window = 0;
		put(j, i, i == 1 ? long_name : "\x1b[2J\xff\xc2\x9b",
			i == 1 ? "\x1b[2J\xff\xc2\x9b" : "b_name_of_thirty_two_characters_", s, 0);
		deliver(j, i);
	}
	put(j, 4, "c_name_of_thirty_two_characters_", long_name, tcp(SEGMENT_SYN, 0, 0), 0);
	verdict(j, EVENT_DROPPED, 4, 0,
		"\x1b[2J because of a reason that is much too long to be told");
	add(j, (struct event){ .kind = EVENT_MARK, .text = "\x1b[2J \xc3\xbc \xe6\x97\xa5 mark" });
	for (int i = 0; i < 4; i++) {
		text_clear(&out);
		assert_int_equal(ladder_format(j,
					 &(struct ladder_options){ .ascii = i % 2, .raw = i / 2 },
					 &out, &d),
			0);
		assert_narrow(text_get(&out));
		if (i % 2)
			for (size_t n = 0; n < out.len; n++)
				assert_true((unsigned char)out.s[n] < 0x7f);
		else
			assert_non_null(strstr(text_get(&out), "?[2J \xc3\xbc ? mark"));
	}
	text_done(&out);
}

/* What is far above the lines that are drawn is not kept, but what becomes of it late is told all the same. */
static void what_is_far_above_is_not_needed(void **state)
{
	struct journal *j = *state;

	make_pair(j);
	shake_hands(j);
	put(j, 1000, "c", "a", with_data(tcp(SEGMENT_ACK, 1, 1), "x", 1), 0);
	verdict(j, EVENT_HELD, 1000, 0, NULL);
	put(j, 1001, "c", "a", with_data(tcp(SEGMENT_ACK, 2, 1), "x", 1), 0);
	for (uint64_t number = 2000; number < 3000; number++) {
		put(j, number, "c", "a", with_data(tcp(SEGMENT_ACK, 3, 1), "x", 1), 0);
		deliver(j, number);
	}
	deliver(j, 1000);
	verdict(j, EVENT_DROPPED, 1001, 0, "too late");
	assert_drawn(j, &(struct ladder_options){ .ascii = true, .most = 3 },
		"          c                                            l, a\n"
		"    ms  main                                          server\n"
		"(1007 lines before; `ladder all` draws all)\n"
		"   0.0    |--- #2998 ACK seq 3 ack 1 len 1 \"x\" --------->|\n"
		"   0.0    |--- #2999 ACK seq 3 ack 1 len 1 \"x\" --------->|\n"
		"   0.0    |                ... #1000 ACK after 0.0 ms -->|\n"
		"... on the wire\n");
}

#define LADDER_TEST(name) cmocka_unit_test_setup_teardown(name, journal_open, journal_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LADDER_TEST(empty_journal_says_so),
		LADDER_TEST(handshake_is_read_at_a_glance),
		LADDER_TEST(utf8_draws_lines),
		LADDER_TEST(held_segment_stops_and_goes_on),
		LADDER_TEST(lost_segment_is_sent_again_by_a_timer),
		LADDER_TEST(repeats_of_what_is_held_are_not_drawn),
		LADDER_TEST(copies_and_forgeries_begin_off_the_lifeline),
		LADDER_TEST(strangers_of_a_flood_share_a_lifeline),
		LADDER_TEST(simultaneous_open_shows_the_crossing),
		LADDER_TEST(self_connect_is_one_lifeline_with_loops),
		LADDER_TEST(call_that_slept_returns_with_what_woke_it),
		LADDER_TEST(hosts_can_be_the_columns),
		LADDER_TEST(many_sockets_of_a_process_share_its_lifeline),
		LADDER_TEST(process_alone_brings_its_peers),
		LADDER_TEST(sides_stay_from_one_ladder_to_the_next),
		LADDER_TEST(little_room_leaves_the_numbers),
		LADDER_TEST(narrow_terminal_is_not_overrun),
		LADDER_TEST(narrow_terminal_cuts_no_state),
		LADDER_TEST(too_many_and_unknown_names_are_refused),
		LADDER_TEST(beginning_in_the_middle_tells_the_states),
		LADDER_TEST(reset_begins_anew),
		LADDER_TEST(hostile_words_stay_in_their_columns),
		LADDER_TEST(what_is_far_above_is_not_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
