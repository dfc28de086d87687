/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exercise that a lab is made for: done by somebody (`tcplab exercise`), or only looked at (`check`, `play`, -f). */
#ifndef LAB_CLI_PRACTICE_H
#define LAB_CLI_PRACTICE_H

#include <stdbool.h>

struct attempt;
struct diag;
struct exercise;
struct options;
struct recipe_list;
struct world;

struct practice {
	struct exercise
		*exercise; /* borrowed from the attempt, once there is one; NULL = there is none */
	struct attempt *attempt; /* owned */
	struct world *world; /* borrowed */
};

/* The path of the only exercise that is meant by `name`. 0, and recipe_list_done() is to be called, or -errno with d
 * filled: which one is near. */
int practice_find(const char *name, struct recipe_list *ret_list, struct diag *d);
/* Read it, when the file the options name is one; with o->exercise it must be. 0, or -errno with d filled. */
int practice_read(struct practice *p, const struct options *o, struct diag *d);
/* The lab it is done in, where nothing has happened yet. */
void practice_join(struct practice *p, struct world *world);
void practice_done(struct practice *p);

/* What is given is done: has it gone wrong? It has been told. */
bool practice_failed(const struct practice *p);
/* Print what is to be done. */
void practice_print(const struct practice *p);
/* Nobody does it: tell, through the journal, that it can be done, or the goal that is met by itself. The exit code. */
int practice_check(const struct practice *p);
/* It is over: remind on standard error of what was not handed in. */
void practice_remind(const struct practice *p);

#endif
