/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/stand.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "watch/now.h"

static uint64_t hash_name(const char *name)
{
	uint64_t hash = 1;

	for (; *name; name++)
		hash = hash_number(hash ^ (unsigned char)*name);
	return hash;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void replace(char **string, const char *by)
{
	if (same(*string, by))
		return;
	free(*string);
	*string = by ? text_copy(by) : NULL;
}

void stand_init(struct stand *s, const struct journal *journal)
{
	*s = (struct stand){ .journal = journal };
	TAILQ_INIT(&s->sockets);
	TAILQ_INIT(&s->packets);
}

/* ---- sockets ---- */

struct stand_socket *stand_socket(const struct stand *s, uint32_t endpoint)
{
	struct hash_link *link = hash_table_first(&s->by_endpoint, hash_number(endpoint));

	for (; link; link = hash_table_next(link)) {
		struct stand_socket *k = HASH_TABLE_ITEM(link, struct stand_socket, by_endpoint);

		if (k->endpoint == endpoint)
			return k;
	}
	return NULL;
}

struct stand_socket *stand_named(const struct stand *s, const char *name)
{
	struct hash_link *link = hash_table_first(&s->by_name, hash_name(name));
	struct stand_socket *newest = NULL;

	for (; link; link = hash_table_next(link)) {
		struct stand_socket *k = HASH_TABLE_ITEM(link, struct stand_socket, by_name);

		if (same(k->name, name) && (!newest || newest->endpoint < k->endpoint))
			newest = k;
	}
	return newest;
}

static void rename_socket(struct stand *s, struct stand_socket *k, const char *name)
{
	if (!name || same(k->name, name))
		return;
	if (k->name)
		hash_table_remove(&s->by_name, &k->by_name);
	replace(&k->name, name);
	hash_table_add(&s->by_name, &k->by_name, hash_name(name));
}

static struct stand_socket *know_socket(struct stand *s, uint32_t endpoint, const char *name)
{
	struct stand_socket *k = stand_socket(s, endpoint);

	if (!k) {
		k = memory_new(sizeof(*k));
		k->endpoint = endpoint;
		k->fd = -1;
		hash_table_add(&s->by_endpoint, &k->by_endpoint, hash_number(endpoint));
		rename_socket(s, k, "?");
		TAILQ_INSERT_TAIL(&s->sockets, k, place);
		s->socket_count++;
	}
	rename_socket(s, k, name);
	return k;
}

static void forget_socket(struct stand *s, struct stand_socket *k)
{
	TAILQ_REMOVE(&s->sockets, k, place);
	s->socket_count--;
	hash_table_remove(&s->by_endpoint, &k->by_endpoint);
	hash_table_remove(&s->by_name, &k->by_name);
	free(k->name);
	free(k->host);
	free(k->process);
	free(k->timer);
	free(k);
}

/* What is CLOSED and nobody's has ended; `ss` leaves it out as well. */
static void forget_if_gone(struct stand *s, struct stand_socket *k)
{
	if (!k->process && !k->udp && (k->state == STATE_CLOSED || k->state == STATE_NONE) &&
		k->state_event)
		forget_socket(s, k);
}

static void see_socket(struct stand *s, const struct event *event)
{
	struct stand_socket *k = know_socket(s, event->socket.endpoint, event->subject);

	k->first = k->first ? k->first : event->no;
	k->name_event = event->no;
	k->told_ns = event->time_ns;
	k->fd = event->socket.fd;
	k->held |= event->process != NULL;
	replace(&k->host, event->host);
	replace(&k->process, event->process);
	if (event->socket.local.family)
		k->local = event->socket.local;
	if (event->socket.remote.family)
		k->remote = event->socket.remote;
	forget_if_gone(s, k);
}

static void see_state(struct stand *s, const struct event *event)
{
	struct stand_socket *k = know_socket(s, event->state.endpoint, event->subject);

	k->first = k->first ? k->first : event->no;
	k->state_event = event->no;
	if (k->state_count == STAND_STATES_MOST)
		memmove(k->states, k->states + 1, --k->state_count * sizeof(*k->states));
	k->states[k->state_count++] = event->no;
	replace(&k->host, event->host);
	if (event->time_ns < k->told_ns)
		return; /* a "now" line came before it: what is known is younger */
	k->told_ns = event->time_ns;
	k->state = event->state.to;
	if (event->state.local.family)
		k->local = event->state.local;
	if (event->state.remote.family)
		k->remote = event->state.remote;
	if (k->state == STATE_CLOSED)
		replace(&k->timer, NULL);
	forget_if_gone(s, k);
}

void stand_see_now(struct stand *s, const struct socket_now *now, uint64_t t_ns)
{
	bool gone = now->tcp && now->state == STATE_CLOSED && !now->process;
	struct stand_socket *k =
		gone ? stand_socket(s, now->endpoint) : know_socket(s, now->endpoint, now->name);

	if (!k)
		return;
	k->told_ns = t_ns;
	k->udp = !now->tcp;
	k->state = now->state;
	k->pid = now->pid;
	k->fd = now->fd;
	k->local = now->local;
	k->remote = now->remote;
	k->recvq = now->recvq;
	k->sendq = now->sendq;
	k->retransmits = now->retransmits;
	k->due_ns = now->due_ns;
	k->held = now->held;
	k->cwnd = now->cwnd;
	k->rto_us = now->rto_us;
	k->read_ns = now->read_ns;
	k->read = true;
	replace(&k->host, now->host);
	replace(&k->process, now->process);
	replace(&k->timer, now->timer);
	if (gone)
		forget_socket(s, k);
}

/* ---- packets ---- */

static struct stand_packet *find_packet(const struct stand *s, uint64_t number)
{
	struct hash_link *link = hash_table_first(&s->by_number, hash_number(number));

	for (; link; link = hash_table_next(link)) {
		struct stand_packet *p = HASH_TABLE_ITEM(link, struct stand_packet, by_number);

		if (p->number == number)
			return p;
	}
	return NULL;
}

static void forget_packet(struct stand *s, struct stand_packet *p)
{
	if (!p)
		return;
	TAILQ_REMOVE(&s->packets, p, place);
	s->packet_count--;
	hash_table_remove(&s->by_number, &p->by_number);
	free(p);
}

static void keep_packet(struct stand *s, const struct event *event)
{
	struct stand_packet *p = find_packet(s, event->verdict.number);
	const struct event *sent = journal_get(s->journal, event->cause);

	if (!p) {
		p = memory_new(sizeof(*p));
		p->number = event->verdict.number;
		p->event = sent && event_is_segment(sent) ? sent->no : 0;
		hash_table_add(&s->by_number, &p->by_number, hash_number(p->number));
		TAILQ_INSERT_TAIL(&s->packets, p, place);
		s->packet_count++;
	}
	p->kept_event = event->no;
	p->due_ns = event->kind == EVENT_DELAYED ? event->time_ns + event->verdict.delay_ns : 0;
}

/* ---- calls, hosts ---- */

static void end_calls(struct stand *s, uint64_t call, const char *process)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->call_count; i++) {
		const struct event *begun = journal_get(s->journal, s->calls[i].event);

		if (s->calls[i].event != call &&
			!(process && begun && same(begun->process, process)))
			s->calls[kept++] = s->calls[i];
	}
	s->call_count = kept;
}

