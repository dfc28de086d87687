/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/attempt.h"
#include "language/calling.h"
#include "language/checking.h"
#include "language/claim.h"
#include "language/pending.h"
#include "language/play.h"
#include "language/prediction.h"
#include "language/queue.h"
#include "language/recipe.h"
#include "language/script_parts.h"
#include "language/statement.h"
#include "language/telling.h"
#include "wire/wire.h"
#include "world/world.h"

/* A transfer that never pauses must not keep the next command from running. */
#define SETTLE_MOST_NS NS_PER_S
/* What one command of a guest may do: as much as anybody can want to see, and no loop without end. */
#define GUEST_COMMANDS_MOST 2000
#define GUEST_BYTES_MOST (UINT64_C(64) << 20) /* of the journal */
#define COMMANDS_AT_ONCE 16 /* then the loop has its turn: signals, ends of processes, timers */

static void script_advance(struct script *s);

static void on_changed(void *arg)
{
	const struct script *s = arg;

	/* also while a command waits, and while none runs */
	if (s->options.attempt && world_settled(s->world))
		attempt_rested(s->options.attempt);
	script_advance(arg);
}

struct script *script_new(struct world *world, const struct cmd_table *table,
	const struct script_options *options)
{
	struct script *s = memory_new(sizeof(*s));

	s->world = world;
	s->table = table;
	s->options = *options;
	s->told_idle = true;
	s->waited_ns = clock_waited_ns((int)getpid());
	s->prediction.ask = options->ask;
	s->prediction.settled = options->settled;
	s->prediction.arg = options->arg;
	s->prediction.quiet = options->quiet;
	s->pending.returned = prediction_heard;
	s->pending.arg = &s->prediction;
	world_watch(world, on_changed, s);
	return s;
}

static void end_call(struct script *s)
{
	if (s->running && s->call.end)
		s->call.end(&s->call);
	s->running = false;
}

void script_free(struct script *s)
{
	if (!s)
		return;
	end_call(s);
	queue_done(&s->queue);
	text_done(&s->kept);
	claim_stack_done(&s->claims);
	prediction_drop(&s->prediction);
	play_done(&s->play);
	pending_list_done(&s->pending);
	free(s);
}

/* Is the command that runs a recipe's that is played? */
static bool runs_played(const struct script *s)
{
	return s->running && s->current->played;
}

static struct queue *queue_of(struct script *s, bool played)
{
	return played ? &s->play.queue : &s->queue;
}

static struct claim_stack *claims_of(struct script *s, bool played)
{
	return played ? &s->play.claims : &s->claims;
}

bool script_busy(const struct script *s)
{
	return s->running || !queue_empty(&s->queue) || play_due(&s->play);
}

bool script_over(const struct script *s)
{
	return s->ended;
}

/* Is it a guest's? */
static bool runs_guest(const struct script *s)
{
	return s->running && s->current->guest;
}

bool script_interactive(const struct script *s)
{
	return (s->options.interactive || runs_guest(s)) && !runs_played(s);
}

bool script_typed(const struct script *s)
{
	return script_interactive(s) && !queue_in_file(&s->queue);
}

void script_begin_anew(struct script *s)
{
	pending_forget(&s->pending);
	prediction_forget_call(&s->prediction);
	if (s->play.file && !runs_played(s)) {
		prediction_forget_recipe(&s->prediction);
		play_rewind(&s->play);
	}
	s->mark = journal_last(world_journal(s->world));
}

bool script_may_exec(const struct script *s)
{
	if (runs_guest(s))
		return false;
	if (runs_played(s))
		return s->options.play_may_exec || recipe_came_along(s->play.file);
	return s->options.may_exec;
}

bool script_may_write(const struct script *s)
{
	if (runs_guest(s))
		return false;
	return runs_played(s) ? s->options.play_may_write : s->options.may_write;
}

bool script_slow(const struct script *s)
{
	return s->options.slow || script_interactive(s);
}

struct attempt *script_attempt(const struct script *s)
{
	return s->options.attempt;
}

const struct cmd_table *script_table(const struct script *s)
{
	return s->table;
}

uint64_t script_mark(const struct script *s)
{
	return s->mark;
}

void script_set_mark(struct script *s, uint64_t event)
{
	s->mark = event;
}

struct claim_stack *script_claims(struct script *s)
{
	return claims_of(s, runs_played(s));
}

