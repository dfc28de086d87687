/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/rung.h"

#include <stdlib.h>
#include <string.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "view/arrow.h"
#include "view/row.h"

/* Columns between lifelines when there is room enough; beside the only one. */
#define GAP 46
#define GAP_ALONE 30
#define GAP_LEAST 24 /* "--- #12 SYN/ACK ---->" */
#define CELL_LEAST 14 /* "a SYN-RECEIVED" */
#define CALL_LEAST 4 /* columns of a call beside a state: "con~" */
#define RECEIVED_LEAST 8 /* columns of what a call received: "hello ~ */

/* Columns a cell may take: of two lifelines, a call with a state beside it. */
static const int cell_most[LIFELINES_MAX + 1] = { 0, 26, 26, 17, 14 };

void rung_done(struct rung *r)
{
	free(r->label);
	free(r->reason);
	for (size_t i = 0; i < LIFELINES_MAX; i++) {
		free(r->cells[i].name);
		free(r->cells[i].call);
		free(r->cells[i].state);
	}
	*r = (struct rung){ 0 };
}

void rung_format_label(const struct rung *r, unsigned left_out, struct text *out)
{
	size_t len = r->label ? strlen(r->label) : 0;

	for (size_t at = 0; at < len; at++) {
		bool shown = true;

		for (unsigned i = 0; i < left_out; i++)
			shown &= at < r->parts[i].begin || at >= r->parts[i].end;
		if (shown)
			text_add(out, r->label + at, 1);
	}
}

static int cell_width(const struct rung_cell *cell)
{
	int name = row_columns(cell->name), call = row_columns(cell->call),
	    state = row_columns(cell->state);

	return name + (name ? 1 : 0) + call + state + (call && state ? 2 : 0);
}

bool rung_fits(size_t lifelines, const char *name, const char *call, const char *state)
{
	struct rung_cell cell = { .name = (char *)name,
		.call = (char *)call,
		.state = (char *)state };

	return !call || !state || cell_width(&cell) <= cell_most[lifelines];
}

/* What stands in a cell of `room` columns. Where that is little, the call is cut, or left out, and not the state. */
static void format_cell(const struct rung_cell *cell, bool ascii, bool left, int room,
	struct text *out)
{
	int rest = room - (cell_width(cell) - row_columns(cell->call));
	struct text call = TEXT_EMPTY;
	const char *state = cell->state ? cell->state : "", *at = cell->call, *gap;

	if (at && (!cell->state || row_columns(at) <= rest)) {
		text_puts(&call, at);
	} else if (at && rest >= CALL_LEAST) {
		for (int i = 1; i < rest; i++)
			row_next_point(&at, ascii);
		text_printf(&call, "%.*s%s", (int)(at - cell->call), cell->call, ROW_CUT);
	}
	gap = call.len && cell->state ? "  " : "";
	text_printf(out, "%s%s", cell->name ? cell->name : "", cell->name ? " " : "");
	text_printf(out, "%s%s%s", left ? text_get(&call) : state, gap,
		left ? state : text_get(&call));
	text_done(&call);
}

