/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an expectation stands, and both sides of it in words. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/sysname.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/expectation.h"
#include "language/field_expectation.h"
#include "language/lexer.h"
#include "observe/tracker.h"
#include "world/counters.h"
#include "world/host.h"
#include "world/world.h"

/* The states of an endpoint since `mark`, the one it was in then first. Returns how many there are,
 * stores at most `capacity`. */
static size_t read_path(const struct journal *j, const struct endpoint *e, uint64_t mark,
	enum tcp_state *ret_states, size_t capacity)
{
	size_t count = 0;

	for (uint64_t no = mark; (no = journal_next(j, no, EVENT_BIT(EVENT_STATE)));) {
		const struct event *event = journal_get(j, no);

		if (event->state.endpoint != e->id)
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

/* Does it count? What was sent again while the recipe waited for its reader, and dropped for that, is no part of the
 * story: that verdict is told right behind it. */
static bool counts(const struct journal *j, uint64_t no)
{
	const struct event *event = journal_get(j, no), *verdict = journal_get(j, no + 1);

	return !event->wire.repeats || !verdict || verdict->kind != EVENT_DROPPED ||
		verdict->cause != no || !verdict->verdict.other;
}

/* The first segment behind event `no` that counts; 0 = there is none. */
static uint64_t next_segment(const struct journal *j, uint64_t no)
{
	do
		no = journal_next(j, no, EVENT_BIT(EVENT_SEGMENT));
	while (no && !counts(j, no));
	return no;
}

static enum expectation_standing segments_stand(const struct expectation *e,
	const struct journal *j, uint64_t mark)
{
	size_t count = 0;

	for (uint64_t no = mark; (no = next_segment(j, no));) {
		const struct event *event = journal_get(j, no);

		if (count >= e->count || !match_segment(&e->matches[count], &event->wire.segment))
			return STANDS_NEVER;
		count++;
	}
	return count == e->count ? STANDS_MET : STANDS_NOT_YET;
}

/* A list of these among others. */
static enum expectation_standing seen_stands(const struct expectation *e, const struct journal *j,
	uint64_t mark)
{
	size_t found = 0;

	for (uint64_t no = mark; (no = journal_next(j, no, EVENT_BIT(EVENT_SEGMENT)));) {
		const struct event *event = journal_get(j, no);

		if (match_segment(&e->matches[found], &event->wire.segment) && ++found == e->count)
			return STANDS_MET;
	}
	return STANDS_NOT_YET;
}

/* What a call returned, as => would say it. Appended. */
static void format_returned(const struct event *event, struct text *out)
{
	if (event->call.error)
		text_puts(out, errno_name(event->call.error));
	else if (event->text && event->text[0] == '"')
		text_puts(out, event->text);
	else
		text_printf(out, "%" PRId64, event->call.result);
}

static void format_value(const struct token *value, struct text *out)
{
	if (value->kind == TOKEN_STRING)
		text_quote(out, value->text, value->len, 0);
	else
		text_printable(out, value->text, value->len);
}

/* The next call of that name on the endpoint that returned, after event `no`; 0 = none. */
static uint64_t next_returned(const struct expectation *e, const struct journal *j, uint64_t no)
{
	size_t len = strlen(e->call);

	while ((no = journal_next(j, no, EVENT_BIT(EVENT_RETURN)))) {
		const struct event *call = journal_get(j, journal_get(j, no)->call.call);

		if (call && call->subject && strcmp(call->subject, e->endpoint->name) == 0 &&
			strncmp(call->text, e->call, len) == 0 && call->text[len] == '(')
			break;
	}
	return no;
}

static enum expectation_standing returned_stands(const struct expectation *e,
	const struct journal *j, uint64_t mark)
{
	struct text wanted = TEXT_EMPTY, got = TEXT_EMPTY;
	bool met = false;

	format_value(e->value, &wanted);
	for (uint64_t no = mark; !met && (no = next_returned(e, j, no));) {
		text_clear(&got);
		format_returned(journal_get(j, no), &got);
		met = strcmp(text_get(&got), text_get(&wanted)) == 0;
	}
	text_done(&wanted);
	text_done(&got);
	return met ? STANDS_MET : STANDS_NOT_YET;
}

static bool was_in_state(const struct expectation *e, const struct journal *j, uint64_t since)
{
	for (uint64_t no = since; (no = journal_next(j, no, EVENT_BIT(EVENT_STATE)));) {
		const struct event *event = journal_get(j, no);

		if (event->state.endpoint == e->endpoint->id && event->state.to == e->states[0])
			return true;
	}
	return e->endpoint->state == e->states[0];
}

/* Nobody tells of a program's calls, but the kernel of the one it sleeps in. In its name for it, or in the one that
 * programs know. */
static bool program_blocked_in(const struct process *p, const char *call)
{
	static const char *const known_as[][2] = { { "recv", "recvfrom" }, { "send", "sendto" },
		{ "accept", "accept4" } };
	long number = p->ended ? -1 : process_sleeps_in(p);
	const char *name = number < 0 ? NULL : syscall_name(number);

	if (!call[0])
		return number >= 0;
	for (size_t i = 0; name && i < sizeof(known_as) / sizeof(known_as[0]); i++) {
		if (strcmp(call, known_as[i][0]) == 0 && strcmp(name, known_as[i][1]) == 0)
			return true;
	}
	return name && strcmp(name, call) == 0;
}

bool expectation_blocked_in(const struct process *p, const char *call)
{
	size_t len = strlen(call);

	if (p->program)
		return program_blocked_in(p, call);
	if (!p->in_call || !p->call.blocked || p->in_motion)
		return false;
	return !len || (strncmp(p->call.text, call, len) == 0 && p->call.text[len] == '(');
}

/* What the kernel says of a socket's queues and timer, as far as the kind asks for it. */
static uint64_t read_counter(const struct expectation *e, struct world *w)
{
	struct endpoint *of = e->endpoint;

	world_look(w, of);
	switch (e->kind) {
	case EXPECT_RECVQ:
		return of->recvq;
	case EXPECT_SENDQ:
	case EXPECT_BACKLOG:
		return of->sendq;
	case EXPECT_RETRANSMITS:
		return of->retransmits;
	default:
		return of->state == STATE_CLOSED ? SOCK_TIMER_NONE : of->timer;
	}
}

static uint64_t time_left(const struct endpoint *e)
{
	uint64_t now = clock_now_ns();

	return e->timer_due_ns > now ? e->timer_due_ns - now : 0;
}

static bool is_near(const struct expectation *e, uint64_t time_ns)
{
	return fabs((double)time_ns - (double)e->gap_ns) <= (double)e->gap_ns * e->tolerance;
}

static enum expectation_standing timer_stands(const struct expectation *e, struct world *w)
{
	if (read_counter(e, w) != e->number || (e->timed && !is_near(e, time_left(e->endpoint))))
		return STANDS_NOT_YET;
	return STANDS_MET;
}

static uint64_t count_sockets(const struct world *w, enum tcp_state state)
{
	const struct endpoint *e;
	uint64_t count = 0;

	for (size_t i = 0; (e = world_socket_at(w, i)); i++)
		count += e->state == state;
	return count;
}

static uint64_t read_kernel_counter(const struct expectation *e)
{
	int64_t value = 0;

	counters_get(e->host, e->counter, &value);
	return (uint64_t)value;
}

/* From the first segment that matches to the next that matches the other. false: not both seen yet. */
static bool read_gap(const struct expectation *e, const struct journal *j, uint64_t mark,
	uint64_t *ret_ns)
{
	bool begun = false;
	uint64_t first_ns = 0;

	for (uint64_t no = mark; (no = next_segment(j, no));) {
		const struct event *event = journal_get(j, no);

		if (begun && match_segment(&e->matches[1], &event->wire.segment)) {
			*ret_ns = event->time_ns - first_ns;
			return true;
		}
		if (!begun && match_segment(&e->matches[0], &event->wire.segment)) {
			begun = true;
			first_ns = event->time_ns;
		}
	}
	return false;
}

static enum expectation_standing gap_stands(const struct expectation *e, const struct journal *j,
	uint64_t mark)
{
	uint64_t gap_ns;

	if (!read_gap(e, j, mark, &gap_ns))
		return STANDS_NOT_YET;
	return is_near(e, gap_ns) ? STANDS_MET : STANDS_NEVER;
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
		met = expectation_blocked_in(p, e->call);
		break;
	case EXPECT_EXITED:
		met = p->ended && !p->killed && p->exit_code == (int)e->number;
		break;
	default:
		met = p->ended && p->killed == (int)e->number;
	}
	if (met)
		return STANDS_MET;
	return p->ended ? STANDS_NEVER : STANDS_NOT_YET;
}

enum expectation_standing expectation_stands(const struct expectation *e, struct world *w,
	uint64_t mark, uint64_t since)
{
	const struct journal *j = world_journal(w);

	if (e->awaited)
		return STANDS_NOT_YET;
	switch (e->kind) {
	case EXPECT_STATE:
		if (e->never)
			return was_in_state(e, j, since) ? STANDS_NEVER : STANDS_NOT_YET;
		return e->endpoint->state == e->states[0] ? STANDS_MET : STANDS_NOT_YET;
	case EXPECT_PATH:
		return path_stands(e, j, mark);
	case EXPECT_SEGMENTS:
		return segments_stand(e, j, mark);
	case EXPECT_SEEN:
		return seen_stands(e, j, mark);
	case EXPECT_RETURNED:
		return returned_stands(e, j, mark);
	case EXPECT_RECVQ:
	case EXPECT_SENDQ:
	case EXPECT_BACKLOG:
	case EXPECT_RETRANSMITS:
		return read_counter(e, w) == e->number ? STANDS_MET : STANDS_NOT_YET;
	case EXPECT_TIMER:
		return timer_stands(e, w);
	case EXPECT_FIELD:
		return field_expectation_stands(e) ? STANDS_MET : STANDS_NOT_YET;
	case EXPECT_COUNT:
		return count_sockets(w, e->states[0]) == e->number ? STANDS_MET : STANDS_NOT_YET;
	case EXPECT_COUNTER:
		return read_kernel_counter(e) == e->number ? STANDS_MET : STANDS_NOT_YET;
	case EXPECT_GAP:
		return gap_stands(e, j, mark);
	default:
		return fate_stands(e);
	}
}

const char *expectation_socket_name(const struct expectation *e)
{
	return e->endpoint ? e->endpoint->name : e->awaited->text;
}

static void format_states(const enum tcp_state *states, size_t count, struct text *out)
{
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s%s", i ? " > " : "", tcp_state_name(states[i]));
}

/* "c recvq 5", "c timer retransmission" */
static void format_counter(const struct expectation *e, uint64_t number, struct text *out)
{
	static const char *const words[] = { [EXPECT_RECVQ] = "recvq",
		[EXPECT_SENDQ] = "sendq",
		[EXPECT_BACKLOG] = "backlog",
		[EXPECT_RETRANSMITS] = "retransmits",
		[EXPECT_TIMER] = "timer" };

	text_printf(out, "%s %s ", expectation_socket_name(e), words[e->kind]);
	if (e->kind == EXPECT_TIMER)
		text_puts(out, number ? sock_timer_name((enum sock_timer)number) : "none");
	else
		text_printf(out, "%" PRIu64, number);
}

void expectation_format(const struct expectation *e, struct text *out)
{
	switch (e->kind) {
	case EXPECT_RECVQ:
	case EXPECT_SENDQ:
	case EXPECT_BACKLOG:
	case EXPECT_RETRANSMITS:
	case EXPECT_TIMER:
		format_counter(e, e->number, out);
		if (e->timed) {
			text_puts(out, " ");
			text_duration(out, e->gap_ns);
			text_printf(out, " +-%g%%", e->tolerance * 100);
		}
		break;
	case EXPECT_FIELD:
		field_expectation_format(e, out);
		break;
	case EXPECT_COUNT:
		text_printf(out, "count %s %" PRIu64, tcp_state_name(e->states[0]), e->number);
		break;
	case EXPECT_COUNTER:
		text_printf(out, "%s counter %s %" PRIu64, e->host->name, e->counter, e->number);
		break;
	case EXPECT_GAP:
		text_puts(out, "gap ");
		match_format(&e->matches[0], out);
		text_puts(out, " ");
		match_format(&e->matches[1], out);
		text_puts(out, " ");
		text_duration(out, e->gap_ns);
		if (e->tolerance > 0)
			text_printf(out, " +-%g%%", e->tolerance * 100);
		break;
	case EXPECT_STATE:
	case EXPECT_PATH:
		text_printf(out, "%s%s %s", e->never ? "never " : "", expectation_socket_name(e),
			e->kind == EXPECT_PATH ? "path " : "");
		format_states(e->states, e->count, out);
		break;
	case EXPECT_RETURNED:
		text_printf(out, "%s returned ", expectation_socket_name(e));
		text_printable(out, e->call, strlen(e->call));
		text_puts(out, " ");
		format_value(e->value, out);
		break;
	case EXPECT_SEGMENTS:
	case EXPECT_SEEN:
		text_puts(out,
			e->kind == EXPECT_SEEN ? "seen"
				: e->count     ? "segments"
					       : "no segments");
		for (size_t i = 0; i < e->count; i++) {
			text_puts(out, " ");
			match_format(&e->matches[i], out);
		}
		break;
	case EXPECT_RUNNING:
	case EXPECT_BLOCKED:
	case EXPECT_EXITED:
	case EXPECT_KILLED:
		text_printf(out, "%s ", e->process->name);
		expectation_format_fate(e, out);
		break;
	}
}

void expectation_format_fate(const struct expectation *e, struct text *out)
{
	switch (e->kind) {
	case EXPECT_BLOCKED:
		text_puts(out, e->call[0] ? "blocked " : "blocked");
		text_printable(out, e->call, strlen(e->call));
		break;
	case EXPECT_EXITED:
		text_printf(out, "exited %" PRIu64, e->number);
		break;
	case EXPECT_KILLED:
		text_printf(out, "killed %s", signal_name((int)e->number));
		break;
	default:
		text_puts(out, "running");
	}
}

static void format_seen_segments(const struct journal *j, uint64_t mark, struct text *out)
{
	size_t count = 0;

	for (uint64_t no = mark; (no = next_segment(j, no));) {
		const struct event *event = journal_get(j, no);

		text_puts(out, count++ ? " " : "segments ");
		if (count > EXPECTATION_PARTS_MAX) { /* more than could have been expected */
			text_puts(out, "...");
			break;
		}
		match_format_segment(&event->wire.segment, out);
	}
	if (count == 0)
		text_puts(out, "no segments");
}

/* "c returned recv "a", recv 0" */
static void format_all_returned(const struct expectation *e, const struct journal *j, uint64_t mark,
	struct text *out)
{
	size_t count = 0;

