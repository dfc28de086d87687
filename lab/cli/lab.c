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
#include "cli/options.h"
#include "cli/reporting.h"
#include "command/table.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl.h"
#include "language/lexer.h"
#include "language/recipe.h"
#include "language/script.h"
#include "repl/prompt.h"
#include "serve/server.h"
#include "view/console.h"
#include "wire/capture.h"
#include "wire/wire.h"
#include "world/world.h"

struct lab {
	const struct options *options;
	uv_loop_t loop;
	uv_signal_t interrupt, terminate, hangup;
	uv_poll_t input; /* standard input when it is a pipe */
	bool reading;
	struct world *world;
	struct script *script;
	struct console *console;
	struct prompt *prompt;
	struct server *server; /* NULL = there is no page */
	struct text typed; /* a line of standard input that is not complete yet */
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

/* What is for whoever started us. */
static void tell(struct lab *lab, const char *words)
{
	print_stdio(lab, false, words, strlen(words));
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
	server_close(lab->server);
	if (lab->reading)
		uv_close((uv_handle_t *)&lab->input, NULL);
	uv_close((uv_handle_t *)&lab->interrupt, NULL);
	uv_close((uv_handle_t *)&lab->terminate, NULL);
	uv_close((uv_handle_t *)&lab->hangup, NULL);
	world_close(lab->world, on_closed, lab);
}

/* A page of a recipe is there to be looked at when it has been played. */
static bool stays(const struct lab *lab)
{
	return lab->server && (lab->options->file || lab->options->command);
}

static void on_script_ended(void *arg, enum script_verdict verdict)
{
	struct lab *lab = arg;

	lab->code = (int)verdict;
	if (stays(lab))
		tell(lab, "It has been played; the page stays until Ctrl-C.\n");
	else
		close_lab(lab);
}

static void on_prompt_ended(void *arg)
{
	close_lab(arg);
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

	if (number == SIGINT && lab->prompt)
		return; /* the prompt has its own use for it */
	if (number != SIGINT || !stays(lab)) /* where that is how it ends */
		lab->code = EXIT_SIGNAL + number;
	close_lab(lab);
}

/* ---- standard input that is no terminal ---- */

static void push_lines(struct lab *lab, bool end)
{
	char *newline;

	while (!script_over(lab->script) &&
		(newline = memchr(lab->typed.s, '\n', lab->typed.len))) {
		size_t len = (size_t)(newline - lab->typed.s);

		script_push_told(lab->script, lab->typed.s, len, "stdin", ++lab->line);
		lab->typed.len -= len + 1;
		memmove(lab->typed.s, newline + 1, lab->typed.len);
	}
	/* a line that is too long is refused as soon as that is known, not collected for ever */
	if (!script_over(lab->script) &&
		(lab->typed.len > LEXER_LINE_MAX || (end && lab->typed.len))) {
		script_push_told(lab->script, lab->typed.s, lab->typed.len, "stdin", ++lab->line);
		text_clear(&lab->typed);
	}
	if (end)
		script_end(lab->script);
}

static void on_input(uv_poll_t *handle, int status, int events)
{
	struct lab *lab = handle->data;
	char buffer[65536];
	ssize_t len = read(STDIN_FILENO, buffer, sizeof(buffer));

	(void)status;
	(void)events;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > 0)
		text_add(&lab->typed, buffer, (size_t)len);
	else
		uv_poll_stop(&lab->input);
	if (lab->typed.s || len <= 0)
		push_lines(lab, len <= 0);
}

/* A pipe is read as it fills, so that a program can talk with the lab; a file at once (epoll has no
 * use for files). */
static int read_input(struct lab *lab, struct diag *d)
{
	struct text text = TEXT_EMPTY;
	int r;

	if (uv_poll_init(&lab->loop, &lab->input, STDIN_FILENO) == 0) {
		lab->reading = true;
		lab->input.data = lab;
		text_add(&lab->typed, "", 0);
		uv_poll_start(&lab->input, UV_READABLE | UV_DISCONNECT, on_input);
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
	CLEANUP(freep) char *history = history_path();
	struct prompt_options options = { .history_file = history,
		.color = wants_color(STDOUT_FILENO),
		.ended = on_prompt_ended,
		.arg = lab };
	int r = prompt_open(&lab->prompt, &lab->loop, lab->world, lab->script, &options, d);
	if (r == 0)
		prompt_ready(lab->prompt);
	return r;
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
	if (r == 0 && !o->control) /* else more may come */
		script_end(lab->script);
	return r;
}

/* 0 or -errno with d filled. */
static int open_page(struct lab *lab, struct diag *d)
{
	const struct options *o = lab->options;
	struct server_options options = { .address = o->bind,
		.port = (uint16_t)o->port,
		.control = o->control };
	struct text words = TEXT_EMPTY;
	int r = o->serve
		? server_open(&lab->server, &lab->loop, lab->world, lab->script, &options, d)
		: 0;

	if (lab->server) {
		server_tell(lab->server, &words);
		tell(lab, text_get(&words));
	}
	text_done(&words);
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
	struct lab lab = { .options = o };
	struct script_options script_options = { .interactive = interactive,
		.may_exec = interactive || o->command || o->allow_exec ||
			(o->file && recipe_came_along(o->file)),
		.may_write = interactive || o->command || o->allow_write,
		.slow = o->slow,
		.keep_going = o->keep_going,
		.idle = on_script_idle,
		.ended = on_script_ended,
		.arg = &lab };
	struct console_options console_options = { .commands = !interactive,
		.guest = o->control ? SERVER_FILE : NULL,
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
	else if ((r = open_page(&lab, &d)) < 0 || (r = feed(&lab, interactive, &d)) < 0)
		lab.code = EXIT_USAGE;
	if (r < 0) {
		complaint_print(&d);
		close_lab(&lab);
	}
	uv_run(&lab.loop, UV_RUN_DEFAULT);
	server_free(lab.server);
	end_capture(&lab);
	if (o->page && lab.code != EXIT_NO_LAB)
		write_report(&lab);
	script_free(lab.script);
	world_free(lab.world);
	console_free(lab.console);
	text_done(&lab.typed);
	LAB_ASSERT(uv_loop_close(&lab.loop) == 0);
	return lab.code;
}
