/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things are. Across, columns as wide as what is written in them. Downwards, time: what happens later is
 * never higher, an arrow takes a step from its sender to its receiver, what happens at one lifeline keeps a
 * distance, and of a silence there is the mark of a fold. Nothing else of the time's length is drawn: in a lab it
 * is mostly that of the person who types, or of the machine. */
#include "view/scene.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "view/row.h"

#define HEAD 62 /* above the lifelines: their titles */
#define FIRST 26 /* from there to the first moment */
#define STEP 3 /* between moments of different lifelines: which was first can be seen */
#define PAUSE 9 /* more behind a pause */
#define PAUSE_NS (10 * NS_PER_MS)
#define SILENCE_NS                                                                                 \
	(100 * NS_PER_MS) /* from here on it is folded; half of the shortest RTO of Linux, 200 ms */
#define FOLD 36
#define SLANT 26 /* from the sender to the receiver */
#define SLANT_KEPT 14 /* to the box, and from it */
#define BOX_LEAST 22
#define CLEAR_OF_WAVE 26 /* from the middle of a fold to what leaves a box, and is told above it */
#define CLEAR_OF_WORDS                                                                             \
	28 /* from where another was sent the other way: what leaves a box crosses no words */
#define CLEAR_OF_MEETING                                                                           \
	52 /* and when that is on its way still: the later this one is, the more it slants */
#define APART 24 /* from an arrow to a copy of it, which begins in the middle of its words */
#define NOTE 12 /* below an arrow that has one */
#define LOOP 46 /* of what comes back to its lifeline */
#define TIMES 62 /* column of the times */
#define MARGIN 14
#define LINE 15

static const double gaps[LIFELINES_MAX + 1] = { 0, 420, 520, 390, 310 };

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* ---- across ---- */

static int at_most(int columns, int most)
{
	return columns < most ? columns : most;
}

static int mark_columns(const struct scene_mark *m)
{
	int columns = row_columns(m->text) + (m->name ? row_columns(m->name) + 1 : 0);

	return at_most(columns, m->kind == MARK_STATE ? SCENE_WORDS_MOST : SCENE_CALL_MOST);
}

static void place_across(struct scene *s)
{
	int last = (int)s->lifelines.count - 1;
	double left = 6 * SCENE_CHAR, right = last > 0 ? 6 * SCENE_CHAR : 0, title = 0;

	s->pill = 30;
	for (size_t i = 0; i < s->mark_count; i++) {
		const struct scene_mark *m = &s->marks[i];

		if (m->kind == MARK_STATE)
			s->pill = larger(s->pill, mark_columns(m) * SCENE_PILL_CHAR / 2 + 10);
		else if (m->lifeline == 0)
			left = larger(left, mark_columns(m) * SCENE_CHAR);
		else if (m->lifeline == last)
			right = larger(right, mark_columns(m) * SCENE_CHAR);
	}
	for (int i = 0; i <= last; i += last ? last : 1) {
		const struct lifeline *l = &s->lifelines.items[i];

		title = larger(at_most(row_columns(l->title), SCENE_WORDS_MOST) * 8.6,
				at_most(row_columns(l->subtitle), SCENE_WORDS_MOST) * 6.6) /
			2;
		if (i == 0)
			left = larger(left, title - s->pill - 12);
		if (i == last)
			right = larger(right, title - s->pill - 12);
	}
	s->left = TIMES;
	s->x[0] = TIMES + left + 12 + s->pill;
	for (int i = 1; i <= last; i++)
		s->x[i] =
			s->x[i - 1] + gaps[s->lifelines.count] + (s->pill > 60 ? s->pill - 60 : 0);
	if (last < 0)
		s->width = 400;
	else if (last == 0)
		s->width = s->x[0] + gaps[1] + 20;
	else
		s->width = s->x[last] + s->pill + 12 + right + MARGIN;
	s->right = s->width - MARGIN;
}

/* ---- downwards ---- */

