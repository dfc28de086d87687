/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/ladder_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "view/label.h"
#include "view/ladder.h"

/* Packets one may cross: there are two ends, and few SYNs and FINs on the way. */
#define CROSSING_MOST 16

static void end_part(struct rung *r, enum rung_part part, size_t begin, const struct text *label)
{
	r->parts[part] =
		(struct rung_part_place){ .begin = (uint16_t)begin, .end = (uint16_t)label->len };
}

static void write_label(const struct ladder *l, const struct event *event, const struct packet *p,
	struct rung *r)
{
	const struct segment *s = &event->wire.segment;
	struct text label = TEXT_EMPTY;
	size_t begin;

	text_printf(&label, "#%" PRIu64 " ", event->wire.number);
	/* which connection it is, where neither lifeline tells */
	if (l->lifelines.items[p->from].several && l->lifelines.items[p->to].several) {
		const struct party *from = &l->now.parties[l->now.from];
		char name[NAME_BUFFER];

		text_printf(&label, "%s: ",
			ladder_name(l, from->parent == NOBODY ? l->now.from : l->now.to, p->from,
				name));
	}
	if (event->kind == EVENT_COPY)
		text_printf(&label, "copy of #%" PRIu64 " ", event->wire.repeats);
	begin = label.len;
	if (event->kind == EVENT_FORGED)
		text_puts(&label, "forged ");
	end_part(r, RUNG_PART_FORGED, begin, &label);
	label_packet(s, &label);
	begin = label.len;
	if (event->kind != EVENT_COPY && event->wire.repeats)
		text_printf(&label, " (again #%" PRIu64 ")", event->wire.repeats);
	end_part(r, RUNG_PART_AGAIN, begin, &label);
	begin = label.len;
	label_place(s, l->options->raw, &label);
	if (label.len > begin)
		r->parts[RUNG_PART_WORD] = (struct rung_part_place){ (uint16_t)begin,
			(uint16_t)(begin + strlen(" seq")) };
	end_part(r, RUNG_PART_PLACE, begin, &label);
	begin = label.len;
	label_sack(s, l->options->raw, &label);
	end_part(r, RUNG_PART_SACK, begin, &label);
	begin = label.len;
	label_offer(s, &label);
	end_part(r, RUNG_PART_OFFER, begin, &label);
	begin = label.len;
	label_length(s, &label);
	end_part(r, RUNG_PART_LENGTH, begin, &label);
	begin = label.len;
	label_excerpt(s, &label);
	end_part(r, RUNG_PART_EXCERPT, begin, &label);
	r->label = text_take(&label);
}

