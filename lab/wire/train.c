/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/train.h"

#include <string.h>

#include "wire/build.h"
#include "wire/octets.h"

#define IP6_HEADER 40 /* bytes, RFC 8200 3; its payload length leaves them out */
#define TCP_HEADER 20 /* bytes, RFC 9293 3.1; without options */
/* Of a TCP header. */
#define TCP_SEQ 4
#define TCP_FLAGS 13

bool train_complete_checksum(const struct virtio_net_hdr *header, uint8_t *packet, size_t len)
{
	const size_t at = header->csum_start, field = at + header->csum_offset;
	uint32_t sum = 0;

	if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return true;
	if (field + 2 > len)
		return false;
	/* RFC 1071 1; the field holds the sum of the pseudo header */
	for (size_t i = at; i + 1 < len; i += 2)
		sum += read_be16(packet + i);
	if ((len - at) % 2)
		sum += (uint32_t)packet[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	put_be16(packet + field, sum ? sum : 0xffff); /* the same number; 0 means none to UDP */
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

size_t train_cut(const struct segment *train, const uint8_t *packet, uint16_t piece, unsigned index,
	uint8_t *part)
{
	const size_t headers = train->payload_offset;
	struct segment s;
	uint8_t *tcp;
	size_t len;

	train_part(train, packet, piece, index, &s);
	len = headers + s.payload_len;
	memcpy(part, packet, headers);
	memcpy(part + headers, packet + headers + (size_t)index * piece, s.payload_len);
	if (part[0] >> 4 == 4) {
		put_be16(part + 2, len);
		put_be16(part + 4, read_be16(part + 4) + index);
	} else {
		put_be16(part + 4, len - IP6_HEADER);
	}
	tcp = part + packet_inner_offset(part);
	put_be32(tcp + TCP_SEQ, s.seq);
	tcp[TCP_FLAGS] = s.flags;
	packet_checksum_fix(part, len);
	return len;
}
