/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/sysname.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/process.h"

static const struct {
	const char *word, *shown;
	enum call_disposition disposition;
} dispositions[] = {
	{ "default", "SIG_DFL", DISPOSITION_DEFAULT },
	{ "ignore", "SIG_IGN", DISPOSITION_IGNORE },
	{ "handle", "handler", DISPOSITION_HANDLE },
	{ "handle-restart", "handler, SA_RESTART", DISPOSITION_HANDLE_RESTART },
};

static int signal_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct call_request q = { .kind = CALL_SIGACTION,
		.fd = -1,
		.number = signal_parse(s->words[2].text) };
	char text[80];
	struct call_order order = { .request = &q, .text = text };
	struct process *p = NULL;
	int r = name_idle_process(c->world, s, &s->words[1], &p, d);

	if (r < 0)
		return r;
	if (!q.number)
		return statement_error(s, &s->words[2], d,
			"'%.40s' is no signal: PIPE, USR1, INT ...", s->words[2].text);
	for (size_t i = 0; i < sizeof(dispositions) / sizeof(dispositions[0]); i++) {
		if (strcmp(s->words[3].text, dispositions[i].word) != 0)
			continue;
		q.disposition = dispositions[i].disposition;
		snprintf(text, sizeof(text), "sigaction(%s, %s)", signal_name(q.number),
			dispositions[i].shown);
		return script_call(c, p, &order, d);
	}
	return statement_error(s, &s->words[3], d,
		"'%.40s' is no way to treat a signal: default, ignore, handle, handle-restart",
		s->words[3].text);
}

const struct cmd_def cmd_signal = {
	.name = "signal",
	.args = "PROC SIGNAL default|ignore|handle|handle-restart",
	.min_args = 3,
	.max_args = 3,
	.summary = "say what a signal does to a process",
	.detail =
		"handle: a handler that does nothing, so that a blocked call gives EINTR. handle-restart: the\n"
		"same with SA_RESTART, so that the kernel goes on with most calls.",
	.source = "sigaction(2), signal(7)",
	.example = "signal main PIPE ignore",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = signal_run,
};
