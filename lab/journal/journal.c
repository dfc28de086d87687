/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/journal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/chunk.h"
#include "journal/event.h"
#include "journal/shelf.h"
#include "journal/strings.h"

#define READERS_MAX 4

/* What is known of a chunk wherever it is. */
struct summary {
	uint64_t first; /* number of its first event */
	uint64_t kinds; /* which there are in it */
};

/* What readers change of a journal that they may not change. */
struct desk {
	struct {
		struct event event;
		struct text texts;
	} borrowed[JOURNAL_BORROWED];
	unsigned next; /* of them */
	size_t chunk; /* the one last looked at: the next look is near it */
};

struct journal {
	uint64_t start_ns;
	bool told; /* times are those of another lab, and stay */
	uint64_t count;
	struct strings names;
	struct shelf *shelf; /* owned: the full chunks */
	struct chunk_writer open; /* the last one */
	struct summary *chunks; /* owned: of the full ones, and then of the open one */
	size_t chunk_capacity;
	struct desk *desk; /* owned */
	int trouble; /* why older events stay in memory: errno, 0 = nothing */
	bool trouble_told;
	struct {
		journal_reader_fn *function;
		void *arg;
	} readers[READERS_MAX];
	size_t reader_count;
};

/* Behind those on the shelf. */
static void begin_chunk(struct journal *j)
{
	size_t index = shelf_count(j->shelf);

	if (index == j->chunk_capacity) {
		j->chunk_capacity = index ? index * 2 : 16;
		j->chunks = memory_grow(j->chunks, j->chunk_capacity * sizeof(*j->chunks));
	}
	j->chunks[index] = (struct summary){ .first = j->count + 1 };
	chunk_begin(&j->open, j->count + 1);
}

struct journal *journal_new_within(size_t memory_most)
{
	struct journal *j = memory_new(sizeof(*j));

	j->start_ns = clock_now_ns();
	j->shelf = shelf_new(memory_most);
	j->desk = memory_new(sizeof(*j->desk));
	begin_chunk(j);
	return j;
}

struct journal *journal_new(void)
{
	return journal_new_within(JOURNAL_MEMORY);
}

struct journal *journal_new_told(void)
{
	struct journal *j = journal_new();

	j->told = true;
	return j;
}

void journal_free(struct journal *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < JOURNAL_BORROWED; i++)
		text_done(&j->desk->borrowed[i].texts);
	free(j->desk);
	free(j->chunks);
	chunk_done(&j->open);
	shelf_free(j->shelf);
	strings_done(&j->names);
	free(j);
}

/* ---- adding ---- */

static void append(struct journal *j, const struct event *event)
{
	chunk_add(&j->open, event, &j->names);
	j->chunks[shelf_count(j->shelf)].kinds = j->open.kinds;
	if (!chunk_full(&j->open))
		return;
	j->trouble = -shelf_add(j->shelf, j->open.chunk, j->open.len);
	begin_chunk(j);
}

static void tell_trouble(struct journal *j)
{
	struct text note = TEXT_EMPTY;

	j->trouble_told = true;
	text_printf(&note,
		"the journal cannot write its older events to a file, so they stay in memory: %s (make "
		"room in /tmp, or begin again with TMPDIR set to a folder that has some)",
		strerror(j->trouble));
	journal_add(j, (struct event){ .kind = EVENT_NOTE, .text = text_get(&note) });
	text_done(&note);
}

uint64_t journal_add(struct journal *j, struct event event)
{
	event.no = ++j->count;
	if (!j->told) {
		if (!event.time_ns)
			event.time_ns = clock_now_ns();
		event.time_ns = event.time_ns > j->start_ns ? event.time_ns - j->start_ns : 0;
	}
	append(j, &event);
	for (size_t i = 0; i < j->reader_count; i++)
		j->readers[i].function(j->readers[i].arg, j, &event);
	/* not in the middle of a train, whose events follow each other (wire.c wire_announce()) */
	if (j->trouble && !j->trouble_told && !event_is_segment(&event) &&
		!event_is_verdict(&event))
		tell_trouble(j);
	return event.no;
}

/* ---- reading ---- */

uint64_t journal_start_ns(const struct journal *j)
{
	return j->told ? 0 : j->start_ns;
}

uint64_t journal_last(const struct journal *j)
{
	return j->count;
}

/* Number of the first event behind chunk i. */
static uint64_t end_of(const struct journal *j, size_t i)
{
	return i < shelf_count(j->shelf) ? j->chunks[i + 1].first : j->count + 1;
}

/* The chunk that event `no` is in. */
static size_t chunk_of(const struct journal *j, uint64_t no)
{
	size_t low = 0, high = shelf_count(j->shelf), near = j->desk->chunk;

	if (j->chunks[near].first <= no && no < end_of(j, near))
		return near;
	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;

		if (j->chunks[middle].first <= no)
			low = middle;
		else
			high = middle - 1;
	}
	j->desk->chunk = low;
	return low;
}

/* NULL when it cannot be read back. */
static const struct chunk *get_chunk(const struct journal *j, size_t i)
{
	return i < shelf_count(j->shelf) ? shelf_get(j->shelf, i) : j->open.chunk;
}

const struct event *journal_get(const struct journal *j, uint64_t no)
{
	struct event *event = &j->desk->borrowed[j->desk->next].event;
	struct text *texts = &j->desk->borrowed[j->desk->next].texts;
	const struct chunk *chunk;

	if (no == 0 || no > j->count)
		return NULL;
	j->desk->next = (j->desk->next + 1) % JOURNAL_BORROWED;
	chunk = get_chunk(j, chunk_of(j, no));
	if (chunk)
		chunk_get(chunk, no, &j->names, texts, event);
	else
		*event = (struct event){ .no = no,
			.kind = EVENT_ERROR,
			.text = "this event cannot be read back from the journal's file" };
	return event;
}

uint64_t journal_next(const struct journal *j, uint64_t no, uint64_t kinds)
{
	while (++no <= j->count) {
		size_t i = chunk_of(j, no);
		uint64_t end = end_of(j, i);
		const struct chunk *chunk = j->chunks[i].kinds & kinds ? get_chunk(j, i) : NULL;

		for (; chunk && no < end; no++) {
			if (EVENT_BIT(chunk_kind(chunk, no)) & kinds)
				return no;
		}
		no = end - 1;
	}
	return 0;
}

uint64_t journal_previous(const struct journal *j, uint64_t no, uint64_t kinds)
{
	no = no > j->count ? j->count + 1 : no;
	while (no > 1) {
		size_t i = chunk_of(j, no - 1);
		uint64_t first = j->chunks[i].first;
		const struct chunk *chunk = j->chunks[i].kinds & kinds ? get_chunk(j, i) : NULL;

		for (; chunk && no > first; no--) {
			if (EVENT_BIT(chunk_kind(chunk, no - 1)) & kinds)
				return no - 1;
		}
		no = first;
	}
	return 0;
}

void journal_read(struct journal *j, journal_reader_fn *reader, void *arg)
{
	LAB_ASSERT(j->reader_count < READERS_MAX);
	j->readers[j->reader_count].function = reader;
	j->readers[j->reader_count].arg = arg;
	j->reader_count++;
}

struct journal_size journal_size(const struct journal *j)
{
	return (struct journal_size){ .memory = shelf_memory(j->shelf) + j->open.len,
		.file = shelf_in_file(j->shelf) };
}
