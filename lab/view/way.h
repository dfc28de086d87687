/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way each socket took through the states of TCP, step by step, with the event and the reason of each. Reads the
 * journal and nothing deeper. One thread. */
#ifndef LAB_VIEW_WAY_H
#define LAB_VIEW_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tcp_state.h"

struct diag;
struct journal;
struct text;

struct way_step {
	enum tcp_state from, to;
	/* RFC 9293's figure 5 does not draw it, though its notes 2 and 3 name some: it goes between other states, or a reset, an ICMP error or a timer
	 * made the socket go where in the figure a call or an acknowledgement does. */
	bool beside;
	uint64_t event, cause;
	char *reason; /* owned: "main: connect", "#1 SYN"; "" when none is known */
};

struct way {
	char *name; /* owned; the last it had */
	struct way_step *steps; /* owned */
	size_t count;
	enum tcp_state state,
		before; /* now, and where it came from; STATE_NONE = it has none, from nowhere */
	bool open; /* somebody has its descriptor */
	uint32_t endpoint; /* its number, since event `life`: the last reset before it */
	uint64_t life;
	uint64_t moved; /* event of its last step, or of its first state */
};

struct ways {
	struct way *ways; /* owned; in the order they appeared, if not chosen otherwise */
	size_t count;
};

/* Which ways to choose. */
struct ways_choice {
	uint64_t after; /* only steps behind this event, numbered anew */
	const char *const *names; /* sockets, processes or hosts, in this order */
	size_t name_count; /* 0 = the sockets that live or have moved, of each name the youngest */
	size_t most; /* ways; of more, those that live first, and those that moved last */
};

/* The first state of a socket that a listener has made is a step of it, from LISTEN: that is where RFC 9293 has it
 * come from. all zero = no ways yet */
void ways_read(struct ways *w, const struct journal *j);
/* The ways of some, since the last `reset`; those who have gone no step too. Who had to be left out is appended to
 * left_out: "d, e and 3 more, 2 older of the same names". -ENOENT with d filled: nothing of such a name. */
int ways_choose(struct ways *w, const struct journal *j, const struct ways_choice *choice,
	struct text *left_out, struct diag *d);
/* One more way, of the EVENT_STATEs with these numbers, for who knows them. open: somebody has its descriptor. */
void ways_add(struct ways *w, const struct journal *j, const char *name, bool open,
	const uint64_t *events, size_t count);
void ways_done(struct ways *w);

#endif
