/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The endpoints of one host, found by their cookie, by their pair of addresses, or by what a segment reaches them
 * by. It owns none of them. */
#ifndef LAB_OBSERVE_ENDPOINT_INDEX_H
#define LAB_OBSERVE_ENDPOINT_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/hash_table.h"
#include "observe/endpoint.h"

/* All zero is an empty one. */
struct endpoint_index {
	struct hash_table by_cookie;
	struct hash_table
		by_pair; /* the last connection with each pair of addresses, also when CLOSED by now */
	struct hash_table
		by_port; /* what segments reach that are no connection's: listeners, UDP sockets */
};

/* The endpoints stay as they are. */
void endpoint_index_done(struct endpoint_index *x);
/* A new one; nothing to find it by when its cookie is 0. */
void endpoint_index_add(struct endpoint_index *x, struct endpoint *e);
/* Make it the one with its pair of addresses; an earlier one with the same pair has ended. */
void endpoint_index_pair(struct endpoint_index *x, struct endpoint *e);
void endpoint_index_remove_pair(struct endpoint_index *x, struct endpoint *e);
/* Its port or its state has changed: does a segment reach it by the port alone? */
void endpoint_index_port(struct endpoint_index *x, struct endpoint *e);

/* Each returns NULL when there is none. */
struct endpoint *endpoint_index_cookie(const struct endpoint_index *x, uint64_t cookie);
/* The connection with these addresses, CLOSED or not. */
struct endpoint *endpoint_index_last(const struct endpoint_index *x, const struct address *local,
	const struct address *remote);
/* The listener a segment to `local` would reach. *ret_several: none is returned, for there are several that it would
 * reach as well. */
struct endpoint *endpoint_index_listener(const struct endpoint_index *x,
	const struct address *local, bool *ret_several);
/* The same of UDP, for a datagram from `remote`, as far as is known. */
struct endpoint *endpoint_index_datagram(const struct endpoint_index *x,
	const struct address *local, const struct address *remote, bool *ret_several);

#endif
