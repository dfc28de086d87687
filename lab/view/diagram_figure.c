/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The states stand in three columns and seven ranks, where the RFC has them, and all lines between them run straight
 * down, up or across, so that none crosses another:
 *
 *                        CLOSED   rank 0
 *                        LISTEN
 *          SYN-RECEIVED           SYN-SENT
 *                      ESTABLISHED
 *          FIN-WAIT-1             CLOSE-WAIT
 *          FIN-WAIT-2   CLOSING   LAST-ACK
 *                      TIME-WAIT  CLOSED, again   rank 6
 *
 * A line is told by its corners, each a place in a column and a rank, so one table serves both sizes: the compact
 * picture has two lines between the ranks, the wide one three, the upper of which has the words. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "view/diagram_parts.h"
#include "view/figure.h"
#include "view/row.h"
#include "view/way.h"

#define RANKS 7
#define STATE_WIDTH 16 /* of a box with its brackets, and a lit one with two marks */
#define STATE_WIDTH_MOST 20 /* of a lit one with more */
#define MARKS_ROOM 100 /* columns of marks on an edge, more than any has */

/* ---- where things are ---- */

enum column { LEFT, MIDDLE, RIGHT, COLUMNS };

struct layout {
	int center[COLUMNS]; /* the right one of the two columns in the middle of a box */
	int gap; /* lines between ranks */
	bool words;
};

static_assert(DIAGRAM_LINES == (RANKS - 1) * 3 + 1 && DIAGRAM_LINES_WIDE == (RANKS - 1) * 4 + 1,
	"ranks, with their gaps");

static const struct layout compact = { .center = { 10, 38, 66 }, .gap = 2 };
static const struct layout wide_layout = { .center = { 10, 50, 90 }, .gap = 3, .words = true };

static const struct node {
	enum tcp_state state;
	enum column column;
	int rank;
} nodes[] = {
	{ STATE_CLOSED, MIDDLE, 0 },
	{ STATE_LISTEN, MIDDLE, 1 },
	{ STATE_SYN_RECEIVED, LEFT, 2 },
	{ STATE_SYN_SENT, RIGHT, 2 },
	{ STATE_ESTABLISHED, MIDDLE, 3 },
	{ STATE_FIN_WAIT_1, LEFT, 4 },
	{ STATE_CLOSE_WAIT, RIGHT, 4 },
	{ STATE_FIN_WAIT_2, LEFT, 5 },
	{ STATE_CLOSING, MIDDLE, 5 },
	{ STATE_LAST_ACK, RIGHT, 5 },
	{ STATE_TIME_WAIT, MIDDLE, 6 },
	{ STATE_CLOSED, RIGHT, 6 },
};
#define NODES (sizeof(nodes) / sizeof(nodes[0]))

/* A line of a rank. */
enum level {
	AT, /* that of the boxes */
	ABOVE, /* right above it */
	BELOW, /* right below it */
	ACROSS, /* where lines down to the next rank run across */
	ACROSS_UP, /* where those up to the rank before do */
};

/* Right beside the box there, instead of columns off its center. */
#define BESIDE_LEFT (-100)
#define BESIDE_RIGHT 100

struct corner {
	enum column column;
	int off; /* columns from the center */
	int rank;
	enum level level;
};

#define CORNERS_MOST 4

/* How an edge of the figure is drawn. Marks lie in the middle of the longest run across; of one that only goes
 * down or up, beside it. */
struct line {
	enum tcp_state from, to;
	struct corner corners[CORNERS_MOST];
	int count;
	int marks; /* side of the marks, -1 left, 1 right; 0 = it runs across */
	int words; /* side of the words; of one that runs across, the lines they stand above it */
	int words_up; /* of one that does not: lines above its lowest cell */
};

