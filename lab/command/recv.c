/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/call.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/protocol.h"

#define RECV_BYTES 4096 /* what many programs' buffers hold */

static int recv_run(struct cmd_call *c, struct diag *d)
{
	uint64_t size = RECV_BYTES;
	struct call_request q = { .kind = CALL_RECV };
	int r = 0;

	if (c->statement->word_count > 2)
		r = name_number(c->statement, &c->statement->words[2], 0, CALL_DATA_MAX, &size, d);
	if (r < 0)
		return r;
	q.size = (uint32_t)size;
	return call_on_socket(c, &q, NULL, NULL, d, "%u, 0", q.size);
}

const struct cmd_def cmd_recv = {
	.name = "recv",
	.args = "SOCK [BYTES]",
	.min_args = 1,
	.max_args = 2,
	.summary = "read what has arrived, at most BYTES (4096)",
	.detail = "Blocks while there is nothing. 0 is end of file: the peer has sent FIN and everything\n"
		  "before it was read.",
	.source = "recv(2); RFC 9293 3.10.3",
	.example = "recv a",
	.flags = CMD_OUTCOME | CMD_BACKGROUND,
	.run = recv_run,
};
