/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal is walked twice: once to know who there is and who is drawn, once to make rungs, as long as
 * things still have the names they had then. What happens at one moment at one end shares a rung: a call,
 * the state it leads to and the packet it sends; a packet that arrives, the state it leads to and the call
 * that returns. */
#include "view/ladder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "view/label.h"
#include "view/ladder_parts.h"
#include "view/row.h"

/* Rungs kept besides those that are drawn: what has just been sent is completed when it arrives. */
#define STILL_OPEN 64

/* ---- names ---- */

/* The name of a socket, cut where it is long, when its lifeline stands for several; else NULL. */
static const char *name_at(const struct ladder *l, const char *name, int lifeline,
	char buffer[NAME_BUFFER])
{
	if (!name || !l->lifelines.items[lifeline].several)
		return NULL;
	snprintf(buffer, NAME_BUFFER, "%.*s%s",
		(int)(strlen(name) > NAME_MOST ? NAME_MOST - 1 : NAME_MOST), name,
		strlen(name) > NAME_MOST ? ROW_CUT : "");
	return buffer;
}

const char *ladder_name(const struct ladder *l, size_t party, int lifeline,
	char buffer[NAME_BUFFER])
{
	return name_at(l, party < l->now.count ? l->now.parties[party].name : NULL, lifeline,
		buffer);
}

int ladder_lifeline(const struct ladder *l, size_t party)
{
	return party == NOBODY ? -1 : l->cast.parties[party].lifeline;
}

/* ---- calls ---- */

static bool is_socket_call(const char *call)
{
	return strncmp(call, "socket(", 7) == 0;
}

static void take_call(struct ladder *l, const struct event *event)
{
	const struct birth *birth = cast_birth(&l->cast, event->no);
	struct text text = TEXT_EMPTY;
	struct open_call *call;
	char name[NAME_BUFFER];
	size_t party;
	int lifeline;

	if (!event->text || !event->subject)
		return;
	/* what socket() makes has its name when it returns; any other name is one of that time */
	if (is_socket_call(event->text))
		party = birth ? birth->party : NOBODY;
	else
		party = cast_name(&l->now, event->subject);
	lifeline = lifelines_of_call(&l->lifelines, &l->cast, event, party);
	if (lifeline < 0)
		return;
	label_call(event->text, &text);
	l->calls = memory_grow(l->calls, (l->call_count + 1) * sizeof(*l->calls));
	call = &l->calls[l->call_count++];
	*call = (struct open_call){ .event = event->no,
		.lifeline = lifeline,
		.rung = rung_list_add(&l->list, event, event->no, RUNG_PLAIN),
		.party = party,
		.text = text_copy(text_get(&text)) };
	text_puts(&text, " ...");
	rung_list_write(&l->list, call->rung, lifeline, name_at(l, event->subject, lifeline, name),
		text_take(&text), NULL);
	rung_list_place(&l->list, event->no, call->rung);
}

static struct open_call *find_call(const struct ladder *l, uint64_t event)
{
	for (size_t i = l->call_count; i-- > 0;) {
		if (l->calls[i].event == event)
			return &l->calls[i];
	}
	return NULL;
}

/* "recv() = \"hello\"", "accept() = 4 (a)", "connect() = ECONNREFUSED" */
static char *format_return(const struct ladder *l, const struct open_call *call,
	const struct event *event)
{
	const struct birth *birth = cast_birth(&l->cast, call->event);
	struct text out = TEXT_EMPTY;

	/* where there is little room the beginning of the call, just above, has its name */
	if (l->lifelines.count < 3 || !call->blocked || l->lifelines.items[call->lifeline].several)
		text_puts(&out, call->text);
	text_printf(&out, "%s= ", out.len ? " " : "");
	label_result(event, &out);
	if (birth && !is_socket_call(call->text) && !event->call.error)
		text_printf(&out, " (%s)", birth->name);
	return text_take(&out);
}

/* The rung a call that slept returns on: that of what woke it. Nothing of the journal says so when its own
 * socket did not change state: then it was what arrived last, unless it gave up by itself. */
