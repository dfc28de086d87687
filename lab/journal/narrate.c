/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/narrate.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/sysname.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"

void narrate_subject(const struct event *event, struct text *out)
{
	switch (event->kind) {
	case EVENT_CALL:
	case EVENT_BLOCKED:
	case EVENT_RETURN:
		text_puts(out, event->process);
		break;
	case EVENT_SEGMENT:
	case EVENT_COPY:
	case EVENT_FORGED:
		text_printf(out, "#%" PRIu64, event->wire.number);
		break;
	case EVENT_HELD:
	case EVENT_DELAYED:
	case EVENT_CORRUPTED:
	case EVENT_SWAPPED:
	case EVENT_DELIVERED:
	case EVENT_DROPPED:
		text_printf(out, "#%" PRIu64, event->verdict.number);
		break;
	case EVENT_HOST:
	case EVENT_PROCESS:
	case EVENT_PROCESS_END:
	case EVENT_PROGRAM:
	case EVENT_SIGNAL:
	case EVENT_SOCKET:
	case EVENT_STATE:
	case EVENT_TIMER:
		if (event->subject) /* a journal that was read need not say of which socket it is */
			text_puts(out, event->subject);
		break;
	default:
		break;
	}
}

static void narrate_return(const struct journal *j, const struct event *event, struct text *out)
{
	const struct event *call = journal_get(j, event->call.call);

	text_printf(out, "%s = ", call ? call->text : "?");
	if (event->call.error)
		text_printf(out, "-1 %s (%s)", errno_name(event->call.error),
			strerror(event->call.error));
	else
		text_printf(out, "%" PRId64, event->call.result);
	if (event->text && event->text[0])
		text_printf(out, " %s", event->text);
	text_puts(out, "  <");
	text_duration(out, event->call.duration_ns);
	text_puts(out, ">");
}

/* "c > l  SYN seq 0 win 64240 <mss 1460, sackOK, TS, wscale 7>": sockets by name where they have one. */
static void narrate_segment(const struct event *event, struct text *out)
{
	const struct segment *s = &event->wire.segment;
	char src[ADDRESS_TEXT_MAX], dst[ADDRESS_TEXT_MAX];
	struct text offer = TEXT_EMPTY;

	text_printf(out, "%s > %s  ",
		event->subject ? event->subject : address_format(&s->src, src),
		event->text ? event->text : address_format(&s->dst, dst));
	segment_format(s, false, out);
	if (s->kind == SEGMENT_TCP)
		segment_format_offer(s, event->kind == EVENT_FORGED, &offer);
	if (offer.len)
		text_printf(out, " <%s>", text_get(&offer));
	text_done(&offer);
	if (event->kind == EVENT_COPY)
		text_printf(out, "  (copy of #%" PRIu64 ")", event->wire.repeats);
	else if (event->wire.repeats)
		text_printf(out, "  (again: #%" PRIu64 ")", event->wire.repeats);
	if (event->kind == EVENT_FORGED)
		text_puts(out, "  (forged)");
}

static void narrate_fate(const struct event *event, struct text *out)
{
	if (event->process_fate.signal)
		text_printf(out, "killed by %s%s", signal_name(event->process_fate.signal),
			event->process_fate.core ? " (core dumped)" : "");
	else
		text_printf(out, "exited with %d", event->process_fate.code);
}

static void narrate_socket(const struct event *event, struct text *out)
{
	char local[ADDRESS_TEXT_MAX], remote[ADDRESS_TEXT_MAX];

	if (event->text)
		text_puts(out, event->text);
	else if (event->process)
		text_printf(out, "is descriptor %d of %s", event->socket.fd, event->process);
	else
		text_puts(out, "is nobody's descriptor any more");
	if (event->process && event->socket.local.port)
		text_printf(out, ", %s", address_format(&event->socket.local, local));
	if (event->process && event->socket.remote.port)
		text_printf(out, " to %s", address_format(&event->socket.remote, remote));
}

bool narrate_tells_socket(const struct journal *j, const struct event *event)
{
	const struct event *cause = journal_get(j, event->cause);

	return event->text ||
		(event->process && cause && cause->kind == EVENT_RETURN &&
			event->socket.local.port);
}

