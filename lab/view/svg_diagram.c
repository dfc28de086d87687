/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/svg_diagram.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "view/figure.h"
#include "view/row.h"
#include "view/scene.h"
#include "view/svg.h"
#include "view/svg_ladder_parts.h"
#include "view/way.h"

#define WIDTH 830
#define HEIGHT 712
#define LEFT 140
#define MIDDLE 415
#define RIGHT 690
#define NODE_WIDTH 128
#define NODE_HEIGHT 34
#define MARK_ROOM 22 /* from one mark to the next */
#define LEGEND_ROW 24
#define NAME_MOST 24 /* characters of a name in it */

/* ---- the figure ---- */

/* CLOSED comes twice, as in the RFC. */
static const struct node {
	enum tcp_state state;
	double x, y;
} nodes[] = {
	{ STATE_CLOSED, MIDDLE, 40 },
	{ STATE_LISTEN, MIDDLE, 142 },
	{ STATE_SYN_RECEIVED, LEFT, 244 },
	{ STATE_SYN_SENT, RIGHT, 244 },
	{ STATE_ESTABLISHED, MIDDLE, 346 },
	{ STATE_FIN_WAIT_1, LEFT, 448 },
	{ STATE_CLOSE_WAIT, RIGHT, 448 },
	{ STATE_FIN_WAIT_2, LEFT, 550 },
	{ STATE_CLOSING, MIDDLE, 550 },
	{ STATE_LAST_ACK, RIGHT, 550 },
	{ STATE_TIME_WAIT, MIDDLE, 652 },
	{ STATE_CLOSED, RIGHT, 652 },
};

/* A Bezier curve, and where the words of the figure are written. One that is not in the figure is drawn only when
 * somebody went there. */
struct edge {
	enum tcp_state from, to;
	double x[4], y[4];
	double at_x, at_y;
	const char *anchor;
};

#define STRAIGHT(x0, y0, x1, y1)                                                                   \
	{ x0, (2.0 * (x0) + (x1)) / 3, ((x0) + 2.0 * (x1)) / 3, x1 },                              \
	{                                                                                          \
		y0, (2.0 * (y0) + (y1)) / 3, ((y0) + 2.0 * (y1)) / 3, y1                           \
	}
#define CURVE(x0, y0, x1, y1, x2, y2, x3, y3)                                                      \
	{ x0, x1, x2, x3 },                                                                        \
	{                                                                                          \
		y0, y1, y2, y3                                                                     \
	}

