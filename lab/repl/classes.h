/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which words there are for each word in capitals that a signature uses: SOCK, MATCH, STATE ... */
#ifndef LAB_REPL_CLASSES_H
#define LAB_REPL_CLASSES_H

#include <stdbool.h>
#include <stddef.h>

#include "repl/complete.h"

struct cmd_table;
struct exercise;
struct token;
struct world;

/* What is to be completed, and what was found so far. All but the list is borrowed. */
struct request {
	const struct world *world;
	const struct cmd_table *table;
	const struct exercise *exercise; /* NULL = none is done here */
	const char *begun; /* what the word begins with: `begun_len` bytes */
	size_t begun_len;
	bool any_case; /* small letters will do */
	const struct token *words; /* of the statement before the word; [0] is the verb */
	size_t word_count;
	struct word_list list;
};

/* Put prefix, word and suffix, as one word, on the list, if it begins as what was typed. */
void request_offer(struct request *r, const char *prefix, const char *word, const char *suffix);
/* The word before the one to be completed is this. */
bool request_last_word_is(const struct request *r, const char *word);

/* Offer the words of the class with this name (`len` bytes). false: there is none; true also when only the user
 * can know its words. */
bool class_offer(struct request *r, const char *name, size_t len);
/* May `word` stand where a signature has this class? Not where it has SOCK, PROC or HOST and the world knows the word as
 * another of these only. w: NULL = it is not asked. */
bool class_takes(const struct world *w, const char *name, size_t len, const char *word);
/* Classes that are needed without a signature, too. */
void class_offer_verbs(struct request *r);
void class_offer_signals(struct request *r);
void class_offer_outcomes(struct request *r);
void class_offer_names(struct request *r);

#endif
