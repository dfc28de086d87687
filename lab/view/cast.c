/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/cast.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static void replace(char **string, const char *by)
{
	if (same(*string, by))
		return;
	free(*string);
	*string = by ? text_copy(by) : NULL;
}

/* ---- finding ---- */

/* By what a party is known. */
enum known_by {
	BY_NAME = 1,
	BY_FIRST_NAME,
	BY_PORT,
	BY_ENDS, /* its port, and all of the other end */
	BY_ADDRESS, /* of one that is only an address */
};

static uint64_t hash_name(enum known_by by, const char *name, size_t len)
{
	uint64_t hash = by;

	for (size_t i = 0; i < len; i++)
		hash = hash_number(hash ^ (unsigned char)name[i]);
	return hash;
}

static uint64_t hash_port(enum known_by by, uint16_t port)
{
	return hash_number((uint64_t)by << 32 | port);
}

static uint64_t hash_ends(uint16_t port, const struct address *remote)
{
	return hash_port(BY_ENDS, port) ^ address_hash(remote, remote);
}

static uint64_t hash_address(const struct address *address)
{
	return hash_port(BY_ADDRESS, address->port) ^ address_hash(address, address);
}

static uint64_t hash_pair(size_t a, size_t b)
{
	return hash_number(a < b ? a : b) * 3 + hash_number(a < b ? b : a);
}

static void know_by_name(struct cast *c, size_t party, enum known_by by, const char *name)
{
	number_index_add(&c->who, hash_name(by, name, strlen(name)), party);
}

static void know_by_place(struct cast *c, size_t party)
{
	const struct party *p = &c->parties[party];

	if (!p->local.port)
		return;
	number_index_add(&c->who, hash_port(BY_PORT, p->local.port), party);
	number_index_add(&c->who, hash_ends(p->local.port, &p->remote), party);
}

/* ---- parties ---- */

static void forget_parties(struct cast *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct party *p = &c->parties[i];

		free(p->name);
		free(p->first_name);
		free(p->process);
		free(p->owner);
		free(p->host);
	}
	for (size_t i = 0; i < c->birth_count; i++)
		free(c->births[i].name);
	c->count = c->birth_count = c->socket_count = c->talk_count = c->strangers = 0;
	number_index_done(&c->who);
	number_index_done(&c->birth_of);
	number_index_done(&c->talk_of);
	c->turns = 0;
}

void cast_done(struct cast *c)
{
	forget_parties(c);
	for (size_t i = 0; i < c->host_count; i++)
		free(c->hosts[i].name);
	free(c->hosts);
	free(c->parties);
	free(c->sockets);
	free(c->births);
	free(c->talks);
	*c = (struct cast){ 0 };
}

static size_t add_party(struct cast *c, const char *name, const char *host)
{
	struct party *p;

	c->parties = memory_grow(c->parties, (c->count + 1) * sizeof(*c->parties));
	p = &c->parties[c->count];
	*p = (struct party){ .parent = NOBODY, .lifeline = -1 };
	replace(&p->name, name);
	replace(&p->first_name, name);
	replace(&p->host, host);
	know_by_name(c, c->count, BY_NAME, name);
	know_by_name(c, c->count, BY_FIRST_NAME, name);
	return c->count++;
}

size_t cast_socket(const struct cast *c, uint32_t endpoint)
{
	return endpoint < c->socket_count ? c->sockets[endpoint] : NOBODY;
}

/* The youngest of that name, now or at first. */
static size_t youngest(const struct cast *c, enum known_by by, const char *name, size_t len)
{
	const struct number_index *x = &c->who;
	uint64_t hash = hash_name(by, name, len);

	for (size_t at = number_index_first(x, hash); at; at = number_index_next(x, at)) {
		const struct party *p = &c->parties[number_index_get(x, at)];
		const char *known = by == BY_NAME ? p->name : p->first_name;

		if (strlen(known) == len && memcmp(known, name, len) == 0)
			return number_index_get(x, at);
	}
	return NOBODY;
}

