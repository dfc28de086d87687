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
	assert_null(nth(b, 0));
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
	assert_int_equal(arrive(b->kernel[1], got, sizeof(got)), len);
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
	p = nth(b, 1);
	assert_non_null(p);
	assert_int_equal(p->number, 2);
	assert_int_equal(p->event, 2);
	assert_int_equal(p->from, 0);
	assert_int_equal(p->to, 1);
	assert_int_equal(p->segment.kind, SEGMENT_TCP);
	assert_int_equal(p->standing, PACKET_PENDING);
	assert_null(nth(b, 2));
}

/* UDP, 10.0.0.1:1000 > 10.0.0.2:80, `len` bytes of payload. */
static size_t build_datagram(uint8_t packet[HEADERS + 64], size_t len)
{
	build(packet, "10.0.0.1", "10.0.0.2", 0, 0, 0);
	packet[3] = (uint8_t)(28 + len);
	packet[9] = 17;
	packet[24] = 0;
	packet[25] = (uint8_t)(8 + len);
	memset(packet + 28, 'u', len);
	return 28 + len;
}

static void datagram_is_numbered_held_and_let_go_as_a_segment_is(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64], got[HEADERS + 64];
	size_t len = build_datagram(packet, 3);
	const struct segment *s;

	rule(b, RULE_HOLD, NULL, 0);
	leave(b, 0, packet, len);
	assert_true(wire_pump(b->wire));
	assert_int_equal(wire_last_number(b->wire), 1);
	s = &event_at(b, 1, EVENT_SEGMENT)->wire.segment;
	assert_int_equal(s->kind, SEGMENT_UDP);
	assert_int_equal(s->src.port, 1000);
	assert_int_equal(s->dst.port, 80);
	assert_int_equal(s->payload_len, 3);
	assert_memory_equal(s->excerpt, "uuu", 3);
	assert_verdict(b, 2, EVENT_HELD, 1, 1, "right");
	assert_int_equal(wire_step(b->wire, 1, NULL, 1), 1);
	wire_pump(b->wire);
	assert_int_equal(arrive(b->kernel[1], got, sizeof(got)), len);
	assert_memory_equal(got, packet, len);
}

static void drain_when_malformed_forgets_it(void **state)
{
	struct bench *b = *state;

	leave(b, 0, (const uint8_t *)"\x45", 1);
	assert_false(wire_drain(b->wire));
	assert_true(wire_idle(b->wire));
	assert_null(nth(b, 0));
	assert_int_equal(journal_last(b->journal), 0);
}

static void segment_to_nobody_is_dropped_and_said(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64];

	leave(b, 0, packet, build(packet, "10.0.0.1", "10.9.9.9", SEGMENT_SYN, 1, 0));
	wire_pump(b->wire);
	assert_string_equal(event_at(b, 2, EVENT_DROPPED)->text, "no host has this address");
	assert_null(event_at(b, 2, EVENT_DROPPED)->host);
	assert_told(b, "sent 1@0 ");
	assert_null(nth(b, 0));
	assert_true(wire_idle(b->wire));
}

/* A third host, number 2, at 10.0.0.3. */
static void attach_third(struct bench *b, int tun)
{
	const struct address a = at("10.0.0.3");

	wire_attach(b->wire, 2, "third", tun);
	wire_address(b->wire, 2, &a);
}

static void send_to_third(struct bench *b, uint32_t seq)
{
	uint8_t packet[HEADERS + 64];

	leave(b, 0, packet, build(packet, "10.0.0.1", "10.0.0.3", SEGMENT_ACK, seq, 1));
	wire_pump(b->wire);
}

static void segment_to_a_host_that_is_gone_is_dropped_with_errno(void **state)
{
	struct bench *b = *state;
	uint64_t last;

	attach_third(b, 9999);
	send_to_third(b, 1);
	last = journal_last(b->journal);
	assert_string_equal(event_at(b, last, EVENT_DROPPED)->text, strerror(EBADF));
	assert_int_equal(event_at(b, last, EVENT_DROPPED)->verdict.number, 1);
	assert_told(b, "sent 1@0 ");
	assert_true(wire_idle(b->wire));
}