const char *narrate_verdict(enum prediction_verdict verdict)
{
	static const char *const words[] = {
		[PREDICTION_FORETOLD] = "as foretold",
		[PREDICTION_OTHERWISE] = "not what was said",
		[PREDICTION_UNANSWERED] = "not answered",
		[PREDICTION_SKIPPED] = "nobody was asked",
	};
	static_assert(sizeof(words) / sizeof(words[0]) == PREDICTION_VERDICT_COUNT, "all");

	return words[verdict];
}

static void narrate_timer(const struct event *event, struct text *out)
{
	const char *tried = strcmp(event->text, "retransmission") == 0 ? "retransmission" : "probe";

	if (strcmp(event->text, "unreported") == 0)
		text_puts(out, "timer that the kernel does not report (delayed ACK, pacing?)");
	else
		text_printf(out, "%s timer%s", event->text,
			event->timer.maybe_probe ? " (or loss probe)" : "");
	if (event->timer.retransmits)
		text_printf(out, ", %s%s %u", event->timer.gave_up ? "gives up after " : "", tried,
			event->timer.retransmits);
}

/* Where its command was told without the sentence ("claim A1 ..."), as that would have answered a question, it comes now;
 * unless it was left, and is kept back. */
static void narrate_claim(const struct journal *j, const struct event *event, struct text *out)
{
	const struct event *command = journal_get(j, event->cause);
	size_t len = command && command->kind == EVENT_COMMAND ? strlen(command->text) : 0;

	text_printf(out, "claim %s %s", event->subject, claim_verdict_name(event->claim.verdict));
	if (len > 4 && strcmp(command->text + len - 4, " ...") == 0 &&
		strcmp(event->text, "...") != 0) {
		text_puts(out, ": \"");
		text_printable(out, event->text, strlen(event->text));
		text_puts(out, "\"");
	}
	if (event->host) {
		text_puts(out, ": ");
		text_printable(out, event->host, strlen(event->host));
	}
}

void narrate_what(const struct journal *j, const struct event *event, struct text *out)
{
	char address[ADDRESS_TEXT_MAX];

	switch (event->kind) {
	case EVENT_LAB:
		text_printf(out, "Linux %s", event->text);
		break;
	case EVENT_HOST:
		if (event->text) {
			text_puts(out, event->text);
			break;
		}
		text_printf(out, "is up with %s", address_format(&event->socket.local, address));
		if (event->socket.remote.family)
			text_printf(out, " and %s", address_format(&event->socket.remote, address));
		break;
	case EVENT_PROCESS:
		text_printf(out, "runs on %s as PID %d", event->host, event->process_fate.pid);
		break;
	case EVENT_PROCESS_END:
		narrate_fate(event, out);
		break;
	case EVENT_PROGRAM:
		text_puts(out, "| ");
		text_printable(out, event->text, strlen(event->text));
		break;
	case EVENT_SIGNAL:
		text_printf(out, "is sent %s", signal_name(event->process_fate.signal));
		break;
	case EVENT_CALL:
		text_printf(out, "%s ...", event->text);
		break;
	case EVENT_BLOCKED:
		text_printf(out, "%s is blocked", event->text);
		break;
	case EVENT_RETURN:
		narrate_return(j, event, out);
		break;
	case EVENT_SOCKET:
		narrate_socket(event, out);
		break;
	case EVENT_STATE:
		if (event->state.from != STATE_NONE)
			text_printf(out, "%s -> ", tcp_state_name(event->state.from));
		text_puts(out, tcp_state_name(event->state.to));
		if (event->text)
			text_printf(out, " (%s)", event->text);
		break;
	case EVENT_TIMER:
		narrate_timer(event, out);
		break;
	case EVENT_SEGMENT:
	case EVENT_COPY:
	case EVENT_FORGED:
		narrate_segment(event, out);
		break;
	case EVENT_HELD:
		text_puts(out, "held");
		break;
	case EVENT_DELAYED:
		text_puts(out, "delayed by ");
		text_duration(out, event->verdict.delay_ns);
		text_printf(out, ": %s", event->text);
		break;
	case EVENT_CORRUPTED:
		text_printf(out, "corrupted: %s", event->text);
		break;
	case EVENT_SWAPPED:
		text_printf(out, "changes places with #%" PRIu64, event->verdict.other);
		break;
	case EVENT_DELIVERED:
		text_puts(out, "delivered");
		if (event->verdict.held) {
			text_puts(out, " after ");
			text_duration(out, event->verdict.on_wire_ns);
		}
		break;
	case EVENT_DROPPED:
		text_printf(out, "dropped: %s", event->text);
		break;
	case EVENT_CLAIM:
		narrate_claim(j, event, out);
		break;
	case EVENT_QUESTION:
		text_puts(out, "question: ");
		text_printable(out, event->text, strlen(event->text));
		break;
	case EVENT_PREDICTION:
		text_puts(out, event->text ? "predicted: " : "not answered");
		if (event->text)
			text_printable(out, event->text, strlen(event->text));
		break;
	case EVENT_OBSERVATION:
		text_puts(out, "it is: ");
		text_printable(out, event->text, strlen(event->text));
		text_printf(out, " (%s)", narrate_verdict(event->prediction.verdict));
		break;
	case EVENT_GOAL:
		if (event->goal.number == 0)
			text_printf(out, "exercise %s: %u goal%s", event->text, event->goal.count,
				event->goal.count == 1 ? "" : "s");
		else
			text_printf(out, "goal %u %s: %s", event->goal.number,
				event->goal.passed ? "met" : "no longer met", event->text);
		break;
	default:
		if (event->text)
			text_printable_lines(out, event->text);
	}
}