enum end { /* what was last at a lifeline */
	END_NONE,
	END_STATE,
	END_SENT,
	END_ARRIVED,
	END_TEXT,
	END_COUNT,
};

/* From the one above to the one below, when one does not belong to the other. */
static const double distance[END_COUNT][END_COUNT] = {
	[END_STATE] = { [END_STATE] = 22, [END_SENT] = 13, [END_ARRIVED] = 15, [END_TEXT] = 15 },
	[END_SENT] = { [END_STATE] = 16, [END_SENT] = 16, [END_ARRIVED] = 36, [END_TEXT] = 14 },
	[END_ARRIVED] = { [END_STATE] = 14, [END_SENT] = 16, [END_ARRIVED] = 14, [END_TEXT] = 14 },
	[END_TEXT] = { [END_STATE] = 14, [END_SENT] = 13, [END_ARRIVED] = 12, [END_TEXT] = 16 },
};

/* The words of a lifeline between others stand at its right, where arrows slant away and come in: how far below the words
 * one begins or ends, and how far below the beginning of one the next words are. */
#define WORDS_TO_SENT 24
#define WORDS_TO_ARRIVED 30
#define SENT_TO_WORDS 36

struct lane {
	double y[END_COUNT]; /* of the last of each kind; 0 = there was none */
	enum end last;
	uint64_t event, other,
		cause; /* of the last one; of a call that returned at once, other = that */
	uint64_t state; /* event of the last state */
	double clear; /* of a lifeline between others: from here on words lie on no arrow */
};

struct placing {
	struct scene *scene;
	struct lane lanes[LIFELINES_MAX];
	double y; /* of the last moment */
	double lowest; /* of all that was drawn so far */
	double sent; /* where the last arrow begins */
	double caption; /* where the last one ends */
	uint64_t time_ns;
	bool begun;
};

/* Does one belong to the other, so that they may share a height? A call and the state it leads to, a state and the
 * call that returns by it, a call and what it sends. */
static bool belongs(const struct lane *lane, enum end end, uint64_t cause, bool woken)
{
	if (lane->last == END_NONE || lane->last == end)
		return false;
	if (woken && (lane->last == END_ARRIVED || lane->last == END_STATE))
		return true;
	if (end == END_TEXT)
		return cause && (cause == lane->event || cause == lane->cause);
	return lane->last == END_TEXT && cause && (cause == lane->event || cause == lane->other);
}

static bool is_inner(const struct scene *s, int lifeline)
{
	return lifeline > 0 && lifeline + 1 < (int)s->lifelines.count;
}

/* The least height of an arrow at a lifeline; other: at its other end. */
static double below_words(const struct placing *p, int lifeline, int other, enum end end, double y)
{
	double words = p->lanes[lifeline].y[END_TEXT];

	if (!is_inner(p->scene, lifeline) || other <= lifeline || words <= 0)
		return y;
	return larger(y, words + (end == END_SENT ? WORDS_TO_SENT : WORDS_TO_ARRIVED));
}

/* The height of something at a lifeline, at least `y`. */
static double settle(struct placing *p, int lifeline, enum end end, double y, uint64_t event,
	uint64_t cause, bool woken)
{
	struct lane *lane = &p->lanes[lifeline];
	/* between lifelines words and arrows share the room */
	bool apart = is_inner(p->scene, lifeline) &&
		(end == END_SENT || end == END_ARRIVED || lane->last == END_ARRIVED);

	if (!belongs(lane, end, cause, woken) || apart) {
		for (int above = END_STATE; above < END_COUNT; above++) {
			if (lane->y[above] > 0)
				y = larger(y, lane->y[above] + distance[above][end]);
		}
	} else {
		y = larger(y, lane->y[lane->last]);
		/* a text keeps its distance to the text above it, whatever it belongs to */
		if (end == END_TEXT && lane->y[END_TEXT] > 0)
			y = larger(y, lane->y[END_TEXT] + distance[END_TEXT][END_TEXT]);
		if (end == END_STATE && lane->y[END_STATE] > 0)
			y = larger(y, lane->y[END_STATE] + distance[END_STATE][END_STATE]);
		if (end == END_SENT && lane->y[END_SENT] > 0)
			y = larger(y, lane->y[END_SENT] + distance[END_SENT][END_SENT]);
	}
	lane->y[end] = y;
	lane->last = end;
	lane->event = event;
	lane->other = 0;
	lane->cause = cause;
	if (end == END_STATE)
		lane->state = event;
	return y;
}

