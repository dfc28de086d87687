/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the wire remembers of a conversation: how far each direction has come, what a forged segment changes of
 * that, and what is sent again out of a long transfer. Relative numbers are in test_match.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "at.h"
#include "wire/flow.h"

#define SYN SEGMENT_SYN
#define FIN SEGMENT_FIN
#define ACK SEGMENT_ACK

static int table_open(void **state)
{
	*state = flow_table_new();
	return 0;
}

static int table_close(void **state)
{
	flow_table_free(*state);
	return 0;
}

/* A segment of the client (back: of the server). */
static struct segment segment(bool back, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	const struct address client = at("10.0.0.1", 1000), server = at("10.0.0.2", 80);

	return (struct segment){ .kind = SEGMENT_TCP,
		.src = back ? server : client,
		.dst = back ? client : server,
		.flags = flags,
		.seq = seq,
		.ack = ack,
		.payload_len = len };
}

static uint64_t see(struct flow_table *table, struct segment s, uint64_t number)
{
	return flow_table_see(table, &s, 0, number, 0);
}

static uint64_t see_train(struct flow_table *table, struct segment s, uint64_t number,
	uint16_t piece)
{
	return flow_table_see(table, &s, 0, number, piece);
}

static void assert_place(const struct flow_table *table, bool back, uint32_t base, uint32_t next,
	uint32_t acked)
{
	const struct segment s = segment(back, 0, 0, 0, 0);
	struct flow_place place;

	assert_true(flow_table_place(table, &s.src, &s.dst, 0, &place));
	assert_int_equal(place.base, base);
	assert_int_equal(place.next, next);
	assert_int_equal(place.acked, acked);
}

static bool is_known(const struct flow_table *table, bool back)
{
	const struct segment s = segment(back, 0, 0, 0, 0);
	struct flow_place place;

	return flow_table_place(table, &s.src, &s.dst, 0, &place);
}

static void handshake(struct flow_table *table)
{
	see(table, segment(false, SYN, 5000, 0, 0), 1);
	see(table, segment(true, SYN | ACK, 900, 5001, 0), 2);
	see(table, segment(false, ACK, 5001, 901, 0), 3);
}

/* ---- places ---- */

static void place_of_nothing_is_unknown(void **state)
{
	struct flow_place place = { 1, 2, 3 };
	const struct segment s = segment(false, 0, 0, 0, 0);

	assert_false(flow_table_place(*state, &s.src, &s.dst, 0, &place));
	assert_int_equal(place.base, 1); /* untouched */
	see(*state, segment(false, SYN, 5000, 0, 0), 1);
	assert_true(is_known(*state, false));
	assert_false(is_known(*state, true)); /* it has not answered */
}

static void place_follows_what_is_sent_and_acknowledged(void **state)
{
	see(*state, segment(false, SYN, 5000, 0, 0), 1);
	assert_place(*state, false, 5000, 5001, 5000);
	see(*state, segment(true, SYN | ACK, 900, 5001, 0), 2);
	assert_place(*state, false, 5000, 5001, 5001);
	assert_place(*state, true, 900, 901, 900);
	see(*state, segment(false, ACK, 5001, 901, 10), 3);
	see(*state, segment(false, ACK | FIN, 5011, 901, 5), 4);
	assert_place(*state, false, 5000, 5017, 5001);
	assert_place(*state, true, 900, 901, 901);
	/* what is sent again, and an old ACK, change nothing */
	see(*state, segment(false, ACK, 5001, 901, 10), 5);
	see(*state, segment(true, ACK, 901, 5011, 0), 6);
	see(*state, segment(true, ACK, 901, 5001, 0), 7);
	assert_place(*state, false, 5000, 5017, 5011);
}

