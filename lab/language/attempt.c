/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/attempt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/checking.h"
#include "language/cmd.h"
#include "language/exercise.h"
#include "language/expectation.h"
#include "language/hand_in.h"
#include "language/script.h"
#include "language/statement.h"
#include "language/submission.h"
#include "language/transcript.h"
#include "observe/tracker.h"
#include "world/world.h"

#define CHANCE_PORT_LEAST 32768 /* ip_local_port_range begins there, unless it was set */
#define PROCESSES_MAX 16 /* that live in one lab; no exercise has use for more */
#define COMMANDS_MAX                                                                               \
	5000 /* run in one session, whatever they are: a loop that does not end is longer */

struct attempt {
	struct exercise *exercise; /* owned */
	struct world *world; /* borrowed */
	const struct cmd_table *table; /* borrowed: the script's */
	struct transcript transcript;
	bool replayed, begun;
	uint64_t began; /* number of the event after which the student began */
	uint64_t read; /* the journal's last event that was counted */
	bool met[EXERCISE_GOALS_MAX];
	unsigned commands; /* that count */
	unsigned run; /* all of them */
	char refused[sizeof(
		((struct diag *)0)
			->message)]; /* why the first command that was refused was; "" = none was */
	unsigned hints, hints_cost, answers;
	char *answer; /* owned; NULL = none yet */
	char *submitted; /* owned: the file this session has written; NULL = none yet */
	uint64_t done; /* what counts: commands, answers, goals that came or went */
	uint64_t submitted_done; /* when it was written, */
	unsigned submitted_score; /* and of how much */
};

struct attempt *attempt_new(struct exercise *exercise, struct world *world, bool replayed)
{
	struct attempt *a = memory_new(sizeof(*a));

	a->exercise = exercise;
	a->world = world;
	a->replayed = replayed;
	return a;
}

void attempt_free(struct attempt *a)
{
	if (!a)
		return;
	transcript_done(&a->transcript);
	exercise_free(a->exercise);
	free(a->answer);
	free(a->submitted);
	free(a);
}

/* ---- goals ---- */

static bool part_stands(const struct attempt *a, const struct statement *part)
{
	struct expectation e;
	struct diag d = { 0 };

	if (strcmp(part->words->text, "answer") == 0)
		return a->answer && strcasecmp(a->answer, part->words[1].text) == 0;
	/* what it names may not be there yet */
	if (expectation_parse(a->world, part, &e, &d) < 0)
		return false;
	return expectation_stands(&e, a->world, a->began, a->began) == STANDS_MET;
}

static bool goal_stands(const struct attempt *a, size_t goal)
{
	const struct statement_list *block = &a->exercise->goals[goal].statement->block;

	if (a->exercise->goals[goal].in_order && goal > 0 && !a->met[goal - 1])
		return false;
	for (size_t i = 0; i < block->count; i++) {
		if (!part_stands(a, &block->statements[i]))
			return false;
	}
	return true;
}

static void tell_goal(const struct attempt *a, size_t goal)
{
	struct text words = TEXT_EMPTY;
	const struct token *written = &a->exercise->goals[goal].statement->words[1];

	text_printable(&words, written->text, written->len);
	journal_add(world_journal(a->world),
		(struct event){ .kind = EVENT_GOAL,
			.text = text_get(&words),
			.goal = { .number = (uint32_t)goal + 1,
				.met = (uint32_t)attempt_met_count(a),
				.count = (uint32_t)a->exercise->goal_count,
				.passed = a->met[goal] } });
	text_done(&words);
}

static void look_at_goals(struct attempt *a)
{
	for (size_t i = 0; i < a->exercise->goal_count; i++) {
		bool stands;

		if (a->met[i] && !a->exercise->goals[i].at_end)
			continue;
		stands = goal_stands(a, i);
		if (stands == a->met[i])
			continue;
		a->met[i] = stands;
		a->done++;
		tell_goal(a, i);
	}
}

/* ---- commands ---- */

/* The flags of a command, by its text. */
static unsigned flags_of(const struct attempt *a, const char *text)
{
	char verb[32];
	size_t len = strcspn(text, " \t;{");
	const struct cmd_def *def;

	if (len >= sizeof(verb))
		return CMD_COUNTS;
	memcpy(verb, text, len);
	verb[len] = '\0';
	def = cmd_find(a->table, verb);
	return def ? def->flags : CMD_COUNTS;
}

/* Has a command that failed done a part of it? `step 9` delivers what is held and then finds nothing more. */
static bool did_something(const struct journal *j, uint64_t command, uint64_t error)
{
	for (uint64_t no = command + 1; no < error; no++) {
		const struct event *event = journal_get(j, no);

		if (event->cause == command || event->kind == EVENT_DELIVERED)
			return true;
	}
	return false;
}

