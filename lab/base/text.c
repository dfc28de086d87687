/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/rescue.h"

/* No bug, and nothing to go on with: whoever asked would have to undo what it has begun, which takes memory. */
void *memory_granted(void *memory)
{
	static const char words[] = MEMORY_GONE;

	if (memory)
		return memory;
	rescue_terminal();
	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
		_exit(EXIT_UNABLE);
	_exit(EXIT_UNABLE);
}

void *memory_new(size_t size)
{
	return memory_granted(calloc(1, size ? size : 1));
}

void *memory_grow(void *old, size_t size)
{
	return memory_granted(realloc(old, size ? size : 1));
}

void *memory_one_more(void *array, size_t count, size_t size)
{
	if (count & (count - 1)) /* between two powers of two there is room */
		return array;
	return memory_grow(array, (count ? 2 * count : 1) * size);
}

char *text_copy(const char *string)
{
	return memory_granted(strdup(string));
}

void text_done(struct text *t)
{
	free(t->s);
	*t = (struct text)TEXT_EMPTY;
}

void text_clear(struct text *t)
{
	t->len = 0;
	if (t->s)
		t->s[0] = '\0';
}

/* Make room for `more` bytes and the terminator. */
static void text_reserve(struct text *t, size_t more)
{
	size_t need = t->len + more + 1;

	if (need <= t->capacity)
		return;
	t->capacity = need < 64 ? 64 : need + need / 2;
	t->s = memory_grow(t->s, t->capacity);
}

void text_add(struct text *t, const char *bytes, size_t len)
{
	text_reserve(t, len);
	if (len)
		memcpy(t->s + t->len, bytes, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void text_puts(struct text *t, const char *string)
{
	text_add(t, string, strlen(string));
}

void text_vprintf(struct text *t, const char *format, va_list args)
{
	size_t room = t->capacity - t->len; /* more often than not it fits */
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(room ? t->s + t->len : NULL, room, format, args);
	LAB_ASSERT(len >= 0);
	if ((size_t)len >= room) {
		text_reserve(t, (size_t)len);
		vsnprintf(t->s + t->len, (size_t)len + 1, format, again);
	}
	va_end(again);
	t->len += (size_t)len;
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vprintf(t, format, args);
	va_end(args);
}

const char *text_get(const struct text *t)
{
	return t->s ? t->s : "";
}

char *text_take(struct text *t)
{
	char *taken = t->s ? t->s : text_copy("");

	*t = (struct text)TEXT_EMPTY;
	return taken;
}

void text_escape(struct text *t, const char *bytes, size_t len)
{
	static const char named[][2] = { { '\n', 'n' }, { '\t', 't' }, { '\r', 'r' }, { '"', '"' },
		{ '\\', '\\' }, { '\a', 'a' }, { '\b', 'b' }, { '\f', 'f' }, { '\v', 'v' } };

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];
		size_t n = 0;

		while (n < sizeof(named) / sizeof(named[0]) && named[n][0] != (char)c)
			n++;
		if (n < sizeof(named) / sizeof(named[0]))
			text_printf(t, "\\%c", named[n][1]);
		else if (c >= 0x20 && c < 0x7f)
			text_add(t, bytes + i, 1);
		else
			text_printf(t, "\\x%02x", c);
	}
}

void text_quote(struct text *t, const char *bytes, size_t len, size_t most)
{
	size_t shown = most && len > most ? most : len;

	text_puts(t, "\"");
	text_escape(t, bytes, shown);
	text_puts(t, shown < len ? "\"..." : "\"");
}

size_t text_point(const char *bytes, size_t len, uint32_t *ret_point)
{
	const unsigned char *s = (const unsigned char *)bytes;
	uint32_t value;
	size_t need;

	if (s[0] < 0x80) {
		*ret_point = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		need = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		need = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (need > len)
		return 0;
	value = s[0] & (0xffu >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (s[i] & 0x3fu);
	}
	if ((need == 3 && value < 0x800) || (need == 4 && (value < 0x10000 || value > 0x10ffff)))
		return 0;
	if (value >= 0xd800 && value <= 0xdfff)
		return 0;
	*ret_point = value;
	return need;
}

bool text_point_acts(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) ||
		(point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

void text_printable(struct text *t, const char *bytes, size_t len)
{
	size_t i = 0;

	while (i < len) {
		uint32_t point;
		size_t n = text_point(bytes + i, len - i, &point);

		if (n && text_point_acts(point))
			n = 0;
		if (n)
			text_add(t, bytes + i, n);
		else
			text_printf(t, "\\x%02x", (unsigned char)bytes[i]);
		i += n ? n : 1;
	}
}

void text_printable_lines(struct text *t, const char *string)
{
	for (;;) {
		size_t len = strcspn(string, "\n");

		text_printable(t, string, len);
		if (!string[len])
			break;
		text_puts(t, "\n");
		string += len + 1;
	}
}

void text_duration(struct text *t, unsigned long long duration_ns)
{
	if (duration_ns <
		NS_PER_S - NS_PER_US / 2) /* what would be rounded to 1000.000 ms is a second */
		text_printf(t, "%.3f ms", (double)duration_ns / (double)NS_PER_MS);
	else
		text_printf(t, "%.3f s", (double)duration_ns / (double)NS_PER_S);
}

void text_brief_duration(struct text *t, unsigned long long duration_ns)
{
	if (duration_ns < NS_PER_S - NS_PER_MS / 20) /* 1000.0 ms is a second here too */
		text_printf(t, "%.1f ms", (double)duration_ns / (double)NS_PER_MS);
	else
		text_printf(t, "%.1f s", (double)duration_ns / (double)NS_PER_S);
}

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t text_distance(const char *a, const char *b)
{
	size_t rows[3]
		   [64]; /* of what a begins with: a letter, two letters less, and so on in turns */
	size_t len = strlen(b), i;

	if (len >= sizeof(rows[0]) / sizeof(rows[0][0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= len; j++)
		rows[0][j] = j;
	for (i = 1; a[i - 1]; i++) {
		const size_t *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
		size_t *row = rows[i % 3];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			row[j] = above[j - 1] + !same_letter(a[i - 1], b[j - 1]);
			if (above[j] + 1 < row[j])
				row[j] = above[j] + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
				same_letter(a[i - 2], b[j - 1]) && second[j - 2] + 1 < row[j])
				row[j] = second[j - 2] + 1;
		}
	}
	return rows[(i + 2) % 3][len];
}
