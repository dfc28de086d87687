/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places in a list found by a hash of what is there, at a cost that does not grow with the list; of equal hashes the
 * greatest place first. What a place has may change: it is then added again, and stays under its old hash too, so who
 * asks looks whether it is what he meant. One thread.
 *
 *   for (at = number_index_first(&x, hash); at; at = number_index_next(&x, at)) {
 *           struct thing *it = &things[number_index_get(&x, at)]; ... */
#ifndef LAB_BASE_NUMBER_INDEX_H
#define LAB_BASE_NUMBER_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct number_index_entry {
	uint64_t hash;
	size_t number;
	size_t next; /* in the same chain: its place + 1; 0 = none */
};

/* All zero is an empty one. */
struct number_index {
	struct number_index_entry *entries; /* owned */
	size_t count;
	size_t *heads; /* owned: the first of each chain, its place + 1 */
	size_t size; /* of heads: a power of two, or 0; entries have as much room */
};

void number_index_done(struct number_index *x);
/* Nothing new when it is there. */
void number_index_add(struct number_index *x, uint64_t hash, size_t number);
/* 0 = there is none (more). */
size_t number_index_first(const struct number_index *x, uint64_t hash);
size_t number_index_next(const struct number_index *x, size_t at);
size_t number_index_get(const struct number_index *x, size_t at);

#endif
