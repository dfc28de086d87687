/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes through the wire untouched, and in what order. */
#include <errno.h>

#include "wire_bench.h"

static void pump_when_all_is_open_delivers_in_order(void **state)
{
	struct bench *b = *state;

	assert_false(wire_pump(b->wire));
	send_numbered(b, 3);
	send_flags(b, 1, SEGMENT_ACK, 9, 0);
	assert_true(wire_pump(b->wire));
	assert_arrived(b, 1, "1 2 3 ");
	assert_arrived(b, 0, "9 ");
	assert_true(wire_idle(b->wire));
	assert_null(wire_get(b->wire, 0));
	assert_int_equal(wire_last_number(b->wire), 4);
	assert_told(b,
		"sent 1@0 sent 2@0 sent 3@0 sent 9@1 "
		"delivered 1@1 delivered 2@1 delivered 3@1 delivered 9@0 ");
	assert_false(wire_pump(b->wire));
}

static void pump_delivers_the_very_bytes(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64], got[HEADERS + 64];
	size_t len = build(packet, "10.0.0.1", "10.0.0.2", SEGMENT_ACK, 0x01020304, 33);

	leave(b, 0, packet, len);
	wire_pump(b->wire);
	assert_int_equal(read(b->kernel[1], got, sizeof(got)), len);
	assert_memory_equal(got, packet, len);
}

static void pump_loopback_comes_back_to_its_sender(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64];

	leave(b, 1, packet, build(packet, "127.0.0.1", "127.0.0.9", SEGMENT_ACK, 5, 0));
	wire_pump(b->wire);
	assert_arrived(b, 1, "5 ");
	assert_arrived(b, 0, "");
}

static void segment_event_carries_cause_and_names(void **state)
{
	struct bench *b = *state;
	const struct event *event;

	b->origin = (struct wire_origin){ .cause = 77, .from = "c", .to = "l" };
	send_flags(b, 0, SEGMENT_SYN, 500, 0);
	wire_pump(b->wire);
	event = event_at(b, 1, EVENT_SEGMENT);
	assert_int_equal(event->cause, 77);
	assert_string_equal(event->host, "left");
	assert_string_equal(event->subject, "c");
	assert_string_equal(event->text, "l");
	assert_int_equal(event->wire.number, 1);
	assert_int_equal(event->wire.repeats, 0);
	assert_int_equal(event->wire.segment.seq, 500);
	assert_int_equal(event->wire.segment.seq_rel, 0);
	event = assert_verdict(b, 2, EVENT_DELIVERED, 1, 1, "right");
	assert_false(event->verdict.held);
	assert_int_equal(journal_last(b->journal), 2);
}

static void segment_sent_again_names_the_first(void **state)
{
	struct bench *b = *state;

	send_flags(b, 0, SEGMENT_SYN, 500, 0);
	send_flags(b, 0, SEGMENT_SYN, 500, 0);
	wire_drain(b->wire);
	assert_int_equal(event_at(b, 2, EVENT_SEGMENT)->wire.number, 2);
	assert_int_equal(event_at(b, 2, EVENT_SEGMENT)->wire.repeats, 1);
}

static void drain_takes_in_and_delivers_nothing(void **state)
{
	struct bench *b = *state;
	const struct wire_packet *p;

	assert_false(wire_drain(b->wire));
	send_numbered(b, 2);
	assert_true(wire_drain(b->wire));
	assert_false(wire_idle(b->wire));
	assert_arrived(b, 1, "");
	assert_told(b, "sent 1@0 sent 2@0 ");
	p = wire_get(b->wire, 1);
	assert_non_null(p);
	assert_int_equal(p->number, 2);
	assert_int_equal(p->event, 2);
	assert_int_equal(p->from, 0);
	assert_int_equal(p->to, 1);
	assert_true(p->is_tcp);
	assert_false(p->held);
	assert_null(wire_get(b->wire, 2));
}

