/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a packet: decode, then print what came out. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lab_assert.h"
#include "base/text.h"
#include "wire/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct segment segment;
	struct text out = TEXT_EMPTY;

	if (segment_decode(data, size, &segment)) {
		LAB_ASSERT((size_t)segment.payload_offset + segment.payload_len <= size);
		segment_format(&segment, true, &out);
	}
	text_done(&out);
	return 0;
}
