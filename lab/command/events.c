/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "command/output.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/world.h"

#define LINES_USUAL 20
#define LINES_MOST 10000
#define QUOTE_MOST                                                                                 \
	60 /* bytes of an answer such as this one: else lists of lists grow without end */
#define CAUSE_COLUMN 36 /* as in the story */

/* Which events to list. */
struct listing {
	uint64_t from, to; /* numbers */
	bool ranged;
	uint64_t most; /* the last so many of them */
	uint64_t kinds; /* mask of EVENT_BIT() */
	const struct token *of; /* borrowed; NULL = of anybody */
	uint64_t segment; /* `of` is #SEG */
};

/* ---- which ---- */

static bool is(const char *string, const char *name)
{
	return string && strcmp(string, name) == 0;
}

static bool is_about(const struct event *event, const struct listing *l)
{
	if (!l->of)
		return true;
	if (event_is_segment(event) && l->segment)
		return event->wire.number == l->segment || event->wire.repeats == l->segment;
	if (event_is_verdict(event) && l->segment)
		return event->verdict.number == l->segment ||
			(event->kind == EVENT_SWAPPED && event->verdict.other == l->segment);
	if (l->segment)
		return false;
	return is(event->subject, l->of->text) || is(event->process, l->of->text) ||
		is(event->host, l->of->text) ||
		(event_is_segment(event) && is(event->text, l->of->text));
}

/* The last that is listed before `no`; 0 = there is none. */
static uint64_t listed_before(const struct journal *j, uint64_t no, const struct listing *l)
{
	while ((no = journal_previous(j, no, l->kinds)) >= l->from && no) {
		if (is_about(journal_get(j, no), l))
			return no;
	}
	return 0;
}

/* ---- how ---- */

/* Of which the story has no room. */
static void add_timestamps(const struct event *event, struct text *out)
{
	const struct segment *s = &event->wire.segment;

	if ((event->kind == EVENT_SEGMENT || event->kind == EVENT_COPY) && s->kind == SEGMENT_TCP &&
		(s->options.present & OPTION_TIMESTAMPS))
		text_printf(out, "  TS %" PRIu32 "/%" PRIu32, s->options.ts_value,
			s->options.ts_echo);
}

/* The first line of what happened; of an answer not even all of that. */
static void add_what(const struct journal *j, const struct event *event, struct text *out)
{
	struct text what = TEXT_EMPTY;
	size_t begin, len, lines = 1;

	if (event->kind == EVENT_EXPECTATION)
		text_puts(&what, event->place.passed ? "as expected: " : "not as expected: ");
	narrate_what(j, event, &what);
	add_timestamps(event, &what);
	for (const char *c = text_get(&what); *c; c++)
		lines += *c == '\n';
	begin = strspn(text_get(&what), " ");
	len = strcspn(text_get(&what) + begin, "\n");
	if (event->kind == EVENT_OUTPUT && len > QUOTE_MOST) {
		len = QUOTE_MOST;
		while ((what.s[begin + len] & 0xc0) == 0x80) /* not inside a character */
			len--;
	}
	text_add(out, text_get(&what) + begin, len);
	if (lines > 1)
		text_printf(out, " ... (%zu lines)", lines);
	else if (begin + len < what.len)
		text_puts(out, " ...");
	text_done(&what);
}

static void add_line(const struct journal *j, const struct event *event, struct text *out)
{
	struct text subject = TEXT_EMPTY, cause = TEXT_EMPTY;
	size_t begin, shown;

	narrate_subject(event, &subject);
	text_printf(out, "%6" PRIu64 " %9.1f %-11s ", event->no,
		(double)event->time_ns / (double)NS_PER_MS,
		subject.len ? text_get(&subject) : event_kind_name(event->kind));
	begin = out->len;
	add_what(j, event, out);
	shown = out->len - begin;
	narrate_cause(j, event, &cause);
	if (cause.len)
		text_printf(out, "%*s  <- %s",
			shown < CAUSE_COLUMN ? (int)(CAUSE_COLUMN - shown) : 0, "",
			text_get(&cause));
	text_puts(out, "\n");
	text_done(&subject);
	text_done(&cause);
}

/* false: there are none. */
static bool add_lines(const struct journal *j, const struct listing *l, struct text *out)
{
	uint64_t first = 0, no = l->to + 1, count = 0;

	while (count < l->most && (no = listed_before(j, no, l))) {
		first = no;
		count++;
	}
	if (!count)
		return false;
	if (l->ranged && count == l->most && listed_before(j, first, l))
		text_printf(out, "the last %u of them:\n", LINES_MOST);
	for (no = first - 1; (no = journal_next(j, no, l->kinds)) && no <= l->to;) {
		const struct event *event = journal_get(j, no);

		if (is_about(event, l))
			add_line(j, event, out);
	}
	return true;
}

