/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers in packets: network byte order, at any alignment. */
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

#endif
