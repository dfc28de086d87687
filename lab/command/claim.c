/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/claim.h"

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/world.h"

/* Runs before its block, and once more behind it. */
static int claim_run(struct cmd_call *c, struct diag *d)
{
	struct claim_stack *claims = script_claims(c->script);
	struct journal *j = world_journal(c->world);
	struct text name = TEXT_EMPTY;
	uint64_t mark;

	if (claim_is_open(claims, c->statement)) {
		mark = claim_end(claims, j);
		if (mark)
			script_set_mark(c->script, mark);
		return CMD_DONE;
	}
	claim_begin(claims, c->statement, c->event, script_mark(c->script));
	if (!claim_looks_back(c->statement)) {
		text_printf(&name, "claim %s", c->statement->words[1].text);
		script_set_mark(c->script,
			journal_add(j,
				(struct event){ .kind = EVENT_MARK,
					.cause = c->event,
					.text = text_get(&name) }));
		text_done(&name);
	}
	return script_enter(c, 1, true, d);
}

const struct cmd_def cmd_claim = {
	.name = "claim",
	.args = "ID \"TEXT\" { COMMAND; ... }",
	.min_args = 2,
	.max_args = 2,
	.summary = "put a statement about TCP to the kernel: it holds, or it differs",
	.detail =
		"ID is a letter and a number. The block must expect something: `expect`, `until`, or a call with =>.\n"
		"What these saw is the evidence. With `differs` at its end the statement differs, else it holds.\n"
		"`segments` and `path` count from its beginning, as behind `mark`; a claim of nothing but expectations\n"
		"looks back on what was before it, so several may ask about one thing.",
	.source = "tcplab",
	.example =
		"claim C1 \"Nobody listens: connect() is refused.\" { connect c :80 => ECONNREFUSED }",
	.flags = CMD_BLOCK | CMD_FREE,
	.run = claim_run,
};
