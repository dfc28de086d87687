/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event in words, for the console and for the story a failed expectation shows. Plain text without
 * escapes or colours; whatever came from outside is made printable. */
#ifndef LAB_JOURNAL_NARRATE_H
#define LAB_JOURNAL_NARRATE_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/event.h"

struct journal;
struct text;

/* Who or what it is about: "c", "main", "#3"; "" when nothing in particular. Appended. */
void narrate_subject(const struct event *event, struct text *out);
/* What happened, without subject and cause: "CLOSED -> SYN-SENT". May hold newlines for output. Appended. */
void narrate_what(const struct journal *j, const struct event *event, struct text *out);
/* Why, in a few words: "main: connect", "#1 SYN"; nothing when it has no cause or the cause is
 * the command itself. Appended. */
void narrate_cause(const struct journal *j, const struct event *event, struct text *out);
/* Is an EVENT_SOCKET told in words, and not for pictures only: a connection has got a descriptor, or it was found out whose it
 * is. */
bool narrate_tells_socket(const struct journal *j, const struct event *event);
/* What became of a prediction: "as foretold", "not what was said". */
const char *narrate_verdict(enum prediction_verdict verdict);
#define NARRATE_CHAIN_MOST 16
/* How event `no` came about, oldest first: call, segments, timers, states, a line each, `most` at most (the
 * youngest), down to the event itself. Nothing when it has no story: it is a command's own. Appended. */
void narrate_chain(const struct journal *j, uint64_t no, unsigned most, struct text *out);
/* The last `lines` events of the story (calls, states, segments, ends, what programs wrote), a line each with its cause,
 * indented; none from before a `reset`. Appended. */
void narrate_tail(const struct journal *j, unsigned lines, struct text *out);

#endif
