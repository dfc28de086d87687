/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text a terminal wraps in marks because it was pasted and not typed (xterm, ctlseqs: bracketed paste
 * mode), collected byte by byte as it comes. Pure. */
#ifndef LAB_REPL_PASTE_H
#define LAB_REPL_PASTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define PASTE_ON "\033[?2004h" /* asks the terminal for the marks */
#define PASTE_OFF "\033[?2004l"
#define PASTE_BEGIN "\033[200~"
#define PASTE_END "\033[201~"

#define PASTE_MAX (1u << 20) /* bytes */

struct paste {
	struct text text; /* PASTE_END too, once it has come */
	size_t matched; /* bytes of PASTE_END just seen */
};

/* PASTE_BEGIN has come: forget what was before. */
void paste_begin(struct paste *p);
/* The next byte. True = that was the last one of PASTE_END. */
bool paste_add(struct paste *p, char c);
/* The text, after paste_add() said true: ends of lines as \n, without NULs. Valid until the next change.
 * NULL when it was more than PASTE_MAX: it is not cut, for half a script is another script. */
const char *paste_get(struct paste *p);
void paste_done(struct paste *p);

#endif
