/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/abbreviation.h"
#include "language/checking.h"
#include "language/claim.h"
#include "language/pending.h"
#include "language/queue.h"
#include "language/statement.h"
#include "language/telling.h"
#include "world/world.h"

/* A transfer that never pauses must not keep the next command from running. */
#define SETTLE_MOST_NS NS_PER_S
#define COMMANDS_AT_ONCE 16 /* then the loop has its turn: signals, ends of processes, timers */
#define BLOCK_TEXT_MAX (1u << 20) /* bytes of a block typed line by line */

struct script {
	struct world *world; /* borrowed */
	const struct cmd_table *table; /* borrowed */
	struct script_options options;
	struct queue queue; /* what is still to run */
	struct statement *current; /* what runs or waits; borrowed from the queue */
	struct text kept; /* lines of a block that is not closed yet */
	uint32_t kept_line; /* number of the first of them */
	char kept_file[256];
	struct cmd_call call; /* the command that runs or waits */
	bool running; /* `call` counts */
	bool advancing; /* inside script_advance() */
	bool told_idle;
	bool ending; /* nothing more will be pushed */
	bool ended;
	enum script_verdict verdict;
	uint64_t mark;
	uint64_t settle_by_ns; /* go on then even if the lab is not settled; 0 = not waiting */
	struct claim_stack claims; /* whose blocks run */
	struct pending_list pending; /* calls made and not returned */
};

static void script_advance(struct script *s);

static void on_changed(void *arg)
{
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
	pending_list_done(&s->pending);
	free(s);
}

bool script_busy(const struct script *s)
{
	return s->running || !queue_empty(&s->queue);
}

bool script_over(const struct script *s)
{
	return s->ended;
}

bool script_interactive(const struct script *s)
{
	return s->options.interactive;
}

bool script_guest(const struct script *s)
{
	return s->running && s->current->guest;
}

bool script_typed(const struct script *s)
{
	return (s->options.interactive || script_guest(s)) && !queue_in_file(&s->queue);
}

void script_begin_anew(struct script *s)
{
	pending_forget(&s->pending);
	s->mark = journal_last(world_journal(s->world));
}

bool script_may_exec(const struct script *s)
{
	return s->options.may_exec && !script_guest(s);
}

bool script_may_write(const struct script *s)
{
	return s->options.may_write && !script_guest(s);
}

bool script_slow(const struct script *s)
{
	return s->options.slow || s->options.interactive;
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
	return &s->claims;
}

size_t script_calls_open(const struct script *s, const struct process *p)
{
	return pending_count(&s->pending, p);
}

/* ---- failing ---- */

/* A command has failed: at the prompt drop what was pasted behind it, else end, unless all failures are
 * wanted. What a guest did wrong is told, and nobody else's commands suffer. */
static void fail(struct script *s, enum script_verdict verdict, bool guest)
{
	if (guest)
		return;
	claim_fail(&s->claims, NULL, NULL);
	if (s->options.interactive) {
		claim_end_all(&s->claims, world_journal(s->world));
		queue_drop(&s->queue);
		return;
	}
	if (!s->ended)
		s->verdict = verdict;
	if (verdict != SCRIPT_FAILED || !s->options.keep_going)
		s->ended = true;
}

static void tell_mismatch(struct script *s, uint64_t cause, const struct statement *st,
	const struct token *token, const char *expected, const char *seen)
{
	claim_fail(&s->claims, expected, seen);
	telling_mismatch(world_journal(s->world), cause, st,
		token ? token->column : st->words->column, expected, seen);
}

int script_mismatch(struct cmd_call *c, const struct token *token, const char *expected,
	const char *seen)
{
	tell_mismatch(c->script, c->event, c->statement, token, expected, seen);
	return CMD_FAILED;
}

/* ---- filling the queue ---- */

/* Whoever has sent a block has sent what is in it. */
static void mark_guest(struct statement_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		list->statements[i].guest = true;
		mark_guest(&list->statements[i].block);
	}
}