/* An older one may have been its life before a reboot. */
static void newest_host_with_an_address_has_it(void **state)
{
	struct bench *b = *state;
	const struct address third = at("10.0.0.3");

	attach_third(b, -1);
	wire_attach(b->wire, 3, "fourth", -1);
	wire_address(b->wire, 3, &third);
	send_to_third(b, 1);
	assert_string_equal(event_at(b, 2, EVENT_DELIVERED)->host, "fourth");
}

static void segment_to_a_ghost_is_delivered_to_nobody(void **state)
{
	struct bench *b = *state;

	b->shut[2] = true; /* there is no kernel to wait for */
	attach_third(b, -1);
	send_to_third(b, 1);
	assert_verdict(b, 2, EVENT_DELIVERED, 1, 1, "third");
	assert_told(b, "sent 1@0 ");
	assert_true(wire_idle(b->wire));
}

static void cut_cable_loses_both_ways_and_spares_loopback(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64];

	wire_cut(b->wire, 1, true);
	send_flags(b, 0, SEGMENT_ACK, 1, 1);
	wire_pump(b->wire);
	assert_string_equal(assert_verdict(b, 2, EVENT_DROPPED, 1, 1, "right")->text,
		"the cable of right is cut");
	send_flags(b, 1, SEGMENT_ACK, 2, 1);
	wire_pump(b->wire);
	assert_verdict(b, 4, EVENT_DROPPED, 2, 3, "left");
	leave(b, 1, packet, build(packet, "127.0.0.1", "127.0.0.1", SEGMENT_ACK, 3, 0));
	leave(b, 1, packet, build(packet, "10.0.0.2", "10.0.0.2", SEGMENT_ACK, 4, 0));
	wire_pump(b->wire);
	assert_arrived(b, 1, "3 4 ");
	wire_cut(b->wire, 1, false);
	send_flags(b, 0, SEGMENT_ACK, 5, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "5 ");
	assert_arrived(b, 0, "");
}

static void cable_cut_on_the_way_loses_what_arrives_later(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 1);
	send_flags(b, 0, SEGMENT_ACK, 1, 1);
	wire_pump(b->wire);
	wire_cut(b->wire, 1, true);
	wire_step(b->wire, 0, NULL, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "");
	assert_verdict(b, 3, EVENT_DROPPED, 1, 1, "right");
}

static void silenced_host_says_nothing_and_hears_nothing(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 1);
	send_flags(b, 1, SEGMENT_ACK, 1, 1);
	wire_pump(b->wire);
	wire_silence(b->wire, 1);
	send_flags(b, 1, SEGMENT_RST, 2, 0);
	send_flags(b, 0, SEGMENT_ACK, 3, 1);
	wire_pump(b->wire);
	assert_arrived(b, 1, "");
	assert_string_equal(event_at(b, journal_last(b->journal), EVENT_DROPPED)->text,
		"right is down");
	wire_step(b->wire, 1, NULL, 1); /* it was on its way before */
	wire_pump(b->wire);
	assert_arrived(b, 0, "1 ");
}

static void successor_gets_what_was_on_its_way(void **state)
{
	struct bench *b = *state;
	int pair[2];
	uint8_t packet[HEADERS + 64];

	rule(b, RULE_HOLD, NULL, 2);
	send_numbered(b, 2);
	wire_pump(b->wire);
	wire_silence(b->wire, 1);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	wire_attach(b->wire, 2, "right", pair[1]);
	wire_succeed(b->wire, 1, 2);
	wire_step(b->wire, 0, NULL, 2);
	wire_pump(b->wire);
	assert_int_equal(arrive(pair[0], packet, sizeof(packet)), HEADERS + 1);
	assert_int_equal(packet[27], 1);
	assert_int_equal(arrive(pair[0], packet, sizeof(packet)), HEADERS + 1);
	assert_arrived(b, 1, "");
	close(pair[0]);
	close(pair[1]);
}

