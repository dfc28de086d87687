/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

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

void answers_read(struct world_process *wp)
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
		world_close_channel(wp);
}

void answers_on_process(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	answers_read(handle->data);
}

/* Its sockets are closed by now: the kernel does that before the parent hears of the end. */
static void process_gone(struct world_process *wp, int wait_status)
{
	struct process *p = &wp->process;
	struct world *w = wp->world;
	struct tracker *t = world_tracker(w, p->host);
	struct call_outcome outcome = { .ended = true };
	uint64_t cause = motion_motive(p);
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
	world_close_channel(wp);
	if (p->in_call)
		finish_call(p, &outcome);
	world_kick(w);
}

void answers_on_host(uv_poll_t *handle, int status, int events)
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