/* What the lab refused was not done, and does not count. */
static void count_commands(struct attempt *a)
{
	const struct journal *j = world_journal(a->world);
	const uint64_t kinds = EVENT_BIT(EVENT_COMMAND) | EVENT_BIT(EVENT_ERROR);

	for (uint64_t no = a->read; (no = journal_next(j, no, kinds));) {
		const struct event *event = journal_get(j, no);
		const struct event *of = event;

		if (event->kind == EVENT_ERROR)
			of = event->cause > a->began ? journal_get(j, event->cause) : NULL;
		if (!of || of->kind != EVENT_COMMAND)
			continue;
		a->run += event->kind == EVENT_COMMAND;
		if (!(flags_of(a, of->text) & CMD_COUNTS))
			continue;
		if (event->kind == EVENT_COMMAND) {
			a->commands++;
			a->done++;
		} else if (!did_something(j, of->no, event->no)) {
			a->commands--;
			a->done--;
		}
	}
	a->read = journal_last(j);
}

static bool too_many_processes(const struct attempt *a)
{
	size_t running = 0;
	const struct process *p;

	for (size_t i = 0; (p = world_process_at(a->world, i)); i++)
		running += !p->ended;
	return running >= PROCESSES_MAX;
}

/* The rules, one by one. */
static int judge(const struct attempt *a, const struct cmd_call *c, struct diag *d)
{
	const struct exercise *e = a->exercise;
	const char *verb = c->def->name;
	unsigned flags = c->def->flags;

	if (!a->begun && (flags & CMD_PERSON))
		return statement_error(c->statement, NULL, d, "'%s' is not for what is given",
			verb);
	if (flags & CMD_REFUSED)
		return statement_error(c->statement, NULL, d,
			"'%s' is not for exercises: what they do must be playable again anywhere",
			verb);
	if (!a->begun)
		return ATTEMPT_RUN;
	if (exercise_forbids(e, verb))
		return statement_error(c->statement, NULL, d,
			"this exercise is to be done without '%s'", verb);
	if (a->replayed && (flags & CMD_PERSON))
		return ATTEMPT_SKIP;
	if (a->run > COMMANDS_MAX)
		return statement_error(c->statement, NULL, d,
			"more than %d commands in one session", COMMANDS_MAX);
	if (e->commands_most && a->commands > e->commands_most && (flags & CMD_COUNTS))
		return statement_error(c->statement, NULL, d,
			"the %u commands of this exercise are used up; submit, or quit and begin anew",
			e->commands_most);
	if (too_many_processes(a) && (strcmp(verb, "fork") == 0 || strcmp(verb, "process") == 0))
		return statement_error(c->statement, NULL, d,
			"an exercise has room for %d processes", PROCESSES_MAX);
	return ATTEMPT_RUN;
}

/* Only the first is kept: what came after it may be its consequence. */
static int note_refusal(struct attempt *a, const struct diag *d)
{
	if (!a->refused[0])
		snprintf(a->refused, sizeof(a->refused), "%s", d->message);
	return -EINVAL;
}

/* Typed as at any prompt, and refused whatever the exercise is: no call, so nothing was tried. */
static bool refused_to_all(const struct cmd_call *c)
{
	return (c->def->flags & CMD_REFUSED) && !(c->def->flags & CMD_OUTCOME);
}

int attempt_allows(struct attempt *a, const struct cmd_call *c, struct diag *d)
{
	int r;

	if (a->begun)
		count_commands(a); /* this one is among them */
	r = judge(a, c, d);
	if (r < 0 && refused_to_all(c)) /* says nothing of what the student can */
		return -EINVAL;
	return r < 0 ? note_refusal(a, d) : r;
}

/* ---- what happens ---- */

int attempt_give(struct attempt *a, struct script *s, struct diag *d)
{
	struct statement_list given;
	int r;

	a->table = script_table(s);
	r = checking_list(a->world, a->table, &a->exercise->list, d);
	if (r < 0)
		return r;
	exercise_take_given(a->exercise, &given);
	script_push_list(s, &given);
	return 0;
}

void attempt_begin(struct attempt *a)
{
	struct journal *j = world_journal(a->world);

	a->begun = true;
	a->began = journal_add(j,
		(struct event){ .kind = EVENT_GOAL,
			.text = a->exercise->name,
			.goal = { .count = (uint32_t)a->exercise->goal_count } });
	a->read = a->transcript.read = a->began;
	transcript_begin(&a->transcript, "", 0); /* what timers do before anything is typed */
}

bool attempt_begun(const struct attempt *a)
{
	return a->begun;
}

void attempt_rested(struct attempt *a)
{
	if (!a->begun)
		return;
	count_commands(a);
	look_at_goals(a);
	transcript_read(&a->transcript, world_journal(a->world));
}

