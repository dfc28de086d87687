/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for people, broken into lines of at most PARAGRAPH_WIDTH columns. Plain functions; any thread. */
#ifndef LAB_COMMAND_PARAGRAPH_H
#define LAB_COMMAND_PARAGRAPH_H

#include <stddef.h>

struct text;

#define PARAGRAPH_WIDTH 100 /* columns */

/* Append `first`, then the words of `string`, the first of them on the same line; further lines begin with
 * `indent` blanks. Newlines in `string` are blanks, but one before a blank ends the line. A word longer than
 * a line stands alone. Ends with a newline. */
void paragraph_add(struct text *out, const char *first, size_t indent, const char *string);
/* The same for commands: lines break behind ';' only, so that they can be pasted at the prompt. */
void paragraph_add_commands(struct text *out, const char *first, size_t indent,
	const char *commands);

#endif
