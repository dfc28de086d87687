/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Things found by what they are, at a cost that does not grow with their number. Each has its link in itself,
 * so the table owns nothing but its heads and asks for no memory when a thing is taken out. What makes two
 * things equal only their owner knows: he is given those with the same hash, the newest first.
 *
 *   for (link = hash_table_first(&t, hash); link; link = hash_table_next(link)) {
 *           struct thing *it = HASH_TABLE_ITEM(link, struct thing, by_name); ...
 *
 * One thread. */
#ifndef LAB_BASE_HASH_TABLE_H
#define LAB_BASE_HASH_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct hash_link {
	struct hash_link *next; /* borrowed: in the same chain */
	uint64_t hash;
};

/* All zero is an empty one. */
struct hash_table {
	struct hash_link **heads; /* owned */
	size_t size; /* of heads: a power of two, or 0 */
	size_t count;
};

/* The thing that has `link` as its member. */
#define HASH_TABLE_ITEM(link, type, member) ((type *)((char *)(link)-offsetof(type, member)))

/* The things stay as they are. */
void hash_table_done(struct hash_table *t);
void hash_table_add(struct hash_table *t, struct hash_link *link, uint64_t hash);
/* It must be in. */
void hash_table_remove(struct hash_table *t, struct hash_link *link);
/* NULL = there is none (more). */
struct hash_link *hash_table_first(const struct hash_table *t, uint64_t hash);
struct hash_link *hash_table_next(const struct hash_link *link);

/* Spread the bits of a number (a cookie, a port) over a hash. */
uint64_t hash_number(uint64_t number);

#endif
