/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hold, step, release and drop do to what is on the wire. */
#include <errno.h>

#include "wire_bench.h"

static const struct match syn = { .must = SEGMENT_SYN };
static const struct match data = { .must = MATCH_DATA };

/* ---- holding ---- */

static void hold_all_keeps_and_journals_each(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	assert_rules(b, "hold any: 0 hits\n");
	send_numbered(b, 2);
	wire_pump(b->wire);
	assert_arrived(b, 1, "");
	assert_true(wire_idle(b->wire));
	event_at(b, 1, EVENT_SEGMENT);
	assert_true(assert_verdict(b, 2, EVENT_HELD, 1, 1, "right")->verdict.held);
	event_at(b, 3, EVENT_SEGMENT);
	assert_verdict(b, 4, EVENT_HELD, 2, 3, "right");
	assert_int_equal(nth(b, 1)->standing, PACKET_HELD);
}

static void hold_with_match_lets_the_others_overtake(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, &syn, 0);
	assert_rules(b, "hold syn: 0 hits\n");
	send_flags(b, 0, SEGMENT_SYN, 1, 0);
	send_flags(b, 0, SEGMENT_SYN | SEGMENT_ACK, 2, 0);
	send_flags(b, 0, SEGMENT_ACK, 3, 4);
	wire_pump(b->wire);
	assert_arrived(b, 1, "2 3 ");
	assert_int_equal(nth(b, 0)->number, 1);
	assert_null(nth(b, 1));
}

static void hold_does_not_touch_what_is_on_its_way(void **state)
{
	struct bench *b = *state;

	send_numbered(b, 1);
	wire_drain(b->wire);
	rule(b, RULE_HOLD, NULL, 0);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
}

static void step_lets_the_oldest_go(void **state)
{
	struct bench *b = *state;
	const struct event *delivered;

	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 3);
	wire_pump(b->wire);
	assert_int_equal(wire_step(b->wire, 0, NULL, 1), 1);
	assert_false(wire_idle(b->wire));
	assert_arrived(b, 1, "");
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
	delivered = assert_verdict(b, journal_last(b->journal), EVENT_DELIVERED, 1, 1, "right");
	assert_true(delivered->verdict.held);
	assert_int_equal(wire_step(b->wire, 0, NULL, 5), 2);
	wire_pump(b->wire);
	assert_arrived(b, 1, "2 3 ");
	assert_int_equal(wire_step(b->wire, 0, NULL, 1), 0);
	assert_rules(b, "hold any: 3 hits\n");
}

static void step_by_number_takes_that_one_only(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 3);
	wire_pump(b->wire);
	assert_int_equal(wire_step(b->wire, 3, NULL, 1), 1);
	assert_int_equal(wire_step(b->wire, 3, NULL, 1), 0); /* it is on its way */
	wire_pump(b->wire);
	assert_arrived(b, 1, "3 ");
	assert_int_equal(wire_step(b->wire, 3, NULL, 1), 0);
	assert_int_equal(wire_step(b->wire, 99, NULL, 1), 0);
	assert_int_equal(wire_step(b->wire, 1, NULL, 5), 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
}

static void step_by_match_takes_count_that_match(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	send_flags(b, 0, SEGMENT_SYN, 1, 0);
	send_flags(b, 0, SEGMENT_ACK, 2, 4);
	send_flags(b, 0, SEGMENT_ACK, 6, 4);
	send_flags(b, 0, SEGMENT_ACK, 10, 4);
	wire_pump(b->wire);
	assert_int_equal(wire_step(b->wire, 0, &data, 2), 2);
	wire_pump(b->wire);
	assert_arrived(b, 1, "2 6 ");
	assert_int_equal(wire_step(b->wire, 1, &data, 1), 0); /* #1 is no data */
	assert_int_equal(wire_step(b->wire, 0, &syn, 2), 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
}

static void release_ends_holding_oldest_first(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, &syn, 0);
	rule(b, RULE_DROP, &syn, 1);
	rule(b, RULE_HOLD, &data, 0);
	send_numbered(b, 3);
	wire_pump(b->wire);
	assert_int_equal(wire_release(b->wire), 3);
	assert_rules(b, "drop syn x1: 0 hits\n");
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 2 3 ");
	assert_int_equal(wire_release(b->wire), 0);
	send_flags(b, 0, SEGMENT_ACK, 4, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "4 ");
}

