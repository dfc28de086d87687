/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The story line by line, for pages: what console.h prints as it happens, but each line knows all events it tells.
 * Reads the journal and nothing deeper. One thread. */
#ifndef LAB_VIEW_STORY_H
#define LAB_VIEW_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "journal/event.h"

struct journal;

#define STORY_MOST 5000 /* lines; a page of more would be slow */

struct story_line {
	enum event_kind kind; /* of the first event */
	uint64_t first, cause; /* events */
	struct text events; /* owned; all, with blanks between */
	uint64_t time_ns;
	char *who, *what, *why; /* owned; "" for none; `what` may have several lines */
	bool passed; /* of a command: its expectation came true; of an expectation: it did */
	bool held; /* of a packet: it stayed on the wire */
	enum claim_verdict verdict; /* of a claim */
};

struct story {
	struct story_line *lines; /* owned */
	size_t count;
	uint64_t left_out; /* lines behind STORY_MOST */
};

/* all zero = no story yet */
void story_read(struct story *s, const struct journal *j);
void story_done(struct story *s);
/* The story as Markdown: commands, what they caused, what was said. Appended. */
void story_markdown(const struct story *s, struct text *out);

#endif
