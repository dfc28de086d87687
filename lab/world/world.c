/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/readiness.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "world/parts.h"

#define EXIT_MOST_MS 1000 /* from a closed channel to the end of its process; a millisecond does */

/* ---- look-ups ---- */

struct journal *world_journal(struct world *w)
{
	return w->journal;
}

struct wire *world_wire(const struct world *w)
{
	return w->wire;
}

bool world_failed(const struct world *w)
{
	return w->failed;
}

bool world_ipv6(const struct world *w)
{
	return w->ipv6;
}

struct process *world_process_at(const struct world *w, size_t index)
{
	return index < w->process_count ? &w->processes[index]->process : NULL;
}

struct endpoint *world_socket_at(const struct world *w, size_t index)
{
	for (size_t h = w->first_host; h < w->host_count; h++) {
		const struct tracker *t = w->hosts[h]->tracker;
		size_t count = t ? tracker_count(t) : 0;

		if (index < count)
			return tracker_get(t, index);
		index -= count;
	}
	return NULL;
}

struct process *world_process(const struct world *w, const char *name)
{
	for (size_t i = w->process_count; i-- > w->first_process;) {
		if (strcmp(w->processes[i]->process.name, name) == 0)
			return &w->processes[i]->process;
	}
	return NULL;
}

struct endpoint *world_socket(const struct world *w, const char *name)
{
	struct endpoint *newest = NULL, *e;

	for (size_t i = 0; (e = world_socket_at(w, i)); i++) {
		if (strcmp(e->name, name) == 0 && (!newest || e->id > newest->id))
			newest = e;
	}
	return newest;
}

const struct host *world_host_of(const struct world *w, const struct endpoint *e)
{
	for (size_t h = 0; h < w->host_count; h++) {
		if (w->hosts[h]->tracker == e->tracker)
			return &w->hosts[h]->host;
	}
	return NULL;
}

struct process *world_owner(const struct endpoint *e)
{
	return e->held ? e->held->process : NULL;
}

struct descriptor *world_descriptor(const struct world *w, const char *name)
{
	return descriptor_find(&w->descriptors, name);
}

struct descriptor *world_descriptor_at(const struct world *w, size_t index)
{
	return index < w->descriptors.count ? w->descriptors.items[index] : NULL;
}

void world_close_descriptor(struct world *w, struct descriptor *d, uint64_t cause)
{
	struct tracker *t = world_tracker(w, d->process->host);
	struct endpoint *e = d->endpoint;
	const struct descriptor *other;

	descriptor_close(d);
	other = e->held;
	if (other)
		tracker_own(t, e, e->name, other->process->name, other->fd, cause);
	else
		tracker_own(t, e, e->name, NULL, -1, cause);
}

/* Look for exits that arrived while we waited for the host's answer to something else. */
static void collect_exits(struct world *w, const struct host *host)
{
	struct world_host *h = w->hosts[host->index];

	if (h->channel_polled)
		answers_on_host(&h->channel_poll, 0, 0);
}

void world_hear_hosts(struct world *w)
{
	for (size_t h = 0; h < w->host_count; h++)
		collect_exits(w, &w->hosts[h]->host);
}

/* Its channel is closed: its host hears of that when the kernel has taken the rest of it apart. */
static void await_exit(struct world *w, const struct process *p)
{
	struct pollfd polled = { .fd = p->host->channel, .events = POLLIN };

	do {
		collect_exits(w, p->host);
	} while (!p->ended && !w->failed && poll(&polled, 1, EXIT_MOST_MS) > 0);
}

/* ---- making and ending ---- */

struct world *world_new(uv_loop_t *loop, bool ipv6)
{
	struct world *w = memory_new(sizeof(*w));

	w->loop = loop;
	w->ipv6 = ipv6;
	w->journal = journal_new();
	w->wire = wire_new(w->journal, &motion_watch, w);
	return w;
}