static const struct edge edges[] = {
	{ STATE_CLOSED, STATE_LISTEN, STRAIGHT(395, 57, 395, 125), 378, 95, "end" },
	{ STATE_LISTEN, STATE_CLOSED, STRAIGHT(435, 125, 435, 57), 446, 95, "start" },
	{ STATE_CLOSED, STATE_SYN_SENT, CURVE(479, 36, 620, 36, 716, 110, 716, 227), 690, 92,
		"start" },
	{ STATE_SYN_SENT, STATE_CLOSED, CURVE(668, 227, 660, 140, 580, 62, 479, 50), 586, 112,
		"end" },
	{ STATE_LISTEN, STATE_SYN_RECEIVED, CURVE(351, 150, 270, 158, 190, 180, 168, 227), 262, 186,
		"start" },
	{ STATE_SYN_RECEIVED, STATE_LISTEN, CURVE(112, 227, 120, 130, 230, 128, 351, 134), 176, 128,
		"end" },
	{ STATE_LISTEN, STATE_SYN_SENT, CURVE(479, 150, 560, 158, 630, 180, 648, 227), 566, 190,
		"end" },
	{ STATE_SYN_SENT, STATE_SYN_RECEIVED, STRAIGHT(626, 244, 204, 244), 415, 268, "middle" },
	{ STATE_SYN_RECEIVED, STATE_ESTABLISHED, STRAIGHT(180, 261, 370, 329), 252, 308, "end" },
	{ STATE_SYN_SENT, STATE_ESTABLISHED, STRAIGHT(650, 261, 460, 329), 580, 308, "start" },
	{ STATE_SYN_RECEIVED, STATE_FIN_WAIT_1, STRAIGHT(120, 261, 120, 431), 110, 344, "end" },
	{ STATE_ESTABLISHED, STATE_FIN_WAIT_1, STRAIGHT(370, 363, 180, 431), 256, 380, "end" },
	{ STATE_ESTABLISHED, STATE_CLOSE_WAIT, STRAIGHT(460, 363, 650, 431), 576, 380, "start" },
	{ STATE_FIN_WAIT_1, STATE_FIN_WAIT_2, STRAIGHT(120, 465, 120, 533), 110, 503, "end" },
	{ STATE_FIN_WAIT_1, STATE_CLOSING, STRAIGHT(180, 465, 370, 533), 300, 482, "start" },
	{ STATE_CLOSE_WAIT, STATE_LAST_ACK, STRAIGHT(690, 465, 690, 533), 702, 496, "start" },
	{ STATE_FIN_WAIT_2, STATE_TIME_WAIT, CURVE(130, 567, 134, 640, 240, 652, 351, 652), 142,
		640, "end" },
	{ STATE_CLOSING, STATE_TIME_WAIT, STRAIGHT(415, 567, 415, 635), 398, 604, "end" },
	{ STATE_TIME_WAIT, STATE_CLOSED, STRAIGHT(479, 652, 626, 652), 552, 672, "middle" },
	{ STATE_LAST_ACK, STATE_CLOSED, STRAIGHT(690, 567, 690, 635), 702, 604, "start" },
	/* what the figure leaves to the text: resets, time-outs, and two steps at once */
	{ STATE_SYN_RECEIVED, STATE_CLOSED, CURVE(90, 227, 60, 60, 200, 30, 351, 38), 0, 0, "" },
	{ STATE_ESTABLISHED, STATE_CLOSED, CURVE(445, 363, 530, 450, 560, 560, 632, 640), 0, 0,
		"" },
	{ STATE_FIN_WAIT_1, STATE_CLOSED, CURVE(204, 442, 350, 440, 530, 480, 640, 635), 0, 0, "" },
	{ STATE_FIN_WAIT_2, STATE_CLOSED, CURVE(160, 567, 260, 706, 560, 706, 640, 669), 0, 0, "" },
	{ STATE_CLOSING, STATE_CLOSED, CURVE(455, 567, 510, 610, 570, 630, 626, 645), 0, 0, "" },
	{ STATE_CLOSE_WAIT, STATE_CLOSED, CURVE(754, 452, 812, 500, 812, 610, 754, 648), 0, 0, "" },
	{ STATE_FIN_WAIT_1, STATE_TIME_WAIT, CURVE(165, 465, 200, 570, 270, 620, 351, 642), 0, 0,
		"" },
	{ STATE_CLOSE_WAIT, STATE_ESTABLISHED, CURVE(660, 431, 600, 380, 540, 356, 479, 350), 0, 0,
		"" },
};
#define EDGES (sizeof(edges) / sizeof(edges[0]))

static const struct node *node_of(enum tcp_state state)
{
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		if (nodes[i].state == state)
			return &nodes[i];
	}
	return NULL;
}

/* The line of a step; one that nobody has foreseen is straight. */
static struct edge edge_of(enum tcp_state from, enum tcp_state to)
{
	const struct node *a = node_of(from), *b = node_of(to);

	for (size_t i = 0; i < EDGES; i++) {
		if (edges[i].from == from && edges[i].to == to)
			return edges[i];
	}
	if (!a || !b)
		return (struct edge){ .from = STATE_NONE };
	return (struct edge){ from, to, STRAIGHT(a->x + 20, a->y + 17, b->x + 20, b->y - 17), 0, 0,
		"" };
}

