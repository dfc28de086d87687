/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is there more to tell than anybody can read? Then both ends of a watch do the same in fewer and larger pieces: what costs
 * is to wake each other, not to tell one line more. A flood lasts for longer than one command takes. One thread. */
#ifndef LAB_WATCH_FLOOD_H
#define LAB_WATCH_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#define FLOOD_LINES 300 /* a second: more than that nobody reads */

/* All zero: nothing has come. */
struct flood {
	double level; /* lines beyond FLOOD_LINES a second, */
	uint64_t at_ns; /* at that time (CLOCK_MONOTONIC) */
};

/* So many lines have come. */
void flood_take(struct flood *f, uint64_t now_ns, uint64_t lines);
/* Was it one when lines were last taken? */
bool flood_lasts(const struct flood *f);

#endif
