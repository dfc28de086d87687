/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/journal.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"

/* Events live in chunks that never move, so that borrowed pointers stay good. */
#define CHUNK_EVENTS 1024
#define READERS_MAX 4

struct journal {
	uint64_t start_ns;
	uint64_t count;
	struct event **chunks; /* owned */
	size_t chunk_count;
	void *strings; /* tsearch(3) tree of owned strings: names repeat in every event */
	struct {
		journal_reader_fn *function;
		void *arg;
	} readers[READERS_MAX];
	size_t reader_count;
};

struct journal *journal_new(void)
{
	struct journal *j = memory_new(sizeof(*j));

	j->start_ns = clock_now_ns();
	return j;
}

void journal_free(struct journal *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->chunk_count; i++)
		free(j->chunks[i]);
	free(j->chunks);
	tdestroy(j->strings, free);
	free(j);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(a, b);
}

static const char *journal_string(struct journal *j, const char *string)
{
	const char **found;
	char *copy;

	if (!string)
		return NULL;
	found = tfind(string, &j->strings, compare_strings);
	if (found)
		return *found;
	copy = text_copy(string);
	LAB_ASSERT(tsearch(copy, &j->strings, compare_strings));
	return copy;
}

uint64_t journal_add(struct journal *j, struct event event)
{
	size_t chunk = j->count / CHUNK_EVENTS;
	struct event *place;

	if (chunk == j->chunk_count) {
		j->chunks = memory_grow(j->chunks, (chunk + 1) * sizeof(*j->chunks));
		j->chunks[j->chunk_count++] = memory_new(CHUNK_EVENTS * sizeof(struct event));
	}
	place = &j->chunks[chunk][j->count % CHUNK_EVENTS];
	event.no = ++j->count;
	if (!event.time_ns)
		event.time_ns = clock_now_ns();
	event.time_ns = event.time_ns > j->start_ns ? event.time_ns - j->start_ns : 0;
	event.subject = journal_string(j, event.subject);
	event.host = journal_string(j, event.host);
	event.process = journal_string(j, event.process);
	event.text = journal_string(j, event.text);
	*place = event;
	for (size_t i = 0; i < j->reader_count; i++)
		j->readers[i].function(j->readers[i].arg, j, place);
	return place->no;
}

const struct event *journal_get(const struct journal *j, uint64_t no)
{
	if (no == 0 || no > j->count)
		return NULL;
	return &j->chunks[(no - 1) / CHUNK_EVENTS][(no - 1) % CHUNK_EVENTS];
}

uint64_t journal_last(const struct journal *j)
{
	return j->count;
}

void journal_read(struct journal *j, journal_reader_fn *reader, void *arg)
{
	LAB_ASSERT(j->reader_count < READERS_MAX);
	j->readers[j->reader_count].function = reader;
	j->readers[j->reader_count].arg = arg;
	j->reader_count++;
}