static const struct line lines[FIGURE_EDGES] = {
	{ STATE_CLOSED, STATE_LISTEN, { { MIDDLE, -5, 0, BELOW }, { MIDDLE, -5, 1, ABOVE } }, 2, -1,
		-1, 2 },
	{ STATE_LISTEN, STATE_CLOSED, { { MIDDLE, -1, 1, ABOVE }, { MIDDLE, -1, 0, BELOW } }, 2, 1,
		1, 0 },
	{ STATE_CLOSED, STATE_SYN_SENT,
		{ { MIDDLE, BESIDE_RIGHT, 0, AT }, { RIGHT, 5, 0, AT }, { RIGHT, 5, 2, ABOVE } }, 3,
		0, -1, 0 },
	{ STATE_SYN_SENT, STATE_CLOSED,
		{ { RIGHT, 0, 2, ABOVE }, { RIGHT, 0, 0, ACROSS_UP }, { MIDDLE, 6, 0, ACROSS_UP },
			{ MIDDLE, 6, 0, BELOW } },
		4, 0, -1, 0 },
	{ STATE_LISTEN, STATE_SYN_RECEIVED,
		{ { MIDDLE, -5, 1, BELOW }, { MIDDLE, -5, 1, ACROSS }, { LEFT, 4, 1, ACROSS },
			{ LEFT, 4, 2, ABOVE } },
		4, 0, 1, 0 },
	{ STATE_SYN_RECEIVED, STATE_LISTEN,
		{ { LEFT, -5, 2, ABOVE }, { LEFT, -5, 1, AT }, { MIDDLE, BESIDE_LEFT, 1, AT } }, 3,
		0, 1, 0 },
	{ STATE_LISTEN, STATE_SYN_SENT,
		{ { MIDDLE, 4, 1, BELOW }, { MIDDLE, 4, 1, ACROSS }, { RIGHT, -5, 1, ACROSS },
			{ RIGHT, -5, 2, ABOVE } },
		4, 0, 1, 0 },
	{ STATE_SYN_SENT, STATE_SYN_RECEIVED,
		{ { RIGHT, BESIDE_LEFT, 2, AT }, { LEFT, BESIDE_RIGHT, 2, AT } }, 2, 0, 1, 0 },
	{ STATE_SYN_RECEIVED, STATE_ESTABLISHED,
		{ { LEFT, 4, 2, BELOW }, { LEFT, 4, 2, ACROSS }, { MIDDLE, -5, 2, ACROSS },
			{ MIDDLE, -5, 3, ABOVE } },
		4, 0, 1, 0 },
	{ STATE_SYN_SENT, STATE_ESTABLISHED,
		{ { RIGHT, -5, 2, BELOW }, { RIGHT, -5, 2, ACROSS }, { MIDDLE, 4, 2, ACROSS },
			{ MIDDLE, 4, 3, ABOVE } },
		4, 0, 1, 0 },
	{ STATE_SYN_RECEIVED, STATE_FIN_WAIT_1, { { LEFT, -5, 2, BELOW }, { LEFT, -5, 4, ABOVE } },
		2, 1, 1, 4 },
	{ STATE_ESTABLISHED, STATE_FIN_WAIT_1,
		{ { MIDDLE, -5, 3, BELOW }, { MIDDLE, -5, 3, ACROSS }, { LEFT, 4, 3, ACROSS },
			{ LEFT, 4, 4, ABOVE } },
		4, 0, 1, 0 },
	{ STATE_ESTABLISHED, STATE_CLOSE_WAIT,
		{ { MIDDLE, 4, 3, BELOW }, { MIDDLE, 4, 3, ACROSS }, { RIGHT, -5, 3, ACROSS },
			{ RIGHT, -5, 4, ABOVE } },
		4, 0, 1, 0 },
	{ STATE_FIN_WAIT_1, STATE_FIN_WAIT_2, { { LEFT, -5, 4, BELOW }, { LEFT, -5, 5, ABOVE } }, 2,
		1, 1, 0 },
	{ STATE_FIN_WAIT_1, STATE_CLOSING,
		{ { LEFT, 4, 4, BELOW }, { LEFT, 4, 4, ACROSS }, { MIDDLE, 0, 4, ACROSS },
			{ MIDDLE, 0, 5, ABOVE } },
		4, 0, 1, 0 },
	{ STATE_CLOSE_WAIT, STATE_LAST_ACK, { { RIGHT, -5, 4, BELOW }, { RIGHT, -5, 5, ABOVE } }, 2,
		1, -1, 1 },
	{ STATE_FIN_WAIT_2, STATE_TIME_WAIT,
		{ { LEFT, -5, 5, BELOW }, { LEFT, -5, 6, AT }, { MIDDLE, BESIDE_LEFT, 6, AT } }, 3,
		0, 1, 0 },
	{ STATE_CLOSING, STATE_TIME_WAIT, { { MIDDLE, 0, 5, BELOW }, { MIDDLE, 0, 6, ABOVE } }, 2,
		1, -1, 1 },
	{ STATE_TIME_WAIT, STATE_CLOSED,
		{ { MIDDLE, BESIDE_RIGHT, 6, AT }, { RIGHT, BESIDE_LEFT, 6, AT } }, 2, 0, 1, 0 },
	{ STATE_LAST_ACK, STATE_CLOSED, { { RIGHT, -5, 5, BELOW }, { RIGHT, -5, 6, ABOVE } }, 2, 1,
		-1, 1 },
};

