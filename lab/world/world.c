/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/world.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "wire/wire.h"
#include "world/channel.h"

struct world_host {
	struct host host;
	struct tracker *tracker; /* owned */
	uv_poll_t channel_poll, tun_poll;
	struct world *world; /* borrowed, up */
};

struct world_process {
	struct process process;
	uv_poll_t poll;
	bool polled; /* the handle is open */
	struct world *world; /* borrowed, up */
};

struct world {
	uv_loop_t *loop; /* borrowed */
	bool ipv6;
	struct journal *journal; /* owned */
	struct wire *wire; /* owned */
	struct world_host **hosts; /* owned */
	size_t host_count;
	struct world_process **processes; /* owned, dead ones too */
	size_t process_count;
	uint32_t endpoint_ids;
	uint64_t delivering; /* the EVENT_DELIVERED whose effects are being read; 0 = none */
	uv_idle_t idle; /* runs while there is something to pump */
	uv_timer_t timer; /* the earliest kernel timer */
	uint64_t timer_due_ns; /* what `timer` is set to; 0 = not set */
	uint64_t alarm_ns; /* when the script wants to be called; 0 = not */
	world_changed_fn *changed;
	void *changed_arg;
	size_t open_handles;
	world_closed_fn *closed;
	void *closed_arg;
};

/* ---- look-ups ---- */

struct journal *world_journal(struct world *w)
{
	return w->journal;
}

struct wire *world_wire(struct world *w)
{
	return w->wire;
}

bool world_ipv6(const struct world *w)
{
	return w->ipv6;
}

struct host *world_host_at(const struct world *w, size_t index)
{
	return index < w->host_count ? &w->hosts[index]->host : NULL;
}

struct process *world_process_at(const struct world *w, size_t index)
{
	return index < w->process_count ? &w->processes[index]->process : NULL;
}

struct endpoint *world_socket_at(const struct world *w, size_t index)
{
	for (size_t h = 0; h < w->host_count; h++) {
		size_t i = 0;

		for (struct endpoint *e; (e = tracker_get(w->hosts[h]->tracker, i)); i++) {
			if (index-- == 0)
				return e;
		}
	}
	return NULL;
}

struct host *world_host(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->host_count; i++) {
		if (strcmp(w->hosts[i]->host.name, name) == 0)
			return &w->hosts[i]->host;
	}
	return NULL;
}

struct process *world_process(const struct world *w, const char *name)
{
	for (size_t i = w->process_count; i-- > 0;) {
		if (strcmp(w->processes[i]->process.name, name) == 0)
			return &w->processes[i]->process;
	}
	return NULL;
}

struct endpoint *world_socket(const struct world *w, const char *name)
{
	struct endpoint *newest = NULL, *e;

	for (size_t h = 0; h < w->host_count; h++) {
		for (size_t i = 0; (e = tracker_get(w->hosts[h]->tracker, i)); i++) {
			if (strcmp(e->name, name) == 0 && (!newest || e->id > newest->id))
				newest = e;
		}
	}
	return newest;
}

struct tracker *world_tracker(const struct world *w, const struct host *host)
{
	return w->hosts[host->index]->tracker;
}

struct tracker *world_tracker_of(const struct world *w, const struct endpoint *wanted)
{
	struct endpoint *e;

	for (size_t h = 0; h < w->host_count; h++) {
		for (size_t i = 0; (e = tracker_get(w->hosts[h]->tracker, i)); i++) {
			if (e == wanted)
				return w->hosts[h]->tracker;
		}
	}
	return NULL;
}

struct process *world_owner(const struct world *w, const struct endpoint *e)
{
	return e->process ? world_process(w, e->process) : NULL;
}

void world_host_address(const struct world *w, const struct host *host, struct address *ret_address)
{
	(void)host; /* one host so far: all addresses are its own */
	*ret_address = w->ipv6 ? (struct address){ .family = AF_INET6,
					 .bytes = { 0xfd, [15] = 1 } } :
				 (struct address){ .family = AF_INET, .bytes = { 127, 0, 0, 1 } };
}

/* ---- in motion ---- */

static void handle_reply(struct world_process *p, const struct call_reply *reply, size_t len);
static void process_readable(struct world_process *p);

