/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a packet's bytes, of their number and of their order: duplicate, corrupt, swap; and which
 * rule has its say when several match. */
#include <errno.h>

#include "base/clock.h"
#include "wire/build.h"
#include "wire_bench.h"

static const struct match syn = { .must = SEGMENT_SYN };
static const struct match data = { .must = MATCH_DATA };

/* As send_flags(), with the checksums a kernel would have made. */
static void send_summed(struct bench *b, uint8_t flags, uint32_t seq, size_t len)
{
	uint8_t packet[HEADERS + 64];
	size_t size = build(packet, "10.0.0.1", "10.0.0.2", flags, seq, len);

	assert_true(packet_checksum_fix(packet, size));
	leave(b, 0, packet, size);
}

static size_t count_events(struct bench *b, enum event_kind kind)
{
	size_t count = 0;

	for (uint64_t no = 1; no <= journal_last(b->journal); no++)
		count += journal_get(b->journal, no)->kind == kind;
	return count;
}

/* ---- duplicate ---- */

static void duplicate_rule_delivers_a_copy_right_behind(void **state)
{
	struct bench *b = *state;
	const struct event *copy;

	rule(b, RULE_DUPLICATE, NULL, 1);
	b->origin = (struct wire_origin){ .cause = 77, .from = "c", .to = "l" };
	send_numbered(b, 2);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 1 2 ");
	assert_rules(b, "duplicate any x1: 1 hits\n");
	copy = event_at(b, 2, EVENT_COPY);
	assert_int_equal(copy->wire.number, 2);
	assert_int_equal(copy->wire.repeats, 1);
	assert_int_equal(copy->cause, 1);
	assert_string_equal(copy->host, "left");
	assert_string_equal(copy->subject, "c");
	assert_string_equal(copy->text, "l");
	assert_int_equal(event_at(b, 3, EVENT_SEGMENT)->wire.number, 3);
	assert_verdict(b, 4, EVENT_DELIVERED, 1, 1, "right");
	assert_verdict(b, 5, EVENT_DELIVERED, 2, 2, "right");
	/* a copy was not sent by a kernel: nobody's sender is read back for it */
	assert_told(b, "sent 1@0 sent 2@0 delivered 1@1 delivered 1@1 delivered 2@1 ");
}

static void duplicate_of_a_duplicate_does_not_happen(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_DUPLICATE, NULL, 0);
	rule(b, RULE_DUPLICATE, NULL, 0);
	send_numbered(b, 2);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 1 2 2 ");
	assert_rules(b, "duplicate any: 2 hits\nduplicate any: 0 hits\n");
}

static void duplicate_rule_and_hold_hold_both_and_say_so(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	rule(b, RULE_DUPLICATE, NULL, 1);
	send_numbered(b, 2);
	wire_pump(b->wire);
	assert_arrived(b, 1, "");
	assert_on_wire(b, "1 1 2 ");
	assert_rules(b, "hold any: 2 hits\nduplicate any x1: 1 hits\n");
	event_at(b, 2, EVENT_COPY);
	assert_verdict(b, 3, EVENT_HELD, 1, 1, "right");
	assert_verdict(b, 4, EVENT_HELD, 2, 2, "right");
	assert_int_equal(wire_step(b->wire, 2, NULL, 1), 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
	assert_on_wire(b, "1 2 ");
}

static void duplicate_by_hand_is_held_right_behind(void **state)
{
	struct bench *b = *state;
	const struct event *copy;

	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 2);
	wire_pump(b->wire);
	assert_int_equal(wire_duplicate(b->wire, 1, 55), 0);
	copy = event_at(b, 5, EVENT_COPY);
	assert_int_equal(copy->wire.number, 3);
	assert_int_equal(copy->wire.repeats, 1);
	assert_int_equal(copy->cause, 55);
	assert_verdict(b, 6, EVENT_HELD, 3, 5, "right");
	assert_on_wire(b, "1 1 2 ");
	assert_int_equal(nth(b, 1)->number, 3);
	assert_rules(b, "hold any: 2 hits\n"); /* the copy met no rule */
	assert_int_equal(wire_duplicate(b->wire, 2, 0), 0); /* behind the last of the list */
	assert_int_equal(wire_duplicate(b->wire, 3, 0), 0); /* and of a copy */
	assert_on_wire(b, "1 1 1 2 2 ");
	assert_int_equal(wire_release(b->wire), 5);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 1 1 2 2 ");
}

