/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 9293's state diagram (figure 5) made of characters, with the ways of sockets in it. A canvas of cells first, so
 * that a screen may colour it; then text, which tells the same without colour:
 *
 *   [[ESTABLISHED c]]   lit: c is in this state now; [ SYN-SENT ] is a state nobody is in
 *   ═══c1,3 s2══►       somebody went here: c with its steps 1 and 3, s with its step 2 (ASCII: ===)
 *   ──────────►         nobody did (ASCII: ...)
 *
 * A mark is one letter, of the socket's name where it can be. Below is a list: each socket with its mark, its state,
 * and all its steps with their causes; those that the figure does not have (a reset, a timer that gave up) are
 * only there, and say so. Reads ways and nothing deeper. Any thread. */
#ifndef LAB_VIEW_DIAGRAM_H
#define LAB_VIEW_DIAGRAM_H

#include <stdbool.h>
#include <stdint.h>

struct text;
struct ways;

#define DIAGRAM_WAYS_MOST 8 /* in one picture: the first are drawn */
/* The compact picture, and the one whose edges have the RFC's words: asked for by a width from there on. With less
 * columns than the compact one takes there is only the list. */
#define DIAGRAM_WIDTH 76
#define DIAGRAM_LINES 19
#define DIAGRAM_WIDTH_WIDE 100
#define DIAGRAM_LINES_WIDE 25

struct diagram_options {
	int width; /* columns there are, from 1 */
	/* Lines there are: ways are cut in the middle to fit, but to 3 steps each at the least. 0 = to 12 steps each */
	int lines;
	bool all; /* every step of every way, however long */
	bool ascii; /* else UTF-8, each character one column wide */
};

/* Which way a cell belongs to. */
enum { DIAGRAM_NOBODY = 0, DIAGRAM_SEVERAL = 255 }; /* else 1 + the place of a way in `ways` */

struct diagram_cell {
	uint32_t point; /* code point, one column wide; ' ' = blank */
	bool lit; /* of a state somebody is in */
	uint8_t mark; /* whose: DIAGRAM_NOBODY, 1 + a way, DIAGRAM_SEVERAL */
};

struct diagram {
	int width, height;
	struct diagram_cell *cells; /* owned: height rows of width */
	char marks[DIAGRAM_WAYS_MOST]; /* the letter of each way */
};

/* Draw: the canvas is as wide as asked, and as high as it takes. d: all zero, or drawn before. */
void diagram_draw(struct diagram *d, const struct ways *ways,
	const struct diagram_options *options);
void diagram_done(struct diagram *d);
/* The cell at column x of line y, both from 0 and inside. */
const struct diagram_cell *diagram_cell(const struct diagram *d, int x, int y);
/* As lines, each with its newline and without the blanks at its end. Appended. */
void diagram_write(const struct diagram *d, struct text *out);

#endif
