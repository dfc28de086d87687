/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of a cast are drawn, from the left to the right, and what is written above them. One thread. */
#ifndef LAB_VIEW_LIFELINE_H
#define LAB_VIEW_LIFELINE_H

#include <stdbool.h>
#include <stddef.h>

struct cast;
struct diag;
struct event;

#define LIFELINES_MAX 4 /* more do not fit 100 columns with words on the arrows */

/* One column of the drawing. */
struct lifeline {
	char *title, *subtitle; /* owned */
	const char *
		process; /* borrowed from the cast: it stands for all sockets of this process; else NULL */
	bool several; /* connections: each has to be named */
	bool shared; /* a listener and one connection: a state says whose it is */
};

struct lifelines {
	struct lifeline items[LIFELINES_MAX];
	size_t count;
	char *left_out; /* owned; who talked and has no lifeline: "d, e"; NULL = nobody */
};

/* Choose who is drawn, give each party its lifeline, and write the titles. names: sockets, processes or
 * hosts, in the order to be drawn; none = those that talked, the one that talked first at the left.
 * -ENOENT, -E2BIG with d filled: nothing of that name; too many. */
int lifelines_choose(struct lifelines *l, struct cast *c, const char *const *names, size_t count,
	struct diag *d);
/* Where a call is shown: by its process, where lifelines are processes, else by its socket (party, or NOBODY).
 * -1 = nowhere. */
int lifelines_of_call(const struct lifelines *l, const struct cast *c, const struct event *call,
	size_t party);
void lifelines_done(struct lifelines *l);

#endif
