/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way each socket took through the states of TCP, step by step, with the event and the reason of each. Reads the
 * journal and nothing deeper. One thread. */
#ifndef LAB_VIEW_WAY_H
#define LAB_VIEW_WAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/tcp_state.h"

struct journal;

struct way_step {
	enum tcp_state from, to;
	uint64_t event, cause;
	char *reason; /* owned: "main: connect", "#1 SYN"; "" when none is known */
};

struct way {
	char *name; /* owned; the last it had */
	struct way_step *steps; /* owned */
	size_t count;
};

struct ways {
	struct way *
		ways; /* owned; of sockets that went at least one step, in the order they appeared */
	size_t count;
};

/* The first state of a socket that a listener has made is a step of it, from LISTEN: that is where RFC 9293 has it
 * come from. all zero = no ways yet */
void ways_read(struct ways *w, const struct journal *j);
void ways_done(struct ways *w);

#endif