/* A conversation of host 1 with itself, between 127.0.0.1 and its other address. */
static void one_loopback_end_is_of_its_host(void **state)
{
	const struct segment_options scale = { .present = OPTION_WINDOW_SCALE, .window_scale = 7 };
	struct segment syn = segment(false, SYN, 5000, 0, 0), syn_ack, ack;
	struct flow_place place;

	syn.src = at("127.0.0.1", 1000);
	syn.options = scale;
	flow_table_see(*state, &syn, 1, 1, 0);
	syn_ack = segment(true, SYN | ACK, 900, 5001, 0);
	syn_ack.dst = syn.src;
	syn_ack.options = scale;
	flow_table_see(*state, &syn_ack, 1, 2, 0);
	assert_int_equal(syn_ack.ack_rel, 1);
	ack = segment(false, ACK, 5001, 901, 0);
	ack.src = syn.src;
	flow_table_see(*state, &ack, 1, 3, 0);
	assert_int_equal(ack.window_shift, 7);
	assert_true(flow_table_place(*state, &syn.src, &syn.dst, 1, &place));
	assert_int_equal(place.acked, 5001);
	assert_false(flow_table_place(*state, &syn.src, &syn.dst, 2, &place));
}

static void place_goes_round_the_end_of_the_numbers(void **state)
{
	see(*state, segment(false, SYN, 0xfffffffe, 0, 0), 1);
	see(*state, segment(false, ACK, 0xffffffff, 901, 10), 2);
	see(*state, segment(true, ACK, 901, 4, 0), 3);
	assert_place(*state, false, 0xfffffffe, 9, 4);
}

static void place_of_loopback_is_each_hosts_own(void **state)
{
	struct segment s = segment(false, SYN, 5000, 0, 0);
	struct flow_place place;

	s.src = at("127.0.0.1", 1000);
	s.dst = at("127.0.0.1", 80);
	flow_table_see(*state, &s, 0, 1, 0);
	s.seq = 70000;
	flow_table_see(*state, &s, 1, 2, 0);
	assert_true(flow_table_place(*state, &s.src, &s.dst, 0, &place));
	assert_int_equal(place.base, 5000);
	assert_true(flow_table_place(*state, &s.src, &s.dst, 1, &place));
	assert_int_equal(place.base, 70000);
	assert_false(flow_table_place(*state, &s.src, &s.dst, 2, &place));
}

/* ---- forged ---- */

static void forged_by_nobody_else_counts_on(void **state)
{
	struct segment s = segment(false, SYN, 5000, 0, 0);

	flow_table_forged(*state, &s, 0, true);
	assert_int_equal(s.seq_rel, 0);
	assert_place(*state, false, 5000, 5001, 5000);
	see(*state, segment(true, SYN | ACK, 900, 5001, 0), 2);
	s = segment(false, ACK, 5001, 901, 10);
	flow_table_forged(*state, &s, 0, true);
	assert_int_equal(s.seq_rel, 1);
	assert_int_equal(s.ack_rel, 1);
	assert_place(*state, false, 5000, 5011, 5001);
	assert_place(*state, true, 900, 901, 901);
}

static void forged_in_a_hosts_name_changes_nothing(void **state)
{
	struct segment s = segment(false, ACK, 5001, 901, 100);

	handshake(*state);
	flow_table_forged(*state, &s, 0, false);
	assert_int_equal(s.seq_rel, 1); /* it reads as the host's own do */
	assert_int_equal(s.ack_rel, 1);
	assert_place(*state, false, 5000, 5001, 5001);
	s = segment(false, SYN, 80000, 0, 0); /* nor does a SYN begin anew */
	flow_table_forged(*state, &s, 0, false);
	assert_int_equal(s.seq_base, 5000);
	assert_place(*state, false, 5000, 5001, 5001);
	assert_place(*state, true, 900, 901, 901);
	/* the host's own data is the first, not a repetition of the forgery */
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 10), 4), 0);
}