static void see_call(struct stand *s, const struct event *event)
{
	if (event->kind == EVENT_CALL) {
		s->calls = memory_grow(s->calls, (s->call_count + 1) * sizeof(*s->calls));
		s->calls[s->call_count++] = (struct stand_call){ .event = event->no };
		return;
	}
	for (size_t i = 0; i < s->call_count && event->kind == EVENT_BLOCKED; i++)
		s->calls[i].blocked |= s->calls[i].event == event->call.call;
	if (event->kind == EVENT_RETURN)
		end_calls(s, event->call.call, NULL);
}

static void begin_anew(struct stand *s)
{
	while (!TAILQ_EMPTY(&s->sockets))
		forget_socket(s, TAILQ_FIRST(&s->sockets));
	while (!TAILQ_EMPTY(&s->packets))
		forget_packet(s, TAILQ_FIRST(&s->packets));
	s->call_count = s->host_count = 0;
}

static void see_host(struct stand *s, const struct event *event)
{
	if (!s->first_host)
		s->first_host = text_copy(event->subject);
	else if (!event->text && same(s->first_host, event->subject))
		begin_anew(s); /* that is what `reset` does */
	s->hosts = memory_grow(s->hosts, (s->host_count + 1) * sizeof(*s->hosts));
	s->hosts[s->host_count++] = event->no;
}

void stand_done(struct stand *s)
{
	begin_anew(s);
	hash_table_done(&s->by_endpoint);
	hash_table_done(&s->by_name);
	hash_table_done(&s->by_number);
	free(s->calls);
	free(s->hosts);
	free(s->first_host);
	free(s->kernel);
	free(s->recipe);
}

void stand_see(struct stand *s, const struct event *event)
{
	switch (event->kind) {
	case EVENT_LAB:
		replace(&s->kernel, event->text);
		break;
	case EVENT_RECIPE:
		replace(&s->recipe, event->subject);
		break;
	case EVENT_HOST:
		see_host(s, event);
		break;
	case EVENT_PROCESS_END:
		end_calls(s, 0, event->subject);
		break;
	case EVENT_CALL:
	case EVENT_BLOCKED:
	case EVENT_RETURN:
		see_call(s, event);
		break;
	case EVENT_SOCKET:
		see_socket(s, event);
		break;
	case EVENT_STATE:
		see_state(s, event);
		break;
	case EVENT_HELD:
	case EVENT_DELAYED:
		keep_packet(s, event);
		break;
	case EVENT_DELIVERED:
	case EVENT_DROPPED:
		forget_packet(s, find_packet(s, event->verdict.number));
		break;
	default:
		break;
	}
}