static int push(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line, bool guest, struct diag *d)
{
	struct statement_list list = { 0 };
	int r = statement_parse_all(text, len, file, first_line, &list, d);

	if (r == 0 && s->options.interactive)
		r = abbreviation_expand(s->table, &list, d);
	if (r == 0)
		r = checking_list(s->world, s->table, &list, d);
	if (r == 0)
		r = claim_check(&list, d);
	if (r < 0) {
		statement_list_done(&list);
		return r;
	}
	if (guest)
		mark_guest(&list);
	queue_push(&s->queue, &list);
	s->told_idle = false;
	world_kick(s->world);
	return 0;
}

int script_push(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line, struct diag *d)
{
	return push(s, text, len, file, first_line, false, d);
}

bool script_in_block(const struct script *s)
{
	return s->kept.len > 0;
}

void script_drop_block(struct script *s)
{
	text_clear(&s->kept);
}

/* It could not be pushed: say so. `line` is the number of the text's first one. */
static void refuse(struct script *s, const char *text, size_t len, uint32_t first_line,
	bool guest, const struct diag *d)
{
	char *line = telling_line_of(text, len, first_line, d->line);

	telling_error(world_journal(s->world), 0, d, line);
	free(line);
	fail(s, SCRIPT_BAD, guest);
	s->told_idle = false;
	world_kick(s->world);
}

void script_push_guest(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line)
{
	struct diag d = { 0 };

	if (!s->ended && push(s, text, len, file, first_line, true, &d) < 0)
		refuse(s, text, len, first_line, true, &d);
}

void script_push_told(struct script *s, const char *text, size_t len, const char *file,
	uint32_t first_line)
{
	struct diag d = { 0 };
	int r;

	if (s->ended)
		return;
	if (!s->kept.len) {
		s->kept_line = first_line;
		snprintf(s->kept_file, sizeof(s->kept_file), "%s", file);
	}
	text_add(&s->kept, text, len);
	r = script_push(s, text_get(&s->kept), s->kept.len, s->kept_file, s->kept_line, &d);
	if (r == -EAGAIN && !s->ending && s->kept.len < BLOCK_TEXT_MAX) {
		text_puts(&s->kept, "\n");
		return;
	}
	if (r < 0)
		refuse(s, text_get(&s->kept), s->kept.len, s->kept_line, false, &d);
	text_clear(&s->kept);
}

void script_end(struct script *s)
{
	s->ending = true;
	if (s->kept.len) /* a block that will never be closed: tell it */
		script_push_told(s, "", 0, s->kept_file, s->kept_line);
	world_kick(s->world);
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
		fail(s, SCRIPT_FAILED, p->statement->guest);
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
		fail(s, SCRIPT_BAD, s->current->guest);
	} else if (result == CMD_FAILED) {
		fail(s, SCRIPT_FAILED, s->current->guest);
	} else if (result == CMD_QUIT) {
		if (!s->options.interactive)
			check_leftovers(s);
		s->ended = true;
	}
	end_call(s);
}

static void start(struct script *s, struct statement *st)
{
	struct diag d = { 0 };
	int result;

	s->current = st;
	s->call = (struct cmd_call){ .script = s,
		.world = s->world,
		.def = cmd_find(s->table, st->words->text),
		.statement = st };
	s->running = true;
	s->call.event = journal_add(world_journal(s->world),
		(struct event){ .kind = EVENT_COMMAND,
			.subject = st->file,
			.text = st->text,
			.place = { .line = st->line, .column = st->words->column } });
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
	return true;
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
		next = queue_next(&s->queue);
		if (next) {
			start(s, next);
			continue;
		}
		if (s->ending) {
			check_leftovers(s);
			if (!s->options.interactive)
				telling_unfired(s->world);
			s->ended = true;
		} else if (!s->told_idle) {
			s->told_idle = true;
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
		end_call(s);
		ended(s->options.arg, s->verdict);
	}
}

int script_enter(struct cmd_call *c, uint64_t rounds, bool again, struct diag *d)
{
	struct script *s = c->script;

	if (queue_enter(&s->queue, s->current, &s->current->block, false, rounds, again) < 0)
		return statement_error(c->statement, NULL, d, "too many blocks within each other");
	return CMD_DONE;
}

