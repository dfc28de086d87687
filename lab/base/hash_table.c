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

/* Each chain becomes two, in the same order. */
static void grow(struct hash_table *t)
{
	struct hash_table old = *t;

	t->size = old.size ? old.size * 2 : FIRST_SIZE;
	t->heads = memory_new(t->size * sizeof(struct hash_link *));
	for (size_t i = 0; i < old.size; i++) {
		struct hash_link **ends[] = { &t->heads[i], &t->heads[i + old.size] };

		for (struct hash_link *link = old.heads[i]; link; link = link->next) {
			unsigned half = (link->hash & old.size) != 0;

			*ends[half] = link;
			ends[half] = &link->next;
		}
		*ends[0] = *ends[1] = NULL;
	}
	free(old.heads);
}

void hash_table_add(struct hash_table *t, struct hash_link *link, uint64_t hash)
{
	struct hash_link **head;

	if (t->count * 2 >=
		t->size) /* half of the heads are free: most that is not there is known not to be at once */
		grow(t);
	head = head_of(t, hash);
	link->hash = hash;
	link->next =
		*head; /* what is new is asked for most, and then the old ones are not touched */
	*head = link;
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
