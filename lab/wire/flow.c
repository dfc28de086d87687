/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/flow.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/hash_table.h"
#include "base/text.h"

/* Segments remembered per direction: all that can be in flight, for a hole may be filled when all behind it has
 * been sent. 6 MB of window (tcp_rmem) in segments of 1460 bytes. A power of 2. */
#define SENT_MOST 4096
#define SENT_FEW 4 /* many conversations are no more than a handshake */
#define SCALE_MOST 14

struct sent {
	uint32_t seq, len; /* len counts SYN and FIN (RFC 9293 3.4) */
	uint64_t number; /* of a train that of its first segment */
	uint16_t piece; /* of a train: bytes of each segment; 0 = it is none */
	bool syn_ack;
};

/* What one direction has sent, a ring that grows until it goes round. */
struct sent_log {
	struct sent *ring; /* owned */
	unsigned room;
	unsigned count;
	unsigned next; /* index of the one to come */
};

struct flow {
	struct hash_link by_pair;
	struct flow *made_before; /* owned */
	struct flow *back; /* the other direction; NULL until it was asked for */
	unsigned host; /* with a loopback address; else 0 */
	struct address src, dst;
	bool begun; /* the place is known */
	struct flow_place place;
	bool scales; /* its SYN offered to */
	uint8_t shift;
	struct sent_log sent;
};

struct flow_table {
	struct hash_table flows;
	struct flow *last_made; /* owned */
};

struct flow_table *flow_table_new(void)
{
	return memory_new(sizeof(struct flow_table));
}

void flow_table_free(struct flow_table *table)
{
	struct flow *next;

	if (!table)
		return;
	for (struct flow *f = table->last_made; f; f = next) {
		next = f->made_before;
		free(f->sent.ring);
		free(f);
	}
	hash_table_done(&table->flows);
	free(table);
}

static struct flow *find_known(const struct flow_table *table, const struct address *src,
	const struct address *dst, unsigned host)
{
	struct hash_link *link = hash_table_first(&table->flows, address_hash(src, dst));

	for (; link; link = hash_table_next(link)) {
		struct flow *f = HASH_TABLE_ITEM(link, struct flow, by_pair);

		if (f->host == host && address_equal(&f->src, src) && address_equal(&f->dst, dst))
			return f;
	}
	return NULL;
}

static struct flow *find(struct flow_table *table, const struct address *src,
	const struct address *dst, unsigned host)
{
	struct flow *made = find_known(table, src, dst, host);

	if (made)
		return made;
	made = memory_new(sizeof(*made));
	made->host = host;
	made->src = *src;
	made->dst = *dst;
	made->made_before = table->last_made;
	table->last_made = made;
	hash_table_add(&table->flows, &made->by_pair, address_hash(src, dst));
	return made;
}

static struct flow *find_back(struct flow_table *table, struct flow *there)
{
	if (!there->back)
		there->back = find(table, &there->dst, &there->src, there->host);
	return there->back;
}

/* Nothing is known of it (any more). */
static void forget(struct flow *f)
{
	f->begun = f->scales = false;
	f->place = (struct flow_place){ 0 };
	f->sent.count = f->sent.next = 0;
}

/* How many numbers it takes: SYN and FIN one each (RFC 9293 3.4). */
static uint32_t sequence_len(const struct segment *s)
{
	return s->payload_len + !!(s->flags & SEGMENT_SYN) + !!(s->flags & SEGMENT_FIN);
}

/* After `than`, as sequence numbers go round (RFC 9293 3.4). */
static bool is_after(uint32_t number, uint32_t than)
{
	return (int32_t)(number - than) > 0;
}

/* The last segment that carried sequence number `seq`: its number, or 0. */
static uint64_t sent_before(const struct sent_log *log, uint32_t seq, bool syn_ack)
{
	for (unsigned back = 1; back <= log->count; back++) {
		const struct sent *sent = &log->ring[(log->next - back) % SENT_MOST];

		/* the subtraction wraps as sequence numbers do */
		if (sent->syn_ack == syn_ack && seq - sent->seq < sent->len)
			return sent->number + (sent->piece ? (seq - sent->seq) / sent->piece : 0);
	}
	return 0;
}

static void sent_add(struct sent_log *log, const struct sent *sent)
{
	if (log->next == log->room) { /* not when it has gone round: the index ends at SENT_MOST */
		log->room = log->room ? log->room * 2 : SENT_FEW;
		log->ring = memory_grow(log->ring, log->room * sizeof(*log->ring));
	}
	log->ring[log->next] = *sent;
	log->next = (log->next + 1) % SENT_MOST;
	if (log->count < SENT_MOST)
		log->count++;
}

