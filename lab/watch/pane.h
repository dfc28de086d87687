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
	/* From where: the first row, from 0; of the ladder from 1, and 0 = its end; of the story the last event, 0 =
	 * the latest. */
	uint64_t from;
};

/* Which rows of all it shows, without those of its head, which stay. */
struct pane_rows {
	uint64_t first, shown, all; /* first: from 0; all: 0 = not counted */
	bool above; /* there are some before the first */
};

/* The rows to be seen, in order; at most as many as there are. No further down than the last ones fill the pane. */
struct pane_rows pane_fill(enum pane pane, const struct pane_order *order, struct page *page);
/* Its name, and which rows it shows when there are more. */
void pane_title(enum pane pane, const struct pane_order *order, const struct pane_rows *rows,
	struct text *out);
/* Changes when what it shows has; 0 = it changes with time. */
uint64_t pane_version(enum pane pane, const struct pane_order *order);
/* How many lines it has to show; 0 = as many as there is room for. */
size_t pane_lines(enum pane pane, const struct link *link);
/* Another place to show from, `by` lines or events further down (< 0: up). */
uint64_t pane_scroll(enum pane pane, const struct pane_order *order, int64_t by);

/* Of `all` rows those to be seen with room for `most`, from `from` on or, near the end, from before it. */
struct pane_rows pane_rows_fit(uint64_t from, uint64_t all, int most);
/* " (rows 1 to 3 of 6)" when there are more; else nothing. */
void pane_rows_tell(const struct pane_rows *rows, bool back, struct text *out);

/* pane_sockets.c */
struct pane_rows pane_sockets(const struct pane_order *order, struct page *page);
void pane_sockets_title(const struct pane_order *order, const struct pane_rows *rows,
	struct text *out);
/* pane_ladder.c */
struct pane_rows pane_ladder(const struct pane_order *order, struct page *page);
/* pane_diagram.c */
struct pane_rows pane_diagram(const struct pane_order *order, struct page *page);

#endif
