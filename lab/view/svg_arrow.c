/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arrows of a drawn ladder. One goes from its sender to its receiver; or to the box of what is held, and from
 * there; or in a loop when both are one. What it is says the line: dashed = lost, double = a copy, dash and dots =
 * forged; and marks: a cross, a box with the two bars of a pause, a ring = sent again, x2, a diamond, a bolt. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "view/row.h"
#include "view/scene.h"
#include "view/svg.h"
#include "view/svg_ladder_parts.h"

#define OFF 0.27 /* of the way: where begins what nobody at the lifeline has sent */
#define BOX_AT 0.52 /* of the way: the box nearest to the sender */
#define BOX_NEAREST 0.3 /* when there are more of them than have room beyond */
#define LOST_AT 0.6
#define LOOP_MOST 370
#define NOTE_CHAR 5.6 /* of notes, 10.5 */

struct leg {
	double x0, y0, x1, y1;
};

/* An arrow in numbers. */
struct path {
	int way; /* 1 = to the right; of a loop: it lies at the right */
	bool loop;
	double span; /* from one lifeline to the other, or as far as the loop goes */
	struct leg first, last; /* the same when nothing is between */
	double box; /* middle of the box */
};

/* How far from the sender's lifeline the middle of the box is. */
static double box_of(const struct scene *s, const struct scene_arrow *a, double span)
{
	double farthest = span - s->pill - SCENE_BOX, at = span * BOX_AT, step = SCENE_LANE;

	if (a->from == a->to)
		return fmin(span * 0.7 + a->lane * SCENE_LANE, span * 0.92);
	at += (a->lanes - 1) * SCENE_LANE;
	if (a->stays && a->lanes > 1)
		at = farthest;
	at = fmin(at, farthest);
	if (a->lanes > 1)
		step = fmin(step, (at - span * BOX_NEAREST) / (a->lanes - 1));
	return at - a->lane * step;
}

static struct path path_of(const struct scene *s, const struct scene_arrow *a)
{
	struct path p = { .loop = a->from == a->to };
	double from = s->x[a->from], to = s->x[a->to], begin;

	p.way = p.loop ? (a->from && a->from + 1 == (int)s->lifelines.count ? -1 : 1)
		       : (to > from ? 1 : -1);
	p.span = p.loop ? LOOP_MOST : fabs(to - from);
	if (p.loop && s->lifelines.count > 1)
		p.span = fabs(s->x[1] - s->x[0]) * 0.7;
	begin = from + p.way * (a->kind == EVENT_SEGMENT ? 1 : p.span * OFF);
	p.box = from + p.way * box_of(s, a, p.span);
	p.first = (struct leg){ begin, a->y_sent, to, a->y_end };
	if (a->held) {
		p.first.x1 = p.box - p.way * SCENE_BOX / 2.0;
		p.first.y1 = a->y_kept;
		p.last = (struct leg){ p.box + (p.loop ? -1 : 1) * p.way * SCENE_BOX / 2.0,
			a->y_let_go, to, a->y_end };
		if (a->fate == FATE_LOST) {
			p.last.x1 = p.last.x0 + (p.loop ? -1 : 1) * p.way * 40;
			p.last.y1 = a->y_let_go + 7;
		}
		return p;
	}
	if (p.loop) {
		p.first.x1 = from + p.way * p.span;
		p.first.y1 = a->y_sent + 9;
		p.last = (struct leg){ p.first.x1, a->y_end - 9, to, a->y_end };
	}
	if (a->fate != FATE_DELIVERED) {
		p.first.x1 = from + p.way * p.span * LOST_AT;
		p.first.y1 = a->end ? a->y_end : a->y_sent + 15;
		p.loop = false;
	}
	if (!p.loop)
		p.last = p.first;
	return p;
}

static double y_at(const struct leg *l, double x)
{
	return l->x1 == l->x0 ? l->y0 : l->y0 + (x - l->x0) / (l->x1 - l->x0) * (l->y1 - l->y0);
}

/* ---- lines ---- */

static const char *line_class(const struct scene_arrow *a)
{
	if (a->fate == FATE_LOST)
		return "lost dash";
	return a->kind == EVENT_FORGED ? "forged" : "a";
}

static const char *head_class(const struct scene_arrow *a)
{
	return a->kind == EVENT_FORGED ? "forgedh" : "ah";
}

static void draw_leg(const struct drawing *d, const struct scene_arrow *a, const struct leg *l,
	bool lost)
{
	const char *class = lost ? line_class(a) : a->kind == EVENT_FORGED ? "forged" : "a";

	if (a->kind == EVENT_COPY) {
		struct text wide = TEXT_EMPTY;

		text_printf(&wide, "%s copy", class);
		svg_line(text_get(&wide), l->x0, l->y0, l->x1, l->y1, d->out);
		svg_line("inner", l->x0, l->y0, l->x1, l->y1, d->out);
		text_done(&wide);
	} else {
		svg_line(class, l->x0, l->y0, l->x1, l->y1, d->out);
	}
}

