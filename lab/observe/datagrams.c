/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP sockets that somebody else makes and uses: those of programs. They have no states, and a socket that a datagram would
 * reach is not to be had by its addresses alone, so the kernel is asked for all of them. Those of processes whose calls we
 * make are in its answer, too, and known better by what the calls return. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/sock_detail.h"
#include "observe/tracker_parts.h"

struct endpoint *tracker_met_datagram(const struct tracker *t, const struct endpoint *e)
{
	return e ? TAILQ_NEXT(e, met) : TAILQ_FIRST(&t->met);
}

static struct endpoint *first_meet(struct tracker *t, const struct endpoint_facts *facts,
	uint64_t cause)
{
	struct text name = TEXT_EMPTY;
	struct endpoint *e;

	text_printf(&name, "%s/?%u", t->host, *t->ids + 1);
	e = tracker_adopt(t, facts, text_get(&name), cause);
	text_done(&name);
	e->is_met = true;
	TAILQ_INSERT_TAIL(&t->met, e, met);
	return e;
}

struct meeting {
	struct tracker *t;
	uint64_t cause;
};

static void meet(void *arg, const struct sock_report *r)
{
	const struct meeting *m = arg;
	struct tracker *t = m->t;
	struct endpoint *e = endpoint_index_cookie(&t->index, r->cookie);
	struct endpoint_facts facts = { .cookie = r->cookie,
		.protocol = IPPROTO_UDP,
		.local = r->local,
		.remote = r->remote };

	if (e && !e->is_met)
		return;
	if (!e) {
		e = first_meet(t, &facts, m->cause);
	} else if (!address_equal(&e->local, &r->local) || !address_equal(&e->remote, &r->remote)) {
		tracker_look(t, e, &facts, m->cause);
		e->has_moved = true;
	}
	e->inode = r->inode;
	e->round = t->round;
	if (!e->process || e->has_moved)
		tracker_touch(e);
}

/* A dump is no snapshot, so one that was not in it is looked for. */
static bool is_gone(struct tracker *t, const struct endpoint *e)
{
	struct sock_detail detail;

	return sockdiag_detail(t->diag, IPPROTO_UDP, &e->local, &e->remote, e->cookie, 0,
		       &detail) == -ENOENT;
}

static void miss(struct tracker *t, struct endpoint *e, uint64_t cause)
{
	const struct endpoint_facts facts = { .cookie = e->cookie, .protocol = IPPROTO_UDP };

	if (!e->inode) { /* nobody has it */
		TAILQ_REMOVE(&t->met, e, met);
		e->is_met = false;
		return;
	}
	if (e->local.port && is_gone(t, e))
		tracker_look(t, e, &facts, cause);
	if (!e->local.port)
		tracker_touch(e);
}

static void tell_blind(struct tracker *t)
{
	t->no_udp_diag = true;
	journal_add(t->journal,
		(struct event){ .kind = EVENT_NOTE,
			.host = t->host,
			.text = "this kernel has no udp_diag (CONFIG_INET_UDP_DIAG): the UDP sockets of programs cannot be seen" });
}

void tracker_meet_datagrams(struct tracker *t, uint64_t cause)
{
	struct meeting m = { .t = t, .cause = cause };
	struct endpoint *e, *next;
	int r;

	if (!t->diag || t->no_udp_diag)
		return;
	t->round++;
	r = sockdiag_dump(t->diag, AF_INET, IPPROTO_UDP, ~0U, meet, &m);
	if (r == -ENOENT) {
		tell_blind(t);
		return;
	}
	if (r == 0)
		r = sockdiag_dump(t->diag, AF_INET6, IPPROTO_UDP, ~0U, meet, &m);
	if (r < 0 && r != -ENOENT) { /* -ENOENT: a kernel without IPv6 */
		asking_failed(t, NULL, -r, cause);
		return;
	}
	for (e = TAILQ_FIRST(&t->met); e; e = next) {
		next = TAILQ_NEXT(e, met);
		if (e->round != t->round)
			miss(t, e, cause);
	}
}
