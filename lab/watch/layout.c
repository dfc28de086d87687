/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/layout.h"

#include <limits.h>
#include <string.h>

#include "view/diagram.h"
#include "view/row.h"

#define WIDE                                                                                       \
	(LADDER_WIDTH + 1 + DIAGRAM_WIDTH) /* columns: a second column stands beside the ladder */
#define LADDER_WIDTH (ROW_WIDTH + 1)
#define LADDER_LEAST 6 /* rows */
#define SOCKETS_LEAST 4
#define DIAGRAM_ROWS 20 /* with its title and without the list of ways */
#define HALVES 110 /* columns: the wire and the story stand side by side */
#define TALL 26 /* rows below the sockets: there is room for the story, or the diagram */

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

/* Each gets its least, the first ones first, then up to its most; what is left goes to the last. They stand in the order
 * of their numbers. */
static void place(const struct stack *s, const struct area *in, struct area areas[PANE_COUNT])
{
	int heights[PANE_COUNT] = { 0 }, left = in->height, y = in->y, last = -1;

	for (int i = 0; i < s->count; i++) {
		if (s->slots[i].least > left)
			continue;
		heights[s->slots[i].pane] = s->slots[i].least;
		left -= s->slots[i].least;
		last = (int)s->slots[i].pane;
	}
	for (int i = 0; i < s->count; i++) {
		int *height = &heights[s->slots[i].pane];
		int more = *height ? smaller(s->slots[i].most - *height, left) : 0;

		*height += more;
		left -= more;
	}
	for (int pane = 0; pane < PANE_COUNT; pane++) {
		heights[pane] += pane == last ? left : 0;
		if (!heights[pane])
			continue;
		areas[pane] = (struct area){ .y = y,
			.x = in->x,
			.height = heights[pane],
			.width = in->width };
		y += heights[pane];
	}
}

/* The wire and the story side by side, under what is above. */
static void place_halves(int y, int height, int width, struct area areas[PANE_COUNT])
{
	int half = width / 2;

	areas[PANE_WIRE] = (struct area){ .y = y, .height = height, .width = half - 1 };
	areas[PANE_STORY] =
		(struct area){ .y = y, .x = half + 1, .height = height, .width = width - half - 1 };
}

/* The picture alone, where it cannot stand with the ladder but people want it. */
static bool is_alone(const struct layout_pane *diagram, int height)
{
	return diagram->wish == LAYOUT_ON && height < DIAGRAM_ROWS + LADDER_LEAST;
}

/* What stands below the sockets. */
static void place_rest(const struct area *rest, const struct layout_pane panes[PANE_COUNT],
	struct area areas[PANE_COUNT])
{
	bool wide = rest->width >= WIDE, tall = rest->height >= TALL;
	bool alone = !wide && is_alone(&panes[PANE_DIAGRAM], rest->height);
	bool ladder = !alone && is_on(&panes[PANE_LADDER], true);
	bool wire = !alone && is_on(&panes[PANE_WIRE], true);
	bool story = !alone && is_on(&panes[PANE_STORY], tall || wide || rest->width >= HALVES);
	bool diagram = alone || is_on(&panes[PANE_DIAGRAM], wide && tall);
	bool beside = wide && ladder && (wire || story || diagram);
	int wire_rows = 1 + larger(2, smaller(panes[PANE_WIRE].lines, rest->height / 5));
	bool halves = !wide && wire && story && rest->width >= HALVES &&
		rest->height >= wire_rows + LADDER_LEAST;
	struct stack left = { .count = 0 }, right = { .count = 0 };
	struct stack *second = beside ? &right : &left;
	struct area first = *rest, other = *rest;

	if (halves) {
		int rows = ladder || diagram ? larger(wire_rows, rest->height / 4) : rest->height;

		first.height -= rows;
		place_halves(first.y + first.height, rows, rest->width, areas);
		wire = story = false;
	}
	if (beside) {
		first.width = ROW_WIDTH;
		other.x = LADDER_WIDTH + 1;
		other.width -= other.x;
	}
	if (diagram)
		push(second, PANE_DIAGRAM, smaller(DIAGRAM_ROWS, rest->height),
			alone ? INT_MAX : panes[PANE_DIAGRAM].lines + 1);
	if (ladder)
		push(&left, PANE_LADDER, smaller(LADDER_LEAST, first.height),
			second == &left && story ? first.height * 2 / 3 : INT_MAX);
	if (wire)
		push(second, PANE_WIRE, wire_rows, wire_rows);
	if (story)
		push(second, PANE_STORY, 3, INT_MAX);
	place(&left, &first, areas);
	if (beside)
		place(&right, &other, areas);
}

void layout_make(int y, int height, int width, const struct layout_pane panes[PANE_COUNT],
	struct area ret_areas[PANE_COUNT])
{
	struct area rest = { .y = y, .height = height, .width = width };
	bool alone = width < WIDE && is_alone(&panes[PANE_DIAGRAM], height - SOCKETS_LEAST);
	bool others = false;

	memset(ret_areas, 0, PANE_COUNT * sizeof(*ret_areas));
	if (height < 1 || width < 1)
		return;
	for (int i = PANE_SOCKETS + 1; i < PANE_COUNT; i++)
		others |= is_on(&panes[i], true);
	if (is_on(&panes[PANE_SOCKETS], true) &&
		!(alone && height < DIAGRAM_ROWS + SOCKETS_LEAST)) {
		int rows = smaller(panes[PANE_SOCKETS].lines + 1, height * 2 / 5);

		rows = smaller(larger(rows, SOCKETS_LEAST), height);
		ret_areas[PANE_SOCKETS] =
			(struct area){ .y = y, .height = others ? rows : height, .width = width };
		rest.y += ret_areas[PANE_SOCKETS].height;
		rest.height -= ret_areas[PANE_SOCKETS].height;
	}
	place_rest(&rest, panes, ret_areas);
}
