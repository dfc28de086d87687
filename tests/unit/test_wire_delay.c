/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a packet may go on: delay and rate. The times compared are those the wire has worked out; where
 * something must come due it is a matter of a millisecond, and of a deadline. */
#include <errno.h>

#include "base/clock.h"
#include "wire_bench.h"

#define HOUR_NS (3600 * NS_PER_S)
#define DEADLINE_NS (10 * NS_PER_S)
#define LEN (HEADERS + 1) /* bytes of what send_numbered() sends */

static const struct match syn = { .must = SEGMENT_SYN };

static struct rule *delay(struct bench *b, const struct match *match, uint64_t delay_ns,
	uint64_t jitter_ns, uint64_t seed)
{
	struct rule made = { .kind = RULE_DELAY,
		.delay_ns = delay_ns,
		.jitter_ns = jitter_ns,
		.seed = seed };

	if (match)
		made.match = *match;
	return rule_add(wire_rules(b->wire), &made);
}

static struct rule *rate(struct bench *b, uint64_t bits_per_s)
{
	return rule_add(wire_rules(b->wire),
		&(struct rule){ .kind = RULE_RATE, .bits_per_s = bits_per_s });
}

/* The packet with this number, which must be on the wire. */
static const struct wire_packet *packet(struct bench *b, uint64_t number)
{
	const struct wire_packet *p = wire_next(b->wire, NULL);

	while (p && p->number != number)
		p = wire_next(b->wire, p);
	assert_non_null(p);
	return p;
}

static uint64_t delay_of(struct bench *b, uint64_t number)
{
	return packet(b, number)->due_ns - packet(b, number)->sent_ns;
}

/* Pump until the wire is empty. */
static void pump_all(struct bench *b)
{
	uint64_t deadline_ns = clock_now_ns() + DEADLINE_NS;

	do {
		wire_pump(b->wire);
		assert_true(clock_now_ns() < deadline_ns);
	} while (wire_next(b->wire, NULL));
}

/* ---- delay ---- */

static void delay_rule_keeps_it_until_it_is_due(void **state)
{
	struct bench *b = *state;
	const struct event *delayed;

	assert_int_equal(wire_due_ns(b->wire), 0);
	delay(b, NULL, HOUR_NS, 0, 1);
	send_numbered(b, 2);
	wire_pump(b->wire);
	assert_arrived(b, 1, "");
	assert_true(wire_idle(b->wire)); /* nothing to do before it is due */
	assert_int_equal(nth(b, 0)->standing, PACKET_DELAYED);
	assert_int_equal(delay_of(b, 1), HOUR_NS);
	assert_int_equal(wire_due_ns(b->wire), packet(b, 1)->due_ns);
	delayed = assert_verdict(b, 2, EVENT_DELAYED, 1, 1, "right");
	assert_int_equal(delayed->verdict.delay_ns, HOUR_NS);
	assert_string_equal(delayed->text, "rule 1: delay any 3600s");
	assert_int_equal(wire_step(b->wire, 0, NULL, 5), 0); /* delayed is not held */
	assert_int_equal(wire_drop(b->wire, 1, 0), -ENOENT);
}

static void delay_over_lets_it_go(void **state)
{
	struct bench *b = *state;
	const struct event *delivered;

	delay(b, &syn, NS_PER_MS, 0, 1);
	send_flags(b, 0, SEGMENT_SYN, 1, 0);
	send_flags(b, 0, SEGMENT_ACK, 2, 1);
	pump_all(b);
	assert_arrived(b, 1, "2 1 ");
	assert_int_equal(wire_due_ns(b->wire), 0);
	delivered = assert_verdict(b, journal_last(b->journal), EVENT_DELIVERED, 1, 1, "right");
	assert_true(delivered->verdict.on_wire_ns >= NS_PER_MS);
	assert_true(delivered->verdict.held); /* so that its time is told */
}

/* Packets 1, 2 and 3, each with a delay of its own. */
static void send_delayed(struct bench *b, const uint64_t delays_ns[3])
{
	for (uint32_t i = 0; i < 3; i++) {
		delay(b, NULL, delays_ns[i], 0, 1)->count = 1;
		send_flags(b, 0, SEGMENT_ACK, i + 1, 1);
		wire_drain(b->wire);
	}
}

static void delayed_are_listed_in_the_order_they_are_due(void **state)
{
	struct bench *b = *state;

	send_delayed(b, (const uint64_t[]){ 3 * HOUR_NS, 1 * HOUR_NS, 2 * HOUR_NS });
	assert_int_equal(nth(b, 0)->number, 2);
	assert_int_equal(nth(b, 1)->number, 3);
	assert_int_equal(nth(b, 2)->number, 1);
	assert_int_equal(wire_due_ns(b->wire), packet(b, 2)->due_ns);
}

