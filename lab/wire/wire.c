/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/wire.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "wire/flow.h"
#include "wire/decode.h"

#define HOST_ADDRESSES_MAX 8
#define PACKET_MAX 65535
#define PUMP_MOST 4096 /* segments in one go */

struct wire_host {
	const char *name; /* borrowed */
	int tun; /* borrowed */
	struct address addresses[HOST_ADDRESSES_MAX];
	size_t address_count;
};

struct rule {
	bool drop; /* else hold */
	struct match match;
	uint64_t count; /* 0 = for ever */
	uint64_t hits;
	struct rule *next;
};

struct wire {
	struct journal *journal; /* borrowed */
	struct wire_watch watch;
	void *arg;
	struct wire_host hosts[WIRE_HOSTS_MAX];
	unsigned host_count;
	struct wire_packet *first; /* owned list, oldest first */
	struct wire_packet **end;
	size_t pending;
	struct rule *rules; /* owned list, in order of making */
	struct flow_table *flows; /* owned */
	uint64_t numbers;
	uint8_t buffer[PACKET_MAX];
};

struct wire *wire_new(struct journal *journal, const struct wire_watch *watch, void *arg)
{
	struct wire *w = memory_new(sizeof(*w));

	w->journal = journal;
	w->watch = *watch;
	w->arg = arg;
	w->end = &w->first;
	w->flows = flow_table_new();
	return w;
}

static void free_rules(struct wire *w);

void wire_free(struct wire *w)
{
	if (!w)
		return;
	while (w->first) {
		struct wire_packet *p = w->first;

		w->first = p->next;
		free(p);
	}
	free_rules(w);
	flow_table_free(w->flows);
	free(w);
}

void wire_attach(struct wire *w, unsigned host, const char *name, int tun)
{
	LAB_ASSERT(host == w->host_count && host < WIRE_HOSTS_MAX);
	w->hosts[host] = (struct wire_host){ .name = name, .tun = tun };
	w->host_count++;
}

void wire_address(struct wire *w, unsigned host, const struct address *address)
{
	struct wire_host *h = &w->hosts[host];

	LAB_ASSERT(host < w->host_count && h->address_count < HOST_ADDRESSES_MAX);
	h->addresses[h->address_count++] = *address;
}

static struct wire_packet *unlink_packet(struct wire *w, struct wire_packet **place);

static void free_rules(struct wire *w)
{
	while (w->rules) {
		struct rule *r = w->rules;

		w->rules = r->next;
		free(r);
	}
}

void wire_detach(struct wire *w, unsigned host)
{
	struct wire_packet **place = &w->first;

	while (*place) {
		if ((*place)->from == host || (*place)->to == host)
			free(unlink_packet(w, place));
		else
			place = &(*place)->next;
	}
	w->hosts[host].tun = -1;
	w->hosts[host].address_count = 0;
	free_rules(w);
}

/* Whose address is it? Loopback stays with the sender. */
static unsigned find_destination(const struct wire *w, unsigned from, const struct address *to)
{
	if (address_is_loopback(to))
		return from;
	for (unsigned h = 0; h < w->host_count; h++) {
		for (size_t i = 0; i < w->hosts[h].address_count; i++) {
			if (address_same_host(&w->hosts[h].addresses[i], to))
				return h;
		}
	}
	return WIRE_NOWHERE;
}

/* Unlink the packet *place points to. The caller owns it. */
static struct wire_packet *unlink_packet(struct wire *w, struct wire_packet **place)
{
	struct wire_packet *p = *place;

	*place = p->next;
	if (w->end == &p->next)
		w->end = place;
	if (!p->held)
		w->pending--;
	return p;
}

static uint64_t journal_verdict(struct wire *w, const struct wire_packet *p, enum event_kind kind,
	uint64_t cause, const char *text)
{
	return journal_add(w->journal,
		(struct event){ .kind = kind,
			.cause = cause ? cause : p->event,
			.host = w->hosts[p->to].name,
			.text = text,
			.verdict = { .number = p->number,
				.on_wire_ns = clock_now_ns() - p->sent_ns,
				.held = p->was_held } });
}

/* Apply the first drop rule that matches, else the first hold. true = keep it. */
static bool apply_rules(struct wire *w, struct wire_packet *p)
{
	struct rule *hold = NULL;

	for (struct rule *r = w->rules; r; r = r->next) {
		if ((r->count && r->hits == r->count) ||
			!match_packet(&r->match, &p->segment, p->bytes, p->len))
			continue;
		if (r->drop) {
			struct text why = TEXT_EMPTY;

			r->hits++;
			text_puts(&why, "rule: drop ");
			match_format(&r->match, &why);
			journal_verdict(w, p, EVENT_DROPPED, 0, text_get(&why));
			text_done(&why);
			return false;
		}
		if (!hold)
			hold = r;
	}
	if (hold) {
		hold->hits++;
		p->held = p->was_held = true;
		journal_verdict(w, p, EVENT_HELD, 0, NULL);
	}
	return true;
}

