/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/strings.h"

#include <stdlib.h>
#include <string.h>

#include "base/lab_assert.h"
#include "base/text.h"

#define TABLE_FIRST 64 /* places; it doubles when more than half are taken */

void strings_done(struct strings *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		free(s->strings[i]);
	free(s->strings);
	free(s->table);
	*s = (struct strings){ 0 };
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv */
static uint32_t hash_of(const char *string)
{
	uint32_t hash = 2166136261u;

	for (; *string; string++)
		hash = (hash ^ (unsigned char)*string) * 16777619u;
	return hash;
}

/* Where the string is, or would be, in the table. */
static uint32_t *place_of(struct strings *s, const char *string)
{
	uint32_t mask = s->table_size - 1, i = hash_of(string) & mask;

	while (s->table[i] && strcmp(s->strings[s->table[i] - 1], string) != 0)
		i = (i + 1) & mask;
	return &s->table[i];
}

static void double_table(struct strings *s)
{
	s->table_size = s->table_size ? s->table_size * 2 : TABLE_FIRST;
	free(s->table);
	s->table = memory_new(s->table_size * sizeof(*s->table));
	s->strings = memory_grow(s->strings, s->table_size / 2 * sizeof(*s->strings));
	for (uint32_t i = 0; i < s->count; i++)
		*place_of(s, s->strings[i]) = i + 1;
}

static uint32_t find_or_take(struct strings *s, const char *string)
{
	uint32_t *place;

	if (strlen(string) > STRINGS_LONGEST)
		return 0;
	if (s->count == s->table_size / 2 && s->count < STRINGS_MOST)
		double_table(s);
	place = place_of(s, string);
	if (*place || s->count == STRINGS_MOST)
		return *place;
	s->strings[s->count] = text_copy(string);
	*place = ++s->count;
	return s->count;
}

uint32_t strings_number(struct strings *s, const char *string)
{
	uint32_t *recent = &s->recent[(uintptr_t)string / sizeof(void *) % STRINGS_RECENT];

	if (!*recent || strcmp(s->strings[*recent - 1], string) != 0)
		*recent = find_or_take(s, string);
	return *recent;
}

const char *strings_get(const struct strings *s, uint32_t number)
{
	LAB_ASSERT(number && number <= s->count);
	return s->strings[number - 1];
}