size_t cast_name(const struct cast *c, const char *name)
{
	size_t now = youngest(c, BY_NAME, name, strlen(name));

	return now == NOBODY ? youngest(c, BY_FIRST_NAME, name, strlen(name)) : now;
}

const struct birth *cast_birth(const struct cast *c, uint64_t call)
{
	const struct number_index *x = &c->birth_of;
	size_t at = number_index_first(x, hash_number(call));

	while (at && c->births[number_index_get(x, at)].call != call)
		at = number_index_next(x, at);
	return at ? &c->births[number_index_get(x, at)] : NULL;
}

/* "l/1" came to "l". */
static size_t find_parent(const struct cast *c, const char *name)
{
	const struct number_index *x = &c->who;
	const char *slash = strrchr(name, '/');
	size_t len = slash ? (size_t)(slash - name) : 0;
	uint64_t hash = hash_name(BY_NAME, name, len);

	for (size_t at = slash ? number_index_first(x, hash) : 0; at;
		at = number_index_next(x, at)) {
		const struct party *p = &c->parties[number_index_get(x, at)];

		if (p->listened && strlen(p->name) == len && strncmp(p->name, name, len) == 0)
			return number_index_get(x, at);
	}
	return NOBODY;
}

/* The party of an endpoint, made when it is new. NULL = the event tells of none. */
static struct party *know_socket(struct cast *c, uint32_t endpoint, const struct event *event)
{
	struct party *p;

	if (!event->subject)
		return NULL;
	if (endpoint >= c->socket_count) {
		c->sockets = memory_grow(c->sockets, (endpoint + 1) * sizeof(*c->sockets));
		while (c->socket_count <= endpoint)
			c->sockets[c->socket_count++] = NOBODY;
	}
	if (c->sockets[endpoint] == NOBODY) {
		size_t parent = find_parent(c, event->subject);

		c->sockets[endpoint] = add_party(c, event->subject, event->host);
		p = &c->parties[c->sockets[endpoint]];
		p->socket = true;
		p->parent = parent;
	}
	p = &c->parties[c->sockets[endpoint]];
	if (!same(p->name, event->subject)) {
		replace(&p->name, event->subject);
		know_by_name(c, c->sockets[endpoint], BY_NAME, p->name);
	}
	return p;
}

/* The whole address says more than the one a socket has before and after: 0.0.0.0:80, nothing. */
static bool learn(struct address *known, const struct address *told)
{
	if (!told->port || (!address_is_any(known) && address_is_any(told)) ||
		address_equal(known, told))
		return false;
	*known = *told;
	return true;
}

static void learn_place(struct cast *c, struct party *p, const struct address *local,
	const struct address *remote)
{
	bool here = learn(&p->local, local), there = learn(&p->remote, remote);

	if (here || there)
		know_by_place(c, (size_t)(p - c->parties));
}

static void see_state(struct cast *c, const struct event *event)
{
	struct party *p = know_socket(c, event->state.endpoint, event);

	if (!p)
		return;
	p->state = event->state.to;
	p->listened |= p->state == STATE_LISTEN;
	p->events += event->no > c->after;
	learn_place(c, p, &event->state.local, &event->state.remote);
}

static void see_socket(struct cast *c, const struct journal *j, const struct event *event)
{
	struct party *p = know_socket(c, event->socket.endpoint, event);
	const struct event *cause = journal_get(j, event->cause), *call;

	if (!p)
		return;
	if (event->process) {
		if (!p->process)
			replace(&p->process, event->process);
		replace(&p->owner, event->process);
	}
	learn_place(c, p, &event->socket.local, &event->socket.remote);
	call = cause && cause->kind == EVENT_RETURN ? journal_get(j, cause->call.call) : NULL;
	if (!call || !call->text ||
		(strncmp(call->text, "socket(", 7) != 0 && strncmp(call->text, "accept", 6) != 0))
		return;
	number_index_add(&c->birth_of, hash_number(cause->call.call), c->birth_count);
	c->births = memory_one_more(c->births, c->birth_count, sizeof(*c->births));
	c->births[c->birth_count++] = (struct birth){ .call = cause->call.call,
		.party = (size_t)(p - c->parties),
		.name = text_copy(event->subject) };
}

