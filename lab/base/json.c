/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

#define DIGITS_MOST 20 /* of 64 bits, with a sign */
#define UTF8_MOST 4 /* bytes of a character */

static void add_key(struct text *out, const char *key)
{
	if (out->s[out->len - 1] != '{')
		text_add(out, ",", 1);
	text_add(out, "\"", 1);
	text_puts(out, key);
	text_add(out, "\":", 2);
}

static void add_number(struct text *out, int64_t number)
{
	char digits[DIGITS_MOST];
	size_t at = sizeof(digits);
	uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (number < 0)
		digits[--at] = '-';
	text_add(out, digits + at, sizeof(digits) - at);
}

/* Bytes of `s` that stand for themselves: ASCII but controls, quotes and backslashes. */
static size_t plain_length(const char *s)
{
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

static void add_point(struct text *out, const char *s, size_t len, uint32_t point)
{
	if (point == '"' || point == '\\')
		text_printf(out, "\\%c", (char)point);
	else if (text_point_acts(point)) /* none is beyond 16 bits */
		text_printf(out, "\\u%04x", (unsigned)point);
	else
		text_add(out, s, len);
}

/* false: it is no UTF-8, and part of it was added. */
static bool add_characters(struct text *out, const char *s)
{
	uint32_t point;

	for (;;) {
		size_t len = plain_length(s);

		text_add(out, s, len);
		s += len;
		if (!*s)
			return true;
		len = text_point(s, strnlen(s, UTF8_MOST), &point);
		if (!len)
			return false;
		add_point(out, s, len, point);
		s += len;
	}
}

void json_begin(struct text *out)
{
	text_add(out, "{", 1);
}

void json_end(struct text *out)
{
	text_add(out, "}", 1);
}

void json_put_number(struct text *out, const char *key, int64_t number)
{
	add_key(out, key);
	add_number(out, number);
}

void json_put_flag(struct text *out, const char *key, bool flag)
{
	add_key(out, key);
	text_puts(out, flag ? "true" : "false");
}

void json_put_string(struct text *out, const char *key, const char *string)
{
	struct text safe = TEXT_EMPTY;
	size_t begin;

	if (!string)
		return;
	add_key(out, key);
	text_add(out, "\"", 1);
	begin = out->len;
	if (!add_characters(out, string)) {
		out->len = begin;
		text_escape(&safe, string, strlen(string));
		add_characters(out, text_get(&safe));
		text_done(&safe);
	}
	text_add(out, "\"", 1);
}

void json_put_numbers(struct text *out, const char *key, const int64_t *numbers, unsigned count)
{
	add_key(out, key);
	for (unsigned i = 0; i < count; i++) {
		text_add(out, i ? "," : "[", 1);
		add_number(out, numbers[i]);
	}
	text_puts(out, count ? "]" : "[]");
}
