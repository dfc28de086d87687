/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed, as readline is given it: a byte at a time, and a paste as a whole.
 *
 * readline must never wait for input, for that would stop the lab; but 8.2 does even in callback mode,
 * for the rest of a paste, of a UTF-8 character in a search, for an answer to "Display all?". So the
 * terminal is set to VMIN 0, where read(2) returns at once, readline is told "end of input" when there is
 * nothing, and a paste is collected here. Where a key would begin, that answer makes readline accept the
 * half-typed line: so the first byte is read before readline is called, and who is given a line asks
 * keys_starved(). There is one, as there is one readline. The loop's thread. */
#ifndef LAB_REPL_KEYS_H
#define LAB_REPL_KEYS_H

#include <stdbool.h>

#include "repl/paste.h"

struct screen;

struct keys {
	struct screen *screen; /* borrowed */
	int key; /* read and not yet given to readline; -1 = none */
	bool starved; /* readline wanted more than there was */
	bool pasting; /* between PASTE_BEGIN and PASTE_END */
	struct paste paste;
};

/* Before anything else is done with it. screen: whose line is typed. */
void keys_init(struct keys *k, struct screen *screen);
/* Have readline read from here. After rl_initialize(). */
void keys_set_up(struct keys *k);
void keys_done(struct keys *k);

/* Give readline what is there, as long as the line is shown. */
void keys_read(struct keys *k);
/* Was the end of the line that readline gives not a person's, but ours? */
bool keys_starved(const struct keys *k);
/* Be out of a paste, and forget the byte that was read. */
void keys_forget(struct keys *k);

#endif
