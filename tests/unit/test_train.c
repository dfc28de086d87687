/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in a train, and how it is cut. That a kernel cuts it the same way, byte for byte, is tested with one:
 * tests/kernel/test_fact_offload.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "at.h"
#include "base/address.h"
#include "wire/build.h"
#include "wire/decode.h"
#include "wire/octets.h"
#include "wire/train.h"

#define PIECE 100
#define PAYLOAD 250 /* bytes: two segments of PIECE and one of 50 */
#define ID 0xfffe /* the IPv4 identification goes round in the third one */

struct train {
	uint8_t bytes[PAYLOAD + 120];
	size_t len;
	struct segment segment;
};

/* The checksum field as a kernel leaves it: the sum of the pseudo header, not inverted; which is what the right one
 * lacks of the sum of all else. */
static void leave_checksum(struct train *t)
{
	const size_t at = packet_inner_offset(t->bytes);
	uint8_t *field = t->bytes + at + 16;
	uint16_t all = (uint16_t)~read_be16(field), rest;

	put_be16(field, 0);
	rest = fold_sum(sum_words(0, t->bytes + at, t->len - at));
	put_be16(field, fold_sum((uint32_t)all + (uint16_t)~rest));
}

/* From one host to another, with timestamps and the payload 0 1 2 3 ... */
static struct train train_of(const char *src, const char *dst, uint8_t flags)
{
	const struct segment s = { .kind = SEGMENT_TCP,
		.src = at(src, 1000),
		.dst = at(dst, 80),
		.flags = flags,
		.seq = UINT32_MAX - PIECE, /* it goes round in the second one */
		.ack = 7,
		.window = 512,
		.options = { .present = OPTION_TIMESTAMPS, .ts_value = 1, .ts_echo = 2 } };
	struct train t = { 0 };
	uint8_t payload[PAYLOAD];
	int len;

	for (size_t i = 0; i < PAYLOAD; i++)
		payload[i] = (uint8_t)i;
	len = packet_build(&s, payload, PAYLOAD, t.bytes, sizeof(t.bytes));
	assert_true(len > 0);
	t.len = (size_t)len;
	if (s.src.family == AF_INET)
		memcpy(t.bytes + 4, (uint8_t[]){ ID >> 8, ID & 0xff }, 2);
	assert_true(segment_decode(t.bytes, t.len, &t.segment));
	t.segment.seq_rel = 1;
	leave_checksum(&t);
	return t;
}

/* Each part decodes to what is said of it without cutting, and has checksums of its own. */
static void assert_parts(const struct train *t)
{
	static const size_t lens[] = { PIECE, PIECE, PAYLOAD - 2 * PIECE };

	assert_int_equal(train_count(&t->segment, PIECE), 3);
	for (unsigned i = 0; i < 3; i++) {
		uint8_t part[PIECE + 120];
		size_t len = train_cut(&t->segment, t->bytes, PIECE, i, part);
		struct segment said, decoded;

		assert_int_equal(len, t->segment.payload_offset + lens[i]);
		assert_true(packet_checksum_ok(part, len));
		assert_true(segment_decode(part, len, &decoded));
		assert_memory_equal(part + decoded.payload_offset,
			t->bytes + t->segment.payload_offset + (size_t)i * PIECE, lens[i]);
		assert_int_equal(decoded.seq, (uint32_t)(UINT32_MAX - PIECE + i * PIECE));
		train_part(&t->segment, t->bytes, PIECE, i, &said);
		assert_int_equal(said.seq_rel, 1 + i * PIECE);
		said.seq_rel = decoded.seq_rel;
		assert_memory_equal(&said, &decoded, sizeof(said));
	}
}

static void train_of_ipv4_is_cut(void **state)
{
	struct train t = train_of("10.0.0.1", "10.0.0.2", SEGMENT_ACK);
	uint8_t part[PIECE + 120];

	(void)state;
	assert_parts(&t);
	for (unsigned i = 0; i < 3; i++) {
		train_cut(&t.segment, t.bytes, PIECE, i, part);
		assert_int_equal((uint16_t)(part[4] << 8 | part[5]), (uint16_t)(ID + i));
	}
}

