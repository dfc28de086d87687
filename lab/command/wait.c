/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/pending.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/world.h"

static int wait_check(struct cmd_call *c, struct diag *d)
{
	(void)d;
	return script_calls_open(c->script, c->state) ? CMD_WAIT : CMD_DONE;
}

static int wait_expired(struct cmd_call *c, struct diag *d)
{
	const struct process *p;
	struct text seen = TEXT_EMPTY;

	(void)d;
	for (size_t i = 0; (p = world_process_at(c->world, i)); i++) {
		if (p->in_call && (!c->state || p == c->state))
			text_printf(&seen, "%s%s of %s still %s", seen.len ? ", " : "",
				p->call.text, p->name, p->call.blocked ? "blocked" : "running");
	}
	script_mismatch(c, NULL, "every call has returned", text_get(&seen));
	text_done(&seen);
	return CMD_FAILED;
}

static int wait_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct process *p = NULL;
	uint64_t within_ns = CALL_MOST_NS;
	size_t i = 1;
	int r = 0;

	if (i < s->word_count && strcmp(s->words[i].text, "within") != 0)
		r = name_process(c->world, s, &s->words[i++], &p, d);
	if (r == 0 && i < s->word_count) {
		if (i + 2 != s->word_count || strcmp(s->words[i].text, "within") != 0)
			return statement_error(s, &s->words[i], d, "write: wait [PROC] [within T]");
		r = name_duration(s, &s->words[i + 1], &within_ns, d);
	}
	if (r < 0)
		return r;
	c->state = p; /* borrowed: the process waited for, NULL = all */
	c->check = wait_check;
	c->expired = wait_expired;
	c->deadline_ns = clock_now_ns() + within_ns;
	return wait_check(c, d);
}

const struct cmd_def cmd_wait = {
	.name = "wait",
	.args = "[PROC] [within T]",
	.min_args = 0,
	.max_args = 3,
	.summary = "wait until the calls in the background have returned (10 s, or `within T`)",
	.source = "wait in sh(1)",
	.example = "wait main within 5s",
	.flags = CMD_FREE,
	.run = wait_run,
};
