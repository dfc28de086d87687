/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/evidence.h"

#include <inttypes.h>
#include <string.h>

#include "base/sysname.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/segment.h"

#define DATA_MOST 200 /* bytes of what a call returned; the rest of it is as good */

uint64_t evidence_kinds(void)
{
	return EVENT_BIT(EVENT_RETURN) | EVENT_BIT(EVENT_STATE) | EVENT_BIT(EVENT_SEGMENT) |
		EVENT_BIT(EVENT_PROCESS_END) | EVENT_BIT(EVENT_GOAL);
}

/* "main connect = ECONNREFUSED". Of what it returned only data: addresses and options are the kernel's choice. */
static bool format_return(const struct journal *j, const struct event *event, struct text *out)
{
	const struct event *call = journal_get(j, event->call.call);
	size_t len = event->text ? strlen(event->text) : 0;

	if (!call || !call->text)
		return false;
	text_printf(out, "%s %.*s = ", event->process, (int)strcspn(call->text, "("), call->text);
	if (event->call.error)
		text_puts(out, errno_name(event->call.error));
	else if (len && event->text[0] == '"')
		text_printable(out, event->text, len < DATA_MOST ? len : DATA_MOST);
	else
		text_printf(out, "%" PRId64, event->call.result);
	return true;
}

/* Was it sent by a timer that the kernel tells of? */
static bool is_of_timer(const struct journal *j, const struct event *event)
{
	const struct event *cause = journal_get(j, event->cause);

	return cause && cause->kind == EVENT_TIMER && strcmp(cause->text, "unreported") != 0;
}

static bool format_segment(const struct journal *j, const struct event *event, struct text *out)
{
	const struct segment *s = &event->wire.segment;
	bool timer = is_of_timer(j, event);

	if (s->kind != SEGMENT_TCP ||
		(!timer && !(s->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST))))
		return false;
	text_printf(out, "%s > %s ", event->subject ? event->subject : "?",
		event->text ? event->text : "?");
	segment_format_flags(s, out);
	text_puts(out, timer ? " by a timer" : "");
	return true;
}

static void format_end(const struct event *event, struct text *out)
{
	text_printf(out, "%s ", event->subject);
	if (event->process_fate.signal)
		text_printf(out, "killed %s", signal_name(event->process_fate.signal));
	else
		text_printf(out, "exited %d", event->process_fate.code);
}

enum evidence evidence_format(const struct journal *j, const struct event *event, struct text *out)
{
	switch (event->kind) {
	case EVENT_RETURN:
		return format_return(j, event, out) ? EVIDENCE_FIRM : EVIDENCE_NONE;
	case EVENT_SEGMENT:
		return format_segment(j, event, out) ? EVIDENCE_OF_WIRE : EVIDENCE_NONE;
	case EVENT_STATE:
		text_printf(out, "%s ", event->subject);
		if (event->state.from != STATE_NONE)
			text_printf(out, "%s > ", tcp_state_name(event->state.from));
		text_puts(out, tcp_state_name(event->state.to));
		return EVIDENCE_FIRM;
	case EVENT_PROCESS_END:
		format_end(event, out);
		return EVIDENCE_FIRM;
	case EVENT_GOAL:
		text_printf(out, "goal %u %s", event->goal.number,
			event->goal.passed ? "met" : "no longer met");
		return event->goal.number ? EVIDENCE_FIRM : EVIDENCE_NONE;
	default:
		return EVIDENCE_NONE;
	}
}
