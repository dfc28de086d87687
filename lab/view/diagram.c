/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/diagram.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "view/diagram_parts.h"
#include "view/row.h"
#include "view/way.h"

#define STEPS 12 /* of one way in the list, if not told otherwise */
#define STEPS_LEAST 3 /* and that many in any case: the first, that some are left out, the last */
#define NAME_MOST 32 /* columns of a name in the list */
#define CAUSE_COLUMN 38 /* where it begins: behind "SYN-RECEIVED - -> ESTABLISHED" */

/* ---- cells ---- */

void diagram_done(struct diagram *d)
{
	free(d->cells);
	memset(d, 0, sizeof(*d));
}

const struct diagram_cell *diagram_cell(const struct diagram *d, int x, int y)
{
	return &d->cells[y * d->width + x];
}

static void need_row(struct diagram *d, int y)
{
	int cells = (y + 1) * d->width;

	if (y < d->height)
		return;
	d->cells = memory_grow(d->cells, (size_t)cells * sizeof(*d->cells));
	for (int i = d->height * d->width; i < cells; i++)
		d->cells[i] = (struct diagram_cell){ .point = ' ' };
	d->height = y + 1;
}

void board_put(struct drawing_board *b, int x, int y, uint32_t point, bool lit, uint8_t mark)
{
	if (x < 0 || x >= b->diagram->width || y < 0)
		return;
	need_row(b->diagram, y);
	b->diagram->cells[y * b->diagram->width + x] =
		(struct diagram_cell){ .point = point, .lit = lit, .mark = mark };
}

void strip_add(struct strip *s, uint32_t point, bool lit, uint8_t mark)
{
	if (s->count < STRIP_MOST)
		s->cells[s->count++] =
			(struct diagram_cell){ .point = point, .lit = lit, .mark = mark };
}

void strip_text(struct strip *s, const struct drawing_board *b, const char *text, bool lit,
	uint8_t mark)
{
	while (*text)
		strip_add(s, row_next_point(&text, b->ascii), lit, mark);
}

void board_strip(struct drawing_board *b, int x, int y, int room, const struct strip *s)
{
	for (int i = 0; i < s->count && i < room; i++)
		board_put(b, x + i, y, s->cells[i].point, s->cells[i].lit, s->cells[i].mark);
	if (s->count > room && room > 0)
		board_put(b, x + room - 1, y, row_glyph_point(GLYPH_CUT, b->ascii),
			s->cells[room - 1].lit, s->cells[room - 1].mark);
}

void diagram_write(const struct diagram *d, struct text *out)
{
	for (int y = 0; y < d->height; y++) {
		int end = d->width;

		while (end > 0 && diagram_cell(d, end - 1, y)->point == ' ')
			end--;
		for (int x = 0; x < end; x++)
			row_write_point(diagram_cell(d, x, y)->point, out);
		text_puts(out, "\n");
	}
}

/* ---- marks ---- */

static bool is_taken(const struct drawing_board *b, size_t marks, char letter)
{
	return memchr(b->diagram->marks, letter, marks) != NULL;
}

/* Is its first step, or another, called as a socket is: s1? */
static bool is_confusing(const struct drawing_board *b, char letter)
{
	for (size_t i = 0; i < b->count; i++) {
		const char *name = b->ways->ways[i].name;

		if (name[0] == letter && name[1] && !name[1 + strspn(name + 1, "0123456789")])
			return true;
	}
	return false;
}

/* Of all letters, one that no name begins with, if there is one. */
static char any_letter(const struct drawing_board *b, size_t way)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char any = '?';

	for (const char *l = letters; *l; l++) {
		bool begins = false;

		if (is_taken(b, way, *l))
			continue;
		for (size_t i = 0; i < b->count; i++)
			begins |= b->ways->ways[i].name[0] == *l;
		if (!begins)
			return *l;
		if (any == '?')
			any = *l;
	}
	return any;
}

/* A letter of its name that none before it has. */
static char letter_of(const struct drawing_board *b, size_t way)
{
	for (const char *at = b->ways->ways[way].name; *at; at++) {
		if (isalpha((unsigned char)*at) && !is_taken(b, way, *at) && !is_confusing(b, *at))
			return *at;
	}
	return any_letter(b, way);
}

/* ---- the list ---- */

static void put_line(struct drawing_board *b, int *y, const struct strip *s)
{
	need_row(b->diagram, *y);
	board_strip(b, 0, *y, b->diagram->width, s);
	++*y;
}

/* "c: client, ESTABLISHED" */
static void list_name(struct drawing_board *b, size_t way, int *y)
{
	const struct way *w = &b->ways->ways[way];
	char mark[2] = { b->diagram->marks[way], '\0' };
	struct strip s = { .count = 0 }, name = { .count = 0 };
	uint8_t of = (uint8_t)(way + 1);

	strip_text(&s, b, mark, false, of);
	strip_text(&s, b, ": ", false, DIAGRAM_NOBODY);
	if (strcmp(w->name, mark) != 0) {
		strip_text(&name, b, w->name, false, of);
		if (row_columns(w->name) > NAME_MOST) {
			name.count = NAME_MOST - 1;
			strip_add(&name, row_glyph_point(GLYPH_CUT, b->ascii), false, of);
		}
		for (int i = 0; i < name.count; i++)
			s.cells[s.count++] = name.cells[i];
		strip_text(&s, b, ", ", false, DIAGRAM_NOBODY);
	}
	strip_text(&s, b, tcp_state_name(w->state), true, of);
	if (w->state == STATE_CLOSED && w->before != STATE_NONE && !w->open)
		strip_text(&s, b, ", gone", false, DIAGRAM_NOBODY);
	put_line(b, y, &s);
}

