/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which events of long ago somebody who comes late has to know: those that made what still stands. Hosts, processes,
 * sockets and their states; packets that are on the wire; calls that have not returned. The world's thread. */
#ifndef LAB_WATCH_STANDING_H
#define LAB_WATCH_STANDING_H

#include <stddef.h>
#include <stdint.h>

struct journal;
struct world;

/* All zero: nothing. */
struct standing {
	uint64_t *events; /* owned: of packets and calls, in order */
	size_t count;
};

/* Find those behind event `after` and before event `until`. */
void standing_find(struct standing *s, const struct world *w, uint64_t after, uint64_t until);
void standing_done(struct standing *s);
/* The first such event behind `no`; 0 = there is none. */
uint64_t standing_next(const struct standing *s, const struct journal *j, uint64_t no);

#endif