static void fold(struct placing *p, uint64_t silence_ns)
{
	struct scene *s = p->scene;

	s->folds = memory_grow(s->folds, (s->fold_count + 1) * sizeof(*s->folds));
	s->folds[s->fold_count++] =
		(struct scene_fold){ .time_ns = silence_ns, .y = p->lowest + FOLD / 2.0 };
	p->y = p->lowest + FOLD;
}

/* Where the next moment may be at the highest. */
static double next_y(struct placing *p, uint64_t time_ns)
{
	uint64_t silence = p->begun && time_ns > p->time_ns ? time_ns - p->time_ns : 0;

	if (silence >= SILENCE_NS)
		fold(p, silence);
	else if (p->begun)
		p->y += silence >= PAUSE_NS ? PAUSE : 0;
	if (!p->begun || time_ns > p->time_ns)
		p->time_ns = time_ns;
	p->begun = true;
	return p->y;
}

static double place_mark(struct placing *p, struct scene_mark *m, double y)
{
	enum end end = m->kind == MARK_STATE ? END_STATE : END_TEXT;
	struct lane *lane = &p->lanes[m->lifeline];

	/* beside the state it returns by, even when that has sent something meanwhile */
	if (m->kind == MARK_RETURN && m->cause && m->cause == lane->state &&
		lane->y[END_TEXT] + distance[END_TEXT][END_TEXT] <= lane->y[END_STATE] &&
		lane->clear <= lane->y[END_STATE]) {
		m->y = lane->y[END_TEXT] = lane->y[END_STATE];
		return m->y;
	}
	if (end == END_TEXT)
		y = larger(y, lane->clear);
	m->y = settle(p, m->lifeline, end, y, m->event, m->cause, m->kind == MARK_RETURN);
	lane->other = m->returned;
	return m->y;
}

static double place_sent(struct placing *p, struct scene_arrow *a, double y)
{
	/* what the wire or somebody else has made begins beside the lifeline */
	if (a->kind == EVENT_SEGMENT)
		a->y_sent = settle(p, a->from, END_SENT,
			below_words(p, a->from, a->to, END_SENT, y), a->event, a->cause, false);
	else
		a->y_sent = larger(y + STEP, p->sent + APART);
	p->sent = a->y_sent;
	if (a->to > a->from && is_inner(p->scene, a->from))
		p->lanes[a->from].clear = a->y_sent + SENT_TO_WORDS;
	return a->y_sent;
}

/* Where what leaves a box may begin, so that it and what is told above it lie on no wave and on no words. */
static double clear_of_others(const struct placing *p, const struct scene_arrow *a)
{
	const struct scene *s = p->scene;
	double y = s->fold_count ? s->folds[s->fold_count - 1].y + CLEAR_OF_WAVE : 0;

	for (size_t i = 0; i < s->arrow_count && a->from != a->to; i++) {
		const struct scene_arrow *b = &s->arrows[i];
		bool meets = b->y_end == 0 && !b->held;

		if (b->from == a->to && b->to == a->from && b->y_sent > 0)
			y = larger(y, b->y_sent + (meets ? CLEAR_OF_MEETING : CLEAR_OF_WORDS));
	}
	return y;
}

