/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody foretells in answer to `predict`, in the words of `expect` and `=>`: what it may be for each kind of
 * question, and reading one. The text is somebody's typing, of any bytes and length. Pure; any thread. */
#ifndef LAB_LANGUAGE_ANSWER_H
#define LAB_LANGUAGE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tcp_state.h"
#include "language/expectation.h"
#include "language/outcome.h"

struct diag;
struct statement_list;
struct text;

enum answer_kind {
	ANSWER_STATE, /* of a socket */
	ANSWER_SEGMENT, /* the flags of the next one */
	ANSWER_RESULT, /* of a call */
	ANSWER_FATE, /* of a process */
	ANSWER_CHOICE, /* one of several, by its number or its text */
	ANSWER_KIND_COUNT,
};

struct answer {
	enum answer_kind kind;
	enum tcp_state state;
	bool none; /* no segment */
	uint16_t must; /* SEGMENT: as in struct match */
	struct outcome outcome; /* RESULT; owned */
	struct expectation fate; /* FATE: kind, number and call */
	size_t choice; /* 1, 2 ... */
	const char *choice_text; /* borrowed from its statement */
};

/* The choices of a question: the commands `choice` that its block ends with. [0] is choice 1. */
const struct statement *answer_choices(const struct statement_list *block, size_t *ret_count);
/* What may be answered, for people: a line, or the choices, a line each. Appended. */
void answer_format_legal(enum answer_kind kind, const struct statement_list *block,
	struct text *out);
/* Read an answer that is not blank. in_words: the call answers in words, as for outcome_parse(). block: the question's,
 * for its choices. 0, or -EINVAL with a message that says what may be answered. */
int answer_parse(enum answer_kind kind, bool in_words, const struct statement_list *block,
	const char *text, size_t len, struct answer *ret_answer, struct diag *d);
void answer_done(struct answer *a);
/* In the notation of the observation. Appended. */
void answer_format(const struct answer *a, struct text *out);

#endif