static void pump_when_not_tcp_passes_without_a_number(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64];
	size_t len = build(packet, "10.0.0.1", "10.0.0.2", 0, 3, 0);

	packet[9] = 17; /* UDP */
	wire_hold(b->wire, NULL);
	leave(b, 0, packet, len);
	assert_true(wire_pump(b->wire));
	assert_arrived(b, 1, "3 ");
	assert_int_equal(wire_last_number(b->wire), 0);
	assert_string_equal(event_at(b, 1, EVENT_PACKET)->text,
		"UDP, 40 bytes, 10.0.0.1 to 10.0.0.2");
	assert_int_equal(journal_last(b->journal), 1);
	assert_told(b, "delivered other@1 ");
}

static void drain_when_malformed_forgets_it(void **state)
{
	struct bench *b = *state;

	leave(b, 0, (const uint8_t *)"\x45", 1);
	assert_true(wire_drain(b->wire));
	assert_true(wire_idle(b->wire));
	assert_null(wire_get(b->wire, 0));
	assert_int_equal(journal_last(b->journal), 0);
}

static void segment_to_nobody_is_dropped_and_said(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64];

	leave(b, 0, packet, build(packet, "10.0.0.1", "10.9.9.9", SEGMENT_SYN, 1, 0));
	wire_pump(b->wire);
	assert_string_equal(assert_verdict(b, 2, EVENT_DROPPED, 1, 1, "left")->text,
		"no host has this address");
	assert_told(b, "sent 1@0 ");
	assert_null(wire_get(b->wire, 0));
	assert_true(wire_idle(b->wire));
}

static void segment_to_a_host_that_is_gone_is_dropped_with_errno(void **state)
{
	struct bench *b = *state;
	const struct address a = at("10.0.0.3");
	uint8_t packet[HEADERS + 64];
	uint64_t last;

	wire_attach(b->wire, 2, "gone", -1);
	wire_address(b->wire, 2, &a);
	leave(b, 0, packet, build(packet, "10.0.0.1", "10.0.0.3", SEGMENT_SYN, 1, 0));
	wire_pump(b->wire);
	last = journal_last(b->journal);
	assert_string_equal(event_at(b, last, EVENT_DROPPED)->text, strerror(EBADF));
	assert_int_equal(event_at(b, last, EVENT_DROPPED)->verdict.number, 1);
	assert_told(b, "sent 1@0 ");
	assert_true(wire_idle(b->wire));
}

static void may_deliver_no_keeps_order_and_resumes(void **state)
{
	struct bench *b = *state;

	b->shut[1] = true;
	send_numbered(b, 2);
	assert_true(wire_pump(b->wire)); /* taken in is moved, too */
	assert_false(wire_pump(b->wire));
	assert_false(wire_idle(b->wire));
	send_flags(b, 0, SEGMENT_ACK, 3, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "");
	assert_int_equal(wire_get(b->wire, 0)->number, 1);
	assert_int_equal(wire_get(b->wire, 2)->number, 3);
	text_clear(&b->told);
	b->shut[1] = false;
	assert_true(wire_pump(b->wire));
	assert_arrived(b, 1, "1 2 3 ");
	assert_told(b, "delivered 1@1 delivered 2@1 delivered 3@1 ");
	assert_true(wire_idle(b->wire));
}

static void may_deliver_no_stops_what_is_behind_it(void **state)
{
	struct bench *b = *state;

	b->shut[1] = true;
	send_flags(b, 0, SEGMENT_ACK, 1, 1);
	wire_drain(b->wire);
	send_flags(b, 1, SEGMENT_ACK, 2, 1);
	wire_pump(b->wire);
	assert_arrived(b, 0, "");
	b->shut[1] = false;
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
	assert_arrived(b, 0, "2 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(pump_when_all_is_open_delivers_in_order),
		WIRE_TEST(pump_delivers_the_very_bytes),
		WIRE_TEST(pump_loopback_comes_back_to_its_sender),
		WIRE_TEST(segment_event_carries_cause_and_names),
		WIRE_TEST(segment_sent_again_names_the_first),
		WIRE_TEST(drain_takes_in_and_delivers_nothing),
		WIRE_TEST(pump_when_not_tcp_passes_without_a_number),
		WIRE_TEST(drain_when_malformed_forgets_it),
		WIRE_TEST(segment_to_nobody_is_dropped_and_said),
		WIRE_TEST(segment_to_a_host_that_is_gone_is_dropped_with_errno),
		WIRE_TEST(may_deliver_no_keeps_order_and_resumes),
		WIRE_TEST(may_deliver_no_stops_what_is_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
