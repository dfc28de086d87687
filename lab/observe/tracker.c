/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/tracker_parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"

/* A kernel timer fires up to an eighth of its length late (kernel/time/timer.c, the wheel's levels).
 * So one that is due but has not fired is asked again, less and less often. */
#define LATE_POLL_FIRST_NS NS_PER_MS
#define LATE_POLL_MOST_NS (64 * NS_PER_MS)
#define REPLACED_MOST_NS (200 * NS_PER_US) /* it takes less than one */

struct tracker *tracker_new(struct journal *journal, const char *host_name, struct sockdiag *diag,
	uint32_t *ids)
{
	struct tracker *t = memory_new(sizeof(*t));

	t->journal = journal;
	t->host = text_copy(host_name);
	t->diag = diag;
	t->ids = ids;
	TAILQ_INIT(&t->touched);
	return t;
}

void tracker_free(struct tracker *t)
{
	if (!t)
		return;
	endpoint_index_done(&t->index);
	for (size_t i = 0; i < t->count; i++) {
		free(t->endpoints[i]->name);
		free(t->endpoints[i]->process);
		free(t->endpoints[i]);
	}
	free(t->endpoints);
	sockdiag_close(t->diag);
	free(t->host);
	free(t);
}

size_t tracker_count(const struct tracker *t)
{
	return t->count;
}

struct endpoint *tracker_get(const struct tracker *t, size_t index)
{
	return index < t->count ? t->endpoints[index] : NULL;
}

void tracker_touch(struct endpoint *e)
{
	if (!e->is_touched)
		TAILQ_INSERT_TAIL(&e->tracker->touched, e, touched);
	e->is_touched = true;
}

void tracker_untouch(struct endpoint *e)
{
	if (e->is_touched)
		TAILQ_REMOVE(&e->tracker->touched, e, touched);
	e->is_touched = false;
}

struct endpoint *tracker_touched(const struct tracker *t, const struct endpoint *e)
{
	return e ? TAILQ_NEXT(e, touched) : TAILQ_FIRST(&t->touched);
}

struct endpoint *tracker_last(const struct tracker *t, const struct address *local,
	const struct address *remote)
{
	return endpoint_index_last(&t->index, local, remote);
}

struct endpoint *tracker_find(const struct tracker *t, const struct address *local,
	const struct address *remote)
{
	struct endpoint *e = tracker_last(t, local, remote);

	return e && e->state != STATE_CLOSED ? e : NULL;
}

struct endpoint *tracker_listener(const struct tracker *t, const struct address *local)
{
	return endpoint_index_listener(&t->index, local);
}

struct endpoint *tracker_datagram(const struct tracker *t, const struct address *local,
	const struct address *remote)
{
	return endpoint_index_datagram(&t->index, local, remote);
}

/* false when they are what they were. */
static bool set_addresses(struct tracker *t, struct endpoint *e, const struct address *local,
	const struct address *remote)
{
	if (address_equal(&e->local, local) && address_equal(&e->remote, remote))
		return false;
	endpoint_index_remove_pair(&t->index, e);
	e->local = *local;
	e->remote = *remote;
	if (e->state != STATE_NONE && e->state != STATE_CLOSED)
		endpoint_index_pair(&t->index, e);
	endpoint_index_port(&t->index, e);
	return true;
}

void tracker_bound(struct tracker *t, struct endpoint *e, const struct address *local)
{
	set_addresses(t, e, local, &e->remote);
}

/* how: NULL = it was read. */
static void set_state(struct tracker *t, struct endpoint *e, enum tcp_state state, uint64_t cause,
	const char *how)
{
	struct event event = {
		.kind = EVENT_STATE,
		.cause = cause,
		.subject = e->name,
		.host = t->host,
		.process = e->process,
		.text = how,
		.state = { .cookie = e->cookie,
			.endpoint = e->id,
			.from = e->state,
			.to = state,
			.local = e->local,
			.remote = e->remote },
	};

	if (e->state == state)
		return;
	e->state = state;
	if (state == STATE_CLOSED) {
		e->timer = SOCK_TIMER_NONE;
		e->inode = 0; /* until the kernel tells of it again */
	} else {
		endpoint_index_pair(&t->index, e);
	}
	endpoint_index_port(&t->index, e);
	e->changed = journal_add(t->journal, event);
}

