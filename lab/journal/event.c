/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/event.h"

#include <assert.h>
#include <string.h>

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
	[EVENT_QUESTION] = "question",
	[EVENT_PREDICTION] = "prediction",
	[EVENT_OBSERVATION] = "observation",
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

static const char *const outcomes[] = {
	[PREDICTION_FORETOLD] = "foretold",
	[PREDICTION_OTHERWISE] = "otherwise",
	[PREDICTION_UNANSWERED] = "unanswered",
	[PREDICTION_SKIPPED] = "skipped",
};
static_assert(sizeof(outcomes) / sizeof(outcomes[0]) == PREDICTION_VERDICT_COUNT,
	"a name for each");

const char *prediction_verdict_name(enum prediction_verdict verdict)
{
	LAB_ASSERT((unsigned)verdict < PREDICTION_VERDICT_COUNT);
	return outcomes[verdict];
}

bool event_is_prediction(const struct event *event)
{
	return event->kind >= EVENT_QUESTION && event->kind <= EVENT_OBSERVATION;
}

bool event_is_retold(const struct event *command)
{
	static const char *const verbs[] = { "say", "predict", "choice" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		size_t len = strlen(verbs[i]);

		if (strncmp(command->text, verbs[i], len) == 0 && strchr(" \t", command->text[len]))
			return true;
	}
	return false;
}

bool event_is_segment(const struct event *event)
{
	return event->kind >= EVENT_SEGMENT && event->kind <= EVENT_FORGED;
}

bool event_is_verdict(const struct event *event)
{
	return event->kind >= EVENT_HELD && event->kind <= EVENT_DROPPED;
}
