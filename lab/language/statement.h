/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One command as written: VERB ARG... [=> OUTCOME...] [&] [{ COMMAND... }], with the place of every word. */
#ifndef LAB_LANGUAGE_STATEMENT_H
#define LAB_LANGUAGE_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/lexer.h"

struct statement;

struct statement_list {
	struct statement *statements; /* owned */
	size_t count;
};

struct statement {
	char *file; /* owned: as shown in messages */
	char *line_text; /* owned: the line it stands in, as written, for carets */
	char *text; /* owned: its own part of that line, as it is shown (claim_veil()) */
	char *comment; /* owned: the lines of comment right above, with their #, made harmless; NULL = none */
	uint32_t line;
	struct token_list tokens; /* owned: all of them */
	const struct token *words; /* [0] is the verb; [1..word_count) the arguments */
	size_t word_count;
	const struct token *outcome; /* after =>; NULL when there is none */
	size_t outcome_count;
	bool background;
	bool has_block;
	bool guest; /* somebody else's than the user's: may not touch what is outside the lab */
	struct statement_list block; /* what stands between its { and } */
	uint64_t began_ns; /* `until`: when it was first run; 0 = not running */
	bool played; /* of a recipe that is played step by step (play.h) */
	uint32_t place; /* there: which step it is, from 1; 0 = it is none by itself */
};

/* Parse one line (no newline) into the statements it holds: none when it is blank or a comment, several
 * when it has `;`. 0, or -EINVAL or -EAGAIN as below, with the place in d and nothing to free. */
int statement_parse(const char *line, size_t len, const char *file, uint32_t line_no,
	struct statement_list *ret_list, struct diag *d);
/* The same for a whole text of lines, the first of which is number `first_line`; blocks may span lines.
 * Stops at the first error; -EAGAIN (with d filled) when the text ends inside a block. Windows line ends are
 * fine. What the text begins with is a comment on all of it, not on its first command. */
int statement_parse_all(const char *text, size_t len, const char *file, uint32_t first_line,
	struct statement_list *ret_list, struct diag *d);
void statement_done(struct statement *s);
void statement_list_done(struct statement_list *list);

/* Fill d with a message that points at `token` of s (NULL = at the verb). Returns -EINVAL. */
__attribute__((format(printf, 4, 5))) int statement_error(const struct statement *s,
	const struct token *token, struct diag *d, const char *format, ...);
/* The same where something failed with that errno, which the message ends with. Returns -errno. */
__attribute__((format(printf, 5, 6))) int statement_errno(const struct statement *s,
	const struct token *token, struct diag *d, int error, const char *format, ...);

#endif
