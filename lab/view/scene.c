/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As the ladder of characters does, the journal is walked twice: to know who there is and who is drawn, and to
 * make what is drawn, as long as things still have the names they had then. */
#include "view/scene.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/journal.h"
#include "view/cast.h"
#include "view/label.h"

/* What is being made. */
struct maker {
	struct scene *scene;
	const struct journal *journal;
	struct cast cast, now; /* at the end, and as the walk goes on */
	size_t *arrows; /* owned: of each packet's number its arrow + 1; 0 = none */
	size_t arrow_room;
	size_t *calls; /* owned: marks of calls that have not returned */
	size_t call_count;
};

/* ---- making ---- */

/* Room for one more in a list; doubled when full. */
static void *grow(void *list, size_t count, size_t size)
{
	if (count & (count - 1)) /* no power of two */
		return list;
	return memory_grow(list, (count ? 2 * count : 1) * size);
}

/* false: there are enough. */
static bool add_moment(struct maker *m, enum moment_kind kind, size_t index,
	const struct event *event)
{
	struct scene *s = m->scene;

	if (s->moment_count == SCENE_MOST) {
		s->left_out++;
		return false;
	}
	s->moments = grow(s->moments, s->moment_count, sizeof(*s->moments));
	s->moments[s->moment_count++] =
		(struct scene_moment){ .kind = kind, .index = index, .time_ns = event->time_ns };
	return true;
}

/* NULL: there are enough. */
static struct scene_mark *add_mark(struct maker *m, const struct event *event,
	enum scene_mark_kind kind, int lifeline)
{
	struct scene *s = m->scene;

	if (!add_moment(m, MOMENT_MARK, s->mark_count, event))
		return NULL;
	s->marks = grow(s->marks, s->mark_count, sizeof(*s->marks));
	s->marks[s->mark_count] = (struct scene_mark){ .kind = kind,
		.lifeline = lifeline,
		.event = event->no,
		.cause = event->cause,
		.ends = SIZE_MAX };
	return &s->marks[s->mark_count++];
}

static int lifeline_of(const struct maker *m, size_t party)
{
	return party == NOBODY ? -1 : m->cast.parties[party].lifeline;
}

/* The name of a socket where its lifeline stands for several; else NULL. The caller's. */
static char *name_at(const struct maker *m, const char *name, int lifeline)
{
	return name && m->scene->lifelines.items[lifeline].several ? text_copy(name) : NULL;
}

static char *party_name(const struct maker *m, size_t party, int lifeline)
{
	return name_at(m, party < m->now.count ? m->now.parties[party].name : NULL, lifeline);
}

/* ---- calls ---- */

static void take_call(struct maker *m, const struct event *event)
{
	const struct birth *birth = cast_birth(&m->cast, event->no);
	struct text text = TEXT_EMPTY;
	struct scene_mark *mark;
	size_t party;
	int lifeline;

	if (!event->text || !event->subject)
		return;
	/* what socket() makes has its name when it returns; any other name is one of that time */
	if (strncmp(event->text, "socket(", 7) == 0)
		party = birth ? birth->party : NOBODY;
	else
		party = cast_name(&m->now, event->subject);
	lifeline = lifelines_of_call(&m->scene->lifelines, &m->cast, event, party);
	mark = lifeline < 0 ? NULL : add_mark(m, event, MARK_CALL, lifeline);
	if (!mark)
		return;
	label_call(event->text, &text);
	mark->text = text_take(&text);
	mark->name = name_at(m, event->subject, lifeline);
	m->calls = grow(m->calls, m->call_count, sizeof(*m->calls));
	m->calls[m->call_count++] = m->scene->mark_count - 1;
}

/* The place in m->calls of a call that has not returned; its end when there is none. */
static size_t find_call(const struct maker *m, uint64_t event)
{
	size_t i = m->call_count;

	while (i-- > 0) {
		if (m->scene->marks[m->calls[i]].event == event)
			return i;
	}
	return m->call_count;
}

static void take_blocked(struct maker *m, const struct event *event)
{
	size_t open = find_call(m, event->call.call);

	if (open < m->call_count)
		m->scene->marks[m->calls[open]].blocked = true;
}

