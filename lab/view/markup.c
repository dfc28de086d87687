/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/markup.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* What XML has no place for even as a reference (control bytes, malformed UTF-8, U+FFFE, U+FFFF) is written as
 * \xNN. Source: XML 1.0, 2.2 and 2.4. */
void markup_text(const char *string, size_t len, struct text *out)
{
	struct text printable = TEXT_EMPTY;
	char *copy = memory_new(len + 1);
	const char *s;

	memcpy(copy, string, len);
	text_printable_lines(&printable, copy);
	for (s = text_get(&printable); *s; s++) {
		switch (*s) {
		case '&':
			text_puts(out, "&amp;");
			break;
		case '<':
			text_puts(out, "&lt;");
			break;
		case '>':
			text_puts(out, "&gt;");
			break;
		case '"':
			text_puts(out, "&quot;");
			break;
		default:
			if (memcmp(s, "\xef\xbf", strnlen(s, 2)) == 0 &&
				(s[2] == '\xbe' || s[2] == '\xbf')) {
				text_printf(out, "\\xef\\xbf\\x%02x", (unsigned char)s[2]);
				s += 2;
			} else {
				text_add(out, s, 1);
			}
		}
	}
	free(copy);
	text_done(&printable);
}

void markup_attribute(const char *name, const char *value, size_t len, struct text *out)
{
	text_printf(out, " %s=\"", name);
	markup_text(value, len, out);
	text_puts(out, "\"");
}

json_t *markup_json(const char *string)
{
	struct text printable = TEXT_EMPTY;
	json_t *value;

	if (!string)
		return json_null();
	text_printable_lines(&printable, string);
	value = json_string(text_get(&printable));
	text_done(&printable);
	return value;
}
