/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An arrow is put together from left to right as a strip of code points, with one place where it stretches: to
 * the other lifeline, or away from it. */
#include "view/arrow.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "view/row.h"
#include "view/rung.h"

#define STEM 3 /* dashes before the label */
#define STEM_NARROW 1 /* where there is little room */
#define EXCERPT_LEAST 8 /* columns of an excerpt that still say something: _"hello~ */
#define OFF 3 /* columns to the lifeline of an arrow that nobody there has sent */

static const uint32_t lines[][2] = {
	[RUNG_LINE_SENT] = { 0x2500, '-' }, /* ─ */
	[RUNG_LINE_COPY] = { 0x2550, '=' }, /* ═ */
	[RUNG_LINE_FORGED] = { '~', '~' },
};
static_assert(sizeof(lines) / sizeof(lines[0]) == RUNG_LINE_COUNT, "each has both forms");

/* The room between two lifelines; beside one, for what it sends to itself. */
struct span {
	int first, last; /* columns */
	bool loop;
	bool right; /* the arrow points to the right; of a loop: it lies at the right */
};

static struct span span_of(const struct rung_layout *l, const struct rung *r)
{
	int left = r->from < r->to ? r->from : r->to, right = r->from < r->to ? r->to : r->from;
	struct span s = { .loop = r->from == r->to, .right = r->from <= r->to };

	if (s.loop && left > 0 && right + 1 == (int)l->count) { /* no room at the right */
		left--;
		s.right = false;
	} else if (s.loop) {
		right++;
	}
	s.first = l->at[left] + 1;
	s.last = right < (int)l->count ? l->at[right] - 1 : l->end - 1;
	return s;
}

/* What is between the lifelines, from left to right, before it is known how much fills it up. */
struct strip {
	const struct rung_layout *layout;
	enum rung_line line;
	uint32_t points[2 * ROW_WIDTH]; /* 0 = what lies below shows */
	int len;
	int stretch; /* where it grows to the width there is */
	uint32_t filling;
	bool dashed; /* every other dash, and none over a lifeline */
};

static void strip_point(struct strip *s, uint32_t point)
{
	if (s->len < (int)(sizeof(s->points) / sizeof(s->points[0])))
		s->points[s->len++] = point;
}

static void strip_glyph(struct strip *s, enum glyph glyph)
{
	strip_point(s, row_glyph_point(glyph, s->layout->ascii));
}

static void strip_line(struct strip *s, int columns)
{
	while (columns-- > 0)
		strip_point(s, lines[s->line][s->layout->ascii]);
}

static void strip_open(struct strip *s, int columns)
{
	while (columns-- > 0)
		strip_point(s, 0);
}

static void strip_text(struct strip *s, const char *text)
{
	while (text && *text)
		strip_point(s, row_next_point(&text, s->layout->ascii));
}

/* At most `most` columns, with a blank on either side. */
static void strip_label(struct strip *s, const char *label, int most)
{
	int width = row_columns(label), i;

	strip_point(s, ' ');
	for (i = 0; i < width && i < most; i++)
		strip_point(s, row_next_point(&label, s->layout->ascii));
	if (i < width && i > 0) {
		s->len--;
		strip_glyph(s, GLYPH_CUT);
	}
	strip_point(s, ' ');
}

static void strip_stretch(struct strip *s, uint32_t filling)
{
	s->stretch = s->len;
	s->filling = filling;
}

/* The beginning at the sender's lifeline: `stem` dashes; of a copy =2=, and away from the lifeline. */
static void strip_begin(struct strip *s, int stem, bool right)
{
	if (s->line == RUNG_LINE_SENT) {
		strip_line(s, stem);
		return;
	}
	strip_open(s, right ? OFF : 0);
	if (s->line == RUNG_LINE_COPY) {
		strip_line(s, 1);
		strip_point(s, '2');
		strip_line(s, 1);
	} else {
		strip_line(s, STEM);
	}
	strip_open(s, right ? 0 : OFF);
}

static void strip_end(struct strip *s, int stem, bool right)
{
	if (!right)
		strip_glyph(s, GLYPH_HEAD_LEFT);
	strip_line(s, stem - 1);
	if (right)
		strip_glyph(s, GLYPH_HEAD_RIGHT);
}

