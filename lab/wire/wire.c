/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/wire.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/journal.h"
#include "wire/capture.h"
#include "wire/filter.h"
#include "wire/flow.h"
#include "wire/parts.h"
#include "wire/train.h"

#define PUMP_MOST 4096 /* packets in one go */
#define DRAIN_EVERY 16 /* packets delivered between two looks at all hosts */

struct wire *wire_new(struct journal *journal, const struct wire_watch *watch, void *arg)
{
	struct wire *w = memory_new(sizeof(*w));

	w->journal = journal;
	w->watch = *watch;
	w->arg = arg;
	for (int i = 0; i < STANDINGS; i++)
		TAILQ_INIT(&w->queues[i]);
	for (int i = 0; i < PACKET_SIZES; i++)
		TAILQ_INIT(&w->spares[i]);
	w->filters = filter_set_new();
	w->flows = flow_table_new();
	return w;
}

static void free_queue(struct packet_queue *queue)
{
	while (!TAILQ_EMPTY(queue)) {
		struct wire_packet *p = TAILQ_FIRST(queue);

		TAILQ_REMOVE(queue, p, place);
		free(p);
	}
}

void wire_free(struct wire *w)
{
	if (!w)
		return;
	for (int i = 0; i < STANDINGS; i++)
		free_queue(&w->queues[i]);
	for (int i = 0; i < PACKET_SIZES; i++)
		free_queue(&w->spares[i]);
	for (unsigned h = 0; h < w->host_count; h++)
		free(w->hosts[h].addresses);
	free(w->hosts);
	capture_close(w->capture, &(struct diag){ 0 });
	rule_list_done(&w->rules);
	filter_set_free(w->filters);
	flow_table_free(w->flows);
	free(w->large);
	free(w);
}

void wire_begin_anew(struct wire *w)
{
	rule_list_done(&w->rules);
	flow_table_free(w->flows);
	w->flows = flow_table_new();
	w->random = 0;
}

/* ---- packets ---- */

static const size_t rooms[PACKET_SIZES] = { PACKET_ROOM, PACKET_MIDDLE, PACKET_MAX };
static const unsigned spares_most[PACKET_SIZES] = { 64, 32, 32 };

struct wire_packet *packet_new(struct wire *w, size_t room)
{
	struct wire_packet *p;
	uint8_t size = 0;

	LAB_ASSERT(room <= PACKET_MAX);
	while (rooms[size] < room)
		size++;
	p = TAILQ_FIRST(&w->spares[size]);
	if (p) {
		TAILQ_REMOVE(&w->spares[size], p, place);
		w->spare_count[size]--;
		p->once = 0;
		return p;
	}
	p = memory_new(sizeof(*p) + rooms[size]);
	p->size = size;
	return p;
}

void packet_free(struct wire *w, struct wire_packet *p)
{
	if (w->spare_count[p->size] == spares_most[p->size]) {
		free(p);
		return;
	}
	/* the last used is still in the cache */
	TAILQ_INSERT_HEAD(&w->spares[p->size], p, place);
	w->spare_count[p->size]++;
}

void packet_put(struct wire *w, struct wire_packet *p, enum packet_standing standing)
{
	struct packet_queue *queue = &w->queues[standing];
	struct wire_packet *before = NULL;

	p->standing = standing;
	p->was_held |= standing == PACKET_HELD;
	w->held_once += standing == PACKET_HELD && p->once;
	if (standing == PACKET_DELAYED) {
		before = TAILQ_LAST(queue, packet_queue);
		while (before && before->due_ns > p->due_ns)
			before = TAILQ_PREV(before, packet_queue, place);
		if (!before)
			TAILQ_INSERT_HEAD(queue, p, place);
		else
			TAILQ_INSERT_AFTER(queue, before, p, place);
		return;
	}
	TAILQ_INSERT_TAIL(queue, p, place);
}