static void forged_where_nothing_is_known_stays_absolute(void **state)
{
	struct segment s = segment(false, ACK, 5001, 901, 100);

	flow_table_forged(*state, &s, 0, false);
	assert_int_equal(s.seq_rel, 5001);
	assert_int_equal(s.ack_rel, 901);
	assert_false(is_known(*state, false));
	assert_false(is_known(*state, true));
}

/* Who comes back after a forgery in his name repeats nothing he has sent: the forgery has no number here. */
static void forgery_is_never_the_one_repeated(void **state)
{
	struct segment s = segment(false, ACK, 5001, 901, 100);

	handshake(*state);
	flow_table_forged(*state, &s, 0, true);
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 100), 4), 0);
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 100), 5), 4);
	s = segment(false, ACK, 5001, 901, 100);
	flow_table_forged(*state, &s, 0, true);
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 100), 6), 5);
}

/* ---- sent again ---- */

/* A hole at the beginning of a window is filled when all behind it was sent: 64 kB are 45 segments, 6 MB of
 * tcp_rmem 4109. */
static void first_of_a_whole_window_is_known_again(void **state)
{
	uint64_t number = 3;
	uint32_t seq = 5001;

	handshake(*state);
	for (; seq < 5001 + 4096 * 1460; seq += 1460)
		assert_int_equal(see(*state, segment(false, ACK, seq, 901, 1460), ++number), 0);
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 1460), 10000), 4);
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 1460), 10001), 10000);
	assert_int_equal(see(*state, segment(false, ACK, 5001 + 99 * 1460, 901, 1460), 10002), 103);
	/* and what comes then is new */
	assert_int_equal(see(*state, segment(false, ACK, seq, 901, 1460), 10003), 0);
}

/* Longer ago than fits in a window: it is not known whose it was, and none is named in its place. */
static void what_is_no_longer_remembered_is_not_named(void **state)
{
	handshake(*state);
	for (uint32_t i = 0; i < 5000; i++)
		see(*state, segment(false, ACK, 5001 + i * 10, 901, 10), 4 + i);
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 10), 10000), 0);
	assert_int_equal(see(*state, segment(false, ACK, 5001 + 4000 * 10, 901, 10), 10001), 4004);
}

/* net/ipv4/tcp_output.c tcp_retrans_try_collapse(): small ones are sent again as one. */
static void two_joined_are_a_repetition_of_the_first(void **state)
{
	handshake(*state);
	see(*state, segment(false, ACK, 5001, 901, 3), 4);
	see(*state, segment(false, ACK, 5004, 901, 3), 5);
	see(*state, segment(false, ACK | FIN, 5007, 901, 0), 6);
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 6), 7), 4);
	assert_int_equal(see(*state, segment(false, ACK | FIN, 5001, 901, 6), 8), 7);
	assert_int_equal(see(*state, segment(false, ACK | FIN, 5004, 901, 3), 9), 8);
	/* the FIN alone */
	assert_int_equal(see(*state, segment(false, ACK | FIN, 5007, 901, 0), 10), 9);
}

/* RFC 7413: the data of a SYN that was not acknowledged with it is sent again behind the handshake. */
static void part_of_a_train_sent_again_is_a_repetition_of_that_part(void **state)
{
	const struct segment train = segment(false, ACK, 5001, 901, 250);

	handshake(*state);
	assert_true(flow_table_continues(*state, &train, 0));
	assert_int_equal(see_train(*state, train, 4, 100), 0); /* 4, 5 and 6 */
	assert_false(flow_table_continues(*state, &train, 0));
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 100), 7), 4);
	assert_int_equal(see(*state, segment(false, ACK, 5101, 901, 100), 8), 5);
	assert_int_equal(see(*state, segment(false, ACK, 5240, 901, 10), 9), 6);
	assert_int_equal(see(*state, segment(false, ACK, 5251, 901, 10), 10), 0);
}

static void data_of_a_syn_sent_again_is_a_repetition(void **state)
{
	see(*state, segment(false, SYN, 5000, 0, 5), 1);
	see(*state, segment(true, SYN | ACK, 900, 5001, 0), 2);
	assert_int_equal(see(*state, segment(false, ACK, 5001, 901, 5), 3), 1);
}

