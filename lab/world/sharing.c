/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments for one of several sockets at an address: whose they were stands in the queues, read before and behind each
 * (observe/sharing.c). Where nobody shares anything, nothing is read. */
#include <inttypes.h>
#include <netinet/in.h>

#include "journal/event.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "world/parts.h"

static uint8_t protocol_of(const struct segment *s)
{
	return s->kind == SEGMENT_TCP ? IPPROTO_TCP : IPPROTO_UDP;
}

const char *sharing_name(struct world *w, const struct tracker *t, const struct segment *s,
	const struct address *local, const struct address *remote)
{
	struct text *name = &w->shared_names[local == &s->dst];
	bool comes = s->kind == SEGMENT_TCP && (s->flags & SEGMENT_SYN) && local == &s->dst;

	if (!(comes && tracker_is_shared(t, local, NULL)) &&
		!(s->kind == SEGMENT_UDP && tracker_is_shared(t, local, remote)))
		return NULL;
	text_clear(name);
	tracker_name_shared(t, local, name);
	return text_get(name);
}

/* Does nobody know yet whose it will be? */
static bool is_undecided(const struct tracker *t, const struct segment *s, const struct endpoint *e)
{
	if (s->kind == SEGMENT_TCP)
		return e ? e->of_several : tracker_is_shared(t, &s->dst, NULL);
	return s->kind == SEGMENT_UDP && !e && tracker_is_shared(t, &s->dst, &s->src);
}

void sharing_before(struct tracker *t, const struct segment *s, const struct endpoint *e)
{
	if (is_undecided(t, s, e))
		tracker_read_queues(t, protocol_of(s), &s->dst);
}

struct endpoint *sharing_taker(struct tracker *t, const struct segment *s, const struct endpoint *e)
{
	return is_undecided(t, s, e) ? tracker_grown(t, protocol_of(s), &s->dst) : NULL;
}

void sharing_tell(struct world *w, const struct segment *s, struct endpoint *taker, uint64_t event)
{
	struct tracker *t = taker->tracker;
	struct endpoint *e = s->kind == SEGMENT_TCP ? tracker_last(t, &s->dst, &s->src) : NULL;
	struct text words = TEXT_EMPTY;

	if (e && e->of_several)
		tracker_came_to(t, e, taker, event);
	if (s->kind == SEGMENT_TCP)
		return;
	text_printf(&words, "#%" PRIu64 " has gone to %s: its receive queue has grown",
		journal_get(w->journal, event)->verdict.number, taker->name);
	journal_add(w->journal,
		(struct event){ .kind = EVENT_NOTE,
			.cause = event,
			.host = world_host_of(w, taker)->name,
			.text = text_get(&words) });
	text_done(&words);
}
