/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/svg_ladder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "view/row.h"
#include "view/scene.h"
#include "view/svg.h"
#include "view/svg_ladder_parts.h"

#define PILL_HALF 9.5
/* height of a piece to its width: two on a page of A4 or Letter, one below the head of the first */
#define PAGE_HIGH 0.7
#define LEGEND_ROW 22

/* ---- what stands for an event ---- */

void ladder_open_event(const struct drawing *d, const char *class, const char *events,
	uint64_t first, uint64_t cause)
{
	if (d->linked)
		text_printf(d->out, "<a href=\"#e%" PRIu64 "\" class=\"ev %s\" data-e=\"%s\"",
			first, class, events);
	else
		text_printf(d->out, "<g class=\"%s\" data-e=\"%s\"", class, events);
	if (cause)
		text_printf(d->out, " data-c=\"%" PRIu64 "\"", cause);
}

void ladder_close_event(const struct drawing *d)
{
	text_puts(d->out, d->linked ? "</a>\n" : "</g>\n");
}

/* ---- at the lifelines ---- */

const char *svg_state_class(enum tcp_state state)
{
	switch (state) {
	case STATE_LISTEN:
		return "listen";
	case STATE_SYN_SENT:
	case STATE_SYN_RECEIVED:
	case STATE_NEW_SYN_RECV:
		return "opening";
	case STATE_ESTABLISHED:
		return "open";
	case STATE_FIN_WAIT_1:
	case STATE_FIN_WAIT_2:
	case STATE_CLOSE_WAIT:
	case STATE_CLOSING:
	case STATE_LAST_ACK:
		return "closing";
	case STATE_TIME_WAIT:
		return "timewait";
	default:
		return "closed";
	}
}

static double columns(const char *words)
{
	int all = row_columns(words);

	return all < SCENE_WORDS_MOST ? all : SCENE_WORDS_MOST;
}

/* "a ESTABLISHED" */
static void mark_words(const struct scene_mark *m, struct text *out)
{
	text_printf(out, "%s%s%s", m->name ? m->name : "", m->name ? " " : "", m->text);
}

static void begin_mark(const struct drawing *d, const struct scene_mark *m, const char *class)
{
	struct text events = TEXT_EMPTY;

	text_printf(&events, "%" PRIu64, m->event);
	/* one that was blocked comes back in a place of its own */
	if (m->returned && m->ends == SIZE_MAX)
		text_printf(&events, " %" PRIu64, m->returned);
	ladder_open_event(d, class, text_get(&events), m->event, m->cause);
	text_printf(d->out, " data-lifeline=\"%d\"", m->lifeline);
	text_done(&events);
}

static void draw_state(const struct drawing *d, const struct scene_mark *m)
{
	struct text words = TEXT_EMPTY, class = TEXT_EMPTY;
	double x = d->scene->x[m->lifeline], width;

	mark_words(m, &words);
	width = columns(text_get(&words)) * SCENE_PILL_CHAR + 18;
	text_printf(&class, "pill %s", svg_state_class(m->state));
	begin_mark(d, m, text_get(&class));
	text_puts(d->out, " data-state=\"");
	svg_words(m->text, SVG_WORDS_MOST, d->out);
	text_puts(d->out, "\"><title>");
	svg_words(m->name ? m->name : d->scene->lifelines.items[m->lifeline].title, SVG_WORDS_MOST,
		d->out);
	text_puts(d->out, ": ");
	svg_words(m->text, SVG_WORDS_MOST, d->out);
	text_puts(d->out, "</title>");
	svg_rect(NULL, x - width / 2, m->y - PILL_HALF, width, 2 * PILL_HALF, PILL_HALF, d->out);
	svg_text("", x, m->y + 3.8, "middle", text_get(&words), SCENE_WORDS_MOST, d->out);
	ladder_close_event(d);
	text_done(&words);
	text_done(&class);
}

/* Where what is written beside a lifeline begins, and to which side it goes. */
static double beside(const struct scene *s, int lifeline, const char **ret_anchor)
{
	bool left = lifeline == 0, inner = !left && lifeline + 1 < (int)s->lifelines.count;

	*ret_anchor = left ? "end" : "start";
	if (inner)
		return s->x[lifeline] + s->pill + 8;
	return left ? s->x[0] - s->pill - 12 : s->x[lifeline] + s->pill + 12;
}

static void draw_words(const struct drawing *d, const struct scene_mark *m)
{
	static const char *const classes[] = {
		[MARK_CALL] = "call",
		[MARK_RETURN] = "call return",
		[MARK_REMARK] = "remark",
	};
	struct text words = TEXT_EMPTY;
	const char *anchor;
	double x = beside(d->scene, m->lifeline, &anchor);

	mark_words(m, &words);
	begin_mark(d, m, classes[m->kind]);
	text_puts(d->out, "><title>");
	svg_words(text_get(&words), SVG_WORDS_MOST, d->out);
	text_puts(d->out, "</title>");
	svg_text(m->kind == MARK_REMARK ? "mono soft halo" : "mono t halo", x, m->y + 4, anchor,
		text_get(&words), SCENE_CALL_MOST, d->out);
	ladder_close_event(d);
	text_done(&words);
}