int script_include(struct cmd_call *c, struct statement_list *list, struct diag *d)
{
	struct script *s = c->script;
	int r = checking_list(s->world, s->table, list, d);

	if (r == 0)
		r = claim_check(list, d);
	if (r < 0) {
		statement_list_done(list);
		return r;
	}
	if (script_guest(s))
		mark_guest(list);
	if (queue_enter(&s->queue, s->current, list, true, 1, false) < 0)
		return statement_error(c->statement, NULL, d,
			"too many files within each other: does one include itself?");
	return CMD_DONE;
}

bool script_interrupt(struct script *s)
{
	if (!script_busy(s))
		return false;
	end_call(s);
	queue_drop(&s->queue);
	claim_stack_done(&s->claims);
	text_clear(&s->kept);
	world_alarm(s->world, 0);
	world_kick(s->world);
	return true;
}

/* ---- calls ---- */

static void saw_call(struct script *s, const struct pending *p, const char *got)
{
	if (!p->any && p->outcome.kind != OUTCOME_SUCCESS)
		claim_saw_call(&s->claims, p->statement, got);
}

/* The call of a command that has gone on without it is over. */
static void on_returned(void *arg, const struct pending *p)
{
	struct script *s = arg;
	struct text expected = TEXT_EMPTY;

	if (p->met) {
		saw_call(s, p, text_get(&p->got));
		return;
	}
	outcome_format(&p->outcome, &expected);
	tell_mismatch(s, s->running ? s->call.event : 0, p->statement, NULL, text_get(&expected),
		text_get(&p->got));
	text_done(&expected);
	fail(s, SCRIPT_FAILED, p->statement->guest);
}

static int call_unmet(struct cmd_call *c, const struct pending *p, const char *seen)
{
	struct text expected = TEXT_EMPTY;

	outcome_format(&p->outcome, &expected);
	script_mismatch(c, NULL, text_get(&expected), seen);
	text_done(&expected);
	return CMD_FAILED;
}

static int call_check(struct cmd_call *c, struct diag *d)
{
	struct pending *p = c->state;
	bool settled = p->outcome.kind == OUTCOME_BLOCKED && world_settled(c->world);

	(void)d;
	if (p->returned && !p->met)
		return call_unmet(c, p, text_get(&p->got));
	if (p->returned) {
		saw_call(c->script, p, text_get(&p->got));
		return CMD_DONE;
	}
	if (settled && p->process->call.blocked) {
		saw_call(c->script, p, "blocked");
		p->any = true; /* how it ends later is not said here */
		return CMD_DONE;
	}
	return CMD_WAIT;
}

static int call_expired(struct cmd_call *c, struct diag *d)
{
	struct pending *p = c->state;
	struct text text = TEXT_EMPTY;

	(void)d;
	if (script_interactive(c->script)) {
		text_printf(&text, "%s goes on in the background (kill %s would end it)",
			p->process->call.text, p->process->name);
		journal_add(world_journal(c->world),
			(struct event){ .kind = EVENT_NOTE, .text = text_get(&text) });
		text_done(&text);
		return CMD_DONE;
	}
	p->any = true; /* told here, once */
	text_printf(&text,
		"%s after %u s: to wait for it elsewhere use '&', to expect it '=> blocked'",
		p->process->call.blocked ? "still blocked" : "still running",
		(unsigned)(CALL_MOST_NS / NS_PER_S));
	call_unmet(c, p, text_get(&text));
	text_done(&text);
	return CMD_FAILED;
}

static void call_end(struct cmd_call *c)
{
	pending_leave(c->state);
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
	pending->any = outcome.kind == OUTCOME_SUCCESS &&
		(s->options.interactive || order->request->kind == CALL_EXIT);
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
	c->state = pending;
	c->check = call_check;
	c->expired = call_expired;
	c->end = call_end;
	c->deadline_ns = clock_now_ns() +
		(s->options.interactive && outcome.kind == OUTCOME_SUCCESS ? CALL_PROMPT_NS
									   : CALL_MOST_NS);
	return CMD_WAIT;
}
