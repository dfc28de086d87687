/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/expectation.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/sysname.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/names.h"
#include "language/statement.h"
#include "observe/tracker.h"
#include "world/world.h"

#define WITHIN_NS (2 * NS_PER_S)

/* ---- reading ---- */

static bool is_word(const struct statement *s, size_t i, const char *word)
{
	return i < s->word_count && s->words[i].kind == TOKEN_WORD &&
		strcmp(s->words[i].text, word) == 0;
}

static int parse_state(const struct statement *s, size_t i, enum tcp_state *ret_state,
	struct diag *d)
{
	if (i >= s->word_count)
		return statement_error(s, &s->words[s->word_count - 1], d,
			"a state is missing after this");
	*ret_state = tcp_state_parse(s->words[i].text);
	if (*ret_state == STATE_NONE)
		return statement_error(s, &s->words[i], d,
			"'%.40s' is no TCP state; they are LISTEN, SYN-SENT, SYN-RECEIVED, "
			"ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK, "
			"TIME-WAIT, CLOSED",
			s->words[i].text);
	return 0;
}

static int parse_path(const struct statement *s, size_t *i, struct expectation *e, struct diag *d)
{
	for (;;) {
		int r;

		if (e->count == EXPECTATION_PARTS_MAX)
			return statement_error(s, &s->words[*i], d, "a path has at most %d states",
				EXPECTATION_PARTS_MAX);
		r = parse_state(s, *i, &e->states[e->count], d);
		if (r < 0)
			return r;
		e->count++;
		++*i;
		if (*i >= s->word_count || s->words[*i].kind != TOKEN_THEN)
			return 0;
		++*i;
	}
}

static int parse_segments(const struct world *w, const struct statement *s, size_t *i,
	struct expectation *e, struct diag *d)
{
	while (*i < s->word_count && !is_word(s, *i, "within")) {
		int r;

		if (e->count == EXPECTATION_PARTS_MAX)
			return statement_error(s, &s->words[*i], d, "at most %d segments in a list",
				EXPECTATION_PARTS_MAX);
		r = name_match(w, s, i, &e->matches[e->count++], d);
		if (r < 0)
			return r;
	}
	if (e->count == 0)
		return statement_error(s, &s->words[s->word_count - 1], d,
			"which segments? e.g. expect segments syn syn/ack ack; none: expect no "
			"segments");
	return 0;
}

static int parse_fate(const struct world *w, const struct statement *s, size_t *i,
	struct expectation *e, struct diag *d)
{
	int r = name_process(w, s, &s->words[*i], &e->process, d);
	uint64_t number = 0;

	if (r < 0)
		return r;
	++*i;
	if (is_word(s, *i, "running")) {
		e->kind = EXPECT_RUNNING;
	} else if (is_word(s, *i, "blocked")) {
		e->kind = EXPECT_BLOCKED;
		if (*i + 1 < s->word_count && !is_word(s, *i + 1, "within"))
			snprintf(e->call, sizeof(e->call), "%s", s->words[++*i].text);
	} else if (is_word(s, *i, "exited") && *i + 1 < s->word_count) {
		e->kind = EXPECT_EXITED;
		r = name_number(s, &s->words[++*i], 0, 255, &number, d);
		e->number = (int)number;
	} else if (is_word(s, *i, "killed") && *i + 1 < s->word_count) {
		e->kind = EXPECT_KILLED;
		e->number = signal_parse(s->words[++*i].text);
		if (!e->number)
			return statement_error(s, &s->words[*i], d, "'%.40s' is no signal",
				s->words[*i].text);
	} else {
		return statement_error(s, &s->words[*i < s->word_count ? *i : *i - 1], d,
			"of a process expect: running, blocked [CALL], exited N, killed SIGNAL");
	}
	++*i;
	return r;
}

static int parse_socket(const struct world *w, const struct statement *s, size_t *i,
	struct expectation *e, struct diag *d)
{
	int r = name_socket(w, s, &s->words[*i], &e->endpoint, d);

	if (r < 0)
		return r;
	++*i;
	if (is_word(s, *i, "path")) {
		e->kind = EXPECT_PATH;
		++*i;
		return parse_path(s, i, e, d);
	}
	e->kind = EXPECT_STATE;
	e->count = 1;
	r = parse_state(s, *i, &e->states[0], d);
	++*i;
	return r;
}

int expectation_parse(const struct world *w, const struct statement *s,
	struct expectation *ret_expectation, struct diag *d)
{
	struct expectation e = { .within_ns = WITHIN_NS };
	size_t i = 1;
	int r;

