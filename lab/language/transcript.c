/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/transcript.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/evidence.h"

void transcript_begin(struct transcript *t, const char *typed, size_t len)
{
	struct text text = TEXT_EMPTY;

	if (t->count == TRANSCRIPT_TURNS_MAX) {
		t->full = true;
		return;
	}
	text_add(&text, typed, len);
	t->turns = memory_grow(t->turns, (t->count + 1) * sizeof(*t->turns));
	t->turns[t->count++] = (struct turn){ .typed = text_take(&text) };
	t->began_ns = clock_now_ns();
}

void transcript_saw(struct transcript *t, const char *words, bool of_wire)
{
	struct turn *turn = t->count ? &t->turns[t->count - 1] : NULL;

	if (!turn)
		return;
	if (t->seen_count == TRANSCRIPT_SEEN_MAX) {
		t->full = true;
		return;
	}
	turn->seen = memory_grow(turn->seen, (turn->seen_count + 1) * sizeof(*turn->seen));
	turn->seen[turn->seen_count++] =
		(struct seen){ .words = text_copy(words), .of_wire = of_wire };
	turn->within_ns = clock_now_ns() - t->began_ns;
	t->seen_count++;
}

void transcript_read(struct transcript *t, const struct journal *j)
{
	for (uint64_t no = t->read; (no = journal_next(j, no, evidence_kinds()));) {
		const struct event event = *journal_get(j, no);
		struct text line = TEXT_EMPTY;

		enum evidence evidence = evidence_format(j, &event, &line);

		if (evidence)
			transcript_saw(t, text_get(&line), evidence == EVIDENCE_OF_WIRE);
		text_done(&line);
	}
	t->read = journal_last(j);
}

void transcript_done(struct transcript *t)
{
	for (size_t i = 0; i < t->count; i++) {
		for (size_t s = 0; s < t->turns[i].seen_count; s++)
			free(t->turns[i].seen[s].words);
		free(t->turns[i].seen);
		free(t->turns[i].typed);
	}
	free(t->turns);
	*t = (struct transcript){ 0 };
}