static double place_end(struct placing *p, struct scene_arrow *a, double y)
{
	double slant = a->held ? SLANT_KEPT : a->from == a->to ? LOOP : SLANT;
	double least = a->held ? a->y_kept + BOX_LEAST + slant : a->y_sent + slant;

	y = larger(y, least);
	if (a->held && a->y_kept < p->caption) /* the box is seen again below it */
		y = larger(y, p->caption + 12 + slant);
	if (a->held)
		y = larger(y, clear_of_others(p, a) + slant);
	if (a->fate == FATE_DELIVERED)
		y = settle(p, a->to, END_ARRIVED, below_words(p, a->to, a->from, END_ARRIVED, y),
			a->end, 0, false);
	if (a->fate == FATE_DELIVERED && a->damage)
		p->lanes[a->to].y[END_ARRIVED] += NOTE;
	if (a->fate == FATE_LOST && !a->held)
		y = a->y_sent + slant * 0.6; /* it ends on the way */
	a->y_end = y;
	a->y_let_go = y - slant;
	return y;
}

static double place_band(struct placing *p, struct scene_band *b, double y)
{
	const struct scene *s = p->scene;
	double room = s->right - s->left - 40;
	size_t most = (size_t)(room / SCENE_SMALL_CHAR), len = (size_t)row_columns(b->text);

	b->lines = b->mark || most < 1 ? 1 : (len + most - 1) / most;
	if (b->lines == 0)
		b->lines = 1;
	if (b->lines > SCENE_LINES_MOST)
		b->lines = SCENE_LINES_MOST;
	y = larger(y, p->lowest + 14 + (double)b->lines * LINE / 2);
	b->y = y;
	y += (double)b->lines * LINE / 2 + 16;
	p->caption = b->mark ? p->caption : y - 8;
	for (int i = 0; i < LIFELINES_MAX; i++)
		p->lanes[i].last = END_NONE;
	return y;
}

static void place_moment(struct placing *p, struct scene_moment *m)
{
	struct scene *s = p->scene;
	double y = next_y(p, m->time_ns);

	switch (m->kind) {
	case MOMENT_MARK:
		m->y = place_mark(p, &s->marks[m->index], y);
		break;
	case MOMENT_SENT:
		m->y = place_sent(p, &s->arrows[m->index], y);
		break;
	case MOMENT_KEPT:
		s->arrows[m->index].y_kept = s->arrows[m->index].y_sent + SLANT_KEPT;
		m->y = y;
		p->lowest = larger(p->lowest, s->arrows[m->index].y_kept + 8);
		break;
	case MOMENT_ENDED:
		m->y = place_end(p, &s->arrows[m->index], y);
		break;
	case MOMENT_BAND:
		m->y = place_band(p, &s->bands[m->index], y);
		break;
	}
	p->y = larger(p->y, m->y);
	p->lowest = larger(p->lowest, m->y + 10);
}

/* ---- the boxes ---- */

static bool same_way(const struct scene_arrow *a, const struct scene_arrow *b)
{
	return a->held && b->held && a->from == b->from && a->to == b->to &&
		a->y_kept <= b->y_let_go + 4 && b->y_kept <= a->y_let_go + 4;
}

/* What the boxes that stand there together with that of arrow `first` have in common. */
static void place_group(struct scene *s, size_t first)
{
	struct scene_arrow *a = &s->arrows[first];
	double reach = a->y_let_go;
	bool stays = true;
	int lanes = 0;
	size_t end = first;

	for (; end < s->arrow_count; end++) {
		const struct scene_arrow *b = &s->arrows[end];

		if (b->from == a->to && b->to == a->from && b->y_sent > a->y_sent)
			stays = false;
		if (!b->held || b->from != a->from || b->to != a->to)
			continue;
		if (b->y_kept > reach + 4)
			break;
		reach = larger(reach, b->y_let_go);
		lanes = b->lane < lanes ? lanes : b->lane + 1;
		stays = stays && !b->end;
	}
	for (size_t i = first; i < end; i++) {
		struct scene_arrow *b = &s->arrows[i];

		if (b->held && b->from == a->from && b->to == a->to) {
			b->lanes = lanes;
			b->stays = stays;
		}
	}
}

