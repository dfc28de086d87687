/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contract between the script queue and the commands: what a command is (cmd_def, one per file in
 * lab/command, listed in lab/command/table.c) and one running of it (cmd_call). A command that has to
 * wait parks its queue, never the loop. */
#ifndef LAB_LANGUAGE_CMD_H
#define LAB_LANGUAGE_CMD_H

#include <stddef.h>
#include <stdint.h>

struct cmd_call;
struct diag;
struct script;
struct statement;
struct world;

enum cmd_result {
	CMD_DONE,
	CMD_WAIT, /* `check` was set: call it when something has happened */
	CMD_FAILED, /* an expectation was not met; script_mismatch() has told how */
	CMD_QUIT, /* end the session */
};

enum cmd_flag {
	CMD_OUTCOME = 1 << 0, /* takes => OUTCOME */
	CMD_BACKGROUND = 1 << 1, /* takes & */
	CMD_WORDS = 1 << 2, /* its call answers in words: => POLLIN */
	CMD_BLOCK = 1 << 3, /* has a { block } */
	CMD_BLOCK_MAY = 1 << 4, /* has a { block } or none */
	/* reaches what is outside the lab, files, programs, the terminal: not for guests */
	CMD_OUTSIDE = 1 << 5,
	/* What it is to an exercise, one of these (tests/unit/test_commands.c): */
	CMD_COUNTS = 1 << 6, /* changes something: `limit commands` counts it */
	CMD_FREE =
		1 << 7, /* changes nothing, or only leads to commands that are counted themselves */
	CMD_PERSON = 1 << 8, /* free, and passed over when played again: files, the end, a screen */
	CMD_REFUSED = 1 << 9, /* cannot be played again elsewhere, or would undo what is given */
	/* tells how things are, at once (never CMD_WAIT): also while a question waits for its answer */
	CMD_LOOKS = 1 << 10,
};

/* One command. Every text is for people: help, completion, README and man page come from here. */
struct cmd_def {
	const char *name;
	const char *args; /* signature: SOCK PROC HOST NAME ADDR:PORT MATCH ... ; [optional] */
	unsigned min_args, max_args; /* words after the verb; max CMD_MANY = no limit */
	const char *summary; /* what it does, half a line */
	const char *detail; /* what to know, a few lines; may be NULL */
	const char *
		author; /* of goal, hint: for who writes an exercise, not for who does one; may be NULL */
	const char *lacking; /* said when arguments are missing; NULL = only what they are */
	const char *source; /* man page, RFC section */
	const char *example; /* a line that parses */
	unsigned flags; /* enum cmd_flag */
	/* A CMD_ value, or -errno with d filled when the lab could not (bad input included). */
	int (*run)(struct cmd_call *c, struct diag *d);
};
#define CMD_MANY 1000000u

struct cmd_table {
	const struct cmd_def *const *defs; /* NULL at the end, sorted by nothing */
};

/* NULL when there is none of that name. */
const struct cmd_def *cmd_find(const struct cmd_table *table, const char *name);
/* The one whose name this is, else the only one whose name begins so; NULL when there is none or several. */
const struct cmd_def *cmd_find_begun(const struct cmd_table *table, const char *begun);
/* The name nearest to what was typed, NULL when nothing is near. */
const char *cmd_nearest(const struct cmd_table *table, const char *typed);

/* One running of a command, owned by its script. */
struct cmd_call {
	struct script *script; /* borrowed, up */
	struct world *world; /* borrowed */
	const struct cmd_def *def;
	const struct statement *statement; /* borrowed while the command runs */
	uint64_t event; /* its EVENT_COMMAND: the cause of what it does */
	/* While waiting. `check` is called after something has happened and the world was pumped; it gives a
	 * CMD_ value or -errno. At deadline_ns (CLOCK_MONOTONIC, 0 = none) `expired` is called instead.
	 * `end` (may be NULL) frees `state`, also when the command is interrupted. */
	int (*check)(struct cmd_call *c, struct diag *d);
	int (*expired)(struct cmd_call *c, struct diag *d);
	void (*end)(struct cmd_call *c);
	uint64_t deadline_ns;
	void *state;
};

#endif
