/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What => says, put into the one notation the answer has, before the two are compared: :8080 becomes
 * 127.0.0.1:8080, POLLHUP|POLLIN becomes POLLIN|POLLHUP. Only for the time the call is made. */
#ifndef LAB_COMMAND_SAID_H
#define LAB_COMMAND_SAID_H

#include <stdbool.h>

#include "language/lexer.h"
#include "language/statement.h"

struct cmd_call;

struct said {
	const struct statement *as_written; /* borrowed */
	struct statement statement; /* a shallow copy of it, with another outcome */
	struct token word;
};

/* Is there an outcome of one word that is no errno, number, string, nor how a call can end? */
bool said_in_words(const struct statement *s);
/* Let c's => be this word, until said_restore(). word: borrowed until then. */
void said_replace(struct said *said, struct cmd_call *c, const char *word);
void said_restore(const struct said *said, struct cmd_call *c);

#endif