static void take_return(struct maker *m, const struct event *event)
{
	const struct birth *birth = cast_birth(&m->cast, event->call.call);
	size_t open = find_call(m, event->call.call), call;
	struct scene_mark *mark;
	struct text text = TEXT_EMPTY;

	if (open == m->call_count)
		return;
	call = m->calls[open];
	m->calls[open] = m->calls[--m->call_count];
	mark = &m->scene->marks[call];
	text_printf(&text, "%s = ", mark->text);
	label_result(event, &text);
	if (birth && strncmp(mark->text, "socket(", 7) != 0 && !event->call.error)
		text_printf(&text, " (%s)", birth->name);
	mark->returned = event->no;
	if (mark->blocked || event->cause != event->call.call) {
		struct scene_mark *end =
			add_mark(m, event, MARK_RETURN, m->scene->marks[call].lifeline);

		mark = &m->scene->marks[call]; /* it may have moved */
		mark->blocked = true;
		if (end) {
			mark->ends = m->scene->mark_count - 1;
			end->name = mark->name ? text_copy(mark->name) : NULL;
			end->text = text_take(&text);
			text_printf(&text, "%s ...", mark->text);
		}
	}
	if (text.len) {
		free(mark->text);
		mark->text = text_take(&text);
	}
}

/* ---- states, timers, ends ---- */

static void take_state(struct maker *m, const struct event *event)
{
	size_t party = cast_socket(&m->now, event->state.endpoint);
	int lifeline = lifeline_of(m, party);
	struct scene_mark *mark = lifeline < 0 ? NULL : add_mark(m, event, MARK_STATE, lifeline);

	if (!mark)
		return;
	mark->state = event->state.to;
	/* beside a listener by the name it has in the end, as in the title */
	if (m->scene->lifelines.items[lifeline].shared)
		mark->name = text_copy(m->cast.parties[party].name);
	else
		mark->name = party_name(m, party, lifeline);
	mark->text = text_copy(tcp_state_name(event->state.to));
}

static void take_timer(struct maker *m, const struct event *event)
{
	size_t party = cast_socket(&m->now, event->timer.endpoint);
	int lifeline = lifeline_of(m, party);
	struct scene_mark *mark = lifeline < 0 ? NULL : add_mark(m, event, MARK_REMARK, lifeline);
	struct text text = TEXT_EMPTY;

	if (!mark)
		return;
	label_timer(event, false, &text);
	mark->name = party_name(m, party, lifeline);
	mark->text = text_take(&text);
}

/* At each lifeline that has a socket of the process or the host. */
static void take_fate(struct maker *m, const struct event *event)
{
	bool host = event->kind == EVENT_HOST, at[LIFELINES_MAX] = { false };

	for (size_t i = 0; i < m->now.count; i++) {
		const struct party *p = &m->now.parties[i];
		const char *whose = host ? p->host : p->owner;
		int lifeline = lifeline_of(m, i);

		if (lifeline >= 0 && whose && event->subject && strcmp(whose, event->subject) == 0)
			at[lifeline] = true;
	}
	for (int i = 0; i < LIFELINES_MAX; i++) {
		struct scene_mark *mark = at[i] ? add_mark(m, event, MARK_REMARK, i) : NULL;
		struct text text = TEXT_EMPTY;

		if (!mark)
			continue;
		label_fate(event, &text);
		mark->text = text_take(&text);
	}
}

/* What is said in several lines is one caption. A mark without a name is a matter of the script. */
static void take_band(struct maker *m, const struct event *event)
{
	struct scene *s = m->scene;
	const struct scene_moment *last = s->moment_count ? &s->moments[s->moment_count - 1] : NULL;

	if (event->kind == EVENT_SAY && last && last->kind == MOMENT_BAND &&
		!s->bands[last->index].mark) {
		struct scene_band *b = &s->bands[last->index];
		struct text both = TEXT_EMPTY;

		text_printf(&both, "%s %s", b->text, event->text);
		free(b->text);
		b->text = text_take(&both);
		b->last = event->no;
		return;
	}
	if (event->kind == EVENT_MARK && (!event->text || strcmp(event->text, "mark") == 0))
		return;
	if (!event->text || !add_moment(m, MOMENT_BAND, s->band_count, event))
		return;
	s->bands = grow(s->bands, s->band_count, sizeof(*s->bands));
	s->bands[s->band_count++] = (struct scene_band){ .event = event->no,
		.last = event->no,
		.mark = event->kind == EVENT_MARK,
		.text = text_copy(event->text) };
}

/* ---- packets ---- */

static struct scene_arrow *find_arrow(const struct maker *m, uint64_t number)
{
	return number < m->arrow_room && m->arrows[number]
		? &m->scene->arrows[m->arrows[number] - 1]
		: NULL;
}

