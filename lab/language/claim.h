/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The claims a script is inside of: for each what was seen, and how it ends. A claim is a statement about TCP
 * and a block that puts it to the kernel:
 *
 *   claim A1 "An ordinary close takes four segments." { close c; expect segments fin/ack ack fin/ack ack }
 *
 * What its expectations and its calls with => saw is the evidence. It holds; with `differs "..."` as its last
 * command it differs; it has failed when the kernel did otherwise than the block says; and it is untested when
 * nothing was asked of the kernel, as all of it is for --slow. Claims may stand inside claims: the evidence is the
 * innermost one's, a failure is everybody's. */
#ifndef LAB_LANGUAGE_CLAIM_H
#define LAB_LANGUAGE_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct journal;
struct statement;
struct statement_list;

struct claim;

struct claim_stack {
	struct claim *innermost; /* owned; NULL = inside of none */
};

/* What can be said of any statements before they run: each claim has an ID such as A1, a text, and something it expects;
 * `differs` is the last command of one. 0, or -EINVAL with the place in d. */
int claim_check(const struct statement_list *list, struct diag *d);
/* Is it written as an ID is: A1, C12? */
bool claim_is_id(const char *text);
/* Call `each` for every claim of a list that claim_check() has passed, those inside others and in other blocks too,
 * in the order of their lines. */
typedef void claim_each_fn(void *arg, const struct statement *claim);
void claim_each(const struct statement_list *list, claim_each_fn *each, void *arg);
/* Somebody will be asked: take the sentence of each claim with a question in it or behind it, which it might answer, out of
 * what is shown of the statement ("claim A1 ..."). It is told when the claim has come to its end. */
void claim_veil(struct statement_list *list);
/* A claim of nothing but expectations looks back on what was before it; any other counts from its beginning. */
bool claim_looks_back(const struct statement *s);

/* s is borrowed until the claim ends. event: its EVENT_COMMAND. mark: where what is around it counts from. */
void claim_begin(struct claim_stack *stack, const struct statement *s, uint64_t event,
	uint64_t mark);
/* Is this the claim whose block runs? */
bool claim_is_open(const struct claim_stack *stack, const struct statement *s);
/* An expectation came true: what was seen, in words. Without an open claim nothing is done, here and below. */
void claim_saw(struct claim_stack *stack, const char *seen);
/* A call gave what `s` says it must: "connect c :80 => ECONNREFUSED". */
void claim_saw_call(struct claim_stack *stack, const struct statement *s, const char *got);
/* What this kernel does instead. */
void claim_differs(struct claim_stack *stack, const char *what);
/* expected, seen: both NULL when it never came to that. */
void claim_fail(struct claim_stack *stack, const char *expected, const char *seen);
/* The innermost has come to its end: EVENT_CLAIM. Returns the mark that what is around it counts from; 0 = there is
 * nothing around it. */
uint64_t claim_end(struct claim_stack *stack, struct journal *j);
/* None of them will come to its end. One that has not failed was not tested, whatever was seen so far; and a sentence that
 * was kept back, as it may answer a question, is not told then. */
void claim_end_all(struct claim_stack *stack, struct journal *j);
/* Forget them. */
void claim_stack_done(struct claim_stack *stack);

#endif
