/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ordered list of everything that happened in one lab. Written by the lab as it happens, read by
 * every view and expectation. An event never changes once it is in. One thread.
 *
 * It may be long: events are kept as records of a few bytes (record.h) in chunks, and the older chunks in a
 * file (shelf.h). So an event that is borrowed is a copy made for the borrower, and lives for
 * JOURNAL_BORROWED more calls of journal_get(), whatever is added meanwhile. A loop over events keeps
 * numbers, not pointers. */
#ifndef LAB_JOURNAL_JOURNAL_H
#define LAB_JOURNAL_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

struct event;
struct journal;

#define JOURNAL_BORROWED 16 /* events that are borrowed at the same time */
#define JOURNAL_MEMORY (32u << 20) /* bytes of records that journal_new() keeps in memory */

/* Called once per event, in order, right after it was added. `event` is valid during the call. Must not add events
 * itself. */
typedef void journal_reader_fn(void *arg, const struct journal *j, const struct event *event);

/* A journal whose clock starts now. Never NULL. */
struct journal *journal_new(void);
/* The same that keeps `memory_most` bytes of records in memory and the older ones in a file. When they cannot be
 * written there, they stay in memory, and one EVENT_NOTE says so. */
struct journal *journal_new_within(size_t memory_most);
/* One for the events of another lab: times are since that one began, and stay as they are. */
struct journal *journal_new_told(void);
void journal_free(struct journal *j);

/* Append a copy of `event` (its strings too). Sets no, and time_ns when it is 0 (else it is an
 * absolute CLOCK_MONOTONIC time that the journal makes relative). Returns the event's number. Writes to the file now
 * and then; when it cannot, a note of its own says so, though not behind an event of a packet: those of many can be
 * counted on to follow each other. */
uint64_t journal_add(struct journal *j, struct event event);

/* Borrow event `no`; NULL when there is none. Valid until the JOURNAL_BORROWED-th call after this one; names (of
 * sockets, processes, hosts, files) until journal_free(). May read from the file; an event that cannot be read back
 * is an EVENT_ERROR that says so. */
const struct event *journal_get(const struct journal *j, uint64_t no);
/* When the lab began, CLOCK_MONOTONIC: what the times of events count from; 0 of a journal that was read. */
uint64_t journal_start_ns(const struct journal *j);
/* Number of the last event; 0 when empty. */
uint64_t journal_last(const struct journal *j);

/* Number of the first event after `no` (0 = from the beginning) and of the last one before `no`, of those whose
 * kind is in `kinds`, a mask of EVENT_BIT(); 0 = there is none. Looks at kinds only, and passes over chunks
 * that have none of them:
 *
 *   for (uint64_t no = mark; (no = journal_next(j, no, EVENT_BIT(EVENT_STATE)));) */
uint64_t journal_next(const struct journal *j, uint64_t no, uint64_t kinds);
uint64_t journal_previous(const struct journal *j, uint64_t no, uint64_t kinds);

/* Call `reader` for all events to come. At most 4 readers; they stay until the journal is freed. */
void journal_read(struct journal *j, journal_reader_fn *reader, void *arg);

/* Where the records are, in bytes: in memory, and in the file. */
struct journal_size {
	uint64_t memory, file;
};
struct journal_size journal_size(const struct journal *j);

#endif
