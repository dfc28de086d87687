/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/reading.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/journal.h"
#include "observe/sock_detail.h"
#include "observe/sock_field.h"
#include "observe/tracker.h"
#include "watch/now.h"
#include "world/descriptor.h"
#include "world/world.h"

#define STEPS_MOST 1000 /* sockets passed over at a time: those that are CLOSED stay in the list */

static uint64_t read_field(const char *name, const struct sock_detail *detail)
{
	uint64_t value = 0;

	sock_field_read(sock_field_find(name), detail, &value);
	return value;
}

static struct reading *place_of(struct readings *r, uint32_t endpoint)
{
	if (endpoint >= r->count) {
		size_t count = endpoint + 1 + endpoint / 2;

		r->items = memory_grow(r->items, count * sizeof(*r->items));
		memset(r->items + r->count, 0, (count - r->count) * sizeof(*r->items));
		r->count = count;
	}
	return &r->items[endpoint];
}

static void read_one(struct readings *r, const struct endpoint *e)
{
	struct reading *reading = place_of(r, e->id);
	bool listens = e->state == STATE_LISTEN;
	struct sock_detail detail;

	*reading = (struct reading){ .read_ns = 0 };
	if (tracker_detail(e->tracker, e, SOCK_DETAIL_SENDING, &detail) < 0)
		return;
	*reading = (struct reading){ .read_ns = clock_now_ns(),
		.recvq = (uint32_t)read_field(listens ? "accept_queue" : "recvq", &detail),
		.sendq = (uint32_t)read_field(listens ? "backlog" : "sendq", &detail),
		.cwnd = (uint32_t)read_field("cwnd", &detail),
		.rto_us = read_field("rto", &detail) };
}

void readings_go_on(struct readings *r, const struct world *w, unsigned most)
{
	for (unsigned steps = 0; most && steps < STEPS_MOST; steps++) {
		const struct endpoint *e = world_socket_at(w, r->next);

		r->next = e ? r->next + 1 : 0;
		if (!e || e->protocol != IPPROTO_TCP || e->state == STATE_CLOSED ||
			e->state == STATE_NONE)
			continue;
		read_one(r, e);
		most--;
	}
}

const struct reading *readings_get(const struct readings *r, const struct endpoint *e)
{
	return e->id < r->count && r->items[e->id].read_ns ? &r->items[e->id] : NULL;
}

static uint64_t lab_time(const struct world *w, uint64_t at_ns)
{
	uint64_t start = journal_start_ns(world_journal((struct world *)w));

	return at_ns > start ? at_ns - start : 0;
}

struct socket_now readings_now(const struct readings *r, const struct world *w,
	const struct endpoint *e)
{
	const struct host *host = world_host_of(w, e);
	const struct reading *reading = readings_get(r, e);
	bool fresh = reading && e->state != STATE_CLOSED && reading->read_ns > e->read_ns;
	uint64_t read_ns = fresh ? reading->read_ns : e->read_ns;

	return (struct socket_now){
		.endpoint = e->id,
		.name = e->name,
		.host = host ? host->name : "",
		.process = e->process,
		.pid = e->held ? descriptor_pid(e->held) : 0,
		.fd = e->fd < 0 ? 0 : e->fd,
		.tcp = e->protocol == IPPROTO_TCP,
		.state = e->state,
		.local = e->local,
		.remote = e->remote,
		.recvq = fresh ? reading->recvq : e->recvq,
		.sendq = fresh ? reading->sendq : e->sendq,
		.timer = e->timer ? sock_timer_name(e->timer) : NULL,
		.due_ns = lab_time(w, e->timer_due_ns),
		.retransmits = e->retransmits,
		.held = e->was_held,
		.cwnd = reading ? reading->cwnd : 0,
		.rto_us = reading ? reading->rto_us : 0,
		.read_ns = read_ns ? lab_time(w, read_ns) : 0,
	};
}

void readings_done(struct readings *r)
{
	free(r->items);
	*r = (struct readings){ 0 };
}