/* Number it, tell, and let the rules see it. true = it stays on the wire. */
static bool take_segment(struct wire *w, struct wire_packet *p)
{
	uint64_t repeats = p->segment.kind == SEGMENT_TCP
		? flow_table_see(w->flows, &p->segment, p->from, w->numbers + 1)
		: 0;
	unsigned to = find_destination(w, p->from, &p->segment.dst);
	struct wire_origin origin = w->watch.sent(w->arg, p->from, to, &p->segment, repeats != 0);
	struct event event = { .kind = EVENT_SEGMENT,
		.host = w->hosts[p->from].name,
		.cause = origin.cause,
		.subject = origin.from,
		.text = origin.to };

	p->number = ++w->numbers;
	event.wire.number = p->number;
	event.wire.repeats = repeats;
	event.wire.segment = p->segment;
	p->event = journal_add(w->journal, event);
	if (to == WIRE_NOWHERE) {
		journal_verdict(w, p, EVENT_DROPPED, 0, "no host has this address");
		return false;
	}
	p->to = to;
	return apply_rules(w, p);
}

static void take_packet(struct wire *w, unsigned from, size_t len)
{
	struct segment segment;
	struct wire_packet *p;

	if (!segment_decode(w->buffer, len, &segment))
		return; /* a kernel does not send such; there would be nobody to deliver it to */
	p = memory_new(sizeof(*p) + len);
	p->from = p->to = from;
	p->len = len;
	p->sent_ns = clock_now_ns();
	p->segment = segment;
	memcpy(p->bytes, w->buffer, len);
	if (!take_segment(w, p)) {
		free(p);
		return;
	}
	*w->end = p;
	w->end = &p->next;
	w->pending += !p->held;
}

bool wire_drain(struct wire *w)
{
	bool any = false;

	for (unsigned h = 0; h < w->host_count; h++) {
		for (int i = 0; w->hosts[h].tun >= 0 && i < PUMP_MOST; i++) {
			ssize_t len = read(w->hosts[h].tun, w->buffer, sizeof(w->buffer));

			if (len <= 0)
				break;
			take_packet(w, h, (size_t)len);
			any = true;
		}
	}
	return any;
}

/* The oldest pending packet into its kernel. false = none, or it has to wait. */
static bool deliver_next(struct wire *w)
{
	struct wire_packet **place = &w->first, *p;

	if (w->pending == 0)
		return false;
	while ((*place)->held)
		place = &(*place)->next;
	p = *place;
	if (!w->watch.may_deliver(w->arg, p->to, &p->segment))
		return false;
	unlink_packet(w, place);
	/* a TUN takes a packet, or reports an error at once when the host is gone */
	if (write(w->hosts[p->to].tun, p->bytes, p->len) < 0)
		journal_verdict(w, p, EVENT_DROPPED, 0, strerror(errno));
	else
		w->watch.delivered(w->arg, p->to, &p->segment,
			journal_verdict(w, p, EVENT_DELIVERED, 0, NULL));
	free(p);
	return true;
}

bool wire_pump(struct wire *w)
{
	bool moved = wire_drain(w);

	for (int i = 0; i < PUMP_MOST && deliver_next(w); i++) {
		moved = true;
		wire_drain(w);
	}
	return moved;
}

bool wire_idle(const struct wire *w)
{
	return w->pending == 0;
}

static struct rule *add_rule(struct wire *w, const struct match *m)
{
	struct rule *r = memory_new(sizeof(*r)), **place = &w->rules;

	if (m)
		r->match = *m;
	while (*place)
		place = &(*place)->next;
	*place = r;
	return r;
}

void wire_hold(struct wire *w, const struct match *m)
{
	add_rule(w, m);
}

void wire_drop_rule(struct wire *w, const struct match *m, uint64_t count)
{
	struct rule *r = add_rule(w, m);

	r->drop = true;
	r->count = count;
}

size_t wire_step(struct wire *w, uint64_t number, const struct match *m, size_t count)
{
	size_t let_go = 0;

	for (struct wire_packet *p = w->first; p && let_go < count; p = p->next) {
		if (!p->held || (number && p->number != number) ||
			(m && !match_packet(m, &p->segment, p->bytes, p->len)))
			continue;
		p->held = false;
		w->pending++;
		let_go++;
	}
	return let_go;
}

size_t wire_release(struct wire *w)
{
	struct rule **place = &w->rules;

	while (*place) {
		struct rule *r = *place;

		if (r->drop) {
			place = &r->next;
		} else {
			*place = r->next;
			free(r);
		}
	}
	return wire_step(w, 0, NULL, SIZE_MAX);
}

int wire_drop(struct wire *w, uint64_t number, uint64_t cause)
{
	for (struct wire_packet **place = &w->first; *place; place = &(*place)->next) {
		if ((*place)->held && (*place)->number == number) {
			struct wire_packet *p = unlink_packet(w, place);

			journal_verdict(w, p, EVENT_DROPPED, cause, "by hand");
			free(p);
			return 0;
		}
	}
	return -ENOENT;
}

const struct wire_packet *wire_get(const struct wire *w, size_t index)
{
	const struct wire_packet *p = w->first;

	while (p && index--)
		p = p->next;
	return p;
}

uint64_t wire_last_number(const struct wire *w)
{
	return w->numbers;
}

void wire_format_rules(const struct wire *w, struct text *out)
{
	for (const struct rule *r = w->rules; r; r = r->next) {
		text_puts(out, r->drop ? "drop: " : "hold: ");
		match_format(&r->match, out);
		if (r->count)
			text_printf(out, " (%" PRIu64 " of %" PRIu64 " done)", r->hits, r->count);
		text_puts(out, "\n");
	}
}