static void new_connection_has_repeated_nothing(void **state)
{
	handshake(*state);
	for (uint32_t i = 0; i < 4096; i++)
		see(*state, segment(false, ACK, 5001 + i, 901, 1), 4 + i);
	see(*state, segment(false, SYN, 9000, 0, 0), 5000); /* within what the old one sent */
	assert_int_equal(see(*state, segment(false, ACK, 9001, 901, 20), 5001), 0);
	assert_int_equal(see(*state, segment(false, ACK, 9001, 901, 20), 5002), 5001);
	assert_int_equal(see(*state, segment(false, ACK, 8990, 901, 5), 5003), 0);
}

/* ---- windows ---- */

static uint32_t window_of(struct flow_table *table, struct segment s, bool offers, uint8_t shift)
{
	s.window = 100;
	s.options.present = offers ? OPTION_WINDOW_SCALE : 0;
	s.options.window_scale = shift;
	flow_table_see(table, &s, 0, 1, 0);
	return segment_window(&s);
}

/* RFC 7323 2.2, 2.3 */
static void window_is_scaled_when_both_have_offered_it(void **state)
{
	assert_int_equal(window_of(*state, segment(false, SYN, 5000, 0, 0), true, 3), 100);
	assert_int_equal(window_of(*state, segment(true, SYN | ACK, 900, 5001, 0), true, 20), 100);
	assert_int_equal(window_of(*state, segment(false, ACK, 5001, 901, 0), false, 0), 800);
	assert_int_equal(window_of(*state, segment(true, ACK, 901, 5001, 0), false, 0), 100 << 14);
	/* the next connection between them does without */
	assert_int_equal(window_of(*state, segment(false, SYN, 70000, 0, 0), true, 3), 100);
	assert_int_equal(window_of(*state, segment(true, ACK, 901, 70001, 0), false, 0), 100);
	assert_int_equal(window_of(*state, segment(true, SYN | ACK, 9000, 70001, 0), false, 0),
		100);
	assert_int_equal(window_of(*state, segment(false, ACK, 70001, 9001, 0), false, 0), 100);
}

static void window_is_bare_where_the_syns_were_not_seen(void **state)
{
	assert_int_equal(window_of(*state, segment(false, ACK, 5001, 901, 0), false, 0), 100);
	assert_int_equal(window_of(*state, segment(true, ACK, 901, 5001, 0), false, 0), 100);
}

#define FLOW_TEST(name) cmocka_unit_test_setup_teardown(name, table_open, table_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW_TEST(place_of_nothing_is_unknown),
		FLOW_TEST(place_follows_what_is_sent_and_acknowledged),
		FLOW_TEST(one_loopback_end_is_of_its_host),
		FLOW_TEST(place_goes_round_the_end_of_the_numbers),
		FLOW_TEST(place_of_loopback_is_each_hosts_own),
		FLOW_TEST(forged_by_nobody_else_counts_on),
		FLOW_TEST(forged_in_a_hosts_name_changes_nothing),
		FLOW_TEST(forged_where_nothing_is_known_stays_absolute),
		FLOW_TEST(forgery_is_never_the_one_repeated),
		FLOW_TEST(first_of_a_whole_window_is_known_again),
		FLOW_TEST(what_is_no_longer_remembered_is_not_named),
		FLOW_TEST(two_joined_are_a_repetition_of_the_first),
		FLOW_TEST(part_of_a_train_sent_again_is_a_repetition_of_that_part),
		FLOW_TEST(data_of_a_syn_sent_again_is_a_repetition),
		FLOW_TEST(new_connection_has_repeated_nothing),
		FLOW_TEST(window_is_scaled_when_both_have_offered_it),
		FLOW_TEST(window_is_bare_where_the_syns_were_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
