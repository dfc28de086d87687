/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/train.h"

#include <string.h>

#include "wire/build.h"
#include "wire/octets.h"

#define IP6_HEADER 40 /* bytes, RFC 8200 3; its payload length leaves them out */
/* Where in their headers. */
#define IP4_CHECKSUM 10
#define TCP_SEQ 4
#define TCP_FLAGS 13
#define TCP_CHECKSUM 16

/* The checksum of what begins at `at`, where the sum of the pseudo header is in its field. */
static uint16_t completed(const uint8_t *packet, size_t len, size_t at)
{
	return (uint16_t)~fold_sum(sum_words(0, packet + at, len - at));
}

bool train_complete_checksum(const struct virtio_net_hdr *header, uint8_t *packet, size_t len)
{
	const size_t at = header->csum_start, field = at + header->csum_offset;
	uint16_t checksum;

	if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return true;
	if (field + 2 > len)
		return false;
	checksum = completed(packet, len, at);
	put_be16(packet + field,
		checksum ? checksum : 0xffff); /* the same number; 0 means none to UDP */
	return true;
}

uint16_t train_piece(const struct virtio_net_hdr *header, const struct segment *s)
{
	uint8_t type = header->gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;

	if (type != VIRTIO_NET_HDR_GSO_TCPV4 && type != VIRTIO_NET_HDR_GSO_TCPV6)
		return 0;
	return s->kind == SEGMENT_TCP && header->gso_size < s->payload_len ? header->gso_size : 0;
}

unsigned train_count(const struct segment *train, uint16_t piece)
{
	return piece ? (train->payload_len + piece - 1) / piece : 1;
}

void train_part(const struct segment *train, const uint8_t *packet, uint16_t piece, unsigned index,
	struct segment *ret_segment)
{
	const uint32_t from = (uint32_t)index * piece, left = train->payload_len - from;
	const bool last = left <= piece;

	*ret_segment = *train;
	if (!piece)
		return;
	ret_segment->seq += from;
	ret_segment->seq_rel += from;
	ret_segment->payload_len = last ? left : piece;
	if (!last)
		ret_segment->flags &= (uint8_t) ~(SEGMENT_FIN | SEGMENT_PSH);
	if (index)
		ret_segment->flags &= (uint8_t)~SEGMENT_CWR;
	ret_segment->excerpt_len =
		(uint8_t)(ret_segment->payload_len < SEGMENT_EXCERPT_MAX ? ret_segment->payload_len
									 : SEGMENT_EXCERPT_MAX);
	memset(ret_segment->excerpt, 0, sizeof(ret_segment->excerpt));
	memcpy(ret_segment->excerpt, packet + train->payload_offset + from,
		ret_segment->excerpt_len);
}

/* Complete the checksum of a part of `len` bytes, cut from a train of `train_len`. Of the sum of the pseudo header only
 * the length changes: its addresses need not be those of the IP header, but with a source route the last ones. */
static void sum_up(uint8_t *part, size_t len, size_t at, size_t train_len)
{
	const uint16_t train_tcp = (uint16_t)(train_len - at), part_tcp = (uint16_t)(len - at);
	uint8_t *field = part + at + TCP_CHECKSUM;

	put_be16(field, fold_sum((uint32_t)read_be16(field) + (uint16_t)~train_tcp + part_tcp));
	put_be16(field, completed(part, len, at));
}

size_t train_cut(const struct segment *train, const uint8_t *packet, uint16_t piece, unsigned index,
	uint8_t *part)
{
	const size_t headers = train->payload_offset;
	const size_t tcp = packet_inner_offset(packet);
	struct segment s;
	size_t len;

	train_part(train, packet, piece, index, &s);
	len = headers + s.payload_len;
	memcpy(part, packet, headers);
	memcpy(part + headers, packet + headers + (size_t)index * piece, s.payload_len);
	if (part[0] >> 4 == 4) {
		put_be16(part + 2, len);
		put_be16(part + 4, read_be16(part + 4) + index);
		put_be16(part + IP4_CHECKSUM, 0);
		put_be16(part + IP4_CHECKSUM, (uint16_t)~fold_sum(sum_words(0, part, tcp)));
	} else {
		put_be16(part + 4, len - IP6_HEADER);
	}
	put_be32(part + tcp + TCP_SEQ, s.seq);
	part[tcp + TCP_FLAGS] = s.flags;
	sum_up(part, len, tcp, headers + train->payload_len);
	return len;
}
