/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question of a script, put before the lab does something: what will the kernel do? The answer is locked, the block
 * is run, and what the kernel did stands beside it. Nowhere is it written what is right.
 *
 *   predict "Which state will c be in?" c state { close c }
 *   predict "What will the server's kernel send?" segment from a { close a }
 *   predict "What will send() give?" result { send c "x" }
 *   predict "What becomes of the client?" client fate { write c "x" }
 *   predict "Who closes first?" choice { step; choice "c" c FIN-WAIT-1; choice "nobody" c ESTABLISHED }
 *
 * In the block a call without => may give anything, or block. Questions do not stand inside each other, so there is one
 * at a time.
 *
 * States: closed -> waiting for an answer (when there is somebody to ask; the lab goes on) -> its block runs ->
 * observing -> closed. The loop's thread. */
#ifndef LAB_LANGUAGE_PREDICTION_H
#define LAB_LANGUAGE_PREDICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "language/answer.h"

struct call_outcome;
struct cmd_call;
struct diag;
struct journal;
struct pending;
struct process;
struct statement;
struct statement_list;
struct world;

#define PREDICTION_PASS                                                                            \
	"pass" /* what is typed for "I don't know": Enter alone may be one too many */

enum prediction_stage {
	PREDICTION_CLOSED,
	PREDICTION_WAITING,
	PREDICTION_ANSWERED, /* or skipped: the block is next */
	PREDICTION_RUNNING, /* its block */
	PREDICTION_OBSERVING,
};

struct prediction {
	/* Somebody is there to answer: called when a question waits; prediction_answer() may be called from it, or
	 * later. NULL = nobody is. */
	void (*ask)(void *arg);
	/* One that waited does not any more, whoever has answered it. May be NULL. */
	void (*settled)(void *arg);
	void *arg;
	bool quiet; /* who runs this knows that nobody is: how many are skipped is not told */
	bool deserted; /* somebody was, and is gone: what is asked from then on is not answered */
	enum prediction_stage stage;
	/* While it is open: */
	const struct statement *statement; /* borrowed */
	enum answer_kind kind;
	const char *verb; /* RESULT: of the call asked about; borrowed from the table */
	bool in_words; /* and it answers in words */
	uint64_t question, reply; /* EVENT_QUESTION; EVENT_PREDICTION, 0 = nobody was asked */
	uint64_t began; /* last event before its block */
	bool answered;
	struct answer answer; /* owned; when answered */
	/* RESULT: the last call of the block */
	uint64_t call; /* pending.number; 0 = none */
	const struct process *process; /* borrowed: in the call while it has not returned */
	bool returned, met;
	uint64_t returned_event;
	struct text got;
	/* Of all questions so far: */
	unsigned foretold, asked, unanswered, skipped;
	uint32_t first_skipped; /* its line */
};

/* What can be said of any statements before they run: the words of each question, choices at the end of its block and
 * nowhere else, no question inside another; inside: the list will run inside one. 0, or -EINVAL with the place in d. */
int prediction_check(const struct statement_list *list, bool inside, struct diag *d);

/* How many questions there are in these statements. */
size_t prediction_count(const struct statement_list *list);

/* Put the question: EVENT_QUESTION. c: its command, the statement of which is borrowed while it is open. 0, or -EINVAL
 * when it cannot be put. Afterwards it waits, or (nobody to ask) is skipped. */
int prediction_begin(struct prediction *p, struct cmd_call *c, struct diag *d);
bool prediction_waits(const struct prediction *p);
/* The next four only while it waits.
 * A line that somebody has typed, `len` bytes of anything; PREDICTION_PASS: "I don't know". Locked (EVENT_PREDICTION): 0;
 * or -EINVAL: it is no answer, as d says, and the question goes on waiting. */
int prediction_answer(struct prediction *p, struct world *w, const char *text, size_t len,
	struct diag *d);
/* Tell why a line was no answer. */
void prediction_refuse(const struct prediction *p, struct world *w, const struct diag *d);
/* It is not answered: EVENT_PREDICTION without one. */
void prediction_pass(struct prediction *p, struct world *w);
/* A line of a file or a pipe, which has one for each question: what cannot be an answer is told, and counts as none; so
 * does a blank one. */
void prediction_take_line(struct prediction *p, struct world *w, const char *text, size_t len);
/* Whoever answered is gone: this question and those to come are not answered. */
void prediction_ask_nobody(struct prediction *p, struct world *w);
/* Its block begins after this event. */
void prediction_enter(struct prediction *p, uint64_t last);
/* Its block has come to its end. */
void prediction_leave(struct prediction *p);
/* Does its block run, and is this of it, not typed while a recipe is played? Then a call that says nothing of
 * its outcome may give anything. */
bool prediction_inside(const struct prediction *p, const struct statement *s);
/* Is it the question of this statement, behind its block? */
bool prediction_is_open(const struct prediction *p, const struct statement *s);

/* A call was made; it has returned. */
void prediction_called(struct prediction *p, const struct pending *call);
void prediction_heard(void *prediction, const struct pending *call,
	const struct call_outcome *outcome);
/* The processes are gone, and with them the call. */
void prediction_forget_call(struct prediction *p);

/* How long what is asked about may take to come, when the lab is at rest already: 0 or -EINVAL. */
int prediction_patience(const struct prediction *p, struct world *w, uint64_t *ret_within_ns,
	struct diag *d);
/* What the kernel did: EVENT_OBSERVATION, and it is closed: 0. 1: it may still come (not with `final`). -EINVAL: what is
 * asked about is not there, or two choices have come true. */
int prediction_observe(struct prediction *p, struct world *w, bool final, struct diag *d);
/* How an observation ended: counts it and tells it. seen: in words. cause: the event in which the kernel did it; 0 = none. */
void prediction_end(struct prediction *p, struct journal *j, const char *seen, uint64_t cause,
	bool met);
/* What runs was stopped, and the question with it; unless it is one of a recipe that is played, whose block goes on. */
void prediction_interrupt(struct prediction *p, struct world *w);
/* The recipe that is played is over, or begins again: a question does not outlive it. */
void prediction_forget_recipe(struct prediction *p);
/* It will not come to its end. */
void prediction_drop(struct prediction *p);
/* The script is over: how many came true and how many were skipped, as notes; nothing when there was no question. */
void prediction_sum_up(struct prediction *p, struct journal *j);

#endif
