/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run of events as one block of bytes, in which each can be found at once. Alike events follow one another
 * (the segments of a transfer), so an event is kept as what it has other than the first of its kind and subject
 * in the same chunk. The block holds no pointers: it may be copied, put away and read back. */
#ifndef LAB_JOURNAL_CHUNK_H
#define LAB_JOURNAL_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/event.h"
#include "journal/image.h"

struct strings;
struct text;

#define CHUNK_EVENTS 1024
#define CHUNK_BYTES (256u << 10) /* it is full with so many too: texts may be long */
#define CHUNK_MODELS 32 /* a power of two */

/* What the block begins with. The records follow. */
struct chunk {
	uint64_t first; /* number of the first event */
	uint64_t base_ns; /* its time */
	uint32_t at[CHUNK_EVENTS]; /* where the record of each begins, in bytes from here */
};

/* The chunk that is being written. */
struct chunk_writer {
	struct chunk *chunk; /* owned */
	size_t len, capacity; /* bytes of it */
	unsigned count; /* events in it */
	uint64_t kinds; /* which there are, a mask of EVENT_BIT() */
	/* Events that others are compared with, by kind and subject. */
	struct chunk_model {
		uint16_t index; /* in the chunk, from 1; 0 = free */
		enum event_kind kind;
		struct image image;
	} models[CHUNK_MODELS];
};

/* An empty chunk, which begins with event `first`; at first the writer is all zero. */
void chunk_begin(struct chunk_writer *w, uint64_t first);
void chunk_done(struct chunk_writer *w);
/* Put the next event into it: its number is first + count. */
void chunk_add(struct chunk_writer *w, const struct event *event, struct strings *strings);
/* Nothing more may be added. */
bool chunk_full(const struct chunk_writer *w);

/* The kind of event `no` of a chunk, without reading the rest of it. */
enum event_kind chunk_kind(const struct chunk *c, uint64_t no);
/* The event itself. Its names are borrowed from `strings`; its texts from `texts`, whose content is replaced. */
void chunk_get(const struct chunk *c, uint64_t no, const struct strings *strings,
	struct text *texts, struct event *ret_event);

#endif