static void see_host(struct cast *c, const struct event *event)
{
	struct cast_host *h = NULL;

	if (!event->subject)
		return;
	for (size_t i = 0; i < c->host_count; i++) {
		if (same(c->hosts[i].name, event->subject))
			h = &c->hosts[i];
	}
	if (h && event->text)
		return; /* what befell it */
	if (h && h == c->hosts) { /* the first one is new again: that is what `reset` does */
		forget_parties(c);
		c->began = event->no;
	}
	if (!h) {
		c->hosts = memory_grow(c->hosts, (c->host_count + 1) * sizeof(*c->hosts));
		h = &c->hosts[c->host_count++];
		h->name = text_copy(event->subject);
	}
	h->addresses[0] = event->socket.local;
	h->addresses[1] = event->socket.remote;
}

/* ---- the ends of a packet ---- */

/* A flood comes from as many addresses as packets: once there are so many that no socket has, further ones
 * share one party. */
#define STRANGERS_MAX 256
#define OTHERS "other addresses"

/* Is an address that a packet has on `host` the one of somebody there? 127.0.0.1 is another one on each host. What was forged
 * comes from none (NULL), and then it is the one. */
static bool is_on(const char *there, const struct address *address, const char *host)
{
	return !address_is_loopback(address) || !there || !host || strcmp(there, host) == 0;
}

/* An address no socket has. */
static size_t address_party(struct cast *c, const struct address *address, const char *host)
{
	const struct number_index *x = &c->who;
	uint64_t hash = hash_address(address);
	char name[ADDRESS_TEXT_MAX];
	size_t made, oldest = NOBODY;

	for (size_t at = number_index_first(x, hash); at; at = number_index_next(x, at)) {
		const struct party *p = &c->parties[number_index_get(x, at)];

		if (!p->socket && address_equal(&p->local, address) &&
			is_on(p->host, address, host))
			oldest = number_index_get(x, at);
	}
	if (oldest != NOBODY) {
		if (!c->parties[oldest].host)
			replace(&c->parties[oldest].host, host);
		return oldest;
	}
	for (size_t i = 0; i < c->host_count && !address_is_loopback(address); i++) {
		if (address_same_host(&c->hosts[i].addresses[0], address) ||
			address_same_host(&c->hosts[i].addresses[1], address))
			host = c->hosts[i].name;
	}
	if (c->strangers > STRANGERS_MAX)
		return cast_name(c, OTHERS);
	if (c->strangers++ == STRANGERS_MAX)
		return add_party(c, OTHERS, NULL);
	made = add_party(c, address_format(address, name), host);
	c->parties[made].local = *address;
	number_index_add(&c->who, hash, made);
	return made;
}

/* Is this where the socket is? A listener that was closed answers nobody: its host does. */
static bool has_address(const struct party *p, const struct address *address, const char *host)
{
	return p->socket && address->port && p->local.port == address->port &&
		(address_same_host(&p->local, address) || address_is_any(&p->local)) &&
		is_on(p->host, address, host) && !(p->listened && p->state == STATE_CLOSED);
}

/* Who is at one end of a conversation with the other: of that name when there is one, else by the place alone. */
static size_t find_by_ends(const struct cast *c, const char *name, const struct address *local,
	const struct address *remote, const char *host)
{
	const struct number_index *x = &c->who;
	uint64_t hash = hash_ends(local->port, remote);

	for (size_t at = number_index_first(x, hash); at; at = number_index_next(x, at)) {
		const struct party *p = &c->parties[number_index_get(x, at)];

		if (!address_equal(&p->remote, remote))
			continue;
		if (name ? same(p->name, name) && address_equal(&p->local, local)
			 : has_address(p, local, host))
			return number_index_get(x, at);
	}
	return NOBODY;
}

