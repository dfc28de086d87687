/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user does to packets, one at a time. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "journal/journal.h"
#include "wire/build.h"
#include "wire/decode.h"
#include "wire/flow.h"
#include "wire/parts.h"

struct wire_packet *packet_held(const struct wire *w, uint64_t number)
{
	struct wire_packet *p;

	TAILQ_FOREACH(p, &w->queues[PACKET_HELD], place)
	{
		if (p->number == number)
			return p;
	}
	return NULL;
}

/* A held packet goes on: before those that came after it and were never held. from: pending, and none of those is before
 * it. Returns the first of them, NULL = there is none. */
static struct wire_packet *let_go(struct wire *w, struct wire_packet *p, struct wire_packet *from)
{
	packet_take(w, p);
	if (p->due_ns > clock_now_ns()) { /* delayed and held: whichever lasts longer */
		packet_put(w, p, PACKET_DELAYED);
		return from;
	}
	while (from && (from->was_held || from->event < p->event))
		from = TAILQ_NEXT(from, place);
	packet_put(w, p, PACKET_PENDING);
	if (from) {
		packet_take(w, p);
		TAILQ_INSERT_BEFORE(from, p, place);
	}
	return from;
}

size_t wire_step(struct wire *w, uint64_t number, const struct match *m, size_t count)
{
	struct wire_packet *p = TAILQ_FIRST(&w->queues[PACKET_HELD]), *next;
	struct wire_packet *behind = NULL;
	uint64_t last = UINT64_MAX;
	size_t gone = 0;

	for (; p && gone < count; p = next) {
		next = TAILQ_NEXT(p, place);
		if ((number && p->number != number) ||
			(m && !match_packet(m, &p->segment, p->bytes, p->len)))
			continue;
		if (p->event < last) /* the first, or swapped; else what is before it is known */
			behind = TAILQ_FIRST(&w->queues[PACKET_PENDING]);
		last = p->event;
		behind = let_go(w, p, behind);
		gone++;
	}
	return gone;
}

int wire_drop(struct wire *w, uint64_t number, uint64_t cause)
{
	struct wire_packet *p = packet_held(w, number);

	if (!p)
		return -ENOENT;
	packet_take(w, p);
	wire_tell(w, p, EVENT_DROPPED, cause, "by hand");
	packet_free(w, p);
	return 0;
}

struct wire_packet *packet_copy(struct wire *w, const struct wire_packet *p, unsigned to,
	uint64_t cause)
{
	struct wire_packet *copy = packet_new(w, p->len);
	const struct event *sent = journal_get(w->journal, p->event);
	struct wire_origin origin = { .cause = cause,
		.from = sent ? sent->subject : NULL,
		.to = sent && to == p->to ? sent->text : NULL };
	uint8_t size = copy->size;

	memcpy(copy, p, sizeof(*p) + p->len);
	copy->size = size;
	copy->to = to;
	copy->sent_ns = clock_now_ns();
	copy->due_ns = 0;
	copy->was_held = false;
	wire_announce(w, copy, EVENT_COPY, origin, p->number);
	return copy;
}

int wire_duplicate(struct wire *w, uint64_t number, uint64_t cause)
{
	struct wire_packet *p = packet_held(w, number), *copy;

	if (!p)
		return -ENOENT;
	copy = packet_copy(w, p, p->to, cause);
	packet_put(w, copy, PACKET_HELD);
	TAILQ_REMOVE(&w->queues[PACKET_HELD], copy, place);
	TAILQ_INSERT_AFTER(&w->queues[PACKET_HELD], p, copy, place);
	wire_tell(w, copy, EVENT_HELD, 0, NULL);
	return 0;
}

int wire_delay(struct wire *w, uint64_t number, uint64_t delay_ns, uint64_t cause)
{
	struct wire_packet *p = packet_held(w, number);

	if (!p)
		return -ENOENT;
	packet_take(w, p);
	p->due_ns = clock_now_ns() + delay_ns;
	wire_judge(w, p,
		(struct event){ .kind = EVENT_DELAYED,
			.cause = cause,
			.host = w->hosts[p->to].name,
			.text = "by hand",
			.verdict = { .number = p->number,
				.on_wire_ns = clock_now_ns() - p->sent_ns,
				.delay_ns = delay_ns,
				.held = true } });
	packet_put(w, p, PACKET_DELAYED);
	return 0;
}

/* Another letter of the same kind, so that the change is seen in the text: 'h' becomes 'i'. */
static uint8_t other_byte(uint8_t byte)
{
	if (byte == 'z' || byte == 'Z' || byte == '9')
		return (uint8_t)(byte - 1);
	return isalnum(byte) ? (uint8_t)(byte + 1) : (uint8_t)(byte ^ 1);
}