static size_t rung_of_return(const struct ladder *l, const struct open_call *call,
	const struct event *event)
{
	size_t last = l->list.arrived[call->lifeline];

	if (event->cause != call->event)
		return rung_list_find(&l->list, event->cause);
	if (event->call.error || (event->call.result == 0 && strstr(call->text, "poll(")) ||
		last <= call->rung + 1)
		return NO_RUNG;
	return last - 1;
}

static void take_return(struct ladder *l, const struct event *event)
{
	struct open_call *call = find_call(l, event->call.call);
	char *text, buffer[NAME_BUFFER];
	struct rung_cell *cell;
	const char *name;
	size_t rung;

	if (!call)
		return;
	text = format_return(l, call, event);
	name = ladder_name(l, call->party, call->lifeline, buffer);
	cell = &rung_list_at(&l->list, call->rung)->cells[call->lifeline];
	if (!call->blocked && event->cause == call->event &&
		rung_fits(l->lifelines.count, cell->name, text, cell->state)) {
		rung = call->rung;
		free(cell->call);
		cell->call = text;
	} else {
		rung = rung_of_return(l, call, event);
		if (rung == NO_RUNG || rung <= call->rung ||
			!rung_list_takes(&l->list, rung, call->lifeline, name, text, NULL))
			rung = rung_list_add(&l->list, event, event->no, RUNG_PLAIN);
		rung_list_write(&l->list, rung, call->lifeline, name, text, NULL);
	}
	rung_list_place(&l->list, event->no, rung);
	free(call->text);
	*call = l->calls[--l->call_count];
}

/* ---- states, timers, processes ---- */

/* "ESTABLISHED"; "a ESTABLISHED" where a listener has the same lifeline: by the name it has in the end, as in the title,
 * and not by that of the queue. */
static char *format_state(const struct ladder *l, size_t party, int lifeline, enum tcp_state state)
{
	struct text out = TEXT_EMPTY;

	if (l->lifelines.items[lifeline].shared)
		text_printf(&out, "%.*s ", NAME_MOST, l->cast.parties[party].name);
	text_puts(&out, tcp_state_name(state));
	return text_take(&out);
}

static void take_state(struct ladder *l, const struct event *event)
{
	const char *name;
	size_t party = cast_socket(&l->now, event->state.endpoint);
	size_t rung = rung_list_find(&l->list, event->cause);
	int lifeline = ladder_lifeline(l, party);
	char buffer[NAME_BUFFER], *state;

	/* where there is little room, socket() says as much */
	if (lifeline < 0 ||
		(event->state.from == STATE_NONE && event->state.to == STATE_CLOSED &&
			l->lifelines.count > 2))
		return;
	name = ladder_name(l, party, lifeline, buffer);
	state = format_state(l, party, lifeline, event->state.to);
	if (rung == NO_RUNG || !rung_list_takes(&l->list, rung, lifeline, name, NULL, state))
		rung = rung_list_add(&l->list, event, event->cause, RUNG_PLAIN);
	rung_list_write(&l->list, rung, lifeline, name, NULL, state);
	rung_list_place(&l->list, event->no, rung);
}

static void take_timer(struct ladder *l, const struct event *event)
{
	size_t party = cast_socket(&l->now, event->timer.endpoint), rung;
	int lifeline = ladder_lifeline(l, party);
	struct text text = TEXT_EMPTY;
	char buffer[NAME_BUFFER];

	if (lifeline < 0)
		return;
	label_timer(event, l->lifelines.count > 2, &text); /* there is little room then */
	rung = rung_list_add(&l->list, event, event->no, RUNG_PLAIN);
	rung_list_write(&l->list, rung, lifeline, ladder_name(l, party, lifeline, buffer),
		text_take(&text), NULL);
	rung_list_place(&l->list, event->no, rung);
}

