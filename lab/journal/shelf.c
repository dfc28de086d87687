/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/spill.h"

/* Chunks that were read back and are still there. Who tells an event also asks for the call and the cause of
 * it, which stand not far before it; a few chunks are enough for that. */
#define CACHED_MOST 8

struct chunk {
	void *bytes; /* owned; NULL = it is in the file */
	uint64_t offset; /* there */
	size_t len;
};

struct cached {
	void *bytes; /* owned; NULL = unused */
	size_t index;
};

struct shelf {
	struct chunk *chunks; /* owned */
	size_t count, capacity;
	size_t on_disk; /* the first so many are in the file */
	size_t memory, memory_most; /* bytes */
	struct spill file;
	struct cached cached[CACHED_MOST];
	size_t oldest; /* which of them is the next to go */
};

struct shelf *shelf_new(size_t memory_most)
{
	struct shelf *s = memory_new(sizeof(*s));

	s->memory_most = memory_most;
	s->file = (struct spill)SPILL_NONE;
	return s;
}

void shelf_free(struct shelf *s)
{
	if (!s)
		return;
	for (size_t i = s->on_disk; i < s->count; i++)
		free(s->chunks[i].bytes);
	for (size_t i = 0; i < CACHED_MOST; i++)
		free(s->cached[i].bytes);
	spill_done(&s->file);
	free(s->chunks);
	free(s);
}

static int spill_oldest(struct shelf *s)
{
	struct chunk *chunk = &s->chunks[s->on_disk];
	int r = spill_write(&s->file, chunk->bytes, chunk->len, &chunk->offset);

	if (r < 0)
		return r;
	free(chunk->bytes);
	chunk->bytes = NULL;
	s->memory -= chunk->len;
	s->on_disk++;
	return 0;
}

int shelf_add(struct shelf *s, const void *bytes, size_t len)
{
	struct chunk *chunk;
	int r = 0;

	if (s->count == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 16;
		s->chunks = memory_grow(s->chunks, s->capacity * sizeof(*s->chunks));
	}
	chunk = &s->chunks[s->count++];
	*chunk = (struct chunk){ .bytes = memory_grow(NULL, len), .len = len };
	memcpy(chunk->bytes, bytes, len);
	s->memory += len;
	while (r == 0 && s->memory > s->memory_most && s->on_disk < s->count)
		r = spill_oldest(s);
	return r;
}

size_t shelf_count(const struct shelf *s)
{
	return s->count;
}

size_t shelf_memory(const struct shelf *s)
{
	return s->memory;
}

uint64_t shelf_in_file(const struct shelf *s)
{
	return s->file.end;
}

const void *shelf_get(struct shelf *s, size_t index)
{
	const struct chunk *chunk = &s->chunks[index];
	struct cached *place;

	LAB_ASSERT(index < s->count);
	if (chunk->bytes)
		return chunk->bytes;
	for (size_t i = 0; i < CACHED_MOST; i++) {
		if (s->cached[i].bytes && s->cached[i].index == index)
			return s->cached[i].bytes;
	}
	place = &s->cached[s->oldest];
	s->oldest = (s->oldest + 1) % CACHED_MOST;
	free(place->bytes);
	place->index = index;
	place->bytes = memory_grow(NULL, chunk->len);
	if (spill_read(&s->file, chunk->offset, place->bytes, chunk->len) < 0) {
		free(place->bytes);
		place->bytes = NULL;
	}
	return place->bytes;
}