/* The segment a verdict is about, in two words. */
static void cause_segment(const struct journal *j, const struct event *verdict, struct text *out)
{
	const struct event *sent = journal_get(j, verdict->cause);
	char number[16];

	text_printf(out, "#%" PRIu64, verdict->verdict.number);
	if (!sent || !event_is_segment(sent))
		return;
	text_puts(out, " ");
	if (sent->wire.segment.kind == SEGMENT_TCP)
		segment_format_flags(&sent->wire.segment, out);
	else
		text_puts(out, segment_protocol_name(&sent->wire.segment, number));
}

void narrate_cause(const struct journal *j, const struct event *event, struct text *out)
{
	const struct event *cause = journal_get(j, event->cause), *call;

	if (!cause || event->kind == EVENT_PROGRAM)
		return;
	switch (cause->kind) {
	case EVENT_CALL:
		if (event->kind == EVENT_RETURN || event->kind == EVENT_BLOCKED)
			break; /* of that very call */
		text_printf(out, "%s: %.*s", cause->process, (int)strcspn(cause->text, "("),
			cause->text);
		break;
	case EVENT_DELIVERED:
		if (event_is_segment(event)) { /* a long line, and the other is just above it */
			text_printf(out, "#%" PRIu64, cause->verdict.number);
			break;
		}
		cause_segment(j, cause, out);
		break;
	case EVENT_TIMER:
		text_printf(out, "%s timer", cause->text);
		break;
	case EVENT_STATE:
		text_printf(out, "%s is %s", cause->subject, tcp_state_name(cause->state.to));
		break;
	case EVENT_SIGNAL:
		text_printf(out, "%s was sent %s", cause->subject,
			signal_name(cause->process_fate.signal));
		break;
	case EVENT_PROCESS_END:
		text_printf(out, "%s has ended", cause->subject);
		break;
	case EVENT_HOST:
		if (cause->text)
			text_printf(out, "%s: %s", cause->subject, cause->text);
		break;
	case EVENT_RETURN: /* of execve(): a program does what it likes */
		call = journal_get(j, cause->call.call);
		if (call && strncmp(call->text, "execve(", 7) == 0)
			text_puts(out, cause->process);
		break;
	default:
		break;
	}
}

/* What the tail tells; that a segment was delivered goes without saying. */
static const uint64_t story = EVENT_BIT(EVENT_CALL) | EVENT_BIT(EVENT_BLOCKED) |
	EVENT_BIT(EVENT_RETURN) | EVENT_BIT(EVENT_STATE) | EVENT_BIT(EVENT_TIMER) |
	EVENT_BIT(EVENT_SEGMENT) | EVENT_BIT(EVENT_COPY) | EVENT_BIT(EVENT_FORGED) |
	EVENT_BIT(EVENT_HELD) | EVENT_BIT(EVENT_DELAYED) | EVENT_BIT(EVENT_CORRUPTED) |
	EVENT_BIT(EVENT_SWAPPED) | EVENT_BIT(EVENT_DROPPED) | EVENT_BIT(EVENT_PROCESS_END) |
	EVENT_BIT(EVENT_PROGRAM) | EVENT_BIT(EVENT_SIGNAL) | EVENT_BIT(EVENT_MARK);

