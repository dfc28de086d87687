/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "language/claim.h"
#include "language/cmd.h"
#include "language/script.h"
#include "language/statement.h"

static int differs_run(struct cmd_call *c, struct diag *d)
{
	const struct token *what = &c->statement->words[1];
	struct text text = TEXT_EMPTY;

	(void)d;
	text_printable(&text, what->text, what->len);
	claim_differs(script_claims(c->script), text_get(&text));
	text_done(&text);
	return CMD_DONE;
}

const struct cmd_def cmd_differs = {
	.name = "differs",
	.args = "\"TEXT\"",
	.min_args = 1,
	.max_args = 1,
	.summary = "end a claim that this kernel does not bear out: what it does instead, and why",
	.detail =
		"The last command of a claim's block. Name the place: the RFC's section or the kernel's function.\n"
		"What the block expects is what this kernel does, so it fails the day a kernel does as claimed.",
	.source = "tcplab",
	.example = "differs \"60 s by default, not 75: include/net/tcp.h TCP_FIN_TIMEOUT\"",
	.flags = CMD_FREE,
	.run = differs_run,
};