/* Did the kernel choose this port, here and now? */
static bool is_chance(const struct attempt *a, unsigned long port)
{
	const struct exercise *e = a->exercise;
	const struct endpoint *socket;

	for (size_t i = 0; i < e->choice_count; i++) {
		if (strtoul(e->choices[i].value, NULL, 10) == port)
			return false;
	}
	for (size_t i = 0; (socket = world_socket_at(a->world, i)); i++) {
		if (socket->local.port == port)
			return port >= CHANCE_PORT_LEAST;
	}
	return false;
}

/* The number of such a port is another one in the replay: better said now than by the grade. */
static void warn_of_ports(const struct attempt *a, const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t digits = strspn(line + i, "0123456789");
		struct text note = TEXT_EMPTY;

		if (!digits)
			continue;
		if (digits < 6 && is_chance(a, strtoul(line + i, NULL, 10))) {
			text_printf(&note,
				"port %.*s was the kernel's choice, and will be another one when this is "
				"graded: write @c for where socket c is bound, or `from c`",
				(int)digits, line + i);
			journal_add(world_journal(a->world),
				(struct event){ .kind = EVENT_NOTE, .text = text_get(&note) });
		}
		text_done(&note);
		i += digits;
	}
}

void attempt_typed(struct attempt *a, const char *line, size_t len)
{
	if (!a->begun)
		return;
	if (!a->replayed)
		warn_of_ports(a, line, len);
	transcript_read(&a->transcript, world_journal(a->world));
	while (len && line[len - 1] == '\n')
		len--;
	transcript_begin(&a->transcript, line, len);
}

void attempt_stopped(struct attempt *a)
{
	struct transcript *t = &a->transcript;

	transcript_read(t, world_journal(a->world));
	if (t->count)
		t->turns[t->count - 1].stopped = true;
}

int attempt_hint(struct attempt *a, struct text *out, struct diag *d)
{
	const struct exercise *e = a->exercise;
	const struct hint *hint = &e->hints[a->hints];

	if (a->hints == e->hint_count)
		return diag_set(d, EINVAL,
			e->hint_count ? "there is no further hint" : "this exercise has no hints");
	a->hints++;
	a->hints_cost += hint->cost;
	text_printf(out, "hint %u of %zu", a->hints, e->hint_count);
	if (hint->cost)
		text_printf(out, " (%u of %d)", hint->cost, EXERCISE_SCORE_MAX);
	text_puts(out, ": ");
	text_printable(out, hint->words, strlen(hint->words));
	return 0;
}

int attempt_answer(struct attempt *a, const char *word, struct text *out, struct diag *d)
{
	unsigned most = a->exercise->answers_most;
	int r = exercise_check_answer(a->exercise, word, d);

	if (r < 0)
		return r;
	if (most && a->answers == most) {
		diag_set(d, EINVAL, "no answer is left: this exercise takes %u", most);
		return note_refusal(a, d);
	}
	a->answers++;
	a->done++;
	free(a->answer);
	a->answer = text_copy(word);
	text_puts(out, "locked: ");
	text_printable(out, word, strlen(word));
	if (most)
		text_printf(out, " (answer %u of %u)", a->answers, most);
	return 0;
}

/* ---- handing in ---- */

/* The last word of the exercise's name, and the student. */
static char *default_path(const struct exercise *e)
{
	const char *slash = strrchr(e->name, '/');
	struct text path = TEXT_EMPTY;

	text_printf(&path, "%s-%s.tcplab", slash ? slash + 1 : e->name, e->student);
	return text_take(&path);
}

int attempt_submit(struct attempt *a, const char *path, struct text *out, struct diag *d)
{
	CLEANUP(freep) char *name = path ? text_copy(path) : default_path(a->exercise);
	/* what is better than this may be what counts: then it is kept */
	bool again = a->submitted && strcmp(a->submitted, name) == 0 &&
		a->submitted_score <= attempt_score(a);
	struct text text = TEXT_EMPTY, kept = TEXT_EMPTY;
	struct utsname kernel;
	int r;

	if (!a->exercise->student[0])
		return diag_set(d, EINVAL,
			"whose is it? begin with: tcplab exercise %s --student YOUR-ID",
			a->exercise->name);
	if (a->transcript.full)
		return diag_set(d, EINVAL,
			"this session has become too long to be handed in; begin anew");
	transcript_read(&a->transcript, world_journal(a->world));
	uname(&kernel);
	submission_write(a->exercise, &a->transcript, kernel.release, &text);
	r = hand_in_write(name, a->exercise, again, &text, &kept, d);
	text_done(&text);
	if (r < 0)
		return r;
	text_puts(out, again ? "written again: " : "written: ");
	text_printable(out, name, strlen(name));
	text_printf(out, ", goals %zu of %zu, score %u of %d. Hand in that file.",
		attempt_met_count(a), a->exercise->goal_count, attempt_score(a),
		EXERCISE_SCORE_MAX);
	if (kept.len) {
		text_puts(out, "\nYour earlier try is kept as ");
		text_printable(out, kept.s, kept.len);
		text_puts(out, "; of several the best counts.");
	}
	text_done(&kept);
	free(a->submitted);
	a->submitted = text_copy(name);
	a->submitted_done = a->done;
	a->submitted_score = attempt_score(a);
	return 0;
}