/* Where the packet of that number is, or belongs. They come in this order, so it is mostly the end. */
static size_t place_of(const struct ladder *l, uint64_t number)
{
	size_t low = 0, high = l->packet_count;

	if (!high || l->packets[high - 1].number < number)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->packets[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct packet *find_packet(const struct ladder *l, uint64_t number)
{
	size_t at = place_of(l, number);

	if (at == l->packet_count || l->packets[at].number != number || !l->packets[at].known)
		return NULL;
	return &l->packets[at];
}

static struct packet *add_packet(struct ladder *l, uint64_t number)
{
	size_t at = place_of(l, number);

	if (at == l->packet_count || l->packets[at].number != number) {
		if (l->packet_count == l->packet_room) {
			l->packet_room = l->packet_room * 2 + 64;
			l->packets = memory_grow(l->packets, l->packet_room * sizeof(*l->packets));
		}
		memmove(&l->packets[at + 1], &l->packets[at],
			(l->packet_count++ - at) * sizeof(*l->packets));
		l->packets[at].brief = NULL;
	}
	free(l->packets[at].brief);
	l->packets[at] = (struct packet){ .number = number, .rung = NO_RUNG };
	return &l->packets[at];
}

/* The last rung, when all it shows is what made this packet leave: the two are one. */
static bool last_rung_leads_to(struct ladder *l, const struct event *event, int lifeline)
{
	const struct rung_list *list = &l->list;
	const struct rung *last = list->count ? rung_list_at(&l->list, list->count - 1) : NULL;

	if (event->kind != EVENT_SEGMENT || !last || last->kind != RUNG_PLAIN || !event->cause)
		return false;
	if (list->causes[list->count - 1 - list->dropped] != event->cause &&
		rung_list_find(list, event->cause) != list->count - 1)
		return false;
	for (int i = 0; i < LIFELINES_MAX; i++) {
		if (i != lifeline && (last->cells[i].call || last->cells[i].state))
			return false;
	}
	return last->cells[lifeline].call || last->cells[lifeline].state;
}

/* Is a SYN, FIN or RST on its way from `to` to `from`? One that leaves now, the other way, crosses it: each shows
 * when it arrives. Not what is kept on the wire: that has let others pass. */
static bool meets_another(const struct ladder *l, uint64_t number, int from, int to)
{
	for (uint64_t other = number; other-- > 0 && number - other <= CROSSING_MOST;) {
		const struct packet *p = find_packet(l, other);

		if (p && p->moves && !p->waits && !p->arrived && p->from == to && p->to == from)
			return true;
	}
	return false;
}

static enum rung_line line_of(enum event_kind kind)
{
	if (kind == EVENT_COPY)
		return RUNG_LINE_COPY;
	return kind == EVENT_FORGED ? RUNG_LINE_FORGED : RUNG_LINE_SENT;
}

void ladder_take_packet(struct ladder *l, const struct event *event, bool shown)
{
	int from = ladder_lifeline(l, l->now.from), to = ladder_lifeline(l, l->now.to);
	struct packet *p = add_packet(l, event->wire.number);
	struct text text = TEXT_EMPTY;
	struct rung *r;

	if (from < 0 || to < 0) {
		l->hidden += shown;
		return;
	}
	text_printf(&text, "#%" PRIu64 " ", event->wire.number);
	label_packet(&event->wire.segment, &text);
	*p = (struct packet){ .number = event->wire.number,
		.known = true,
		.moves = event->wire.segment.kind != SEGMENT_TCP ||
			(event->wire.segment.flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST)),
		.line = line_of(event->kind),
		.from = from,
		.to = to,
		.rung = NO_RUNG,
		.brief = text_take(&text) };
	p->crosses = p->moves && meets_another(l, event->wire.number, from, to);
	if (!shown)
		return;
	p->rung = last_rung_leads_to(l, event, from)
		? l->list.count - 1
		: rung_list_add(&l->list, event, event->cause, RUNG_SENT);
	r = rung_list_at(&l->list, p->rung);
	r->kind = RUNG_SENT;
	r->line = p->line;
	r->from = from;
	r->to = to;
	write_label(l, event, p, r);
	if (event->kind == EVENT_SEGMENT)
		rung_list_reach(l->list.busy, from, p->rung);
	rung_list_place(&l->list, event->no, p->rung);
}

/* A line of its own for what becomes of a packet; its label is still to be told. */
static struct rung *add_verdict(struct ladder *l, const struct event *event, const struct packet *p,
	enum rung_kind kind)
{
	size_t rung = rung_list_add(&l->list, event, event->no, kind);
	struct rung *r = rung_list_at(&l->list, rung);

	r->from = p->from;
	r->to = p->to;
	r->line = p->line;
	return r;
}

/* "#1 SYN after 130.2 ms" */
static char *brief_after(const struct packet *p, const struct event *event)
{
	struct text text = TEXT_EMPTY;

	text_puts(&text, p->brief);
	if (p->waits) {
		text_puts(&text, " after ");
		text_brief_duration(&text, event->verdict.on_wire_ns);
	}
	return text_take(&text);
}

/* Was nothing done by its receiver since it was sent? Of data and acknowledgements that come in bursts, what
 * they are answered with may cross them: a line for each arrival would say less, not more. */
static bool arrives_straight(const struct ladder *l, const struct packet *p)
{
	size_t since = p->moves ? l->list.busy[p->to] : l->list.celled[p->to];

	return p->from != p->to && !p->waits && !p->crosses && p->rung != NO_RUNG &&
		since <= p->rung + 1;
}

static void take_delivered(struct ladder *l, const struct event *event, struct packet *p)
{
	size_t rung = p->rung;

	if (arrives_straight(l, p)) {
		rung_list_at(&l->list, rung)->kind = RUNG_WHOLE;
	} else {
		rung = l->list.count;
		add_verdict(l, event, p, RUNG_ARRIVED)->label = brief_after(p, event);
	}
	if (p->from == p->to && !p->waits && p->rung != NO_RUNG && p->rung + 1 == rung) {
		struct rung *sent = rung_list_at(&l->list, p->rung);
		struct rung *arrived = rung_list_at(&l->list, rung);

		free(arrived->label);
		arrived->label = text_copy(sent->label);
		memcpy(arrived->parts, sent->parts, sizeof(arrived->parts));
		arrived->loop = sent->loop = true;
	}
	rung_list_reach(l->list.busy, p->to, rung);
	rung_list_reach(l->list.arrived, p->to, rung);
	rung_list_place(&l->list, event->no, rung);
}

static void take_dropped(struct ladder *l, const struct event *event, struct packet *p)
{
	struct rung *r;

	if (p->waits || p->rung == NO_RUNG) {
		r = add_verdict(l, event, p, RUNG_LOST_LATER);
		r->label = brief_after(p, event);
	} else {
		r = rung_list_at(&l->list, p->rung);
		r->kind = RUNG_LOST;
	}
	if (event->text)
		r->reason = text_copy(event->text);
}

/* "(#4 changes places with #5)" */
static void add_remark(struct ladder *l, const struct event *event, const struct packet *p)
{
	struct text text = TEXT_EMPTY;

	text_printf(&text, "(#%" PRIu64 " ", event->verdict.number);
	if (event->kind == EVENT_SWAPPED)
		text_printf(&text, "changes places with #%" PRIu64 ")", event->verdict.other);
	else
		text_printf(&text, "corrupted: %s)", event->text ? event->text : "");
	add_verdict(l, event, p, RUNG_REMARK)->label = text_take(&text);
}

void ladder_take_verdict(struct ladder *l, const struct event *event, bool shown)
{
	struct packet *p = find_packet(l, event->verdict.number);

	if (!p || p->arrived)
		return;
	p->waits |= event->kind == EVENT_HELD || event->kind == EVENT_DELAYED;
	p->arrived |= event->kind == EVENT_DELIVERED || event->kind == EVENT_DROPPED;
	if (event->kind == EVENT_DELIVERED && shown)
		take_delivered(l, event, p);
	else if (event->kind == EVENT_DROPPED && shown && event->verdict.other &&
		p->rung != NO_RUNG && p->rung + 1 == l->list.count)
		rung_list_take_back(
			&l->list); /* a repeat that leads to nothing, and there may be many */
	else if (event->kind == EVENT_DROPPED && shown)
		take_dropped(l, event, p);
	else if ((event->kind == EVENT_CORRUPTED || event->kind == EVENT_SWAPPED) && shown)
		add_remark(l, event, p);
	if (!p->arrived)
		return;
	free(p->brief); /* nothing more is told of it */
	p->brief = NULL;
}
