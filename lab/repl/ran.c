/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/ran.h"

#include <string.h>

#include "journal/event.h"
#include "journal/journal.h"

bool ran_failed(const struct journal *j, uint64_t since)
{
	const uint64_t kinds = EVENT_BIT(EVENT_ERROR) | EVENT_BIT(EVENT_EXPECTATION);

	for (uint64_t no = since; (no = journal_next(j, no, kinds));) {
		const struct event *e = journal_get(j, no);

		if (e->kind == EVENT_ERROR || !e->place.passed)
			return true;
	}
	return false;
}

const char *ran_step(const struct journal *j, uint64_t since)
{
	uint64_t no = journal_previous(j, UINT64_MAX, EVENT_BIT(EVENT_COMMAND));
	const struct event *last = no > since ? journal_get(j, no) : NULL;
	bool step = last && strncmp(last->text, "step", 4) == 0 && strchr(" \t", last->text[4]);

	return step && !ran_failed(j, since) ? journal_get(j, no)->text : NULL;
}