const char *attempt_submitted(const struct attempt *a)
{
	return a->submitted;
}

bool attempt_unsubmitted(struct attempt *a)
{
	if (a->begun)
		count_commands(a);
	return a->exercise->student[0] && a->done != a->submitted_done;
}

/* ---- how it stands ---- */

const struct exercise *attempt_exercise(const struct attempt *a)
{
	return a->exercise;
}

const struct transcript *attempt_transcript(const struct attempt *a)
{
	return &a->transcript;
}

bool attempt_met(const struct attempt *a, size_t goal)
{
	return a->met[goal];
}

size_t attempt_met_count(const struct attempt *a)
{
	size_t count = 0;

	for (size_t i = 0; i < a->exercise->goal_count; i++)
		count += a->met[i];
	return count;
}

unsigned attempt_score(const struct attempt *a)
{
	size_t goals = a->exercise->goal_count; /* exercise_read() has refused one without */
	unsigned score = goals ? (unsigned)(EXERCISE_SCORE_MAX * attempt_met_count(a) / goals) : 0;

	return score > a->hints_cost ? score - a->hints_cost : 0;
}

unsigned attempt_hints_taken(const struct attempt *a)
{
	return a->hints;
}

unsigned attempt_hints_cost(const struct attempt *a)
{
	return a->hints_cost;
}

unsigned attempt_commands(const struct attempt *a)
{
	return a->commands;
}

const char *attempt_refused(const struct attempt *a)
{
	return a->refused[0] ? a->refused : NULL;
}

static void why_not_part(const struct attempt *a, const struct statement *part, struct text *out)
{
	struct expectation e;
	struct diag d = { 0 };

	if (strcmp(part->words->text, "answer") == 0) {
		text_puts(out, a->answer ? "the answer was " : "there was no answer");
		text_printable(out, a->answer ? a->answer : "", a->answer ? strlen(a->answer) : 0);
	} else if (expectation_parse(a->world, part, &e, &d) < 0) {
		text_printable(out, d.message, strlen(d.message));
	} else {
		const char *words = part->text + part->words[0].end_column - part->words[0].column;

		text_puts(out,
			"expected"); /* in the words of the exercise: a name tells more than an address */
		text_printable(out, words, strlen(words));
		text_puts(out, ", seen ");
		expectation_format_seen(&e, a->world, a->began, out);
	}
}

void attempt_why_not(const struct attempt *a, size_t goal, struct text *out)
{
	const struct statement_list *block = &a->exercise->goals[goal].statement->block;

	if (a->exercise->goals[goal].in_order && goal > 0 && !a->met[goal - 1]) {
		text_puts(out, "the goal before it was not met");
		return;
	}
	for (size_t i = 0; i < block->count; i++) {
		if (part_stands(a, &block->statements[i]))
			continue;
		why_not_part(a, &block->statements[i], out);
		return;
	}
	text_puts(out, "not all of it at the same moment");
}

static void format_used(const struct attempt *a, struct text *out)
{
	const struct exercise *e = a->exercise;
	struct text limits = TEXT_EMPTY;

	exercise_format_limits(e, &limits);
	if (limits.len)
		text_printf(out, "limits: %s\n", text_get(&limits));
	text_done(&limits);
	text_printf(out, "used: %u command%s", a->commands, a->commands == 1 ? "" : "s");
	if (e->hint_count)
		text_printf(out, ", %u of %zu hints", a->hints, e->hint_count);
	if (a->answer) {
		text_puts(out, ", answer ");
		text_printable(out, a->answer, strlen(a->answer));
	}
	text_printf(out, "; score %u of %d", attempt_score(a), EXERCISE_SCORE_MAX);
}

void attempt_format(const struct attempt *a, struct text *out)
{
	const struct exercise *e = a->exercise;

	for (size_t i = 0; i < e->goal_count; i++) {
		const struct goal *goal = &e->goals[i];
		const struct token *words = &goal->statement->words[1];

		text_printf(out, "%s %zu  ", a->met[i] ? "[x]" : "[ ]", i + 1);
		text_printable(out, words->text, words->len);
		text_printf(out, "%s%s\n", goal->in_order && i ? " (after the one above)" : "",
			goal->at_end ? " (still at the end)" : "");
	}
	format_used(a, out);
}