static void compose_whole(struct strip *s, const struct rung *r, int stem, bool right, int most)
{
	if (right)
		strip_begin(s, stem, true);
	else
		strip_end(s, stem, false);
	strip_label(s, r->label, most);
	strip_stretch(s, lines[s->line][s->layout->ascii]);
	if (right)
		strip_end(s, 2, true);
	else
		strip_begin(s, 1, false);
}

static void compose_sent(struct strip *s, const struct rung *r, int stem, bool right, int most)
{
	if (!right) {
		strip_stretch(s, 0);
		strip_text(s, "...");
	} else {
		strip_begin(s, stem, true);
	}
	strip_label(s, r->label, most);
	if (!right) {
		strip_begin(s, stem, false);
	} else {
		strip_text(s, "...");
		strip_stretch(s, 0);
	}
}

static void compose_arrived(struct strip *s, const struct rung *r, int stem, bool right, int most)
{
	if (right) {
		strip_stretch(s, 0);
		strip_text(s, "...");
	} else {
		strip_end(s, stem, false);
	}
	strip_label(s, r->label, most);
	if (right) {
		strip_end(s, stem, true);
	} else {
		strip_text(s, "...");
		strip_stretch(s, 0);
	}
}

/* It ends a little before the lifeline it did not reach. */
static void compose_lost(struct strip *s, const struct rung *r, int stem, bool right, int most)
{
	bool later = r->kind == RUNG_LOST_LATER;

	if (right) {
		if (later) {
			strip_stretch(s, 0);
			strip_text(s, "...");
		} else {
			strip_begin(s, stem, true);
		}
		strip_label(s, r->label, most);
		strip_line(s, later ? 0 : 2);
		strip_text(s, r->reason ? "XXX " : "XXX");
		strip_text(s, r->reason);
		if (!later)
			strip_stretch(s, 0);
		strip_open(s, stem + 1);
		return;
	}
	strip_open(s, stem + 1);
	if (!later)
		strip_stretch(s, 0);
	strip_text(s, r->reason);
	strip_text(s, r->reason ? " XXX" : "XXX");
	strip_line(s, later ? 0 : 2);
	strip_label(s, r->label, most);
	if (later) {
		strip_text(s, "...");
		strip_stretch(s, 0);
	} else {
		strip_begin(s, stem, false);
	}
}

/* The first line of a loop has the label, the second the head and as many dashes as it takes. */
static void compose_loop(struct strip *s, const struct rung *r, int stem, bool right, int most)
{
	bool down = r->kind == RUNG_SENT;
	int width = row_columns(r->label);

	if (!right) {
		strip_stretch(s, 0);
		strip_glyph(s, down ? GLYPH_TURN_RIGHT_DOWN : GLYPH_TURN_RIGHT_UP);
	}
	if (down) {
		strip_line(s, right ? stem : 2);
		strip_label(s, r->label, most);
		strip_line(s, right ? 2 : stem);
	} else {
		strip_end(s, stem + (width < most ? width : most) + 4, !right);
	}
	if (right) {
		strip_glyph(s, down ? GLYPH_TURN_LEFT_DOWN : GLYPH_TURN_LEFT_UP);
		strip_stretch(s, 0);
	}
}

static void compose_across(struct strip *s, const struct rung *r, int most)
{
	bool mark = r->kind == RUNG_MARK;

	if (mark)
		strip_line(s, STEM + 2);
	else
		strip_open(s, STEM);
	strip_label(s, r->label, most);
	strip_stretch(s, mark ? lines[s->line][s->layout->ascii] : 0);
	s->dashed = mark;
}

static void compose(struct strip *s, const struct rung *r, const struct span *span, int stem,
	int most)
{
	/* what comes back to a lifeline comes from where it went */
	bool right = span->right, coming = span->loop ? !right : right;

	s->len = s->stretch = 0;
	s->line = r->line;
	if (r->loop) {
		compose_loop(s, r, stem, right, most);
		return;
	}
	switch (r->kind) {
	case RUNG_WHOLE:
		compose_whole(s, r, stem, right, most);
		break;
	case RUNG_SENT:
		compose_sent(s, r, stem, right, most);
		break;
	case RUNG_ARRIVED:
		compose_arrived(s, r, stem, coming, most);
		break;
	case RUNG_LOST:
		compose_lost(s, r, stem, right, most);
		break;
	case RUNG_LOST_LATER:
		compose_lost(s, r, stem, coming, most);
		break;
	default:
		compose_across(s, r, most);
	}
}