/* What befalls a process or a host is written at each lifeline that has a socket of it. */
static void take_fate(struct ladder *l, const struct event *event)
{
	struct text text = TEXT_EMPTY;
	bool host = event->kind == EVENT_HOST, at[LIFELINES_MAX] = { false };
	size_t rung = NO_RUNG;

	label_fate(event, &text);
	for (size_t i = 0; i < l->now.count; i++) {
		const struct party *p = &l->now.parties[i];
		const char *whose = host ? p->host : p->owner;
		int lifeline = ladder_lifeline(l, i);

		if (lifeline >= 0 && whose && event->subject && strcmp(whose, event->subject) == 0)
			at[lifeline] = true;
	}
	for (int i = 0; i < LIFELINES_MAX; i++) {
		if (!at[i])
			continue;
		if (rung == NO_RUNG)
			rung = rung_list_add(&l->list, event, event->no, RUNG_PLAIN);
		rung_list_write(&l->list, rung, i, NULL, text_copy(text_get(&text)), NULL);
	}
	if (rung != NO_RUNG)
		rung_list_place(&l->list, event->no, rung);
	text_done(&text);
}

static void take_mark(struct ladder *l, const struct event *event)
{
	size_t rung = rung_list_add(&l->list, event, event->no, RUNG_MARK);
	struct rung *r = rung_list_at(&l->list, rung);

	r->label = text_copy(event->text ? event->text : "mark");
	r->from = 0;
	r->to = (int)l->lifelines.count - 1;
	for (int i = 0; i < LIFELINES_MAX; i++)
		rung_list_reach(l->list.busy, i, rung);
}

/* ---- the walk ---- */

/* How things stood when the ladder begins in the middle of the story. */
static void begin_with_states(struct ladder *l)
{
	size_t rung = NO_RUNG;

	for (size_t i = 0; i < l->now.count; i++) {
		const struct party *p = &l->now.parties[i];
		int lifeline = ladder_lifeline(l, i);
		char buffer[NAME_BUFFER];
		struct rung_cell *cell;

		if (lifeline < 0 || p->state == STATE_NONE || p->state == STATE_CLOSED)
			continue;
		if (rung == NO_RUNG)
			rung = rung_list_add(&l->list, NULL, 0, RUNG_PLAIN);
		cell = &rung_list_at(&l->list, rung)->cells[lifeline];
		if (cell->state && !l->lifelines.items[lifeline].several) {
			free(cell->state); /* of the listener that has only this connection */
			cell->state = NULL;
		} else if (cell->state) {
			rung = rung_list_add(&l->list, NULL, 0, RUNG_PLAIN);
		}
		rung_list_write(&l->list, rung, lifeline, ladder_name(l, i, lifeline, buffer), NULL,
			format_state(l, i, lifeline, p->state));
	}
}

static void take_event(struct ladder *l, const struct event *event)
{
	struct open_call *call;

	switch (event->kind) {
	case EVENT_CALL:
		take_call(l, event);
		break;
	case EVENT_BLOCKED:
		call = find_call(l, event->call.call);
		if (call)
			call->blocked = true;
		break;
	case EVENT_RETURN:
		take_return(l, event);
		break;
	case EVENT_STATE:
		take_state(l, event);
		break;
	case EVENT_TIMER:
		take_timer(l, event);
		break;
	case EVENT_PROCESS_END:
	case EVENT_SIGNAL:
		take_fate(l, event);
		break;
	case EVENT_HOST:
		if (event->text)
			take_fate(l, event);
		break;
	case EVENT_MARK:
		take_mark(l, event);
		break;
	default:
		break;
	}
}

/* How many events there are to look at, and the number of the one in place i. */
static uint64_t event_count(const struct ladder *l)
{
	return l->options->events ? l->options->event_count : journal_last(l->journal);
}

static uint64_t event_at(const struct ladder *l, uint64_t i)
{
	return l->options->events ? l->options->events[i] : i + 1;
}

