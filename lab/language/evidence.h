/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a session must be the same when its commands are played again: results of calls, states, ends of
 * processes, goals. And what is waited for, but may differ: the segments that move states and those a timer sent, for
 * two timers that are due at the same moment overtake each other. Not what hangs on the moment or the kernel's choice: times,
 * ports, how a stream was cut into segments, acknowledgements put off. Reads the journal only. */
#ifndef LAB_LANGUAGE_EVIDENCE_H
#define LAB_LANGUAGE_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

struct event;
struct journal;
struct text;

/* The kinds of event that can be evidence, a mask. */
uint64_t evidence_kinds(void);
enum evidence {
	EVIDENCE_NONE,
	EVIDENCE_FIRM,
	EVIDENCE_OF_WIRE, /* may differ */
};

/* Append it in words: "c ESTABLISHED > CLOSE-WAIT", "a > c FIN/ACK", "main recv = \"data\"". */
enum evidence evidence_format(const struct journal *j, const struct event *event, struct text *out);

#endif
