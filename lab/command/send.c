/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "command/call.h"
#include "language/cmd.h"
#include "language/statement.h"
#include "world/protocol.h"

#define QUOTE_MOST 32 /* bytes of data shown, as strace(1) does */

static int send_run(struct cmd_call *c, struct diag *d)
{
	const struct token *data = &c->statement->words[2];
	struct call_request q = { .kind = CALL_SEND, .size = (uint32_t)data->len };
	struct text quoted = TEXT_EMPTY;
	int r;

	if (data->kind != TOKEN_STRING)
		return statement_error(c->statement, data, d, "write the data in quotes: send %s \"%s\"",
			c->statement->words[1].text, data->text);
	text_quote(&quoted, data->text, data->len, QUOTE_MOST);
	r = call_on_socket(c, &q, data->text, NULL, d, "%s, %u, 0", text_get(&quoted), q.size);
	text_done(&quoted);
	return r;
}

const struct cmd_def cmd_send = {
	.name = "send",
	.args = "SOCK \"DATA\"",
	.min_args = 2,
	.max_args = 2,
	.summary = "hand data to the kernel, which sends it as segments",
	.detail = "Returns when the kernel has taken the data, not when the peer has it. On a connection that\n"
		  "was reset or shut down for writing it raises SIGPIPE, which ends the process.",
	.source = "send(2); RFC 9293 3.10.2",
	.example = "send c \"hello\\n\"",
	.flags = CMD_OUTCOME | CMD_BACKGROUND,
	.run = send_run,
};
