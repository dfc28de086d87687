/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trains on the wire: carried as they are in bulk flow, cut where somebody needs their segments, and told alike. */
#include "wire_bench.h"

#include <signal.h>

#include "wire/build.h"
#include "wire/decode.h"
#include "wire/octets.h"

#define PIECE 1000
#define LEN (3 * PIECE - 100) /* of a train in these tests: three segments, the last one shorter */
#define LONG 60000 /* of one that makes up bulk */
#define PACKETS_MOST 2000
#define BULK 40 /* trains of LONG: more than a MiB */

static const struct virtio_net_hdr gso = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
	.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
	.hdr_len = HEADERS,
	.gso_size = PIECE,
	.csum_start = 20,
	.csum_offset = 16 };

/* Leave the sum of the pseudo header where the checksum is: of the addresses, the protocol and the length. */
static void leave_checksum(uint8_t *packet, size_t len)
{
	put_be16(packet + 20 + 16,
		fold_sum(sum_words((uint32_t)(IPPROTO_TCP + len - 20), packet + 12, 8)));
}

/* A train of `len` bytes of payload leaves the left host for the right one. */
static void send_train(struct bench *b, uint8_t flags, uint32_t seq, size_t len)
{
	static uint8_t packet[HEADERS + LONG];

	build(packet, "10.0.0.1", "10.0.0.2", flags, seq, 0);
	leave_checksum(packet, HEADERS + len);
	memset(packet + HEADERS, 'x', len);
	packet[2] = (uint8_t)((HEADERS + len) >> 8);
	packet[3] = (uint8_t)(HEADERS + len);
	leave_with(b, 0, &gso, packet, HEADERS + len);
}

/* What has arrived at the right host since the last look: payload lengths, of a train with a T in front:
 * "T2900 ", "1000 1000 900 ". Whatever is no train has a checksum. */
static void assert_came(struct bench *b, const char *expected)
{
	static uint8_t packet[HEADERS + LONG];
	struct virtio_net_hdr header = { 0 };
	struct text came = TEXT_EMPTY;
	ssize_t len;

	while ((len = arrive_with(b->kernel[1], &header, packet, sizeof(packet))) >= HEADERS) {
		if (header.gso_type == VIRTIO_NET_HDR_GSO_NONE)
			assert_true(packet_checksum_ok(packet, (size_t)len));
		else
			assert_memory_equal(&header, &gso, sizeof(gso));
		text_printf(&came, "%s%d ", header.gso_type ? "T" : "", (int)(len - HEADERS));
	}
	assert_string_equal(text_get(&came), expected);
	text_done(&came);
}

/* Send `most` trains, or fewer until one arrives as such. Returns whether one did. */
static bool send_bulk(struct bench *b, unsigned most, uint32_t *seq)
{
	static uint8_t packet[HEADERS + LONG];
	struct virtio_net_hdr header = { 0 };

	for (unsigned i = 0; i < most && header.gso_type == VIRTIO_NET_HDR_GSO_NONE; i++) {
		send_train(b, SEGMENT_ACK, *seq, LONG);
		*seq += LONG;
		wire_pump(b->wire);
		while (arrive_with(b->kernel[1], &header, packet, sizeof(packet)) > HEADERS)
			;
	}
	text_clear(&b->told);
	return header.gso_type == VIRTIO_NET_HDR_GSO_TCPV4;
}

/* Send until the wire takes it for bulk. Returns the next seq. */
static uint32_t begin_flow(struct bench *b)
{
	uint32_t seq = 1;

	assert_true(send_bulk(b, PACKETS_MOST, &seq));
	return seq;
}

/* Events `no` ...: three segments of a train, the first of them packet `number` with this seq. */
static void assert_segments(struct bench *b, uint64_t no, uint64_t number, uint32_t seq)
{
	static const uint32_t lens[] = { PIECE, PIECE, LEN - 2 * PIECE };

	for (unsigned i = 0; i < 3; i++) {
		const struct event *event = event_at(b, no + i, EVENT_SEGMENT);

		assert_int_equal(event->wire.number, number + i);
		assert_int_equal(event->wire.segment.seq, seq + i * PIECE);
		assert_int_equal(event->wire.segment.payload_len, lens[i]);
		assert_int_equal(event->wire.segment.flags,
			i == 2 ? SEGMENT_ACK | SEGMENT_PSH : SEGMENT_ACK);
		assert_int_equal(event->wire.segment.excerpt_len, SEGMENT_EXCERPT_MAX);
		assert_string_equal(event->host, "left");
	}
}