/* A call that is blocked, from its beginning to its return. */
static void draw_bar(const struct drawing *d, const struct scene_mark *m)
{
	const struct scene *s = d->scene;
	bool left = m->lifeline == 0, inner = !left && m->lifeline + 1 < (int)s->lifelines.count;
	double end = m->ends == SIZE_MAX ? s->bottom : s->marks[m->ends].y - 8;
	double x = s->x[m->lifeline] + (left ? -s->pill - 7 : s->pill + 4);

	if (m->kind == MARK_CALL && m->blocked && !inner && end > m->y + 10)
		svg_rect("bar", x, m->y + 8, 3, end - m->y - 8, 1.5, d->out);
}

/* ---- across ---- */

/* Words into lines of at most `most` characters. */
static void draw_wrapped(const struct drawing *d, const struct scene_band *b, double x, size_t most)
{
	const char *at = b->text;
	double y = b->y - (double)(b->lines - 1) * 7.5 + 4;

	for (size_t line = 0; line < b->lines && *at; line++) {
		size_t len = strlen(at), cut = len;
		struct text words = TEXT_EMPTY;

		if (len > most && line + 1 < b->lines) {
			cut = most;
			while (cut > most / 2 && at[cut] != ' ')
				cut--;
		}
		text_add(&words, at, cut);
		svg_text("cap t", x, y, "middle", text_get(&words), most + 2, d->out);
		text_done(&words);
		at += cut;
		at += strspn(at, " ");
		y += 15;
	}
}

static void draw_band(const struct drawing *d, const struct scene_band *b)
{
	const struct scene *s = d->scene;
	double half = (double)b->lines * 7.5 + 5, middle = (s->left + s->right) / 2;
	char events[48];

	snprintf(events, sizeof(events), b->last == b->event ? "%" PRIu64 : "%" PRIu64 " %" PRIu64,
		b->event, b->last);
	ladder_open_event(d, b->mark ? "mark" : "said", events, b->event, 0);
	text_puts(d->out, ">");
	if (b->mark) {
		svg_line("rule", s->left, b->y, s->right, b->y, d->out);
		svg_text("small soft halo", s->right, b->y + 3.5, "end", b->text, 40, d->out);
	} else {
		svg_rect("say", s->left, b->y - half, s->right - s->left, 2 * half, 6, d->out);
		draw_wrapped(d, b, middle, (size_t)((s->right - s->left - 40) / SCENE_SMALL_CHAR));
	}
	ladder_close_event(d);
}

/* "2.05 s", "135 ms" */
static void duration(uint64_t ns, struct text *out)
{
	if (ns >= NS_PER_S)
		text_printf(out, "%.2f s", (double)ns / (double)NS_PER_S);
	else
		text_printf(out, "%.0f ms", (double)ns / (double)NS_PER_MS);
}

/* A strip of ground between two waves: all that goes on is broken here. */
static void draw_fold(const struct drawing *d, const struct scene_fold *f)
{
	const struct scene *s = d->scene;
	double from = s->left, to = s->right;
	const int waves = (int)((to - from) / 8);
	struct text words = TEXT_EMPTY;

	svg_rect("g", from, f->y - 5, to - from, 10, 0, d->out);
	for (int side = -1; side <= 1; side += 2) {
		text_puts(d->out, "<path class=\"life wave\" d=\"M");
		text_printf(d->out, "%.1f %.1f q 4 -4 8 0", from, f->y + side * 5);
		for (int i = 1; i < waves; i++)
			text_puts(d->out, "t8 0");
		text_puts(d->out, "\"/>");
	}
	text_puts(&words, "+ ");
	duration(f->time_ns, &words);
	svg_text("small soft", from - 8, f->y + 3.5, "end", text_get(&words), 0, d->out);
	text_puts(d->out, "\n");
	text_done(&words);
}

/* ---- the frame ---- */

