/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/wire.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
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

/* Whose address is it? Loopback stays with the sender. false: nobody's. */
static bool find_destination(const struct wire *w, unsigned from, const struct address *to,
	unsigned *ret_host)
{
	if (to->family == AF_INET && to->bytes[0] == 127) {
		*ret_host = from;
		return true;
	}
	for (unsigned h = 0; h < w->host_count; h++) {
		for (size_t i = 0; i < w->hosts[h].address_count; i++) {
			if (address_same_host(&w->hosts[h].addresses[i], to)) {
				*ret_host = h;
				return true;
			}
		}
	}
	return false;
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
		if ((r->count && r->hits == r->count) || !match_segment(&r->match, &p->segment))
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

static const char *protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
		return "UDP";
	case IPPROTO_ICMP:
		return "ICMP";
	case IPPROTO_ICMPV6:
		return "ICMPv6";
	default:
		return "not TCP";
	}
}

static void take_other(struct wire *w, struct wire_packet *p, const struct packet_summary *summary,
	bool keep)
{
	char src[ADDRESS_TEXT_MAX], dst[ADDRESS_TEXT_MAX];
	struct text what = TEXT_EMPTY;

	text_printf(&what, "%s, %zu bytes, %s to %s%s", protocol_name(summary->protocol),
		summary->length, address_format(&summary->src, src),
		address_format(&summary->dst, dst),
		keep ? "" : ", which is nobody's address: lost");
	journal_add(w->journal,
		(struct event){ .kind = EVENT_PACKET,
			.host = w->hosts[p->from].name,
			.text = text_get(&what) });
	text_done(&what);
}

/* Number it, tell, and let the rules see it. true = it stays on the wire. */
static bool take_segment(struct wire *w, struct wire_packet *p)
{
	uint64_t repeats = flow_table_see(w->flows, &p->segment, w->numbers + 1);
	struct wire_origin origin = w->watch.sent(w->arg, p->from, &p->segment, repeats != 0);
	struct event event = { .kind = EVENT_SEGMENT,
		.host = w->hosts[p->from].name,
		.cause = origin.cause,
		.subject = origin.from,
		.text = origin.to };

	p->is_tcp = true;
	p->number = ++w->numbers;
	event.wire.number = p->number;
	event.wire.repeats = repeats;
	event.wire.segment = p->segment;
	p->event = journal_add(w->journal, event);
	if (!find_destination(w, p->from, &p->segment.dst, &p->to)) {
		journal_verdict(w, p, EVENT_DROPPED, 0, "no host has this address");
		return false;
	}
	return apply_rules(w, p);
}

static void take_packet(struct wire *w, unsigned from, size_t len)
{
	struct packet_summary summary;
	struct segment segment;
	enum packet_kind kind = segment_decode(w->buffer, len, &summary, &segment);
	struct wire_packet *p;
	bool keep;

	if (kind == PACKET_MALFORMED)
		return; /* a kernel does not send such; there would be nobody to deliver it to */
	p = memory_new(sizeof(*p) + len);
	p->from = p->to = from;
	p->len = len;
	p->sent_ns = clock_now_ns();
	memcpy(p->bytes, w->buffer, len);
	if (kind == PACKET_TCP) {
		p->segment = segment;
		keep = take_segment(w, p);
	} else {
		keep = find_destination(w, from, &summary.dst, &p->to);
		take_other(w, p, &summary, keep);
	}
	if (!keep) {
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
	if (p->is_tcp && !w->watch.may_deliver(w->arg, p->to, &p->segment))
		return false;
	unlink_packet(w, place);
	/* a TUN takes a packet, or reports an error at once when the host is gone */
	if (write(w->hosts[p->to].tun, p->bytes, p->len) < 0)
		journal_verdict(w, p, EVENT_DROPPED, 0, strerror(errno));
	else if (p->is_tcp)
		w->watch.delivered(w->arg, p->to, &p->segment,
			journal_verdict(w, p, EVENT_DELIVERED, 0, NULL));
	else
		w->watch.delivered(w->arg, p->to, NULL, 0);
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
			(m && !match_segment(m, &p->segment)))
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