static void duplicate_by_hand_of_what_is_not_held_is_enoent(void **state)
{
	struct bench *b = *state;

	send_numbered(b, 1);
	wire_drain(b->wire);
	assert_int_equal(wire_duplicate(b->wire, 1, 0), -ENOENT);
	assert_int_equal(wire_duplicate(b->wire, 2, 0), -ENOENT);
	assert_int_equal(count_events(b, EVENT_COPY), 0);
}

/* 2048 bytes is the room of a packet that fits the MTU; one of loopback may be larger. */
static void duplicate_of_a_large_packet_is_whole(void **state)
{
	struct bench *b = *state;
	static uint8_t packet[9000], got[sizeof(packet)];

	rule(b, RULE_DUPLICATE, NULL, 1);
	build(packet, "10.0.0.1", "10.0.0.2", SEGMENT_ACK, 1, 0);
	for (size_t i = HEADERS; i < sizeof(packet); i++)
		packet[i] = (uint8_t)(i * 7);
	packet[2] = sizeof(packet) >> 8;
	packet[3] = sizeof(packet) & 0xff;
	leave(b, 0, packet, sizeof(packet));
	wire_pump(b->wire);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(arrive(b->kernel[1], got, sizeof(got)), sizeof(packet));
		assert_memory_equal(got, packet, sizeof(packet));
	}
}

/* ---- corrupt ---- */

static void corrupt_rule_leaves_the_checksum_wrong(void **state)
{
	struct bench *b = *state;
	uint8_t sent[HEADERS + 64], got[HEADERS + 64];
	size_t len = build(sent, "10.0.0.1", "10.0.0.2", SEGMENT_ACK, 1, 5);

	assert_true(packet_checksum_fix(sent, len));
	rule(b, RULE_CORRUPT, &data, 1);
	leave(b, 0, sent, len);
	leave(b, 0, sent, len);
	wire_pump(b->wire);
	assert_int_equal(arrive(b->kernel[1], got, sizeof(got)), len);
	assert_false(packet_checksum_ok(got, len));
	assert_memory_not_equal(got, sent, len);
	assert_true(packet_checksum_fix(got, len)); /* and nothing else is wrong with it */
	assert_memory_equal(got, sent, len);
	assert_int_equal(arrive(b->kernel[1], got, sizeof(got)), len); /* the rule is used up */
	assert_memory_equal(got, sent, len);
	assert_string_equal(assert_verdict(b, 2, EVENT_CORRUPTED, 1, 1, "right")->text,
		"its checksum is wrong (rule 1)");
	assert_rules(b, "corrupt data x1: 1 hits\n");
}

static void corrupt_payload_changes_a_byte_and_keeps_the_checksum_right(void **state)
{
	struct bench *b = *state;
	uint8_t sent[HEADERS + 64], got[HEADERS + 64];
	size_t len = build(sent, "10.0.0.1", "10.0.0.2", SEGMENT_ACK, 1, 5);

	assert_true(packet_checksum_fix(sent, len));
	rule(b, RULE_CORRUPT, NULL, 0)->corruption = CORRUPT_PAYLOAD;
	leave(b, 0, sent, len);
	wire_pump(b->wire);
	assert_int_equal(arrive(b->kernel[1], got, sizeof(got)), len);
	assert_true(packet_checksum_ok(got, len));
	assert_memory_equal(got + HEADERS, "yxxxx", 5);
	assert_string_equal(assert_verdict(b, 2, EVENT_CORRUPTED, 1, 1, "right")->text,
		"its first payload byte was \"x\" and is \"y\", the checksum is right (rule 1)");
	assert_rules(b, "corrupt any payload: 1 hits\n");
}

/* There is nothing to change in it, so the rule waits for one that has. */
static void corrupt_payload_rule_passes_over_what_has_none(void **state)
{
	struct bench *b = *state;
	uint8_t sent[HEADERS + 64], got[HEADERS + 64];
	size_t len = build(sent, "10.0.0.1", "10.0.0.2", SEGMENT_SYN, 1, 0);

	assert_true(packet_checksum_fix(sent, len));
	rule(b, RULE_CORRUPT, NULL, 1)->corruption = CORRUPT_PAYLOAD;
	leave(b, 0, sent, len);
	wire_pump(b->wire);
	assert_int_equal(arrive(b->kernel[1], got, sizeof(got)), len);
	assert_memory_equal(got, sent, len);
	assert_int_equal(count_events(b, EVENT_CORRUPTED), 0);
	assert_rules(b, "corrupt any x1 payload: 0 hits\n");
	send_summed(b, SEGMENT_ACK, 2, 1);
	wire_pump(b->wire);
	assert_int_equal(count_events(b, EVENT_CORRUPTED), 1);
	assert_rules(b, "corrupt any x1 payload: 1 hits\n");
}