/* Was its first number sent before? What the kernel sends again it may cut and join otherwise than the first
 * time (net/ipv4/tcp_output.c tcp_retrans_try_collapse()), so the end says nothing. Remember it either way. */
static uint64_t repeated(struct flow *f, const struct segment *s, uint64_t number, uint16_t piece)
{
	struct sent sent = { .seq = s->seq,
		.len = sequence_len(s),
		.number = number,
		.piece = piece,
		/* a SYN/ACK has its SYN's number in a simultaneous open, and says something new */
		.syn_ack = (s->flags & SEGMENT_SYN) && (s->flags & SEGMENT_ACK) };
	uint64_t earlier = 0;

	if (sent.len == 0)
		return 0;
	if (is_after(f->place.next, s->seq))
		earlier = sent_before(&f->sent, s->seq, sent.syn_ack);
	if (number)
		sent_add(&f->sent, &sent);
	return earlier;
}

static void move_places(const struct segment *s, struct flow *there, struct flow *back)
{
	uint32_t end = s->seq + sequence_len(s);

	if (is_after(end, there->place.next))
		there->place.next = end;
	if ((s->flags & SEGMENT_ACK) && is_after(s->ack, back->place.acked))
		back->place.acked = s->ack;
}

/* Windows are shifted when both SYNs have offered it, those of the SYNs never (RFC 7323 2.2); by 14 at most
 * (RFC 7323 2.3). */
static void learn_scale(struct flow *f, const struct segment *s)
{
	const struct segment_options *o = &s->options;

	if (!(s->flags & SEGMENT_SYN))
		return;
	f->scales = o->present & OPTION_WINDOW_SCALE;
	f->shift = o->window_scale < SCALE_MOST ? o->window_scale : SCALE_MOST;
}

static void set_relative(struct segment *s, const struct flow *there, const struct flow *back)
{
	bool scaled = !(s->flags & SEGMENT_SYN) && there && there->scales && back && back->scales;

	s->window_shift = scaled ? there->shift : 0;
	s->seq_base = there && there->begun ? there->place.base : 0;
	s->seq_rel = s->seq - s->seq_base;
	s->ack_base = (s->flags & SEGMENT_ACK) && back && back->begun ? back->place.base : 0;
	s->ack_rel = (s->flags & SEGMENT_ACK) ? s->ack - s->ack_base : 0;
}

unsigned flow_host(const struct address *src, const struct address *dst, unsigned host)
{
	return address_is_loopback(src) || address_is_loopback(dst) ? host : 0;
}

bool flow_table_continues(const struct flow_table *table, const struct segment *s, unsigned host)
{
	const struct flow *f =
		find_known(table, &s->src, &s->dst, flow_host(&s->src, &s->dst, host));

	return f && f->begun && f->place.next == s->seq;
}

uint64_t flow_table_see(struct flow_table *table, struct segment *s, unsigned host, uint64_t number,
	uint16_t piece)
{
	unsigned own = flow_host(&s->src, &s->dst, host);
	struct flow *there = find(table, &s->src, &s->dst, own);
	struct flow *back = find_back(table, there);
	uint64_t earlier;

	if (!there->begun || ((s->flags & SEGMENT_SYN) && there->place.base != s->seq)) {
		/* a new connection between the same addresses: the answers begin anew, too */
		if (there->begun && there != back)
			forget(back);
		forget(there);
		there->begun = true;
		there->place = (struct flow_place){ s->seq, s->seq, s->seq };
	}
	if ((s->flags & SEGMENT_ACK) && !back->begun) {
		/* the only number known of the other direction is what is expected next of it */
		back->begun = true;
		back->place = (struct flow_place){ s->ack - 1, s->ack, s->ack };
	}
	learn_scale(there, s);
	set_relative(s, there, back);
	earlier = repeated(there, s, number, piece);
	move_places(s, there, back);
	return earlier;
}

void flow_table_forged(struct flow_table *table, struct segment *s, unsigned host, bool begins)
{
	unsigned own = flow_host(&s->src, &s->dst, host);

	if (begins)
		flow_table_see(table, s, host, 0, 0);
	else
		set_relative(s, find_known(table, &s->src, &s->dst, own),
			find_known(table, &s->dst, &s->src, own));
}

bool flow_table_place(const struct flow_table *table, const struct address *src,
	const struct address *dst, unsigned host, struct flow_place *ret_place)
{
	const struct flow *f = find_known(table, src, dst, flow_host(src, dst, host));

	if (f && f->begun)
		*ret_place = f->place;
	return f && f->begun;
}
