/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ordered list of everything that happened in one lab. Written by the lab as it happens, read by
 * every view and expectation. An event never changes once it is in. One thread. */
#ifndef LAB_JOURNAL_JOURNAL_H
#define LAB_JOURNAL_JOURNAL_H

#include <stdint.h>

struct event;
struct journal;

/* Called once per event, in order, right after it was added. Must not add events itself. */
typedef void journal_reader_fn(void *arg, const struct journal *j, const struct event *event);

/* A journal whose clock starts now. Never NULL. */
struct journal *journal_new(void);
void journal_free(struct journal *j);

/* Append a copy of `event` (its strings too). Sets no, and time_ns when it is 0 (else it is an
 * absolute CLOCK_MONOTONIC time that the journal makes relative). Returns the event's number. */
uint64_t journal_add(struct journal *j, struct event event);

/* Borrow event `no`; NULL when there is none. Valid until journal_free(). */
const struct event *journal_get(const struct journal *j, uint64_t no);
/* Number of the last event; 0 when empty. */
uint64_t journal_last(const struct journal *j);

/* Call `reader` for all events to come. At most 4 readers; they stay until the journal is freed. */
void journal_read(struct journal *j, journal_reader_fn *reader, void *arg);

#endif