/* A process given something to do is in motion until its answer is here or the kernel shows it asleep
 * (then whatever it did so far can be read back). Nobody can be asleep with an answer unread. */
static void check_motion(struct world_process *wp)
{
	struct process *p = &wp->process;
	char state;

	if (!p->in_motion || p->ended)
		return;
	state = process_state(p);
	process_readable(wp);
	if (!p->in_motion || (state != 'S' && state != 'T' && state != 't'))
		return;
	wire_drain(wp->world->wire); /* what it has sent, while it still counts as the cause */
	p->in_motion = false;
	p->signal_event = 0; /* the signal did not end it */
	if (p->in_call && !p->call.blocked) {
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
	return wire_idle(w->wire) && calm(w) && !wire_drain(w->wire) && wire_idle(w->wire);
}

/* ---- the wire's questions ---- */

static struct world_process *owner_of(const struct world *w, const struct endpoint *e)
{
	struct process *p = e ? world_owner(w, e) : NULL;

	for (size_t i = 0; p && i < w->process_count; i++) {
		if (&w->processes[i]->process == p)
			return w->processes[i];
	}
	return NULL;
}

/* What a process in motion is at: the signal that is ending it, else its call. */
static uint64_t motive(const struct process *p)
{
	if (p->ended || !p->in_motion)
		return 0;
	return p->signal_event ? p->signal_event : p->in_call ? p->call.event : 0;
}

static uint64_t cause_of_sent(struct world *w, unsigned host, const struct segment *s)
{
	struct tracker *t = w->hosts[host]->tracker;
	struct endpoint *e = tracker_find(t, &s->src, &s->dst);
	struct world_process *owner = owner_of(w, e);
	uint64_t found;

	if (w->delivering)
		return w->delivering;
	if (owner && (found = motive(&owner->process)))
		return found;
	if (e && e->timer && e->timer_due_ns <= clock_now_ns())
		return tracker_timer_fired(t, e);
	/* a connect() whose local port we have not seen yet; a listener taking its children along */
	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i]->process;

		if (p->host->index == host && (found = motive(p)))
			return found;
	}
	if (!e)
		return 0;
	/* asleep in a call that the kernel may have woken, unless a look shows that a timer was at work */
	if (owner && owner->process.in_call && owner->process.call.endpoint == e) {
		tracker_look_at(t, &s->src, &s->dst, 0, &found);
		return found ? found : owner->process.call.event;
	}
	return tracker_timer_fired(t, e);
}

/* Can this segment move a state at the end that has addresses local and remote? */
static bool can_move(struct world *w, unsigned host, const struct segment *s,
	const struct address *local, const struct address *remote)
{
	const struct endpoint *e = tracker_find(w->hosts[host]->tracker, local, remote);

	return (s->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST)) || !e ||
		e->state != STATE_ESTABLISHED;
}

static uint64_t wire_sent(void *arg, unsigned host, const struct segment *s)
{
	struct world *w = arg;
	uint64_t cause = cause_of_sent(w, host, s);

	if (can_move(w, host, s, &s->src, &s->dst))
		tracker_look_at(w->hosts[host]->tracker, &s->src, &s->dst, cause, NULL);
	return cause;
}

static bool wire_may_deliver(void *arg, unsigned host, const struct segment *s)
{
	struct world *w = arg;

	return !can_move(w, host, s, &s->dst, &s->src) || calm(w);
}

/* A call asleep on this socket, or on the listener it came to, may be awake now. */
static void wake_calls(struct world *w, unsigned host, const struct segment *s)
{
	struct tracker *t = w->hosts[host]->tracker;
	const struct endpoint *e = tracker_find(t, &s->dst, &s->src);
	const struct endpoint *listener = tracker_listener(t, &s->dst);

	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i]->process;

		if (p->host->index == host && p->in_call && p->call.endpoint &&
			(p->call.endpoint == e || p->call.endpoint == listener || !e))
			p->in_motion = true;
	}
}