void packet_take(struct wire *w, struct wire_packet *p)
{
	w->held_once -= p->standing == PACKET_HELD && p->once;
	TAILQ_REMOVE(&w->queues[p->standing], p, place);
}

/* ---- telling ---- */

uint64_t wire_judge(struct wire *w, const struct wire_packet *p, struct event verdict)
{
	if (w->capture)
		capture_verdict(w->capture, &verdict, p->bytes, p->len);
	return journal_add(w->journal, verdict);
}

uint64_t wire_tell(struct wire *w, const struct wire_packet *p, enum event_kind kind,
	uint64_t cause, const char *text)
{
	const uint64_t now = clock_now_ns();
	const unsigned count = train_count(&p->segment, p->piece);
	struct event verdict = { .kind = kind,
		.time_ns = now,
		.host = p->to == WIRE_NOWHERE ? NULL : w->hosts[p->to].name,
		.text = text,
		.verdict = { .on_wire_ns = now - p->sent_ns, .held = p->was_held || p->due_ns } };
	uint64_t event = 0;

	for (unsigned i = 0; i < count; i++) {
		verdict.cause = (cause ? cause : p->event) + i;
		verdict.verdict.number = p->number + i;
		event = wire_judge(w, p, verdict);
	}
	return event;
}

static void tell_delay(struct wire *w, const struct wire_packet *p, const struct rule *rule)
{
	struct text why = TEXT_EMPTY;

	text_printf(&why, "rule %u: ", rule->number);
	rule_format(rule, &why);
	wire_judge(w, p,
		(struct event){ .kind = EVENT_DELAYED,
			.cause = p->event,
			.host = w->hosts[p->to].name,
			.text = text_get(&why),
			.verdict = { .number = p->number,
				/* a copy is made a moment later, and may be late already */
				.delay_ns =
					p->due_ns > p->sent_ns ? p->due_ns - p->sent_ns : 0 } });
	text_done(&why);
}

/* Tell what a rule did, in the words of the rule. */
static void tell_rule(struct wire *w, const struct wire_packet *p, enum event_kind kind,
	const struct rule *rule)
{
	struct text why = TEXT_EMPTY;

	text_printf(&why, "rule %u: ", rule->number);
	rule_format(rule, &why);
	wire_tell(w, p, kind, 0, text_get(&why));
	text_done(&why);
}

void wire_announce(struct wire *w, struct wire_packet *p, enum event_kind kind,
	struct wire_origin origin, uint64_t repeats)
{
	const unsigned count = train_count(&p->segment, p->piece);
	struct event event = { .kind = kind,
		.time_ns = clock_now_ns(),
		.host = p->from == WIRE_NOWHERE ? NULL : w->hosts[p->from].name,
		.cause = origin.cause,
		.subject = origin.from,
		.text = origin.to };

	p->number = w->numbers + 1;
	for (unsigned i = 0; i < count; i++) {
		uint64_t no;

		event.wire.number = ++w->numbers;
		event.wire.repeats = repeats;
		train_part(&p->segment, p->bytes, p->piece, i, &event.wire.segment);
		no = journal_add(w->journal, event);
		p->event = i ? p->event : no;
	}
	if (w->capture)
		capture_packet(w->capture, &event, p->sent_ns, p->bytes, p->len);
}

/* ---- taking in ---- */

/* When it may go on, by the later of the rules that delay; NULL = at once. */
static const struct rule *apply_delays(struct wire_packet *p, struct rule *const by[RULE_COUNT])
{
	static const enum rule_kind kinds[] = { RULE_DELAY, RULE_RATE };
	const struct rule *decisive = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct rule *rule = by[kinds[i]];
		uint64_t due = rule ? rule_delay(rule, p->len, p->sent_ns) : 0;

		if (due > p->due_ns) {
			p->due_ns = due;
			decisive = rule;
		}
	}
	return decisive;
}