static void corrupt_by_hand_changes_what_is_held(void **state)
{
	struct bench *b = *state;
	const struct wire_packet *p;

	rule(b, RULE_HOLD, NULL, 0);
	send_summed(b, SEGMENT_ACK, 1, 5);
	wire_pump(b->wire);
	p = nth(b, 0);
	assert_int_equal(wire_corrupt(b->wire, 1, CORRUPT_PAYLOAD, 55), 0);
	assert_true(packet_checksum_ok(p->bytes, p->len));
	assert_memory_equal(p->segment.excerpt, "yxxxx", 5); /* `wire` shows what will arrive */
	assert_verdict(b, 3, EVENT_CORRUPTED, 1, 55, "right");
	assert_int_equal(wire_corrupt(b->wire, 1, CORRUPT_CHECKSUM, 56), 0);
	assert_false(packet_checksum_ok(p->bytes, p->len));
	/* twice is not right again */
	assert_int_equal(wire_corrupt(b->wire, 1, CORRUPT_CHECKSUM, 57), 0);
	assert_false(packet_checksum_ok(p->bytes, p->len));
	assert_string_equal(assert_verdict(b, 5, EVENT_CORRUPTED, 1, 57, "right")->text,
		"its checksum is wrong (by hand)");
}

static void corrupt_by_hand_without_payload_is_einval(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	send_summed(b, SEGMENT_SYN, 1, 0);
	wire_pump(b->wire);
	assert_int_equal(wire_corrupt(b->wire, 1, CORRUPT_PAYLOAD, 0), -EINVAL);
	assert_int_equal(wire_corrupt(b->wire, 2, CORRUPT_PAYLOAD, 0), -ENOENT);
	assert_int_equal(count_events(b, EVENT_CORRUPTED), 0);
	assert_true(packet_checksum_ok(nth(b, 0)->bytes, nth(b, 0)->len));
}

static void corrupt_and_duplicate_copy_what_is_corrupt(void **state)
{
	struct bench *b = *state;
	uint8_t got[HEADERS + 64];

	rule(b, RULE_DUPLICATE, NULL, 0);
	rule(b, RULE_CORRUPT, NULL, 0);
	send_summed(b, SEGMENT_ACK, 1, 5);
	wire_pump(b->wire);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(arrive(b->kernel[1], got, sizeof(got)), HEADERS + 5);
		assert_false(packet_checksum_ok(got, HEADERS + 5));
	}
	assert_int_equal(count_events(b, EVENT_CORRUPTED), 1);
}

/* ---- swap ---- */

/* Hold 1 2 3 4, change places, and see the order on the wire, and that it is what arrives. */
static void assert_swapped(struct bench *b, uint64_t number, uint64_t other, const char *expected)
{
	const struct event *swapped;

	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 4);
	wire_pump(b->wire);
	assert_int_equal(wire_swap(b->wire, number, other, 55), 0);
	swapped = event_at(b, journal_last(b->journal), EVENT_SWAPPED);
	assert_int_equal(swapped->cause, 55);
	assert_int_equal(swapped->verdict.number, number);
	assert_int_equal(swapped->verdict.other, other);
	assert_on_wire(b, expected);
	assert_int_equal(wire_release(b->wire), 4);
	wire_pump(b->wire);
	assert_arrived(b, 1, expected);
}

static void swap_neighbours(void **state)
{
	assert_swapped(*state, 2, 3, "1 3 2 4 ");
}

static void swap_neighbours_named_the_other_way(void **state)
{
	assert_swapped(*state, 3, 2, "1 3 2 4 ");
}

static void swap_the_last_two(void **state)
{
	assert_swapped(*state, 3, 4, "1 2 4 3 ");
}

static void swap_the_last_two_named_the_other_way(void **state)
{
	assert_swapped(*state, 4, 3, "1 2 4 3 ");
}

static void swap_first_and_last(void **state)
{
	assert_swapped(*state, 1, 4, "4 2 3 1 ");
}

static void swap_last_and_first(void **state)
{
	assert_swapped(*state, 4, 1, "4 2 3 1 ");
}

