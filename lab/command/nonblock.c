/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>

#include "command/call.h"
#include "language/cmd.h"
#include "language/statement.h"
#include "world/protocol.h"

static int nonblock_run(struct cmd_call *c, struct diag *d)
{
	const struct token *way = &c->statement->words[2];
	bool on = strcmp(way->text, "on") == 0;
	struct call_request q = { .kind = CALL_FCNTL, .number = on ? O_NONBLOCK : 0 };

	if (!on && strcmp(way->text, "off") != 0)
		return statement_error(c->statement, way, d, "on or off, not '%.40s'", way->text);
	return call_on_socket(c, &q, NULL, d, "F_SETFL, %s", on ? "O_NONBLOCK" : "0");
}

const struct cmd_def cmd_nonblock = {
	.name = "nonblock",
	.args = "SOCK on|off",
	.min_args = 2,
	.max_args = 2,
	.summary = "have calls on a socket give EAGAIN or EINPROGRESS instead of blocking",
	.detail =
		"The flag belongs to what dup and fork share, so the other descriptors have it too; a socket\n"
		"that accept makes does not inherit it.",
	.source = "fcntl(2) F_SETFL, O_NONBLOCK in open(2)",
	.example = "nonblock c on",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = nonblock_run,
};
