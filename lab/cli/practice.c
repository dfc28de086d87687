/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/practice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/paragraph.h"
#include "base/text.h"
#include "cli/options.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/attempt.h"
#include "language/exercise.h"
#include "language/recipe.h"
#include "language/statement.h"
#include "language/telling.h"
#include "world/world.h"

#define GOAL_INDENT 7 /* "[ ] 1  " */

/* The exercise whose name is nearest to what was typed, "" = none is near. */
static void find_nearest(const char *name, struct text *out)
{
	struct recipe_list all = { 0 };
	struct diag d = { 0 };
	size_t best = strlen(name) / 2 + 1; /* half of it is another name */

	if (recipe_find("exercises", &all, &d) < 0)
		return;
	for (size_t i = 0; i < all.count; i++) {
		struct text called = TEXT_EMPTY;
		const char *slash, *word;
		size_t distance;

		recipe_short_name(all.paths[i], &called);
		slash = strrchr(text_get(&called), '/');
		word = slash ? slash + 1 : text_get(&called);
		distance = text_distance(name, word);
		if (distance < best) {
			best = distance;
			text_clear(out);
			text_puts(out, word);
		}
		text_done(&called);
	}
	recipe_list_done(&all);
}

/* A bare word is an exercise's before it is any other recipe's: close/time-wait is none. */
static int find_named(const char *name, struct recipe_list *list, struct diag *d)
{
	struct text below = TEXT_EMPTY;
	struct diag none = { 0 };
	int r = -ENOENT;

	text_printf(&below, "exercises/%s", name);
	if (!strchr(name, '/') && !strchr(name, '.'))
		r = recipe_find(text_get(&below), list, &none);
	text_done(&below);
	return r < 0 ? recipe_find(name, list, d) : r;
}

int practice_find(const char *name, struct recipe_list *ret_list, struct diag *d)
{
	struct text nearest = TEXT_EMPTY;
	int r = find_named(name, ret_list, d);

	if (r == 0 && ret_list->count == 1)
		return 0;
	if (r == 0)
		r = diag_set(d, EISDIR, "'%.80s' is a folder of several", name);
	else {
		find_nearest(name, &nearest);
		r = diag_set(d, ENOENT, "there is no exercise '%.80s'%s%s%s", name,
			nearest.len ? "; did you mean '" : "", text_get(&nearest),
			nearest.len ? "'?" : "");
	}
	diag_remedy(d, "`tcplab list exercises` shows the exercises there are");
	recipe_list_done(ret_list);
	text_done(&nearest);
	return r;
}

int practice_read(struct practice *p, const struct options *o, struct diag *d)
{
	struct text text = TEXT_EMPTY;
	struct diag later = { 0 }; /* told when it is read as the recipe that it is */
	int r = 0;

	*p = (struct practice){ 0 };
	if (o->exercise)
		r = recipe_read(o->file, &text, d);
	else if (o->file) /* no pipe: what is read is gone */
		recipe_read_plain(o->file, &text, &later);
	if (r == 0 && exercise_is(text_get(&text), text.len)) {
		r = exercise_read(o->file, text_get(&text), text.len, o->student ? o->student : "",
			&p->exercise, d);
	} else if (r == 0 && o->exercise) {
		r = diag_set(d, EINVAL, "%s is no exercise: it has no goal", o->file);
		diag_remedy(d, "tcplab list exercises");
	}
	text_done(&text);
	return r;
}

void practice_join(struct practice *p, struct world *world)
{
	p->world = world;
	if (p->exercise)
		p->attempt = attempt_new(p->exercise, world, false);
}

void practice_done(struct practice *p)
{
	if (p->attempt)
		attempt_free(p->attempt);
	else
		exercise_free(p->exercise);
	*p = (struct practice){ 0 };
}

bool practice_failed(const struct practice *p)
{
	const struct journal *j = world_journal(p->world);
	const uint64_t kinds = EVENT_BIT(EVENT_ERROR) | EVENT_BIT(EVENT_EXPECTATION);

	for (uint64_t no = 0; (no = journal_next(j, no, kinds));) {
		const struct event *event = journal_get(j, no);

		if (event->kind == EVENT_ERROR || !event->place.passed)
			return true;
	}
	return false;
}

void practice_print(const struct practice *p)
{
	struct text goals = TEXT_EMPTY, out = TEXT_EMPTY;

	paragraph_add_filled(&out, p->exercise->opening);
	text_puts(&out, "\n");
	attempt_format(p->attempt, &goals);
	paragraph_add_lines(&out, 0, GOAL_INDENT, text_get(&goals));
	printf("%s\n`goal` tells how it stands, `hint` helps, `help` lists the commands.\n%s\n",
		text_get(&out),
		p->exercise->student[0]
			? "`submit` writes the file to hand in."
			: "This is for practice, and cannot be handed in: for that begin with --student ID.");
	fflush(stdout);
	text_done(&out);
	text_done(&goals);
}

int practice_check(const struct practice *p)
{
	struct journal *j = world_journal(p->world);
	struct text text = TEXT_EMPTY;
	int code = EXIT_PASSED;

	attempt_rested(p->attempt);
	for (size_t i = 0; i < p->exercise->goal_count; i++) {
		const struct statement *goal = p->exercise->goals[i].statement;
		struct diag d = { 0 };

		if (!attempt_met(p->attempt, i))
			continue;
		statement_error(goal, NULL, &d,
			"this goal is met before anybody has done anything");
		telling_error(j, 0, &d, goal->line_text);
		code = EXIT_USAGE;
	}
	text_printf(&text,
		"this is an exercise, and what it gives holds: `tcplab exercise %s` begins it",
		p->exercise->name);
	if (code == EXIT_PASSED)
		journal_add(j, (struct event){ .kind = EVENT_NOTE, .text = text_get(&text) });
	text_done(&text);
	return code;
}

void practice_remind(const struct practice *p)
{
	struct text file = TEXT_EMPTY;
	const char *submitted;

	if (!p->attempt || !attempt_unsubmitted(p->attempt))
		return;
	submitted = attempt_submitted(p->attempt);
	text_printable(&file, submitted ? submitted : "", submitted ? strlen(submitted) : 0);
	if (submitted)
		fprintf(stderr,
			"tcplab: '%s' is older than what you did since: `submit` before leaving writes it "
			"again\n",
			text_get(&file));
	else
		fputs("tcplab: not handed in: `submit` before leaving writes the file\n", stderr);
	text_done(&file);
}