/* ---- the ways ---- */

static size_t drawn(const struct ways *w)
{
	return w->count < DIAGRAM_WAYS ? w->count : DIAGRAM_WAYS;
}

static bool went(const struct ways *w, enum tcp_state from, enum tcp_state to)
{
	for (size_t i = 0; i < drawn(w); i++) {
		for (size_t k = 0; k < w->ways[i].count; k++) {
			const struct way_step *s = &w->ways[i].steps[k];

			if (s->from == from && s->to == to)
				return true;
		}
	}
	return false;
}

/* And at least once as the figure has it, for the reason it has. */
static bool went_as_told(const struct ways *w, enum tcp_state from, enum tcp_state to)
{
	for (size_t i = 0; i < drawn(w); i++) {
		for (size_t k = 0; k < w->ways[i].count; k++) {
			const struct way_step *s = &w->ways[i].steps[k];

			if (s->from == from && s->to == to && !s->beside)
				return true;
		}
	}
	return false;
}

static bool visited(const struct ways *w, const struct node *n)
{
	bool below = n != node_of(n->state); /* the second CLOSED */

	for (size_t i = 0; i < drawn(w); i++) {
		for (size_t k = 0; k < w->ways[i].count; k++) {
			const struct way_step *s = &w->ways[i].steps[k];
			struct edge e = edge_of(s->from, s->to);

			if (s->from == n->state && !below)
				return true;
			if (s->to == n->state &&
				(n->state != STATE_CLOSED || (e.y[3] > 300) == below))
				return true;
		}
	}
	return false;
}

/* ---- drawing ---- */

static void put_path(const char *class, const double *xs, const double *ys, struct text *out)
{
	text_printf(out, "<path class=\"%s\" d=\"M%.0f %.0fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>",
		class, xs[0], ys[0], xs[1], ys[1], xs[2], ys[2], xs[3], ys[3]);
}

static void draw_edge(const struct ways *w, const struct edge *e, struct text *out)
{
	const struct figure_edge *words = figure_find(e->from, e->to);
	bool gone = went(w, e->from, e->to), as_told = went_as_told(w, e->from, e->to);
	const char *line = as_told ? "edge went a" : gone ? "edge went lost dash" : "edge life";

	put_path(line, e->x, e->y, out);
	svg_head(as_told ? "ah" : gone ? "lostt" : "bar", e->x[2], e->y[2], e->x[3], e->y[3], out);
	if (words)
		svg_text(as_told ? "t halo" : "soft halo", e->at_x, e->at_y, e->anchor, words->when,
			0, out);
	if (words && words->then)
		svg_text(as_told ? "small t halo" : "small soft halo", e->at_x, e->at_y + 14,
			e->anchor, words->then, 0, out);
	text_puts(out, "\n");
}

/* A circle, a square, a diamond, a hexagon, a triangle, a star of four: paths around 0,0. */
static const char *const shapes[DIAGRAM_WAYS] = {
	"M-9.5 0a9.5 9.5 0 1 0 19 0a9.5 9.5 0 1 0 -19 0z",
	"M-8.5 -8.5h17v17h-17z",
	"M0 -12l12 12l-12 12l-12 -12z",
	"M-5.5 -9.5h11l5.5 9.5l-5.5 9.5h-11l-5.5 -9.5z",
	"M0 -13l12.5 20h-25z",
	"M0 -13l4 7h8l-3 6l3 6h-8l-4 7l-4 -7h-8l3 -6l-3 -6h8z",
};

static void put_mark(size_t way, double x, double y, const char *words, struct text *out)
{
	text_printf(out,
		"<g class=\"step m%zu\" transform=\"translate(%.1f %.1f)\"><path d=\"%s\"/>"
		"<text y=\"%s\" text-anchor=\"middle\">%s</text></g>",
		way, x, y, shapes[way], way == 4 ? "5" : "3.8", words);
}

