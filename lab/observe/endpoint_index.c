/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/endpoint_index.h"

#include <netinet/in.h>
#include <stddef.h>

void endpoint_index_done(struct endpoint_index *x)
{
	hash_table_done(&x->by_cookie);
	hash_table_done(&x->by_pair);
	hash_table_done(&x->by_port);
}

void endpoint_index_add(struct endpoint_index *x, struct endpoint *e)
{
	if (e->cookie)
		hash_table_add(&x->by_cookie, &e->by_cookie, hash_number(e->cookie));
}

struct endpoint *endpoint_index_cookie(const struct endpoint_index *x, uint64_t cookie)
{
	struct hash_link *link =
		cookie ? hash_table_first(&x->by_cookie, hash_number(cookie)) : NULL;

	for (; link; link = hash_table_next(link)) {
		struct endpoint *e = HASH_TABLE_ITEM(link, struct endpoint, by_cookie);

		if (e->cookie == cookie)
			return e;
	}
	return NULL;
}

struct endpoint *endpoint_index_last(const struct endpoint_index *x, const struct address *local,
	const struct address *remote)
{
	struct hash_link *link = hash_table_first(&x->by_pair, address_hash(local, remote));

	for (; link; link = hash_table_next(link)) {
		struct endpoint *e = HASH_TABLE_ITEM(link, struct endpoint, by_pair);

		if (address_equal(&e->local, local) && address_equal(&e->remote, remote))
			return e;
	}
	return NULL;
}

/* How well it fits; -1 = not at all. 0.0.0.0 takes its family; :: takes both unless IPV6_V6ONLY, where no SYN arrives.
 * Source: net/ipv4/inet_hashtables.c compute_score(), __inet_lookup_listener(). */
static int listener_score(const struct endpoint *e, const struct address *local)
{
	if (e->state != STATE_LISTEN || e->local.port != local->port)
		return -1;
	if (address_same_host(&e->local, local))
		return 2;
	if (!address_is_any(&e->local))
		return -1;
	if (e->local.family == local->family)
		return 1;
	return e->local.family == AF_INET6 ? 0 : -1;
}

/* net/ipv4/udp.c compute_score(): the more is bound, the better it fits. */
static int datagram_score(const struct endpoint *e, const struct address *local,
	const struct address *remote)
{
	if (e->protocol != IPPROTO_UDP || e->local.port != local->port || !e->process)
		return -1;
	if (e->remote.port && !address_equal(&e->remote, remote))
		return -1;
	if (!address_is_any(&e->local) && !address_same_host(&e->local, local))
		return -1;
	return (e->remote.port ? 2 : 0) + (address_is_any(&e->local) ? 0 : 1);
}

/* The one at the port that fits best. remote: NULL = of the listeners. */
static struct endpoint *best_at(const struct endpoint_index *x, const struct address *local,
	const struct address *remote, bool *ret_several)
{
	struct hash_link *link = hash_table_first(&x->by_port, hash_number(local->port));
	struct endpoint *best = NULL;
	int best_score = -1;

	*ret_several = false;
	for (; link; link = hash_table_next(link)) {
		struct endpoint *e = HASH_TABLE_ITEM(link, struct endpoint, by_port);
		int score = remote ? datagram_score(e, local, remote) : listener_score(e, local);

		if (score < 0 || score < best_score)
			continue;
		*ret_several = score == best_score;
		best = e;
		best_score = score;
	}
	return *ret_several ? NULL : best;
}

struct endpoint *endpoint_index_listener(const struct endpoint_index *x,
	const struct address *local, bool *ret_several)
{
	return best_at(x, local, NULL, ret_several);
}

struct endpoint *endpoint_index_datagram(const struct endpoint_index *x,
	const struct address *local, const struct address *remote, bool *ret_several)
{
	return best_at(x, local, remote, ret_several);
}

void endpoint_index_remove_pair(struct endpoint_index *x, struct endpoint *e)
{
	if (e->has_pair)
		hash_table_remove(&x->by_pair, &e->by_pair);
	e->has_pair = false;
}

void endpoint_index_pair(struct endpoint_index *x, struct endpoint *e)
{
	struct endpoint *last = endpoint_index_last(x, &e->local, &e->remote);

	if (!e->remote.family || last == e)
		return;
	if (last) {
		endpoint_index_remove_pair(x, last);
		last->party.over = true;
	}
	hash_table_add(&x->by_pair, &e->by_pair, address_hash(&e->local, &e->remote));
	e->has_pair = true;
}

void endpoint_index_port(struct endpoint_index *x, struct endpoint *e)
{
	bool wanted = e->state == STATE_LISTEN || e->protocol != IPPROTO_TCP;
	uint64_t hash = hash_number(e->local.port);

	if (e->has_port == wanted && (!wanted || e->by_port.hash == hash))
		return;
	if (e->has_port)
		hash_table_remove(&x->by_port, &e->by_port);
	if (wanted)
		hash_table_add(&x->by_port, &e->by_port, hash);
	e->has_port = wanted;
}