static void remember_arrow(struct maker *m, uint64_t number)
{
	if (number >= m->arrow_room) {
		size_t room = number + 1 + number / 2;

		m->arrows = memory_grow(m->arrows, room * sizeof(*m->arrows));
		memset(m->arrows + m->arrow_room, 0, (room - m->arrow_room) * sizeof(*m->arrows));
		m->arrow_room = room;
	}
	m->arrows[number] = m->scene->arrow_count;
}

/* "#4 l/1: copy of #3 SYN/ACK" and "seq 0 ack 1" */
static void label_arrow(const struct maker *m, const struct event *event, struct scene_arrow *a)
{
	const struct lifeline *lines = m->scene->lifelines.items;
	struct text text = TEXT_EMPTY;

	text_printf(&text, "#%" PRIu64 " ", event->wire.number);
	/* which connection it is, where neither lifeline tells */
	if (lines[a->from].several && lines[a->to].several) {
		const struct party *from = &m->now.parties[m->now.from];
		char *name =
			party_name(m, from->parent == NOBODY ? m->now.from : m->now.to, a->from);

		text_printf(&text, "%s: ", name ? name : "?");
		free(name);
	}
	if (event->kind == EVENT_COPY)
		text_printf(&text, "copy of #%" PRIu64 " ", event->wire.repeats);
	if (event->kind == EVENT_FORGED)
		text_puts(&text, "forged ");
	label_packet(&event->wire.segment, &text);
	if (event->kind != EVENT_COPY && event->wire.repeats)
		text_printf(&text, " again #%" PRIu64, event->wire.repeats);
	a->head = text_take(&text);
	if (event->kind != EVENT_COPY) { /* which says what the other does, just above */
		label_place(&event->wire.segment, false, &text);
		label_sack(&event->wire.segment, false, &text);
		label_length(&event->wire.segment, &text);
		label_excerpt(&event->wire.segment, &text);
	}
	a->tail = text_take(&text);
}

static void note_event(struct scene_arrow *a, uint64_t event)
{
	text_printf(a->events, "%s%" PRIu64, a->events->len ? " " : "", event);
}

static void take_packet(struct maker *m, const struct event *event)
{
	struct scene *s = m->scene;
	int from = lifeline_of(m, m->now.from), to = lifeline_of(m, m->now.to);
	struct scene_arrow *a;

	if (from < 0 || to < 0) {
		s->hidden++;
		return;
	}
	if (!add_moment(m, MOMENT_SENT, s->arrow_count, event))
		return;
	s->arrows = grow(s->arrows, s->arrow_count, sizeof(*s->arrows));
	a = &s->arrows[s->arrow_count++];
	*a = (struct scene_arrow){ .event = event->no,
		.cause = event->cause,
		.number = event->wire.number,
		.repeats = event->wire.repeats,
		.kind = event->kind,
		.from = from,
		.to = to,
		.sender = text_copy(m->cast.parties[m->now.from].name),
		.receiver = text_copy(m->cast.parties[m->now.to].name),
		.events = memory_new(sizeof(struct text)) };
	*a->events = (struct text)TEXT_EMPTY;
	label_arrow(m, event, a);
	note_event(a, event->no);
	remember_arrow(m, event->wire.number);
}

static void take_end(struct maker *m, const struct event *event, struct scene_arrow *a)
{
	if (!add_moment(m, MOMENT_ENDED, (size_t)(a - m->scene->arrows), event))
		return;
	a->end = event->no;
	a->fate = event->kind == EVENT_DELIVERED ? FATE_DELIVERED : FATE_LOST;
	a->held_ns = event->verdict.on_wire_ns;
	if (a->fate == FATE_LOST && event->text)
		a->note = text_copy(event->text);
}

static void take_verdict(struct maker *m, const struct event *event)
{
	struct scene_arrow *a = find_arrow(m, event->verdict.number);

	if (!a || a->end)
		return;
	note_event(a, event->no);
	switch (event->kind) {
	case EVENT_HELD:
	case EVENT_DELAYED:
		if (!a->held && add_moment(m, MOMENT_KEPT, (size_t)(a - m->scene->arrows), event))
			a->held = true;
		break;
	case EVENT_CORRUPTED:
		free(a->damage);
		a->damage = text_copy(event->text ? event->text : "");
		break;
	case EVENT_SWAPPED:
		a->swapped = event->verdict.other;
		break;
	default:
		take_end(m, event, a);
	}
}