void svg_diagram_mark(size_t way, struct text *out)
{
	text_puts(out,
		"<svg class=\"diagram key\" viewBox=\"-14 -14 28 28\" width=\"20\" height=\"20\" "
		"aria-hidden=\"true\">");
	put_mark(way, 0, 0, "", out);
	text_puts(out, "</svg>");
}

/* Where on the curve, 0 to 1. */
static void point_at(const struct edge *e, double t, double *ret_x, double *ret_y)
{
	double a = (1 - t) * (1 - t) * (1 - t), b = 3 * (1 - t) * (1 - t) * t,
	       c = 3 * (1 - t) * t * t, d = t * t * t;

	*ret_x = a * e->x[0] + b * e->x[1] + c * e->x[2] + d * e->x[3];
	*ret_y = a * e->y[0] + b * e->y[1] + c * e->y[2] + d * e->y[3];
}

static void draw_step(const struct drawing *d, const struct ways *w, size_t way, size_t step,
	double x, double y)
{
	const struct way_step *s = &w->ways[way].steps[step];
	char events[32], number[32];

	snprintf(events, sizeof(events), "%" PRIu64, s->event);
	snprintf(number, sizeof(number), "%zu", step + 1);
	ladder_open_event(d, "went-step", events, s->event, s->cause);
	text_puts(d->out, " data-socket=\"");
	svg_words(w->ways[way].name, SVG_WORDS_MOST, d->out);
	text_printf(d->out, "\" data-step=\"%zu\"><title>", step + 1);
	svg_words(w->ways[way].name, SVG_WORDS_MOST, d->out);
	text_printf(d->out, ", step %zu: %s to %s", step + 1, tcp_state_name(s->from),
		tcp_state_name(s->to));
	if (s->reason[0]) {
		text_puts(d->out, ", by ");
		svg_words(s->reason, SVG_WORDS_MOST, d->out);
	}
	text_puts(d->out, "</title>");
	put_mark(way, x, y, number, d->out);
	ladder_close_event(d);
}

/* All marks that lie on one line, evenly. */
static void draw_steps(const struct drawing *d, const struct ways *w, enum tcp_state from,
	enum tcp_state to)
{
	struct edge e = edge_of(from, to);
	double length = hypot(e.x[3] - e.x[0], e.y[3] - e.y[0]), room, x, y;
	size_t count = 0, most, nth = 0;

	for (size_t i = 0; i < drawn(w); i++) {
		for (size_t k = 0; k < w->ways[i].count; k++)
			count += w->ways[i].steps[k].from == from && w->ways[i].steps[k].to == to;
	}
	most = (size_t)((length - 8) / MARK_ROOM);
	most = most < 1 ? 1 : most;
	room = MARK_ROOM / length;
	for (size_t i = 0; i < drawn(w); i++) {
		for (size_t k = 0; k < w->ways[i].count; k++) {
			const struct way_step *s = &w->ways[i].steps[k];
			double shown = (double)(count < most ? count : most);

			if (s->from != from || s->to != to || e.from == STATE_NONE || nth >= most)
				continue;
			point_at(&e, 0.46 + ((double)nth - (shown - 1) / 2) * room, &x, &y);
			nth++;
			if (nth == most && count > most) /* the list has them all */
				svg_text("t b halo", x, y + 4, "middle", ROW_CUT, 0, d->out);
			else
				draw_step(d, w, i, k, x, y);
		}
	}
}

static void draw_node(const struct ways *w, const struct node *n, struct text *out)
{
	text_printf(out, "<g class=\"node %s\">",
		visited(w, n) ? svg_state_class(n->state) : "none");
	svg_rect(NULL, n->x - NODE_WIDTH / 2.0, n->y - NODE_HEIGHT / 2.0, NODE_WIDTH, NODE_HEIGHT,
		8, out);
	svg_text("", n->x, n->y + 4.6, "middle", tcp_state_name(n->state), 0, out);
	text_puts(out, "</g>\n");
}

