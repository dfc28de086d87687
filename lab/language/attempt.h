/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One student at work on one exercise: which goals are met, what was used up, and the transcript of it. The same
 * for a person at the prompt and for a submission that is played again: both are judged by what the kernel does.
 *
 * States: given (what the exercise does first) -> attempt_begin() -> at work, until the lab ends. */
#ifndef LAB_LANGUAGE_ATTEMPT_H
#define LAB_LANGUAGE_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>

struct attempt;
struct cmd_call;
struct diag;
struct exercise;
struct script;
struct text;
struct transcript;
struct world;

enum attempt_verdict {
	ATTEMPT_RUN, /* the command may run */
	ATTEMPT_SKIP, /* played again it does nothing: files, the end of the session */
};

/* exercise: owned from here on. replayed: no person is there. Never NULL. */
struct attempt *attempt_new(struct exercise *exercise, struct world *world, bool replayed);
void attempt_free(struct attempt *a);
/* Have the script do what is given. All of the exercise is checked. 0, or -EINVAL with the place in d. */
int attempt_give(struct attempt *a, struct script *s, struct diag *d);
/* What is given is done: the student begins. */
void attempt_begin(struct attempt *a);
bool attempt_begun(const struct attempt *a);

/* Called by the script: */
/* A line was typed that will run. */
void attempt_typed(struct attempt *a, const char *line, size_t len);
/* Ctrl-C has ended what ran. */
void attempt_stopped(struct attempt *a);
/* The lab is at rest: see which goals are met. */
void attempt_rested(struct attempt *a);
/* May this command run? A verdict, or -EINVAL with d filled: limits, and what cannot be graded. */
int attempt_allows(struct attempt *a, const struct cmd_call *c, struct diag *d);

/* Called by the commands: */
/* The next hint, "hint 1 of 3 ..."; -EINVAL when there is none left. */
int attempt_hint(struct attempt *a, struct text *out, struct diag *d);
/* The answer is `word`; that it is locked is appended. -EINVAL: it cannot be one, which costs nothing, or there is none
 * left. */
int attempt_answer(struct attempt *a, const char *word, struct text *out, struct diag *d);
/* How the goals stand, what is left of the limits. Appended. */
void attempt_format(const struct attempt *a, struct text *out);
/* Write the submission: to `path`, or NULL = EXERCISE-STUDENT.tcplab here; hand_in.h says what becomes of a file that is
 * there. What was done is appended to `out`. 0, or -errno with d filled. */
int attempt_submit(struct attempt *a, const char *path, struct text *out, struct diag *d);

/* The file that this session has written last; NULL = none yet. */
const char *attempt_submitted(const struct attempt *a);
/* Something was done since that counts: a command, an answer, a goal that came or went. Looking and hints do not. */
bool attempt_unsubmitted(struct attempt *a);
const struct exercise *attempt_exercise(const struct attempt *a);
const struct transcript *attempt_transcript(const struct attempt *a);
bool attempt_met(const struct attempt *a, size_t goal);
size_t attempt_met_count(const struct attempt *a);
/* 0 to EXERCISE_SCORE_MAX: goals met, less hints. */
unsigned attempt_score(const struct attempt *a);
unsigned attempt_hints_taken(const struct attempt *a);
unsigned attempt_hints_cost(const struct attempt *a);
/* Commands that count. */
unsigned attempt_commands(const struct attempt *a);
/* Why the first command that was refused was: "this exercise is to be done without 'forge'". NULL = none was; one like
 * `play`, which no exercise takes and which tries nothing, is none. */
const char *attempt_refused(const struct attempt *a);
/* Append why a goal is not met: "expected c CLOSE-WAIT, seen c CLOSED". Reads the kernel back. */
void attempt_why_not(const struct attempt *a, size_t goal, struct text *out);

#endif
