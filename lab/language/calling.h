/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command that waits for the call it has made: until that has returned, blocks as it should, or has taken too long. */
#ifndef LAB_LANGUAGE_CALLING_H
#define LAB_LANGUAGE_CALLING_H

struct claim_stack;
struct cmd_call;
struct pending;

/* Have command c wait for its call. Returns what `run` shall return. */
int calling_wait(struct cmd_call *c, struct pending *p);
/* What p gave is what its command says it must: evidence, when the command says anything. */
void calling_saw(struct claim_stack *claims, const struct pending *p, const char *got);

#endif