/* Boxes that stand there at the same time stand side by side: the later nearer to the sender, so that what goes into it
 * passes no other. */
static void place_boxes(struct scene *s)
{
	for (size_t i = 0; i < s->arrow_count; i++) {
		struct scene_arrow *a = &s->arrows[i];
		bool alone = false;

		if (!a->end) /* it stays */
			a->y_end = a->y_let_go = s->bottom;
		while (a->held && !alone) {
			alone = true;
			for (size_t k = 0; k < i && alone; k++) {
				const struct scene_arrow *other = &s->arrows[k];

				alone = !same_way(other, a) || other->lane != a->lane;
			}
			a->lane += !alone;
		}
	}
	for (size_t i = 0; i < s->arrow_count; i++) {
		if (s->arrows[i].held && !s->arrows[i].lanes)
			place_group(s, i);
	}
}

void scene_place(struct scene *s)
{
	struct placing p = { .scene = s, .y = HEAD + FIRST, .lowest = HEAD + FIRST };

	place_across(s);
	s->top = HEAD;
	for (size_t i = 0; i < s->moment_count; i++)
		place_moment(&p, &s->moments[i]);
	for (size_t i = 0; i < s->arrow_count; i++) {
		const struct scene_arrow *a = &s->arrows[i];

		if (!a->end)
			p.lowest = larger(p.lowest,
				a->held ? a->y_kept + BOX_LEAST + 6 : a->y_sent + SLANT);
	}
	s->bottom = p.lowest + 16;
	place_boxes(s);
}

/* ---- pages ---- */

struct reach {
	double top, bottom;
};

static int compare_reaches(const void *a, const void *b)
{
	const struct reach *x = a, *y = b;

	return (x->top > y->top) - (x->top < y->top);
}

/* From where to where there is something that should not be cut; those that touch are one. */
static size_t list_reaches(const struct scene *s, struct reach *reaches)
{
	size_t count = 0, joined = 0;

	for (size_t i = 0; i < s->mark_count; i++)
		reaches[count++] = (struct reach){ s->marks[i].y - 11, s->marks[i].y + 11 };
	for (size_t i = 0; i < s->arrow_count; i++)
		reaches[count++] =
			(struct reach){ s->arrows[i].y_sent - 16, s->arrows[i].y_end + 8 };
	for (size_t i = 0; i < s->band_count; i++) {
		double half = (double)s->bands[i].lines * LINE / 2 + 8;

		reaches[count++] = (struct reach){ s->bands[i].y - half, s->bands[i].y + half };
	}
	qsort(reaches, count, sizeof(*reaches), compare_reaches);
	for (size_t i = 0; i < count; i++) {
		if (joined && reaches[i].top <= reaches[joined - 1].bottom)
			reaches[joined - 1].bottom =
				larger(reaches[joined - 1].bottom, reaches[i].bottom);
		else
			reaches[joined++] = reaches[i];
	}
	return joined;
}

size_t scene_cut(const struct scene *s, double most, double **ret_cuts)
{
	size_t all = s->mark_count + s->arrow_count + s->band_count;
	struct reach *reaches = memory_new((all + 1) * sizeof(*reaches));
	size_t count = list_reaches(s, reaches), cuts = 1;
	double *at = memory_new(((size_t)(s->bottom / (most / 2)) + 3 + all) * sizeof(*at));

	at[0] = s->top;
	while (at[cuts - 1] < s->bottom) {
		double limit = at[cuts - 1] + most, cut = at[cuts - 1];

		for (size_t i = 0; i < count && reaches[i].top <= limit; i++)
			cut = larger(cut, reaches[i].top - 1);
		if (limit >= s->bottom)
			cut = s->bottom;
		else if (cut < at[cuts - 1] + most / 2) /* all in one piece */
			cut = limit;
		at[cuts++] = cut;
	}
	free(reaches);
	*ret_cuts = at;
	return cuts;
}