/* Where the lab, as it stands, began: the one host that nobody asked for. `reset` makes it anew. */
static uint64_t beginning(const struct journal *j)
{
	uint64_t no = journal_last(j) + 1;

	while ((no = journal_previous(j, no, EVENT_BIT(EVENT_HOST)))) {
		const struct event *event = journal_get(j, no);

		if (!event->cause && !event->text)
			break;
	}
	return no;
}

void narrate_tail(const struct journal *j, unsigned lines, struct text *out)
{
	uint64_t first = journal_last(j) + 1, begun = beginning(j), no;

	for (no = first; lines && (no = journal_previous(j, no, story)) > begun; lines--)
		first = no;
	for (no = first - 1; (no = journal_next(j, no, story));) {
		const struct event *event = journal_get(j, no);
		struct text subject = TEXT_EMPTY, cause = TEXT_EMPTY;

		narrate_subject(event, &subject);
		text_printf(out, "    %9.3f  %-8s ", (double)event->time_ns / (double)NS_PER_MS,
			text_get(&subject));
		narrate_what(j, event, out);
		if (!event_is_verdict(event))
			narrate_cause(j, event, &cause);
		text_printf(out, "%s%s\n", cause.len ? "  <- " : "", text_get(&cause));
		text_done(&subject);
		text_done(&cause);
	}
}

/* What a chain of causes is told in. Of the verdicts only what is no matter of course. */
static const uint64_t links = EVENT_BIT(EVENT_CALL) | EVENT_BIT(EVENT_BLOCKED) |
	EVENT_BIT(EVENT_RETURN) | EVENT_BIT(EVENT_STATE) | EVENT_BIT(EVENT_TIMER) |
	EVENT_BIT(EVENT_SEGMENT) | EVENT_BIT(EVENT_COPY) | EVENT_BIT(EVENT_FORGED) |
	EVENT_BIT(EVENT_PROCESS_END) | EVENT_BIT(EVENT_SIGNAL) | EVENT_BIT(EVENT_HOST);

/* A call that is told by its return needs no line of its own. */
static bool is_link(const struct journal *j, uint64_t no, uint64_t effect)
{
	const struct event *after = journal_get(j, effect);
	bool told = after && (after->kind == EVENT_RETURN || after->kind == EVENT_BLOCKED) &&
		after->call.call == no;

	return (EVENT_BIT(journal_get(j, no)->kind) & links) && !told;
}

/* What led on to event `no`, which is told with `effect` behind it. A call that fails, or kills, does so because of the
 * state it found its socket in. */
static uint64_t link_before(const struct journal *j, uint64_t no, uint64_t effect)
{
	const struct event call = *journal_get(j, no), *after = journal_get(j, effect);
	bool failed = after &&
		((after->kind == EVENT_RETURN && after->call.error) ||
			after->kind == EVENT_PROCESS_END);

	if (call.kind != EVENT_CALL || !failed || !call.subject)
		return call.cause;
	while ((no = journal_previous(j, no, EVENT_BIT(EVENT_STATE)))) {
		if (strcmp(journal_get(j, no)->subject, call.subject) == 0)
			return no;
	}
	return call.cause;
}

void narrate_chain(const struct journal *j, uint64_t no, unsigned most, struct text *out)
{
	uint64_t chain[NARRATE_CHAIN_MOST], effect = 0;
	unsigned count = 0;

	if (most > NARRATE_CHAIN_MOST)
		most = NARRATE_CHAIN_MOST;
	while (count < most && journal_get(j, no)) {
		uint64_t before = link_before(j, no, effect);

		if (is_link(j, no, effect))
			chain[count++] = no;
		effect = no;
		no = before;
	}
	while (count) {
		const struct event event = *journal_get(j, chain[--count]);
		struct text subject = TEXT_EMPTY;

		narrate_subject(&event, &subject);
		text_printf(out, "%-8s ", text_get(&subject));
		narrate_what(j, &event, out);
		text_puts(out, "\n");
		text_done(&subject);
	}
}
