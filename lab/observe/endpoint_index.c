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

struct endpoint *endpoint_index_listener(const struct endpoint_index *x,
	const struct address *local)
{
	struct hash_link *link = hash_table_first(&x->by_port, hash_number(local->port));
	struct endpoint *best = NULL;

	for (; link; link = hash_table_next(link)) {
		struct endpoint *e = HASH_TABLE_ITEM(link, struct endpoint, by_port);

		if (e->state != STATE_LISTEN || e->local.port != local->port)
			continue;
		if (address_same_host(&e->local, local))
			return e;
		/* 0.0.0.0 takes its family; :: takes both unless IPV6_V6ONLY, where no SYN arrives */
		if (address_is_any(&e->local) &&
			(e->local.family == local->family || e->local.family == AF_INET6))
			best = e;
	}
	return best;
}

struct endpoint *endpoint_index_datagram(const struct endpoint_index *x,
	const struct address *local, const struct address *remote)
{
	struct hash_link *link = hash_table_first(&x->by_port, hash_number(local->port));
	struct endpoint *best = NULL;
	int best_score = -1;

	for (; link; link = hash_table_next(link)) {
		struct endpoint *e = HASH_TABLE_ITEM(link, struct endpoint, by_port);
		int score = 0;

		if (e->protocol != IPPROTO_UDP || e->local.port != local->port || !e->process)
			continue;
		if (e->remote.port && !address_equal(&e->remote, remote))
			continue;
		if (!address_is_any(&e->local) && !address_same_host(&e->local, local))
			continue;
		/* net/ipv4/udp.c compute_score(): the more is bound, the better it fits */
		score = (e->remote.port ? 2 : 0) + (address_is_any(&e->local) ? 0 : 1);
		if (score > best_score) {
			best = e;
			best_score = score;
		}
	}
	return best;
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