struct prediction *script_prediction(struct script *s)
{
	return &s->prediction;
}

size_t script_calls_open(const struct script *s, const struct process *p)
{
	return pending_count(&s->pending, p);
}

/* ---- failing ---- */

void script_fail(struct script *s, const struct statement *by, enum script_verdict verdict)
{
	bool played = by && by->played;

	if (by && by->guest)
		return;
	if (world_failed(s->world))
		verdict = SCRIPT_NO_LAB;
	claim_fail(claims_of(s, played), NULL, NULL);
	play_stop(&s->play, false);
	if (s->options.interactive) {
		claim_end_all(&s->claims, world_journal(s->world));
		prediction_interrupt(&s->prediction, s->world);
		queue_drop(&s->queue);
	}
	if ((played || !s->options.interactive) && !s->ended && s->verdict < verdict)
		s->verdict = verdict;
	if (!s->options.interactive && (verdict != SCRIPT_FAILED || !s->options.keep_going))
		s->ended = true;
}

static void tell_mismatch(struct script *s, uint64_t cause, const struct statement *st,
	const struct token *token, const char *expected, const char *seen)
{
	world_hear_hosts(s->world);
	if (world_failed(
		    s->world)) /* and has told why: what is seen now is not the kernel's doing */
		return;
	claim_fail(claims_of(s, st->played), expected, seen);
	telling_mismatch(world_journal(s->world), cause, st,
		token ? token->column : st->words->column, expected, seen,
		clock_waited_ns((int)getpid()) - s->waited_ns,
		s->options.interactive ? TELLING_LINES_READ : TELLING_LINES);
}

int script_mismatch(struct cmd_call *c, const struct token *token, const char *expected,
	const char *seen)
{
	tell_mismatch(c->script, c->event, c->statement, token, expected, seen);
	return CMD_FAILED;
}

/* ---- running ---- */

/* At the end every => must have come true. */
static void check_leftovers(struct script *s)
{
	for (struct pending *p = s->pending.first; p && !s->ended; p = p->next) {
		struct text expected = TEXT_EMPTY;

		if (p->returned || p->any || p->outcome.kind == OUTCOME_SUCCESS)
			continue;
		outcome_format(&p->outcome, &expected);
		tell_mismatch(s, s->running ? s->call.event : 0, p->statement, NULL,
			text_get(&expected), "still blocked at the end of the script");
		text_done(&expected);
		script_fail(s, p->statement, SCRIPT_FAILED);
	}
}

static void finish(struct script *s, int result, struct diag *d)
{
	if (result < 0) {
		diag_at(d, s->current->file, s->current->line,
			s->current->words[0].column); /* unless it has one */
		/* of an included file the place is told, its line is not at hand */
		bool here = d->line == s->current->line && strcmp(d->file, s->current->file) == 0;

		telling_error(world_journal(s->world), s->call.event, d,
			here ? s->current->line_text : NULL);
		script_fail(s, s->current, d->unable ? SCRIPT_NO_LAB : SCRIPT_BAD);
	} else if (result == CMD_FAILED) {
		script_fail(s, s->current, SCRIPT_FAILED);
	} else if (result == CMD_QUIT && s->current->played) {
		queue_drop(&s->play.queue);
	} else if (result == CMD_QUIT) {
		if (!s->options.interactive)
			check_leftovers(s);
		s->ended = true;
	}
	end_call(s);
}

/* A loop that does not end would fill the journal's file, and nobody else's command would ever run. */
static int guest_may_go_on(struct script *s, const struct statement *st, struct diag *d)
{
	struct journal_size size = journal_size(world_journal(s->world));
	uint64_t bytes = size.memory + size.file;

	if (s->guest_item != s->queue.begun) {
		s->guest_item = s->queue.begun;
		s->guest_run = 0;
		s->guest_bytes = bytes;
	}
	if (++s->guest_run <= GUEST_COMMANDS_MOST && bytes - s->guest_bytes < GUEST_BYTES_MOST)
		return 0;
	queue_leave(&s->queue);
	claim_stack_done(&s->claims);
	prediction_interrupt(&s->prediction, s->world);
	return statement_error(st, NULL, d,
		"stopped after %u commands: more than that may not come of one from the page",
		s->guest_run - 1);
}