	if (is_word(s, i, "never")) {
		e.never = true;
		i++;
	}
	if (i >= s->word_count)
		return statement_error(s, &s->words[i - 1], d, "what must never be?");
	if (is_word(s, i, "segments")) {
		e.kind = EXPECT_SEGMENTS;
		i++;
		r = parse_segments(w, s, &i, &e, d);
	} else if (is_word(s, i, "no") && is_word(s, i + 1, "segments")) {
		e.kind = EXPECT_SEGMENTS;
		i += 2;
		r = 0;
	} else if (world_process(w, s->words[i].text)) {
		r = parse_fate(w, s, &i, &e, d);
	} else {
		r = parse_socket(w, s, &i, &e, d);
	}
	if (r == 0 && is_word(s, i, "within")) {
		if (i + 1 >= s->word_count)
			return statement_error(s, &s->words[i], d,
				"within what time? e.g. within 5s");
		r = name_duration(s, &s->words[i + 1], &e.within_ns, d);
		i += 2;
	}
	if (r == 0 && i < s->word_count)
		r = statement_error(s, &s->words[i], d, "'%.40s' is not understood here",
			s->words[i].text);
	if (r == 0 && e.never && e.kind != EXPECT_STATE)
		r = statement_error(s, &s->words[1], d,
			"'never' goes with a state: expect never "
			"SOCK STATE within T");
	if (r == 0)
		*ret_expectation = e;
	return r;
}

/* ---- looking ---- */

/* The states of an endpoint since `mark`, the one it was in then first. Returns how many there are,
 * stores at most `capacity`. */
static size_t read_path(const struct journal *j, const struct endpoint *e, uint64_t mark,
	enum tcp_state *ret_states, size_t capacity)
{
	size_t count = 0;

	for (uint64_t no = mark + 1; no <= journal_last(j); no++) {
		const struct event *event = journal_get(j, no);

		if (event->kind != EVENT_STATE || event->state.endpoint != e->id)
			continue;
		if (count == 0 && event->state.from != STATE_NONE)
			ret_states[count++] = event->state.from;
		if (count < capacity)
			ret_states[count] = event->state.to;
		count++;
	}
	if (count == 0)
		ret_states[count++] = e->state;
	return count;
}

static enum expectation_standing path_stands(const struct expectation *e, const struct journal *j,
	uint64_t mark)
{
	enum tcp_state seen[EXPECTATION_PARTS_MAX + 1];
	size_t count = read_path(j, e->endpoint, mark, seen, EXPECTATION_PARTS_MAX + 1);

	for (size_t i = 0; i < count; i++) {
		if (i >= e->count || seen[i] != e->states[i])
			return STANDS_NEVER;
	}
	return count == e->count ? STANDS_MET : STANDS_NOT_YET;
}

static enum expectation_standing segments_stand(const struct expectation *e,
	const struct journal *j, uint64_t mark)
{
	size_t count = 0;

	for (uint64_t no = mark + 1; no <= journal_last(j); no++) {
		const struct event *event = journal_get(j, no);

		if (event->kind != EVENT_SEGMENT)
			continue;
		if (count >= e->count || !match_segment(&e->matches[count], &event->wire.segment))
			return STANDS_NEVER;
		count++;
	}
	return count == e->count ? STANDS_MET : STANDS_NOT_YET;
}

static bool was_in_state(const struct expectation *e, const struct journal *j, uint64_t since)
{
	for (uint64_t no = since; no <= journal_last(j); no++) {
		const struct event *event = journal_get(j, no);

		if (event->kind == EVENT_STATE && event->state.endpoint == e->endpoint->id &&
			event->state.to == e->states[0])
			return true;
	}
	return e->endpoint->state == e->states[0];
}

static bool is_blocked_in(const struct process *p, const char *call)
{
	size_t len = strlen(call);

	if (!p->in_call || !p->call.blocked || p->in_motion)
		return false;
	return !len || (strncmp(p->call.text, call, len) == 0 && p->call.text[len] == '(');
}

static enum expectation_standing fate_stands(const struct expectation *e)
{
	const struct process *p = e->process;
	bool met = false;

	switch (e->kind) {
	case EXPECT_RUNNING:
		met = !p->ended;
		break;
	case EXPECT_BLOCKED:
		met = is_blocked_in(p, e->call);
		break;
	case EXPECT_EXITED:
		met = p->ended && !p->killed && p->exit_code == e->number;
		break;
	default:
		met = p->ended && p->killed == e->number;
	}
	if (met)
		return STANDS_MET;
	return p->ended ? STANDS_NEVER : STANDS_NOT_YET;
}