	text_printf(out, "%s returned", e->endpoint->name);
	for (uint64_t no = mark; (no = next_returned(e, j, no)) && count < EXPECTATION_PARTS_MAX;) {
		text_puts(out, count++ ? ", " : " ");
		text_printable(out, e->call, strlen(e->call));
		text_puts(out, " ");
		format_returned(journal_get(j, no), out);
	}
	if (!count)
		text_puts(out, " nothing");
}

void expectation_format_seen(const struct expectation *e, struct world *w, uint64_t mark,
	struct text *out)
{
	const struct journal *j = world_journal(w);
	enum tcp_state seen[EXPECTATION_PARTS_MAX + 1];
	uint64_t gap_ns, number;
	size_t count;

	if (e->awaited) {
		text_printf(out, "no socket %s", expectation_socket_name(e));
		return;
	}
	switch (e->kind) {
	case EXPECT_RECVQ:
	case EXPECT_SENDQ:
	case EXPECT_BACKLOG:
	case EXPECT_RETRANSMITS:
	case EXPECT_TIMER:
		number = read_counter(e, w);
		format_counter(e, number, out);
		if (e->timed && number) {
			text_puts(out, " ");
			text_duration(out, time_left(e->endpoint));
		}
		return;
	case EXPECT_FIELD:
		field_expectation_format_seen(e, out);
		return;
	case EXPECT_COUNT:
		text_printf(out, "count %s %" PRIu64, tcp_state_name(e->states[0]),
			count_sockets(w, e->states[0]));
		return;
	case EXPECT_COUNTER:
		text_printf(out, "%s counter %s %" PRIu64, e->host->name, e->counter,
			read_kernel_counter(e));
		return;
	case EXPECT_GAP:
		text_puts(out, "gap ");
		if (read_gap(e, j, mark, &gap_ns))
			text_duration(out, gap_ns);
		else
			text_puts(out, "none: not both were sent");
		return;
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
	case EXPECT_SEEN:
		format_seen_segments(j, mark, out);
		return;
	case EXPECT_RETURNED:
		format_all_returned(e, j, mark, out);
		return;
	default:
		break;
	}
	text_printf(out, "%s ", e->process->name);
	expectation_format_seen_fate(e->process, out);
}

/* One that is awake may sleep by the time it is told of. */
static void format_program(const struct process *p, struct text *out)
{
	long number = process_sleeps_in(p);
	const char *name = number < 0 ? NULL : syscall_name(number);

	if (name)
		text_printf(out, "blocked in %s", name);
	else if (number >= 0)
		text_printf(out, "blocked in system call %ld", number);
	else
		text_puts(out, "running");
}

void expectation_format_seen_fate(const struct process *p, struct text *out)
{
	if (p->ended && p->killed)
		text_printf(out, "killed %s", signal_name(p->killed));
	else if (p->ended)
		text_printf(out, "exited %d", p->exit_code);
	else if (p->program)
		format_program(p, out);
	else if (expectation_blocked_in(p, ""))
		text_printf(out, "blocked in %s", p->call.text);
	else
		text_puts(out, "running");
}
