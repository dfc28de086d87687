/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash_table.h"

#include <stdlib.h>

#include "base/lab_assert.h"
#include "base/text.h"

#define FIRST_SIZE 64

void hash_table_done(struct hash_table *t)
{
	free(t->heads);
	*t = (struct hash_table){ 0 };
}

static struct hash_link **head_of(const struct hash_table *t, uint64_t hash)
{
	return &t->heads[hash & (t->size - 1)];
}

static void append(const struct hash_table *t, struct hash_link *link)
{
	struct hash_link **end = head_of(t, link->hash);

	while (*end)
		end = &(*end)->next;
	link->next = NULL;
	*end = link;
}

static void grow(struct hash_table *t)
{
	struct hash_table old = *t;

	t->size = old.size ? old.size * 2 : FIRST_SIZE;
	t->heads = memory_new(t->size * sizeof(struct hash_link *));
	for (size_t i = 0; i < old.size; i++) {
		for (struct hash_link *link = old.heads[i], *next; link; link = next) {
			next = link->next;
			append(t, link);
		}
	}
	free(old.heads);
}

void hash_table_add(struct hash_table *t, struct hash_link *link, uint64_t hash)
{
	if (t->count == t->size)
		grow(t);
	link->hash = hash;
	append(t, link);
	t->count++;
}

void hash_table_remove(struct hash_table *t, struct hash_link *link)
{
	struct hash_link **place = head_of(t, link->hash);

	while (*place && *place != link)
		place = &(*place)->next;
	LAB_ASSERT(*place);
	*place = link->next;
	t->count--;
}

static struct hash_link *same_from(struct hash_link *link, uint64_t hash)
{
	while (link && link->hash != hash)
		link = link->next;
	return link;
}

struct hash_link *hash_table_first(const struct hash_table *t, uint64_t hash)
{
	return t->size ? same_from(*head_of(t, hash), hash) : NULL;
}

struct hash_link *hash_table_next(const struct hash_link *link)
{
	return same_from(link->next, link->hash);
}

uint64_t hash_number(uint64_t number)
{
	/* Fibonacci hashing (Knuth, TAOCP 6.4): 2^64 divided by the golden ratio; the high bits are the good ones */
	uint64_t product = number * UINT64_C(0x9e3779b97f4a7c15);

	return product ^ product >> 32;
}
