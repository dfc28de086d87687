/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of a ladder, and how it looks: lifelines, the arrow between two of them, and what is written at
 * its ends. Knows nothing of the journal. Any thread. */
#ifndef LAB_VIEW_RUNG_H
#define LAB_VIEW_RUNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/lifeline.h"

struct text;

enum rung_kind {
	RUNG_PLAIN, /* no arrow */
	RUNG_WHOLE, /* |--- label --->|  sent and delivered */
	RUNG_SENT, /* |--- label ...    it stays on the wire */
	RUNG_ARRIVED, /*  ... label -->|  it comes from the wire */
	RUNG_LOST, /* |--- label --XXX  lost when sent */
	RUNG_LOST_LATER, /*  ... label XXX    lost when it had been on the wire for a while */
	RUNG_REMARK, /*    (label)       about a packet on the wire */
	RUNG_MARK, /* - - label - -    across all lifelines */
};

/* What the arrow is drawn with. */
enum rung_line {
	RUNG_LINE_SENT, /* --- by a kernel */
	RUNG_LINE_COPY, /* === the wire has made it: begins off the lifeline */
	RUNG_LINE_FORGED, /* ~~~ somebody else has: so does this */
	RUNG_LINE_COUNT,
};

/* What of a label goes where there is little room, the first first. Why a packet was lost goes behind the excerpt. Flags
 * never go: a segment has the same ones wherever it is told. */
enum rung_part {
	RUNG_PART_OFFER, /* what a SYN offers */
	RUNG_PART_EXCERPT, /* of the payload */
	RUNG_PART_FORGED, /* the line says it too */
	RUNG_PART_SACK,
	RUNG_PART_LENGTH,
	RUNG_PART_WORD, /* "seq" before the number */
	RUNG_PART_PLACE, /* all of where it is in the stream */
	RUNG_PART_AGAIN, /* which one it repeats: without it, it looks like a new one */
	RUNG_PART_COUNT,
};

struct rung_part_place {
	uint16_t begin, end; /* bytes of the label; both 0 = it has no such part */
};

/* What stands at one end, each owned and NULL for none: "connect() = 0" and "SYN-SENT", the call farther out;
 * before both the name of the socket, where one lifeline stands for several. */
struct rung_cell {
	char *name, *call, *state;
};

struct rung {
	uint64_t time_ns;
	bool timed; /* else the time is left blank */
	enum rung_kind kind;
	enum rung_line line;
	/* Lifelines; the same = to itself. Then RUNG_SENT with `loop` turns around and RUNG_ARRIVED with `loop`
	 * must follow; both have the same label, which is shown once. */
	int from, to;
	bool loop;
	char *label; /* owned; NULL = none */
	struct rung_part_place parts[RUNG_PART_COUNT];
	char *reason; /* owned; why it was lost; NULL = not told */
	struct rung_cell cells[LIFELINES_MAX];
};

/* Where everything stands. Columns from 0. */
struct rung_layout {
	size_t count; /* of lifelines, 1 to LIFELINES_MAX */
	bool ascii;
	int time; /* the time ends before this column */
	int at[LIFELINES_MAX];
	int end; /* of what is drawn below the titles */
	int width; /* columns there are, at most ROW_WIDTH */
};

void rung_done(struct rung *r);
/* Its label without the first `left_out` kinds of parts. Appended. */
void rung_format_label(const struct rung *r, unsigned left_out, struct text *out);

/* Can a call and a state, either NULL, stand side by side at one end? name: may be NULL. */
bool rung_fits(size_t lifelines, const char *name, const char *call, const char *state);
/* Give the lines of one ladder as much room as they need and there is: width columns, at most ROW_WIDTH. */
void rung_layout_fit(struct rung_layout *l, const struct lifelines *lifelines, bool ascii,
	int width, const struct rung *rungs, size_t count);
/* One line with its newline, or two: what a SYN offers may need one. Appended. */
void rung_draw(const struct rung_layout *l, const struct rung *r, struct text *out);
/* The two lines above the first. */
void rung_draw_titles(const struct rung_layout *l, const struct lifelines *lifelines,
	struct text *out);

#endif
