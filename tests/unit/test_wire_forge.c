/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that no kernel has sent: whose they are, whose numbers they count on, and that no rule sees them. */
#include "wire/build.h"
#include "wire/flow.h"
#include "wire_bench.h"

/* Put a segment on the wire; its number. */
static uint64_t forge(struct bench *b, const char *src, const char *dst, uint8_t flags,
	uint32_t seq, size_t len)
{
	uint8_t packet[HEADERS + 64];
	size_t size = build(packet, src, dst, flags, seq, len);

	assert_true(packet_checksum_fix(packet, size));
	return wire_forge(b->wire, 0, packet, size, 55);
}

static struct address port_of(const char *host, uint16_t port)
{
	struct address a = at(host);

	a.port = port;
	return a;
}

/* How far has src, port 1000, come in talking to right, port 80? false: nothing is known. */
static bool place_of(struct bench *b, const char *src, struct flow_place *ret_place)
{
	const struct address from = port_of(src, 1000), to = port_of("10.0.0.2", 80);

	return wire_place(b->wire, 0, &from, &to, ret_place);
}

static void forged_by_nobody_is_delivered(void **state)
{
	struct bench *b = *state;
	const struct event *forged;

	b->origin = (struct wire_origin){ .cause = 77, .from = "c", .to = "l" };
	assert_int_equal(forge(b, "10.9.9.9", "10.0.0.2", SEGMENT_SYN, 500, 0), 1);
	assert_false(wire_idle(b->wire));
	wire_pump(b->wire);
	assert_arrived(b, 1, "500 ");
	forged = event_at(b, 1, EVENT_FORGED);
	assert_int_equal(forged->wire.number, 1);
	assert_int_equal(forged->wire.segment.seq_rel, 0);
	assert_int_equal(forged->cause, 55); /* the command, whatever the world thinks */
	assert_null(forged->host);
	assert_string_equal(forged->text, "l");
	assert_verdict(b, 2, EVENT_DELIVERED, 1, 1, "right");
	assert_told(b, "forged 500 delivered 500@1 ");
	assert_int_equal(wire_last_number(b->wire), 1);
}

static void forged_bytes_arrive_as_they_are(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64], got[HEADERS + 64];
	size_t len = build(packet, "10.9.9.9", "10.0.0.2", SEGMENT_ACK, 1, 33);

	packet_checksum_fix(packet, len);
	packet_checksum_spoil(packet, len);
	wire_forge(b->wire, 0, packet, len, 55);
	wire_pump(b->wire);
	assert_int_equal(arrive(b->kernel[1], got, sizeof(got)), len);
	assert_memory_equal(got, packet, len);
	/* the story says why nobody will answer */
	assert_string_equal(assert_verdict(b, 2, EVENT_CORRUPTED, 1, 55, "right")->text,
		"its checksum is wrong (as forged)");
}

static void forged_meets_no_rule(void **state)
{
	struct bench *b = *state;

	for (int k = 0; k < RULE_COUNT; k++)
		rule(b, (enum rule_kind)k, NULL, 0)->bits_per_s = 1;
	forge(b, "10.9.9.9", "10.0.0.2", SEGMENT_ACK, 1, 5);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
	for (const struct rule *r = wire_rules(b->wire)->first; r; r = r->next)
		assert_int_equal(r->hits, 0);
}

static void forged_by_nobody_counts_on(void **state)
{
	struct bench *b = *state;
	struct flow_place place;

	assert_false(place_of(b, "10.9.9.9", &place));
	forge(b, "10.9.9.9", "10.0.0.2", SEGMENT_SYN, 500, 0);
	assert_true(place_of(b, "10.9.9.9", &place));
	assert_int_equal(place.base, 500);
	assert_int_equal(place.next, 501);
	forge(b, "10.9.9.9", "10.0.0.2", SEGMENT_ACK, 501, 10);
	assert_true(place_of(b, "10.9.9.9", &place));
	assert_int_equal(place.next, 511);
	assert_int_equal(event_at(b, 2, EVENT_FORGED)->wire.segment.seq_rel, 1);
}

