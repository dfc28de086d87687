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
	TAILQ_INIT(&t->met);
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
	bool several;

	return endpoint_index_listener(&t->index, local, &several);
}

struct endpoint *tracker_datagram(const struct tracker *t, const struct address *local,
	const struct address *remote)
{
	bool several;

	return endpoint_index_datagram(&t->index, local, remote, &several);
}

/* Of a TCP connection that has ended the kernel tells no addresses any more, and packets may still come for it; so it
 * is meant by them until its socket has others. */
static void update_party(struct endpoint *e)
{
	if (e->protocol == IPPROTO_TCP && e->state != STATE_LISTEN && !e->remote.port &&
		e->party.remote.port)
		return;
	e->party.local = e->local;
	e->party.remote = e->remote;
	e->party.over = false;
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
	update_party(e);
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
	e->fin_waits &= state == STATE_SYN_RECEIVED || state == STATE_ESTABLISHED;
	if (state == STATE_CLOSED) {
		e->timer = SOCK_TIMER_NONE;
		e->inode = 0; /* until the kernel tells of it again */
	} else {
		update_party(e);
		endpoint_index_pair(&t->index, e);
	}
	endpoint_index_port(&t->index, e);
	e->changed = journal_add(t->journal, event);
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

/* Take over what the kernel said. With no cause given, what changed is a timer's work; its event number
 * is returned, else the cause as given. */
static uint64_t take_report(struct tracker *t, struct endpoint *e, const struct sock_report *r,
	uint64_t cause, const struct overtaken *overtaken)
{
	bool counted = timers_counted(e, r);

	if (cause == 0 && (counted || r->state != e->state) && e->state != STATE_NONE)
		cause = timers_fired(t, e, counted ? r->timer : e->timer, r->retransmits);
	set_addresses(t, e, &r->local, &r->remote);
	e->recvq = r->recvq;
	e->sendq = r->sendq;
	e->has_data = false;
	e->inode = r->inode;
	e->retransmits = r->retransmits;
	timers_take(t, e, r);
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
		cause = state == STATE_CLOSED ? timers_ended(t, e)
					      : timers_fired(t, e, e->timer, e->retransmits);
	if (e->state == STATE_LISTEN && state != STATE_LISTEN)
		e->recvq = e->sendq = 0; /* it has no accept queue any more */
	set_state(t, e, state, cause, NULL);
}

/* The kernel does not know it any more: no connection, which is what RFC 9293 calls CLOSED. */
static uint64_t gone(struct tracker *t, struct endpoint *e, uint64_t cause)
{
	if (e->state == STATE_CLOSED)
		return cause;
	if (cause == 0)
		cause = timers_ended(t, e);
	e->recvq = e->sendq = 0;
	set_state(t, e, STATE_CLOSED, cause, NULL);
	return cause;
}

static struct endpoint *add_endpoint(struct tracker *t, uint64_t cookie, const char *name)
{
	struct endpoint *e = memory_new(sizeof(*e));
	struct text made = TEXT_EMPTY;

	e->id = ++*t->ids;
	e->cookie = cookie;
	e->fd = -1;
	e->party.name = &e->name;
	e->protocol = IPPROTO_TCP;
	e->tracker = t;
	if (name)
		text_puts(&made, name);
	else
		text_printf(&made, "%s/?%u", t->host, e->id);
	e->name = text_take(&made);
	t->endpoints = memory_one_more(t->endpoints, t->count, sizeof(struct endpoint *));
	t->endpoints[t->count++] = e;
	tracker_touch(e);
	endpoint_index_add(&t->index, e);
	return e;
}

/* One that is told of by the kernel alone: a listener, or what came to one, or neither. */
static struct endpoint *meet_endpoint(struct tracker *t, const struct sock_report *r)
{
	struct endpoint *e = add_endpoint(t, r->cookie, NULL);
	struct text name = TEXT_EMPTY;

	if (r->state == STATE_LISTEN)
		return e;
	e->listener = endpoint_index_listener(&t->index, &r->local, &e->of_several);
	if (e->listener) {
		text_printf(&name, "%s/%u", e->listener->name, ++e->listener->children);
	} else if (e->of_several) {
		tracker_name_shared(t, &r->local, &name);
		text_printf(&name, "/?%u", e->id);
	} else {
		return e;
	}
	free(e->name);
	e->name = text_take(&name);
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
	if (*ret_error == 0)
		take_report(t, e, &report, cause, NULL);
	return *ret_error == 0;
}

/* Ask by its cookie, where the addresses do not do, as sockdiag_search(). */
static bool look_by_cookie(struct tracker *t, struct endpoint *e, enum tcp_state state,
	uint64_t cause, int *ret_error)
{
	struct sock_report report;

	*ret_error = -sockdiag_search(t->diag, 1 << state, e->cookie, &report);
	if (*ret_error == 0)
		take_report(t, e, &report, cause, NULL);
	return *ret_error == 0;
}

/* In SYN-SENT, and whom it dials no SYN has shown: TCP_FASTOPEN_CONNECT puts that off until the first write, and
 * getpeername(2) does not tell before. Source: net/ipv4/tcp_fastopen.c tcp_fastopen_defer_connect(); af_inet.c
 * inet_getname(). */
static bool is_deferred(const struct endpoint_facts *facts)
{
	return facts && facts->state == STATE_SYN_SENT && !facts->remote.family;
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
	if (error == ENOENT && e->state == STATE_LISTEN &&
		look_by_cookie(t, e, STATE_LISTEN, cause, &error))
		return;
	if (error == ENOENT && is_deferred(facts) &&
		look_by_cookie(t, e, STATE_SYN_SENT, cause, &error))
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
		e = add_endpoint(t, facts->cookie, name);
		e->protocol = facts->protocol;
	}
	tracker_look(t, e, facts, cause);
	return e;
}

void tracker_tell_socket(struct tracker *t, const struct endpoint *e, const char *how,
	uint64_t cause)
{
	journal_add(t->journal,
		(struct event){ .kind = EVENT_SOCKET,
			.cause = cause,
			.subject = e->name,
			.host = t->host,
			.process = e->process,
			.text = how,
			.socket = { .cookie = e->cookie,
				.endpoint = e->id,
				.fd = e->fd,
				.local = e->local,
				.remote = e->remote } });
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
	e->of_several &= !process; /* who has it knows where it came from */
	tracker_tell_socket(t, e, NULL, cause);
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
			e = meet_endpoint(t, &report);
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
		e = meet_endpoint(t, &report);
	set_addresses(t, e, &report.local, &report.remote);
	e->inode = report.inode;
	return e;
}

void tracker_meet(struct tracker *t, const struct sock_report *r, uint64_t cause)
{
	struct endpoint *e = endpoint_index_cookie(&t->index, r->cookie);

	if (!e)
		e = meet_endpoint(t, r);
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
	r = asking_all(t, IPPROTO_TCP, 1 << STATE_LISTEN, meet_listener, &m);
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