/* Outside the lifelines; at one between others, where there is no arrow. */
static void put_cell(struct row *row, const struct rung_layout *l, const struct rung *r,
	int lifeline)
{
	const struct rung_cell *cell = &r->cells[lifeline];
	bool leftmost = lifeline == 0, rightmost = lifeline + 1 == (int)l->count;
	bool left = leftmost || (!rightmost && arrow_at_right(l, r, lifeline));
	int begin = leftmost ? l->time + 1 : l->at[lifeline - 1] + 2, end = l->at[lifeline] - 1;
	struct text t = TEXT_EMPTY;
	int width;

	if (!left) {
		begin = l->at[lifeline] + 2;
		end = rightmost ? l->end : l->at[lifeline + 1] - 1;
	}
	format_cell(cell, l->ascii, left, end - begin, &t);
	width = row_columns(text_get(&t));
	if (left && width < end - begin)
		begin = end - width;
	row_text(row, begin, end - begin, text_get(&t));
	text_done(&t);
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* How much room there should be. */
struct needs {
	int left, gap, right;
	int left_least, right_least; /* what was received may be cut */
	int gap_full; /* with what SYNs offer */
	int gap_least; /* for saying which one it repeats; before the ends have theirs */
};

/* Columns without most of what a call received: = "hello wor… */
static int least_width(const struct rung_cell *cell)
{
	const char *quote = cell->call ? strchr(cell->call, '"') : NULL;
	int cut = quote ? row_columns(quote) - RECEIVED_LEAST : 0;

	return cell_width(cell) - (cut > 0 ? cut : 0);
}

static void need_for_rung(const struct rung_layout *l, const struct rung *r, struct needs *n)
{
	int last = (int)l->count - 1, across = r->from < r->to ? r->to - r->from : r->from - r->to;

	for (int i = 0; i <= last; i++) {
		int width = cell_width(&r->cells[i]);

		if (i == 0) {
			n->left = larger(n->left, width);
			n->left_least = larger(n->left_least, least_width(&r->cells[i]));
		} else if (i == last) {
			n->right = larger(n->right, width);
			n->right_least = larger(n->right_least, least_width(&r->cells[i]));
		} else if (width)
			n->gap = larger(n->gap, width + 2);
	}
	across = larger(across, 1);
	n->gap = larger(n->gap, (arrow_width(l, r, RUNG_PART_OFFER + 1) + across - 1) / across);
	n->gap_full = larger(n->gap_full, (arrow_width(l, r, 0) + across - 1) / across);
	if (r->parts[RUNG_PART_AGAIN].end)
		n->gap_least = larger(n->gap_least,
			(arrow_width(l, r, RUNG_PART_AGAIN) + across - 1) / across);
}

static void need_for_titles(const struct rung_layout *l, const struct lifelines *lifelines,
	struct needs *n)
{
	int previous = 0;

	for (size_t i = 0; i < l->count; i++) {
		int width = larger(row_columns(lifelines->items[i].title),
			row_columns(lifelines->items[i].subtitle));

		if (i == 0)
			n->left = larger(n->left, width / 2);
		else
			n->gap = larger(n->gap, (previous + width) / 2 + 1);
		if (i && i + 1 == l->count)
			n->right = larger(n->right, width / 2);
		previous = width;
	}
}

/* Towards what it wants, out of what there is. Returns by how much. */
static int grow(int *width, int wanted, int room)
{
	int more = larger(smaller(wanted - *width, room), 0);

	*width += more;
	return more;
}

/* The room for both: what one does not need is the other's. */
static void share_ends(int *left, int *right, int room)
{
	int half = larger(room / 2, CELL_LEAST);
	int left_most = larger(half, room - *right), right_most = larger(half, room - *left);

	*left = smaller(*left, left_most);
	*right = smaller(*right, right_most);
}

void rung_layout_fit(struct rung_layout *l, const struct lifelines *lifelines, bool ascii,
	int width, const struct rung *rungs, size_t count)
{
	/* a single lifeline has its room for arrows at the right */
	int gaps = lifelines->count > 1 ? (int)lifelines->count - 1 : 1;
	int most = cell_most[lifelines->count], room, left, right, gap;
	struct needs n = { .gap_least = GAP_LEAST };

	*l = (struct rung_layout){ .count = lifelines->count,
		.ascii = ascii,
		.time = 6,
		.width = width };
	for (size_t i = 0; i < count; i++) {
		char time[32];

		snprintf(time, sizeof(time), "%.1f", (double)rungs[i].time_ns / (double)NS_PER_MS);
		l->time = larger(l->time, (int)strlen(time));
		need_for_rung(l, &rungs[i], &n);
	}
	need_for_titles(l, lifelines, &n);
	room = width - (l->time + 1) - 1 - (int)l->count - (l->count > 1 ? 1 : 0);
	/* first the ends, as far as they may go, but for what was received; then the arrows; then what is left over,
	 * to either */
	left = smaller(n.left_least, most);
	right = smaller(n.right_least, most);
	share_ends(&left, &right, room - gaps * n.gap_least);
	gap = smaller(n.gap, (room - left - right) / gaps);
	room -= left + right + gap * gaps;
	room -= grow(&left, n.left, room);
	room -= grow(&right, n.right, room);
	n.gap_full = larger(n.gap_full, l->count == 1 ? GAP_ALONE : GAP);
	gap += smaller(larger(n.gap_full - gap, 0), room / gaps);
	l->at[0] = l->time + 1 + left + 1;
	for (size_t i = 1; i < l->count; i++)
		l->at[i] = l->at[i - 1] + 1 + gap;
	l->end = l->at[l->count - 1] + 1 + (l->count > 1 ? 1 + right : gap);
}

static void begin_row(struct row *row, const struct rung_layout *l)
{
	row_begin(row, l->ascii);
	for (size_t i = 0; i < l->count; i++)
		row_glyph(row, l->at[i], GLYPH_LIFELINE);
}

void rung_draw(const struct rung_layout *l, const struct rung *r, struct text *out)
{
	struct row row;
	char time[32];

	begin_row(&row, l);
	arrow_put(&row, l, r);
	for (size_t i = 0; i < l->count; i++) {
		if (r->cells[i].call || r->cells[i].state)
			put_cell(&row, l, r, (int)i);
	}
	if (r->timed) {
		snprintf(time, sizeof(time), "%*.1f", l->time,
			(double)r->time_ns / (double)NS_PER_MS);
		row_text(&row, 0, l->time, time);
	}
	row_write(&row, out);
	begin_row(&row, l);
	if (arrow_put_offer(&row, l, r))
		row_write(&row, out);
}

/* Around the lifeline where there is room, else as near as there is. */
static void put_title(struct row *row, const struct rung_layout *l, size_t lifeline,
	const char *title)
{
	int at = l->at[lifeline], width = row_columns(title), begin = 0, end = l->width, x;

	if (lifeline == 0)
		begin = l->time + 1;
	else
		begin = (l->at[lifeline - 1] + at) / 2 + 1;
	if (lifeline + 1 < l->count)
		end = (l->at[lifeline + 1] + at) / 2;
	x = smaller(at - width / 2, end - width);
	x = larger(x, begin);
	row_text(row, x, end - x, title);
}

void rung_draw_titles(const struct rung_layout *l, const struct lifelines *lifelines,
	struct text *out)
{
	struct row row;

	row_begin(&row, l->ascii);
	for (size_t i = 0; i < l->count; i++)
		put_title(&row, l, i, lifelines->items[i].title);
	row_write(&row, out);
	row_begin(&row, l->ascii);
	row_text(&row, l->time - 2, 2, "ms");
	for (size_t i = 0; i < l->count; i++)
		put_title(&row, l, i, lifelines->items[i].subtitle);
	row_write(&row, out);
}