static void start(struct script *s, struct statement *st)
{
	struct diag d = { 0 };
	int result = st->guest ? guest_may_go_on(s, st, &d) : 0;

	if (st->played)
		telling_comment(world_journal(s->world), &s->play, st);

	s->current = st;
	s->call = (struct cmd_call){ .script = s,
		.world = s->world,
		.def = cmd_find(s->table, st->words->text),
		.statement = st };
	s->running = true;
	world_wait(s->world, false);
	wire_end_flow(world_wire(s->world));
	s->call.event = journal_add(world_journal(s->world),
		(struct event){ .kind = EVENT_COMMAND,
			.cause = st->played ? s->play.event : 0,
			.subject = st->file,
			.text = st->text,
			.place = { .line = st->line, .column = st->words->column } });
	if (result == 0)
		result = s->options.attempt ? attempt_allows(s->options.attempt, &s->call, &d)
					    : ATTEMPT_RUN;
	if (result == ATTEMPT_SKIP)
		result = CMD_DONE;
	else if (result == ATTEMPT_RUN)
		result = s->call.def->run(&s->call, &d);
	if (result != CMD_WAIT)
		finish(s, result, &d);
}

/* Is the parked command done? false = it goes on waiting. */
static bool try_parked(struct script *s)
{
	struct diag d = { 0 };
	uint64_t now = clock_now_ns();
	int result = s->call.check(&s->call, &d);

	if (result == CMD_WAIT && s->call.deadline_ns && now >= s->call.deadline_ns)
		result = s->call.expired(&s->call, &d);
	if (result == CMD_WAIT) {
		world_alarm(s->world, s->call.deadline_ns);
		return false;
	}
	finish(s, result, &d);
	return true;
}

/* May the next command begin? The effects of the last one must be in. */
static bool lab_ready(struct script *s)
{
	uint64_t now = clock_now_ns();

	if (!world_settled(s->world)) {
		if (!s->settle_by_ns)
			s->settle_by_ns = now + SETTLE_MOST_NS;
		if (now < s->settle_by_ns)
			return false;
	}
	s->settle_by_ns = 0;
	if (s->options.attempt)
		attempt_rested(s->options.attempt);
	return true;
}

static void end_play(struct script *s)
{
	if (s->prediction.ask && prediction_count(&s->play.list))
		telling_opening(world_journal(s->world), s->play.event);
	if (s->options.interactive)
		telling_recipe_end(world_journal(s->world), s->play.file);
	prediction_sum_up(&s->prediction, world_journal(s->world));
	play_done(&s->play);
}

static struct statement *take_next(struct script *s)
{
	if (s->play.file && !play_next(&s->play))
		end_play(s);
	return play_due(&s->play) ? play_take(&s->play) : queue_next(&s->queue);
}

static void run_queue(struct script *s)
{
	struct statement *next;
	unsigned begun = 0;

	while (!s->ended) {
		if (world_failed(s->world)) { /* and has told why */
			s->verdict = SCRIPT_NO_LAB;
			s->ended = true;
			break;
		}
		if (s->running) {
			if (!try_parked(s))
				return;
			continue;
		}
		if (!lab_ready(s))
			return;
		if (++begun > COMMANDS_AT_ONCE) {
			world_kick(s->world);
			return;
		}
		next = take_next(s);
		if (next) {
			start(s, next);
			continue;
		}
		if (s->ending) {
			check_leftovers(s);
			if (!s->options.attempt) /* an exercise leaves its rules for what the student does */
				telling_unfired(s->world);
			s->ended = true;
		} else if (!s->told_idle) {
			s->told_idle = true;
			world_wait(s->world, s->play.file != NULL);
			if (s->play.file)
				telling_comment(world_journal(s->world), &s->play,
					play_next(&s->play));
			if (s->options.idle)
				s->options.idle(s->options.arg);
			continue; /* it may have pushed more */
		} else {
			return;
		}
	}
}

static void script_advance(struct script *s)
{
	if (s->advancing)
		return;
	s->advancing = true;
	run_queue(s);
	s->advancing = false;
	if (s->ended && s->options.ended) {
		void (*ended)(void *, enum script_verdict) = s->options.ended;

		s->options.ended = NULL;
		claim_end_all(&s->claims, world_journal(s->world));
		claim_end_all(&s->play.claims, world_journal(s->world));
		prediction_sum_up(&s->prediction, world_journal(s->world));
		end_call(s);
		ended(s->options.arg, s->verdict);
	}
}

