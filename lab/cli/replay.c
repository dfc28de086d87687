/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/replay.h"
#include "cli/event_loop.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "command/table.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/attempt.h"
#include "language/comparison.h"
#include "language/exercise.h"
#include "language/recipe.h"
#include "language/script.h"
#include "language/statement.h"
#include "language/submission.h"
#include "view/gradebook.h"
#include "world/world.h"

#define MEMORY_MAX                                                                                 \
	(128u << 20) /* bytes of address space, of each process; a lab has 10 MiB of it */
#define REPLAY_MOST_NS                                                                             \
	(20 * NS_PER_S) /* for all that is not waiting for what the student waited for */
#define LATE_NS (2 * NS_PER_S) /* that much later than it took the student */
#define LATE_WIRE_NS (300 * NS_PER_MS) /* what may differ */
#define LATE_PARTED_NS (200 * NS_PER_MS) /* the two have parted: it may never come */
#define TRIES_MAX 2 /* a machine with much to do may be too slow for a timer, once */

struct replay {
	const struct submission *submission; /* borrowed */
	uv_loop_t loop;
	uv_prepare_t each; /* before the loop waits: has the turn come to its end? */
	uv_timer_t later; /* look again even if nothing happens */
	struct world *world;
	struct script *script;
	struct attempt *attempt;
	struct exercise *exercise; /* borrowed from the attempt */
	struct comparison comparison;
	/* CLOCK_MONOTONIC: until when what was seen in the turn is waited for, of the wire, and all; and all turns */
	uint64_t wire_by_ns, turn_by_ns, all_by_ns;
	bool overdue, closing;
};

/* ---- one try ---- */

static void on_closed(void *arg)
{
	(void)arg; /* the loop runs dry by itself */
}

static void close_replay(struct replay *r)
{
	if (r->closing)
		return;
	r->closing = true;
	uv_close((uv_handle_t *)&r->each, NULL);
	uv_close((uv_handle_t *)&r->later, NULL);
	world_close(r->world, on_closed, r);
}

static void on_later(uv_timer_t *handle)
{
	(void)handle; /* on_each() follows */
}

static void look_by(struct replay *r, uint64_t due_ns)
{
	uint64_t now = clock_now_ns();

	uv_timer_start(&r->later, on_later, due_ns > now ? (due_ns - now) / NS_PER_MS + 1 : 1, 0);
}

static const struct turn *turn_of(const struct replay *r)
{
	return &r->submission->transcript.turns[r->comparison.turn];
}

/* How long what was seen in the turn that begins is waited for. */
static void time_turn(struct replay *r)
{
	r->wire_by_ns = clock_now_ns() + turn_of(r)->within_ns + LATE_WIRE_NS;
	r->turn_by_ns = r->wire_by_ns + turn_of(r)->within_ns / 2 +
		(r->comparison.line ? LATE_PARTED_NS : LATE_NS);
}

/* The next turn begins; false: there is none left. */
static bool next_turn(struct replay *r)
{
	const struct turn *turn;

	comparison_next(&r->comparison);
	if (r->comparison.turn == r->submission->transcript.count)
		return false;
	turn = turn_of(r);
	time_turn(r);
	script_push_told(r->script, turn->typed, strlen(turn->typed), "<submission>",
		(uint32_t)r->comparison.turn + 1);
	/* what does not end here would be taken for the beginning of the next line */
	script_drop_block(r->script);
	return true;
}

/* Is there something of this turn to be waited for still? Until when. */
static bool waits(const struct replay *r, uint64_t now, uint64_t *ret_by_ns)
{
	*ret_by_ns = comparison_turn_done(&r->comparison, true) ? r->wire_by_ns : r->turn_by_ns;
	return !comparison_turn_done(&r->comparison, false) && now < *ret_by_ns;
}

/* All that was read is in the attempt's transcript: does the turn go on? */
static void advance(struct replay *r)
{
	uint64_t now = clock_now_ns(), by_ns;

	if (now >= r->all_by_ns) {
		r->overdue = true;
		close_replay(r);
		return;
	}
	comparison_read(&r->comparison, attempt_transcript(r->attempt));
	while (!r->closing && !script_busy(r->script) && world_settled(r->world)) {
		attempt_rested(r->attempt);
		comparison_read(&r->comparison, attempt_transcript(r->attempt));
		if (waits(r, now, &by_ns))
			break;
		if (!next_turn(r))
			close_replay(r);
	}
	if (r->closing)
		return;
	if (!waits(r, now, &by_ns)) {
		by_ns = r->all_by_ns;
		if (script_busy(r->script) && turn_of(r)->stopped)
			script_interrupt(r->script);
	}
	look_by(r, by_ns < r->all_by_ns ? by_ns : r->all_by_ns);
}

