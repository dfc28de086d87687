/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <netinet/in.h>
#include <sched.h>

#include "base/clock.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "world/parts.h"

/* A timer may go off that much before it is due: sock_diag tells whole ticks of the kernel (HZ 100 at least). */
#define TICK_MOST_NS (10 * NS_PER_MS)
/* To take in what has piled up takes less. Two timers of one socket are further apart: RTO_MIN, 200 ms. */
#define LATE_MOST_NS (50 * NS_PER_MS)

/* A process given something to do is in motion until its answer is here or the kernel shows it asleep
 * (then whatever it did so far can be read back). Nobody can be asleep with an answer unread. */
static void check_motion(struct world_process *wp)
{
	struct process *p = &wp->process;
	char state;

	if (!p->in_motion || p->ended)
		return;
	if (p->program) {
		program_check(wp);
		return;
	}
	state = process_state(p);
	/* all of them: execve() answers twice, with its pipes and by the end of its channel */
	while (answers_read(wp))
		;
	if (p->program) /* since that answer: how it stands is another question */
		return;
	if (!p->in_motion || (state != 'S' && state != 'T' && state != 't'))
		return;
	wire_drain(wp->world->wire); /* what it has sent, while it still counts as the cause */
	p->in_motion = false;
	p->signal_event = 0; /* the signal did not end it */
	if (p->in_call && !p->call.blocked && state == 'S') {
		p->call.blocked = true;
		journal_add(wp->world->journal,
			(struct event){ .kind = EVENT_BLOCKED,
				.cause = p->call.event,
				.subject = p->call.endpoint ? p->call.endpoint->name : NULL,
				.host = p->host->name,
				.process = p->name,
				.text = p->call.text,
				.call = { .call = p->call.event } });
	}
}

/* true when no process is in motion any more. */
static bool calm(struct world *w)
{
	bool all = true;

	for (size_t i = 0; i < w->process_count; i++) {
		check_motion(w->processes[i]);
		all &= !w->processes[i]->process.in_motion || w->processes[i]->process.ended;
	}
	return all;
}

bool world_settled(struct world *w)
{
	if (wire_idle(w->wire) && calm(w) && !wire_drain(w->wire) && wire_idle(w->wire))
		return true;
	/* what was drained makes the TUN readable no more: whoever asked must be called again */
	world_kick(w);
	return false;
}

uint64_t motion_motive(const struct process *p)
{
	if (p->ended || !p->in_motion)
		return 0;
	if (p->signal_event)
		return p->signal_event;
	return p->in_call ? p->call.event : p->program_event;
}

/* Dead already, and the host has not told yet. */
static bool is_dying(const struct process *p)
{
	char state = process_state(p);

	return state == 0 || state == 'Z' || state == 'X';
}

/* A delivery answers for what comes from where it went, and for what nobody else on that host can have
 * sent. */
static bool delivery_sent(const struct world *w, unsigned host, const struct process *owner,
	const struct segment *s)
{
	return w->delivering && host == w->delivered_host &&
		(address_equal(&s->src, &w->delivered_to) || !owner || !motion_motive(owner));
}

/* The socket at the end that has addresses local and remote: of TCP the connection, of UDP whoever is bound
 * there, of ICMP nobody. */
static struct endpoint *end_of(const struct world *w, unsigned host, const struct segment *s,
	const struct address *local, const struct address *remote)
{
	const struct tracker *t = world_tracker_at(w, host);

	if (!t)
		return NULL;
	if (s->kind == SEGMENT_TCP)
		return tracker_find(t, local, remote);
	return s->kind == SEGMENT_UDP ? tracker_datagram(t, local, remote) : NULL;
}

/* Was it the timer that sock_diag told of, being due within slack_ns? One for retransmission sends again. (A loss
 * probe may send new data, RFC 8985 7.3, and cannot be told from a sender that keeps a pace, as bbr does.) */
static bool timer_sends(const struct endpoint *e, bool again, uint64_t slack_ns)
{
	return e->timer && (again || e->timer != SOCK_TIMER_RETRANSMIT) &&
		e->timer_due_ns <= clock_now_ns() + slack_ns;
}

