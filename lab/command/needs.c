/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/world.h"

/* Where execvp(3) would find it. */
static bool is_installed(const char *program)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];

	if (strchr(program, '/'))
		return access(program, X_OK) == 0;
	for (path = path ? path : "/bin:/usr/bin"; *path; path += *path == ':') {
		size_t len = strcspn(path, ":");
		int wrote = snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, program);

		if (wrote < (int)sizeof(file) && access(file, X_OK) == 0)
			return true;
		path += len;
	}
	return false;
}

static int needs_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct text why = TEXT_EMPTY;

	if (!script_may_exec(c->script))
		text_puts(&why, "left out: it runs programs, which --allow-exec allows");
	for (size_t i = 1; i < s->word_count && !why.len; i++) {
		if (is_installed(s->words[i].text))
			continue;
		text_puts(&why, "left out: it needs ");
		text_printable(&why, s->words[i].text, s->words[i].len);
		text_puts(&why, ", which is not installed here");
	}
	if (!why.len)
		return script_enter(c, 1, false, d);
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_NOTE, .cause = c->event, .text = text_get(&why) });
	text_done(&why);
	return CMD_DONE;
}

const struct cmd_def cmd_needs = {
	.name = "needs",
	.args = "PROGRAM... { COMMAND; ... }",
	.min_args = 1,
	.max_args = CMD_MANY,
	.summary =
		"run the commands between the braces only where these programs are there to be run",
	.detail =
		"Installed, and allowed to a recipe by --allow-exec. Else they are left out, and that is said.",
	.source = "tcplab",
	.example = "needs sh { exec p sh -c \"exit 3\"; expect p exited 3 }",
	.flags = CMD_BLOCK | CMD_REFUSED,
	.run = needs_run,
};
