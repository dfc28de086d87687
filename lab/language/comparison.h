/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a submission says was seen, against what is seen when it is played again. Turn by turn; and with as much
 * freedom as two plays of the same commands have of each other:
 * - within a turn the order does not matter: timers and processes of several sockets overtake each other;
 * - what belongs to a turn may be seen at the end of the one before: a person pasted both at once;
 * - a socket's two steps may be one, and one may be two: an acknowledgement put off comes by itself, or with the FIN;
 * - what was on the wire may differ.
 * Else the two part, and where is told. Pure. */
#ifndef LAB_LANGUAGE_COMPARISON_H
#define LAB_LANGUAGE_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transcript;

struct comparison {
	const struct transcript *said; /* borrowed */
	bool **found; /* owned: found[turn][i]: it was seen again */
	size_t turn; /* that runs */
	size_t read_turn, read_seen; /* how far the replay's own transcript was read */
	char *half; /* owned: a step that may be the first half of one; NULL = none */
	size_t half_turn; /* when it was seen */
	/* where they part; line 0 = they do not. Owned strings; NULL = nothing. */
	uint32_t line; /* of the submission */
	char *said_there, *seen_there;
};

void comparison_init(struct comparison *c, const struct transcript *said);
/* Take in what the replay has seen since. */
void comparison_read(struct comparison *c, const struct transcript *replay);
/* All that the turn says was seen has been. firm: or all of it that must be the same. */
bool comparison_turn_done(const struct comparison *c, bool firm);
/* The turn is over; what was not seen by now has parted them. The next one begins. */
void comparison_next(struct comparison *c);
void comparison_done(struct comparison *c);

#endif
