/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What viewers are told, as server-sent events, made once for all of them. The journal is the buffer: a viewer is a place
 * in it, and what lies between that and its end is what it is still to be told; the lines made last are kept, so that a
 * hundred viewers of one event cost one line of JSON. Knows no connection. The world's thread.
 *
 *   id: 12                    an event of the journal (line.h); its number, so that a browser that comes back
 *   data: {"n":12,...}        (Last-Event-ID) goes on behind it
 *
 *   event: gap                events that are not told one by one, since there are too many: `count` of them;
 *   id: 90000                 only calls and packets, never a state
 *   data: {"count":70000}
 *
 *   event: now                how the lab stands (glance.h), and `t_ns`: since it began
 *   event: end                the lab is over
 */
#ifndef LAB_SERVE_BOARD_H
#define LAB_SERVE_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct text;
struct world;

/* Somebody further behind than this is told only what is rare of what was longer ago than BOARD_KEPT events. */
#define BOARD_BEHIND_MOST 20000
#define BOARD_KEPT 10000

/* What one viewer was told. All zero: nothing yet. */
struct board_place {
	uint64_t event; /* the last one; what comes from outside may be any number */
	uint64_t now; /* which state of the lab; 0 = none yet */
};

/* world: borrowed. Never NULL. */
struct board *board_new(struct world *world);
void board_free(struct board *b);

/* Look how the lab stands, if it may have changed. */
void board_look(struct board *b);
/* Is there something for somebody who was told that? */
bool board_has_news(const struct board *b, const struct board_place *place);
/* Append what comes next, until there are about `most` bytes. */
void board_tell(struct board *b, struct board_place *place, size_t most, struct text *out);
/* The end. Appended. */
void board_end(struct text *out);

#endif