static void delayed_arrive_in_the_order_they_are_due(void **state)
{
	struct bench *b = *state;
	struct text expected = TEXT_EMPTY;

	send_delayed(b, (const uint64_t[]){ 3 * NS_PER_MS, 1 * NS_PER_MS, 2 * NS_PER_MS });
	/* 2 3 1, unless the machine stood still between their sendings */
	for (size_t i = 0; i < 3; i++) {
		assert_true(!i || nth(b, i - 1)->due_ns <= nth(b, i)->due_ns);
		text_printf(&expected, "%u ", nth(b, i)->segment.seq);
	}
	pump_all(b);
	assert_arrived(b, 1, text_get(&expected));
	text_done(&expected);
}

static void delayed_by_the_same_stay_in_the_order_they_came(void **state)
{
	struct bench *b = *state;

	/* due at the same nanosecond, whatever the clock does between them */
	delay(b, NULL, HOUR_NS, 0, 1);
	rule(b, RULE_DUPLICATE, NULL, 0);
	send_numbered(b, 2);
	wire_drain(b->wire);
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(nth(b, i)->number, i + 1);
	assert_int_equal(packet(b, 1)->due_ns, packet(b, 2)->due_ns);
	/* and each is told, with what is left for it */
	assert_verdict(b, 3, EVENT_DELAYED, 1, 1, "right");
	assert_int_equal(assert_verdict(b, 4, EVENT_DELAYED, 2, 2, "right")->verdict.delay_ns,
		delay_of(b, 2));
}

static void delay_of_nothing_is_none_for_a_copy_either(void **state)
{
	struct bench *b = *state;

	delay(b, NULL, 0, 0, 1);
	rule(b, RULE_DUPLICATE, NULL, 0);
	send_numbered(b, 1);
	pump_all(b);
	assert_arrived(b, 1, "1 1 ");
	assert_verdict(b, 4, EVENT_DELAYED, 2, 2, "right");
	assert_int_equal(event_at(b, 4, EVENT_DELAYED)->verdict.delay_ns, 0);
}

static void same_seed_gives_the_same_delays(void **state)
{
	struct bench *b = *state;
	uint64_t first[20];
	bool spread = false, other = false;

	for (int time = 0; time < 3; time++) {
		struct rule *r = delay(b, NULL, HOUR_NS, HOUR_NS / 2, time < 2 ? 7 : 8);
		uint64_t before = wire_last_number(b->wire);

		send_numbered(b, 20);
		wire_drain(b->wire);
		for (uint64_t i = 0; i < 20; i++) {
			uint64_t got = delay_of(b, before + 1 + i);

			assert_in_range(got, HOUR_NS / 2, HOUR_NS + HOUR_NS / 2);
			if (time == 0)
				first[i] = got;
			else if (time == 1)
				assert_int_equal(got, first[i]);
			else
				other |= got != first[i];
			spread |= got != first[0];
		}
		assert_int_equal(rule_remove(wire_rules(b->wire), r->number), 0);
	}
	assert_true(spread); /* they differ, or there is no jitter */
	assert_true(other); /* another seed, others */
}

static void held_and_delayed_goes_when_both_are_over(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	delay(b, &syn, HOUR_NS, 0, 1);
	send_flags(b, 0, SEGMENT_SYN, 1, 0);
	send_flags(b, 0, SEGMENT_ACK, 2, 1);
	wire_pump(b->wire);
	assert_verdict(b, 2, EVENT_DELAYED, 1, 1, "right");
	assert_verdict(b, 3, EVENT_HELD, 1, 1, "right");
	assert_int_equal(packet(b, 1)->standing, PACKET_HELD);
	assert_int_equal(wire_due_ns(b->wire), 0); /* it would not go then */
	assert_int_equal(wire_release(b->wire), 2);
	assert_int_equal(packet(b, 1)->standing, PACKET_DELAYED);
	assert_int_equal(delay_of(b, 1), HOUR_NS);
	wire_pump(b->wire);
	assert_arrived(b, 1, "2 ");
	assert_int_equal(wire_due_ns(b->wire), packet(b, 1)->due_ns);
}

static void held_longer_than_delayed_goes_at_once(void **state)
{
	struct bench *b = *state;
	uint64_t due_ns;

	rule(b, RULE_HOLD, NULL, 0);
	delay(b, NULL, NS_PER_MS, 0, 1);
	send_numbered(b, 1);
	wire_pump(b->wire);
	due_ns = packet(b, 1)->due_ns;
	while (clock_now_ns() <= due_ns) /* a millisecond at most */
		wire_pump(b->wire);
	assert_int_equal(packet(b, 1)->standing, PACKET_HELD);
	wire_release(b->wire);
	assert_int_equal(packet(b, 1)->standing, PACKET_PENDING);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
}

