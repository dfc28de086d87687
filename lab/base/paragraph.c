/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/paragraph.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

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
	size_t column = strlen(first);
	bool begun = false; /* a piece stands on this line */

	text_puts(out, first);
	while (*at) {
		size_t blanks = strspn(at, " \n"), len;
		bool ends_line = *at == '\n' && at[1] == ' ';

		at += blanks;
		len = piece_length(at, commands);
		if (!len)
			break;
		if (begun && (ends_line || column + 1 + len > PARAGRAPH_WIDTH)) {
			text_printf(out, "\n%*s", (int)indent, "");
			column = indent;
			begun = false;
		}
		text_puts(out, begun ? " " : "");
		text_add(out, at, len);
		column += len + begun;
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