static void make_rungs(struct ladder *l, uint64_t begin, uint64_t after)
{
	bool begun = after == 0;

	for (uint64_t i = 0; i < event_count(l); i++) {
		uint64_t no = event_at(l, i);
		struct event event = *journal_get(l->journal, no);
		bool shown = no > after;

		if (no < begin)
			continue;

		if (shown && !begun) {
			begin_with_states(l);
			begun = true;
		}
		cast_see(&l->now, l->journal, &event);
		if (event_is_segment(&event))
			ladder_take_packet(l, &event, shown);
		else if (event_is_verdict(&event))
			ladder_take_verdict(l, &event, shown);
		else if (shown)
			take_event(l, &event);
	}
}

/* Of what is there, that which does not explain itself. */
static void write_legend(struct ladder *l, size_t first, struct text *out)
{
	static const char *const words[] = { "... on the wire", "XXX lost",
		"=2= a copy made by the wire", "~~~ forged" };
	bool used[4] = { false };
	const char *separator = "";

	for (size_t i = first; i < l->list.count; i++) {
		const struct rung *r = rung_list_at(&l->list, i);

		used[0] |= (r->kind == RUNG_SENT || r->kind == RUNG_ARRIVED) && !r->loop;
		used[1] |= r->kind == RUNG_LOST || r->kind == RUNG_LOST_LATER;
		used[2] |= r->line == RUNG_LINE_COPY;
		used[3] |= r->line == RUNG_LINE_FORGED;
	}
	for (size_t i = 0; i < sizeof(used); i++) {
		if (!used[i])
			continue;
		text_printf(out, "%s%s", separator, words[i]);
		separator = "   ";
	}
	if (separator[0])
		text_puts(out, "\n");
	if (l->hidden && l->lifelines.left_out)
		text_printf(out, "not shown: %" PRIu64 " packet%s of %s; `ladder NAME ...` does\n",
			l->hidden, l->hidden == 1 ? "" : "s", l->lifelines.left_out);
}

static void draw(struct ladder *l, struct text *out)
{
	size_t most = l->options->most;
	size_t first = most && l->list.count > most ? l->list.count - most : 0;
	struct rung_layout layout;

	if (l->lifelines.count == 0) {
		text_puts(out, "nothing to draw yet: no socket, no packet\n");
		return;
	}
	rung_layout_fit(&layout, &l->lifelines, l->options->ascii,
		l->options->width ? l->options->width : ROW_WIDTH,
		l->list.count ? rung_list_at(&l->list, first) : NULL, l->list.count - first);
	rung_draw_titles(&layout, &l->lifelines, out);
	if (first && !l->options->events)
		text_printf(out, "(%zu line%s before; `ladder all` draws all)\n", first,
			first == 1 ? "" : "s");
	for (size_t i = first; i < l->list.count; i++)
		rung_draw(&layout, rung_list_at(&l->list, i), out);
	if (!l->options->events)
		write_legend(l, first, out);
}

static void ladder_done(struct ladder *l)
{
	rung_list_done(&l->list);
	for (size_t i = 0; i < l->packet_count; i++)
		free(l->packets[i].brief);
	for (size_t i = 0; i < l->call_count; i++)
		free(l->calls[i].text);
	free(l->packets);
	free(l->calls);
	lifelines_done(&l->lifelines);
	cast_done(&l->cast);
	cast_done(&l->now);
}

int ladder_format(const struct journal *j, const struct ladder_options *options, struct text *out,
	struct diag *d)
{
	struct ladder l = { .journal = j, .options = options, .cast.after = options->after };
	uint64_t after = options->after;
	int r;

	for (uint64_t i = 0; i < event_count(&l); i++) {
		struct event event = *journal_get(j, event_at(&l, i));

		cast_see(&l.cast, j, &event);
	}
	if (after <= l.cast.began)
		after = 0;
	cast_settle(&l.cast);
	r = lifelines_choose(&l.lifelines, &l.cast, options->names, options->name_count, d);
	if (r == 0) {
		l.list.lifelines = l.lifelines.count;
		l.list.most = options->most ? options->most + STILL_OPEN : 0;
		make_rungs(&l, l.cast.began ? l.cast.began : 1, after);
		draw(&l, out);
	}
	ladder_done(&l);
	return r;
}