struct place {
	int x, y;
};

/* The boxes as they turned out. */
struct figure {
	struct drawing_board *board;
	const struct layout *layout;
	struct strip boxes[NODES];
	struct place at[NODES];
};

static int line_of(const struct layout *l, int rank, enum level level)
{
	int y = rank * (l->gap + 1);

	switch (level) {
	case ABOVE:
		return y - 1;
	case BELOW:
		return y + 1;
	case ACROSS:
		return y + l->gap - 1;
	case ACROSS_UP:
		return y + 2;
	default:
		return y;
	}
}

static struct place place_of(const struct figure *f, const struct corner *c)
{
	struct place p = { .x = f->layout->center[c->column] + c->off,
		.y = line_of(f->layout, c->rank, c->level) };

	for (size_t i = 0; i < NODES; i++) {
		if (nodes[i].column != c->column || nodes[i].rank != c->rank)
			continue;
		if (c->off == BESIDE_LEFT)
			p.x = f->at[i].x - 1;
		if (c->off == BESIDE_RIGHT)
			p.x = f->at[i].x + f->boxes[i].count;
	}
	return p;
}

/* ---- boxes ---- */

static int rank_of(enum tcp_state state)
{
	size_t i = 0;

	while (i + 1 < NODES && nodes[i].state != state)
		i++;
	return nodes[i].rank;
}

/* Of the two CLOSED, the one below is the end of what was a connection once. */
static bool is_in(const struct way *w, const struct node *n)
{
	if (w->state != n->state)
		return false;
	return n->state != STATE_CLOSED ||
		(w->before != STATE_NONE && rank_of(w->before) > 2) == (n->rank > 0);
}

static void make_box(struct figure *f, size_t node)
{
	const struct drawing_board *b = f->board;
	const char *name = tcp_state_name(nodes[node].state);
	int in = 0, len, most, width;
	struct strip *s = &f->boxes[node], inner = { .count = 0 };

	for (size_t i = 0; i < b->count; i++)
		in += is_in(&b->ways->ways[i], &nodes[node]);
	most = STATE_WIDTH_MOST - 5 - (int)strlen(name);
	strip_text(&inner, b, name, in > 0, DIAGRAM_NOBODY);
	if (in)
		strip_text(&inner, b, " ", true, DIAGRAM_NOBODY);
	for (size_t i = 0, shown = 0; i < b->count; i++) {
		if (!is_in(&b->ways->ways[i], &nodes[node]) || (int)shown == most)
			continue;
		if ((int)++shown == most && in > most)
			strip_add(&inner, row_glyph_point(GLYPH_CUT, b->ascii), true,
				DIAGRAM_SEVERAL);
		else
			strip_add(&inner, (uint32_t)b->diagram->marks[i], true, (uint8_t)(i + 1));
	}
	len = inner.count;
	width = len + 4 > STATE_WIDTH ? len + 4 : STATE_WIDTH;
	strip_text(s, b, in ? "[[" : "[ ", in > 0, DIAGRAM_NOBODY);
	for (int i = 0; i < (width - 4 - len) / 2; i++)
		strip_text(s, b, " ", in > 0, DIAGRAM_NOBODY);
	for (int i = 0; i < len; i++)
		s->cells[s->count++] = inner.cells[i];
	while (s->count < width - 2)
		strip_text(s, b, " ", in > 0, DIAGRAM_NOBODY);
	strip_text(s, b, in ? "]]" : " ]", in > 0, DIAGRAM_NOBODY);
	f->at[node] = (struct place){ .x = f->layout->center[nodes[node].column] - width / 2,
		.y = line_of(f->layout, nodes[node].rank, AT) };
}

/* ---- lines ---- */

enum bits { UP = 1, DOWN = 2, WEST = 4, EAST = 8 };

