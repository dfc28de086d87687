/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/row.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

/* All of WGL4, the characters that every font for terminals has, and none that some terminals draw two
 * columns wide, as they do the emoji among the arrows. */
static const uint32_t glyphs[][2] = {
	/* UTF-8, ASCII */
	[GLYPH_LIFELINE] = { 0x2502, '|' }, /* │ */
	[GLYPH_LEAVES_RIGHT] = { 0x251c, '|' }, /* ├ */
	[GLYPH_LEAVES_LEFT] = { 0x2524, '|' }, /* ┤ */
	[GLYPH_CROSSING] = { 0x253c, '+' }, /* ┼ */
	[GLYPH_HEAD_RIGHT] = { 0x25ba, '>' }, /* ► */
	[GLYPH_HEAD_LEFT] = { 0x25c4, '<' }, /* ◄ */
	[GLYPH_TURN_LEFT_DOWN] = { 0x2510, '.' }, /* ┐ */
	[GLYPH_TURN_LEFT_UP] = { 0x2518, '\'' }, /* ┘ */
	[GLYPH_TURN_RIGHT_DOWN] = { 0x250c, '.' }, /* ┌ */
	[GLYPH_TURN_RIGHT_UP] = { 0x2514, '\'' }, /* └ */
	[GLYPH_CUT] = { 0x2026, '~' }, /* … */
};
static_assert(sizeof(glyphs) / sizeof(glyphs[0]) == GLYPH_COUNT, "each has both forms");

uint32_t row_glyph_point(enum glyph glyph, bool ascii)
{
	return glyphs[glyph][ascii];
}

uint32_t row_next_point(const char **at, bool ascii)
{
	const unsigned char *s = (const unsigned char *)*at;
	uint32_t point;

	if (strncmp(*at, ROW_CUT, sizeof(ROW_CUT) - 1) == 0) {
		*at += sizeof(ROW_CUT) - 1;
		return row_glyph_point(GLYPH_CUT, ascii);
	}
	if (s[0] < 0x80) {
		*at += 1;
		return s[0] >= 0x20 && s[0] < 0x7f ? s[0] : '?';
	}
	/* two bytes: Latin, Greek and Cyrillic without what combines; nothing beyond is that simple */
	if ((s[0] & 0xe0) == 0xc0 && (s[1] & 0xc0) == 0x80) {
		point = (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
		*at += 2;
		if (!ascii && point >= 0xa1 && point != 0xad &&
			(point < 0x300 || (point >= 0x370 && point < 0x483)))
			return point;
		return '?';
	}
	do
		*at += 1;
	while (((unsigned char)**at & 0xc0) == 0x80);
	return '?';
}

int row_columns(const char *text)
{
	int width = 0;

	for (; text && *text; width++)
		row_next_point(&text, false);
	return width;
}

int row_cut(const char *text, int most, struct text *out)
{
	static const char dots[] = "...";
	int columns = row_columns(text), dotted = (int)strlen(dots);
	bool cut = columns > most;
	int taken = !cut ? columns : most > dotted ? most - dotted : 0;

	for (int i = 0; i < taken; i++)
		row_write_point(row_next_point(&text, false), out);
	if (cut)
		text_puts(out, dots);
	return cut ? taken + dotted : taken;
}

void row_point(struct row *row, int x, uint32_t point)
{
	if (x >= 0 && x < ROW_WIDTH)
		row->points[x] = point;
}

void row_glyph(struct row *row, int x, enum glyph glyph)
{
	row_point(row, x, row_glyph_point(glyph, row->ascii));
}

void row_text(struct row *row, int x, int most, const char *text)
{
	int width = row_columns(text);

	for (int i = 0; i < width && i < most; i++)
		row_point(row, x + i, row_next_point(&text, row->ascii));
	if (width > most && most > 0)
		row_glyph(row, x + most - 1, GLYPH_CUT);
}

void row_begin(struct row *row, bool ascii)
{
	row->ascii = ascii;
	for (int x = 0; x < ROW_WIDTH; x++)
		row->points[x] = ' ';
}

void row_write_point(uint32_t p, struct text *out)
{
	char bytes[3];
	size_t len = 0;

	if (p < 0x80) {
		bytes[len++] = (char)p;
	} else if (p < 0x800) {
		bytes[len++] = (char)(0xc0 | p >> 6);
		bytes[len++] = (char)(0x80 | (p & 0x3f));
	} else {
		bytes[len++] = (char)(0xe0 | p >> 12);
		bytes[len++] = (char)(0x80 | (p >> 6 & 0x3f));
		bytes[len++] = (char)(0x80 | (p & 0x3f));
	}
	text_add(out, bytes, len);
}

void row_write(const struct row *row, struct text *out)
{
	int end = ROW_WIDTH;

	while (end > 0 && row->points[end - 1] == ' ')
		end--;
	for (int x = 0; x < end; x++)
		row_write_point(row->points[x], out);
	text_puts(out, "\n");
}
