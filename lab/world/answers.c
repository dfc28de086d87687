/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "world/channel.h"
#include "world/parts.h"

static void finish_call(struct process *p, const struct call_outcome *outcome)
{
	call_done_fn *done = p->call.done;
	void *arg = p->call.arg;

	process_end_call(p);
	if (done)
		done(arg, outcome);
}

static struct endpoint_facts known_facts(const struct socket_facts *facts)
{
	struct endpoint_facts known = { .cookie = facts->cookie,
		.state = (enum tcp_state)facts->state,
		.protocol = facts->protocol,
		.local = facts->local,
		.remote = facts->remote };

	address_unmap(&known.local);
	address_unmap(&known.remote);
	return known;
}

/* A new descriptor: of a new socket, of one that was waiting to be accepted, or of one we had (dup). */
static void name_descriptor(struct world_process *wp, const struct call *call,
	const struct call_reply *reply, uint64_t event)
{
	struct world *w = wp->world;
	struct tracker *t = world_tracker(w, wp->process.host);
	struct endpoint_facts known = known_facts(&reply->made);
	struct endpoint *e = tracker_adopt(t, &known, call->new_name, event);

	descriptor_add(&w->descriptors, call->new_name, &wp->process, (int)reply->result, e);
	if (call->request.kind != CALL_DUP)
		tracker_own(t, e, call->new_name, wp->process.name, (int)reply->result, event);
}

/* Before the return is told: what the call has done to its own socket. A call that slept and that nothing of
 * ours woke was woken by a timer: then the change is the timer's work. */
static void look_at_socket(struct world_process *wp, const struct call *call,
	const struct call_reply *reply)
{
	struct endpoint_facts known = known_facts(&reply->facts);
	bool timer = call->blocked && !wp->process.in_motion;

	if (call->endpoint && known.cookie == call->endpoint->cookie)
		tracker_look(world_tracker(wp->world, wp->process.host), call->endpoint, &known,
			timer ? 0 : call->event);
}

/* After it was told: what it has made or given up. `child`: a new process's channel, owned. */
static void settle(struct world_process *wp, const struct call *call,
	const struct call_reply *reply, uint64_t event, int child)
{
	struct world *w = wp->world;
	struct descriptor *d;
	int r = 0;

	switch (call->request.kind) {
	case CALL_SOCKET:
	case CALL_ACCEPT:
	case CALL_DUP:
		if (reply->result >= 0)
			name_descriptor(wp, call, reply, event);
		break;
	case CALL_CLOSE:
		d = descriptor_at(&w->descriptors, &wp->process, call->request.fd);
		if (!d)
			break;
		world_close_descriptor(w, d, event);
		if (!call->endpoint->held)
			tracker_look(world_tracker(w, wp->process.host), call->endpoint, NULL,
				call->event);
		break;
	case CALL_FORK:
		if (reply->result > 0 && child >= 0)
			r = world_adopt_process(w, call->new_name, &wp->process, (int)reply->result,
				child, event);
		if (r < 0)
			world_give_up(w, wp->process.host, "fork's child cannot be heard", -r);
		break;
	default:
		break;
	}
}

/* What woke a call that slept: the last change of its socket, if that came after; else the call. */
static uint64_t cause_of_return(const struct call *call)
{
	if (call->endpoint && call->blocked && call->endpoint->changed > call->event)
		return call->endpoint->changed;
	return call->event;
}

static void count_bytes(struct endpoint *e, const struct call_request *q, int64_t result)
{
	if (!e || result <= 0)
		return;
	if (q->kind == CALL_SEND || q->kind == CALL_SENDTO || q->kind == CALL_WRITE)
		e->sent += (uint64_t)result;
	else if ((q->kind == CALL_RECV || q->kind == CALL_RECVFROM || q->kind == CALL_READ) &&
		!(q->number & MSG_PEEK))
		e->received += (uint64_t)result;
}

static void handle_reply(struct world_process *wp, const struct call_reply *reply, size_t len,
	int child)
{
	struct process *p = &wp->process;
	struct call *call = &p->call;
	struct world *w = wp->world;
	struct call_answer answer = { 0 };
	struct call_outcome outcome = { .result = reply->result,
		.error = reply->error,
		.answer = &answer,
		.data = reply->data,
		.size = len - sizeof(*reply) };

	wire_drain(w->wire); /* what the call has sent, while it still counts as the cause */
	look_at_socket(wp, call, reply);
	count_bytes(call->endpoint, &call->request, reply->result);
	if (call->describe && reply->result >= 0)
		call->describe(&call->request, reply, &answer);
	outcome.event = journal_add(w->journal,
		(struct event){ .kind = EVENT_RETURN,
			.cause = cause_of_return(call),
			.subject = call->endpoint ? call->endpoint->name : call->new_name,
			.host = p->host->name,
			.process = p->name,
			.text = answer.text,
			.call = { .call = call->event,
				.result = reply->result,
				.error = reply->error,
				.duration_ns = reply->end_ns - reply->begin_ns } });
	settle(wp, call, reply, outcome.event, child);
	p->in_motion = p->signal_event != 0;
	finish_call(p, &outcome);
	free(answer.text);
	world_kick(w);
}