static void draw_turn(const struct drawing *d, const struct path *p, const char *class)
{
	double x = p->first.x1, y0 = p->first.y1, y1 = p->last.y0, out = x + p->way * 18;

	text_printf(d->out, "<path class=\"%s\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>",
		class, x, y0, out, y0 + 1, out, y1 - 1, x, y1);
}

static void draw_box(const struct drawing *d, const struct scene_arrow *a, const struct path *p)
{
	double top = a->y_kept - 9, bottom = a->y_let_go + 9;
	/* high up, where nothing that is said meanwhile covers it */
	double middle = bottom - top > 44 ? top + 14 : (top + bottom) / 2;

	svg_rect("box", p->box - SCENE_BOX / 2.0, top, SCENE_BOX, bottom - top, 4, d->out);
	svg_rect("boxt", p->box - 4, middle - 4.5, 2.6, 9, 0, d->out);
	svg_rect("boxt", p->box + 1.4, middle - 4.5, 2.6, 9, 0, d->out);
}

/* ---- words ---- */

/* Along the line, beginning near the sender: where arrows cross, they do so between the words. */
static void draw_label(const struct drawing *d, const struct scene_arrow *a, const struct path *p)
{
	const struct leg *l = &p->first;
	bool off = a->kind != EVENT_SEGMENT;
	double x = l->x0 + p->way * (off ? 14 : d->scene->pill + 8);
	double room = fabs(l->x1 - x) - (a->held || a->fate != FATE_DELIVERED ? 6 : 22);
	double angle = atan2(l->y1 - l->y0, fabs(l->x1 - l->x0)) * 180 / 3.14159265358979 * p->way;
	size_t most = room > 4 * SCENE_CHAR ? (size_t)(room / SCENE_CHAR) : 4;
	size_t head = (size_t)row_columns(a->head), tail = (size_t)row_columns(a->tail);

	text_printf(d->out,
		"<text class=\"mono t halo\" transform=\"translate(%.1f %.1f) rotate(%.1f)\"%s>"
		"<tspan class=\"b\">",
		x, y_at(l, x) - 5, angle, p->way > 0 ? "" : " text-anchor=\"end\"");
	svg_words(a->head, most, d->out);
	text_puts(d->out, "</tspan>");
	if (tail && head + 4 < most)
		svg_words(a->tail, most - head, d->out);
	text_puts(d->out, "</text>");
}

static void draw_note(const struct drawing *d, const char *class, double x, double y, int way,
	double room, const char *words)
{
	if (*words && room > 3 * NOTE_CHAR)
		svg_text(class, x, y, way > 0 ? "start" : "end", words, (size_t)(room / NOTE_CHAR),
			d->out);
}

/* "still held", once for all boxes that stay side by side: before the one nearest to the sender. */
static void draw_still_held(const struct drawing *d, const struct scene_arrow *a,
	const struct path *p)
{
	const struct scene *s = d->scene;
	struct text words = TEXT_EMPTY;
	size_t count = 0;

	for (size_t i = 0; i < s->arrow_count; i++) {
		const struct scene_arrow *b = &s->arrows[i];

		if (!b->held || b->end || b->from != a->from || b->to != a->to)
			continue;
		if (b->lane > a->lane)
			goto out;
		count++;
	}
	if (count > 1)
		text_printf(&words, "%zu ", count);
	text_puts(&words, "still held");
	draw_note(d, "small boxt halo", p->box - p->way * (SCENE_BOX / 2.0 + 6), a->y_let_go + 4,
		-p->way, p->span, text_get(&words));
out:
	text_done(&words);
}

/* How long it was held, and with what it changed places. */
static void draw_held(const struct drawing *d, const struct scene_arrow *a, const struct path *p)
{
	int way = p->loop ? -p->way : p->way;
	double x = p->last.x0 + way * 6, room = fabs(d->scene->x[a->to] - x) - d->scene->pill;
	struct text words = TEXT_EMPTY;

	if (!a->end) {
		draw_still_held(d, a, p);
		return;
	}
	/* a script that lets it go at once says no more by it than the box does */
	if (a->held_ns >= NS_PER_S)
		text_printf(&words, "held %.2f s", (double)a->held_ns / (double)NS_PER_S);
	else if (a->held_ns >= NS_PER_MS)
		text_printf(&words, "held %.1f ms", (double)a->held_ns / (double)NS_PER_MS);
	if (a->swapped)
		text_printf(&words, "%sswapped with #%" PRIu64, words.len ? ", " : "", a->swapped);
	/* beside the box, above the line that leaves it */
	draw_note(d, "small boxt halo", x, a->y_let_go - 5, way, room, text_get(&words));
	text_done(&words);
}

