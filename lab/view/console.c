/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/console.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/paragraph.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"

/* Segments with their options fill 100 columns, all else fits 80. */
#define COLUMNS 100
#define CAUSE_COLUMN 36 /* where the cause begins, when the line is shorter */
#define CAUSES_MOST 6 /* lines of a chain of causes */
#define INDENT 18 /* columns of time and subject */

struct console {
	struct console_options options;
	/* A call, timer, segment or expectation waits for the next event: its return or verdict goes on the same
	 * line. */
	uint64_t waiting;
	uint64_t timer; /* fired just before the segment that waits, and told with it; 0 = none */
	/* Dropped while the recipe waits, or by the rule that holds what they repeat: they would push its step or question,
	 * and what was before, off the screen. */
	unsigned repeats;
	bool by_rule;
	struct text out;
};

static const char *style(const struct console *c, const char *escape)
{
	return c->options.color ? escape : "";
}

static void put(struct console *c, bool error)
{
	text_puts(&c->out, "\n");
	c->options.print(c->options.arg, error, text_get(&c->out), c->out.len);
	text_clear(&c->out);
}

/* Time, subject, text, and the cause where it tells something. `after` begins with two blanks, as the cause does;
 * where the line fits COLUMNS with one of them only, one has to do. */
static void story_line(struct console *c, const struct journal *j, const struct event *event,
	const char *emphasis, const char *after)
{
	struct text part = TEXT_EMPTY, cause = TEXT_EMPTY;
	size_t shown, width;
	bool tight;

	narrate_subject(event, &part);
	text_printf(&c->out, "%s%8.1f%s %-8s ", style(c, "\033[2m"),
		(double)event->time_ns / (double)NS_PER_MS, style(c, "\033[0m"), text_get(&part));
	text_clear(&part);
	narrate_what(j, event, &part);
	if (!event_is_verdict(event))
		narrate_cause(j, event, &cause);
	shown = part.len + strlen(after);
	width = INDENT + shown + (cause.len ? 5 + cause.len : 0);
	tight = width > COLUMNS && width - !!cause.len - !!after[0] <= COLUMNS;
	text_printf(&c->out, "%s%s%s%s", style(c, emphasis), text_get(&part),
		after + (tight && after[0]), style(c, emphasis[0] ? "\033[0m" : ""));
	if (cause.len)
		text_printf(&c->out, "%*s%s%s<- %s%s",
			shown < CAUSE_COLUMN ? (int)(CAUSE_COLUMN - shown) : 0, "",
			tight ? " " : "  ", style(c, "\033[2m"), text_get(&cause),
			style(c, "\033[0m"));
	text_done(&part);
	text_done(&cause);
	put(c, false);
}

static bool is_guest(const struct console *c, const struct event *event)
{
	return c->options.guest && event->subject && strcmp(event->subject, c->options.guest) == 0;
}

static void command_line(struct console *c, const struct event *event, const char *after)
{
	text_printf(&c->out, "%s%s> ", style(c, "\033[1;36m"),
		is_guest(c, event) ? c->options.guest_name : "");
	text_printable(&c->out, event->text, strlen(event->text));
	text_printf(&c->out, "%s%s", style(c, "\033[0m"), after);
	put(c, false);
}

/* Print the line that waited. */
static void flush(struct console *c, const struct journal *j, const char *after)
{
	const struct event *event = journal_get(j, c->waiting), *timer = journal_get(j, c->timer);

	c->waiting = c->timer = 0;
	if (timer)
		story_line(c, j, timer, "", "");
	if (event && event->kind == EVENT_COMMAND)
		command_line(c, event, after);
	else if (event)
		story_line(c, j, event, "", after);
}

static void tell_error(struct console *c, const struct event *event)
{
	text_printf(&c->out, "%serror:%s ", style(c, "\033[31m"), style(c, "\033[0m"));
	paragraph_add_lines(&c->out, strlen("error: "), 2, event->text);
	if (event->subject) /* to be copied: the terminal may break it, we may not */
		text_printf(&c->out, "\n  try: %s", event->subject);
	put(c, true);
}

static void tell_expectation(struct console *c, const struct event *event)
{
	if (!event->place.passed) {
		text_printf(&c->out, "%snot as expected:%s %s", style(c, "\033[31m"),
			style(c, "\033[0m"), event->text);
		put(c, true);
	} else if (c->options.story) {
		text_printf(&c->out, "%*sas expected: %s", INDENT, "", event->text);
		put(c, false);
	}
}

static void tell_claim(struct console *c, const struct journal *j, const struct event *event)
{
	static const char *const colors[] = {
		[CLAIM_HOLDS] = "\033[32m",
		[CLAIM_DIFFERS] = "\033[35m",
		[CLAIM_FAILED] = "\033[31m",
		[CLAIM_UNTESTED] = "\033[33m",
	};

	text_printf(&c->out, "-- %s", style(c, colors[event->claim.verdict]));
	narrate_what(j, event, &c->out);
	text_puts(&c->out, style(c, "\033[0m"));
	if (event->process)
		text_printf(&c->out, "\n   instead: %s", event->process);
	put(c, false);
}

