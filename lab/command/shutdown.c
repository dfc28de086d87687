/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/socket.h>

#include "command/call.h"
#include "language/cmd.h"
#include "language/statement.h"
#include "world/protocol.h"

static const struct {
	const char *word, *name;
	int how;
} ways[] = {
	{ "rd", "SHUT_RD", SHUT_RD },
	{ "wr", "SHUT_WR", SHUT_WR },
	{ "rdwr", "SHUT_RDWR", SHUT_RDWR },
};

static int shutdown_run(struct cmd_call *c, struct diag *d)
{
	const struct token *way = &c->statement->words[2];

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct call_request q = { .kind = CALL_SHUTDOWN, .number = ways[i].how };

		if (strcmp(way->text, ways[i].word) == 0 || strcmp(way->text, ways[i].name) == 0)
			return call_on_socket(c, &q, NULL, d, "%s", ways[i].name);
	}
	return statement_error(c->statement, way, d,
		"shut down which way? rd, wr or rdwr, not '%.40s'", way->text);
}

const struct cmd_def cmd_shutdown = {
	.name = "shutdown",
	.args = "SOCK rd|wr|rdwr",
	.min_args = 2,
	.max_args = 2,
	.summary = "end one or both directions and keep the descriptor",
	.detail =
		"wr sends FIN once everything before it is sent; this side can still receive. rd sends\n"
		"nothing.",
	.source = "shutdown(2); RFC 9293 3.6",
	.example = "shutdown c wr",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = shutdown_run,
};