static void on_each(uv_prepare_t *handle)
{
	struct replay *r = handle->data;

	if (!r->closing && attempt_begun(r->attempt))
		advance(r);
}

static void on_idle(void *arg)
{
	struct replay *r = arg;

	if (attempt_begun(r->attempt))
		return;
	attempt_begin(r->attempt);
	time_turn(r);
}

static void on_ended(void *arg, enum script_verdict verdict)
{
	(void)verdict;
	close_replay(arg);
}

/* How long may it take? What the student waited for takes as long again. */
static uint64_t time_most(const struct submission *s, uint64_t timeout_ns)
{
	uint64_t most = REPLAY_MOST_NS;

	for (size_t i = 0; i < s->transcript.count && most < timeout_ns; i++)
		most += 2 * s->transcript.turns[i].within_ns;
	return most < timeout_ns ? most : timeout_ns;
}

static int open_replay(struct replay *r, const char *path, const struct text *exercise,
	uint64_t timeout_ns, struct diag *d)
{
	const struct submission *s = r->submission;
	struct script_options options = { .interactive = true,
		.idle = on_idle,
		.ended = on_ended,
		.arg = r };
	int result =
		exercise_read(path, text_get(exercise), exercise->len, s->student, &r->exercise, d);

	if (result < 0)
		return result;
	result = event_loop_open(&r->loop, d);
	if (result < 0) {
		exercise_free(r->exercise);
		return result;
	}
	uv_prepare_init(&r->loop, &r->each);
	uv_timer_init(&r->loop, &r->later);
	r->each.data = r->later.data = r;
	uv_prepare_start(&r->each, on_each);
	r->world = world_new(&r->loop, false);
	r->attempt = attempt_new(r->exercise, r->world, true);
	options.attempt = r->attempt;
	r->script = script_new(r->world, &command_table, &options);
	comparison_init(&r->comparison, &s->transcript);
	r->all_by_ns = clock_now_ns() + time_most(s, timeout_ns);
	result = world_open(r->world, NULL, d);
	if (result == 0)
		result = attempt_give(r->attempt, r->script, d);
	if (result < 0)
		close_replay(r);
	return result;
}

/* ---- what came of it ---- */

static void add_reason(struct grade *g, const char *reason)
{
	struct text all = TEXT_EMPTY;

	text_printf(&all, "%s%s%s", g->reasons ? g->reasons : "", g->reasons ? "\n" : "", reason);
	free(g->reasons);
	g->reasons = text_take(&all);
}

static void add_parting(const struct replay *r, struct grade *g)
{
	const struct comparison *c = &r->comparison;
	struct text reason = TEXT_EMPTY;

	text_printf(&reason, "the replay parts from the submission at its line %u: it says ",
		c->line);
	if (c->said_there)
		text_quote(&reason, c->said_there, strlen(c->said_there), 200);
	else
		text_puts(&reason, "nothing more");
	text_puts(&reason, ", the kernel did ");
	if (c->seen_there)
		text_quote(&reason, c->seen_there, strlen(c->seen_there), 200);
	else
		text_puts(&reason, "not");
	add_reason(g, text_get(&reason));
	text_done(&reason);
}

static void account(const struct replay *r, struct grade *g)
{
	const struct attempt *a = r->attempt;
	const struct exercise *e = r->exercise;
	const char *refused = attempt_refused(a);

	g->verdict = r->overdue ? GRADE_STOPPED : r->comparison.line ? GRADE_PARTS : GRADE_GIVEN;
	g->score = attempt_score(a);
	g->commands = attempt_commands(a);
	g->hints = attempt_hints_taken(a);
	g->hints_cost = attempt_hints_cost(a);
	g->goal_count = e->goal_count;
	g->goals = memory_new(e->goal_count * sizeof(*g->goals));
	for (size_t i = 0; i < e->goal_count; i++) {
		struct text why = TEXT_EMPTY;

		g->goals[i].words = text_copy(e->goals[i].statement->words[1].text);
		if (!attempt_met(a, i)) {
			attempt_why_not(a, i, &why);
			g->goals[i].why_not = text_take(&why);
		}
	}
	if (refused)
		add_reason(g, refused);
	if (r->comparison.line)
		add_parting(r, g);
	if (r->overdue)
		add_reason(g,
			"stopped: its commands do not come to an end in the time that it took the student");
}