static uint64_t cause_of_sent(struct world *w, unsigned host, const struct segment *s, bool again)
{
	struct tracker *t = world_tracker_at(w, host);
	struct endpoint *e = end_of(w, host, s, &s->src, &s->dst);
	const struct process *owner = e ? world_owner(w, e) : NULL;
	uint64_t found;

	if (!t) /* no kernel of ours sent it */
		return 0;

	if (e && !owner) { /* accepted by a program a moment ago, and not claimed yet */
		const struct endpoint *listener = tracker_listener(t, &s->src);

		owner = listener ? world_owner(w, listener) : NULL;
		if (owner && !owner->program)
			owner = NULL;
	}
	if (delivery_sent(w, host, owner, s))
		return w->delivering;
	if (owner && (found = motion_motive(owner)))
		return found;
	if (e && timer_sends(e, again, 0))
		return tracker_timer_fired(t, e);
	/* a connect() whose local port we have not seen yet; a listener taking its children along */
	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i]->process;

		if (p->host->index == host && (found = motion_motive(p)))
			return found;
	}
	if (!e || (owner && is_dying(owner)))
		return 0;
	/* asleep in a call that the kernel may have woken, unless a look shows that a timer was at work */
	if (owner && owner->in_call && owner->call.endpoint == e) {
		tracker_look_at(t, &s->src, &s->dst, 0, &found);
		if (found || !again)
			return found ? found : owner->call.event;
	}
	if (owner && owner->program && !again)
		return owner->program_event;
	/* somebody has it, such as a program in the background: no timer's work */
	if (!owner && e->inode)
		return 0;
	if (timer_sends(e, again, TICK_MOST_NS))
		return tracker_timer_fired(t, e);
	/* we were late, and one look a moment ago has already told of the timers behind several segments */
	if (again)
		return e->timer_told_ns + LATE_MOST_NS > clock_now_ns() ? e->timer_event
									: tracker_timer_fired(t, e);
	/* an ACK put off, or the pace of the sender; one for all that came at that pace since a delivery */
	if (e->hidden_event <= w->delivered)
		e->hidden_event = tracker_hidden_timer_fired(t, e);
	return e->hidden_event;
}

/* Can this segment move a state at the end that has addresses local and remote? Not where no kernel is. */
static bool can_move(struct world *w, unsigned host, const struct segment *s,
	const struct address *local, const struct address *remote)
{
	const struct tracker *t = world_tracker_at(w, host);
	const struct endpoint *e;

	if (!t)
		return false;
	if (s->kind != SEGMENT_TCP) /* an ICMP error can end a connection that is being opened */
		return s->kind == SEGMENT_ICMP && s->icmp.quotes;
	e = tracker_find(t, local, remote);
	return (s->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST)) || !e ||
		e->state != STATE_ESTABLISHED;
}

/* The socket that has or had these addresses; of a SYN to nobody yet, the listener. */
static const char *name_at(struct world *w, unsigned host, const struct segment *s,
	const struct address *local, const struct address *remote)
{
	const struct tracker *t = world_tracker_at(w, host);
	const struct endpoint *e;

	if (!t)
		return NULL;
	if (s->kind != SEGMENT_TCP) {
		e = end_of(w, host, s, local, remote);
		return e ? e->name : NULL;
	}
	e = tracker_last(t, local, remote);
	if (!e && (s->flags & SEGMENT_SYN) && local == &s->dst)
		e = tracker_listener(t, local);
	return e ? e->name : NULL;
}

static struct wire_origin wire_sent(void *arg, unsigned host, unsigned to, const struct segment *s,
	bool again)
{
	struct world *w = arg;
	bool forged = host == WIRE_NOWHERE;
	struct wire_origin origin = { .cause = forged ? 0 : cause_of_sent(w, host, s, again) };

	if (!forged && s->kind == SEGMENT_TCP && can_move(w, host, s, &s->src, &s->dst))
		tracker_look_at(world_tracker_at(w, host), &s->src, &s->dst, origin.cause, NULL);
	origin.from = name_at(w, host, s, &s->src, &s->dst);
	origin.to = name_at(w, to, s, &s->dst, &s->src);
	return origin;
}

static bool wire_may_deliver(void *arg, unsigned host, const struct segment *s)
{
	struct world *w = arg;

	return !can_move(w, host, s, &s->dst, &s->src) || calm(w);
}