static void train_of_ipv6_is_cut(void **state)
{
	struct train t = train_of("fd00::1", "fd00::2", SEGMENT_ACK);

	(void)state;
	assert_parts(&t);
}

static void flags_are_those_of_the_first_and_the_last(void **state)
{
	static const uint8_t flags[] = { SEGMENT_ACK | SEGMENT_ECE | SEGMENT_CWR,
		SEGMENT_ACK | SEGMENT_ECE, SEGMENT_ACK | SEGMENT_ECE | SEGMENT_PSH | SEGMENT_FIN };
	struct train t = train_of("10.0.0.1", "10.0.0.2",
		SEGMENT_ACK | SEGMENT_ECE | SEGMENT_CWR | SEGMENT_PSH | SEGMENT_FIN);
	struct segment part;

	(void)state;
	assert_parts(&t);
	for (unsigned i = 0; i < 3; i++) {
		train_part(&t.segment, t.bytes, PIECE, i, &part);
		assert_int_equal(part.flags, flags[i]);
	}
}

static void segment_is_no_train(void **state)
{
	struct train t = train_of("10.0.0.1", "10.0.0.2", SEGMENT_ACK);
	struct virtio_net_hdr header = { .gso_size = PIECE };

	(void)state;
	assert_int_equal(train_piece(&header, &t.segment), 0);
	assert_int_equal(train_count(&t.segment, 0), 1);
	header.gso_type = VIRTIO_NET_HDR_GSO_UDP;
	assert_int_equal(train_piece(&header, &t.segment), 0);
	header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	assert_int_equal(train_piece(&header, &t.segment), PIECE);
	header.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
	assert_int_equal(train_piece(&header, &t.segment), PIECE);
	t.segment.payload_len = PIECE;
	assert_int_equal(train_piece(&header, &t.segment), 0);
	t.segment.payload_len = 0;
	assert_int_equal(train_piece(&header, &t.segment), 0);
	t.segment.payload_len = PIECE + 1;
	assert_int_equal(train_count(&t.segment, train_piece(&header, &t.segment)), 2);
	t.segment.kind = SEGMENT_OTHER;
	assert_int_equal(train_piece(&header, &t.segment), 0);
}

static void checksum_that_was_left_is_completed(void **state)
{
	struct virtio_net_hdr header = { .csum_start = 20, .csum_offset = 16 };

	(void)state;
	for (size_t odd = 0; odd < 2; odd++) {
		struct train t = train_of("10.0.0.1", "10.0.0.2", SEGMENT_ACK), was;

		t.len -= odd;
		t.bytes[3] = (uint8_t)(t.bytes[3] - odd);
		packet_checksum_fix(t.bytes, t.len);
		was = t;
		leave_checksum(&t);
		assert_false(packet_checksum_ok(t.bytes, t.len));
		header.flags = 0;
		assert_true(train_complete_checksum(&header, t.bytes, t.len));
		assert_false(packet_checksum_ok(t.bytes, t.len));
		header.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		assert_true(train_complete_checksum(&header, t.bytes, t.len));
		assert_memory_equal(t.bytes, was.bytes, sizeof(t.bytes));
	}
}

static void checksum_outside_of_the_packet_is_refused(void **state)
{
	const struct virtio_net_hdr header = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 30, /* 30 + 9 is the last byte */
		.csum_offset = 9 };
	uint8_t packet[40] = { 0x45 }, was[40];

	(void)state;
	memcpy(was, packet, sizeof(was));
	assert_false(train_complete_checksum(&header, packet, sizeof(packet)));
	assert_memory_equal(packet, was, sizeof(was));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(train_of_ipv4_is_cut),
		cmocka_unit_test(train_of_ipv6_is_cut),
		cmocka_unit_test(flags_are_those_of_the_first_and_the_last),
		cmocka_unit_test(segment_is_no_train),
		cmocka_unit_test(checksum_that_was_left_is_completed),
		cmocka_unit_test(checksum_outside_of_the_packet_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