/* What is let go stays before what came after it, wherever it stands in the list. */
static void release_behind_a_closed_door_keeps_order(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, &syn, 0);
	b->shut[1] = true;
	send_flags(b, 0, SEGMENT_ACK, 1, 1);
	send_flags(b, 0, SEGMENT_SYN, 2, 0);
	send_flags(b, 0, SEGMENT_ACK, 3, 1);
	wire_pump(b->wire);
	assert_int_equal(wire_release(b->wire), 1);
	b->shut[1] = false;
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 2 3 ");
}

/* Also when they have changed places meanwhile. */
static void release_of_what_was_swapped_keeps_to_what_came_after(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, &syn, 0);
	b->shut[1] = true;
	for (uint32_t seq = 1; seq <= 6; seq++)
		send_flags(b, 0, seq % 2 ? SEGMENT_ACK : SEGMENT_SYN, seq, seq % 2);
	wire_pump(b->wire);
	assert_int_equal(wire_swap(b->wire, 2, 6, 0), 0);
	assert_int_equal(wire_release(b->wire), 3);
	b->shut[1] = false;
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 2 3 4 5 6 ");
}

/* The last event is what became of a SYN that was sent again. */
static void assert_again(struct bench *b, enum event_kind kind)
{
	send_flags(b, 0, SEGMENT_SYN, 1, 0);
	wire_pump(b->wire);
	event_at(b, journal_last(b->journal), kind);
}

static void nothing_is_sent_again_as_long_as_one_of_them_is_held(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, &syn, 0)->once = true;
	send_flags(b, 0, SEGMENT_SYN, 1, 0);
	wire_pump(b->wire);
	assert_again(b, EVENT_DROPPED);
	assert_int_equal(wire_duplicate(b->wire, 1, 0), 0); /* number 3 */
	assert_int_equal(wire_drop(b->wire, 1, 0), 0);
	assert_again(b, EVENT_DROPPED);
	assert_int_equal(wire_step(b->wire, 3, NULL, 1), 1);
	assert_again(b, EVENT_DELIVERED); /* #3: the SYN itself is held anew */
	assert_int_equal(wire_release(b->wire), 1);
	assert_again(b, EVENT_DELIVERED);
}

/* Everybody has 127.0.0.1: what one host has held is nobody else's. */
static void what_is_sent_again_on_another_host_goes_on(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64];
	size_t len = build(packet, "127.0.0.1", "127.0.0.1", SEGMENT_SYN, 1, 0);

	rule(b, RULE_HOLD, &syn, 1)->once = true;
	leave(b, 0, packet, len);
	wire_pump(b->wire);
	leave(b, 1, packet, len);
	wire_pump(b->wire);
	leave(b, 1, packet, len);
	wire_pump(b->wire);
	event_at(b, journal_last(b->journal), EVENT_DELIVERED);
	leave(b, 0, packet, len);
	wire_pump(b->wire);
	event_at(b, journal_last(b->journal), EVENT_DROPPED);
}

/* ---- many ---- */

/* Nanoseconds of a processor for each of so many conversations whose SYN is held, sent again, and released. */
static uint64_t cost_of_one(uint32_t conversations)
{
	struct timespec begin, end;
	void *state = NULL;
	struct bench *b;

	bench_open(&state);
	b = state;
	rule(b, RULE_HOLD, NULL, 0);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
	for (uint32_t i = 0; i < 2 * conversations; i++) {
		uint8_t packet[HEADERS + 64];
		size_t len = build(packet, "10.0.0.1", "10.0.0.2", SEGMENT_SYN, 1, 0);

		packet[20] = (uint8_t)(i % conversations >> 8); /* its port */
		packet[21] = (uint8_t)(i % conversations);
		leave(b, 0, packet, len);
		wire_drain(b->wire);
	}
	assert_int_equal(wire_release(b->wire), 2 * conversations);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	bench_close(&state);
	return (uint64_t)((end.tv_sec - begin.tv_sec) * 1000000000 + end.tv_nsec - begin.tv_nsec) /
		conversations;
}

/* It was a hundred times as much when each packet that was sent again or let go was looked for a place among all. */
static void held_packet_costs_no_more_among_many(void **state)
{
	uint64_t few = UINT64_MAX, many = UINT64_MAX;

	(void)state;
	for (int i = 0; i < 3; i++) { /* the least: whatever else this machine does */
		uint64_t cost = cost_of_one(500);

		few = cost < few ? cost : few;
		cost = cost_of_one(8000);
		many = cost < many ? cost : many;
	}
	assert_true(many < 6 * few);
}

