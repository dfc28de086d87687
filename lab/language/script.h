/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue of commands of one lab: a recipe's, or those typed at the prompt. Runs one after the other;
 * each begins only when the effects of the one before are in (world_settled), so that the same script
 * gives the same story. Everything it has to say goes into the journal. One thread, on the world's loop.
 *
 * Besides what is pushed it may have one recipe that is played step by step (play.h): of that it runs what it is told
 * to, before anything else that waits. A recipe stays a recipe there, also at the prompt: its calls are waited for and
 * must succeed, its claims are its own, it is not trusted more than another. When it fails it stops where it is, and
 * can go on.
 *
 * States: idle (no command left: `idle` was called) <-> running <-> waiting (a command is parked);
 * ended (first failure of a script that is not interactive, `quit`, or script_end()): `ended` was called. */
#ifndef LAB_LANGUAGE_SCRIPT_H
#define LAB_LANGUAGE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/cmd.h"

struct attempt;
struct call_order;
struct claim_stack;
struct diag;
struct play;
struct prediction;
struct process;
struct script;
struct statement_list;
struct text;
struct world;

/* Exit codes of the command line (design of tcplab(1)). */
enum script_verdict {
	SCRIPT_PASSED = 0,
	SCRIPT_FAILED = 1, /* an expectation */
	SCRIPT_BAD = 2, /* usage or syntax */
	SCRIPT_NO_LAB =
		3, /* the machine could not: there is no lab, or not any more, or a limit was met */
};

struct script_options {
	/* At the prompt: an error is told and the next line awaited; a failing call is no error; a call
	 * that has not returned in 300 ms goes on in the background; verbs may be typed as far as they are
	 * unique. */
	bool interactive;
	bool may_exec; /* `exec` is allowed: the user's own words, or a recipe he trusts */
	bool may_write; /* `save` is */
	bool slow; /* `slow` blocks are run, which take minutes */
	/* A script goes on behind a failed expectation, and fails when it ends. */
	bool keep_going;
	/* The exercise that is being done: it may refuse commands. Borrowed; NULL = none. */
	struct attempt *attempt;
	/* The same for a recipe that is played, wherever it came from. One that came with the program may exec. */
	bool play_may_exec, play_may_write;
	/* A question waits for prediction_answer(). Called from the loop; may answer at once. NULL = nobody is there to
	 * answer: questions are skipped. */
	void (*ask)(void *arg);
	/* Somebody has looked around while it waits, and what that told may have taken it from the screen. May be NULL. */
	void (*ask_again)(void *arg);
	/* One that waited does not any more, whoever has answered it. May be NULL. */
	void (*settled)(void *arg);
	bool quiet; /* and how many were skipped is not told: nobody could have been asked */
	/* No command is left that may run, and none is running. May push more. Called from the loop. */
	void (*idle)(void *arg);
	/* It is over. Called once, from the loop. */
	void (*ended)(void *arg, enum script_verdict verdict);
	void *arg;
};

/* world and table are borrowed; the script becomes the world's watcher. Never NULL. */
struct script *script_new(struct world *world, const struct cmd_table *table,
	const struct script_options *options);
void script_free(struct script *s);

/* Parse `text` (lines, borrowed) and append its commands. Checks every verb and count of arguments
 * before anything runs. 0, or -EINVAL with the place in d and nothing appended; -EAGAIN: it ends inside a
 * block. `first_line` is the
 * number of its first line. */
int script_push(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line, struct diag *d);
/* Append commands that have been checked; the list is empty afterwards. */
void script_push_list(struct script *s, struct statement_list *list);
/* As script_push(), and an error is told through the journal (and ends a script that is not interactive).
 * Lines that end inside a block are kept until the rest of it comes. */
void script_push_told(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line);
/* As script_push_told(), of somebody who may do what happens in the lab and nothing outside of it: run or feed programs,
 * read or write files. All of it at once: a block that is not closed is an error. */
