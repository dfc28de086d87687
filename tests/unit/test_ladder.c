/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole drawings of journals written by hand. */
#include <errno.h>
#include <signal.h>

#include "ladder_bench.h"

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
		LADDER_TEST(simultaneous_open_shows_the_crossing),
		LADDER_TEST(call_that_slept_returns_with_what_woke_it),
		LADDER_TEST(little_room_leaves_the_numbers),
		LADDER_TEST(beginning_in_the_middle_tells_the_states),
		LADDER_TEST(reset_begins_anew),
		LADDER_TEST(hostile_words_stay_in_their_columns),
		LADDER_TEST(what_is_far_above_is_not_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
