/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose the columns of a ladder are, and what room they have: drawings of journals written by hand. */
#include <errno.h>

#include "ladder_bench.h"

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

static void listen_and_close(struct journal *j)
{
	struct event change = { .kind = EVENT_STATE,
		.subject = "l",
		.host = "localhost",
		.state = { .endpoint = 1, .from = STATE_CLOSED, .to = STATE_LISTEN } };

	change.state.local = at("127.0.0.1:81");
	make(j, 1, "l", "main");
	add(j, change);
	change.state.from = STATE_LISTEN;
	change.state.to = STATE_CLOSED;
	add(j, change);
}

/* A forged packet leaves no host, its answer does: both are at one place. And it is not the listener that answers, which
 * is there no more. */
static void place_that_answers_has_one_lifeline(void **state)
{
	struct journal *j = *state;
	struct event forged = { .kind = EVENT_FORGED, .wire.number = 1 };
	struct segment answer = tcp(SEGMENT_RST | SEGMENT_ACK, 0, 1);

	listen_and_close(j);
	forged.wire.segment = tcp(SEGMENT_SYN, 0, 0);
	forged.wire.segment.src = answer.dst = at("9.9.9.9:1");
	forged.wire.segment.dst = answer.src = at("127.0.0.1:81");
	add(j, forged);
	put(j, 2, NULL, NULL, answer, deliver(j, 1));
	verdict(j, EVENT_DROPPED, 2, 0, "no host has this address");
	assert_ascii(j,
		"        9.9.9.9:1                                                   127.0.0.1:81\n"
		"    ms  no socket                                                     no socket\n"
		"   0.0      |   ~~~ #1 forged SYN seq 0 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~>|\n"
		"   0.0      |    no host has this address XXX-- #2 RST/ACK seq 0 ack 1 ---|\n"
		"XXX lost   ~~~ forged\n");
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

/* A name that is given again is one column, and of its ports none is the one; what is left out is counted in words. */
static void name_given_again_has_no_one_port(void **state)
{
	static const char *const places[] = { "127.0.0.1:4001", "127.0.0.1:4002" };
	struct journal *j = *state;
	struct ladder_options options = { .ascii = true, .most = 2 };

	make(j, 1, "l", "server");
	for (uint32_t i = 0; i < 2; i++) {
		make(j, 2 + i, "c", "main");
		name(j, 2 + i, "c", "main", places[i], 4);
		put(j, 1 + i, "c", "l", tcp(SEGMENT_SYN, 0, 0), 0);
		deliver(j, 1 + i);
	}
	assert_drawn(j, &options,
		"                            c                                              l\n"
		"    ms              main 127.0.0.1:*                                    server\n"
		"(3 lines before; `ladder all` draws all)\n"
		"   0.0 socket() = 3  CLOSED |                                              |\n"
		"   0.0                      |--- #2 SYN seq 0 ---------------------------->|\n");
	make(j, 9, "d", "main");
	put(j, 3, "d", "l", tcp(SEGMENT_SYN, 0, 0), 0);
	options.names = (const char *const[]){ "c" };
	options.name_count = 1;
	options.most = 1;
	assert_drawn(j, &options,
		"                c                                              l\n"
		"    ms  main 127.0.0.1:*                                    server\n"
		"(4 lines before; `ladder all` draws all)\n"
		"   0.0          |--- #2 SYN seq 0 ---------------------------->|\n"
		"not shown: 1 packet of d; `ladder NAME ...` does\n");
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

static void listen_at_80(struct journal *j, uint32_t endpoint, const char *listener,
	const char *process)
{
	make(j, endpoint, listener, process);
	add(j,
		(struct event){ .kind = EVENT_STATE,
			.subject = listener,
			.host = "localhost",
			.state = { .endpoint = endpoint,
				.from = STATE_CLOSED,
				.to = STATE_LISTEN,
				.local = at("127.0.0.1:80") } });
}

/* What came for one of them is in no column of one of them, also not when it is known later. */
static void listeners_at_one_address_are_one_lifeline(void **state)
{
	static const char *const names[] = { "m" };
	struct journal *j = *state;
	struct ladder_options options = { .ascii = true },
			      of_m = { .names = names, .name_count = 1 };
	struct text drawn = TEXT_EMPTY;
	struct diag d = { 0 };
	struct segment syn = tcp(SEGMENT_SYN, 0, 0);

	syn.src = at("127.0.0.1:1000");
	syn.dst = at("127.0.0.1:80");
	listen_at_80(j, 1, "l", "server");
	listen_at_80(j, 2, "m", "other");
	make(j, 3, "c", "main");
	put(j, 1, "c", ":80", syn, 0);
	change(j, 4, ":80/?4", STATE_NONE, STATE_SYN_RECEIVED, deliver(j, 1));
	put(j, 2, ":80/?4", "c", tcp(SYN_ACK, 0, 1), 0);
	put(j, 3, "c", ":80/?4", tcp(SEGMENT_ACK, 1, 1), deliver(j, 2));
	deliver(j, 3);
	change(j, 4, "m/1", STATE_SYN_RECEIVED, STATE_ESTABLISHED, 0);
	assert_int_equal(ladder_format(j, &options, &drawn, &d), 0);
	assert_non_null(strstr(text_get(&drawn), " l, m, :80\n"));
	assert_non_null(strstr(text_get(&drawn), "| m/1 ESTABLISHED\n"));
	text_clear(&drawn);
	assert_int_equal(ladder_format(j, &of_m, &drawn, &d), 0);
	assert_non_null(strstr(text_get(&drawn), "#1 SYN"));
	text_done(&drawn);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		LADDER_TEST(strangers_of_a_flood_share_a_lifeline),
		LADDER_TEST(place_that_answers_has_one_lifeline),
		LADDER_TEST(self_connect_is_one_lifeline_with_loops),
		LADDER_TEST(hosts_can_be_the_columns),
		LADDER_TEST(many_sockets_of_a_process_share_its_lifeline),
		LADDER_TEST(name_given_again_has_no_one_port),
		LADDER_TEST(process_alone_brings_its_peers),
		LADDER_TEST(sides_stay_from_one_ladder_to_the_next),
		LADDER_TEST(narrow_terminal_is_not_overrun),
		LADDER_TEST(narrow_terminal_cuts_no_state),
		LADDER_TEST(listeners_at_one_address_are_one_lifeline),
		LADDER_TEST(too_many_and_unknown_names_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