int script_enter(struct cmd_call *c, uint64_t rounds, bool again, struct diag *d)
{
	struct script *s = c->script;

	if (queue_enter(queue_of(s, s->current->played), s->current, &s->current->block, false,
		    rounds, again) < 0)
		return statement_error(c->statement, NULL, d, "too many blocks within each other");
	return CMD_DONE;
}

int script_include(struct cmd_call *c, struct statement_list *list, struct diag *d)
{
	struct script *s = c->script;
	int r = checking_all(s->world, s->table, list,
		prediction_inside(&s->prediction, c->statement), d);

	if (r < 0) {
		statement_list_done(list);
		return r;
	}
	if (s->prediction.ask)
		claim_veil(list);
	if (s->current->played)
		play_join(list);
	if (queue_enter(queue_of(s, s->current->played), s->current, list, true, 1, false) < 0)
		return statement_error(c->statement, NULL, d,
			"too many files within each other: does one include itself?");
	return CMD_DONE;
}

/* ---- a recipe step by step ---- */

int script_play(struct script *s, const char *file, const char *text, size_t len, struct diag *d)
{
	struct statement_list list = { 0 };
	int r = statement_parse_all(text, len, file, 1, &list, d);

	r = r < 0 ? r : checking_all(s->world, s->table, &list, false, d);
	if (r < 0) {
		statement_list_done(&list);
		return -EINVAL;
	}
	if (s->prediction.ask)
		claim_veil(&list);
	prediction_forget_recipe(&s->prediction);
	play_done(&s->play);
	s->mark = telling_recipe(world_journal(s->world), file, text, len);
	play_begin(&s->play, file, &list, s->mark);
	s->told_idle = false;
	world_kick(s->world);
	return 0;
}

void script_play_go(struct script *s, uint64_t steps)
{
	play_go(&s->play, steps);
	s->told_idle = false;
	world_kick(s->world);
}

const struct play *script_playing(const struct script *s)
{
	return &s->play;
}

bool script_interrupt(struct script *s)
{
	if (!script_busy(s))
		return false;
	if (s->options.attempt)
		attempt_stopped(s->options.attempt);
	end_call(s);
	play_stop(&s->play, true);
	queue_drop(&s->queue);
	claim_stack_done(&s->claims);
	prediction_interrupt(&s->prediction, s->world);
	text_clear(&s->kept);
	world_alarm(s->world, 0);
	world_kick(s->world);
	return true;
}

/* ---- calls ---- */

/* The call of a command that has gone on without it is over. */
static void on_returned(void *arg, const struct pending *p)
{
	struct script *s = arg;
	struct text expected = TEXT_EMPTY;

	if (p->met) {
		calling_saw(claims_of(s, p->statement->played), p, text_get(&p->got));
		return;
	}
	outcome_format(&p->outcome, &expected);
	tell_mismatch(s, s->running ? s->call.event : 0, p->statement, NULL, text_get(&expected),
		text_get(&p->got));
	text_done(&expected);
	script_fail(s, p->statement, SCRIPT_FAILED);
}

int script_call(struct cmd_call *c, struct process *p, const struct call_order *order,
	struct diag *d)
{
	struct script *s = c->script;
	struct outcome outcome;
	struct pending *pending;
	int r = outcome_parse(c->statement, c->def->flags & CMD_WORDS, &outcome, d);

	if (r < 0)
		return r;
	if (outcome.kind == OUTCOME_BLOCKED && c->statement->background)
		return statement_error(c->statement, c->statement->outcome, d,
			"'=> blocked' sends the call to the background by itself: leave out the '&'");
	pending = pending_add(&s->pending, p, c->statement, &outcome, on_returned, s);
	/* exit() never returns: to end is how it succeeds */
	pending->may_block =
		outcome.kind == OUTCOME_SUCCESS && prediction_inside(&s->prediction, c->statement);
	pending->any = outcome.kind == OUTCOME_SUCCESS &&
		(script_interactive(s) || pending->may_block || order->request->kind == CALL_EXIT);
	prediction_called(&s->prediction, pending);
	r = world_call(c->world, p, order, c->event, pending_done, pending, d);
	if (r < 0) {
		pending->returned = true;
		pending_leave(pending);
		return r;
	}
	if (c->statement->background) {
		pending_leave(pending);
		return CMD_DONE;
	}
	return calling_wait(c, pending);
}