static void successor_answers_with_its_cable_for_what_was_sent_before(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 1);
	wire_pump(b->wire);
	wire_cut(b->wire, 0, true);
	wire_silence(b->wire, 0);
	wire_attach(b->wire, 2, "left", -1);
	wire_succeed(b->wire, 0, 2);
	wire_cut(b->wire, 2, false);
	wire_release(b->wire);
	wire_pump(b->wire);
	assert_arrived(b, 1, "1 ");
}

static void detached_host_takes_along_what_is_on_its_way(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	send_numbered(b, 2);
	send_flags(b, 1, SEGMENT_ACK, 9, 1);
	wire_pump(b->wire);
	wire_detach(b->wire, 1);
	assert_null(nth(b, 0));
	assert_int_equal(wire_find_host(b->wire, 0,
				 &(struct address){ .family = AF_INET, .bytes = { 10, 0, 0, 2 } }),
		WIRE_NOWHERE);
}

static void begun_anew_the_wire_knows_no_rule_and_no_conversation(void **state)
{
	struct bench *b = *state;

	rule(b, RULE_HOLD, NULL, 0);
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_pump(b->wire);
	wire_begin_anew(b->wire);
	assert_null(wire_rules(b->wire)->first);
	send_flags(b, 0, SEGMENT_ACK, 500, 1);
	wire_drain(b->wire);
	assert_int_equal(event_at(b, journal_last(b->journal), EVENT_SEGMENT)->wire.repeats, 0);
	assert_int_equal(wire_last_number(b->wire), 2);
}

static void broadcast_reaches_all_but_its_sender(void **state)
{
	struct bench *b = *state;
	uint8_t packet[HEADERS + 64];

	attach_third(b, -1);
	leave(b, 0, packet, build(packet, "10.0.0.1", "255.255.255.255", SEGMENT_ACK, 1, 0));
	wire_pump(b->wire);
	assert_arrived(b, 0, "");
	assert_arrived(b, 1, "1 ");
	event_at(b, 1, EVENT_SEGMENT);
	assert_int_equal(event_at(b, 2, EVENT_COPY)->wire.repeats, 1);
	assert_told(b, "sent 1@0 delivered 1@1 ");
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
	assert_int_equal(nth(b, 0)->number, 1);
	assert_int_equal(nth(b, 2)->number, 3);
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
		WIRE_TEST(datagram_is_numbered_held_and_let_go_as_a_segment_is),
		WIRE_TEST(drain_when_malformed_forgets_it),
		WIRE_TEST(segment_to_nobody_is_dropped_and_said),
		WIRE_TEST(segment_to_a_host_that_is_gone_is_dropped_with_errno),
		WIRE_TEST(newest_host_with_an_address_has_it),
		WIRE_TEST(segment_to_a_ghost_is_delivered_to_nobody),
		WIRE_TEST(cut_cable_loses_both_ways_and_spares_loopback),
		WIRE_TEST(cable_cut_on_the_way_loses_what_arrives_later),
		WIRE_TEST(silenced_host_says_nothing_and_hears_nothing),
		WIRE_TEST(successor_gets_what_was_on_its_way),
		WIRE_TEST(successor_answers_with_its_cable_for_what_was_sent_before),
		WIRE_TEST(detached_host_takes_along_what_is_on_its_way),
		WIRE_TEST(begun_anew_the_wire_knows_no_rule_and_no_conversation),
		WIRE_TEST(broadcast_reaches_all_but_its_sender),
		WIRE_TEST(may_deliver_no_keeps_order_and_resumes),
		WIRE_TEST(may_deliver_no_stops_what_is_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
