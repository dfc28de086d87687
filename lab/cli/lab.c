/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/lab.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "cli/complaint.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/reporting.h"
#include "command/table.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl.h"
#include "language/prediction.h"
#include "language/recipe.h"
#include "language/script.h"
#include "repl/prompt.h"
#include "view/console.h"
#include "wire/capture.h"
#include "wire/wire.h"
#include "world/world.h"

struct lab {
	const struct options *options;
	uv_loop_t loop;
	uv_signal_t interrupt, terminate, hangup;
	bool interactive; /* a prompt for commands, not only for answers */
	struct input input; /* standard input when it is no terminal; arg = this */
	struct world *world;
	struct script *script;
	struct console *console;
	struct prompt *prompt;
	uint32_t line; /* of standard input */
	int code; /* exit code */
	bool closing;
};

static bool wants_color(int fd)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	return isatty(fd) && !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0;
}

static void print_stdio(void *arg, bool error, const char *lines, size_t len)
{
	struct lab *lab = arg;

	if (lab->prompt) {
		prompt_print(lab->prompt, lines, len);
	} else if (error || !(lab->options->json || lab->options->page)) {
		fwrite(lines, 1, len, error ? stderr : stdout);
		fflush(error ? stderr : stdout);
	}
}

static void print_json(void *arg, const struct journal *j, const struct event *event)
{
	char *line = jsonl_format(event);

	(void)arg;
	(void)j;
	fputs(line, stdout);
	fflush(stdout);
	free(line);
}

/* ---- ending ---- */

static void on_closed(void *arg)
{
	(void)arg; /* the loop runs dry by itself */
}

static void close_lab(struct lab *lab)
{
	if (lab->closing)
		return;
	lab->closing = true;
	if (lab->prompt)
		prompt_close(lab->prompt, on_closed, lab);
	lab->prompt = NULL;
	input_close(&lab->input);
	uv_close((uv_handle_t *)&lab->interrupt, NULL);
	uv_close((uv_handle_t *)&lab->terminate, NULL);
	uv_close((uv_handle_t *)&lab->hangup, NULL);
	world_close(lab->world, on_closed, lab);
}

static void on_script_ended(void *arg, enum script_verdict verdict)
{
	struct lab *lab = arg;

	lab->code = (int)verdict;
	close_lab(lab);
}

/* Who does not want to answer any more wants to see the rest of the story. */
static void on_prompt_ended(void *arg)
{
	struct lab *lab = arg;

	if (lab->interactive)
		close_lab(lab);
	else
		prediction_ask_nobody(script_prediction(lab->script), lab->world);
}

static void on_script_idle(void *arg)
{
	struct lab *lab = arg;

	if (lab->prompt)
		prompt_ready(lab->prompt);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct lab *lab = handle->data;

	if (number == SIGINT && lab->interactive)
		return; /* the prompt has its own use for it */
	lab->code = EXIT_SIGNAL + number;
	close_lab(lab);
}

/* ---- standard input that is no terminal ---- */

static void on_command_line(void *arg, const char *text, size_t len)
{
	struct lab *lab = arg;

	if (!script_over(lab->script))
		script_push_told(lab->script, text, len, "stdin", ++lab->line);
}

static void on_commands_end(void *arg)
{
	struct lab *lab = arg;

	script_end(lab->script);
}

/* A pipe is read as it fills; a file at once, so that a mistake in it is known before anything runs. */
static int read_input(struct lab *lab, struct diag *d)
{
	struct text text = TEXT_EMPTY;
	int r;

	lab->input.line = on_command_line;
	lab->input.end = on_commands_end;
	if (input_open(&lab->input, &lab->loop) == 0) {
		input_want(&lab->input, true);
		return 0;
	}
	r = recipe_read_fd(STDIN_FILENO, "stdin", &text, d);
	if (r == 0) {
		script_push_told(lab->script, text_get(&text), text.len, "stdin", 1);
		script_end(lab->script);
	}
	text_done(&text);
	return r;
}

/* ---- running ---- */

static char *history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct text path = TEXT_EMPTY;

	if (state && state[0] == '/')
		text_printf(&path, "%s/tcplab/history", state);
	else if (home && home[0])
		text_printf(&path, "%s/.local/state/tcplab/history", home);
	else
		return NULL;
	return text_take(&path);
}

static void welcome(void)
{
	printf("tcplab " TCPLAB_VERSION
	       ": a private host whose loopback is the wire. Times are in ms.\n"
	       "`help` lists the commands, Ctrl-D leaves. A first story, in the shell:\n"
	       "%s play open/self-connect\n",
		program_invocation_name);
	fflush(stdout);
}

static int open_prompt(struct lab *lab, struct diag *d)
{
	CLEANUP(freep) char *history = lab->interactive ? history_path() : NULL;
	struct prompt_options options = { .history_file = history,
		.color = wants_color(STDOUT_FILENO),
		.answers = !lab->interactive,
		.ended = on_prompt_ended,
		.arg = lab };

	return prompt_open(&lab->prompt, &lab->loop, lab->world, lab->script, &options, d);
}

/* ---- answers, where there is no prompt for commands ---- */

static void on_answer(void *arg, const char *text, size_t len)
{
	struct lab *lab = arg;

	if (prediction_answer(script_prediction(lab->script), lab->world, text, len))
		input_want(&lab->input, false);
}

static void on_answers_end(void *arg)
{
	struct lab *lab = arg;

	prediction_ask_nobody(script_prediction(lab->script), lab->world);
}