enum expectation_standing expectation_stands(const struct expectation *e, struct world *w,
	uint64_t mark, uint64_t since)
{
	const struct journal *j = world_journal(w);

	switch (e->kind) {
	case EXPECT_STATE:
		if (e->never)
			return was_in_state(e, j, since) ? STANDS_NEVER : STANDS_NOT_YET;
		return e->endpoint->state == e->states[0] ? STANDS_MET : STANDS_NOT_YET;
	case EXPECT_PATH:
		return path_stands(e, j, mark);
	case EXPECT_SEGMENTS:
		return segments_stand(e, j, mark);
	default:
		return fate_stands(e);
	}
}

/* ---- telling ---- */

static void format_states(const enum tcp_state *states, size_t count, struct text *out)
{
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s%s", i ? " > " : "", tcp_state_name(states[i]));
}

void expectation_format(const struct expectation *e, struct text *out)
{
	switch (e->kind) {
	case EXPECT_STATE:
	case EXPECT_PATH:
		text_printf(out, "%s%s %s", e->never ? "never " : "", e->endpoint->name,
			e->kind == EXPECT_PATH ? "path " : "");
		format_states(e->states, e->count, out);
		break;
	case EXPECT_SEGMENTS:
		text_puts(out, e->count ? "segments" : "no segments");
		for (size_t i = 0; i < e->count; i++) {
			text_puts(out, " ");
			match_format(&e->matches[i], out);
		}
		break;
	case EXPECT_RUNNING:
		text_printf(out, "%s running", e->process->name);
		break;
	case EXPECT_BLOCKED:
		text_printf(out, "%s blocked ", e->process->name);
		text_printable(out, e->call, strlen(e->call));
		break;
	case EXPECT_EXITED:
		text_printf(out, "%s exited %d", e->process->name, e->number);
		break;
	case EXPECT_KILLED:
		text_printf(out, "%s killed %s", e->process->name, signal_name(e->number));
		break;
	}
}

/* A segment as a MATCH would name it. */
static void format_as_match(const struct segment *s, struct text *out)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} flags[] = { { SEGMENT_SYN, "syn" }, { SEGMENT_FIN, "fin" }, { SEGMENT_RST, "rst" } };
	const char *separator = "";

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (s->flags & flags[i].bit) {
			text_printf(out, "%s%s", separator, flags[i].name);
			separator = "/";
		}
	}
	if (s->payload_len) {
		text_printf(out, "%sdata", separator);
		separator = "/";
	}
	/* all but SYN and RST carry ACK anyway: name it where it tells something */
	if ((s->flags & SEGMENT_ACK) && !s->payload_len)
		text_printf(out, "%sack", separator);
}

static void format_seen_segments(const struct journal *j, uint64_t mark, struct text *out)
{
	size_t count = 0;

	for (uint64_t no = mark + 1; no <= journal_last(j); no++) {
		const struct event *event = journal_get(j, no);

		if (event->kind != EVENT_SEGMENT)
			continue;
		text_puts(out, count++ ? " " : "segments ");
		format_as_match(&event->wire.segment, out);
	}
	if (count == 0)
		text_puts(out, "no segments");
}

void expectation_format_seen(const struct expectation *e, struct world *w, uint64_t mark,
	struct text *out)
{
	const struct journal *j = world_journal(w);
	enum tcp_state seen[EXPECTATION_PARTS_MAX + 1];
	size_t count;

	switch (e->kind) {
	case EXPECT_STATE:
		text_printf(out, "%s %s", e->endpoint->name, tcp_state_name(e->endpoint->state));
		return;
	case EXPECT_PATH:
		text_printf(out, "%s path ", e->endpoint->name);
		count = read_path(j, e->endpoint, mark, seen, EXPECTATION_PARTS_MAX + 1);
		format_states(seen, count > EXPECTATION_PARTS_MAX ? EXPECTATION_PARTS_MAX : count,
			out);
		return;
	case EXPECT_SEGMENTS:
		format_seen_segments(j, mark, out);
		return;
	default:
		break;
	}
	text_puts(out, e->process->name);
	if (e->process->ended && e->process->killed)
		text_printf(out, " killed %s", signal_name(e->process->killed));
	else if (e->process->ended)
		text_printf(out, " exited %d", e->process->exit_code);
	else if (is_blocked_in(e->process, ""))
		text_printf(out, " blocked in %s", e->process->call.text);
	else
		text_puts(out, " running");
}