/* 0 and the change in words, or -EINVAL. */
static int corrupt_payload(struct wire_packet *p, struct text *what)
{
	const uint32_t at = p->segment.payload_offset;
	char was, is;

	if (!p->segment.payload_len || p->segment.kind == SEGMENT_OTHER)
		return -EINVAL;
	was = (char)p->bytes[at];
	p->bytes[at] = other_byte(p->bytes[at]);
	is = (char)p->bytes[at];
	packet_checksum_fix(p->bytes, p->len);
	if (p->segment.excerpt_len)
		p->segment.excerpt[0] = (uint8_t)is;
	text_puts(what, "its first payload byte was ");
	text_quote(what, &was, 1, 0);
	text_puts(what, " and is ");
	text_quote(what, &is, 1, 0);
	text_puts(what, ", the checksum is right");
	return 0;
}

int packet_corrupt(struct wire *w, struct wire_packet *p, enum corruption how, const char *why,
	uint64_t cause)
{
	struct text what = TEXT_EMPTY;
	int r;

	if (how == CORRUPT_PAYLOAD) {
		r = corrupt_payload(p, &what);
	} else {
		r = packet_checksum_spoil(p->bytes, p->len) ? 0 : -EINVAL;
		text_puts(&what, "its checksum is wrong");
	}
	if (r == 0) {
		text_printf(&what, " (%s)", why);
		wire_tell(w, p, EVENT_CORRUPTED, cause, text_get(&what));
	}
	text_done(&what);
	return r;
}

int wire_corrupt(struct wire *w, uint64_t number, enum corruption how, uint64_t cause)
{
	struct wire_packet *p = packet_held(w, number);

	return p ? packet_corrupt(w, p, how, "by hand", cause) : -ENOENT;
}

int wire_swap(struct wire *w, uint64_t number, uint64_t other, uint64_t cause)
{
	struct packet_queue *held = &w->queues[PACKET_HELD];
	struct wire_packet *a = packet_held(w, number), *b = packet_held(w, other), *mark;

	if (!a || !b)
		return -ENOENT;
	if (a == b)
		return -EINVAL;
	if (TAILQ_NEXT(b, place) == a) { /* then the place behind b is a's own */
		mark = a;
		a = b;
		b = mark;
	}
	mark = TAILQ_NEXT(b, place);
	TAILQ_REMOVE(held, b, place);
	TAILQ_INSERT_BEFORE(a, b, place);
	TAILQ_REMOVE(held, a, place);
	if (mark)
		TAILQ_INSERT_BEFORE(mark, a, place);
	else
		TAILQ_INSERT_TAIL(held, a, place);
	wire_judge(w, a,
		(struct event){ .kind = EVENT_SWAPPED,
			.cause = cause,
			.host = w->hosts[a->to].name,
			.verdict = { .number = number, .other = other, .held = true } });
	return 0;
}

uint64_t wire_forge(struct wire *w, unsigned self, const uint8_t *bytes, size_t len, uint64_t cause)
{
	struct wire_packet *p = packet_new(w, len);
	struct wire_origin origin;
	uint64_t number;
	bool spoken_for;

	if (!segment_decode(bytes, len, &p->segment)) {
		packet_free(w, p);
		return 0;
	}
	memcpy(p->bytes, bytes, len);
	p->len = len;
	p->sent_ns = clock_now_ns();
	p->due_ns = 0;
	p->was_held = false;
	p->piece = 0;
	p->header = (struct virtio_net_hdr){ 0 };
	p->from = wire_find_host(w, self, &p->segment.src);
	p->to = wire_find_host(w, self, &p->segment.dst);
	/* where a kernel speaks for itself a forgery does not change what is known of its numbers */
	spoken_for = p->from != WIRE_NOWHERE && w->hosts[p->from].condition == HOST_UP;
	if (p->segment.kind == SEGMENT_TCP)
		flow_table_forged(w->flows, &p->segment, self, !spoken_for);
	origin = w->watch.sent(w->arg, WIRE_NOWHERE, p->to, &p->segment, false);
	origin.cause = cause;
	p->from = spoken_for ? WIRE_NOWHERE : p->from;
	wire_announce(w, p, EVENT_FORGED, origin, 0);
	number = p->number;
	if (!packet_checksum_ok(p->bytes, p->len))
		wire_tell(w, p, EVENT_CORRUPTED, cause, "its checksum is wrong (as forged)");
	if (wire_has_way(w, p))
		packet_put(w, p, PACKET_PENDING);
	else
		packet_free(w, p);
	return number;
}

bool wire_place(const struct wire *w, unsigned self, const struct address *src,
	const struct address *dst, struct flow_place *ret_place)
{
	return flow_table_place(w->flows, src, dst, self, ret_place);
}

uint64_t wire_random(struct wire *w)
{
	return random_next(&w->random);
}