int world_open(struct world *w, enum host_step *ret_step, struct diag *d)
{
	struct utsname kernel;

	uname(&kernel);
	uv_idle_init(w->loop, &w->idle);
	uv_timer_init(w->loop, &w->timer);
	w->open_handles = 2;
	w->idle.data = w->timer.data = w;
	journal_add(w->journal, (struct event){ .kind = EVENT_LAB, .text = kernel.release });
	return world_make_first(w, ret_step, d);
}

void world_give_up(struct world *w, const struct host *host, const char *what, int error)
{
	struct text words = TEXT_EMPTY;

	if (w->failed)
		return;
	w->failed = true;
	text_printf(&words, "%s: %s", what, strerror(error));
	journal_add(w->journal,
		(struct event){ .kind = EVENT_ERROR,
			.host = host ? host->name : NULL,
			.text = text_get(&words),
			.subject = readiness_remedy(error) ? readiness_remedy(error)
							   : "start the lab again" });
	text_done(&words);
	world_kick(w);
}

/* Put an opened process among the others, and watch its channel. 0 or -errno. */
static int join_process(struct world *w, struct world_process *wp, uint64_t cause)
{
	struct process *p = &wp->process;
	int r = uv_poll_init(w->loop, &wp->poll, p->channel);

	if (r < 0)
		return r;
	wp->world = w;
	wp->output = wp->tasks = wp->children = wp->descriptors = wp->schedstat = -1;
	w->processes =
		memory_grow(w->processes, (w->process_count + 1) * sizeof(struct world_process *));
	w->processes[w->process_count++] = wp;
	w->open_handles++;
	wp->polled = true;
	wp->poll.data = wp;
	r = readiness_await(&wp->poll, UV_READABLE | UV_DISCONNECT, answers_on_process);
	if (r < 0)
		world_give_up(w, p->host, "a process cannot be listened to", -r);
	journal_add(w->journal,
		(struct event){ .kind = EVENT_PROCESS,
			.cause = cause,
			.subject = p->name,
			.host = p->host->name,
			.process_fate = { .pid = (int)p->outer_pid } });
	collect_exits(w, p->host);
	return 0;
}

int world_add_process(struct world *w, const char *name, struct host *host, uint64_t cause,
	struct diag *d)
{
	struct world_process *wp = memory_new(sizeof(*wp));
	int r = process_open(&wp->process, name, host, d);

	if (r == 0 && (r = join_process(w, wp, cause)) < 0)
		readiness_refused(d, -r, "process '%s' cannot be listened to", name);
	if (r < 0) {
		process_close(&wp->process);
		free(wp);
		collect_exits(w, host); /* has it gone? */
	}
	return r;
}

int world_adopt_process(struct world *w, const char *name, struct process *parent, int pid,
	int channel, uint64_t cause)
{
	struct world_process *wp = memory_new(sizeof(*wp));
	size_t before = w->descriptors.count;
	int r = process_meet(&wp->process, name, parent->host, pid, channel);
	struct process *p;

	if (r == 0)
		r = join_process(w, wp, cause);
	if (r < 0) {
		process_close(&wp->process);
		free(wp);
		return r;
	}
	p = &wp->process;
	for (size_t i = 0; i < before; i++) {
		const struct descriptor *d = w->descriptors.items[i];
		struct text copy = TEXT_EMPTY;

		if (!d->open || d->process != parent)
			continue;
		text_printf(&copy, "%s/%s", name, d->name);
		descriptor_add(&w->descriptors, text_get(&copy), p, d->fd, d->endpoint);
		text_done(&copy);
	}
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

void world_handle_closed(struct world *w)
{
	if (w->closed)
		on_closed(w);
	else
		w->open_handles--;
}

static void on_world_handle_closed(uv_handle_t *handle)
{
	on_closed(handle->data);
}

static void on_process_handle_closed(uv_handle_t *handle)
{
	struct world_process *p = handle->data;

	if (!p->world->closed)
		fd_closep(&p->process.channel);
	world_handle_closed(p->world);
}

void world_close_channel(struct world_process *p)
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
		world_close_channel(w->processes[i]);
		program_close(w->processes[i]);
	}
	for (size_t i = 0; i < w->host_count; i++)
		world_unwatch_host(w->hosts[i]);
	uv_close((uv_handle_t *)&w->idle, on_world_handle_closed);
	uv_close((uv_handle_t *)&w->timer, on_world_handle_closed);
}