/* Of the steps in the list, what has to be said below it. */
struct remarks {
	bool beside;
	bool both_fins; /* FIN-WAIT-1 -> TIME-WAIT: RFC 9293 3.3.2 names it in a note to the figure */
};

/* "  c1  CLOSED -> SYN-SENT   <- main: connect" */
static void list_step(struct drawing_board *b, size_t way, size_t step, int *y,
	struct remarks *remarks)
{
	const struct way_step *w = &b->ways->ways[way].steps[step];
	struct strip s = { .count = 0 };
	char words[64];

	snprintf(words, sizeof(words), "%c%zu", b->diagram->marks[way], step + 1);
	strip_text(&s, b, "   ", false, DIAGRAM_NOBODY);
	strip_text(&s, b, words, false, (uint8_t)(way + 1));
	do
		strip_text(&s, b, " ", false, DIAGRAM_NOBODY);
	while (s.count < 7);
	snprintf(words, sizeof(words), "%s %s %s", tcp_state_name(w->from),
		w->beside ? "- ->" : "->", tcp_state_name(w->to));
	strip_text(&s, b, words, false, DIAGRAM_NOBODY);
	if (w->reason[0]) {
		do
			strip_text(&s, b, " ", false, DIAGRAM_NOBODY);
		while (s.count < CAUSE_COLUMN);
		strip_text(&s, b, "<- ", false, DIAGRAM_NOBODY);
		strip_text(&s, b, w->reason, false, DIAGRAM_NOBODY);
	}
	put_line(b, y, &s);
	remarks->beside |= w->beside;
	remarks->both_fins |= w->from == STATE_FIN_WAIT_1 && w->to == STATE_TIME_WAIT;
}

/* Of a long way the beginning and, since it is nearer to now, twice as much of the end. */
static void list_way(struct drawing_board *b, size_t way, size_t most, int *y,
	struct remarks *remarks)
{
	size_t count = b->ways->ways[way].count, head = (most - 1) / 3, tail = most - 1 - head;

	list_name(b, way, y);
	for (size_t i = 0; i < count; i++) {
		if (count > most && i == head) {
			struct strip s = { .count = 0 };
			char words[64];

			i = count - tail;
			snprintf(words, sizeof(words), "   ... %zu steps ...", i - head);
			strip_text(&s, b, words, false, DIAGRAM_NOBODY);
			put_line(b, y, &s);
		}
		list_step(b, way, i, y, remarks);
	}
}

static_assert(DIAGRAM_WIDTH == 76, "what is said where there is less");

static void list_remark(struct drawing_board *b, const char *words, int *y)
{
	struct strip s = { .count = 0 };

	strip_text(&s, b, words, false, DIAGRAM_NOBODY);
	put_line(b, y, &s);
}

static void list_ways(struct drawing_board *b, const struct diagram_options *o, int y)
{
	size_t most = o->all ? SIZE_MAX : STEPS;
	struct remarks remarks = { 0 };

	if (!o->all && o->lines > 0 && b->count) {
		int room = (o->lines - y - 1) / (int)b->count - 1;

		most = room < STEPS_LEAST ? STEPS_LEAST : (size_t)room;
	}
	for (size_t i = 0; i < b->count; i++)
		list_way(b, i, most, &y, &remarks);
	if (!b->count)
		list_remark(b, "no socket is in any of these states", &y);
	if (remarks.beside)
		list_remark(b,
			"- -> is not drawn in RFC 9293's figure, which leaves out every RST (note 3)",
			&y);
	if (remarks.both_fins)
		list_remark(b,
			"FIN-WAIT-1 - -> TIME-WAIT is its note 2: a FIN, and ours is acknowledged",
			&y);
	if (b->diagram->width < DIAGRAM_WIDTH)
		list_remark(b, "the figure takes 76 columns", &y);
}

void diagram_draw(struct diagram *d, const struct ways *ways, const struct diagram_options *options)
{
	struct drawing_board b = { .diagram = d,
		.ways = ways,
		.count = ways->count < DIAGRAM_WAYS_MOST ? ways->count : DIAGRAM_WAYS_MOST,
		.ascii = options->ascii };
	int y = 0;

	diagram_done(d);
	d->width = options->width;
	for (size_t i = 0; i < b.count; i++)
		d->marks[i] = letter_of(&b, i);
	if (d->width >= DIAGRAM_WIDTH)
		y = board_draw_figure(&b, d->width >= DIAGRAM_WIDTH_WIDE);
	list_ways(&b, options, y);
}
