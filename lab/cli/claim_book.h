/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The claims that recipes hold, what came of each when they were played, and what follows of that for a claim
 * that several of them test. Pure: reads texts and lines, plays nothing. */
#ifndef LAB_CLI_CLAIM_BOOK_H
#define LAB_CLI_CLAIM_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "view/findings.h"

struct claim_book;
struct statement_list;

/* Never NULL. */
struct claim_book *claim_book_new(void);
void claim_book_free(struct claim_book *book);

/* Enter the claims of a recipe; `recipe` is its number, `name` (borrowed) what it is called. Returns how many it has. */
size_t claim_book_enter(struct claim_book *book, size_t recipe, const char *name,
	const struct statement_list *list);
/* From now on only claims of these IDs count; each may be given several times. */
void claim_book_select(struct claim_book *book, const char *id);
bool claim_book_knows(const struct claim_book *book, const char *id);
/* The ID nearest to one that it does not know; NULL when it has none. */
const char *claim_book_nearest(const struct claim_book *book, const char *id);
/* Has the recipe a claim that counts? */
bool claim_book_needs(const struct claim_book *book, size_t recipe);

/* A line of the recipe's journal: if it is the end of a claim, note its verdict. */
void claim_book_take(struct claim_book *book, size_t recipe, const char *line, size_t len);
/* The recipe did not pass: none of its claims was tested as it should be. why (borrowed): lines. */
void claim_book_fail(struct claim_book *book, size_t recipe, const char *why);

/* All that count, sorted by letter and number. Borrowed until the next call of any function above. */
const struct finding *claim_book_findings(struct claim_book *book, size_t *ret_count);

#endif
