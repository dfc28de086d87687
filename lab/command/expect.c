/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/claim.h"
#include "language/cmd.h"
#include "language/expectation.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/world.h"

struct waiting {
	struct expectation expectation;
	uint64_t since; /* event number it began at */
};

static int expect_passed(struct cmd_call *c)
{
	const struct waiting *w = c->state;
	struct text seen = TEXT_EMPTY;

	if (w->expectation.never) {
		expectation_format(&w->expectation, &seen);
		text_puts(&seen, ", but ");
	}
	expectation_format_seen(&w->expectation, c->world, script_mark(c->script), &seen);
	claim_saw(script_claims(c->script), text_get(&seen));
	text_done(&seen);
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_EXPECTATION,
			.cause = c->event,
			.text = c->statement->text,
			.place = { .line = c->statement->line,
				.column = c->statement->words->column,
				.passed = true } });
	return CMD_DONE;
}

static int expect_failed(struct cmd_call *c)
{
	const struct waiting *w = c->state;
	struct text expected = TEXT_EMPTY, seen = TEXT_EMPTY;

	expectation_format(&w->expectation, &expected);
	expectation_format_seen(&w->expectation, c->world, script_mark(c->script), &seen);
	script_mismatch(c, NULL, text_get(&expected), text_get(&seen));
	text_done(&expected);
	text_done(&seen);
	return CMD_FAILED;
}

static int expect_check(struct cmd_call *c, struct diag *d)
{
	struct waiting *w = c->state;
	int r = 0;

	if (!world_settled(c->world))
		return CMD_WAIT;
	if (w->expectation.awaited)
		r = expectation_parse(c->world, c->statement, &w->expectation, d);
	if (r < 0)
		return r;
	switch (expectation_stands(&w->expectation, c->world, script_mark(c->script), w->since)) {
	case STANDS_MET:
		return expect_passed(c);
	case STANDS_NEVER:
		return expect_failed(c);
	case STANDS_NOT_YET:
		break;
	}
	return CMD_WAIT;
}

static int expect_expired(struct cmd_call *c, struct diag *d)
{
	const struct waiting *w = c->state;

	(void)d;
	return w->expectation.never ? expect_passed(c) : expect_failed(c);
}

static void expect_end(struct cmd_call *c)
{
	free(c->state);
}

static int expect_run(struct cmd_call *c, struct diag *d)
{
	struct waiting w = { .since = c->event };
	int r = expectation_parse(c->world, c->statement, &w.expectation, d);

	if (r < 0)
		return r;
	c->state = memory_new(sizeof(w));
	*(struct waiting *)c->state = w;
	c->check = expect_check;
	c->expired = expect_expired;
	c->end = expect_end;
	c->deadline_ns = clock_now_ns() + w.expectation.within_ns;
	return expect_check(c, d);
}

const struct cmd_def cmd_expect = {
	.name = "expect",
	.args = "SOCK STATE | SOCK path STATE > ... | SOCK recvq|sendq|backlog|retransmits N | SOCK timer KIND [T +-P%] | SOCK returned COMMAND VALUE | SOCK FIELD VALUE [+-P%] | count STATE N | [HOST] counter NAME N | segments MATCH ... | no segments | seen MATCH ... | gap MATCH MATCH T [+-P%] | PROC FATE",
	.min_args = 2,
	.max_args = CMD_MANY,
	.summary = "wait until this is so (2 s, or `within T`); if it does not come true, fail",
	.detail =
		"A socket of a program that runs is waited for, too: expect web/3 LISTEN within 5s. A\n"
		"program is blocked in the system call that the kernel says it sleeps in (/proc/PID/syscall), its\n"
		"first thread: expect get blocked connect. Many wait in another than one thinks, such as poll.",
	.source = "states: RFC 9293 3.3.2",
	.example = "expect c path CLOSED > SYN-SENT > ESTABLISHED within 1s",
	.flags = CMD_FREE,
	.run = expect_run,
};
