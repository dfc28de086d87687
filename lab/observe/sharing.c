/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several sockets at one address (SO_REUSEPORT). Whose a connection is the kernel decides when its SYN comes, by a hash, by the
 * CPU (SO_INCOMING_CPU) or by a program of the user's (SO_ATTACH_REUSEPORT_EBPF), and again when that listener is gone before
 * the ACK comes (tcp_migrate_req). It does not tell: a request mini-socket is reported without its listener. What it shows is
 * the accept queue of each, and a connection is put in one when its handshake is complete. So until then it is of one of
 * several, and then of the one whose queue has grown, as a datagram is in the receive queue that has grown. Where a call
 * waits for it, that may be too quick to be seen; then what the call returns tells. Source: net/core/sock_reuseport.c
 * reuseport_select_sock(), net/ipv4/inet_diag.c inet_req_diag_fill(), inet_connection_sock.c inet_csk_reqsk_queue_add(). */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker_parts.h"

#define LOCALHOST "localhost" /* at the prompt ":80" is there */

bool tracker_is_shared(const struct tracker *t, const struct address *local,
	const struct address *remote)
{
	bool several;

	if (remote)
		endpoint_index_datagram(&t->index, local, remote, &several);
	else
		endpoint_index_listener(&t->index, local, &several);
	return several;
}

void tracker_name_shared(const struct tracker *t, const struct address *local, struct text *out)
{
	text_printf(out, "%s:%u", strcmp(t->host, LOCALHOST) == 0 ? "" : t->host, local->port);
}

struct growth {
	struct tracker *t;
	const struct address *local;
	uint8_t protocol;
	struct endpoint *grown;
	bool unclear; /* several have, or somebody's that is not known */
};

static void read_queue(void *arg, const struct sock_report *r)
{
	struct growth *g = arg;
	struct endpoint *e = endpoint_index_cookie(&g->t->index, r->cookie);

	if (r->local.port != g->local->port)
		return;
	if (!e) {
		g->unclear = true;
		return;
	}
	if (r->recvq > e->recvq) {
		g->unclear |= g->grown != NULL;
		g->grown = e;
	}
	e->recvq = r->recvq;
	e->sendq = r->sendq;
}

static bool read_queues(struct growth *g)
{
	uint32_t states = g->protocol == IPPROTO_TCP ? 1 << STATE_LISTEN : ~0U;

	return g->t->diag && asking_all(g->t, g->protocol, states, read_queue, g) == 0;
}

void tracker_read_queues(struct tracker *t, uint8_t protocol, const struct address *local)
{
	struct growth g = { .t = t, .protocol = protocol, .local = local };

	t->queues_read = read_queues(&g);
}

struct endpoint *tracker_grown(struct tracker *t, uint8_t protocol, const struct address *local)
{
	struct growth g = { .t = t, .protocol = protocol, .local = local };
	bool before = t->queues_read;

	t->queues_read = false;
	return before && read_queues(&g) && !g.unclear ? g.grown : NULL;
}

void tracker_came_to(struct tracker *t, struct endpoint *e, struct endpoint *listener,
	uint64_t cause)
{
	struct text name = TEXT_EMPTY, how = TEXT_EMPTY;

	text_printf(&how, "was %s: the accept queue of %s has grown", e->name, listener->name);
	text_printf(&name, "%s/%u", listener->name, ++listener->children);
	free(e->name);
	e->name = text_take(&name);
	e->listener = listener;
	e->of_several = false;
	tracker_tell_socket(t, e, text_get(&how), cause);
	text_done(&how);
}