/* Where it belongs, by what the rules said. Owned from here. */
static void settle(struct wire *w, struct wire_packet *p, const struct rule *delay,
	const struct rule *held)
{
	if (delay)
		tell_delay(w, p, delay);
	p->was_held = held;
	p->once = held && held->once ? held->number : 0;
	if (held)
		wire_tell(w, p, EVENT_HELD, 0, NULL);
	packet_put(w, p, held ? PACKET_HELD : delay ? PACKET_DELAYED : PACKET_PENDING);
}

/* Let the rules have their say, and put it where it belongs by then. Owned from here. */
static void apply_rules(struct wire *w, struct wire_packet *p)
{
	struct rule *by[RULE_COUNT];
	struct wire_packet *copy = NULL;
	const struct rule *delay;

	rule_list_apply(&w->rules, &p->segment, p->bytes, p->len, by);
	if (by[RULE_DROP]) {
		tell_rule(w, p, EVENT_DROPPED, by[RULE_DROP]);
		packet_free(w, p);
		return;
	}
	if (by[RULE_CORRUPT]) {
		struct text why = TEXT_EMPTY;

		text_printf(&why, "rule %u", by[RULE_CORRUPT]->number);
		packet_corrupt(w, p, by[RULE_CORRUPT]->corruption, text_get(&why), 0);
		text_done(&why);
	}
	if (by[RULE_DUPLICATE])
		copy = packet_copy(w, p, p->to, p->event);
	delay = apply_delays(p, by);
	if (copy)
		copy->due_ns = p->due_ns; /* no rule sees it, it only stays with the original */
	settle(w, p, delay, by[RULE_HOLD]);
	if (copy)
		settle(w, copy, delay, by[RULE_HOLD]);
}

/* A held packet of the same conversation, by which it is not to go on: what p repeats, or the answer to that; or NULL. */
static const struct wire_packet *held_of(const struct wire *w, const struct wire_packet *p)
{
	const struct segment *s = &p->segment;
	const unsigned host = flow_host(&s->src, &s->dst, p->to);
	const struct wire_packet *q;

	if (!w->waits && !w->held_once)
		return NULL;
	TAILQ_FOREACH(q, &w->queues[PACKET_HELD], place)
	{
		const struct address *src = &q->segment.src, *dst = &q->segment.dst;

		if ((!w->waits && !q->once) || flow_host(src, dst, q->to) != host)
			continue;
		if ((address_equal(src, &s->src) && address_equal(dst, &s->dst)) ||
			(address_equal(src, &s->dst) && address_equal(dst, &s->src)))
			return q;
	}
	return NULL;
}

/* true when p was sent again by a timer while the recipe waits, or a rule wants none of that, and told; it is to be
 * freed. */
static bool drop_repeated(struct wire *w, const struct wire_packet *p, uint64_t repeats)
{
	const struct wire_packet *held = repeats ? held_of(w, p) : NULL;
	struct text why = TEXT_EMPTY;

	if (!held)
		return false;
	if (w->waits) {
		text_printf(&why, "the recipe waits, and #%" PRIu64 " is held", held->number);
	} else {
		text_printf(&why, "rule %u: #%" PRIu64 " is held without retransmissions",
			held->once, held->number);
		rule_list_repeated(&w->rules, held->once);
	}
	wire_judge(w, p,
		(struct event){ .kind = EVENT_DROPPED,
			.cause = p->event,
			.host = w->hosts[p->to].name,
			.text = text_get(&why),
			.verdict = { .number = p->number, .other = held->number } });
	text_done(&why);
	return true;
}

