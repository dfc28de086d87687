/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hold, drop, duplicate, delay, corrupt and rate have in common: they are about a held packet (#SEG), or they
 * make a rule for coming ones (MATCH [xN] [P% [seed N]]). */
#ifndef LAB_COMMAND_RULING_H
#define LAB_COMMAND_RULING_H

#include <stddef.h>
#include <stdint.h>

#include "wire/rule.h"

struct cmd_call;
struct diag;

struct ruling {
	uint64_t number; /* of the held packet; 0 = `rule` counts */
	struct rule rule; /* kind, match, count */
	size_t next; /* index of the first word behind it */
};

/* Read words[1...]. kind and count: what the rule is unless told, a rule with a chance for all; packet_too: #SEG is allowed. 0 or -EINVAL. */
int ruling_read(const struct cmd_call *c, enum rule_kind kind, uint64_t count,
	struct ruling *ret_ruling, struct diag *d);
/* No word may be left from words[next] on. 0 or -EINVAL. */
int ruling_end(const struct cmd_call *c, size_t next, struct diag *d);
/* Make the rule, and tell. CMD_DONE. */
int ruling_add(struct cmd_call *c, struct rule *rule);
/* The result of a wire call on packet #number as that of the command: CMD_DONE, or -EINVAL with words. */
int ruling_by_hand(const struct cmd_call *c, int result, uint64_t number, struct diag *d);

#endif