static void delay_by_hand_counts_from_now(void **state)
{
	struct bench *b = *state;
	const struct event *delayed;
	uint64_t before_ns;

	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 2);
	wire_pump(b->wire);
	before_ns = clock_now_ns();
	assert_int_equal(wire_delay(b->wire, 1, HOUR_NS, 55), 0);
	assert_in_range(packet(b, 1)->due_ns, before_ns + HOUR_NS, clock_now_ns() + HOUR_NS);
	assert_int_equal(packet(b, 1)->standing, PACKET_DELAYED);
	delayed = assert_verdict(b, 5, EVENT_DELAYED, 1, 55, "right");
	assert_int_equal(delayed->verdict.delay_ns, HOUR_NS);
	assert_string_equal(delayed->text, "by hand");
	assert_int_equal(wire_delay(b->wire, 1, HOUR_NS, 55), -ENOENT); /* no longer held */
	assert_int_equal(wire_delay(b->wire, 2, 0, 56), 0);
	wire_pump(b->wire);
	assert_arrived(b, 1, "2 ");
	wire_release(b->wire);
	wire_pump(b->wire);
	assert_arrived(b, 1, ""); /* release lets go what is held */
}

/* ---- rate ---- */

static void rate_spaces_packets_by_their_length(void **state)
{
	struct bench *b = *state;

	rate(b, 8); /* a byte a second */
	send_numbered(b, 3);
	send_flags(b, 0, SEGMENT_ACK, 4, 11);
	wire_drain(b->wire);
	assert_int_equal(delay_of(b, 1), LEN * NS_PER_S);
	assert_int_equal(packet(b, 2)->due_ns, packet(b, 1)->due_ns + LEN * NS_PER_S);
	assert_int_equal(packet(b, 3)->due_ns, packet(b, 2)->due_ns + LEN * NS_PER_S);
	assert_int_equal(packet(b, 4)->due_ns, packet(b, 3)->due_ns + (LEN + 10) * NS_PER_S);
	assert_string_equal(event_at(b, 2, EVENT_DELAYED)->text, "rule 1: rate any 8bit");
}

static void rate_of_an_idle_line_starts_anew(void **state)
{
	struct bench *b = *state;
	struct rule *r = rate(b, UINT64_C(8000000)); /* a byte a microsecond */

	send_numbered(b, 1);
	pump_all(b);
	assert_arrived(b, 1, "1 ");
	assert_true(r->free_ns <= clock_now_ns());
	send_flags(b, 0, SEGMENT_ACK, 2, 1);
	wire_drain(b->wire);
	assert_int_equal(delay_of(b, 2), LEN * 1000); /* from its own sending, nothing before it */
}

static void rate_and_delay_last_the_longer(void **state)
{
	struct bench *b = *state;

	delay(b, NULL, 60 * NS_PER_S, 0, 1);
	rate(b, 8);
	send_numbered(b, 2);
	wire_drain(b->wire);
	assert_int_equal(delay_of(b, 1), 60 * NS_PER_S);
	assert_string_equal(event_at(b, 2, EVENT_DELAYED)->text, "rule 1: delay any 60s");
	/* the first occupies the line for 41 s, the second until 82 s */
	assert_int_equal(packet(b, 2)->due_ns,
		packet(b, 1)->sent_ns + UINT64_C(2) * LEN * NS_PER_S);
	assert_string_equal(event_at(b, 4, EVENT_DELAYED)->text, "rule 2: rate any 8bit");
	assert_int_equal(journal_last(b->journal), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(delay_rule_keeps_it_until_it_is_due),
		WIRE_TEST(delay_over_lets_it_go),
		WIRE_TEST(delayed_are_listed_in_the_order_they_are_due),
		WIRE_TEST(delayed_arrive_in_the_order_they_are_due),
		WIRE_TEST(delayed_by_the_same_stay_in_the_order_they_came),
		WIRE_TEST(delay_of_nothing_is_none_for_a_copy_either),
		WIRE_TEST(same_seed_gives_the_same_delays),
		WIRE_TEST(held_and_delayed_goes_when_both_are_over),
		WIRE_TEST(held_longer_than_delayed_goes_at_once),
		WIRE_TEST(delay_by_hand_counts_from_now),
		WIRE_TEST(rate_spaces_packets_by_their_length),
		WIRE_TEST(rate_of_an_idle_line_starts_anew),
		WIRE_TEST(rate_and_delay_last_the_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