/* ---- dropping ---- */

static void drop_by_hand_loses_that_one_with_its_cause(void **state)
{
	struct bench *b = *state;
	const struct event *dropped;

	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 2);
	wire_pump(b->wire);
	assert_int_equal(wire_drop(b->wire, 2, 55), 0);
	dropped = assert_verdict(b, 5, EVENT_DROPPED, 2, 55, "right");
	assert_string_equal(dropped->text, "by hand");
	assert_true(dropped->verdict.held);
	assert_int_equal(wire_drop(b->wire, 2, 55), -ENOENT);
	assert_int_equal(wire_drop(b->wire, 1, 0), 0);
	assert_verdict(b, 6, EVENT_DROPPED, 1, 1, "right"); /* no cause given: the segment itself */
	assert_int_equal(wire_release(b->wire), 0);
	/* the last of the list is gone: the next one has to find its place */
	send_flags(b, 0, SEGMENT_ACK, 3, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "3 ");
}

static void drop_by_hand_of_what_is_not_held_is_enoent(void **state)
{
	struct bench *b = *state;

	send_numbered(b, 1);
	wire_drain(b->wire);
	assert_int_equal(wire_drop(b->wire, 1, 0), -ENOENT);
	assert_int_equal(wire_drop(b->wire, 2, 0), -ENOENT);
	assert_int_equal(wire_drop(b->wire, 0, 0), -ENOENT);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
}

static void drop_rule_loses_count_then_lets_pass(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_DROP, &syn, 2);
	for (uint32_t i = 0; i < 3; i++) {
		send_flags(b, 0, SEGMENT_SYN, 7, 0);
		send_flags(b, 0, SEGMENT_ACK, 8, 1);
	}
	wire_pump(b->wire);
	assert_arrived(b, 1, "8 8 7 8 ");
	assert_rules(b, "drop syn x2: 2 hits\n");
	assert_string_equal(assert_verdict(b, 2, EVENT_DROPPED, 1, 1, "right")->text,
		"rule 1: drop syn x2");
	assert_told(b,
		"sent 7@0 sent 8@0 sent again 7@0 sent again 8@0 sent again 7@0 sent again 8@0 "
		"delivered 8@1 delivered 8@1 delivered 7@1 delivered 8@1 ");
}

static void drop_rule_goes_before_an_older_hold(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	rule(b, RULE_DROP, &data, 1);
	assert_rules(b, "hold any: 0 hits\ndrop data x1: 0 hits\n");
	send_numbered(b, 2);
	wire_pump(b->wire);
	assert_verdict(b, 2, EVENT_DROPPED, 1, 1, "right");
	assert_verdict(b, 4, EVENT_HELD, 2, 3, "right");
	assert_arrived(b, 1, "");
}

/* The sanitizer sees what wire_free() forgets. */
static void free_with_held_and_pending_leaks_nothing(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, &syn, 0);
	rule(b, RULE_DROP, NULL, 1);
	send_numbered(b, 3);
	send_flags(b, 1, SEGMENT_SYN, 9, 0);
	wire_drain(b->wire);
	assert_non_null(nth(b, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(hold_all_keeps_and_journals_each),
		WIRE_TEST(hold_with_match_lets_the_others_overtake),
		WIRE_TEST(hold_does_not_touch_what_is_on_its_way),
		WIRE_TEST(step_lets_the_oldest_go),
		WIRE_TEST(step_by_number_takes_that_one_only),
		WIRE_TEST(step_by_match_takes_count_that_match),
		WIRE_TEST(release_ends_holding_oldest_first),
		WIRE_TEST(release_behind_a_closed_door_keeps_order),
		WIRE_TEST(release_of_what_was_swapped_keeps_to_what_came_after),
		WIRE_TEST(nothing_is_sent_again_as_long_as_one_of_them_is_held),
		WIRE_TEST(what_is_sent_again_on_another_host_goes_on),
		cmocka_unit_test(held_packet_costs_no_more_among_many),
		WIRE_TEST(drop_by_hand_loses_that_one_with_its_cause),
		WIRE_TEST(drop_by_hand_of_what_is_not_held_is_enoent),
		WIRE_TEST(drop_rule_loses_count_then_lets_pass),
		WIRE_TEST(drop_rule_goes_before_an_older_hold),
		WIRE_TEST(free_with_held_and_pending_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