static void swap_of_what_cannot_be_is_refused(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 2);
	send_numbered(b, 3);
	wire_drain(b->wire); /* the third is pending */
	assert_int_equal(wire_swap(b->wire, 1, 1, 0), -EINVAL);
	assert_int_equal(wire_swap(b->wire, 1, 3, 0), -ENOENT);
	assert_int_equal(wire_swap(b->wire, 3, 1, 0), -ENOENT);
	assert_int_equal(wire_swap(b->wire, 9, 9, 0), -ENOENT);
	assert_int_equal(count_events(b, EVENT_SWAPPED), 0);
	assert_on_wire(b, "3 1 2 ");
}

/* ---- which rule ---- */

static void drop_leaves_the_other_rules_without_a_hit(void **state)
{
	struct bench *b = *state;
	struct rule *delay, *rate;

	rule(b, RULE_HOLD, NULL, 0);
	rule(b, RULE_DUPLICATE, NULL, 1);
	delay = rule(b, RULE_DELAY, NULL, 1);
	delay->delay_ns = 1;
	rule(b, RULE_CORRUPT, NULL, 1);
	rate = rule(b, RULE_RATE, NULL, 1);
	rate->bits_per_s = 8;
	rule(b, RULE_DROP, NULL, 1);
	send_numbered(b, 1);
	wire_pump(b->wire);
	event_at(b, 1, EVENT_SEGMENT);
	assert_verdict(b, 2, EVENT_DROPPED, 1, 1, "right");
	assert_int_equal(journal_last(b->journal), 2);
	assert_null(nth(b, 0));
	assert_int_equal(rate->free_ns, 0); /* what is lost does not occupy the line */
	for (const struct rule *r = wire_rules(b->wire)->first; r; r = r->next)
		assert_int_equal(r->hits, r->kind == RULE_DROP);
}

static void oldest_rule_of_a_kind_that_is_not_used_up_applies(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_DROP, &syn, 1);
	rule(b, RULE_DROP, NULL, 1);
	rule(b, RULE_DROP, &syn, 0);
	send_flags(b, 0, SEGMENT_SYN, 1, 0); /* the first rule */
	send_flags(b, 0, SEGMENT_SYN, 1, 0); /* the first is used up */
	send_flags(b, 0, SEGMENT_ACK, 2, 1); /* so is the second, and the third is not for it */
	send_flags(b, 0, SEGMENT_SYN, 1, 0);
	wire_pump(b->wire);
	assert_arrived(b, 1, "2 ");
	assert_string_equal(event_at(b, 2, EVENT_DROPPED)->text, "rule 1: drop syn x1");
	assert_string_equal(event_at(b, 4, EVENT_DROPPED)->text, "rule 2: drop any x1");
	assert_string_equal(event_at(b, 7, EVENT_DROPPED)->text, "rule 3: drop syn");
	assert_rules(b, "drop syn x1: 1 hits\ndrop any x1: 1 hits\ndrop syn: 1 hits\n");
}

static void one_rule_of_each_kind_applies_at_once(void **state)
{
	struct bench *b = *state;
	const struct wire_packet *p;

	rule(b, RULE_CORRUPT, NULL, 0)->corruption = CORRUPT_PAYLOAD;
	rule(b, RULE_HOLD, NULL, 0);
	rule(b, RULE_DUPLICATE, NULL, 0);
	rule(b, RULE_DELAY, NULL, 0)->delay_ns = 3600 * NS_PER_S;
	rule(b, RULE_RATE, NULL, 0)->bits_per_s = 1000000;
	send_summed(b, SEGMENT_ACK, 1, 5);
	wire_pump(b->wire);
	event_at(b, 2, EVENT_CORRUPTED);
	event_at(b, 3, EVENT_COPY);
	assert_verdict(b, 4, EVENT_DELAYED, 1, 1, "right"); /* once, by the longer */
	assert_verdict(b, 5, EVENT_HELD, 1, 1, "right");
	assert_verdict(b, 6, EVENT_DELAYED, 2, 3, "right");
	assert_verdict(b, 7, EVENT_HELD, 2, 3, "right");
	assert_int_equal(journal_last(b->journal), 7);
	p = nth(b, 1);
	assert_int_equal(p->standing, PACKET_HELD);
	assert_int_equal(p->due_ns, nth(b, 0)->due_ns);
	assert_memory_equal(p->bytes + HEADERS, "yxxxx", 5);
	for (const struct rule *r = wire_rules(b->wire)->first; r; r = r->next)
		assert_int_equal(r->hits, 1);
}

/* ---- groups ---- */