void answers_exec_worked(struct world_process *wp)
{
	struct process *p = &wp->process;
	struct call_answer none = { 0 };
	struct call_outcome outcome = { .answer = &none };

	outcome.event = journal_add(wp->world->journal,
		(struct event){ .kind = EVENT_RETURN,
			.cause = p->call.event,
			.host = p->host->name,
			.process = p->name,
			.call.call = p->call.event });
	world_close_channel(wp);
	program_runs(wp, outcome.event);
	finish_call(p, &outcome);
	world_kick(wp->world);
}

static bool read_into(struct world_process *wp, void *buffer, size_t capacity)
{
	int fds[2];
	ssize_t len;

	if (wp->process.channel < 0 || !wp->polled)
		return false;
	len = channel_receive(wp->process.channel, buffer, capacity, MSG_DONTWAIT, fds, 2, NULL);
	if (len == -EAGAIN)
		return false;
	if (len < 0) /* it waits for us, and we do not hear it */
		world_give_up(wp->world, wp->process.host, "an answer cannot be received",
			(int)-len);
	if (fds[1] >= 0)
		program_pipes(wp, fds[0], fds[1]);
	else if (len == 0 && wp->output >= 0 && wp->process.in_call)
		answers_exec_worked(wp); /* the channel closed by itself */
	else if (len >= (ssize_t)sizeof(struct call_reply) && wp->process.in_call)
		handle_reply(wp, (const struct call_reply *)buffer, (size_t)len, fds[0]);
	else /* it is dead or dying; its host will say how */
		world_close_channel(wp);
	return true;
}

bool answers_read(struct world_process *wp)
{
	static _Alignas(16) uint8_t buffer[sizeof(struct call_reply) + CALL_DATA_MAX];

	return read_into(wp, buffer, sizeof(buffer));
}

bool answers_in_exec(struct world_process *wp)
{
	struct call_reply own; /* we may be asked in the middle of another's answer */
	const struct process *p = &wp->process;

	while (p->in_call && p->call.request.kind == CALL_EXEC && read_into(wp, &own, sizeof(own)))
		;
	return p->in_call && p->call.request.kind == CALL_EXEC && wp->output >= 0;
}

void answers_on_process(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	answers_read(handle->data);
}

/* Its sockets are closed by now: the kernel does that before the parent hears of the end. But for those that children of a
 * program have as well. */
static void leave_sockets(struct world_process *wp, uint64_t cause)
{
	struct process *p = &wp->process;
	struct world *w = wp->world;

	wp->lives_on = false;
	heirs_look(wp);
	for (size_t i = 0; i < w->descriptors.count; i++) {
		struct descriptor *d = w->descriptors.items[i];

		if (!d->open || d->process != p)
			continue;
		if (p->program && heirs_has(d)) {
			wp->lives_on = true;
			continue;
		}
		world_close_descriptor(w, d, cause);
		if (!d->endpoint->held)
			tracker_look(world_tracker(w, p->host), d->endpoint, NULL, cause);
	}
	if (p->program && !wp->lives_on)
		w->hosts[p->host->index]->programs--;
}

/* cause: 0 = what it was told or doing */
static void process_gone(struct world_process *wp, int wait_status, uint64_t cause)
{
	struct process *p = &wp->process;
	struct world *w = wp->world;
	struct call_answer none = { 0 };
	struct call_outcome outcome = { .ended = true, .answer = &none };

	while (answers_read(wp)) /* what it said before it died */
		;
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == PROCESS_LOST && !p->program &&
		!(p->in_call && p->call.request.kind == CALL_EXIT))
		world_give_up(w, p->host, "a process cannot answer any more", EIO);
	program_hear(wp);
	if (!cause && WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == p->last_signal)
		cause = p->last_signal_event;
	if (!cause)
		cause = cause_motive(p);
	if (!cause && p->in_call)
		cause = p->call.event;
	wire_drain(w->wire);
	p->ended = true;
	p->in_motion = false;
	fd_closep(&p->stat);
	fd_closep(&p->syscall);
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
	leave_sockets(wp, outcome.event);
	world_close_channel(wp);
	program_ended(wp);
	if (p->in_call)
		finish_call(p, &outcome);
	world_kick(w);
}

void answers_end_host(struct world_host *h, uint64_t cause)
{
	struct world *w = h->world;

	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i]->process;

		if (p->host != &h->host)
			continue;
		if (!p->ended)
			process_gone(w->processes[i], SIGKILL, cause);
		else if (w->processes[i]->lives_on)
			leave_sockets(w->processes[i], cause);
	}
}

void answers_on_host(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	answers_read_host(handle->data);
}

void answers_read_host(struct world_host *h)
{
	struct world *w = h->world;
	struct host_message m;
	int r;

	while ((r = host_next_exit(&h->host, &m)) == 1) {
		for (size_t i = 0; i < w->process_count; i++) {
			struct process *p = &w->processes[i]->process;

			if (p->host == &h->host && p->pid == m.pid && !p->ended)
				process_gone(w->processes[i], m.value, 0);
		}
	}
	if (r < 0 && !w->failed) {
		w->failed = true;
		uv_poll_stop(&h->channel_poll);
		journal_add(w->journal,
			(struct event){ .kind = EVENT_ERROR,
				.host = h->host.name,
				.text = "the host's first process is gone, and everything on the host with it",
				.subject = "start the lab again" });
		for (size_t i = 0; i < w->process_count; i++) {
			if (!w->processes[i]->process.ended)
				process_gone(w->processes[i], SIGKILL, 0);
		}
	}
}
