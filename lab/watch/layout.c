/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/layout.h"

#include <limits.h>
#include <string.h>

#define WIDE 160 /* columns: a second column stands beside the ladder */
#define LADDER_WIDTH 101 /* of which it uses 100 (ROW_WIDTH) */
#define HALVES 110 /* columns: the wire and the story stand side by side */
#define TALL 30 /* rows: there is room for the story */

/* One above the other. */
struct slot {
	enum pane pane;
	int least, most; /* rows with the title; most INT_MAX: it takes what is left */
};

struct stack {
	struct slot slots[PANE_COUNT];
	int count;
};

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static bool is_on(const struct layout_pane *p, bool fits)
{
	return p->wish == LAYOUT_ON || (p->wish == LAYOUT_AS_FITS && fits);
}

static void push(struct stack *s, enum pane pane, int least, int most)
{
	s->slots[s->count++] =
		(struct slot){ .pane = pane, .least = least, .most = larger(least, most) };
}

/* Each gets its least, the first ones first, then up to its most; what is left goes to the last. */
static void place(const struct stack *s, const struct area *in, struct area areas[PANE_COUNT])
{
	int heights[PANE_COUNT] = { 0 }, left = in->height, y = in->y, last = -1;

	for (int i = 0; i < s->count; i++) {
		if (s->slots[i].least > left)
			continue;
		heights[i] = s->slots[i].least;
		left -= heights[i];
		last = i;
	}
	for (int i = 0; i < s->count; i++) {
		int more = heights[i] ? smaller(s->slots[i].most - heights[i], left) : 0;

		heights[i] += more;
		left -= more;
	}
	for (int i = 0; i < s->count; i++) {
		heights[i] += i == last ? left : 0;
		areas[s->slots[i].pane] = (struct area){ .y = y,
			.x = in->x,
			.height = heights[i],
			.width = in->width };
		y += heights[i];
	}
}

/* The wire and the story side by side, under what is above. */
static void place_halves(int y, int height, int width, struct area areas[PANE_COUNT])
{
	int half = width / 2;

	areas[PANE_WIRE] = (struct area){ .y = y, .height = height, .width = half };
	areas[PANE_STORY] =
		(struct area){ .y = y, .x = half + 1, .height = height, .width = width - half - 1 };
}

void layout_make(int y, int height, int width, const struct layout_pane panes[PANE_COUNT],
	struct area ret_areas[PANE_COUNT])
{
	bool wide = width >= WIDE, halves = !wide && width >= HALVES;
	bool story = is_on(&panes[PANE_STORY], height >= TALL || wide);
	bool wire = is_on(&panes[PANE_WIRE], true), ladder = is_on(&panes[PANE_LADDER], true);
	int wire_rows = 1 + larger(2, smaller(panes[PANE_WIRE].lines, height / 5));
	struct stack left = { .count = 0 }, right = { .count = 0 };
	struct area all = { .y = y, .height = height, .width = width }, beside;
	struct stack *second = wide && ladder ? &right : &left;

	memset(ret_areas, 0, PANE_COUNT * sizeof(*ret_areas));
	if (is_on(&panes[PANE_SOCKETS], true)) {
		int rows = larger(4, smaller(panes[PANE_SOCKETS].lines + 1, height / 3));

		rows = ladder || wire || story ? rows : height;
		push(&left, PANE_SOCKETS, smaller(4, height), rows);
		place(&left, &(struct area){ .y = y, .height = rows, .width = width }, ret_areas);
		left.count = 0;
		all.y += ret_areas[PANE_SOCKETS].height;
		all.height -= ret_areas[PANE_SOCKETS].height;
	}
	if (halves && wire && story) {
		int rows = ladder ? larger(wire_rows, all.height / 3) : all.height;

		place_halves(all.y + all.height - rows, rows, width, ret_areas);
		all.height -= rows;
		wire = story = false;
	}
	beside = all;
	if (right.count == 0 && second == &right && (wire || story)) {
		all.width = LADDER_WIDTH;
		beside.x = LADDER_WIDTH + 1;
		beside.width = width - beside.x;
	}
	if (ladder)
		push(&left, PANE_LADDER, smaller(6, all.height),
			second == &right || !story ? INT_MAX : all.height * 2 / 3);
	if (wire)
		push(second, PANE_WIRE, 3, story ? wire_rows : INT_MAX);
	if (story)
		push(second, PANE_STORY, 3, INT_MAX);
	/* the wire's rows are its own before the ladder grows */
	for (int i = 0; second == &left && i < left.count; i++) {
		if (left.slots[i].pane == PANE_WIRE && ladder)
			left.slots[i].least = left.slots[i].most = wire_rows;
	}
	place(&left, &all, ret_areas);
	if (right.count)
		place(&right, &beside, ret_areas);
}