static void at_first_trains_are_cut(void **state)
{
	struct bench *b = *state;

	send_train(b, SEGMENT_ACK | SEGMENT_PSH, 1, LEN);
	wire_pump(b->wire);
	assert_came(b, "1000 1000 900 ");
	assert_segments(b, 1, 1, 1);
	for (unsigned i = 0; i < 3; i++)
		assert_verdict(b, 4 + i, EVENT_DELIVERED, 1 + i, 1 + i, "right");
	assert_told(b,
		"sent 1@0 sent 1001@0 sent 2001@0 delivered 1@1 delivered 1001@1 "
		"delivered 2001@1 ");
}

static void in_flow_a_train_is_carried_as_it_is_and_told_as_its_segments(void **state)
{
	struct bench *b = *state;
	uint32_t seq = begin_flow(b);
	uint64_t no = journal_last(b->journal) + 1, number = wire_last_number(b->wire) + 1;
	struct text told = TEXT_EMPTY;

	b->origin.cause = 1;
	send_train(b, SEGMENT_ACK | SEGMENT_PSH, seq, LEN);
	wire_pump(b->wire);
	assert_came(b, "T2900 ");
	assert_segments(b, no, number, seq);
	for (unsigned i = 0; i < 3; i++)
		assert_verdict(b, no + 3 + i, EVENT_DELIVERED, number + i, no + i, "right");
	assert_int_equal(journal_last(b->journal), no + 5);
	assert_int_equal(wire_last_number(b->wire), number + 2);
	text_printf(&told, "sent %u@0 delivered %u@1 ", seq, seq);
	assert_told(b, text_get(&told));
	text_done(&told);
}

static void rule_meets_the_segments_of_a_train_that_waited(void **state)
{
	struct bench *b = *state;
	uint32_t seq = begin_flow(b);

	send_train(b, SEGMENT_ACK, seq, LEN);
	rule(b, RULE_DROP, NULL, 1);
	rule(b, RULE_HOLD, NULL, 1);
	wire_pump(b->wire);
	assert_came(b, "900 ");
	assert_rules(b, "drop any x1: 1 hits\nhold any x1: 1 hits\n");
	assert_int_equal(nth(b, 0)->len, HEADERS + PIECE);
	assert_int_equal(nth(b, 0)->segment.seq, seq + PIECE);
	assert_null(nth(b, 1));
	wire_release(b->wire);
	wire_pump(b->wire);
	assert_came(b, "1000 ");
}

static void look_at_the_wire_shows_segments_with_their_numbers(void **state)
{
	struct bench *b = *state;
	uint32_t seq = begin_flow(b);
	uint64_t number = wire_last_number(b->wire) + 1, no = journal_last(b->journal) + 1;

	b->shut[1] = true;
	send_train(b, SEGMENT_ACK | SEGMENT_PSH, seq, LEN);
	send_train(b, SEGMENT_ACK | SEGMENT_PSH, seq + LEN, LEN);
	wire_pump(b->wire);
	assert_segments(b, no, number, seq);
	assert_segments(b, no + 3, number + 3, seq + LEN);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(nth(b, i)->number, number + i);
		assert_int_equal(nth(b, i)->event, no + i);
		assert_int_equal(nth(b, i)->segment.seq,
			i < 3 ? seq + i * PIECE : seq + LEN + (i - 3) * PIECE);
	}
	assert_null(nth(b, 6));
	b->shut[1] = false;
	wire_pump(b->wire);
	assert_came(b, "1000 1000 900 1000 1000 900 ");
	for (unsigned i = 0; i < 6; i++)
		assert_verdict(b, no + 6 + i, EVENT_DELIVERED, number + i, no + i, "right");
}

static void what_may_move_a_state_goes_segment_by_segment(void **state)
{
	struct bench *b = *state;
	uint32_t seq = begin_flow(b);
	uint64_t number = wire_last_number(b->wire) + 1, no = journal_last(b->journal) + 1;

	b->alone = true;
	send_train(b, SEGMENT_ACK | SEGMENT_PSH, seq, LEN);
	wire_pump(b->wire);
	assert_came(b, "1000 1000 900 ");
	assert_segments(b, no, number, seq);
	for (unsigned i = 0; i < 3; i++)
		assert_verdict(b, no + 3 + i, EVENT_DELIVERED, number + i, no + i, "right");
}

static void fin_is_the_last_segments_own(void **state)
{
	struct bench *b = *state;
	uint32_t seq = begin_flow(b);
	uint64_t no = journal_last(b->journal) + 1;

	send_train(b, SEGMENT_ACK | SEGMENT_FIN, seq, LEN);
	wire_pump(b->wire);
	assert_came(b, "1000 1000 900 ");
	assert_int_equal(event_at(b, no + 1, EVENT_SEGMENT)->wire.segment.flags, SEGMENT_ACK);
	assert_int_equal(event_at(b, no + 2, EVENT_SEGMENT)->wire.segment.flags,
		SEGMENT_ACK | SEGMENT_FIN);
}

