/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be known of statements before anything runs: verbs, counts of arguments, => and &, blocks where they
 * belong. Changes nothing. */
#ifndef LAB_LANGUAGE_CHECKING_H
#define LAB_LANGUAGE_CHECKING_H

#include <stdbool.h>

struct cmd_table;
struct diag;
struct statement_list;
struct world;

/* Those in blocks too. world: for a hint, when a host stands where a verb should. 0, or -EINVAL with the place in d. */
int checking_list(const struct world *w, const struct cmd_table *table,
	const struct statement_list *list, struct diag *d);

/* The same, and what claims and questions must have. inside: the list will run inside a question's block. */
int checking_all(const struct world *w, const struct cmd_table *table,
	const struct statement_list *list, bool inside, struct diag *d);

/* The same of what a guest has sent, who may not reach what is outside the lab; his commands are marked as such. 0, or
 * -EINVAL with the place in d. */
int checking_guest(const struct cmd_table *table, struct statement_list *list, struct diag *d);

#endif
