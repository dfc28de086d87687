/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of a picture made of characters: a row of code points, each one column wide, written as UTF-8 or
 * ASCII. Whatever is not known to be one column wide becomes a question mark, so that no text, wherever it comes
 * from, can break a line or reach the terminal as a control. Any thread. */
#ifndef LAB_VIEW_ROW_H
#define LAB_VIEW_ROW_H

#include <stdbool.h>
#include <stdint.h>

struct text;

#define ROW_WIDTH 100 /* columns of a terminal; nothing is drawn beyond */
#define ROW_CUT "\xe2\x80\xa6" /* in a text: here something was left out */

enum glyph {
	GLYPH_LIFELINE,
	GLYPH_LEAVES_RIGHT, /* a lifeline where an arrow begins */
	GLYPH_LEAVES_LEFT,
	GLYPH_CROSSING, /* a lifeline that an arrow passes */
	GLYPH_HEAD_RIGHT,
	GLYPH_HEAD_LEFT,
	GLYPH_TURN_LEFT_DOWN, /* the corners of a loop */
	GLYPH_TURN_LEFT_UP,
	GLYPH_TURN_RIGHT_DOWN,
	GLYPH_TURN_RIGHT_UP,
	GLYPH_CUT, /* here something was left out */
	GLYPH_COUNT,
};

struct row {
	bool ascii;
	uint32_t points[ROW_WIDTH];
};

/* The code point of a glyph. */
uint32_t row_glyph_point(enum glyph glyph, bool ascii);
/* The next code point of a text that is not at its end; '?' for what may not be one column wide. */
uint32_t row_next_point(const char **at, bool ascii);
/* Columns a text takes; of NULL none. */
int row_columns(const char *text);
/* Append a text made of columns, at most `most` of them and the last three "..." when that is not all. Returns how many. */
int row_cut(const char *text, int most, struct text *out);
/* All blank. */
void row_begin(struct row *row, bool ascii);
/* What would lie beyond the ends of the row is left out. */
void row_point(struct row *row, int x, uint32_t point);
void row_glyph(struct row *row, int x, enum glyph glyph);
/* At most `most` columns, the last of them a mark when that is not all. */
void row_text(struct row *row, int x, int most, const char *text);
/* A code point below 0x10000 as UTF-8, appended. */
void row_write_point(uint32_t point, struct text *out);
/* With its newline and without the blanks at its end, appended. */
void row_write(const struct row *row, struct text *out);

#endif
