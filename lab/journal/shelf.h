/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks of bytes in the order they were put there. The youngest are in memory, up to a limit; the older
 * ones are in a file (spill.h) and come back when they are asked for. Knows nothing of what the bytes say.
 * The journal's thread. */
#ifndef LAB_JOURNAL_SHELF_H
#define LAB_JOURNAL_SHELF_H

#include <stddef.h>
#include <stdint.h>

struct shelf;

/* memory_most: bytes of chunks to keep in memory. Never NULL. */
struct shelf *shelf_new(size_t memory_most);
void shelf_free(struct shelf *s);

/* Put a copy of a chunk behind the others. 0; or -errno when older ones could not go to the file. Nothing is lost
 * then, only memory: they stay there, and the next call tries again. */
int shelf_add(struct shelf *s, const void *bytes, size_t len);
/* How many chunks there are. */
size_t shelf_count(const struct shelf *s);
/* Bytes of chunks in memory, without those that are only there to be read again. */
size_t shelf_memory(const struct shelf *s);
/* Bytes of chunks in the file. */
uint64_t shelf_in_file(const struct shelf *s);

/* Borrow chunk 0, 1, 2 ... < shelf_count(), until the next call of any function here; aligned as malloc(3) does.
 * NULL when it cannot be read back. */
const void *shelf_get(struct shelf *s, size_t index);

#endif