/* A line nobody went, and one somebody did: light and double, all of WGL4 as in row.c; in ASCII dots and strokes. */
static uint32_t line_point(unsigned bits, bool gone, bool ascii)
{
	static const struct {
		unsigned bits;
		uint32_t points[4];
	} shapes[] = {
		{ WEST | EAST, { 0x2500, 0x2550, '.', '=' } }, /* ─ ═ */
		{ UP | DOWN, { 0x2502, 0x2551, ':', '|' } }, /* │ ║ */
		{ DOWN | EAST, { 0x250c, 0x2554, '.', '+' } }, /* ┌ ╔ */
		{ DOWN | WEST, { 0x2510, 0x2557, '.', '+' } }, /* ┐ ╗ */
		{ UP | EAST, { 0x2514, 0x255a, '.', '+' } }, /* └ ╚ */
		{ UP | WEST, { 0x2518, 0x255d, '.', '+' } }, /* ┘ ╝ */
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (shapes[i].bits == bits)
			return shapes[i].points[gone + 2 * ascii];
	}
	return '?';
}

static uint32_t head_point(unsigned towards, bool ascii)
{
	switch (towards) {
	case UP:
		return ascii ? '^' : 0x25b2; /* ▲ */
	case DOWN:
		return ascii ? 'v' : 0x25bc; /* ▼ */
	case WEST:
		return row_glyph_point(GLYPH_HEAD_LEFT, ascii);
	default:
		return row_glyph_point(GLYPH_HEAD_RIGHT, ascii);
	}
}

static unsigned opposite(unsigned direction)
{
	switch (direction) {
	case UP:
		return DOWN;
	case DOWN:
		return UP;
	case WEST:
		return EAST;
	default:
		return WEST;
	}
}

static unsigned towards(struct place a, struct place b)
{
	if (a.x == b.x)
		return b.y < a.y ? UP : DOWN;
	return b.x < a.x ? WEST : EAST;
}

/* From the box it leaves. */
static unsigned leaves(const struct corner *c)
{
	if (c->level == AT)
		return c->off < 0 ? WEST : EAST;
	return c->level == ABOVE ? UP : DOWN;
}

static bool is_on(const struct way_step *s, const struct line *l)
{
	return s->from == l->from && s->to == l->to && !s->beside;
}

/* Whose line it is. */
static uint8_t who_went(const struct drawing_board *b, const struct line *l)
{
	uint8_t who = DIAGRAM_NOBODY;

	for (size_t i = 0; i < b->count; i++) {
		const struct way *w = &b->ways->ways[i];
		bool went = false;

		for (size_t k = 0; k < w->count && !went; k++)
			went = is_on(&w->steps[k], l);
		if (went)
			who = who == DIAGRAM_NOBODY ? (uint8_t)(i + 1) : DIAGRAM_SEVERAL;
	}
	return who;
}

static void draw_line(struct figure *f, const struct line *l)
{
	uint8_t who = who_went(f->board, l);
	struct place at = place_of(f, &l->corners[0]);
	unsigned going = leaves(&l->corners[0]);
	bool ascii = f->board->ascii;

	for (int i = 1; i < l->count; i++) {
		struct place next = place_of(f, &l->corners[i]);

		while (at.x != next.x || at.y != next.y) {
			unsigned to = towards(at, next);

			board_put(f->board, at.x, at.y,
				line_point(opposite(going) | to, who != DIAGRAM_NOBODY, ascii),
				false, who);
			at.x += (to == EAST) - (to == WEST);
			at.y += (to == DOWN) - (to == UP);
			going = to;
		}
	}
	board_put(f->board, at.x, at.y, head_point(going, ascii), false, who);
}

/* ---- marks and words on them ---- */

/* "c1,3 s2", as many as there is room for. */
static void make_marks(const struct drawing_board *b, const struct line *l, int room,
	struct strip *s)
{
	struct strip all = { .count = 0 };
	int fits = 0;

	for (size_t i = 0; i < b->count; i++) {
		const struct way *w = &b->ways->ways[i];
		bool named = false;

		for (size_t k = 0; k < w->count && all.count < MARKS_ROOM; k++) {
			char number[32];

			if (!is_on(&w->steps[k], l))
				continue;
			if (all.count < room)
				fits = all.count;
			snprintf(number, sizeof(number), "%s%c%zu", named || !all.count ? "" : " ",
				named ? ',' : b->diagram->marks[i], k + 1);
			strip_text(&all, b, number, false, (uint8_t)(i + 1));
			named = true;
		}
	}
	if (all.count <= room)
		fits = all.count;
	*s = all;
	s->count = fits;
	if (fits < all.count)
		strip_add(s, row_glyph_point(GLYPH_CUT, b->ascii), false, DIAGRAM_SEVERAL);
}