static void wire_delivered(void *arg, unsigned host, const struct segment *s, uint64_t event)
{
	struct world *w = arg;
	bool moving = can_move(w, host, s, &s->dst, &s->src);

	wake_calls(w, host, s);
	w->delivering = event;
	if (moving)
		tracker_look_at(w->hosts[host]->tracker, &s->dst, &s->src, event, NULL);
	wire_drain(w->wire); /* what it answered at once */
	w->delivering = 0;
}

/* ---- the pump ---- */

static void on_timer(uv_timer_t *handle);
static void on_idle(uv_idle_t *handle);

/* Keep the timer on the earliest thing a kernel has announced. */
static void set_timer(struct world *w)
{
	uint64_t due = w->alarm_ns, now;

	for (size_t h = 0; h < w->host_count; h++) {
		uint64_t host_due = tracker_due_ns(w->hosts[h]->tracker);

		if (host_due && (due == 0 || host_due < due))
			due = host_due;
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
	uv_timer_start(&w->timer, on_timer, due > now ? (due - now) / NS_PER_MS + 1 : 0, 0);
}

static void pump(struct world *w)
{
	bool moved;

	if (w->closed)
		return;
	do {
		moved = wire_pump(w->wire);
	} while (calm(w) && !wire_idle(w->wire) && moved);
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
		uv_idle_start(&w->idle, on_idle);
}

static void on_idle(uv_idle_t *handle)
{
	pump(handle->data);
}

static void on_timer(uv_timer_t *handle)
{
	struct world *w = handle->data;

	w->timer_due_ns = 0;
	if (w->alarm_ns && w->alarm_ns <= clock_now_ns())
		w->alarm_ns = 0;
	wire_drain(w->wire); /* what a timer sent is better evidence than that it was due */
	for (size_t h = 0; h < w->host_count; h++)
		tracker_timers(w->hosts[h]->tracker);
	world_kick(w);
}

static void on_tun(uv_poll_t *handle, int status, int events)
{
	struct world_host *h = handle->data;

	(void)status;
	(void)events;
	world_kick(h->world);
}

/* ---- processes ---- */

static void close_process_poll(struct world_process *p);

static void finish_call(struct process *p, const struct call_outcome *outcome)
{
	call_done_fn *done = p->call.done;
	void *arg = p->call.arg;

	process_end_call(p);
	if (done)
		done(arg, outcome);
}

/* The socket(s) the answer speaks of: read back, name, own. */
static void settle_sockets(struct world_process *wp, const struct call *call,
	const struct call_reply *reply, uint64_t event)
{
	const struct socket_facts *facts =
		call->kind == CALL_ACCEPT ? &reply->accepted : &reply->facts;
	struct tracker *t = world_tracker(wp->world, wp->process.host);
	struct endpoint_facts known = { .cookie = facts->cookie,
		.state = (enum tcp_state)facts->state,
		.local = facts->local,
		.remote = facts->remote };
	struct endpoint *e;

	address_unmap(&known.local);
	address_unmap(&known.remote);
	if (call->new_name && reply->result >= 0) {
		e = tracker_adopt(t, &known, call->new_name, event);
		tracker_own(t, e, call->new_name, wp->process.name, (int)reply->result, event);
	} else if (call->kind == CALL_CLOSE) {
		tracker_own(t, call->endpoint, call->endpoint->name, NULL, -1, event);
		tracker_look(t, call->endpoint, NULL, call->event);
	} else if (call->endpoint && call->kind != CALL_ACCEPT && known.cookie) {
		tracker_look(t, call->endpoint, &known, call->event);
	}
}

/* What woke a call that slept: the last change of its socket, if that came after; else the call. */
static uint64_t cause_of_return(const struct call *call)
{
	if (call->endpoint && call->blocked && call->endpoint->changed > call->event)
		return call->endpoint->changed;
	return call->event;
}

static void handle_reply(struct world_process *wp, const struct call_reply *reply, size_t len)
{
	struct process *p = &wp->process;
	struct call *call = &p->call;
	struct world *w = wp->world;
	struct text data = TEXT_EMPTY;
	struct call_outcome outcome = { .result = reply->result,
		.error = reply->error,
		.data = reply->data,
		.size = len - sizeof(*reply) };
	bool names = call->new_name != NULL;

	wire_drain(w->wire); /* what the call has sent, while it still counts as the cause */
	if (!names && call->kind != CALL_CLOSE)
		settle_sockets(wp, call, reply, 0);
	if (call->kind == CALL_RECV && outcome.result >= 0)
		text_quote(&data, (const char *)outcome.data, outcome.size, 200);
	outcome.event = journal_add(w->journal,
		(struct event){ .kind = EVENT_RETURN,
			.cause = cause_of_return(call),
			.subject = call->endpoint ? call->endpoint->name : call->new_name,
			.host = p->host->name,
			.process = p->name,
			.text = text_get(&data),
			.call = { .call = call->event,
				.result = reply->result,
				.error = reply->error,
				.duration_ns = reply->end_ns - reply->begin_ns } });
	text_done(&data);
	if (names || call->kind == CALL_CLOSE)
		settle_sockets(wp, call, reply, outcome.event);
	p->in_motion = false;
	finish_call(p, &outcome);
	world_kick(w);
}

static void process_readable(struct world_process *wp)
{
	static _Alignas(16) uint8_t buffer[sizeof(struct call_reply) + CALL_DATA_MAX];
	ssize_t len;

	if (wp->process.channel < 0)
		return;
	len = channel_receive(wp->process.channel, buffer, sizeof(buffer), MSG_DONTWAIT, NULL, 0,
		NULL);
	if (len == -EAGAIN)
		return;
	if (len >= (ssize_t)sizeof(struct call_reply) && wp->process.in_call)
		handle_reply(wp, (const struct call_reply *)buffer, (size_t)len);
	else /* it is dead or dying; its host will say how */
		close_process_poll(wp);
}

static void on_process(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	process_readable(handle->data);
}

/* Its sockets are closed by now: the kernel does that before the parent hears of the end. */
static void process_gone(struct world_process *wp, int wait_status)
{
	struct process *p = &wp->process;
	struct world *w = wp->world;
	struct tracker *t = world_tracker(w, p->host);
	struct call_outcome outcome = { .ended = true };
	uint64_t cause = motive(p);
	struct endpoint *e;

	if (!cause && p->in_call)
		cause = p->call.event;
	wire_drain(w->wire);
	p->ended = true;
	p->in_motion = false;
	p->killed = outcome.killed = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
	p->exit_code = outcome.exit_code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;
	outcome.event = journal_add(w->journal,
		(struct event){ .kind = EVENT_PROCESS_END,
			.cause = cause,
			.subject = p->name,
			.host = p->host->name,
			.process_fate = { .pid = (int)p->outer_pid,
				.signal = p->killed,
				.code = p->exit_code,
				.core = WIFSIGNALED(wait_status) && WCOREDUMP(wait_status) } });
	for (size_t i = 0; (e = tracker_get(t, i)); i++) {
		if (!e->process || strcmp(e->process, p->name) != 0)
			continue;
		tracker_own(t, e, e->name, NULL, -1, outcome.event);
		tracker_look(t, e, NULL, outcome.event);
	}
	close_process_poll(wp);
	if (p->in_call)
		finish_call(p, &outcome);
	world_kick(w);
}

static void on_host(uv_poll_t *handle, int status, int events)
{
	struct world_host *h = handle->data;
	struct world *w = h->world;
	struct host_message m;
	int r;

	(void)status;
	(void)events;
	while ((r = host_next_exit(&h->host, &m)) == 1) {
		for (size_t i = 0; i < w->process_count; i++) {
			struct process *p = &w->processes[i]->process;

			if (p->host == &h->host && p->pid == m.pid && !p->ended)
				process_gone(w->processes[i], m.value);
		}
	}
	if (r < 0) {
		uv_poll_stop(&h->channel_poll);
		journal_add(w->journal,
			(struct event){ .kind = EVENT_ERROR,
				.host = h->host.name,
				.text = "the host's first process is gone, and everything on it",
				.subject = "start the lab again" });
		world_kick(w);
	}
}

/* Look for exits that arrived while we waited for the host's answer to something else. */
static void collect_exits(struct world *w, const struct host *host)
{
	on_host(&w->hosts[host->index]->channel_poll, 0, 0);
}

/* ---- making and ending ---- */

struct world *world_new(uv_loop_t *loop, bool ipv6)
{
	static const struct wire_watch watch = { .sent = wire_sent,
		.may_deliver = wire_may_deliver,
		.delivered = wire_delivered };
	struct world *w = memory_new(sizeof(*w));

	w->loop = loop;
	w->ipv6 = ipv6;
	w->journal = journal_new();
	w->wire = wire_new(w->journal, &watch, w);
	return w;
}

static int add_host(struct world *w, const char *name, enum host_step *ret_step, struct diag *d)
{
	struct world_host *h = memory_new(sizeof(*h));
	struct address v4 = { .family = AF_INET, .bytes = { 127, 0, 0, 1 } };
	struct address v6 = { .family = AF_INET6, .bytes = { 0xfd, [15] = 1 } };
	struct sockdiag *diag = NULL;
	unsigned index = (unsigned)w->host_count;
	int r = host_open(&h->host, index, name, ret_step, d);

	if (r == 0 && !(diag = sockdiag_open(fd_take(&h->host.diag))))
		r = diag_errno(d, ENOMEM, "mnl_socket_fdopen", "the lab cannot use sock_diag");
	if (r < 0) {
		host_close(&h->host);
		free(h);
		return r;
	}
	h->world = w;
	h->tracker = tracker_new(w->journal, h->host.name, diag, &w->endpoint_ids);
	w->hosts = memory_grow(w->hosts, (w->host_count + 1) * sizeof(struct world_host *));
	w->hosts[w->host_count++] = h;
	wire_attach(w->wire, index, h->host.name, h->host.tun);
	wire_address(w->wire, index, &v6);
	journal_add(w->journal,
		(struct event){ .kind = EVENT_HOST,
			.subject = h->host.name,
			.socket = { .fd = -1, .local = v4, .remote = v6 } });
	uv_poll_init(w->loop, &h->channel_poll, h->host.channel);
	uv_poll_init(w->loop, &h->tun_poll, h->host.tun);
	w->open_handles += 2;
	h->channel_poll.data = h->tun_poll.data = h;
	uv_poll_start(&h->channel_poll, UV_READABLE | UV_DISCONNECT, on_host);
	uv_poll_start(&h->tun_poll, UV_READABLE, on_tun);
	return 0;
}

int world_open(struct world *w, enum host_step *ret_step, struct diag *d)
{
	struct utsname kernel;
	int r;

	uname(&kernel);
	uv_idle_init(w->loop, &w->idle);
	uv_timer_init(w->loop, &w->timer);
	w->open_handles = 2;
	w->idle.data = w->timer.data = w;
	journal_add(w->journal, (struct event){ .kind = EVENT_LAB, .text = kernel.release });
	r = add_host(w, "localhost", ret_step, d);
	if (r == 0) {
		r = world_add_process(w, "main", &w->hosts[0]->host, 0, d);
		if (r < 0 && ret_step)
			*ret_step = STEP_PROCESS;
	}
	return r;
}

int world_add_process(struct world *w, const char *name, struct host *host, uint64_t cause,
	struct diag *d)
{
	struct world_process *wp = memory_new(sizeof(*wp));
	int r = process_open(&wp->process, name, host, d);

	if (r < 0) {
		process_close(&wp->process);
		free(wp);
		return r;
	}
	wp->world = w;
	w->processes =
		memory_grow(w->processes, (w->process_count + 1) * sizeof(struct world_process *));
	w->processes[w->process_count++] = wp;
	uv_poll_init(w->loop, &wp->poll, wp->process.channel);
	w->open_handles++;
	wp->polled = true;
	wp->poll.data = wp;
	uv_poll_start(&wp->poll, UV_READABLE | UV_DISCONNECT, on_process);
	journal_add(w->journal,
		(struct event){ .kind = EVENT_PROCESS,
			.cause = cause,
			.subject = name,
			.host = host->name,
			.process_fate = { .pid = (int)wp->process.outer_pid } });
	collect_exits(w, host);
	return 0;
}

void world_watch(struct world *w, world_changed_fn *changed, void *arg)
{
	w->changed = changed;
	w->changed_arg = arg;
}

static void on_closed(struct world *w)
{
	if (--w->open_handles == 0)
		w->closed(w->closed_arg);
}

static void on_world_handle_closed(uv_handle_t *handle)
{
	on_closed(handle->data);
}

static void on_host_handle_closed(uv_handle_t *handle)
{
	on_closed(((struct world_host *)handle->data)->world);
}

static void on_process_handle_closed(uv_handle_t *handle)
{
	struct world_process *p = handle->data;

	if (p->world->closed) {
		on_closed(p->world);
	} else {
		p->world->open_handles--;
		fd_closep(&p->process.channel);
	}
}

static void close_process_poll(struct world_process *p)
{
	if (!p->polled)
		return;
	p->polled = false;
	uv_close((uv_handle_t *)&p->poll, on_process_handle_closed);
}

void world_close(struct world *w, world_closed_fn *closed, void *arg)
{
	LAB_ASSERT(!w->closed);
	w->closed = closed;
	w->closed_arg = arg;
	w->changed = NULL;
	for (size_t i = 0; i < w->process_count; i++) {
		w->processes[i]->process.call.done = NULL;
		close_process_poll(w->processes[i]);
	}
	for (size_t i = 0; i < w->host_count; i++) {
		uv_close((uv_handle_t *)&w->hosts[i]->channel_poll, on_host_handle_closed);
		uv_close((uv_handle_t *)&w->hosts[i]->tun_poll, on_host_handle_closed);
	}
	uv_close((uv_handle_t *)&w->idle, on_world_handle_closed);
	uv_close((uv_handle_t *)&w->timer, on_world_handle_closed);
}

void world_free(struct world *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->process_count; i++) {
		process_close(&w->processes[i]->process);
		free(w->processes[i]);
	}
	free(w->processes);
	for (size_t i = 0; i < w->host_count; i++) {
		tracker_free(w->hosts[i]->tracker);
		host_close(&w->hosts[i]->host);
		free(w->hosts[i]);
	}
	free(w->hosts);
	wire_free(w->wire);
	journal_free(w->journal);
	free(w);
}

