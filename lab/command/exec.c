/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/text.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/process.h"
#include "world/world.h"

/* A process first, which then becomes the program: its PID, its end and its sockets are watched alike. */
static int exec_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct text arguments = TEXT_EMPTY, text = TEXT_EMPTY;
	struct call_request q = { .kind = CALL_EXEC, .fd = -1 };
	struct call_order order = { .request = &q };
	struct host *host = NULL;
	bool on = s->word_count > 3 && strcmp(s->words[2].text, "on") == 0;
	size_t i = on ? 4 : 2;
	int r = name_new(c->world, s, &s->words[1], d);

	if (r == 0)
		r = name_running_host(c->world, s, on ? &s->words[3] : NULL, &host, d);
	if (r == 0 && i == s->word_count)
		r = statement_error(s, &s->words[i - 1], d,
			"which program? exec %s on %s PROGRAM ARG...", s->words[1].text,
			host->name);
	if (r == 0 && s->word_count - i > EXEC_ARGUMENTS_MAX)
		r = statement_error(s, &s->words[i + EXEC_ARGUMENTS_MAX], d,
			"a program takes at most %d arguments here", EXEC_ARGUMENTS_MAX);
	for (size_t w = i; r == 0 && w < s->word_count; w++)
		r = name_path(s, &s->words[w], d);
	if (r == 0 && !script_may_exec(c->script))
		r = statement_error(s, NULL, d,
			"a recipe may not run programs unless tcplab is told so: --allow-exec");
	if (r == 0)
		r = world_add_process(c->world, s->words[1].text, host, c->event, d);
	if (r < 0)
		return r;
	text_puts(&text, "execve(");
	for (; i < s->word_count; i++) {
		text_puts(&text, arguments.len ? " " : "");
		text_printable(&text, s->words[i].text, s->words[i].len);
		text_puts(&arguments, s->words[i].text);
		text_add(&arguments, "", 1);
	}
	text_puts(&text, ")");
	order.text = text_get(&text);
	order.data = text_get(&arguments);
	q.size = (uint32_t)arguments.len;
	r = script_call(c, world_process(c->world, s->words[1].text), &order, d);
	text_done(&arguments);
	text_done(&text);
	return r;
}

const struct cmd_def cmd_exec = {
	.name = "exec",
	.args = "NAME [on HOST] PROGRAM [ARG...]",
	.min_args = 2,
	.max_args = CMD_MANY,
	.summary = "run a real program on a host, as process NAME",
	.detail =
		"Its sockets are called NAME/FD and watched like ours; what it writes is shown, `type` feeds\n"
		"its standard input, `kill` ends it. Quote arguments that hold blanks, # or ;. PROGRAM without a /\n"
		"is looked for in PATH, ./cl in the folder tcplab was started in; ~ is not replaced. Many programs\n"
		"keep what they print until it is much, or they end: exec web stdbuf -oL ./server shows each line.",
	.source = "execve(2)",
	.example = "exec web nc -l -p 8080",
	.flags = CMD_OUTCOME | CMD_OUTSIDE | CMD_REFUSED,
	.run = exec_run,
};