/* A packet that has left host `from`: number it, tell, and see where it goes. p is owned from here. */
static void take_in(struct wire *w, struct wire_packet *p)
{
	const struct segment *s = &p->segment;
	struct packet_queue all = TAILQ_HEAD_INITIALIZER(all); /* one for each host of a group */
	bool group = wire_is_group(&s->dst);
	uint64_t repeats = s->kind == SEGMENT_TCP
		? flow_table_see(w->flows, &p->segment, p->from, w->numbers + 1, p->piece)
		: 0;

	p->to = group ? wire_next_member(w, p->from, WIRE_NOWHERE)
		      : wire_find_host(w, p->from, &s->dst);
	wire_announce(w, p, EVENT_SEGMENT, w->watch.sent(w->arg, p->from, p->to, s, repeats != 0),
		repeats);
	TAILQ_INSERT_TAIL(&all, p, place);
	for (unsigned to = p->to; group && to != WIRE_NOWHERE;) {
		struct wire_packet *copy;

		to = wire_next_member(w, p->from, to);
		if (to == WIRE_NOWHERE)
			break;
		copy = packet_copy(w, p, to, p->event);
		TAILQ_INSERT_TAIL(&all, copy,
			place); /* a macro that asks twice for what it inserts */
	}
	while (!TAILQ_EMPTY(&all)) {
		struct wire_packet *each = TAILQ_FIRST(&all);

		TAILQ_REMOVE(&all, each, place);
		if (wire_has_way(w, each) && !drop_repeated(w, each, repeats))
			apply_rules(w, each);
		else
			packet_free(w, each);
	}
}

/* A packet that has left a host. One that is a train stays so or is cut. Owned from here. */
static void take_in_all(struct wire *w, struct wire_packet *p)
{
	struct packet_queue parts = TAILQ_HEAD_INITIALIZER(parts);

	if (!p->piece || packet_runs(w, p)) {
		take_in(w, p);
		return;
	}
	packet_cut(w, p, &parts, NULL);
	while ((p = TAILQ_FIRST(&parts))) {
		TAILQ_REMOVE(&parts, p, place);
		take_in(w, p);
	}
}

bool wire_drain_host(struct wire *w, unsigned host)
{
	struct wire_packet *p;
	int i = 0;

	for (; i < PUMP_MOST && (p = packet_read(w, host)); i++)
		take_in_all(w, p);
	w->hosts[host].crowded |= i == PUMP_MOST;
	w->hosts[host].drained = i < PUMP_MOST;
	return i > 0;
}

bool wire_was_crowded(struct wire *w, unsigned host)
{
	struct wire_host *h = &w->hosts[host];
	const bool was = h->crowded && h->drained;

	h->crowded &= !was;
	return was;
}

bool wire_drain(struct wire *w)
{
	bool any = false;

	for (unsigned h = 0; h < w->host_count; h++)
		any |= wire_drain_host(w, h);
	return any;
}

/* ---- carrying ---- */

/* p has left its queue: into its kernel with it. */
static void deliver(struct wire *w, struct wire_packet *p)
{
	const struct wire_host *h = &w->hosts[p->to];
	uint64_t event;
	int r;

	if (!wire_has_way(w, p))
		return;
	/* Told first: whom the packet wakes acts at once, on another CPU, and the state it brought about has to be
	 * read before he does. */
	event = wire_tell(w, p, EVENT_DELIVERED, 0, NULL);
	if (h->condition == HOST_GHOST)
		return;
	/* a TUN takes a packet, or reports an error at once when the host is gone */
	r = packet_write(w, p);
	if (r < 0)
		wire_tell(w, p, EVENT_DROPPED, event + 1 - train_count(&p->segment, p->piece),
			strerror(-r));
	else
		w->watch.delivered(w->arg, p->to, &p->segment, event);
}

/* The oldest pending packet into its kernel. Returns how many segments went; 0 = none, or it has to wait. */
static unsigned deliver_next(struct wire *w)
{
	struct wire_packet *p = TAILQ_FIRST(&w->queues[PACKET_PENDING]);
	enum wire_passage passage = PASSAGE_OPEN;
	unsigned count;

	if (!p)
		return 0;
	if (w->hosts[p->to].condition == HOST_UP)
		passage = w->watch.may_deliver(w->arg, p->to, &p->segment);
	if (passage == PASSAGE_CLOSED)
		return 0;
	if (p->piece && (passage == PASSAGE_ALONE || !wire_is_clear(w, p)))
		p = packet_cut_pending(w, p);
	packet_take(w, p);
	count = train_count(&p->segment, p->piece);
	deliver(w, p);
	packet_free(w, p);
	return count;
}

