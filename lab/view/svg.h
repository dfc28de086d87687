/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of SVG, as text. All that is written in a picture passes here, and is made harmless. Colours are classes:
 * svg_style() says what they are in light, in dark and on paper. Plain CSS without variables, so that other
 * programs than browsers can show a picture too. Any thread. */
#ifndef LAB_VIEW_SVG_H
#define LAB_VIEW_SVG_H

#include <stdbool.h>
#include <stddef.h>

struct text;

#define SVG_WORDS_MOST 400 /* of what is not seen but heard, or shown when pointed at */

/* The rules of all classes that pictures use. */
const char *svg_style(void);

/* ` name="12.5"`: one decimal, none where it is 0. Appended, as all below. */
void svg_number(const char *name, double value, struct text *out);
/* A line of text; anchor: "start", "middle", "end". most: characters, behind which it is cut; 0 = no limit. */
void svg_text(const char *class, double x, double y, const char *anchor, const char *string,
	size_t most, struct text *out);
/* As much of it as `most` characters (0 = all), made harmless: what svg_text() writes between its tags. */
void svg_words(const char *string, size_t most, struct text *out);
void svg_line(const char *class, double x1, double y1, double x2, double y2, struct text *out);
void svg_rect(const char *class, double x, double y, double width, double height, double round,
	struct text *out);
/* The head of an arrow that comes from (x0, y0) and ends at (x, y). */
void svg_head(const char *class, double x0, double y0, double x, double y, struct text *out);
/* An X around a point. */
void svg_cross(const char *class, double x, double y, struct text *out);

/* The root, with a title and a description for those who cannot see it. id: its first part, unique in a page.
 * alone: a file of its own, with a style and a ground. */
void svg_begin(const char *id, const char *class, double width, double height, const char *title,
	const char *description, bool alone, struct text *out);
void svg_end(struct text *out);

#endif
