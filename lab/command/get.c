/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/call.h"
#include "command/option.h"
#include "language/cmd.h"
#include "language/statement.h"
#include "world/process.h"

static void describe(const struct call_request *q, const struct call_reply *reply,
	struct call_answer *answer)
{
	const struct sockopt *o = sockopt_of(q->level, q->option);

	if (o)
		sockopt_describe(o, reply->data, reply->size, answer);
}

static int get_run(struct cmd_call *c, struct diag *d)
{
	struct call_request q = { .kind = CALL_GETSOCKOPT };
	const struct sockopt *o = NULL;
	int r = sockopt_parse_name(c->statement, 2, &o, d);

	if (r < 0)
		return r;
	q.level = o->level;
	q.option = o->number;
	q.size = sockopt_read_size(o);
	return call_on_socket(c, &q, &(struct call_order){ .describe = describe }, d, "%s, %s",
		sockopt_level_name(o->level), o->name);
}

const struct cmd_def cmd_get = {
	.name = "get",
	.args = "SOCK OPTION",
	.min_args = 2,
	.max_args = 2,
	.summary = "read a socket option, by its name in C",
	.detail = "=> compares the value: => on, => 64k, => 2s, => 1,0 (SO_LINGER), => cubic, or\n"
		  "=> ECONNREFUSED (SO_ERROR). `help options` lists the options.",
	.source = "getsockopt(2), socket(7), tcp(7), udp(7), ip(7), ipv6(7)",
	.example = "get c SO_ERROR => ECONNREFUSED",
	.flags = CMD_OUTCOME | CMD_WORDS | CMD_COUNTS,
	.run = get_run,
};
