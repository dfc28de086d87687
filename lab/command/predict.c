/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/prediction.h"
#include "language/script.h"
#include "world/world.h"

/* Parked until there is an answer. */
static int asked_check(struct cmd_call *c, struct diag *d)
{
	struct prediction *p = script_prediction(c->script);

	if (prediction_waits(p))
		return CMD_WAIT;
	world_wait(c->world, false);
	prediction_enter(p, journal_last(world_journal(c->world)));
	return script_enter(c, 1, true, d);
}

static int observe(struct cmd_call *c, bool final, struct diag *d)
{
	int r = prediction_observe(script_prediction(c->script), c->world, final, d);

	return r > 0 ? CMD_WAIT : r < 0 ? r : CMD_DONE;
}

static int block_expired(struct cmd_call *c, struct diag *d)
{
	return observe(c, true, d);
}

static int block_check(struct cmd_call *c, struct diag *d)
{
	if (!world_settled(c->world))
		return CMD_WAIT;
	return observe(c, clock_now_ns() >= c->deadline_ns, d);
}

/* Runs before its block, and once more behind it. */
static int predict_run(struct cmd_call *c, struct diag *d)
{
	struct prediction *p = script_prediction(c->script);
	uint64_t within_ns;
	int r;

	if (!prediction_is_open(p, c->statement)) {
		c->check = asked_check;
		r = prediction_begin(p, c, d);
		return r < 0 ? r : asked_check(c, d);
	}
	prediction_leave(p);
	r = prediction_patience(p, c->world, &within_ns, d);
	if (r < 0)
		return r;
	c->check = block_check;
	c->expired = block_expired;
	c->deadline_ns = clock_now_ns() + within_ns;
	return block_check(c, d);
}

const struct cmd_def cmd_predict = {
	.name = "predict",
	.args = "\"QUESTION\" SOCK state | \"QUESTION\" segment [MATCH] [within T] | \"QUESTION\" result | \"QUESTION\" PROC fate | \"QUESTION\" choice",
	.min_args = 2,
	.max_args = CMD_MANY,
	.summary = "ask what the kernel will do, then let it, and compare",
	.detail =
		"Asked at the prompt and by `tcplab play` and `serve RECIPE`; elsewhere skipped and counted. The answer is\n"
		"locked before the block runs: a state, the flags of the first segment, what the block's last call gives,\n"
		"what becomes of a process, or one of the choices that the block ends with; `pass`: I don't know. What is\n"
		"right is written nowhere: it is what the kernel does. A call in the block may give anything without =>, or\n"
		"block.",
	.source = "tcplab",
	.example = "predict \"Which state will c be in?\" c state { close c }",
	.flags = CMD_BLOCK | CMD_REFUSED,
	.run = predict_run,
};