void world_free(struct world *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->process_count; i++) {
		process_close(&w->processes[i]->process);
		fd_closep(&w->processes[i]->output);
		text_done(&w->processes[i]->line);
		free(w->processes[i]);
	}
	free(w->processes);
	for (size_t i = 0; i < w->host_count; i++)
		host_dismiss(&w->hosts[i]->host); /* many end sooner together than one by one */
	for (size_t i = 0; i < w->host_count; i++) {
		tracker_free(w->hosts[i]->tracker);
		host_close(&w->hosts[i]->host);
		free(w->hosts[i]);
	}
	free(w->hosts);
	text_done(&w->shared_names[0]);
	text_done(&w->shared_names[1]);
	descriptor_table_done(&w->descriptors);
	wire_free(w->wire);
	journal_free(w->journal);
	free(w);
}

/* ---- what users ask for ---- */

int world_call(struct world *w, struct process *p, const struct call_order *order, uint64_t cause,
	call_done_fn *done, void *arg, struct diag *d)
{
	struct call *call = &p->call;
	int r;

	LAB_ASSERT(!p->in_call);
	if (p->ended) /* no sooner started than killed */
		return diag_set(d, ESRCH, "process '%s' has ended", p->name);
	*call = (struct call){ .request = *order->request,
		.endpoint = order->endpoint,
		.text = text_copy(order->text),
		.new_name = order->new_name ? text_copy(order->new_name) : NULL,
		.describe = order->describe,
		.begin_ns = clock_now_ns(),
		.done = done,
		.arg = arg };
	p->in_call = p->in_motion = true;
	p->signal_event = 0; /* what it did is over */
	call->event = journal_add(w->journal,
		(struct event){ .kind = EVENT_CALL,
			.cause = cause,
			.subject = order->endpoint ? order->endpoint->name : order->new_name,
			.host = p->host->name,
			.process = p->name,
			.text = order->text });
	r = process_send(p, order->request, order->data);
	if (r < 0) {
		p->in_motion = false;
		process_end_call(p);
		await_exit(w, p);
		return p->ended
			? diag_set(d, ESRCH, "process '%s' has ended", p->name)
			: diag_errno(d, -r, "sendmsg", "process '%s' takes no call", p->name);
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

	p->signal_event = p->last_signal_event = event;
	p->last_signal = signal;
	p->in_motion = true;
	r = host_kill(p->host, p->pid, signal);
	if (r < 0) {
		p->signal_event = 0;
		p->in_motion = p->in_call;
	}
	collect_exits(w, p->host);
	world_kick(w);
	return r;
}

static void look(struct endpoint *e)
{
	bool told = e->held && e->held->process->program; /* claims_look() */

	if (e->state != STATE_CLOSED && !told)
		tracker_look(e->tracker, e, NULL, 0);
}

void world_look(struct world *w, struct endpoint *e)
{
	const struct host *host = world_host_of(w, e);

	if (host)
		claims_look(w->hosts[host->index], e);
	look(e);
}

void world_look_all(struct world *w)
{
	struct endpoint *e;

	for (size_t h = w->first_host; h < w->host_count; h++) {
		if (w->hosts[h]->tracker)
			claims_look(w->hosts[h], NULL);
	}
	for (size_t i = 0; (e = world_socket_at(w, i)); i++)
		look(e);
}
