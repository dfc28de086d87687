/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/telling.h"

#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/orphans.h"
#include "base/paragraph.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "language/play.h"
#include "language/recipe.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/power.h"
#include "world/world.h"

/* A timer of 200 ms, the least that sends again, may have gone off before it would have alone. */
#define BUSY_LEAST_NS (50 * NS_PER_MS)
#define BUSY_SHARE 20 /* of all the time */
#define EXCERPT_LINE_MAX 100 /* columns of a source line shown above the caret */

/* The source line and a caret under the column (a byte's), cut to a window that fits a terminal. */
static void add_caret(const char *line, uint32_t column, struct text *out)
{
	size_t len = strlen(line), at = column ? column - 1 : 0, from = 0, columns = 0;
	uint32_t point;

	if (at > len)
		at = len;
	if (at > EXCERPT_LINE_MAX * 3 / 4)
		from = at - EXCERPT_LINE_MAX / 2;
	if (len - from > EXCERPT_LINE_MAX)
		len = from + EXCERPT_LINE_MAX;
	text_puts(out, "\n    ");
	for (size_t i = from, width; i < len; i += width) {
		width = text_point(line + i, len - i, &point);
		if (line[i] == '\t')
			text_puts(out, " ");
		else if (width && !text_point_acts(point))
			text_add(out, line + i, width);
		else
			text_puts(out, "?");
		width = width ? width : 1;
		columns += i < at;
	}
	text_printf(out, "\n    %*s^", (int)(at < len ? columns : columns + (at - len)), "");
}

void telling_error(struct journal *j, uint64_t cause, const struct diag *d, const char *line)
{
	struct text message = TEXT_EMPTY;

	diag_format(d, &message);
	if (line && d->line)
		add_caret(line, d->column, &message);
	journal_add(j,
		(struct event){ .kind = EVENT_ERROR,
			.cause = cause,
			.text = text_get(&message),
			.subject = d->remedy[0] ? d->remedy : power_remedy(d->error),
			.place = { .line = d->line, .column = d->column } });
	text_done(&message);
}

void telling_busy(uint64_t waited_ns, uint64_t lived_ns, struct text *out)
{
	if (waited_ns < BUSY_LEAST_NS || waited_ns < lived_ns / BUSY_SHARE)
		return;
	text_puts(out, "  (this machine is busy: of ");
	text_duration(out, lived_ns);
	text_puts(out, " tcplab has waited ");
	text_duration(out, waited_ns);
	text_puts(out, " for a core,\n   and the kernel's timers ran on meanwhile)\n");
}

static void add_orphans(struct text *out)
{
	struct orphans orphans;
	struct text words = TEXT_EMPTY;

	if (orphans_read(&orphans) && orphans_crowd(&orphans, &words))
		text_printf(out, "  (%s)\n", text_get(&words));
	text_done(&words);
}

/* The line, and both sides. */
static void add_sides(const char *file, uint32_t line, uint32_t column, const char *command,
	const char *expected, const char *seen, struct text *out)
{
	text_printable(out, file, strlen(file));
	text_printf(out, ":%u:%u: ", line, column);
	text_printable(out, command, strlen(command));
	text_printf(out, "\n  expected  %s\n  seen      %s\n", expected, seen);
}

/* The last of the story behind them, and all of it to the journal. The message is used up. */
static void tell_unmet(struct journal *j, uint64_t cause, uint32_t line, uint32_t column,
	unsigned lines, struct text *message)
{
	text_puts(message, "  the story before it:\n");
	narrate_tail(j, lines, message);
	message->s[--message->len] = '\0'; /* its last newline */
	journal_add(j,
		(struct event){ .kind = EVENT_EXPECTATION,
			.cause = cause,
			.text = text_get(message),
			.place = { .line = line, .column = column, .passed = false } });
	text_done(message);
}

void telling_mismatch(struct journal *j, uint64_t cause, const struct statement *st,
	uint32_t column, const char *expected, const char *seen, uint64_t waited_ns, unsigned lines)
{
	struct text message = TEXT_EMPTY;

	add_sides(st->file, st->line, column, st->text, expected, seen, &message);
	add_orphans(&message);
	telling_busy(waited_ns, clock_now_ns() - journal_start_ns(j), &message);
	tell_unmet(j, cause, st->line, column, lines, &message);
}

