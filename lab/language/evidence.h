/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a session must be the same when its commands are played again: results of calls, states, the segments
 * that move states and those a timer sent, ends of processes, goals. Not what hangs on the moment or the kernel's mood:
 * times, ports it chose, how a stream was cut into segments, acknowledgements put off. Reads the journal only. */
#ifndef LAB_LANGUAGE_EVIDENCE_H
#define LAB_LANGUAGE_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

struct event;
struct journal;
struct text;

/* The kinds of event that can be evidence, a mask. */
uint64_t evidence_kinds(void);
/* Append it in words: "c ESTABLISHED > CLOSE-WAIT", "a > c FIN/ACK", "main recv = \"data\"". false: it is none. */
bool evidence_format(const struct journal *j, const struct event *event, struct text *out);

#endif
