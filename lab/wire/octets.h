/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers in packets: network byte order, at any alignment; and their sums. */
#ifndef LAB_WIRE_OCTETS_H
#define LAB_WIRE_OCTETS_H

#include <stddef.h>
#include <stdint.h>

static inline uint16_t read_be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t read_be32(const uint8_t *bytes)
{
	return (uint32_t)read_be16(bytes) << 16 | read_be16(bytes + 2);
}

/* The low 16 bits of value. */
static inline void put_be16(uint8_t *bytes, size_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static inline void put_be32(uint8_t *bytes, uint32_t value)
{
	put_be16(bytes, value >> 16);
	put_be16(bytes + 2, value & 0xffff);
}

/* The sum of 16-bit words, added to `sum`; a last byte alone is the high one of its word. 32 bits hold that of any
 * packet. RFC 1071 1. */
static inline uint32_t sum_words(uint32_t sum, const uint8_t *bytes, size_t len)
{
	for (; len > 1; len -= 2, bytes += 2)
		sum += read_be16(bytes);
	return len ? sum + ((uint32_t)bytes[0] << 8) : sum;
}

/* In one's complement. The checksum is this with all bits turned. */
static inline uint16_t fold_sum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

#endif