static void draw_titles(const struct drawing *d)
{
	const struct scene *s = d->scene;

	text_printf(d->out, "<g id=\"%s-head\">\n", d->id);
	for (size_t i = 0; i < s->lifelines.count; i++) {
		const struct lifeline *l = &s->lifelines.items[i];
		double width = columns(l->title) * 8.6, other = columns(l->subtitle) * 6.6;

		width = (width > other ? width : other) + 28;
		width = width > 60 ? width : 60;
		text_printf(d->out, "<g class=\"who\" data-lifeline=\"%zu\">", i);
		svg_rect("card", s->x[i] - width / 2, 10, width, 46, 8, d->out);
		svg_text("title t", s->x[i], l->subtitle[0] ? 30 : 38, "middle", l->title,
			SCENE_WORDS_MOST, d->out);
		svg_text("sub soft", s->x[i], 47, "middle", l->subtitle, SCENE_WORDS_MOST, d->out);
		text_puts(d->out, "</g>\n");
	}
	svg_text("small soft", s->left - 8, 47, "end", "ms", 0, d->out);
	text_puts(d->out, "</g>\n");
}

static void draw_times(const struct drawing *d)
{
	const struct scene *s = d->scene;
	char said[32] = "";
	double last = 0;

	for (size_t i = 0; i < s->moment_count; i++) {
		const struct scene_moment *m = &s->moments[i];
		char words[32];

		if (m->kind == MOMENT_BAND || m->kind == MOMENT_KEPT || m->y - last < 14)
			continue;
		snprintf(words, sizeof(words), "%.1f", (double)m->time_ns / (double)NS_PER_MS);
		if (strcmp(words, said) == 0)
			continue;
		last = m->y;
		memcpy(said, words, sizeof(said));
		svg_text("time soft", s->left - 8, m->y + 3.5, "end", words, 0, d->out);
		text_puts(d->out, "\n");
	}
}

static void draw_body(const struct drawing *d)
{
	const struct scene *s = d->scene;

	text_printf(d->out, "<g id=\"%s-body\">\n", d->id);
	for (size_t i = 0; i < s->lifelines.count; i++)
		svg_line("life", s->x[i], s->top - 6, s->x[i], s->bottom, d->out);
	text_puts(d->out, "\n");
	draw_times(d);
	for (size_t i = 0; i < s->mark_count; i++)
		draw_bar(d, &s->marks[i]);
	for (size_t i = 0; i < s->moment_count; i++) {
		const struct scene_moment *m = &s->moments[i];

		if (m->kind == MOMENT_SENT)
			ladder_draw_arrow(d, &s->arrows[m->index]);
		else if (m->kind == MOMENT_BAND)
			draw_band(d, &s->bands[m->index]);
		else if (m->kind == MOMENT_MARK && s->marks[m->index].kind == MARK_STATE)
			draw_state(d, &s->marks[m->index]);
		else if (m->kind == MOMENT_MARK)
			draw_words(d, &s->marks[m->index]);
	}
	for (size_t i = 0; i < s->fold_count; i++)
		draw_fold(d, &s->folds[i]);
	ladder_draw_legend(d, s->bottom + 10);
	text_puts(d->out, "</g>\n");
}

static void describe(const struct scene *s, struct text *out)
{
	text_puts(out, "Time runs downwards. From left to right: ");
	for (size_t i = 0; i < s->lifelines.count; i++)
		text_printf(out, "%s%s", i ? ", " : "", s->lifelines.items[i].title);
	text_puts(out, ". ");
	scene_sum_up(s, out);
	text_puts(out, ".");
}

static double height_of(const struct scene *s)
{
	return s->bottom + 16 + (double)ladder_legend_rows(s) * LEGEND_ROW;
}

static void draw(const struct scene *s, const char *title, bool linked, struct text *out)
{
	struct drawing d = { .scene = s, .linked = linked, .id = "ladder", .out = out };
	struct text description = TEXT_EMPTY;

	describe(s, &description);
	svg_begin("ladder", "ladder", s->width, height_of(s), title, text_get(&description),
		!linked, out);
	draw_titles(&d);
	draw_body(&d);
	svg_end(out);
	text_done(&description);
}

void svg_ladder_alone(const struct scene *s, const char *title, struct text *out)
{
	draw(s, title, false, out);
}

void svg_ladder_linked(const struct scene *s, const char *title, struct text *out)
{
	draw(s, title, true, out);
}

void svg_ladder_pages(const struct scene *s, struct text *out)
{
	double *cuts, most = s->width * PAGE_HIGH - s->top;
	size_t count = scene_cut(s, most, &cuts);

	for (size_t i = 0; i + 1 < count; i++) {
		double from = cuts[i], to = i + 2 == count ? height_of(s) : cuts[i + 1];

		text_printf(out,
			"<svg class=\"page ladder\" viewBox=\"0 0 %.1f %.1f\" aria-hidden=\"true\">"
			"<use href=\"#ladder-head\"/><svg x=\"0\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\""
			" viewBox=\"0 %.1f %.1f %.1f\"><use href=\"#ladder-body\"/></svg></svg>\n",
			s->width, s->top - 6 + to - from, s->top - 6, s->width, to - from,
			i ? from : from - 6, s->width, to - from);
	}
	free(cuts);
}
