/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/text.h"
#include "language/claim.h"
#include "language/cmd.h"
#include "language/expectation.h"
#include "language/script.h"
#include "language/statement.h"

/* Runs once before each round, and decides whether there is another. */
static int until_run(struct cmd_call *c, struct diag *d)
{
	struct statement *s = (struct statement *)c->statement; /* our own mark is in it */
	struct text expected = TEXT_EMPTY, seen = TEXT_EMPTY;
	struct expectation e;
	uint64_t now = clock_now_ns(), mark = script_mark(c->script);
	enum expectation_standing stands;
	int r = expectation_parse(c->world, s, &e, d);

	if (r < 0)
		return r;
	if (!s->began_ns)
		s->began_ns = now;
	stands = expectation_stands(&e, c->world, mark, c->event);
	/* STANDS_NEVER too: the next round may mark, or make anew, what this one has ruled out. */
	if (stands != STANDS_MET && now - s->began_ns < e.within_ns)
		return script_enter(c, 1, true, d);
	s->began_ns = 0;
	expectation_format_seen(&e, c->world, mark, &seen);
	if (stands == STANDS_MET) {
		claim_saw(script_claims(c->script), text_get(&seen));
		text_done(&seen);
		return CMD_DONE;
	}
	expectation_format(&e, &expected);
	r = script_mismatch(c, NULL, text_get(&expected), text_get(&seen));
	text_done(&expected);
	text_done(&seen);
	return r;
}

const struct cmd_def cmd_until = {
	.name = "until",
	.args = "EXPECTATION [within T] { COMMAND; ... }",
	.min_args = 2,
	.max_args = CMD_MANY,
	.summary =
		"run the commands between the braces again and again until the expectation is met",
	.detail =
		"The expectation is one of `expect`. When the time is over (2 s) before it is met, that is a\n"
		"failure.",
	.source = "tcplab",
	.example = "until c CLOSED within 5s { step }",
	.flags = CMD_BLOCK | CMD_FREE,
	.run = until_run,
};
