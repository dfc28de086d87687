/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that look random and are the same every time: a lab's story must be repeatable. */
#ifndef LAB_BASE_RANDOM_H
#define LAB_BASE_RANDOM_H

#include <stdint.h>

/* The next of the row that *state stands at; any state will do to begin with. Evenly spread over 64 bits.
 * SplitMix64 (Steele, Lea, Flood 2014). */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

#endif