int arrow_width(const struct rung_layout *l, const struct rung *r, unsigned left_out)
{
	struct span wide = { .last = ROW_WIDTH, .loop = r->from == r->to, .right = true };
	struct strip s = { .layout = l };
	struct rung told = *r;
	struct text label = TEXT_EMPTY;

	if (r->kind == RUNG_PLAIN)
		return 0;
	rung_format_label(r, left_out, &label);
	told.label = (char *)text_get(&label);
	compose(&s, &told, &wide, l->count > 2 ? STEM_NARROW : STEM, ROW_WIDTH);
	text_done(&label);
	return s.len;
}

/* nth: from where this run of points begins, for every other dash */
static void put_of_strip(struct row *row, const struct strip *s, int x, uint32_t point, int nth)
{
	bool line = point == lines[s->line][s->layout->ascii], at_lifeline = false;

	for (size_t i = 0; i < s->layout->count; i++)
		at_lifeline |= s->layout->at[i] == x;
	if (!point || (line && s->dashed && (at_lifeline || nth % 2)))
		return;
	if (line && at_lifeline)
		row_glyph(row, x, GLYPH_CROSSING);
	else
		row_point(row, x, point);
}

static void put_strip(struct row *row, const struct strip *s, const struct span *span)
{
	int fill = span->last - span->first + 1 - s->len, x = span->first;

	for (int i = 0; i <= s->len; i++) {
		for (int nth = 0; i == s->stretch && nth < fill; nth++)
			put_of_strip(row, s, x++, s->filling, nth);
		if (i < s->len && x <= span->last)
			put_of_strip(row, s, x++, s->points[i], i);
	}
}

/* An arrow that begins at a lifeline grows out of it. */
static void put_root(struct row *row, const struct rung *r, const struct span *span)
{
	bool begins = r->kind == RUNG_WHOLE || r->kind == RUNG_SENT || r->kind == RUNG_LOST;

	if (begins && r->line == RUNG_LINE_SENT)
		row_glyph(row, span->right ? span->first - 1 : span->last + 1,
			span->right ? GLYPH_LEAVES_RIGHT : GLYPH_LEAVES_LEFT);
}

/* The longest stem and the most parts of the label that fit; the excerpt, which is its end, may be cut. Returns the columns there are for the label. */
static int fit(const struct rung_layout *l, const struct rung *r, const struct span *span,
	struct text *label, struct rung *told, int *ret_stem)
{
	struct strip s = { .layout = l };
	int room = 0, width, cut;

	rung_format_label(r, RUNG_PART_EXCERPT + 1, label);
	cut = row_columns(text_get(label)) + EXCERPT_LEAST;
	for (unsigned left_out = 0; left_out <= RUNG_PART_COUNT; left_out++) {
		text_clear(label);
		rung_format_label(r, left_out, label);
		told->label = (char *)text_get(label);
		width = row_columns(told->label);
		told->reason = left_out <= RUNG_PART_EXCERPT + 1 ? r->reason : NULL;
		for (int i = l->count > 2; i < 2; i++) {
			*ret_stem = i ? STEM_NARROW : STEM;
			compose(&s, told, span, *ret_stem, 0);
			room = span->last - span->first + 1 - s.len;
			if (room >= width || (left_out == RUNG_PART_EXCERPT && room >= cut))
				return room;
		}
	}
	return room > 0 ? room : 0;
}

void arrow_put(struct row *row, const struct rung_layout *l, const struct rung *r)
{
	struct rung told = *r;
	struct strip s = { .layout = l };
	struct text label = TEXT_EMPTY;
	struct span span;
	int stem, room;

	if (r->kind == RUNG_PLAIN)
		return;
	span = span_of(l, r);
	room = fit(l, r, &span, &label, &told, &stem);
	compose(&s, &told, &span, stem, room);
	put_root(row, r, &span);
	put_strip(row, &s, &span);
	text_done(&label);
}

bool arrow_at_right(const struct rung_layout *l, const struct rung *r, int lifeline)
{
	int other = r->from == lifeline ? r->to : r->from;

	if (r->kind == RUNG_PLAIN)
		return false;
	return other > lifeline || (r->from == r->to && span_of(l, r).right);
}