void telling_stopped(struct journal *j, const char *by)
{
	uint64_t no = journal_previous(j, journal_last(j) + 1, EVENT_BIT(EVENT_COMMAND));
	struct text seen = TEXT_EMPTY, message = TEXT_EMPTY;
	struct event command;

	if (!no)
		return;
	command = *journal_get(j, no);
	text_puts(&seen, "still running after ");
	text_duration(&seen, clock_now_ns() - journal_start_ns(j) - command.time_ns);
	text_printf(&seen, ", ended by %s", by);
	add_sides(command.subject, command.place.line, command.place.column, command.text,
		"its end", text_get(&seen), &message);
	tell_unmet(j, no, command.place.line, command.place.column, TELLING_LINES, &message);
	text_done(&seen);
}

char *telling_line_of(const char *text, size_t len, uint32_t first, uint32_t number)
{
	struct text line = TEXT_EMPTY;

	while (first++ < number) {
		const char *newline = memchr(text, '\n', len);

		if (!newline)
			break;
		len -= (size_t)(newline + 1 - text);
		text = newline + 1;
	}
	text_add(&line, text,
		memchr(text, '\n', len) ? (size_t)((const char *)memchr(text, '\n', len) - text)
					: len);
	return text_take(&line);
}

void telling_unfired(const struct world *w)
{
	struct journal *j = world_journal((struct world *)w);

	for (const struct rule *rule = wire_rules(world_wire(w))->first; rule; rule = rule->next) {
		const struct event *command = journal_get(j, rule->command);
		struct event note = { .kind = EVENT_NOTE, .cause = rule->command };
		struct text text = TEXT_EMPTY;

		if (rule->hits || !command)
			continue;
		note.subject = command->subject;
		note.place = command->place;
		text_printable(&text, command->subject, strlen(command->subject));
		text_printf(&text, ":%u: rule %u never fired: ", command->place.line, rule->number);
		rule_format(rule, &text);
		note.text = text_get(&text);
		journal_add(j, note);
		text_done(&text);
	}
}

uint64_t telling_recipe(struct journal *j, const char *file, const char *text, size_t len)
{
	struct text opening = TEXT_EMPTY;
	uint64_t event;

	recipe_opening(text, len, &opening);
	event = journal_add(j,
		(struct event){ .kind = EVENT_RECIPE,
			.subject = file,
			.text = text_get(&opening) });
	text_done(&opening);
	return event;
}

void telling_format_waiting(size_t questions, struct text *out)
{
	text_printf(out,
		"It asks %zu time%s what will happen; what there was to look for is told at its end.\n",
		questions, questions == 1 ? "" : "s");
}

void telling_opening(struct journal *j, uint64_t recipe)
{
	const struct event *event = journal_get(j, recipe);
	struct text lines = TEXT_EMPTY, filled = TEXT_EMPTY;

	text_puts(&lines, event->text ? event->text : "");
	paragraph_add_filled(&filled, text_get(&lines));
	if (filled.len) {
		filled.s[--filled.len] = '\0'; /* its last newline */
		journal_add(j,
			(struct event){ .kind = EVENT_OUTPUT,
				.cause = recipe,
				.text = text_get(&filled) });
	}
	text_done(&lines);
	text_done(&filled);
}

void telling_comment(struct journal *j, struct play *p, const struct statement *st)
{
	const char *comment = play_comment(p, st);

	if (comment)
		journal_add(j,
			(struct event){ .kind = EVENT_OUTPUT, .cause = p->event, .text = comment });
}

void telling_recipe_end(struct journal *j, const char *file)
{
	struct text note = TEXT_EMPTY;

	recipe_short_name(file, &note);
	text_puts(&note, " has come to its end");
	journal_add(j, (struct event){ .kind = EVENT_NOTE, .text = text_get(&note) });
	text_done(&note);
}