static uint64_t add_timer_event(struct tracker *t, struct endpoint *e, enum sock_timer timer,
	uint32_t retransmits, bool maybe_probe)
{
	e->timer_told_ns = clock_now_ns();
	e->timer_event = journal_add(t->journal,
		(struct event){ .kind = EVENT_TIMER,
			.subject = e->name,
			.host = t->host,
			.process = e->process,
			.text = timer ? sock_timer_name(timer) : "unreported",
			.timer = { .endpoint = e->id,
				.retransmits = retransmits,
				.maybe_probe = maybe_probe } });
	return e->timer_event;
}

/* Is there no way between the two but through this state? A handshake that was completed by the other side's SYN
 * or ACK, then close(); their FIN, then close(). Source: net/ipv4/tcp.c new_state[], tcp_input.c tcp_fin(). */
static bool leads_through(enum tcp_state from, enum tcp_state through, enum tcp_state to)
{
	if (through == STATE_ESTABLISHED)
		return (from == STATE_SYN_SENT || from == STATE_SYN_RECEIVED) &&
			to == STATE_FIN_WAIT_1;
	return through == STATE_CLOSE_WAIT && from == STATE_ESTABLISHED && to == STATE_LAST_ACK;
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

static void take_timer(struct tracker *t, struct endpoint *e, const struct sock_report *r)
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

/* Look for the timer alone: what else may have changed since has a cause, which is not known here. */
static void look_for_timer(struct tracker *t, struct endpoint *e)
{
	struct sock_report report;

	e->unset_due_ns = 0;
	e->unset_poll_ns *= 2;
	if (t->diag && sockdiag_lookup(t->diag, &e->local, &e->remote, &report) == 0 &&
		report.cookie == e->cookie && report.state == e->state &&
		report.retransmits == e->retransmits)
		take_timer(t, e, &report);
}

/* Take over what the kernel said. With no cause given, what changed is a timer's work; its event number
 * is returned, else the cause as given. */
static uint64_t take_report(struct tracker *t, struct endpoint *e, const struct sock_report *r,
	uint64_t cause, const struct overtaken *overtaken)
{
	bool fired = r->retransmits > e->retransmits && e->timer != SOCK_TIMER_NONE;

	if (cause == 0 && (fired || r->state != e->state) && e->state != STATE_NONE)
		cause = add_timer_event(t, e, e->timer, r->retransmits, false);
	set_addresses(t, e, &r->local, &r->remote);
	e->recvq = r->recvq;
	e->sendq = r->sendq;
	e->has_data = false;
	e->inode = r->inode;
	e->retransmits = r->retransmits;
	e->unset_poll_ns = LATE_POLL_FIRST_NS;
	take_timer(t, e, r);
	if (overtaken && leads_through(e->state, overtaken->state, r->state)) {
		set_state(t, e, overtaken->state, overtaken->cause, "passed");
		cause = overtaken->by ? overtaken->by : cause;
	}
	set_state(t, e, r->state, cause, NULL);
	return cause;
}

/* A state that was not reported with a timer. With no cause given it is a timer's work all the same. */
static void change_state(struct tracker *t, struct endpoint *e, enum tcp_state state,
	uint64_t cause)
{
	if (cause == 0 && state != e->state && e->state != STATE_NONE)
		cause = add_timer_event(t, e, e->timer, e->retransmits, false);
	set_state(t, e, state, cause, NULL);
}

/* The kernel does not know it any more: no connection, which is what RFC 9293 calls CLOSED. */
static uint64_t gone(struct tracker *t, struct endpoint *e, uint64_t cause)
{
	if (e->state == STATE_CLOSED)
		return cause;
	if (cause == 0)
		cause = add_timer_event(t, e, e->timer, e->retransmits, false);
	e->recvq = e->sendq = 0;
	set_state(t, e, STATE_CLOSED, cause, NULL);
	return cause;
}

static struct endpoint *add_endpoint(struct tracker *t, uint64_t cookie, const char *name,
	const struct address *local)
{
	struct endpoint *e = memory_new(sizeof(*e));
	struct endpoint *listener = name ? NULL : tracker_listener(t, local);
	struct text made = TEXT_EMPTY;

	e->id = ++*t->ids;
	e->cookie = cookie;
	e->fd = -1;
	e->protocol = IPPROTO_TCP;
	e->tracker = t;
	if (name)
		text_puts(&made, name);
	else if (listener)
		text_printf(&made, "%s/%u", listener->name, ++listener->children);
	else
		text_printf(&made, "%s/?%u", t->host, e->id);
	e->name = text_take(&made);
	t->endpoints = memory_one_more(t->endpoints, t->count, sizeof(struct endpoint *));
	t->endpoints[t->count++] = e;
	tracker_touch(e);
	endpoint_index_add(&t->index, e);
	return e;
}

/* tcp_time_wait() puts a small socket in the place of one in these states. Where a close() that was waited in, or a
 * program, does that on another CPU, a look can fall in between: the small one is not to be had before all is done
 * (net/ipv4/inet_timewait_sock.c inet_twsk_hashdance_schedule()). */
static bool may_be_replaced(const struct endpoint *e)
{
	return e &&
		(e->state == STATE_FIN_WAIT_1 || e->state == STATE_FIN_WAIT_2 ||
			e->state == STATE_CLOSING);
}

/* sockdiag_lookup() of what is known as e, NULL = as nothing. */
static int lookup(struct tracker *t, const struct endpoint *e, const struct address *local,
	const struct address *remote, struct sock_report *ret_report)
{
	uint64_t until_ns = 0;
	int r;

	while ((r = sockdiag_lookup(t->diag, local, remote, ret_report)) == -ENOENT &&
		may_be_replaced(e)) {
		uint64_t now_ns = clock_now_ns();

		if (until_ns && now_ns >= until_ns)
			break;
		until_ns = until_ns ? until_ns : now_ns + REPLACED_MOST_NS;
		sched_yield();
	}
	return r;
}

/* Ask by the addresses it has. true when the kernel answered for this very socket. */
static bool look_by_pair(struct tracker *t, struct endpoint *e, uint64_t cause, int *ret_error)
{
	struct sock_report report;

	*ret_error = e->local.port ? -lookup(t, e, &e->local, &e->remote, &report) : ENOENT;
	if (*ret_error == 0 && report.cookie != e->cookie)
		*ret_error = ENOENT;
	if (*ret_error == ENOENT && e->state == STATE_LISTEN)
		*ret_error = -sockdiag_listener(t->diag, e->cookie, &report);
	if (*ret_error == 0)
		take_report(t, e, &report, cause, NULL);
	return *ret_error == 0;
}

void tracker_look(struct tracker *t, struct endpoint *e, const struct endpoint_facts *facts,
	uint64_t cause)
{
	int error;

	if (!t->diag)
		return;
	if (e->protocol != IPPROTO_TCP) {
		if (facts)
			set_addresses(t, e, &facts->local, &facts->remote);
		return;
	}
	/* First by what we know: behind the descriptor of a connection in TIME-WAIT is a socket without a
	 * peer, while the connection itself lives on (net/ipv4/tcp_minisocks.c tcp_time_wait()). */
	if (look_by_pair(t, e, cause, &error))
		return;
	if (error == ENOENT && facts && set_addresses(t, e, &facts->local, &facts->remote) &&
		look_by_pair(t, e, cause, &error))
		return;
	if (error != ENOENT)
		asking_failed(t, e, error, cause);
	else if (facts && facts->state) /* bound or unbound, not in any of the kernel's tables */
		change_state(t, e, (enum tcp_state)facts->state, cause);
	else
		gone(t, e, cause);
}

int tracker_detail(struct tracker *t, const struct endpoint *e, uint8_t wanted,
	struct sock_detail *ret_detail)
{
	if (!t->diag)
		return -EHOSTDOWN;
	if (!e->local.port || e->state == STATE_CLOSED)
		return -ENOENT;
	return sockdiag_detail(t->diag, e->protocol, &e->local, &e->remote, e->cookie, wanted,
		ret_detail);
}

struct endpoint *tracker_adopt(struct tracker *t, const struct endpoint_facts *facts,
	const char *name, uint64_t cause)
{
	struct endpoint *e = endpoint_index_cookie(&t->index, facts->cookie);

	if (!e) {
		e = add_endpoint(t, facts->cookie, name, &facts->local);
		e->protocol = facts->protocol;
	}
	tracker_look(t, e, facts, cause);
	return e;
}

void tracker_own(struct tracker *t, struct endpoint *e, const char *name, const char *process,
	int fd, uint64_t cause)
{
	char *new_name = text_copy(name);
	char *new_process = process ? text_copy(process) : NULL;

	free(e->name);
	free(e->process);
	e->name = new_name;
	e->process = new_process;
	e->fd = fd;
	e->was_held |= process != NULL;
	journal_add(t->journal,
		(struct event){ .kind = EVENT_SOCKET,
			.cause = cause,
			.subject = e->name,
			.host = t->host,
			.process = e->process,
			.socket = { .cookie = e->cookie,
				.endpoint = e->id,
				.fd = fd,
				.local = e->local,
				.remote = e->remote } });
}

struct endpoint *tracker_look_at(struct tracker *t, const struct address *local,
	const struct address *remote, uint64_t cause, const struct overtaken *overtaken,
	uint64_t *ret_cause)
{
	struct sock_report report;
	struct endpoint *known = tracker_find(t, local, remote), *e = NULL;
	int r = t->diag ? lookup(t, known, local, remote, &report) : -ENOENT;
	uint64_t used = cause;

	if (r == 0 && report.state != STATE_LISTEN) {
		e = endpoint_index_cookie(&t->index, report.cookie);
		if (!e)
			e = add_endpoint(t, report.cookie, NULL, local);
		if (known && known != e)
			used = gone(t, known, used);
		used = take_report(t, e, &report, used, overtaken);
	} else if (r < 0 && r != -ENOENT) {
		asking_failed(t, known, -r, cause);
	} else if (known) {
		used = gone(t, known, used);
	}
	if (ret_cause)
		*ret_cause = used;
	return e;
}

struct endpoint *tracker_foresee(struct tracker *t, const struct address *local,
	const struct address *remote)
{
	struct sock_report report;
	struct endpoint *e;

	if (!t->diag || sockdiag_lookup(t->diag, local, remote, &report) < 0 ||
		report.state == STATE_LISTEN)
		return NULL;
	e = endpoint_index_cookie(&t->index, report.cookie);
	if (!e)
		e = add_endpoint(t, report.cookie, NULL, local);
	set_addresses(t, e, &report.local, &report.remote);
	e->inode = report.inode;
	return e;
}

void tracker_meet(struct tracker *t, const struct sock_report *r, uint64_t cause)
{
	struct endpoint *e = endpoint_index_cookie(&t->index, r->cookie);

	if (!e)
		e = add_endpoint(t, r->cookie, NULL, &r->local);
	take_report(t, e, r, cause, NULL);
	e->round = t->round;
}

struct meeting {
	struct tracker *t;
	uint64_t cause;
};

static void meet_listener(void *arg, const struct sock_report *r)
{
	struct meeting *m = arg;

	if (!endpoint_index_cookie(&m->t->index, r->cookie))
		tracker_meet(m->t, r, m->cause);
}

void tracker_meet_listeners(struct tracker *t, uint64_t cause)
{
	struct meeting m = { .t = t, .cause = cause };
	int r;

	if (!t->diag)
		return;
	r = asking_all(t, 1 << STATE_LISTEN, meet_listener, &m);
	if (r < 0)
		asking_failed(t, NULL, -r, cause);
}

void tracker_abandon(struct tracker *t, uint64_t cause)
{
	for (size_t i = 0; i < t->count; i++) {
		struct endpoint *e = t->endpoints[i];

		if (e->protocol == IPPROTO_TCP && e->state != STATE_CLOSED)
			gone(t, e, cause);
	}
	t->due_ns = t->again_due_ns = 0;
	sockdiag_close(t->diag);
	t->diag = NULL;
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
	return cause ? cause : add_timer_event(t, e, e->timer, e->retransmits, may_be_probe(e));
}

uint64_t tracker_hidden_timer_fired(struct tracker *t, struct endpoint *e)
{
	uint64_t cause = 0, before = e->timer_event, told_ns = e->timer_told_ns;

	tracker_look_at(t, &e->local, &e->remote, 0, NULL, &cause);
	if (cause)
		return cause;
	cause = add_timer_event(t, e, SOCK_TIMER_NONE, 0, false);
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