static void forged_by_a_ghost_counts_on_and_bears_its_name(void **state)
{
	struct bench *b = *state;
	const struct address ghost = at("10.0.0.3");
	struct flow_place place;

	wire_attach(b->wire, 2, "casper", -1);
	wire_address(b->wire, 2, &ghost);
	forge(b, "10.0.0.3", "10.0.0.2", SEGMENT_SYN, 500, 0);
	assert_string_equal(event_at(b, 1, EVENT_FORGED)->host, "casper");
	assert_true(place_of(b, "10.0.0.3", &place));
	assert_int_equal(place.next, 501);
}

static void forged_in_a_hosts_name_leaves_its_numbers(void **state)
{
	struct bench *b = *state;
	struct flow_place place;

	send_flags(b, 0, SEGMENT_SYN, 500, 0);
	wire_pump(b->wire);
	forge(b, "10.0.0.1", "10.0.0.2", SEGMENT_ACK, 501, 10);
	assert_null(event_at(b, 3, EVENT_FORGED)->host); /* it is not left's doing */
	assert_int_equal(event_at(b, 3, EVENT_FORGED)->wire.segment.seq_rel, 1);
	assert_true(place_of(b, "10.0.0.1", &place));
	assert_int_equal(place.next, 501);
	wire_pump(b->wire);
	text_clear(&b->told);
	send_flags(b, 0, SEGMENT_ACK, 501, 10);
	wire_drain(b->wire);
	assert_told(b, "sent 501@0 "); /* not again: the first that it sent itself */
}

static void forged_to_nobody_is_dropped_and_said(void **state)
{
	struct bench *b = *state;

	assert_int_equal(forge(b, "10.0.0.1", "10.9.9.9", SEGMENT_SYN, 1, 0), 1);
	assert_string_equal(event_at(b, 2, EVENT_DROPPED)->text, "no host has this address");
	assert_true(wire_idle(b->wire));
}

static void forged_to_a_host_cut_off_is_lost(void **state)
{
	struct bench *b = *state;

	wire_cut(b->wire, 1, true);
	forge(b, "10.9.9.9", "10.0.0.2", SEGMENT_SYN, 1, 0);
	assert_verdict(b, 2, EVENT_DROPPED, 1, 1, "right");
	wire_pump(b->wire);
	assert_arrived(b, 1, "");
}

static void forged_from_loopback_is_for_the_host_meant(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64];
	size_t len = build(packet, "127.0.0.1", "127.0.0.1", SEGMENT_SYN, 7, 0);

	wire_forge(b->wire, 1, packet, len, 0);
	wire_pump(b->wire);
	assert_arrived(b, 1, "7 ");
	assert_arrived(b, 0, "");
}

static void malformed_is_refused_and_leaves_no_trace(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64];
	size_t len = build(packet, "10.9.9.9", "10.0.0.2", SEGMENT_SYN, 1, 0);

	assert_int_equal(wire_forge(b->wire, 0, packet, 0, 0), 0);
	assert_int_equal(wire_forge(b->wire, 0, packet, len - 1, 0), 0);
	packet[0] = 0x55; /* IP version 5 */
	assert_int_equal(wire_forge(b->wire, 0, packet, len, 0), 0);
	assert_int_equal(journal_last(b->journal), 0);
	assert_int_equal(wire_last_number(b->wire), 0);
	assert_null(wire_next(b->wire, NULL));
	assert_told(b, "");
}

static void random_is_the_same_row_in_every_lab(void **state)
{
	struct bench *b = *state, *other;
	uint64_t first = wire_random(b->wire), second = wire_random(b->wire);

	assert_int_equal(bench_open((void **)&other), 0);
	assert_int_equal(wire_random(other->wire), first);
	assert_int_equal(wire_random(other->wire), second);
	assert_int_not_equal(first, second);
	bench_close((void **)&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(forged_by_nobody_is_delivered),
		WIRE_TEST(forged_bytes_arrive_as_they_are),
		WIRE_TEST(forged_meets_no_rule),
		WIRE_TEST(forged_by_nobody_counts_on),
		WIRE_TEST(forged_by_a_ghost_counts_on_and_bears_its_name),
		WIRE_TEST(forged_in_a_hosts_name_leaves_its_numbers),
		WIRE_TEST(forged_to_nobody_is_dropped_and_said),
		WIRE_TEST(forged_to_a_host_cut_off_is_lost),
		WIRE_TEST(forged_from_loopback_is_for_the_host_meant),
		WIRE_TEST(malformed_is_refused_and_leaves_no_trace),
		WIRE_TEST(random_is_the_same_row_in_every_lab),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