static void what_is_sent_again_is_named_segment_by_segment(void **state)
{
	struct bench *b = *state;
	uint32_t seq = begin_flow(b);
	uint64_t number = wire_last_number(b->wire) + 1, no;

	send_train(b, SEGMENT_ACK, seq, LEN);
	wire_pump(b->wire);
	assert_came(b, "T2900 ");
	no = journal_last(b->journal) + 1;
	send_train(b, SEGMENT_ACK | SEGMENT_PSH, seq, LEN);
	wire_pump(b->wire);
	assert_came(b, "1000 1000 900 ");
	assert_segments(b, no, number + 3, seq);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(event_at(b, no + i, EVENT_SEGMENT)->wire.repeats, number + i);
}

static void cable_loses_a_train_segment_by_segment(void **state)
{
	struct bench *b = *state;
	uint32_t seq = begin_flow(b);
	uint64_t number = wire_last_number(b->wire) + 1, no = journal_last(b->journal) + 1;

	b->shut[1] = true;
	send_train(b, SEGMENT_ACK, seq, LEN);
	wire_pump(b->wire);
	wire_cut(b->wire, 1, true);
	b->shut[1] = false;
	wire_pump(b->wire);
	assert_came(b, "");
	for (unsigned i = 0; i < 3; i++)
		assert_verdict(b, no + 3 + i, EVENT_DROPPED, number + i, no + i, "right");
	assert_true(wire_idle(b->wire));
}

static void kernel_refuses_a_train_segment_by_segment(void **state)
{
	struct bench *b = *state;
	uint32_t seq = begin_flow(b);
	uint64_t number = wire_last_number(b->wire) + 1, no = journal_last(b->journal) + 1;

	signal(SIGPIPE, SIG_IGN); /* of a socket; a TUN sends none */
	assert_int_equal(shutdown(b->kernel[1], SHUT_RD), 0);
	send_train(b, SEGMENT_ACK, seq, LEN);
	wire_pump(b->wire);
	for (unsigned i = 0; i < 3; i++) {
		assert_verdict(b, no + 3 + i, EVENT_DELIVERED, number + i, no + i, "right");
		assert_verdict(b, no + 6 + i, EVENT_DROPPED, number + i, no + 3 + i, "right");
	}
}

static void command_ends_the_flow(void **state)
{
	struct bench *b = *state;
	uint32_t seq = begin_flow(b);

	wire_end_flow(b->wire);
	send_train(b, SEGMENT_ACK, seq, LEN);
	wire_pump(b->wire);
	assert_came(b, "1000 1000 900 ");
}

/* Whoever looks meanwhile sees segments, and what is sent again is known segment by segment. */
static void while_the_recipe_waits_nothing_is_bulk(void **state)
{
	struct bench *b = *state;
	uint32_t seq = 1;

	wire_wait(b->wire, true);
	assert_false(send_bulk(b, BULK, &seq));
	wire_wait(b->wire, false);
	assert_true(send_bulk(b, BULK, &seq));
}

static void segment_in_flow_gets_its_checksum(void **state)
{
	struct bench *b = *state;
	struct virtio_net_hdr header = gso;
	uint8_t packet[HEADERS + 64], came[HEADERS + 64];
	size_t len = build(packet, "10.0.0.1", "10.0.0.2", SEGMENT_ACK, 1, 5);

	packet_checksum_fix(packet, len);
	memcpy(came, packet, len);
	leave_checksum(came, len);
	header.gso_type = VIRTIO_NET_HDR_GSO_NONE;
	leave_with(b, 0, &header, came, len);
	wire_pump(b->wire);
	assert_int_equal(arrive(b->kernel[1], came, sizeof(came)), len);
	assert_memory_equal(came, packet, len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(at_first_trains_are_cut),
		WIRE_TEST(in_flow_a_train_is_carried_as_it_is_and_told_as_its_segments),
		WIRE_TEST(rule_meets_the_segments_of_a_train_that_waited),
		WIRE_TEST(look_at_the_wire_shows_segments_with_their_numbers),
		WIRE_TEST(what_may_move_a_state_goes_segment_by_segment),
		WIRE_TEST(fin_is_the_last_segments_own),
		WIRE_TEST(what_is_sent_again_is_named_segment_by_segment),
		WIRE_TEST(cable_loses_a_train_segment_by_segment),
		WIRE_TEST(kernel_refuses_a_train_segment_by_segment),
		WIRE_TEST(command_ends_the_flow),
		WIRE_TEST(while_the_recipe_waits_nothing_is_bulk),
		WIRE_TEST(segment_in_flow_gets_its_checksum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