void script_push_guest(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line);
/* Is there room for more of that? Each command that waits takes memory. */
bool script_takes_guest(const struct script *s);
/* Lines were kept: a block is open, and more is to come. */
bool script_in_block(const struct script *s);
/* Forget these lines. */
void script_drop_block(struct script *s);
/* For commands with a block: run it next, `rounds` times, then (again) the command itself once more. Returns
 * what `run` shall return. */
int script_enter(struct cmd_call *c, uint64_t rounds, bool again, struct diag *d);
/* Run these statements next; the list is taken over. Returns what `run` shall return. */
int script_include(struct cmd_call *c, struct statement_list *list, struct diag *d);
/* The processes are gone: no call of theirs will return, and the story counts from here. A recipe that is played begins
 * anew, too, unless it has done this itself. */
void script_begin_anew(struct script *s);
/* Play a recipe step by step, from its first; none of them runs yet. One that was under way is forgotten. `segments` and
 * `path` count from here. text is borrowed. 0, or -EINVAL with the place in d and nothing changed. */
int script_play(struct script *s, const char *file, const char *text, size_t len, struct diag *d);
/* Run the next `steps` of it (PLAY_ALL: the rest), up to one that fails. */
void script_play_go(struct script *s, uint64_t steps);
/* Somebody who says when has typed a line: nothing runs the next step, `c` all that are left, up to one that fails. false: it is
 * something else, or no recipe is played. */
bool script_go_on(struct script *s, const char *line, size_t len);
/* Where it stands; borrowed, never NULL. */
const struct play *script_playing(const struct script *s);
/* Nothing will be pushed any more: end when idle. */
void script_end(struct script *s);
/* Ctrl-C: stop waiting. The parked command is over, a call it waited for goes on in the background; what
 * is queued behind it is dropped, and a recipe that is played stays where it is. Returns false when nothing was running. */
bool script_interrupt(struct script *s);
/* Has it ended, or is it about to? What is pushed now is not run. */
bool script_over(const struct script *s);
/* Is a command running or waiting? */
bool script_busy(const struct script *s);
bool script_may_exec(const struct script *s);
bool script_may_write(const struct script *s);
/* Shall `slow` blocks be run? */
bool script_slow(const struct script *s);
/* Does the command that runs answer a person at the prompt, who sees what is there? */
bool script_interactive(const struct script *s);
/* Was the command that runs typed, at the prompt or by a guest, and not read from a file that was included or played
 * there? */
bool script_typed(const struct script *s);
/* The exercise that is being done, or NULL. */
struct attempt *script_attempt(const struct script *s);
const struct cmd_table *script_table(const struct script *s);
/* EVENT_MARK that `segments` and `path` count from; 0 = the beginning. */
uint64_t script_mark(const struct script *s);
void script_set_mark(struct script *s, uint64_t event);

/* The claims the script is inside of. */
struct claim_stack *script_claims(struct script *s);
/* Its question: there is one at a time. */
struct prediction *script_prediction(struct script *s);
/* Somebody has typed a line while it waits. An answer is locked: true. `?` is told what may be answered, a command that
 * only looks is run, anything else is told what is awaited: false. file: where it came from, as messages name it. */
bool script_answer(struct script *s, const char *text, size_t len, const char *file);

/* For the call commands: have `p` make a call for command c and treat its end as c's statement says
 * (=> outcome, &, default). Returns what `run` shall return. */
int script_call(struct cmd_call *c, struct process *p, const struct call_order *order,
	struct diag *d);
/* The kernel did otherwise than the script says: tell it, with both in one notation and the last of the
 * story. token: the place (NULL = the verb). Returns CMD_FAILED. */
struct token;
int script_mismatch(struct cmd_call *c, const struct token *token, const char *expected,
	const char *seen);
/* How many calls made by this script have not returned; `p` NULL = of all processes. */
size_t script_calls_open(const struct script *s, const struct process *p);

#endif
