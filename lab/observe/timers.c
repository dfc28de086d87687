/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel tells of a socket's timers: which runs, that one has fired, and when to look whether it has. */
#include "base/clock.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker_parts.h"

/* A kernel timer fires up to an eighth of its length late (kernel/time/timer.c, the wheel's levels).
 * So one that is due but has not fired is asked again, less and less often. */
#define LATE_POLL_FIRST_NS NS_PER_MS
#define LATE_POLL_MOST_NS (64 * NS_PER_MS)

/* timer: NONE = one that sock_diag does not show. what: as for timers_fired(). */
static uint64_t tell(struct tracker *t, struct endpoint *e, enum sock_timer timer,
	struct event what)
{
	what.kind = EVENT_TIMER;
	what.subject = e->name;
	what.host = t->host;
	what.process = e->process;
	what.text = timer ? sock_timer_name(timer) : "unreported";
	what.timer.endpoint = e->id;
	e->timer_told_ns = clock_now_ns();
	e->timer_event = journal_add(t->journal, what);
	return e->timer_event;
}

uint64_t timers_fired(struct tracker *t, struct endpoint *e, enum sock_timer timer, uint32_t tries)
{
	return tell(t, e, timer, (struct event){ .timer.retransmits = tries });
}

/* The kernel has no timer of its own for a FIN-WAIT-2 that nobody holds, and counts none of its own for it:
 * net/ipv4/tcp.c __tcp_close(), tcp_timer.c tcp_keepalive_timer(). */
static bool is_for_fin_wait_2(const struct endpoint *e)
{
	return !e->process && e->state == STATE_FIN_WAIT_2 && e->timer == SOCK_TIMER_KEEPALIVE;
}

uint64_t timers_ended(struct tracker *t, struct endpoint *e)
{
	uint32_t tries = is_for_fin_wait_2(e) ? 0 : e->retransmits;

	return tell(t, e, e->timer,
		(struct event){ .timer = { .retransmits = tries, .gave_up = tries > 0 } });
}

bool timers_counted(const struct endpoint *e, const struct sock_report *r)
{
	bool same = (e->timer == SOCK_TIMER_RETRANSMIT) == (r->timer == SOCK_TIMER_RETRANSMIT);

	return e->timer != SOCK_TIMER_NONE && r->retransmits > (same ? e->retransmits : 0);
}

void tracker_be_due(struct tracker *t, uint64_t due_ns)
{
	if (due_ns && (t->due_ns == 0 || due_ns < t->due_ns))
		t->due_ns = due_ns;
}

/* The kernel sends first and sets the timer for it afterwards (net/ipv4/tcp_output.c tcp_connect(),
 * tcp_event_new_data_sent(), tcp_send_loss_probe()); a segment can be here, and its sender read, in between. */
static bool timer_is_unset(const struct sock_report *r)
{
	return r->timer == SOCK_TIMER_NONE && r->state != STATE_LISTEN &&
		(r->sendq || r->state == STATE_SYN_SENT);
}

static void take(struct tracker *t, struct endpoint *e, const struct sock_report *r)
{
	e->read_ns = clock_now_ns();
	/* While one does its work none is set (tcp_timer.c tcp_write_timer_handler()): it still is that one. */
	if (e->timer && e->timer_due_ns <= e->read_ns + TRACKER_TICK_NS && timer_is_unset(r)) {
		tracker_be_due(t, e->timer_due_ns);
		return;
	}
	e->timer = r->timer;
	e->timer_due_ns = e->read_ns + r->timer_ms * NS_PER_MS;
	e->unset_due_ns = 0;
	if (e->timer) {
		tracker_be_due(t, e->timer_due_ns);
	} else if (timer_is_unset(r) && e->unset_poll_ns <= LATE_POLL_MOST_NS) {
		e->unset_due_ns = e->read_ns + e->unset_poll_ns;
		tracker_be_due(t, e->unset_due_ns);
	}
}

void timers_take(struct tracker *t, struct endpoint *e, const struct sock_report *r)
{
	e->unset_poll_ns = LATE_POLL_FIRST_NS;
	take(t, e, r);
}

/* Look for the timer alone: what else may have changed since has a cause, which is not known here. */
static void look_for_timer(struct tracker *t, struct endpoint *e)
{
	struct sock_report report;

	e->unset_due_ns = 0;
	e->unset_poll_ns *= 2;
	if (t->diag && sockdiag_lookup(t->diag, &e->local, &e->remote, &report) == 0 &&
		report.cookie == e->cookie && report.state == e->state &&
		report.retransmits == e->retransmits)
		take(t, e, &report);
}

/* sock_diag has one number for the timer of a retransmission, of a loss probe and of RACK's reordering. Only the first
 * counts what it sends again, and before it does (net/ipv4/inet_diag.c inet_sk_diag_fill(), tcp_timer.c
 * tcp_retransmit_timer()); which of the others it was is not told. A SYN or SYN/ACK is never probed for. */
static bool may_be_probe(const struct endpoint *e)
{
	return e->timer == SOCK_TIMER_RETRANSMIT && e->retransmits == 0 &&
		e->state != STATE_SYN_SENT && e->state != STATE_SYN_RECEIVED;
}

uint64_t tracker_timer_fired(struct tracker *t, struct endpoint *e)
{
	uint64_t cause = 0;

	tracker_look_at(t, &e->local, &e->remote, 0, NULL, &cause);
	if (cause)
		return cause;
	return tell(t, e, e->timer,
		(struct event){ .timer = { .retransmits = e->retransmits,
					.maybe_probe = may_be_probe(e) } });
}

uint64_t tracker_hidden_timer_fired(struct tracker *t, struct endpoint *e)
{
	uint64_t cause = 0, before = e->timer_event, told_ns = e->timer_told_ns;

	tracker_look_at(t, &e->local, &e->remote, 0, NULL, &cause);
	if (cause)
		return cause;
	cause = timers_fired(t, e, SOCK_TIMER_NONE, 0);
	e->timer_event = before; /* what is sent again later is none of its doing */
	e->timer_told_ns = told_ns;
	return cause;
}

uint64_t tracker_due_ns(const struct tracker *t)
{
	return t->due_ns;
}

void tracker_timers(struct tracker *t)
{
	uint64_t now = clock_now_ns(), next = 0;
	bool late = false;

	if (t->due_ns == 0 || t->due_ns > now)
		return;
	asking_again(t, now);
	for (size_t i = 0; i < t->count; i++) {
		struct endpoint *e = t->endpoints[i];
		uint64_t before = journal_last(t->journal);

		if (e->unset_due_ns && e->unset_due_ns <= now)
			look_for_timer(t, e);
		if (e->timer && e->timer_due_ns <= now) {
			tracker_look(t, e, NULL, 0);
			late |= e->timer && e->timer_due_ns <= clock_now_ns() &&
				journal_last(t->journal) == before;
		}
		if (e->timer && (next == 0 || e->timer_due_ns < next))
			next = e->timer_due_ns;
		if (e->unset_due_ns && (next == 0 || e->unset_due_ns < next))
			next = e->unset_due_ns;
	}
	if (!late)
		t->late_poll_ns = 0;
	else if (t->late_poll_ns == 0)
		t->late_poll_ns = LATE_POLL_FIRST_NS;
	else if (t->late_poll_ns < LATE_POLL_MOST_NS)
		t->late_poll_ns *= 2;
	if (late && next < now + t->late_poll_ns)
		next = now + t->late_poll_ns;
	t->due_ns = next;
	tracker_be_due(t, t->again_due_ns);
}