static int try_once(const char *path, const struct text *exercise, const struct submission *s,
	uint64_t timeout_ns, struct grade *ret_grade, struct diag *d)
{
	struct replay r = { .submission = s };
	int result = open_replay(&r, path, exercise, timeout_ns, d);

	if (!r.world)
		return result;
	uv_run(&r.loop, UV_RUN_DEFAULT);
	if (result == 0 && !attempt_begun(r.attempt))
		result = diag_set(d, EIO, "what the exercise gives cannot be done here");
	if (result == 0)
		account(&r, ret_grade);
	comparison_done(&r.comparison);
	script_free(r.script);
	attempt_free(r.attempt);
	world_free(r.world);
	LAB_ASSERT(uv_loop_close(&r.loop) == 0);
	return result;
}

/* ---- before it is played ---- */

/* Is it of this exercise, and this student's own? Else why not, appended. */
static void examine(const struct submission *s, const struct exercise *e, struct text *why)
{
	if (strcmp(s->digest, e->digest) != 0) {
		text_printf(why, "it is of another exercise, or of another version of this one: ");
		text_quote(why, s->exercise, strlen(s->exercise), 80);
	} else if (s->seed != e->seed) {
		text_printf(why,
			"its seed is not the one of %s: it was made for somebody else, or edited",
			s->student);
	}
}

static void refuse(struct grade *g, const char *reason)
{
	g->verdict = GRADE_REFUSED;
	add_reason(g, reason);
}

/* Files cannot be written to, or as before: standard output may be one. */
static void limit_files(bool on)
{
	struct rlimit files;

	getrlimit(RLIMIT_FSIZE, &files);
	files.rlim_cur = on ? 0 : files.rlim_max;
	setrlimit(RLIMIT_FSIZE, &files);
}

/* Whatever it makes this process do is limited, and that of the processes of its lab. */
static void limit(uint64_t timeout_ns)
{
	const struct rlimit time = { timeout_ns / NS_PER_S + 10, timeout_ns / NS_PER_S + 10 };

	limit_files(true);
	setrlimit(RLIMIT_CPU, &time);
#ifndef __SANITIZE_ADDRESS__ /* which reserves terabytes */
	const struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };

	setrlimit(RLIMIT_AS, &memory);
#endif
}

static int grade_submission(const char *path, const struct text *exercise,
	const struct submission *s, uint64_t timeout_ns, struct grade *g, struct diag *d)
{
	uint64_t by_ns = clock_now_ns() + timeout_ns;
	struct text why = TEXT_EMPTY;
	struct exercise *e = NULL;
	int r = exercise_read(path, text_get(exercise), exercise->len, s->student, &e, d);

	if (r < 0)
		return r;
	g->student = text_copy(s->student);
	examine(s, e, &why);
	exercise_free(e);
	if (why.len)
		refuse(g, text_get(&why));
	for (int tries = 0; !why.len && tries < TRIES_MAX && r == 0; tries++) {
		struct grade again = { 0 };
		uint64_t now = clock_now_ns();

		if (now >= by_ns)
			break;
		r = try_once(path, exercise, s, by_ns - now, &again, d);
		if (r < 0)
			break;
		if (tries && again.verdict != GRADE_GIVEN && again.score <= g->score) {
			grade_done(&again);
			break;
		}
		again.file = text_copy(g->file);
		again.student = text_copy(g->student);
		grade_done(g);
		*g = again;
		if (g->verdict != GRADE_PARTS)
			break;
	}
	text_done(&why);
	return r;
}

int replay_grade(const char *exercise, const char *file, uint64_t timeout_ns,
	struct grade *ret_grade, struct diag *d)
{
	struct text task = TEXT_EMPTY, text = TEXT_EMPTY, message = TEXT_EMPTY;
	struct submission s = { 0 };
	struct grade g = { .file = text_copy(file) };
	struct diag wrong = { 0 };
	int r = recipe_read(exercise, &task, d);

	if (r == 0) {
		limit(timeout_ns);
		if (recipe_read_plain(file, &text, &wrong) < 0 ||
			submission_read("line", text_get(&text), text.len, &s, &wrong) < 0) {
			if (wrong.line)
				text_printf(&message, "line %u: ", wrong.line);
			text_printable(&message, wrong.message, strlen(wrong.message));
			refuse(&g, text_get(&message));
		} else {
			r = grade_submission(exercise, &task, &s, timeout_ns, &g, d);
		}
		limit_files(false);
	}
	submission_done(&s);
	text_done(&task);
	text_done(&text);
	text_done(&message);
	if (r < 0)
		grade_done(&g);
	else
		*ret_grade = g;
	return r;
}
