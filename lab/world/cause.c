/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kernel of ours has sent something for: a segment that was delivered, a call, a program, a timer. */
#include "base/clock.h"
#include "journal/event.h"
#include "observe/tracker.h"
#include "world/parts.h"

/* To take in what has piled up takes less. Two timers of one socket are further apart, a probe and what follows it
 * perhaps not much: what one sends leaves together (timestamps count ms: net/ipv4/tcp_output.c tcp_mstamp_refresh()). */
#define LATE_MOST_NS (50 * NS_PER_MS)
#define TOGETHER_MS 5

uint64_t cause_motive(const struct process *p)
{
	if (p->ended || !p->in_motion)
		return 0;
	if (p->signal_event)
		return p->signal_event;
	return p->in_call ? p->call.event : p->program_event;
}

/* Dead already, and the host has not told yet. (Where it has, the children of a program have what it had.) */
static bool is_dying(const struct process *p)
{
	char state = process_state(p);

	if (p->ended)
		return false;
	return state == 0 || state == 'Z' || state == 'X';
}

/* A delivery answers for what comes from where it went, and for what nobody else on that host can have
 * sent. */
static bool delivery_sent(const struct world *w, unsigned host, const struct process *owner,
	const struct segment *s)
{
	return w->delivering && host == w->delivered_host &&
		(address_equal(&s->src, &w->delivered_to) || !owner || !cause_motive(owner));
}

/* Was it the timer that sock_diag told of, being due within slack_ns? One for retransmission sends again. (A loss
 * probe may send new data, RFC 8985 7.3, and cannot be told from a sender that keeps a pace, as bbr does.) */
static bool timer_sends(const struct endpoint *e, bool again, uint64_t slack_ns)
{
	return e->timer && (again || e->timer != SOCK_TIMER_RETRANSMIT) &&
		e->timer_due_ns <= clock_now_ns() + slack_ns;
}

/* s was sent by the timer that has been told of as `event`. */
static uint64_t timer_sent(struct endpoint *e, const struct segment *s, uint64_t event)
{
	e->timer_sent = event;
	e->timer_ts = s->options.ts_value;
	return event;
}

/* Was it the timer told of last? Where we are late, one look has told of all that went off meanwhile. */
static bool is_last_timer(const struct endpoint *e, const struct segment *s)
{
	if (e->timer_told_ns + LATE_MOST_NS <= clock_now_ns())
		return false;
	return e->timer_sent != e->timer_event || !(s->options.present & OPTION_TIMESTAMPS) ||
		s->options.ts_value - e->timer_ts <= TOGETHER_MS;
}

/* Of those that may have made a socket send something new, the one that was given something to do: whoever has it; and
 * who had it last, if a program, for that it is closed may be read before what was sent until then. What is sent again
 * no call has asked for: tcp_output.c tcp_retransmit_skb() is called by timers and for what comes in. */
static uint64_t motive_of(const struct process *owner, const struct endpoint *e)
{
	uint64_t found = owner ? cause_motive(owner) : 0;

	for (const struct descriptor *d = e ? e->held : NULL; d && !found; d = d->next)
		found = cause_motive(d->process);
	if (!found && e && e->left_by && e->left_by->program)
		found = cause_motive(e->left_by);
	return found;
}

/* Of those that may have made a socket send that nobody is known to have: a connect() whose local port we have not seen
 * yet; a listener taking its children along. Nobody tells of a program's calls, so what has no socket that we know
 * is only that of a program which is alone on its host. */
static uint64_t motive_on(const struct world *w, unsigned host, const struct endpoint *e)
{
	uint64_t found;

	for (size_t i = 0; i < w->process_count; i++) {
		const struct process *p = &w->processes[i]->process;

		if (p->host->index != host || (p->program && (e || w->hosts[host]->programs > 1)))
			continue;
		if ((found = cause_motive(p)))
			return found;
	}
	return 0;
}

/* A SYN/ACK that repeats nothing: the answer to the SYN that came last, whoever has the socket. */
static bool answers_syn(const struct segment *s, bool again)
{
	return s->kind == SEGMENT_TCP && (s->flags & SEGMENT_SYN) && (s->flags & SEGMENT_ACK) &&
		!again;
}

/* Who has e; NULL = nobody is known to. */
static struct process *owner_of(const struct endpoint *e)
{
	struct process *owner = e ? world_owner(e) : NULL;

	if (!e || owner)
		return owner;
	/* accepted by a program a moment ago, and not claimed yet */
	owner = e->listener ? world_owner(e->listener) : NULL;
	return owner && owner->program ? owner : NULL;
}

uint64_t cause_of_sent(struct world *w, unsigned host, const struct segment *s, struct endpoint *e,
	bool again)
{
	struct tracker *t = world_tracker_at(w, host);
	struct process *owner = owner_of(e);
	uint64_t found;

	if (delivery_sent(w, host, owner, s))
		return w->delivering;
	/* it can leave late: another CPU may be at the queue of the device */
	if (answers_syn(s, again))
		return e ? e->last_in : 0;
	if ((!e || !again) && (found = motive_of(owner, e)))
		return found;
	if (e && timer_sends(e, again, 0))
		return timer_sent(e, s, tracker_timer_fired(t, e));
	/* a program has it, as one in the background: no timer's work, and none of another's */
	if (e && !owner && e->inode)
		return 0;
	if (!owner && (found = motive_on(w, host, e)))
		return found;
	/* also one that is dead by the time this is read */
	if (e && owner && owner->program && !again)
		return owner->program_event;
	if (!e || (owner && is_dying(owner)))
		return 0;
	/* asleep in a call that the kernel may have woken, unless a look shows that a timer was at work */
	if (owner && owner->in_call && owner->call.endpoint == e) {
		tracker_look_at(t, &s->src, &s->dst, 0, NULL, &found);
		if (found || !again)
			return found ? found : owner->call.event;
	}
	if (timer_sends(e, again, TRACKER_TICK_NS))
		return timer_sent(e, s, tracker_timer_fired(t, e));
	if (again)
		return timer_sent(e, s,
			is_last_timer(e, s) ? e->timer_event : tracker_timer_fired(t, e));
	/* an ACK put off, or the pace of the sender; one for all that came at that pace since a delivery */
	if (e->hidden_event <= w->delivered)
		e->hidden_event = tracker_hidden_timer_fired(t, e);
	return e->hidden_event;
}
