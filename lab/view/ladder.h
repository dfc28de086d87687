/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The story so far as a picture: lifelines side by side, time downwards, an arrow for each packet, states and
 * calls at the ends. Reads the journal and nothing else; the same journal gives the same picture. One thread.
 *
 *   sent and delivered   |--- #1 SYN seq 0 ------------>|
 *   kept on the wire     |--- #1 SYN seq 0 ...          |
 *   later                |      ... #1 SYN after 2 ms ->|
 *   lost                 |--- #1 SYN seq 0 --XXX        |
 *   a copy; forged       |   =2= #4 copy of #1 SYN ====>|
 *
 * A packet that was not kept gets a line for its arrival too when its receiver has done something between:
 * then the two cross. */
#ifndef LAB_VIEW_LADDER_H
#define LAB_VIEW_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct journal;
struct text;

struct ladder_options {
	uint64_t after; /* show what came after this event; 0 = since the lab began or was reset */
	size_t most; /* lines: the last ones; 0 = all */
	bool ascii; /* else UTF-8, each character one column wide */
	bool raw; /* sequence numbers as on the wire */
	const char *const *names; /* sockets, processes or hosts to be columns, from the left */
	size_t name_count; /* 0 = those that talked */
	int width; /* columns there are; 0 = ROW_WIDTH, which is also the most */
	/* The numbers of the events to look at, in order; those up to `after` only say who there is. Of what was
	 * left out nothing is said, and there is no legend. NULL = all events. */
	const uint64_t *events;
	size_t event_count;
};

/* Append the picture, each line with its newline. -ENOENT, -E2BIG with d filled: nothing of such a name; too
 * many names. */
int ladder_format(const struct journal *j, const struct ladder_options *options, struct text *out,
	struct diag *d);

#endif