static int open_answers(struct lab *lab, struct diag *d)
{
	struct text text = TEXT_EMPTY;
	int r;

	lab->input.line = on_answer;
	lab->input.end = on_answers_end;
	if (input_open(&lab->input, &lab->loop) == 0)
		return 0;
	r = recipe_read_fd(STDIN_FILENO, "stdin", &text, d);
	if (r == 0)
		input_take(&lab->input, &text);
	text_done(&text);
	return r;
}

/* Standard input is not touched before the first question. */
static void on_script_asks(void *arg)
{
	struct lab *lab = arg;
	struct diag d = { 0 };
	int r = 0;

	if (lab->prompt) {
		prompt_ready(lab->prompt);
	} else if (isatty(STDIN_FILENO)) {
		r = open_prompt(lab, &d);
	} else {
		if (!lab->input.line)
			r = open_answers(lab, &d);
		if (r == 0)
			input_want(&lab->input, true);
	}
	if (r < 0)
		on_answers_end(lab);
}

/* What to look for is part of the story: comments are no commands, so nothing else keeps it. */
static void tell_recipe(const struct lab *lab, const struct text *recipe)
{
	struct text opening = TEXT_EMPTY;

	recipe_opening(text_get(recipe), recipe->len, &opening);
	journal_add(world_journal(lab->world),
		(struct event){ .kind = EVENT_RECIPE,
			.subject = lab->options->file,
			.text = text_get(&opening) });
	text_done(&opening);
}

/* Give the script what it shall run. 0 or -errno with d filled. */
static int feed(struct lab *lab, bool interactive, struct diag *d)
{
	const struct options *o = lab->options;
	struct text text = TEXT_EMPTY;
	int r = 0;

	if (o->command) {
		script_push_told(lab->script, o->command, strlen(o->command), "-c", 1);
	} else if (o->file) {
		r = recipe_read(o->file, &text, d);
		if (r == 0) {
			tell_recipe(lab, &text);
			script_push_told(lab->script, text_get(&text), text.len, o->file, 1);
		}
		text_done(&text);
	} else if (interactive) {
		return open_prompt(lab, d);
	} else {
		return read_input(lab, d);
	}
	if (r == 0)
		script_end(lab->script);
	return r;
}

static void start_signal(struct lab *lab, uv_signal_t *handle, int number)
{
	uv_signal_init(&lab->loop, handle);
	handle->data = lab;
	uv_signal_start(handle, on_signal, number);
}

/* A recording that has not all of it must not look like one. */
static void end_capture(struct lab *lab)
{
	struct diag d = { 0 };

	if (wire_capture(world_wire(lab->world), NULL, &d) == 0)
		return;
	complaint_print(&d);
	lab->code = lab->code ? lab->code : EXIT_USAGE;
}

static void write_report(struct lab *lab)
{
	struct diag d = { 0 };

	if (reporting_write(lab->options, world_journal(lab->world), &d) == 0)
		return;
	complaint_print(&d);
	lab->code = EXIT_USAGE;
}

int lab_run(const struct options *o)
{
	bool interactive = !o->command && !o->file && isatty(STDIN_FILENO);
	struct lab lab = { .options = o, .interactive = interactive, .input = { .arg = &lab } };
	struct script_options script_options = { .interactive = interactive,
		.may_exec = interactive || o->command || o->allow_exec ||
			(o->file && recipe_came_along(o->file)),
		.may_write = interactive || o->command || o->allow_write,
		.slow = o->slow,
		.keep_going = o->keep_going,
		.ask = interactive || (o->ask && !(o->json && isatty(STDIN_FILENO)))
			? on_script_asks
			: NULL,
		.idle = on_script_idle,
		.ended = on_script_ended,
		.arg = &lab };
	struct console_options console_options = { .commands = !interactive,
		.story = !o->json && !o->page,
		.color = wants_color(STDOUT_FILENO),
		.print = print_stdio,
		.arg = &lab };
	struct capture *capture = NULL;
	struct diag d = { 0 };
	int r;

	if (o->capture && capture_open(o->capture, &capture, &d) < 0) {
		complaint_print(&d);
		return EXIT_USAGE;
	}
	uv_loop_init(&lab.loop);
	start_signal(&lab, &lab.interrupt, SIGINT);
	start_signal(&lab, &lab.terminate, SIGTERM);
	start_signal(&lab, &lab.hangup, SIGHUP);
	lab.world = world_new(&lab.loop, o->ipv6);
	wire_capture(world_wire(lab.world), capture, &d);
	if (o->json)
		journal_read(world_journal(lab.world), print_json, NULL);
	lab.console = console_new(world_journal(lab.world), &console_options);
	lab.script = script_new(lab.world, &command_table, &script_options);
	if (interactive)
		welcome();
	r = world_open(lab.world, NULL, &d);
	if (r < 0)
		lab.code = EXIT_NO_LAB;
	else if ((r = feed(&lab, interactive, &d)) < 0)
		lab.code = EXIT_USAGE;
	if (r < 0) {
		complaint_print(&d);
		close_lab(&lab);
	}
	uv_run(&lab.loop, UV_RUN_DEFAULT);
	end_capture(&lab);
	if (o->page && lab.code != EXIT_NO_LAB)
		write_report(&lab);
	script_free(lab.script);
	world_free(lab.world);
	console_free(lab.console);
	input_done(&lab.input);
	LAB_ASSERT(uv_loop_close(&lab.loop) == 0);
	return lab.code;
}