static size_t find_by_port(const struct cast *c, const struct address *local, const char *host)
{
	const struct number_index *x = &c->who;
	uint64_t hash = hash_port(BY_PORT, local->port);

	for (size_t at = number_index_first(x, hash); at; at = number_index_next(x, at)) {
		if (has_address(&c->parties[number_index_get(x, at)], local, host))
			return number_index_get(x, at);
	}
	return NOBODY;
}

/* What several sockets have in common: "b:80", of which "b:80/?7" is, whoever gets it; ":80" is localhost's. */
static size_t add_shared(struct cast *c, const char *name, const struct address *local)
{
	size_t len = strcspn(name, ":"), made = add_party(c, name, NULL);
	struct party *p = &c->parties[made];

	for (size_t i = 0; i < c->host_count; i++) {
		const char *host = c->hosts[i].name;

		if (len ? strlen(host) == len && strncmp(host, name, len) == 0 : i == 0)
			replace(&p->host, host);
	}
	p->socket = p->listened = p->shared = true;
	p->local = *local;
	know_by_place(c, made);
	return made;
}

/* Names may be given again while what had them lives on: then the addresses tell them apart. */
static size_t packet_end(struct cast *c, const char *name, const struct address *local,
	const struct address *remote, const char *host)
{
	size_t found = NOBODY;

	if (name)
		found = find_by_ends(c, name, local, remote, host);
	if (name && found == NOBODY)
		found = youngest(c, BY_NAME, name, strlen(name));
	if (name && found == NOBODY && strchr(name, ':'))
		found = add_shared(c, name, local);
	if (found == NOBODY)
		found = find_by_ends(c, NULL, local, remote, host);
	if (found == NOBODY)
		found = find_by_port(c, local, host);
	return found == NOBODY ? address_party(c, local, host) : found;
}

size_t cast_root(const struct cast *c, size_t party)
{
	while (c->parties[party].parent != NOBODY)
		party = c->parties[party].parent;
	return party;
}

static void take_turns(struct cast *c)
{
	struct party *from = &c->parties[c->from], *to = &c->parties[c->to];

	if (!from->turn)
		from->turn = ++c->turns;
	if (!to->turn)
		to->turn = ++c->turns;
}

static void count_talk(struct cast *c)
{
	size_t from = c->from, to = c->to;
	const struct number_index *x = &c->talk_of;
	uint64_t hash = hash_pair(from, to);

	c->parties[from].packets++;
	c->parties[from].events++;
	c->parties[to].packets++;
	c->parties[to].events++;
	for (size_t at = number_index_first(x, hash); at; at = number_index_next(x, at)) {
		struct talk *t = &c->talks[number_index_get(x, at)];

		if ((t->a == from && t->b == to) || (t->a == to && t->b == from)) {
			t->packets++;
			return;
		}
	}
	number_index_add(&c->talk_of, hash, c->talk_count);
	c->talks = memory_one_more(c->talks, c->talk_count, sizeof(*c->talks));
	c->talks[c->talk_count++] = (struct talk){ .a = from, .b = to, .packets = 1 };
}

static void see_packet(struct cast *c, const struct event *event)
{
	const struct segment *s = &event->wire.segment;
	struct address src = s->src, dst = s->dst;

	/* an error speaks for the port it is about */
	if (s->kind == SEGMENT_ICMP && s->icmp.quotes) {
		src = s->icmp.quoted_dst;
		dst = s->icmp.quoted_src;
	}
	c->from = packet_end(c, event->subject, &src, &dst, event->host);
	c->to = packet_end(c, event->text, &dst, &src, event->host);
	/* a socket gets its address with the first thing it sends, and no event of its own tells that */
	if (c->parties[c->from].socket && !c->parties[c->from].local.port) {
		c->parties[c->from].local = src;
		know_by_place(c, c->from);
	}
	take_turns(c);
	if (event->no > c->after)
		count_talk(c);
}

