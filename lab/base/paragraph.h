/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for people, broken into lines between words: as wide as the terminal that standard output goes to, but at most
 * PARAGRAPH_WIDTH columns, which is also what a pipe gets. Plain functions; any thread. */
#ifndef LAB_BASE_PARAGRAPH_H
#define LAB_BASE_PARAGRAPH_H

#include <stddef.h>

struct text;

#define PARAGRAPH_WIDTH 100 /* columns */

/* The columns there are. */
size_t paragraph_width(void);

/* Append `first`, then the words of `string`, the first of them on the same line; further lines begin with
 * `indent` blanks. Newlines in `string` are blanks, but one before a blank ends the line. A word longer than
 * a line stands alone. Ends with a newline. */
void paragraph_add(struct text *out, const char *first, size_t indent, const char *string);
/* The same for commands: lines break behind ';' only, so that they can be pasted at the prompt. */
void paragraph_add_commands(struct text *out, const char *first, size_t indent,
	const char *commands);
/* Text that has lines already, each ended by a newline. Where one of a paragraph is too wide, the paragraph's words
 * are filled in anew; an empty line ends a paragraph. */
void paragraph_add_filled(struct text *out, const char *lines);
/* The same with each line by itself, for what must keep its lines: an error above the place it is about. What does not
 * fit goes on below, behind `indent` blanks. What is no terminal gets them as they are. No newline behind the last.
 * column    where the first one begins */
void paragraph_add_lines(struct text *out, size_t column, size_t indent, const char *lines);

#endif