static int name_columns(const struct way *way)
{
	int columns = row_columns(way->name);

	return columns < NAME_MOST ? columns : NAME_MOST;
}

static void draw_legend(const struct ways *w, struct text *out)
{
	double x = 24, y = HEIGHT + 12;

	for (size_t i = 0; i < drawn(w); i++) {
		double width = 44 + name_columns(&w->ways[i]) * 7.5;

		if (x + width > WIDTH) {
			x = 24;
			y += LEGEND_ROW;
		}
		put_mark(i, x, y, "", out);
		svg_text("t b", x + 18, y + 4.5, "start", w->ways[i].name, NAME_MOST, out);
		x += width;
	}
}

static double legend_height(const struct ways *w)
{
	double x = 24, height = LEGEND_ROW;

	for (size_t i = 0; i < drawn(w); i++) {
		double width = 44 + name_columns(&w->ways[i]) * 7.5;

		if (x + width > WIDTH) {
			x = 24;
			height += LEGEND_ROW;
		}
		x += width;
	}
	return height;
}

static void describe(const struct ways *w, struct text *out)
{
	text_puts(out,
		"The states of TCP, RFC 9293 figure 5, and the ways of sockets through them.");
	for (size_t i = 0; i < drawn(w); i++) {
		text_printf(out, " %s:", w->ways[i].name);
		for (size_t k = 0; k < w->ways[i].count; k++)
			text_printf(out, "%s%s%s %s", k ? "," : " ",
				k ? "" : tcp_state_name(w->ways[i].steps[k].from), k ? "" : ",",
				tcp_state_name(w->ways[i].steps[k].to));
		text_puts(out, ".");
	}
}

void svg_diagram_figure(struct text *out)
{
	const struct ways nobody = { 0 };

	text_printf(out,
		"<svg class=\"diagram\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"state diagram\">\n",
		WIDTH, HEIGHT);
	for (size_t i = 0; i < EDGES; i++) {
		text_printf(out, "<g data-from=\"%s\" data-to=\"%s\"%s>",
			tcp_state_name(edges[i].from), tcp_state_name(edges[i].to),
			figure_find(edges[i].from, edges[i].to) ? "" : " class=\"beside\"");
		draw_edge(&nobody, &edges[i], out);
		text_puts(out, "</g>\n");
	}
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		text_printf(out, "<g data-state=\"%s\" data-class=\"%s\">",
			tcp_state_name(nodes[i].state), svg_state_class(nodes[i].state));
		draw_node(&nobody, &nodes[i], out);
		text_puts(out, "</g>\n");
	}
	svg_end(out);
}

void svg_diagram(const struct ways *w, const char *title, bool linked, struct text *out)
{
	struct drawing d = { .linked = linked, .id = "diagram", .out = out };
	struct text description = TEXT_EMPTY;

	describe(w, &description);
	svg_begin("diagram", "diagram", WIDTH, HEIGHT + 8 + legend_height(w), title,
		text_get(&description), !linked, out);
	for (int gone = 0; gone < 2; gone++) { /* where somebody went, above */
		for (size_t i = 0; i < EDGES; i++) {
			const struct edge *e = &edges[i];

			if (went(w, e->from, e->to) == (gone == 1) &&
				(gone || figure_find(e->from, e->to)))
				draw_edge(w, e, out);
		}
	}
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		draw_node(w, &nodes[i], out);
	for (int from = 0; from < STATE_COUNT; from++) {
		for (int to = 0; to < STATE_COUNT; to++) {
			if (went(w, (enum tcp_state)from, (enum tcp_state)to))
				draw_steps(&d, w, (enum tcp_state)from, (enum tcp_state)to);
		}
	}
	draw_legend(w, out);
	svg_end(out);
	text_done(&description);
}