static void send_to_group(struct bench *b, uint32_t seq)
{
	uint8_t packet[HEADERS + 64];

	leave(b, 0, packet, build(packet, "10.0.0.1", "239.1.2.3", SEGMENT_ACK, seq, 1));
	wire_pump(b->wire);
}

/* Hosts 2 and 3, at no address: a group's packet reaches them all the same. */
static void attach_members(struct bench *b)
{
	wire_attach(b->wire, 2, "third", -1);
	wire_attach(b->wire, 3, "fourth", -1);
}

static void group_packet_goes_to_each_other_host_in_order(void **state)
{
	struct bench *b = *state;

	attach_members(b);
	wire_silence(b->wire, 2); /* it would hear nothing, so there is none for it */
	send_to_group(b, 1);
	assert_arrived(b, 0, "");
	assert_arrived(b, 1, "1 ");
	assert_int_equal(event_at(b, 1, EVENT_SEGMENT)->wire.number, 1);
	assert_int_equal(event_at(b, 2, EVENT_COPY)->wire.number, 2);
	assert_int_equal(event_at(b, 2, EVENT_COPY)->wire.repeats, 1);
	assert_verdict(b, 3, EVENT_DELIVERED, 1, 1, "right");
	assert_verdict(b, 4, EVENT_DELIVERED, 2, 2, "fourth");
	assert_int_equal(journal_last(b->journal), 4);
}

/* Nobody's own doing: holding all means all of them, and a count counts each. */
static void group_packet_meets_the_rules_at_each_host(void **state)
{
	struct bench *b = *state;

	attach_members(b);
	rule(b, RULE_DROP, NULL, 2);
	send_to_group(b, 1);
	assert_verdict(b, 4, EVENT_DROPPED, 1, 1, "right");
	assert_verdict(b, 5, EVENT_DROPPED, 2, 2, "third");
	assert_verdict(b, 6, EVENT_DELIVERED, 3, 3, "fourth");
	rule(b, RULE_HOLD, NULL, 0);
	send_to_group(b, 2);
	assert_on_wire(b, "2 2 2 ");
	assert_rules(b, "drop any x2: 2 hits\nhold any: 3 hits\n");
	assert_arrived(b, 1, "");
}

static void group_packet_is_lost_where_the_cable_is_cut(void **state)
{
	struct bench *b = *state;

	attach_members(b);
	wire_cut(b->wire, 1, true);
	send_to_group(b, 1);
	assert_string_equal(assert_verdict(b, 4, EVENT_DROPPED, 1, 1, "right")->text,
		"the cable of right is cut");
	assert_verdict(b, 5, EVENT_DELIVERED, 2, 2, "third");
	assert_verdict(b, 6, EVENT_DELIVERED, 3, 3, "fourth");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(duplicate_rule_delivers_a_copy_right_behind),
		WIRE_TEST(duplicate_of_a_duplicate_does_not_happen),
		WIRE_TEST(duplicate_rule_and_hold_hold_both_and_say_so),
		WIRE_TEST(duplicate_by_hand_is_held_right_behind),
		WIRE_TEST(duplicate_by_hand_of_what_is_not_held_is_enoent),
		WIRE_TEST(duplicate_of_a_large_packet_is_whole),
		WIRE_TEST(corrupt_rule_leaves_the_checksum_wrong),
		WIRE_TEST(corrupt_payload_changes_a_byte_and_keeps_the_checksum_right),
		WIRE_TEST(corrupt_payload_rule_passes_over_what_has_none),
		WIRE_TEST(corrupt_by_hand_changes_what_is_held),
		WIRE_TEST(corrupt_by_hand_without_payload_is_einval),
		WIRE_TEST(corrupt_and_duplicate_copy_what_is_corrupt),
		WIRE_TEST(swap_neighbours),
		WIRE_TEST(swap_neighbours_named_the_other_way),
		WIRE_TEST(swap_the_last_two),
		WIRE_TEST(swap_the_last_two_named_the_other_way),
		WIRE_TEST(swap_first_and_last),
		WIRE_TEST(swap_last_and_first),
		WIRE_TEST(swap_of_what_cannot_be_is_refused),
		WIRE_TEST(drop_leaves_the_other_rules_without_a_hit),
		WIRE_TEST(oldest_rule_of_a_kind_that_is_not_used_up_applies),
		WIRE_TEST(one_rule_of_each_kind_applies_at_once),
		WIRE_TEST(group_packet_goes_to_each_other_host_in_order),
		WIRE_TEST(group_packet_meets_the_rules_at_each_host),
		WIRE_TEST(group_packet_is_lost_where_the_cable_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
