/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where sock_diag does not answer (ENOBUFS, ENOMEM), what has changed meanwhile is not known of any socket: an answer
 * that is missing may have been the first one about a connection. So the kernel is asked for a dump, and, since that is
 * no snapshot, about each socket that was not in it. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker_parts.h"

/* In the kernel's tables; a CLOSED one may be, where it is bound (net/ipv4/inet_diag.c, since v6.8). */
#define CONNECTED (((1u << STATE_COUNT) - 1) & ~(1u << STATE_CLOSED))
#define AGAIN_FIRST_NS NS_PER_MS
#define AGAIN_MOST_NS (256 * NS_PER_MS)
#define HELD_UP_MOST_NS NS_PER_S

static void note(struct tracker *t, const char *words)
{
	journal_add(t->journal,
		(struct event){ .kind = EVENT_NOTE, .host = t->host, .text = words });
}

void asking_failed(struct tracker *t, const struct endpoint *e, int error, uint64_t cause)
{
	struct text words = TEXT_EMPTY;

	if (t->again_due_ns) /* it has been told */
		return;
	text_printf(&words,
		"sock_diag cannot be asked about %s: %s; soon it is asked about every socket again",
		e ? e->name : "a socket", strerror(error));
	note(t, text_get(&words));
	text_done(&words);
	t->again_cause = cause;
	t->again_poll_ns = AGAIN_FIRST_NS;
	t->again_since_ns = clock_now_ns();
	t->again_due_ns = t->again_since_ns + AGAIN_FIRST_NS;
	tracker_be_due(t, t->again_due_ns);
}

bool tracker_asks_again(const struct tracker *t)
{
	return t->again_due_ns && clock_now_ns() - t->again_since_ns < HELD_UP_MOST_NS;
}

static void meet(void *arg, const struct sock_report *r)
{
	struct tracker *t = arg;

	tracker_meet(t, r, t->again_cause);
}

int asking_all(struct tracker *t, uint8_t protocol, uint32_t states, sockdiag_each_fn *each,
	void *arg)
{
	int r = sockdiag_dump(t->diag, AF_INET, protocol, states, each, arg);

	if (r == 0)
		r = sockdiag_dump(t->diag, AF_INET6, protocol, states, each, arg);
	return r == -ENOENT ? 0 : r; /* a kernel without IPv6 */
}

void asking_again(struct tracker *t, uint64_t now_ns)
{
	if (!t->again_due_ns || t->again_due_ns > now_ns || !t->diag)
		return;
	t->round++;
	if (asking_all(t, IPPROTO_TCP, CONNECTED, meet, t) < 0) {
		t->again_poll_ns *= t->again_poll_ns < AGAIN_MOST_NS ? 2 : 1;
		t->again_due_ns = now_ns + t->again_poll_ns;
		return;
	}
	t->again_due_ns = 0; /* from here on it may fail anew */
	for (size_t i = 0; i < t->count; i++) {
		struct endpoint *e = t->endpoints[i];

		if (e->protocol == IPPROTO_TCP && e->state != STATE_NONE &&
			e->state != STATE_CLOSED && e->round != t->round)
			tracker_look(t, e, NULL, t->again_cause);
	}
	if (!t->again_due_ns)
		note(t, "sock_diag has been asked about every socket again");
}
