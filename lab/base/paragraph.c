/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/paragraph.h"

#include <stdbool.h>
#include <string.h>

#include "base/terminal.h"
#include "base/text.h"

size_t paragraph_width(void)
{
	unsigned width = terminal_width(PARAGRAPH_WIDTH);

	return width < PARAGRAPH_WIDTH ? width : PARAGRAPH_WIDTH;
}

/* Columns of UTF-8 as far as the lab's own texts go: a character is one. */
static size_t columns(const char *at, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)at[i] & 0xc0) != 0x80;
	return count;
}

/* The next piece that stays together, without the blanks around it. */
static size_t piece_length(const char *at, bool commands)
{
	const char *end;

	if (!commands)
		return strcspn(at, " \n");
	end = strstr(at, "; ");
	return end ? (size_t)(end + 1 - at) : strlen(at);
}

static void add_pieces(struct text *out, const char *first, size_t indent, const char *at,
	bool commands)
{
	size_t column = columns(first, strlen(first)), width = paragraph_width();
	bool begun = false; /* a piece stands on this line */

	text_puts(out, first);
	while (*at) {
		size_t blanks = strspn(at, " \n"), len;
		bool ends_line = *at == '\n' && at[1] == ' ';

		at += blanks;
		len = piece_length(at, commands);
		if (!len)
			break;
		if (begun && (ends_line || column + begun + columns(at, len) > width)) {
			text_printf(out, "\n%*s", (int)indent, "");
			column = indent;
			begun = false;
		}
		text_puts(out, begun ? " " : "");
		text_add(out, at, len);
		column += columns(at, len) + begun;
		begun = true;
		at += len;
	}
	text_puts(out, "\n");
}

void paragraph_add(struct text *out, const char *first, size_t indent, const char *string)
{
	add_pieces(out, first, indent, string, false);
}

void paragraph_add_commands(struct text *out, const char *first, size_t indent,
	const char *commands)
{
	add_pieces(out, first, indent, commands, true);
}

void paragraph_add_filled(struct text *out, const char *lines)
{
	size_t width = paragraph_width();

	while (*lines) {
		const char *at = lines;
		struct text paragraph = TEXT_EMPTY;
		bool fits = true;

		for (size_t len; (len = strcspn(at, "\n")); at += len + (at[len] == '\n'))
			fits = fits && columns(at, len) <= width;
		text_add(&paragraph, lines, (size_t)(at - lines));
		if (fits)
			text_puts(out, text_get(&paragraph));
		else
			paragraph_add(out, "", 0, text_get(&paragraph));
		text_done(&paragraph);
		if (*at) {
			text_puts(out, "\n");
			at++;
		}
		lines = at;
	}
}

void paragraph_add_lines(struct text *out, size_t column, size_t indent, const char *lines)
{
	size_t width = terminal_width(0);

	while (*lines) {
		size_t len = strcspn(lines, "\n");

		while (width && column + columns(lines, len) > width) {
			size_t keep = 0, used = column;

			for (size_t i = 0; i < len && used <= width; i++) {
				if (lines[i] == ' ' && i && lines[i - 1] != ' ')
					keep = i;
				used += ((unsigned char)lines[i] & 0xc0) != 0x80;
			}
			if (!keep)
				break; /* a word of a line's length: the terminal breaks it */
			text_add(out, lines, keep);
			text_printf(out, "\n%*s", (int)indent, "");
			lines += keep + 1;
			len -= keep + 1;
			column = indent;
		}
		text_add(out, lines, len);
		lines += len;
		if (*lines)
			text_add(out, lines++, 1);
		column = 0;
	}
}
