/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <netinet/in.h>
#include <sched.h>

#include "base/clock.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "world/counters.h"
#include "world/parts.h"

/* A process that has a core answers, or sleeps, within some 20 us of being given a call, and to look on until then is the
 * quickest. One that has none waits the longer for it the longer we look on, and so does everybody else's lab: then its
 * answer wakes us, and whether it sleeps is asked now and then. */
#define LOOK_ON_NS (200 * NS_PER_US)
#define LOOK_AGAIN_NS NS_PER_MS

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
				.call.call = p->call.event });
	}
}

/* No process is in motion any more: of the programs, or of those whose calls we make. */
static bool calm(struct world *w, bool programs)
{
	bool all = true;

	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i]->process;

		if (p->program != programs)
			continue;
		check_motion(w->processes[i]);
		all &= !p->in_motion || p->ended;
	}
	return all;
}

/* Has everything that was asked of a kernel been answered? */
static bool answered(const struct world *w)
{
	for (size_t h = 0; h < w->host_count; h++) {
		if (w->hosts[h]->tracker && tracker_asks_again(w->hosts[h]->tracker))
			return false;
	}
	return true;
}

/* Keep the timer on the earliest thing a kernel has announced. */
static void set_timer(struct world *w)
{
	uint64_t due = w->alarm_ns, wire_due = wire_due_ns(w->wire), now;

	if (wire_due && (due == 0 || wire_due < due))
		due = wire_due;
	if (w->look_due_ns && (due == 0 || w->look_due_ns < due))
		due = w->look_due_ns;
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

/* Has somebody whose call we make been at work for so long that there is no point in looking on? */
static bool is_slow(struct world *w, uint64_t now_ns)
{
	uint64_t last = journal_last(w->journal);

	if (last != w->stirred) {
		w->stirred = last;
		w->stirred_ns = now_ns;
	}
	if (now_ns - w->stirred_ns <= LOOK_ON_NS)
		return false;
	for (size_t i = 0; i < w->process_count; i++) {
		const struct process *p = &w->processes[i]->process;

		if (p->in_motion && !p->ended && !p->program)
			return true;
	}
	return false;
}

bool world_settled(struct world *w)
{
	uint64_t now;

	w->look_due_ns = 0;
	/* an end that came before the answer to something else was asked of its host has been read already: nothing wakes us */
	for (size_t h = 0; h < w->host_count; h++)
		if (w->hosts[h]->host.exit_count)
			answers_read_host(w->hosts[h]);
	if (wire_idle(w->wire) && calm(w, false) && answered(w)) {
		/* Programs make many calls in a row. To look on until they sleep would take the CPU from them: the wire
		 * wakes us, or the timer (program_beat()). */
		if (!calm(w, true) && wire_idle(w->wire))
			return false;
		if (!wire_drain(w->wire) && wire_idle(w->wire)) {
			program_read_all(w);
			return true;
		}
	}
	/* what was drained makes the TUN readable no more: whoever asked must be called again */
	now = clock_now_ns();
	if (is_slow(w, now)) {
		w->look_due_ns = now + LOOK_AGAIN_NS;
		set_timer(w);
	} else {
		world_kick(w);
	}
	return false;
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

static bool opens(const struct segment *s)
{
	return s->kind == SEGMENT_TCP && (s->flags & SEGMENT_SYN) && !(s->flags & SEGMENT_ACK);
}

/* Can this segment move the state of e, where it goes? e: NULL = no connection is known there. */
static bool can_move(const struct segment *s, const struct endpoint *e)
{
	if (s->kind != SEGMENT_TCP) /* an ICMP error can end a connection that is being opened */
		return s->kind == SEGMENT_ICMP && s->icmp.quotes;
	return (s->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST)) || !e ||
		e->state != STATE_ESTABLISHED || e->fin_waits;
}

/* Does this segment show that e, who sent it, is in another state than the one last read? That state may have been
 * read after it left: the look behind a delivery sees what the answer was sent in. */
static bool shows_move(const struct segment *s, const struct endpoint *e)
{
	enum tcp_state state = e ? e->state : STATE_CLOSED;

	if (s->kind != SEGMENT_TCP)
		return false;
	if (s->flags & SEGMENT_RST)
		return true;
	if (s->flags & SEGMENT_SYN)
		return state != ((s->flags & SEGMENT_ACK) ? STATE_SYN_RECEIVED : STATE_SYN_SENT);
	switch (state) {
	case STATE_ESTABLISHED:
	case STATE_CLOSE_WAIT:
		return s->flags & SEGMENT_FIN;
	case STATE_FIN_WAIT_1:
	case STATE_FIN_WAIT_2:
	case STATE_CLOSING:
	case STATE_LAST_ACK:
	case STATE_TIME_WAIT:
		return false;
	default:
		return true;
	}
}

/* Does this segment show that a program has accepted e? Who sends data has a descriptor. */
static bool shows_accept(const struct world_host *h, const struct segment *s,
	const struct endpoint *e)
{
	return h->programs && e && !e->held && !e->inode && s->payload_len &&
		(e->state == STATE_ESTABLISHED || e->state == STATE_CLOSE_WAIT);
}

/* The socket that has or had these addresses; of a SYN to nobody, or nobody any more, the listener. Of several that it would
 * reach, what they have in common, kept for the next call in w. */
static const char *name_at(struct world *w, unsigned host, const struct segment *s,
	const struct address *local, const struct address *remote)
{
	const struct tracker *t = world_tracker_at(w, host);
	const struct endpoint *e, *listener;
	const char *shared;
	bool tcp = s->kind == SEGMENT_TCP, comes;

	if (!t)
		return NULL;
	e = tcp ? tracker_last(t, local, remote) : end_of(w, host, s, local, remote);
	comes = tcp && (!e || e->state == STATE_CLOSED) && (s->flags & SEGMENT_SYN) &&
		local == &s->dst;
	if ((comes || !e) && (shared = sharing_name(w, t, s, local, remote)))
		return shared;
	listener = comes ? tracker_listener(t, local) : NULL;
	if (listener)
		return listener->name;
	return e ? e->name : NULL;
}

/* Read back whoever has these addresses; known: as far as was known. */
static void look(struct world *w, unsigned host, const struct address *local,
	const struct address *remote, struct endpoint *known, uint64_t cause,
	const struct overtaken *overtaken)
{
	struct world_host *h = w->hosts[host];
	struct endpoint *e = tracker_look_at(h->tracker, local, remote, cause, overtaken, NULL);

	if (known && known != e)
		claims_met(h, known);
	if (e)
		claims_met(h, e);
}

/* Nobody has a descriptor of it, and nobody will: only segments and timers move it now. */
static bool is_orphan(const struct endpoint *e)
{
	if (e->held || e->inode)
		return false;
	return e->state == STATE_FIN_WAIT_1 || e->state == STATE_FIN_WAIT_2 ||
		e->state == STATE_CLOSING || e->state == STATE_LAST_ACK ||
		e->state == STATE_TIME_WAIT;
}

/* Its holder may act on what has happened to it, and nobody tells us of his calls. */
static void touch(struct endpoint *e)
{
	if (e->state != STATE_CLOSED && !is_orphan(e))
		tracker_touch(e);
}

/* Who may act on what a segment does to e: those that have it, or the listener at `local` that it came to. NULL =
 * not known: anybody. */
static const struct descriptor *holders(const struct tracker *t, const struct endpoint *e,
	const struct address *local)
{
	const struct endpoint *listener;

	if (e && e->held)
		return e->held;
	listener = e && e->listener ? e->listener : tracker_listener(t, local);
	return listener ? listener->held : NULL;
}

/* Can a program have moved on from the state that a segment brought about, before we looked? One that was asleep on
 * this very state can, now and then, though it does not take the CPU from us (syscalls.c make_exec()); and a
 * segment for a socket that is locked by a call has its effect when the call lets go. A process whose
 * calls we make cannot. s: that segment, or what the program has sent since from `local`. */
static bool overtake(const struct world_host *h, const struct segment *s, const struct endpoint *e,
	const struct address *local, struct overtaken *ret_overtaken)
{
	const struct descriptor *d;

	if (!h->programs || !e)
		return false;
	d = holders(h->tracker, e, local);
	if (d && !d->process->program)
		return false;
	ret_overtaken->state =
		(s->flags & SEGMENT_FIN) || e->fin_waits ? STATE_CLOSE_WAIT : STATE_ESTABLISHED;
	ret_overtaken->cause = e->last_in;
	ret_overtaken->by = d ? d->process->program_event : 0;
	return true;
}

/* The kernel binds a UDP socket with the first datagram it sends, and that is here before the call returns and tells
 * to which port. So it is of whoever makes such a call on a socket without a port, if only one does; or, where several
 * share the port, on one that has it. */
static struct endpoint *sender_in_call(struct world *w, unsigned host, const struct segment *s)
{
	bool shared = tracker_is_shared(world_tracker_at(w, host), &s->src, &s->dst);
	struct endpoint *found = NULL;
	struct address local;

	for (size_t i = 0; i < w->process_count; i++) {
		const struct process *p = &w->processes[i]->process;
		struct endpoint *e = p->in_call ? p->call.endpoint : NULL;

		if (!e || p->host->index != host || e->protocol != IPPROTO_UDP ||
			e->local.port != (shared ? s->src.port : 0) || (shared && !p->in_motion))
			continue;
		if (found)
			return NULL;
		found = e;
	}
	if (!found || shared)
		return found;
	local = (struct address){ .family = found->local.family, .port = s->src.port };
	tracker_bound(world_tracker_at(w, host), found, &local);
	return found;
}

/* Programs' sockets that are not known yet. sender: as far as it is. Returns who it is then. */
static struct endpoint *meet_datagram_ends(struct world *w, unsigned host, unsigned to,
	const struct segment *s, struct endpoint *sender)
{
	if (!sender && world_tracker_at(w, host))
		sender = claims_meet_datagram(w->hosts[host], &s->src, &s->dst);
	if (world_tracker_at(w, to) && !end_of(w, to, s, &s->dst, &s->src))
		claims_meet_datagram(w->hosts[to], &s->dst, &s->src);
	return sender;
}

static struct wire_origin wire_sent(void *arg, unsigned host, unsigned to, const struct segment *s,
	bool again)
{
	struct world *w = arg;
	struct endpoint *e = end_of(w, host, s, &s->src, &s->dst);
	struct wire_origin origin = { 0 };
	struct overtaken overtaken;

	if (s->kind == SEGMENT_UDP)
		e = meet_datagram_ends(w, host, to, s, e);
	if (!e && s->kind == SEGMENT_UDP && world_tracker_at(w, host))
		e = sender_in_call(w, host, s);
	if (!e && opens(s) && world_tracker_at(w, host))
		e = claims_meet_sender(w->hosts[host], &s->src, &s->dst);
	if (world_tracker_at(w, host)) { /* else no kernel of ours sent it */
		origin.cause = cause_of_sent(w, host, s, e, again);
		if (e && s->kind == SEGMENT_TCP && s->payload_len)
			e->has_data = true;
		if (shows_move(s, e) || shows_accept(w->hosts[host], s, e))
			look(w, host, &s->src, &s->dst, e, origin.cause,
				overtake(w->hosts[host], s, e, &s->src, &overtaken) ? &overtaken
										    : NULL);
		else if (e)
			touch(e);
	}
	origin.from = e && s->kind == SEGMENT_UDP ? e->name : name_at(w, host, s, &s->src, &s->dst);
	origin.to = name_at(w, to, s, &s->dst, &s->src);
	return origin;
}

/* A program may act on a socket at any moment, and is not waited for: a busy one would stop the wire. What it
 * did so far has to be read, though, before a segment moves the same socket on. If it put a segment on the wire
 * that has been read just now, behind the last delivery. What is left is a FIN that still waits behind data:
 * of that no segment tells. Where a segment can only move what the program cannot, or the other way round,
 * nothing can be missed: a connect() under way can only be given up, an orphan is nobody's. */
static void look_before(struct world *w, unsigned host, const struct segment *s, struct endpoint *e)
{
	struct world_host *h = w->hosts[host];

	if (!e && (s->flags & SEGMENT_SYN) && !tracker_listener(h->tracker, &s->dst) &&
		!tracker_is_shared(h->tracker, &s->dst, NULL))
		claims_meet_listeners(h);
	if (e && ((s->flags & (SEGMENT_FIN | SEGMENT_RST)) || e->fin_waits) &&
		e->state == STATE_ESTABLISHED && (e->sendq || e->has_data) &&
		!(e->held && !e->held->process->program))
		look(w, host, &s->dst, &s->src, e, 0, NULL);
}

static enum wire_passage wire_may_deliver(void *arg, unsigned host, const struct segment *s)
{
	struct world *w = arg;
	struct endpoint *e = end_of(w, host, s, &s->dst, &s->src);
	struct tracker *t = world_tracker_at(w, host);
	bool moves = can_move(s, e);

	if (!t)
		return PASSAGE_OPEN;
	if (moves && (!calm(w, false) || !answered(w)))
		return PASSAGE_CLOSED;
	if (moves && w->hosts[host]->programs)
		look_before(w, host, s, e);
	sharing_before(t, s, e);
	return moves ? PASSAGE_ALONE : PASSAGE_OPEN;
}

static void wake(struct process *p, const struct endpoint *e)
{
	if (p->program && !p->ended)
		program_wake(p);
	else if (p->in_call && p->call.endpoint && (p->call.endpoint == e || !e))
		p->in_motion = true;
}

/* A call asleep on this socket, or on the listener it came to, may be awake now; and programs that have it. */
static void wake_holders(struct world *w, unsigned host, const struct segment *s,
	const struct endpoint *e)
{
	const struct descriptor *d = NULL;

	if (e && is_orphan(e))
		return;
	if (s->kind == SEGMENT_TCP)
		d = holders(w->hosts[host]->tracker, e, &s->dst);
	for (size_t i = 0; !d && i < w->process_count; i++) {
		if (w->processes[i]->process.host->index == host)
			wake(&w->processes[i]->process, NULL);
	}
	for (; d; d = d->next)
		wake(d->process, d->endpoint);
}

/* Has this FIN come before data that is still missing? Its kernel keeps it, and what fills the gap moves the state. */
static void keep_fin(const struct segment *s, struct endpoint *e)
{
	if (e && s->kind == SEGMENT_TCP && (s->flags & SEGMENT_FIN) &&
		(e->state == STATE_ESTABLISHED || e->state == STATE_SYN_RECEIVED))
		e->fin_waits = true;
}

static void wire_delivered(void *arg, unsigned host, const struct segment *s, uint64_t event)
{
	struct world *w = arg;
	struct tracker *t = world_tracker_at(w, host);
	struct endpoint *e = end_of(w, host, s, &s->dst, &s->src), *other, *taker;
	struct overtaken overtaken;

	if (!t)
		return;
	taker = sharing_taker(t, s, e);
	w->delivering = w->delivered = event;
	w->delivered_to = s->dst;
	w->delivered_host = host;
	if (e)
		e->last_in = event;
	if (taker && e)
		sharing_tell(w, s, taker, event);
	if (can_move(s, e) && s->kind == SEGMENT_TCP) {
		look(w, host, &s->dst, &s->src, e, event,
			overtake(w->hosts[host], s, e, &s->dst, &overtaken) ? &overtaken : NULL);
	} else if (can_move(s, e) && s->icmp.quoted_protocol == IPPROTO_TCP) {
		other = tracker_find(t, &s->icmp.quoted_src, &s->icmp.quoted_dst);
		if (other)
			look(w, host, &s->icmp.quoted_src, &s->icmp.quoted_dst, other, event, NULL);
	}
	keep_fin(s, end_of(w, host, s, &s->dst, &s->src));
	if (opens(s) && (other = tracker_find(t, &s->dst, &s->src)))
		other->last_in = event; /* it may have come to be just now */
	if (taker && !e)
		sharing_tell(w, s, taker, event);
	if (e)
		touch(e);
	wake_holders(w, host, s, e);
	wire_drain_host(w->wire, host); /* what it answered at once */
	w->delivering = 0;
}

const struct wire_watch motion_watch = { .sent = wire_sent,
	.may_deliver = wire_may_deliver,
	.delivered = wire_delivered };

/* What wire0 had no room for, because main did not come to read it, nobody else has seen. */
static void tell_lost(struct world *w)
{
	for (size_t i = 0; i < w->host_count; i++) {
		struct world_host *h = w->hosts[i];
		struct text words = TEXT_EMPTY;
		int64_t lost;

		if (!wire_was_crowded(w->wire, h->host.index) ||
			counters_get(&h->host, COUNTER_WIRE_DROPPED, &lost) < 0 || lost <= h->lost)
			continue;
		text_printf(&words,
			"%" PRId64
			" %s lost before the lab saw them: wire0 was full, of more than it "
			"could take away in time",
			lost - h->lost, lost - h->lost == 1 ? "packet was" : "packets were");
		h->lost = lost;
		journal_add(w->journal,
			(struct event){ .kind = EVENT_NOTE,
				.host = h->host.name,
				.text = text_get(&words) });
		text_done(&words);
	}
}

static void pump(struct world *w)
{
	if (w->closed)
		return;
	wire_pump(w->wire);
	tell_lost(w);
	uv_idle_stop(&w->idle);
	if (!world_settled(w) && uv_is_active((const uv_handle_t *)&w->idle))
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
	pump(h->world);
}
