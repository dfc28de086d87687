/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that come again in every event, kept once and known by a number. Never forgets one, so it takes no
 * more than STRINGS_MOST and none longer than STRINGS_LONGEST bytes: what it does not take has to be
 * written out. The journal's thread. */
#ifndef LAB_JOURNAL_STRINGS_H
#define LAB_JOURNAL_STRINGS_H

#include <stdint.h>

#define STRINGS_MOST 65536
#define STRINGS_LONGEST 255 /* bytes, without the terminator */
#define STRINGS_RECENT 64 /* a power of two */

struct strings {
	char **strings; /* owned, each of them too; [number - 1] */
	uint32_t count;
	uint32_t *table; /* owned: numbers by hash, 0 = free; open addressing */
	uint32_t table_size; /* a power of two, 0 before the first */
	/* The number last found for a caller's pointer, whatever it points to by now: most of an event's
	 * names stand where they stood the last time, and one comparison tells. */
	uint32_t recent[STRINGS_RECENT];
};

/* All zero is an empty one. */
void strings_done(struct strings *s);
/* The number of a string, 1, 2, 3 ...; 0 = it was not taken. */
uint32_t strings_number(struct strings *s, const char *string);
/* Borrow the string of a number that was given; valid until strings_done(). */
const char *strings_get(const struct strings *s, uint32_t number);

#endif
