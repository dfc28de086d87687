/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"

static int sleep_check(struct cmd_call *c, struct diag *d)
{
	(void)c;
	(void)d;
	return CMD_WAIT;
}

static int sleep_over(struct cmd_call *c, struct diag *d)
{
	(void)c;
	(void)d;
	return CMD_DONE;
}

static int sleep_run(struct cmd_call *c, struct diag *d)
{
	uint64_t pause_ns = 0;
	int r = name_duration(c->statement, &c->statement->words[1], &pause_ns, d);

	if (r < 0)
		return r;
	c->check = sleep_check;
	c->expired = sleep_over;
	c->deadline_ns = clock_now_ns() + pause_ns;
	return CMD_WAIT;
}

const struct cmd_def cmd_sleep = {
	.name = "sleep",
	.args = "T",
	.min_args = 1,
	.max_args = 1,
	.summary = "let time pass; to wait for something use expect",
	.source = "tcplab",
	.example = "sleep 100ms",
	.flags = CMD_FREE,
	.run = sleep_run,
};