/* "because  main     close(3) = 0" and the links behind it below. */
static void tell_causes(struct console *c, const struct journal *j, const struct event *event)
{
	struct text chain = TEXT_EMPTY;
	const char *word = "because";

	narrate_chain(j, event->cause, CAUSES_MOST, &chain);
	for (const char *line = text_get(&chain); *line; line = strchr(line, '\n') + 1) {
		text_printf(&c->out, "\n   %-8s %s%.*s%s", word, style(c, "\033[2m"),
			(int)strcspn(line, "\n"), line, style(c, "\033[0m"));
		word = "";
	}
	text_done(&chain);
}

static void tell_observation(struct console *c, const struct journal *j, const struct event *event)
{
	static const char *const colors[] = {
		[PREDICTION_FORETOLD] = "\033[32m",
		[PREDICTION_OTHERWISE] = "\033[35m",
		[PREDICTION_UNANSWERED] = "\033[33m",
		[PREDICTION_SKIPPED] = "\033[33m",
	};
	const struct event *answer = journal_get(j, event->prediction.answer);

	if (answer && answer->text) {
		text_puts(&c->out, "   you said ");
		text_printable(&c->out, answer->text, strlen(answer->text));
		text_puts(&c->out, "\n");
	}
	text_puts(&c->out, "   it is    ");
	text_printable(&c->out, event->text, strlen(event->text));
	text_printf(&c->out, "  %s(%s)%s", style(c, colors[event->prediction.verdict]),
		narrate_verdict(event->prediction.verdict), style(c, "\033[0m"));
	tell_causes(c, j, event);
	put(c, false);
}

static void tell_prediction(struct console *c, const struct journal *j, const struct event *event)
{
	if (event->kind == EVENT_OBSERVATION) {
		tell_observation(c, j, event);
		return;
	}
	text_puts(&c->out, style(c, "\033[1;33m"));
	text_puts(&c->out,
		event->kind == EVENT_QUESTION ? "?? "
			: event->text	      ? "   locked   "
					      : "   not answered");
	if (event->text)
		text_printable(&c->out, event->text, strlen(event->text));
	text_puts(&c->out, style(c, "\033[0m"));
	for (const char *line = event->kind == EVENT_QUESTION ? event->host : "", *end; *line;
		line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		text_puts(&c->out, "\n   ");
		text_printable(&c->out, line, (size_t)(end - line));
	}
	put(c, false);
}

static void tell_goal(struct console *c, const struct journal *j, const struct event *event)
{
	text_printf(&c->out, "-- %s", style(c, event->goal.passed ? "\033[32m" : "\033[33m"));
	narrate_what(j, event, &c->out);
	text_printf(&c->out, "%s  (%u of %u)", style(c, "\033[0m"), event->goal.met,
		event->goal.count);
	put(c, false);
}

/* Is it what a kernel sent again while the recipe waited, or because of what is held? Not told, and neither are that segment and its timer. */
static bool passes_over(struct console *c, const struct journal *j, const struct event *event)
{
	const struct event *waiting = journal_get(j, c->waiting);

	if (event->kind != EVENT_DROPPED || !event->verdict.other)
		return false;
	if (waiting && event_is_segment(waiting) && waiting->wire.number == event->verdict.number)
		c->waiting = c->timer = 0;
	c->repeats++;
	c->by_rule = strncmp(event->text, "rule ", strlen("rule ")) == 0;
	return true;
}

/* The recipe has gone on. */
static void tell_repeats(struct console *c)
{
	if (!c->repeats || !c->options.story)
		return;
	text_printf(&c->out, "%*s%u %s%s dropped %s", INDENT, "", c->repeats,
		c->by_rule ? "retransmission" : "repeat", c->repeats == 1 ? " was" : "s were",
		c->by_rule ? "because of what is held" : "while the recipe waited");
	c->repeats = 0;
	put(c, false);
}

