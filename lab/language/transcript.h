/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A student's session, turn by turn: what was typed, and what was seen until the next was typed (evidence.h). In the
 * first turn nothing is typed: something may happen before that. It is
 * recorded while it happens, and it is what a submission holds. */
#ifndef LAB_LANGUAGE_TRANSCRIPT_H
#define LAB_LANGUAGE_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

#define TRANSCRIPT_TURNS_MAX 2000
#define TRANSCRIPT_SEEN_MAX 20000 /* pieces of evidence, of all turns */

struct seen {
	char *words; /* owned */
	bool of_wire; /* it need not be the same again */
};

struct turn {
	char *typed; /* owned: one line, or those of a block */
	struct seen *seen; /* owned */
	size_t seen_count;
	uint64_t within_ns; /* from its beginning to the last thing seen */
	bool stopped; /* its waiting was ended by Ctrl-C */
};

struct transcript {
	struct turn *turns; /* owned */
	size_t count;
	size_t seen_count; /* of all turns */
	bool full; /* more happened than it holds */
	uint64_t read; /* the journal's last event that was taken in */
	uint64_t began_ns; /* CLOCK_MONOTONIC: the last turn did */
};

/* A turn begins. */
void transcript_begin(struct transcript *t, const char *typed, size_t len);
/* Something was seen in the last turn; before there is one, nothing is noted. */
void transcript_saw(struct transcript *t, const char *words, bool of_wire);
/* Take in what the journal has got since the last time. */
void transcript_read(struct transcript *t, const struct journal *j);
void transcript_done(struct transcript *t);

#endif
