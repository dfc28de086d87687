/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What diagram.c and diagram_figure.c share, and nobody else. */
#ifndef LAB_VIEW_DIAGRAM_PARTS_H
#define LAB_VIEW_DIAGRAM_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/diagram.h"

struct way;

/* A drawing in the making. */
struct drawing_board {
	struct diagram *diagram;
	const struct ways *ways; /* borrowed */
	size_t count; /* of the ways, those that are drawn */
	bool ascii;
};

/* Some cells in a row that are put down at once: marks, a name. */
#define STRIP_MOST 128
struct strip {
	struct diagram_cell cells[STRIP_MOST];
	int count;
};

/* What does not fit the strip is left out. */
void strip_add(struct strip *s, uint32_t point, bool lit, uint8_t mark);
/* UTF-8; what may not be one column wide becomes a question mark. */
void strip_text(struct strip *s, const struct drawing_board *b, const char *text, bool lit,
	uint8_t mark);

/* Rows are added below as they are needed. Outside of the columns nothing is drawn. */
void board_put(struct drawing_board *b, int x, int y, uint32_t point, bool lit, uint8_t mark);
/* At most `room` cells, the last of them a mark when that is not all. */
void board_strip(struct drawing_board *b, int x, int y, int room, const struct strip *s);

/* The picture, from line 0. Returns its height. */
int board_draw_figure(struct drawing_board *b, bool wide);

#endif