/* Delayed packets whose time has come are pending. */
static bool take_due(struct wire *w)
{
	struct wire_packet *p = TAILQ_FIRST(&w->queues[PACKET_DELAYED]);
	bool any = false;
	uint64_t now = p ? clock_now_ns() : 0;

	while (p && p->due_ns <= now) {
		packet_take(w, p);
		packet_put(w, p, PACKET_PENDING);
		any = true;
		p = TAILQ_FIRST(&w->queues[PACKET_DELAYED]);
	}
	return any;
}

/* What is known is in the file when the wire has come to rest. */
static void look_after_capture(struct wire *w)
{
	struct text message = TEXT_EMPTY;
	struct diag d = { 0 };

	if (!w->capture)
		return;
	capture_flush(w->capture);
	if (!capture_broke(w->capture, &d))
		return;
	diag_format(&d, &message);
	journal_add(w->journal, (struct event){ .kind = EVENT_NOTE, .text = text_get(&message) });
	text_done(&message);
}

bool wire_pump(struct wire *w)
{
	bool moved = wire_drain(w);
	unsigned gone = 0, count;

	moved |= take_due(w);
	/* what a packet brought about where it went was taken in with it; the others are heard now and then */
	for (int i = 1; gone < PUMP_MOST && (count = deliver_next(w)); i++) {
		gone += count;
		if (i % DRAIN_EVERY == 0)
			wire_drain(w);
	}
	moved |= gone > 0;
	look_after_capture(w);
	return moved;
}

bool wire_idle(const struct wire *w)
{
	return TAILQ_EMPTY(&w->queues[PACKET_PENDING]);
}

uint64_t wire_due_ns(const struct wire *w)
{
	const struct wire_packet *p = TAILQ_FIRST(&w->queues[PACKET_DELAYED]);

	return p ? p->due_ns : 0;
}

static void cut_all(struct wire *w)
{
	struct wire_packet *p;

	for (p = TAILQ_FIRST(&w->queues[PACKET_PENDING]); p; p = TAILQ_NEXT(p, place)) {
		if (p->piece)
			p = packet_cut_pending(w, p);
	}
}

const struct wire_packet *wire_next(struct wire *w, const struct wire_packet *p)
{
	int standing = p ? (int)p->standing : -1;

	if (!p)
		cut_all(w);
	p = p ? TAILQ_NEXT(p, place) : NULL;
	while (!p && ++standing < STANDINGS)
		p = TAILQ_FIRST(&w->queues[standing]);
	return p;
}

uint64_t wire_last_number(const struct wire *w)
{
	return w->numbers;
}

void wire_wait(struct wire *w, bool waits)
{
	w->waits = waits;
}

struct rule_list *wire_rules(struct wire *w)
{
	return &w->rules;
}

struct filter_set *wire_filters(struct wire *w)
{
	return w->filters;
}

int wire_capture(struct wire *w, struct capture *c, struct diag *d)
{
	const struct wire_packet *p = NULL;
	int r = capture_close(w->capture, d);

	w->capture = c;
	while (c && (p = wire_next(w, p))) {
		const struct event *sent = journal_get(w->journal, p->event);

		if (!sent)
			continue;
		capture_packet(c, sent, p->sent_ns, p->bytes, p->len);
		if (p->was_held)
			capture_verdict(c,
				&(struct event){ .kind = EVENT_HELD,
					.verdict = { .number = p->number } },
				p->bytes, p->len);
	}
	return r;
}

bool wire_captured(const struct wire *w)
{
	return w->capture;
}

size_t wire_release(struct wire *w)
{
	rule_remove_kind(&w->rules, RULE_HOLD);
	return wire_step(w, 0, NULL, SIZE_MAX);
}
