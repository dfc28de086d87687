/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/event.h"

#include <assert.h>

#include "base/lab_assert.h"

static const char *const names[] = {
	[EVENT_LAB] = "lab",
	[EVENT_HOST] = "host",
	[EVENT_PROCESS] = "process",
	[EVENT_PROCESS_END] = "process-end",
	[EVENT_PROGRAM] = "program",
	[EVENT_SIGNAL] = "signal",
	[EVENT_RECIPE] = "recipe",
	[EVENT_COMMAND] = "command",
	[EVENT_CALL] = "call",
	[EVENT_BLOCKED] = "blocked",
	[EVENT_RETURN] = "return",
	[EVENT_SOCKET] = "socket",
	[EVENT_STATE] = "state",
	[EVENT_TIMER] = "timer",
	[EVENT_SEGMENT] = "segment",
	[EVENT_COPY] = "copy",
	[EVENT_FORGED] = "forged",
	[EVENT_HELD] = "held",
	[EVENT_DELAYED] = "delayed",
	[EVENT_CORRUPTED] = "corrupted",
	[EVENT_SWAPPED] = "swapped",
	[EVENT_DELIVERED] = "delivered",
	[EVENT_DROPPED] = "dropped",
	[EVENT_RULE] = "rule",
	[EVENT_MARK] = "mark",
	[EVENT_SAY] = "say",
	[EVENT_EXPECTATION] = "expectation",
	[EVENT_CLAIM] = "claim",
	[EVENT_GOAL] = "goal",
	[EVENT_OUTPUT] = "output",
	[EVENT_NOTE] = "note",
	[EVENT_ERROR] = "error",
};
static_assert(sizeof(names) / sizeof(names[0]) == EVENT_COUNT, "a name for each kind");

const char *event_kind_name(enum event_kind kind)
{
	LAB_ASSERT((unsigned)kind < EVENT_COUNT);
	return names[kind];
}

static const char *const verdicts[] = {
	[CLAIM_HOLDS] = "holds",
	[CLAIM_DIFFERS] = "differs",
	[CLAIM_FAILED] = "failed",
	[CLAIM_UNTESTED] = "untested",
};
static_assert(sizeof(verdicts) / sizeof(verdicts[0]) == CLAIM_VERDICT_COUNT, "a name for each");

const char *claim_verdict_name(enum claim_verdict verdict)
{
	LAB_ASSERT((unsigned)verdict < CLAIM_VERDICT_COUNT);
	return verdicts[verdict];
}

bool event_is_segment(const struct event *event)
{
	return event->kind >= EVENT_SEGMENT && event->kind <= EVENT_FORGED;
}

bool event_is_verdict(const struct event *event)
{
	return event->kind >= EVENT_HELD && event->kind <= EVENT_DROPPED;
}