/* Does this event end the line that waits, on that line? */
static bool joins(struct console *c, const struct journal *j, const struct event *event)
{
	const struct event *waiting = journal_get(j, c->waiting);

	if (!waiting)
		return false;
	if (waiting->kind == EVENT_TIMER && event->kind == EVENT_SEGMENT &&
		event->cause == waiting->no) {
		c->timer = waiting->no;
		c->waiting = event->no;
		return true;
	}
	if (waiting->kind == EVENT_CALL && event->kind == EVENT_RETURN &&
		event->call.call == waiting->no) {
		c->waiting = 0; /* the return says it all */
		return false;
	}
	if (waiting->kind == EVENT_COMMAND && event->kind == EVENT_CLAIM &&
		waiting->place.line == event->claim.line &&
		waiting->place.column == event->claim.column) {
		c->waiting = 0; /* `claim` once more, behind its block */
		return false;
	}
	if (waiting->kind == EVENT_COMMAND && event->kind == EVENT_EXPECTATION &&
		event->place.passed) {
		flush(c, j, c->options.color ? "  \033[32mok\033[0m" : "  ok");
		return true;
	}
	if (!event_is_segment(waiting) || !event_is_verdict(event) ||
		event->verdict.number != waiting->wire.number)
		return false;
	if (event->kind == EVENT_HELD)
		flush(c, j, "  HELD");
	else if (event->kind == EVENT_DELIVERED)
		flush(c, j, "");
	else
		return false;
	return true;
}

static void tell_story(struct console *c, const struct journal *j, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CALL:
	case EVENT_TIMER:
	case EVENT_SEGMENT:
	case EVENT_COPY:
	case EVENT_FORGED:
		c->waiting = event->no;
		break;
	case EVENT_DELIVERED:
		if (event->verdict.held)
			story_line(c, j, event, "", "");
		break;
	case EVENT_STATE:
		story_line(c, j, event, "\033[1m", "");
		break;
	case EVENT_SOCKET:
		if (event->process && event->cause &&
			journal_get(j, event->cause)->kind == EVENT_RETURN &&
			event->socket.local.port)
			story_line(c, j, event, "", "");
		break;
	case EVENT_RULE:
	case EVENT_NOTE:
		text_printf(&c->out, "%*s%s", INDENT, "", event->text);
		put(c, false);
		break;
	case EVENT_LAB:
		break;
	case EVENT_HOST:
		if (event->cause) /* there is one from the beginning */
			story_line(c, j, event, "", "");
		break;
	default:
		story_line(c, j, event, "", "");
	}
}

static bool shows_command(const struct console *c, const struct event *event)
{
	return c->options.commands || (c->options.played && event->cause) || is_guest(c, event);
}

static void on_event(void *arg, const struct journal *j, const struct event *event)
{
	struct console *c = arg;

	if (joins(c, j, event) || passes_over(c, j, event))
		return;
	flush(c, j, "");
	if (event->kind == EVENT_COMMAND || event_is_prediction(event))
		tell_repeats(c);
	switch (event->kind) {
	case EVENT_ERROR:
		tell_error(c, event);
		break;
	case EVENT_EXPECTATION:
		tell_expectation(c, event);
		break;
	case EVENT_OUTPUT:
		text_puts(&c->out, event->text);
		put(c, false);
		break;
	case EVENT_COMMAND:
		if (shows_command(c, event) && !event_is_retold(event))
			c->waiting = event->no;
		break;
	case EVENT_SAY:
		text_printf(&c->out, "%s-- ", style(c, "\033[33m"));
		paragraph_add_lines(&c->out, strlen("-- "), 3, event->text);
		text_puts(&c->out, style(c, "\033[0m"));
		put(c, false);
		break;
	case EVENT_RECIPE:
	case EVENT_MARK:
		break;
	case EVENT_CLAIM:
		if (c->options.story)
			tell_claim(c, j, event);
		break;
	case EVENT_QUESTION:
	case EVENT_PREDICTION:
	case EVENT_OBSERVATION:
		if (c->options.story)
			tell_prediction(c, j, event);
		break;
	case EVENT_GOAL:
		if (event->goal.number) /* how one begins is told otherwise */
			tell_goal(c, j, event);
		break;
	case EVENT_NOTE:
		if (event->place.line) { /* about a line of the script: for its author, whatever else is told */
			text_printf(&c->out, "%snote:%s %s", style(c, "\033[33m"),
				style(c, "\033[0m"), event->text);
			put(c, true);
			break;
		}
		/* fall through */
	default:
		if (c->options.story)
			tell_story(c, j, event);
	}
}

struct console *console_new(struct journal *journal, const struct console_options *options)
{
	struct console *c = memory_new(sizeof(*c));

	c->options = *options;
	journal_read(journal, on_event, c);
	return c;
}

void console_set_story(struct console *c, bool story)
{
	c->options.story = story;
}

void console_ask_again(struct console *c, const struct journal *j, uint64_t question)
{
	const struct event *event = journal_get(j, question);

	LAB_ASSERT(event && event->kind == EVENT_QUESTION);
	console_pause(c, j);
	tell_prediction(c, j, event);
}

void console_pause(struct console *c, const struct journal *j)
{
	const struct event *waiting = journal_get(j, c->waiting);

	if (waiting && waiting->kind == EVENT_COMMAND)
		flush(c, j, "");
}

void console_free(struct console *c)
{
	if (!c)
		return;
	text_done(&c->out);
	free(c);
}
