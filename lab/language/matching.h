/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From words to MATCHes: which packets a rule, a step or an expectation means. */
#ifndef LAB_LANGUAGE_MATCHING_H
#define LAB_LANGUAGE_MATCHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/match.h"

struct diag;
struct statement;
struct world;

/* One MATCH beginning at words[*index]: [syn/ack ...] [from X] [to X] [port N] [where "FILTER"], X a
 * socket, a host or an address. *index moves behind it. 0, or -EINVAL with a message that helps, also when
 * there is no MATCH at all. */
int match_read(const struct world *w, const struct statement *s, size_t *index,
	struct match *ret_match, struct diag *d);
/* The same for an expectation, about packets that are gone: without where. */
int match_read_sent(const struct world *w, const struct statement *s, size_t *index,
	struct match *ret_match, struct diag *d);
/* "x3" at words[*index]: 3; "always": 0; then *index moves. Else *ret_count stays. 0 or -EINVAL. */
int match_read_count(const struct statement *s, size_t *index, uint64_t *ret_count, struct diag *d);

#endif