/* ---- marks ---- */

static void draw_beginning(const struct drawing *d, const struct scene_arrow *a,
	const struct path *p)
{
	double x = p->first.x0, y = p->first.y0;

	if (a->kind == EVENT_FORGED) {
		text_printf(d->out,
			"<polygon class=\"forgedh\" points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>",
			x - 6, y, x, y - 6, x + 6, y, x, y + 6);
	} else if (a->kind == EVENT_COPY) {
		text_puts(d->out, "<circle class=\"again\"");
		svg_number("cx", x, d->out);
		svg_number("cy", y, d->out);
		text_puts(d->out, " r=\"9\"/>");
		svg_text("small againt b", x, y + 3.6, "middle",
			"\xc3\x97"
			"2",
			0, d->out);
	} else if (a->repeats) {
		double ring = x + p->way * (d->scene->pill - 6);

		text_puts(d->out, "<circle class=\"again\"");
		svg_number("cx", ring, d->out);
		svg_number("cy", y_at(&p->first, ring), d->out);
		text_puts(d->out, " r=\"4.5\"/>");
	}
}

/* A bolt in the middle of the last leg, and what it has spoilt. */
static void draw_damage(const struct drawing *d, const struct scene_arrow *a, const struct path *p)
{
	int way = p->last.x1 > p->last.x0 ? 1 : -1;
	double x = p->last.x1 - way * (d->scene->pill + 24), y = y_at(&p->last, x);
	struct text words = TEXT_EMPTY;

	text_printf(d->out, "<path class=\"lost cross\" d=\"M%.1f %.1fl-4 9h7l-4 9\"/>", x + 1,
		y - 9);
	text_printf(&words, "corrupted: %s", a->damage);
	draw_note(d, "small lostt halo", x - way * 10, y + 14, -way, p->span * 0.8,
		text_get(&words));
	text_done(&words);
}

static void draw_loss(const struct drawing *d, const struct scene_arrow *a, const struct path *p)
{
	int way = p->last.x1 > p->last.x0 ? 1 : -1;
	double x = p->last.x1, y = p->last.y1;
	double room = fabs(d->scene->x[a->to] - x) - 14;

	svg_cross("lost cross", x, y, d->out);
	if (!a->note)
		return;
	if (a->from == a->to)
		room = p->span * 0.6;
	draw_note(d, "small lostt halo", x + way * 11, y + 3.5, way, room, a->note);
}

/* ---- an arrow ---- */

static const char *const
	fates[] = { [FATE_ON_WIRE] = "wire", [FATE_DELIVERED] = "delivered", [FATE_LOST] = "lost" };

static void write_title(const struct drawing *d, const struct scene_arrow *a)
{
	struct text words = TEXT_EMPTY;

	text_printf(&words, "%s%s, from %s to %s: ", a->head, a->tail, a->sender, a->receiver);
	if (a->damage)
		text_printf(&words, "corrupted (%s), ", a->damage);
	if (a->fate == FATE_ON_WIRE)
		text_puts(&words, a->held ? "held on the wire" : "on the wire");
	else
		text_puts(&words, a->fate == FATE_LOST ? "lost" : "delivered");
	if (a->held && a->end) {
		text_puts(&words, " after ");
		text_brief_duration(&words, a->held_ns);
		text_puts(&words, " on the wire");
	}
	if (a->note)
		text_printf(&words, ": %s", a->note);
	text_puts(d->out, "<title>");
	svg_words(text_get(&words), SVG_WORDS_MOST, d->out);
	text_puts(d->out, "</title>");
	text_done(&words);
}

void ladder_draw_arrow(const struct drawing *d, const struct scene_arrow *a)
{
	struct path p = path_of(d->scene, a);

	ladder_open_event(d, "arrow", text_get(a->events), a->event, a->cause);
	text_printf(d->out,
		" data-number=\"%" PRIu64 "\" data-from=\"%d\" data-to=\"%d\" data-fate=\"%s\"%s>",
		a->number, a->from, a->to, fates[a->fate], a->held ? " data-held=\"\"" : "");
	write_title(d, a);
	draw_leg(d, a, &p.first, !a->held);
	if (p.loop && !a->held)
		draw_turn(d, &p, line_class(a));
	if (a->held)
		draw_box(d, a, &p);
	if ((a->held || p.loop) && a->end)
		draw_leg(d, a, &p.last, true);
	if (a->fate == FATE_DELIVERED)
		svg_head(head_class(a), p.last.x0, p.last.y0, p.last.x1, p.last.y1, d->out);
	draw_beginning(d, a, &p);
	draw_label(d, a, &p);
	if (a->held)
		draw_held(d, a, &p);
	if (a->damage)
		draw_damage(d, a, &p);
	if (a->fate == FATE_LOST)
		draw_loss(d, a, &p);
	ladder_close_event(d);
}