/* A call asleep on this socket, or on the listener it came to, may be awake now. */
static void wake_calls(struct world *w, unsigned host, const struct segment *s)
{
	const struct tracker *t = world_tracker_at(w, host);
	bool tcp = s->kind == SEGMENT_TCP;
	const struct endpoint *e = tcp ? tracker_find(t, &s->dst, &s->src) : NULL;
	const struct endpoint *listener = tcp ? tracker_listener(t, &s->dst) : NULL;

	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i]->process;

		if (p->host->index == host && p->in_call && p->call.endpoint &&
			(p->call.endpoint == e || p->call.endpoint == listener || !e))
			p->in_motion = true;
		if (p->host->index == host && p->program && !p->ended) {
			p->in_motion = true;
			p->motion_since_ns = clock_now_ns();
		}
	}
}

static void wire_delivered(void *arg, unsigned host, const struct segment *s, uint64_t event)
{
	struct world *w = arg;
	struct tracker *t = world_tracker_at(w, host);
	bool moving = can_move(w, host, s, &s->dst, &s->src);

	if (!t)
		return;
	wake_calls(w, host, s);
	w->delivering = w->delivered = event;
	w->delivered_to = s->dst;
	w->delivered_host = host;
	if (moving && s->kind == SEGMENT_TCP)
		tracker_look_at(t, &s->dst, &s->src, event, NULL);
	else if (moving && s->icmp.quoted_protocol == IPPROTO_TCP &&
		tracker_find(t, &s->icmp.quoted_src, &s->icmp.quoted_dst))
		tracker_look_at(t, &s->icmp.quoted_src, &s->icmp.quoted_dst, event, NULL);
	wire_drain(w->wire); /* what it answered at once */
	w->delivering = 0;
}

const struct wire_watch motion_watch = { .sent = wire_sent,
	.may_deliver = wire_may_deliver,
	.delivered = wire_delivered };

/* Keep the timer on the earliest thing a kernel has announced. */
static void set_timer(struct world *w)
{
	uint64_t due = w->alarm_ns, wire_due = wire_due_ns(w->wire), now;

	if (wire_due && (due == 0 || wire_due < due))
		due = wire_due;

	for (size_t h = 0; h < w->host_count; h++) {
		const struct tracker *t = w->hosts[h]->tracker;
		uint64_t host_due = t ? tracker_due_ns(t) : 0;

		if (host_due && (due == 0 || host_due < due))
			due = host_due;
	}
	for (size_t i = 0; i < w->process_count; i++) {
		uint64_t beat = program_beat(w->processes[i]);

		if (beat && (due == 0 || beat < due))
			due = beat;
	}
	if (due == w->timer_due_ns)
		return;
	w->timer_due_ns = due;
	if (due == 0) {
		uv_timer_stop(&w->timer);
		return;
	}
	now = clock_now_ns();
	uv_update_time(w->loop);
	uv_timer_start(&w->timer, motion_on_timer, due > now ? (due - now) / NS_PER_MS + 1 : 0, 0);
}

static void pump(struct world *w)
{
	if (w->closed)
		return;
	wire_pump(w->wire);
	if (world_settled(w))
		uv_idle_stop(&w->idle);
	else
		sched_yield(); /* the process we wait for may need this very core */
	if (w->changed)
		w->changed(w->changed_arg);
	set_timer(w);
}

void world_alarm(struct world *w, uint64_t due_ns)
{
	w->alarm_ns = due_ns;
}

void world_kick(struct world *w)
{
	if (!w->closed)
		uv_idle_start(&w->idle, motion_on_idle);
}

void motion_on_idle(uv_idle_t *handle)
{
	pump(handle->data);
}

void motion_on_timer(uv_timer_t *handle)
{
	struct world *w = handle->data;

	w->timer_due_ns = 0;
	if (w->alarm_ns && w->alarm_ns <= clock_now_ns())
		w->alarm_ns = 0;
	wire_drain(w->wire); /* what a timer sent is better evidence than that it was due */
	for (size_t h = 0; h < w->host_count; h++) {
		if (w->hosts[h]->tracker)
			tracker_timers(w->hosts[h]->tracker);
	}
	world_kick(w);
}

void motion_on_tun(uv_poll_t *handle, int status, int events)
{
	struct world_host *h = handle->data;

	(void)status;
	(void)events;
	world_kick(h->world);
}