void cast_see(struct cast *c, const struct journal *j, const struct event *event)
{
	size_t party;

	switch (event->kind) {
	case EVENT_HOST:
		see_host(c, event);
		break;
	case EVENT_SOCKET:
		see_socket(c, j, event);
		break;
	case EVENT_STATE:
		see_state(c, event);
		break;
	case EVENT_SEGMENT:
	case EVENT_COPY:
	case EVENT_FORGED:
		see_packet(c, event);
		break;
	case EVENT_RETURN:
		party = event->subject ? cast_name(c, event->subject) : NOBODY;
		if (party != NOBODY)
			c->parties[party].events += event->no > c->after;
		break;
	default:
		break;
	}
}

/* ---- at the end ---- */

/* bind() changes no state, so the journal learns of an address only when the socket is used: what was sent there
 * before belongs to who was seen to have it later. */
static size_t who_has(const struct cast *c, const struct party *nobody)
{
	for (size_t i = 0; i < c->count; i++) {
		if (has_address(&c->parties[i], &nobody->local, nobody->host))
			return i;
	}
	return NOBODY;
}

/* One lifeline for all ports of a host that nobody is at, as of a ghost. */
static size_t first_at_host(const struct cast *c, size_t party)
{
	const struct party *p = &c->parties[party];

	for (size_t i = 0; i < party && !address_is_loopback(&p->local); i++) {
		const struct party *other = &c->parties[i];

		if (!other->socket && other->parent == NOBODY &&
			address_same_host(&other->local, &p->local))
			return i;
	}
	return NOBODY;
}

/* Of the sockets that stand for themselves, the one of that name and host; there is one at most. */
static size_t first_of_name(const struct cast *c, const struct number_index *x, size_t party)
{
	const struct party *p = &c->parties[party];
	uint64_t hash = hash_name(BY_NAME, p->name, strlen(p->name));

	for (size_t at = number_index_first(x, hash); at; at = number_index_next(x, at)) {
		const struct party *other = &c->parties[number_index_get(x, at)];

		if (same(other->name, p->name) && same(other->host, p->host))
			return number_index_get(x, at);
	}
	return NOBODY;
}

/* The listeners that share an address are one to people, where what went there was for one of them. */
static void settle_shared(struct cast *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct party *shared = &c->parties[i];

		for (size_t n = 0; shared->shared && n < c->count; n++) {
			struct party *p = &c->parties[n];

			if (p->parent == NOBODY && p->listened && !p->shared &&
				same(p->host, shared->host) &&
				p->local.port == shared->local.port &&
				(address_is_any(&p->local) ||
					address_same_host(&p->local, &shared->local)))
				p->parent = i;
		}
	}
}

void cast_settle(struct cast *c)
{
	struct number_index firsts = { 0 };

	settle_shared(c);

	for (size_t i = 0; i < c->count; i++) {
		struct party *p = &c->parties[i], *root;

		if (p->parent == NOBODY && p->socket) {
			p->parent = first_of_name(c, &firsts, i);
			if (p->parent == NOBODY)
				number_index_add(&firsts,
					hash_name(BY_NAME, p->name, strlen(p->name)), i);
		} else if (p->parent == NOBODY) {
			p->parent = who_has(c, p);
		}
		if (p->parent == NOBODY && !p->socket)
			p->parent = first_at_host(c, i);
		root = &c->parties[cast_root(c, i)];
		if (p->turn && (!root->turn || root->turn > p->turn))
			root->turn = p->turn;
	}
	number_index_done(&firsts);
	for (size_t i = 0; i < c->count; i++)
		c->parties[cast_root(c, i)].all_packets += c->parties[i].packets;
}