/* ---- the words ---- */

static int read_kind(const struct statement *s, const struct token *t, struct listing *l,
	struct diag *d)
{
	struct text all = TEXT_EMPTY;

	for (int kind = 0; kind < EVENT_COUNT; kind++) {
		if (strcmp(event_kind_name((enum event_kind)kind), t->text) == 0) {
			l->kinds |= EVENT_BIT(kind);
			return 0;
		}
	}
	for (int kind = 0; kind < EVENT_COUNT; kind++)
		text_printf(&all, "%s%s", kind ? ", " : "", event_kind_name((enum event_kind)kind));
	statement_error(s, t, d,
		"'%.40s' is no kind of event (what is about it lists: of %.40s); kinds are: %s",
		t->text, t->text, text_get(&all));
	text_done(&all);
	return -EINVAL;
}

/* FROM-TO; FROM- goes on to the last. */
static int read_range(const struct statement *s, const struct token *t, struct listing *l,
	struct diag *d)
{
	uint64_t last = l->to, to = UINT64_MAX;
	char *end;

	errno = 0;
	l->from = strtoull(t->text, &end, 10);
	if (*end == '-' && isdigit((unsigned char)end[1]))
		to = strtoull(end + 1, &end, 10);
	else if (*end == '-')
		end++;
	if (*end || errno || !l->from || l->from > to)
		return statement_error(s, t, d,
			"'%.40s' is no range of event numbers: 10-20, or 10- for all since",
			t->text);
	if (l->from > last)
		return statement_error(s, t, d, "there are only %" PRIu64 " events so far", last);
	l->to = to < last ? to : last;
	l->most = LINES_MOST;
	l->ranged = true;
	return 0;
}

static int read_of(const struct statement *s, size_t index, struct listing *l, struct diag *d)
{
	if (index == s->word_count)
		return statement_error(s, &s->words[index - 1], d,
			"of what? a socket, process or host, or #7");
	l->of = &s->words[index];
	if (l->of->kind != TOKEN_SEGMENT)
		return 0;
	return name_number(s, l->of, 1, UINT64_MAX, &l->segment, d);
}

static int events_parse(const struct statement *s, struct listing *l, struct diag *d)
{
	int r = 0;

	for (size_t i = 1; i < s->word_count && r == 0; i++) {
		const struct token *t = &s->words[i];

		if (t->kind == TOKEN_SEGMENT)
			r = statement_error(s, t, d, "say: events of #%.20s", t->text);
		else if (strcmp(t->text, "of") == 0)
			r = read_of(s, ++i, l, d);
		else if (!isdigit((unsigned char)t->text[0]))
			r = read_kind(s, t, l, d);
		else if (strchr(t->text, '-'))
			r = read_range(s, t, l, d);
		else
			r = name_number(s, t, 1, LINES_MOST, &l->most, d);
	}
	if (!l->kinds)
		l->kinds = UINT64_MAX;
	return r;
}

static int events_run(struct cmd_call *c, struct diag *d)
{
	struct journal *j = world_journal(c->world);
	struct text out = TEXT_EMPTY;
	/* up to the command itself */
	struct listing l = { .from = 1, .to = c->event - 1, .most = LINES_USUAL };
	int r = events_parse(c->statement, &l, d);

	if (r < 0)
		return r;
	if (!add_lines(j, &l, &out) && l.of && l.kinds == UINT64_MAX && !l.ranged) {
		text_done(&out);
		return statement_error(c->statement, l.of, d,
			"no event is of %s%.40s; there are some of each socket, process and host, and of #1",
			l.segment ? "#" : "", l.of->text);
	}
	if (!out.len)
		text_puts(&out, "no such event so far\n");
	return output_tell(c, &out);
}

const struct cmd_def cmd_events = {
	.name = "events",
	.args = "[N|FROM-TO] [EVENT...] [of SOCK|PROC|HOST|#SEG]",
	.min_args = 0,
	.max_args = 40,
	.summary = "list the journal: the last 20 or N events, or some of them",
	.detail =
		"Number, time in ms, what it is about, what happened, and why. EVENT is a kind: state, call,\n"
		"return, timer, segment, held, delivered, dropped, command ...; several may be named. The\n"
		"journal keeps everything since the start, and `tcplab --json` writes it all.",
	.source = "lab/journal/README.md",
	.example = "events 50 state timer of c",
	.flags = CMD_FREE | CMD_LOOKS,
	.run = events_run,
};