/* ---- the legend ---- */

enum sign {
	SIGN_HELD,
	SIGN_LOST,
	SIGN_AGAIN,
	SIGN_COPY,
	SIGN_FORGED,
	SIGN_DAMAGE,
	SIGN_FOLD,
	SIGN_BLOCKED,
	SIGN_COUNT,
};

static const char *const meanings[SIGN_COUNT] = {
	[SIGN_HELD] = "held on the wire",
	[SIGN_LOST] = "lost",
	[SIGN_AGAIN] = "sent again",
	[SIGN_COPY] = "a copy made by the wire",
	[SIGN_FORGED] = "forged",
	[SIGN_DAMAGE] = "corrupted",
	[SIGN_FOLD] = "silence, folded",
	[SIGN_BLOCKED] = "the call is blocked",
};

static bool used(const struct scene *s, enum sign sign)
{
	if (sign == SIGN_FOLD)
		return s->fold_count > 0;
	for (size_t i = 0; sign == SIGN_BLOCKED && i < s->mark_count; i++) {
		if (s->marks[i].kind == MARK_CALL && s->marks[i].blocked)
			return true;
	}
	for (size_t i = 0; i < s->arrow_count; i++) {
		const struct scene_arrow *a = &s->arrows[i];

		if ((sign == SIGN_HELD && a->held) || (sign == SIGN_LOST && a->fate == FATE_LOST) ||
			(sign == SIGN_AGAIN && a->kind == EVENT_SEGMENT && a->repeats) ||
			(sign == SIGN_COPY && a->kind == EVENT_COPY) ||
			(sign == SIGN_FORGED && a->kind == EVENT_FORGED) ||
			(sign == SIGN_DAMAGE && a->damage))
			return true;
	}
	return false;
}

static void draw_sign(const struct drawing *d, enum sign sign, double x, double y)
{
	switch (sign) {
	case SIGN_HELD:
		svg_rect("box", x + 8, y - 8, SCENE_BOX, 16, 4, d->out);
		svg_rect("boxt", x + 12, y - 4, 2.6, 8, 0, d->out);
		svg_rect("boxt", x + 17.4, y - 4, 2.6, 8, 0, d->out);
		break;
	case SIGN_LOST:
		svg_line("lost dash", x, y, x + 22, y, d->out);
		svg_cross("lost cross", x + 26, y, d->out);
		break;
	case SIGN_AGAIN:
		svg_line("a", x, y, x + 32, y, d->out);
		text_printf(d->out, "<circle class=\"again\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>",
			x + 12, y);
		break;
	case SIGN_COPY:
		svg_line("a copy", x, y, x + 32, y, d->out);
		svg_line("inner", x, y, x + 32, y, d->out);
		break;
	case SIGN_FORGED:
		svg_line("forged", x + 6, y, x + 32, y, d->out);
		text_printf(d->out,
			"<polygon class=\"forgedh\" points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>",
			x, y, x + 6, y - 6, x + 12, y, x + 6, y + 6);
		break;
	case SIGN_DAMAGE:
		text_printf(d->out, "<path class=\"lost cross\" d=\"M%.1f %.1fl-4 9h7l-4 9\"/>",
			x + 17, y - 9);
		break;
	case SIGN_FOLD:
		text_printf(d->out,
			"<path class=\"life wave\" d=\"M%.1f %.1fq4 -4 8 0t8 0t8 0t8 0m-32 7q4 -4 8 0t8 0t8 0t8 0\"/>",
			x, y - 3);
		break;
	default:
		svg_rect("bar", x + 15, y - 9, 3, 18, 1.5, d->out);
	}
}

/* Put the signs one behind the other; draw: not only count the rows. */
static size_t lay_out(const struct scene *s, const struct drawing *d, double y)
{
	double x = 20;
	size_t rows = 0;

	for (int sign = 0; sign < SIGN_COUNT; sign++) {
		double width = 44 + (double)strlen(meanings[sign]) * SCENE_SMALL_CHAR + 22;

		if (!used(s, (enum sign)sign))
			continue;
		if (rows == 0 || x + width > s->width) {
			rows++;
			x = 20;
		}
		if (d) {
			draw_sign(d, (enum sign)sign, x, y + (double)rows * 22 - 8);
			svg_text("soft", x + 42, y + (double)rows * 22 - 4, "start", meanings[sign],
				0, d->out);
		}
		x += width;
	}
	return rows;
}

size_t ladder_legend_rows(const struct scene *s)
{
	return lay_out(s, NULL, 0);
}

void ladder_draw_legend(const struct drawing *d, double y)
{
	text_puts(d->out, "<g class=\"legend\">");
	lay_out(d->scene, d, y);
	text_puts(d->out, "</g>\n");
}
