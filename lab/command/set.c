/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "command/call.h"
#include "command/option.h"
#include "language/cmd.h"
#include "language/statement.h"
#include "world/process.h"

static int set_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct sockopt *o = NULL;
	struct sockopt_value value;
	struct text shown = TEXT_EMPTY;
	int r = sockopt_parse_name(s, 2, &o, d);

	if (r == 0)
		r = sockopt_parse_value(o, s, s->word_count > 3 ? &s->words[3] : NULL, &value,
			&shown, d);
	if (r == 0) {
		struct call_request q = { .kind = CALL_SETSOCKOPT,
			.level = o->level,
			.option = o->number,
			.size = value.size };

		r = call_on_socket(c, &q, &(struct call_order){ .data = value.bytes }, d,
			"%s, %s, %s", sockopt_level_name(o->level), o->name, text_get(&shown));
	}
	text_done(&shown);
	return r;
}

const struct cmd_def cmd_set = {
	.name = "set",
	.args = "SOCK OPTION [VALUE]",
	.min_args = 2,
	.max_args = 3,
	.summary = "set a socket option, by its name in C",
	.detail =
		"VALUE is on or off (on, unless told), a number, bytes (64k), a time (2s), ON,SECONDS for\n"
		"SO_LINGER, or a name. `help options` lists the options, `help SO_LINGER` tells more.",
	.source = "setsockopt(2), socket(7), tcp(7), udp(7), ip(7), ipv6(7)",
	.example = "set c SO_LINGER 1,0",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = set_run,
};
