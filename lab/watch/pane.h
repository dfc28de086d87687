/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each part of a watcher's screen tells, as lines. They read what a link knows and nothing else. One thread. */
#ifndef LAB_WATCH_PANE_H
#define LAB_WATCH_PANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link;
struct page;
struct text;

enum pane {
	PANE_SOCKETS,
	PANE_LADDER,
	PANE_DIAGRAM,
	PANE_WIRE,
	PANE_STORY,
	PANE_COUNT,
};

/* What a pane shall show. */
struct pane_order {
	const struct link *link;
	int height, width; /* of what is below its title */
	bool utf8;
	/* From where: of sockets and the wire the first row; of the ladder and the story the last event, 0 = the
	 * latest. */
	uint64_t from;
};

/* The name in its title, and the lines below it. head: of these stay when the rest is scrolled. */
void pane_title(enum pane pane, const struct pane_order *order, struct text *out);
/* The rows to be seen, in order; at most as many as there are. */
void pane_fill(enum pane pane, const struct pane_order *order, struct page *page);
/* Changes when what it shows has; 0 = it changes with time. */
uint64_t pane_version(enum pane pane, const struct pane_order *order);
/* How many lines it has to show; 0 = there is no end of them, and it is scrolled by events. */
size_t pane_lines(enum pane pane, const struct link *link);
/* Another place to show from, `by` lines or events further down (< 0: up). */
uint64_t pane_scroll(enum pane pane, const struct pane_order *order, int64_t by);

/* pane_sockets.c */
void pane_sockets(const struct pane_order *order, struct page *page);
void pane_sockets_title(const struct pane_order *order, struct text *out);
/* pane_ladder.c */
void pane_ladder(const struct pane_order *order, struct page *page);
/* pane_diagram.c */
void pane_diagram(const struct pane_order *order, struct page *page);

#endif
