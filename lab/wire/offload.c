/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets as a TUN gives and takes them, and trains among them.
 *
 * A kernel makes trains for whatever it sends more than one segment of, and cuts them where a device cannot. So
 * TUNSETOFFLOAD, which needs no power and may be asked for at any time, decides for all sockets there are which of
 * both a TUN gives (tests/kernel/test_fact_offload.c). What it gave before is still in its queue: so a train may
 * come at any time, and it is the wire that decides what becomes of it.
 *
 * Trains are asked for when a host sends more than a MiB in a second, and until a second in which it sends less: by then
 * nobody follows the segments one by one, and the wire is what the transfer waits for. With each command that begins
 * it is counted anew. So a person, and nearly every recipe, sees each segment travel by itself; and whether one does
 * depends on what was sent, hardly on the machine. */
#include <errno.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "wire/decode.h"
#include "wire/flow.h"
#include "wire/parts.h"
#include "wire/train.h"

#define FLOW_BYTES (1u << 20)
#define FLOW_NS NS_PER_S
/* Not TUN_F_TSO_ECN: what carries CWR is one segment of its own. */
#define TRAINS (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)

/* Every packet is nothing but carried. */
static bool runs_free(const struct wire *w)
{
	return !w->rules.first && !w->capture && !w->waits;
}

/* A kernel that cannot goes on sending segments. */
static void ask_for_trains(struct wire_host *h, bool flows)
{
	h->flows = flows;
	(void)ioctl(h->tun, TUNSETOFFLOAD, flows ? TRAINS : 0);
}

/* h has sent p: does it send in bulk? */
static void take_pace(struct wire *w, struct wire_host *h, const struct wire_packet *p)
{
	bool flows = h->flows;

	if (p->sent_ns - h->pace_ns > FLOW_NS) {
		flows = false;
		h->pace_ns = p->sent_ns;
		h->pace_bytes = 0;
	}
	h->pace_bytes += p->segment.kind == SEGMENT_TCP ? p->segment.payload_len : 0;
	if (h->pace_bytes > FLOW_BYTES) {
		flows = true;
		h->pace_ns = p->sent_ns;
		h->pace_bytes = 0;
	}
	flows = flows && runs_free(w);
	if (flows != h->flows)
		ask_for_trains(h, flows);
}

void wire_end_flow(struct wire *w)
{
	for (unsigned i = 0; i < w->host_count; i++) {
		struct wire_host *h = &w->hosts[i];

		h->pace_ns = h->pace_bytes = 0;
		if (h->flows)
			ask_for_trains(h, false);
	}
}

/* The next packet's bytes; NULL = there is none. Nearly all land where they stay. */
static struct wire_packet *read_bytes(struct wire *w, int tun)
{
	struct wire_packet *p = packet_new(w, PACKET_ROOM), *longer = w->large;
	struct iovec places[3] = { { &p->header, sizeof(p->header) }, { p->bytes, PACKET_ROOM } };
	ssize_t len;

	if (!longer)
		w->large = longer = packet_new(w, PACKET_MAX);
	places[2] = (struct iovec){ longer->bytes + PACKET_ROOM, PACKET_MAX - PACKET_ROOM };
	len = readv(tun, places, 3);
	if (len <= (ssize_t)sizeof(p->header)) {
		packet_free(w, p);
		return NULL;
	}
	p->len = (size_t)len - sizeof(p->header);
	if (p->len <= PACKET_ROOM)
		return p;
	if (p->len <= PACKET_MIDDLE) {
		longer = packet_new(w, p->len);
		memcpy(longer->bytes + PACKET_ROOM, w->large->bytes + PACKET_ROOM,
			p->len - PACKET_ROOM);
	} else {
		w->large = NULL;
	}
	memcpy(longer->bytes, p->bytes, PACKET_ROOM);
	longer->header = p->header;
	longer->len = p->len;
	packet_free(w, p);
	return longer;
}

struct wire_packet *packet_read(struct wire *w, unsigned host)
{
	struct wire_host *h = &w->hosts[host];
	struct wire_packet *p;

	while (h->tun >= 0 && (p = read_bytes(w, h->tun))) {
		p->from = host;
		p->sent_ns = clock_now_ns();
		p->due_ns = 0;
		p->was_held = false;
		if (segment_decode(p->bytes, p->len, &p->segment)) {
			p->piece = train_piece(&p->header, &p->segment);
			if (!p->piece) {
				train_complete_checksum(&p->header, p->bytes, p->len);
				p->header = (struct virtio_net_hdr){ 0 };
			}
			take_pace(w, h, p);
			return p;
		}
		packet_free(w,
			p); /* a kernel does not send such; there would be nobody to deliver it to */
	}
	return NULL;
}

int packet_write(struct wire *w, const struct wire_packet *p)
{
	const struct iovec parts[] = { { (void *)&p->header, sizeof(p->header) },
		{ (void *)p->bytes, p->len } };

	return writev(w->hosts[p->to].tun, parts, 2) < 0 ? -errno : 0;
}

bool packet_runs(struct wire *w, const struct wire_packet *p)
{
	const struct segment *s = &p->segment;

	return w->hosts[p->from].flows && (s->flags & ~SEGMENT_PSH) == SEGMENT_ACK &&
		flow_table_continues(w->flows, s, p->from);
}

void packet_cut(struct wire *w, struct wire_packet *p, struct packet_queue *into,
	struct wire_packet *before)
{
	unsigned count = train_count(&p->segment, p->piece);

	for (unsigned i = 0; i < count; i++) {
		struct wire_packet *part =
			packet_new(w, p->segment.payload_offset + (size_t)p->piece);
		uint8_t size = part->size;

		memcpy(part, p, sizeof(*part));
		part->size = size;
		part->number += i;
		part->event += i;
		part->piece = 0;
		part->header = (struct virtio_net_hdr){ 0 };
		train_part(&p->segment, p->bytes, p->piece, i, &part->segment);
		part->len = train_cut(&p->segment, p->bytes, p->piece, i, part->bytes);
		if (before)
			TAILQ_INSERT_BEFORE(before, part, place);
		else
			TAILQ_INSERT_TAIL(into, part, place);
	}
	packet_free(w, p);
}

struct wire_packet *packet_cut_pending(struct wire *w, struct wire_packet *p)
{
	struct packet_queue *pending = &w->queues[PACKET_PENDING];
	struct wire_packet *earlier = TAILQ_PREV(p, packet_queue, place);
	struct wire_packet *next = TAILQ_NEXT(p, place);

	packet_take(w, p);
	packet_cut(w, p, pending, next);
	return earlier ? TAILQ_NEXT(earlier, place) : TAILQ_FIRST(pending);
}
