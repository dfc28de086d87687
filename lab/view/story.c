/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "journal/journal.h"
#include "journal/narrate.h"

#define INDENT "                  " /* of what has no time of its own */

static void add_event(struct story_line *line, uint64_t no)
{
	text_printf(&line->events, "%s%" PRIu64, line->events.len ? " " : "", no);
}

static struct story_line *last_line(struct story *s)
{
	return s->count ? &s->lines[s->count - 1] : NULL;
}

/* The line that tells an event, looked for from the end; NULL. */
static struct story_line *line_of(struct story *s, uint64_t first)
{
	for (size_t i = s->count; i-- > 0 && s->lines[i].first >= first;) {
		if (s->lines[i].first == first)
			return &s->lines[i];
	}
	return NULL;
}

/* What is told on the line of another: a return right behind its call, what became of a packet at once, that an
 * expectation came true, a mark. */
static bool joins(struct story *s, const struct journal *j, const struct event *event)
{
	struct story_line *last = last_line(s), *sent;
	struct text what = TEXT_EMPTY;

	if (!last)
		return false;
	if (event->kind == EVENT_RETURN && last->kind == EVENT_CALL &&
		last->first == event->call.call) {
		narrate_what(j, event, &what);
		free(last->what);
		last->what = text_take(&what);
		add_event(last, event->no);
		return true;
	}
	if (last->kind == EVENT_COMMAND && last->first + 1 == event->no &&
		(event->kind == EVENT_MARK ||
			(event->kind == EVENT_EXPECTATION && event->place.passed))) {
		last->passed = event->kind == EVENT_EXPECTATION;
		add_event(last, event->no);
		return true;
	}
	/* what was not kept arrives; that goes without saying, but others were caused by it */
	sent = event_is_verdict(event) ? line_of(s, event->cause) : NULL;
	if (sent &&
		(event->kind == EVENT_HELD ||
			(event->kind == EVENT_DELIVERED && !event->verdict.held))) {
		sent->held |= event->kind == EVENT_HELD;
		add_event(sent, event->no);
		return true;
	}
	return false;
}

static bool told(const struct journal *j, const struct event *event)
{
	const struct event *cause;

	switch (event->kind) {
	case EVENT_LAB:
	case EVENT_RECIPE:
	case EVENT_MARK:
		return false;
	case EVENT_HOST:
		return event->cause != 0; /* there is one from the beginning */
	case EVENT_SOCKET:
		cause = journal_get(j, event->cause);
		return event->process && cause && cause->kind == EVENT_RETURN &&
			event->socket.local.port;
	case EVENT_COMMAND:
		return !event_is_retold(event);
	default:
		return true;
	}
}

static void add_line(struct story *s, const struct journal *j, const struct event *event)
{
	struct story_line *line;
	struct text text = TEXT_EMPTY;

	if (s->count == STORY_MOST) {
		s->left_out++;
		return;
	}
	if (s->count == 0 || !(s->count & (s->count - 1)))
		s->lines = memory_grow(s->lines, (s->count ? 2 * s->count : 1) * sizeof(*s->lines));
	line = &s->lines[s->count++];
	*line = (struct story_line){ .kind = event->kind,
		.first = event->no,
		.cause = event->cause,
		.time_ns = event->time_ns };
	add_event(line, event->no);
	if (event->kind == EVENT_EXPECTATION)
		line->passed = event->place.passed;
	if (event->kind == EVENT_CLAIM)
		line->verdict = event->claim.verdict;
	narrate_subject(event, &text);
	line->who = text_take(&text);
	narrate_what(j, event, &text);
	line->what = text_take(&text);
	if (!event_is_verdict(event))
		narrate_cause(j, event, &text);
	line->why = text_take(&text);
}

void story_read(struct story *s, const struct journal *j)
{
	for (uint64_t no = 1; no <= journal_last(j); no++) {
		struct event event = *journal_get(j, no);

		if (!joins(s, j, &event) && told(j, &event))
			add_line(s, j, &event);
	}
}

void story_done(struct story *s)
{
	for (size_t i = 0; i < s->count; i++) {
		text_done(&s->lines[i].events);
		free(s->lines[i].who);
		free(s->lines[i].what);
		free(s->lines[i].why);
	}
	free(s->lines);
	*s = (struct story){ 0 };
}

static void plain_line(const struct story_line *line, struct text *out)
{
	switch (line->kind) {
	case EVENT_COMMAND:
		text_printf(out, "> %s%s", line->what, line->passed ? "  ok" : "");
		break;
	case EVENT_SAY:
		text_printf(out, "-- %s", line->what);
		break;
	case EVENT_EXPECTATION:
		text_printf(out, "%s%s: %s", INDENT,
			line->passed ? "as expected" : "NOT as expected", line->what);
		break;
	case EVENT_CLAIM:
	case EVENT_QUESTION:
	case EVENT_PREDICTION:
	case EVENT_OBSERVATION:
	case EVENT_GOAL:
		text_printf(out, "-- %s", line->what);
		break;
	case EVENT_OUTPUT:
		text_puts(out, line->what);
		break;
	case EVENT_ERROR:
		text_printf(out, "error: %s", line->what);
		break;
	case EVENT_RULE:
	case EVENT_NOTE:
		text_printf(out, "%s%s", INDENT, line->what);
		break;
	default:
		text_printf(out, "%8.1f %-8s %s%s", (double)line->time_ns / (double)NS_PER_MS,
			line->who, line->what, line->held ? "  HELD" : "");
		if (line->why[0])
			text_printf(out, "  <- %s", line->why);
	}
	text_puts(out, "\n");
}

/* Nothing in it can end the fence: that is longer than any run of backticks. */
void story_markdown(const struct story *s, struct text *out)
{
	struct text lines = TEXT_EMPTY, safe = TEXT_EMPTY;
	size_t run = 0, longest = 2;

	for (size_t i = 0; i < s->count; i++)
		plain_line(&s->lines[i], &lines);
	text_printable_lines(&safe, text_get(&lines));
	for (const char *c = text_get(&safe); *c; c++) {
		run = *c == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i <= longest; i++)
			text_puts(out, "`");
		text_puts(out, "\n");
		if (side == 0)
			text_puts(out, text_get(&safe));
	}
	if (s->left_out)
		text_printf(out, "\n%" PRIu64 " more lines are not told here.\n", s->left_out);
	text_done(&lines);
	text_done(&safe);
}
