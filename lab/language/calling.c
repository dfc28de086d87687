/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/calling.h"

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/claim.h"
#include "language/cmd.h"
#include "language/pending.h"
#include "language/script.h"
#include "world/process.h"
#include "world/world.h"

void calling_saw(struct claim_stack *claims, const struct pending *p, const char *got)
{
	if (!p->any && p->outcome.kind != OUTCOME_SUCCESS)
		claim_saw_call(claims, p->statement, got);
}

static int call_unmet(struct cmd_call *c, const struct pending *p, const char *seen)
{
	struct text expected = TEXT_EMPTY;

	outcome_format(&p->outcome, &expected);
	script_mismatch(c, NULL, text_get(&expected), seen);
	text_done(&expected);
	return CMD_FAILED;
}

static int call_check(struct cmd_call *c, struct diag *d)
{
	struct pending *p = c->state;
	bool settled =
		(p->outcome.kind == OUTCOME_BLOCKED || p->may_block) && world_settled(c->world);

	(void)d;
	if (p->returned && !p->met)
		return call_unmet(c, p, text_get(&p->got));
	if (p->returned) {
		calling_saw(script_claims(c->script), p, text_get(&p->got));
		return CMD_DONE;
	}
	if (settled && p->process->call.blocked) {
		calling_saw(script_claims(c->script), p, "blocked");
		p->any = true; /* how it ends later is not said here */
		return CMD_DONE;
	}
	return CMD_WAIT;
}

static int call_expired(struct cmd_call *c, struct diag *d)
{
	struct pending *p = c->state;
	struct text text = TEXT_EMPTY;

	(void)d;
	if (script_interactive(c->script)) {
		text_printf(&text, "%s goes on in the background (kill %s would end it)",
			p->process->call.text, p->process->name);
		journal_add(world_journal(c->world),
			(struct event){ .kind = EVENT_NOTE, .text = text_get(&text) });
		text_done(&text);
		return CMD_DONE;
	}
	p->any = true; /* told here, once */
	text_printf(&text,
		"%s after %u s: to wait for it elsewhere use '&', to expect it '=> blocked'",
		p->process->call.blocked ? "still blocked" : "still running",
		(unsigned)(CALL_MOST_NS / NS_PER_S));
	call_unmet(c, p, text_get(&text));
	text_done(&text);
	return CMD_FAILED;
}

static void call_end(struct cmd_call *c)
{
	pending_leave(c->state);
}

int calling_wait(struct cmd_call *c, struct pending *p)
{
	bool prompt = script_interactive(c->script) && p->outcome.kind == OUTCOME_SUCCESS;

	c->state = p;
	c->check = call_check;
	c->expired = call_expired;
	c->end = call_end;
	c->deadline_ns = clock_now_ns() + (prompt ? CALL_PROMPT_NS : CALL_MOST_NS);
	return CMD_WAIT;
}
