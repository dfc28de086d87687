/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number_index.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FIRST_SIZE 64

void number_index_done(struct number_index *x)
{
	free(x->entries);
	free(x->heads);
	*x = (struct number_index){ 0 };
}

static size_t *head_of(const struct number_index *x, uint64_t hash)
{
	return &x->heads[hash & (x->size - 1)];
}

/* Put an entry where it belongs in its chain; false: one like it is there. */
static bool link_entry(struct number_index *x, size_t at)
{
	struct number_index_entry *e = &x->entries[at];
	size_t *place = head_of(x, e->hash);

	while (*place && x->entries[*place - 1].number > e->number)
		place = &x->entries[*place - 1].next;
	for (size_t i = *place; i && x->entries[i - 1].number == e->number;
		i = x->entries[i - 1].next) {
		if (x->entries[i - 1].hash == e->hash)
			return false;
	}
	e->next = *place;
	*place = at + 1;
	return true;
}

static void grow(struct number_index *x)
{
	x->size = x->size ? 2 * x->size : FIRST_SIZE;
	x->entries = memory_grow(x->entries, x->size * sizeof(*x->entries));
	x->heads = memory_grow(x->heads, x->size * sizeof(*x->heads));
	memset(x->heads, 0, x->size * sizeof(*x->heads));
	for (size_t i = 0; i < x->count; i++)
		link_entry(x, i);
}

void number_index_add(struct number_index *x, uint64_t hash, size_t number)
{
	if (x->count == x->size)
		grow(x);
	x->entries[x->count] = (struct number_index_entry){ .hash = hash, .number = number };
	x->count += link_entry(x, x->count);
}

static size_t same_from(const struct number_index *x, size_t at, uint64_t hash)
{
	while (at && x->entries[at - 1].hash != hash)
		at = x->entries[at - 1].next;
	return at;
}

size_t number_index_first(const struct number_index *x, uint64_t hash)
{
	return x->size ? same_from(x, *head_of(x, hash), hash) : 0;
}

size_t number_index_next(const struct number_index *x, size_t at)
{
	return same_from(x, x->entries[at - 1].next, x->entries[at - 1].hash);
}

size_t number_index_get(const struct number_index *x, size_t at)
{
	return x->entries[at - 1].number;
}
