/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verbs that were typed as far as they are unique: conn for connect; and ? for help. Pure. */
#ifndef LAB_LANGUAGE_ABBREVIATION_H
#define LAB_LANGUAGE_ABBREVIATION_H

struct cmd_table;
struct diag;
struct statement_list;

/* Write every verb out, those in blocks too. A verb no command begins with stays for others to complain of.
 * 0, or -EINVAL with the place and the candidates in d when it may be several. */
int abbreviation_expand(const struct cmd_table *table, struct statement_list *list, struct diag *d);

#endif
