/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a TUN with a vnet header gives: the header, and a packet that may be a train. Its segments are as
 * long together as it is, and each one, cut out, decodes to what is said of it. */
#include <linux/virtio_net.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/lab_assert.h"
#include "base/text.h"
#include "wire/decode.h"
#include "wire/train.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void cut(const struct segment *train, const uint8_t *packet, uint16_t piece)
{
	unsigned count = train_count(train, piece);
	size_t sum = 0;

	for (unsigned i = 0; i < count; i++) {
		/* their very size: a byte too far is seen */
		uint8_t *part = memory_new((size_t)train->payload_offset + piece);
		size_t len = train_cut(train, packet, piece, i, part);
		struct segment said, decoded;

		train_part(train, packet, piece, i, &said);
		LAB_ASSERT(segment_decode(part, len, &decoded));
		LAB_ASSERT(decoded.kind == SEGMENT_TCP && decoded.seq == said.seq);
		LAB_ASSERT(decoded.flags == said.flags && decoded.payload_len == said.payload_len);
		sum += said.payload_len;
		free(part);
	}
	LAB_ASSERT(sum == train->payload_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct virtio_net_hdr header;
	struct segment segment;
	uint8_t *packet;
	uint16_t piece;

	if (size < sizeof(header))
		return 0;
	memcpy(&header, data, sizeof(header));
	size -= sizeof(header);
	packet = memory_new(size + 1);
	memcpy(packet, data + sizeof(header), size);
	if (segment_decode(packet, size, &segment)) {
		piece = train_piece(&header, &segment);
		if (piece)
			cut(&segment, packet, piece);
	}
	train_complete_checksum(&header, packet, size);
	free(packet);
	return 0;
}