/* ---- what users ask for ---- */

int world_call(struct world *w, struct process *p, const struct call_request *q, const void *data,
	const char *text, struct endpoint *endpoint, const char *new_name, uint64_t cause,
	call_done_fn *done, void *arg, struct diag *d)
{
	struct call *call = &p->call;
	int r;

	LAB_ASSERT(!p->in_call && !p->ended);
	*call = (struct call){ .kind = q->kind,
		.endpoint = endpoint,
		.text = text_copy(text),
		.new_name = new_name ? text_copy(new_name) : NULL,
		.remote = q->address,
		.begin_ns = clock_now_ns(),
		.done = done,
		.arg = arg };
	p->in_call = p->in_motion = true;
	call->event = journal_add(w->journal,
		(struct event){ .kind = EVENT_CALL,
			.cause = cause,
			.subject = endpoint ? endpoint->name : new_name,
			.host = p->host->name,
			.process = p->name,
			.text = text });
	r = process_send(p, q, data);
	if (r < 0) {
		p->in_motion = false;
		process_end_call(p);
		return diag_errno(d, -r, "sendmsg", "process '%s' takes no call", p->name);
	}
	world_kick(w);
	return 0;
}

int world_kill(struct world *w, struct process *p, int signal, uint64_t cause)
{
	uint64_t event = journal_add(w->journal,
		(struct event){ .kind = EVENT_SIGNAL,
			.cause = cause,
			.subject = p->name,
			.host = p->host->name,
			.process_fate = { .pid = (int)p->outer_pid, .signal = signal } });
	int r;

	p->signal_event = event;
	p->in_motion = true;
	r = host_kill(p->host, p->pid, signal);
	if (r < 0)
		p->in_motion = p->in_call;
	collect_exits(w, p->host);
	world_kick(w);
	return r;
}

void world_look_all(struct world *w)
{
	for (size_t h = 0; h < w->host_count; h++) {
		struct tracker *t = w->hosts[h]->tracker;
		struct endpoint *e;

		for (size_t i = 0; (e = tracker_get(t, i)); i++) {
			if (e->state != STATE_CLOSED)
				tracker_look(t, e, NULL, 0);
		}
	}
}
