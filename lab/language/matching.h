/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From words to MATCHes: which packets a rule, a step or an expectation means. */
#ifndef LAB_LANGUAGE_MATCHING_H
#define LAB_LANGUAGE_MATCHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/match.h"

struct diag;
struct rule;
struct statement;
struct world;

/* One MATCH beginning at words[*index]: [syn/ack ...] [from X] [to X] [port N] [where "FILTER"], X a
 * socket, which means what it is whenever that is asked, a host or an address. *index moves behind it. 0, or -EINVAL with a message that helps, also when
 * there is no MATCH at all. */
int match_read(const struct world *w, const struct statement *s, size_t *index,
	struct match *ret_match, struct diag *d);
/* The same for an expectation, about packets that are gone: without where. */
int match_read_sent(const struct world *w, const struct statement *s, size_t *index,
	struct match *ret_match, struct diag *d);
/* "x3" at words[*index]: 3; "always": 0; then *index moves. Else *ret_count stays. 0 or -EINVAL. */
int match_read_count(const struct statement *s, size_t *index, uint64_t *ret_count, struct diag *d);

/* "10%" at words[*index], with "seed 7" behind it or not (then 1): into the rule's chance, and *index moves. 0 or
 * -EINVAL. */
int match_read_chance(const struct statement *s, size_t *index, struct rule *rule, struct diag *d);
/* What is wrong with words[index], which is left over behind a rule. -EINVAL. usage: its words as they should be. */
int match_left_over(const struct statement *s, size_t index, const char *usage, struct diag *d);

#endif
