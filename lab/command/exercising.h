/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands of exercises have in common. An exercise's own statements are read before anything runs
 * (language/exercise.h); these commands answer who does it. */
#ifndef LAB_COMMAND_EXERCISING_H
#define LAB_COMMAND_EXERCISING_H

struct attempt;
struct cmd_call;
struct diag;

/* The exercise that is being done; -EINVAL with d filled when there is none. */
int exercising_find(struct cmd_call *c, struct attempt **ret_attempt, struct diag *d);
/* The `run` of what only an exercise can say. */
int exercising_refuse(struct cmd_call *c, struct diag *d);

#endif