static bool is_blank(const struct figure *f, int x, int y)
{
	const struct diagram *d = f->board->diagram;

	return x >= 0 && x < d->width && y >= 0 && y < d->height &&
		diagram_cell(d, x, y)->point == ' ';
}

/* Blank cells beside a place, without the last one, which keeps what comes then apart. */
static int room_beside(const struct figure *f, struct place p, int side)
{
	const struct diagram *d = f->board->diagram;
	int room = 0;

	while (is_blank(f, p.x + side * (room + 1), p.y))
		room++;
	return p.x + side * (room + 1) < 0 || p.x + side * (room + 1) >= d->width ? room : room - 1;
}

static void put_beside(struct figure *f, struct place p, int side, const struct strip *s, int room)
{
	int len = s->count < room ? s->count : room;

	board_strip(f->board, side > 0 ? p.x + 1 : p.x - len, p.y, room, s);
}

/* The longest run across: false = there is none. */
static bool run_across(const struct figure *f, const struct line *l, struct place *ret_from,
	struct place *ret_to)
{
	for (int i = 1; i < l->count; i++) {
		struct place a = place_of(f, &l->corners[i - 1]), b = place_of(f, &l->corners[i]);

		if (a.y != b.y || a.x == b.x)
			continue;
		*ret_from = a.x < b.x ? a : b;
		*ret_to = a.x < b.x ? b : a;
		return true;
	}
	return false;
}

static void put_marks(struct figure *f, const struct line *l)
{
	struct place a = place_of(f, &l->corners[0]), z = place_of(f, &l->corners[l->count - 1]);
	struct strip s;

	if (who_went(f->board, l) == DIAGRAM_NOBODY)
		return;
	if (run_across(f, l, &a, &z)) {
		/* of a line, a cell at each end is left to see, and the corner or head */
		make_marks(f->board, l, z.x - a.x - 3, &s);
		board_strip(f->board, (a.x + z.x + 1 - s.count) / 2, a.y, s.count, &s);
		return;
	}
	if (f->layout->words)
		a.y = (a.y + z.y) / 2;
	make_marks(f->board, l, room_beside(f, a, l->marks), &s);
	put_beside(f, a, l->marks, &s, s.count);
}

static void put_words(struct figure *f, const struct line *l)
{
	const struct figure_edge *e = figure_find(l->from, l->to);
	struct place a = place_of(f, &l->corners[0]), z = place_of(f, &l->corners[l->count - 1]);
	struct strip s = { .count = 0 };

	strip_text(&s, f->board, e->when, false, DIAGRAM_NOBODY);
	if (e->then) {
		strip_text(&s, f->board, " / ", false, DIAGRAM_NOBODY);
		strip_text(&s, f->board, e->then, false, DIAGRAM_NOBODY);
	}
	if (run_across(f, l, &a, &z)) {
		board_strip(f->board, (a.x + z.x + 1 - s.count) / 2, a.y - l->words, s.count, &s);
		return;
	}
	a.y = (a.y > z.y ? a.y : z.y) - l->words_up;
	a.x += l->words;
	put_beside(f, a, l->words, &s, s.count);
}

int board_draw_figure(struct drawing_board *b, bool wide)
{
	struct figure f = { .board = b, .layout = wide ? &wide_layout : &compact };

	for (size_t i = 0; i < NODES; i++)
		make_box(&f, i);
	for (size_t i = 0; i < NODES; i++)
		board_strip(b, f.at[i].x, f.at[i].y, f.boxes[i].count, &f.boxes[i]);
	for (size_t i = 0; i < FIGURE_EDGES; i++)
		draw_line(&f, &lines[i]);
	for (size_t i = 0; i < FIGURE_EDGES && f.layout->words; i++)
		put_words(&f, &lines[i]);
	for (size_t i = 0; i < FIGURE_EDGES; i++)
		put_marks(&f, &lines[i]);
	return wide ? DIAGRAM_LINES_WIDE : DIAGRAM_LINES;
}