/* ---- the walk ---- */

static void take_event(struct maker *m, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CALL:
		take_call(m, event);
		break;
	case EVENT_BLOCKED:
		take_blocked(m, event);
		break;
	case EVENT_RETURN:
		take_return(m, event);
		break;
	case EVENT_STATE:
		take_state(m, event);
		break;
	case EVENT_TIMER:
		take_timer(m, event);
		break;
	case EVENT_HOST:
		if (event->text)
			take_fate(m, event);
		break;
	case EVENT_PROCESS_END:
	case EVENT_SIGNAL:
		take_fate(m, event);
		break;
	case EVENT_SAY:
	case EVENT_MARK:
		take_band(m, event);
		break;
	default:
		if (event_is_segment(event))
			take_packet(m, event);
		else if (event_is_verdict(event))
			take_verdict(m, event);
	}
}

static void walk(struct maker *m)
{
	struct diag d = { 0 }; /* without names nothing can be missing */

	for (uint64_t no = 1; no <= journal_last(m->journal); no++) {
		struct event event = *journal_get(m->journal, no);

		cast_see(&m->cast, m->journal, &event);
	}
	cast_settle(&m->cast);
	lifelines_choose(&m->scene->lifelines, &m->cast, NULL, 0, &d);
	for (uint64_t no = m->cast.began ? m->cast.began : 1; no <= journal_last(m->journal);
		no++) {
		struct event event = *journal_get(m->journal, no);

		cast_see(&m->now, m->journal, &event);
		take_event(m, &event);
	}
	/* what has not come back is left as it is: it goes on */
	for (size_t i = 0; i < m->call_count; i++) {
		struct scene_mark *mark = &m->scene->marks[m->calls[i]];
		struct text text = TEXT_EMPTY;

		text_printf(&text, "%s ...", mark->text);
		free(mark->text);
		mark->text = text_take(&text);
	}
}

struct scene *scene_new(const struct journal *j)
{
	struct scene *s = memory_new(sizeof(*s));
	struct maker m = { .scene = s, .journal = j };

	*s = (struct scene){ 0 };
	walk(&m);
	cast_done(&m.cast);
	cast_done(&m.now);
	free(m.arrows);
	free(m.calls);
	return s;
}

void scene_free(struct scene *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->mark_count; i++) {
		free(s->marks[i].name);
		free(s->marks[i].text);
	}
	for (size_t i = 0; i < s->arrow_count; i++) {
		text_done(s->arrows[i].events);
		free(s->arrows[i].events);
		free(s->arrows[i].sender);
		free(s->arrows[i].receiver);
		free(s->arrows[i].head);
		free(s->arrows[i].tail);
		free(s->arrows[i].note);
		free(s->arrows[i].damage);
	}
	for (size_t i = 0; i < s->band_count; i++)
		free(s->bands[i].text);
	free(s->marks);
	free(s->arrows);
	free(s->bands);
	free(s->folds);
	free(s->moments);
	lifelines_done(&s->lifelines);
	free(s);
}

/* "3 lost", "1 a copy" behind what is there already. */
static void add_count(size_t count, const char *what, struct text *out)
{
	if (count)
		text_printf(out, "%s%zu %s", out->len ? ", " : "", count, what);
}

void scene_sum_up(const struct scene *s, struct text *out)
{
	size_t lost = 0, held = 0, again = 0, copies = 0, forged = 0, spoilt = 0;
	struct text parts = TEXT_EMPTY;

	for (size_t i = 0; i < s->arrow_count; i++) {
		const struct scene_arrow *a = &s->arrows[i];

		lost += a->fate == FATE_LOST;
		held += a->held;
		again += a->kind == EVENT_SEGMENT && a->repeats;
		copies += a->kind == EVENT_COPY;
		forged += a->kind == EVENT_FORGED;
		spoilt += a->damage != NULL;
	}
	add_count(lost, "lost", &parts);
	add_count(held, "held on the wire", &parts);
	add_count(again, "sent again", &parts);
	add_count(copies, copies == 1 ? "a copy" : "copies", &parts);
	add_count(forged, "forged", &parts);
	add_count(spoilt, "corrupted", &parts);
	text_printf(out, "%zu lifeline%s, %zu packet%s%s%s", s->lifelines.count,
		s->lifelines.count == 1 ? "" : "s", s->arrow_count, s->arrow_count == 1 ? "" : "s",
		parts.len ? ": " : "", text_get(&parts));
	text_done(&parts);
}
