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
#include "base/clock.h"
#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/complaint.h"
#include "cli/event_loop.h"
#include "cli/lines.h"
#include "cli/options.h"
#include "cli/practice.h"
#include "cli/reporting.h"
#include "cli/stepper.h"
#include "command/table.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl.h"
#include "language/attempt.h"
#include "language/play.h"
#include "language/prediction.h"
#include "language/recipe.h"
#include "language/script.h"
#include "language/telling.h"
#include "repl/history_file.h"
#include "repl/prompt.h"
#include "serve/server.h"
#include "view/console.h"
#include "watch/feed.h"
#include "wire/capture.h"
#include "wire/wire.h"
#include "world/world.h"

struct lab {
	const struct options *options;
	uv_loop_t loop;
	uv_signal_t interrupt, terminate, hangup;
	bool interactive; /* a prompt for commands, not only for answers */
	struct lines *lines; /* borrowed; standard input, no terminal: commands or answers */
	bool answering; /* it is open for answers */
	struct world *world;
	struct script *script;
	struct console *console;
	struct practice practice; /* the exercise; else all zero */
	struct prompt *prompt;
	struct server *server; /* NULL = there is no page */
	struct feed *feed; /* for watchers; NULL = nobody can watch */
	struct text recipe; /* what is in options->file; read before the lab stands */
	struct text title; /* what they are told this lab is */
	struct stepper stepper; /* of a recipe that is played for people; else all zero */
	uint32_t line; /* of standard input */
	int code; /* exit code */
	bool played; /* the recipe of a page whose guests may go on behind it, and it has been said */
	bool closing;
};

static void print_stdio(void *arg, bool error, const char *lines, size_t len)
{
	struct lab *lab = arg;

	if (lab->prompt) {
		prompt_print(lab->prompt, lines, len);
	} else if (error || !(lab->options->json || lab->options->page)) {
		stepper_make_room(&lab->stepper);
		fwrite(lines, 1, len, error ? stderr : stdout);
		fflush(error ? stderr : stdout);
		stepper_restore(&lab->stepper);
	}
}

static void print_json(void *arg, const struct journal *j, const struct event *event)
{
	struct text line = TEXT_EMPTY;

	(void)arg;
	(void)j;
	jsonl_format(event, &line);
	fwrite(line.s, 1, line.len, stdout);
	fflush(stdout);
	text_done(&line);
}

/* What is for whoever started us. */
static void tell(struct lab *lab, const char *words)
{
	print_stdio(lab, false, words, strlen(words));
}

/* The links to the page, if there is one: what was told since has moved them out of sight. */
static void tell_links(struct lab *lab)
{
	struct text words = TEXT_EMPTY;

	if (lab->server)
		server_tell_links(lab->server, &words);
	tell(lab, text_get(&words));
	text_done(&words);
}

static void tell_played(struct lab *lab)
{
	tell_links(lab);
	tell(lab, "It has been played; the page stays until Ctrl-C.\n");
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
	lines_close(lab->lines);
	stepper_close(&lab->stepper);
	uv_close((uv_handle_t *)&lab->interrupt, NULL);
	uv_close((uv_handle_t *)&lab->terminate, NULL);
	event_loop_ignore(&lab->hangup); /* the terminal's end can be read before it comes */
	feed_close(lab->feed);
	lab->feed = NULL;
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

	console_pause(lab->console, world_journal(lab->world));
	/* at the prompt a recipe that fails is an observation */
	if (!lab->code)
		lab->code =
			lab->interactive && verdict != SCRIPT_NO_LAB ? EXIT_PASSED : (int)verdict;
	if (stays(lab))
		tell_played(lab);
	else
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

static void begin_work(struct lab *lab);
static void push_lines(void *arg);

static void on_script_idle(void *arg)
{
	struct lab *lab = arg;

	if (lab->options->control && stays(lab) && !lab->played &&
		!script_playing(lab->script)->file) {
		lab->played = true;
		prediction_sum_up(script_prediction(lab->script), world_journal(lab->world));
		console_pause(lab->console, world_journal(lab->world));
		tell_played(lab);
	}
	console_pause(lab->console, world_journal(lab->world));
	if (lab->practice.attempt && !attempt_begun(lab->practice.attempt))
		begin_work(lab);
	else if (lab->interactive && lab->prompt)
		prompt_ready(lab->prompt);
	else if (lab->options->exercise)
		push_lines(lab);
	else if (lab->stepper.script && !lab->played) /* behind it the page may go on */
		stepper_ready(&lab->stepper);
}

/* Where Ctrl-C has stopped a recipe that waited for its reader. Nothing where nobody is asked. */
static void format_stop(const struct lab *lab, struct text *out)
{
	const struct play *play = script_playing(lab->script);

	if (play->file)
		text_printf(out, "stopped at %u of %u\n", play_place(play), play->steps);
	else if (prediction_waits(script_prediction(lab->script)))
		text_puts(out, "stopped at this question\n");
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct lab *lab = handle->data;
	struct text where = TEXT_EMPTY;

	if (number == SIGINT && lab->interactive)
		return; /* the prompt has its own use for it */
	if (number != SIGINT || !stays(lab)) /* where that is how it ends */
		lab->code = EXIT_SIGNAL + number;
	if (number == SIGINT && !lab->closing)
		format_stop(lab, &where);
	/* a limit of time, of `check` or timeout(1): which line has hung is not told otherwise */
	if (number == SIGTERM && !lab->closing && !lab->interactive && script_busy(lab->script))
		telling_stopped(world_journal(lab->world), "SIGTERM");
	close_lab(lab);
	/* below the step or the question, which has left the screen's last line */
	tell(lab, text_get(&where));
	text_done(&where);
}

/* ---- standard input that is no terminal ---- */

/* May a line be given to the script? In an exercise what was typed before must have been done, as at a prompt. */
static bool takes_line(const struct lab *lab)
{
	return !script_over(lab->script) && !(lab->options->exercise && script_busy(lab->script));
}

static void push_lines(void *arg)
{
	struct lab *lab = arg;
	struct text line = TEXT_EMPTY;

	while (takes_line(lab) && lines_take(lab->lines, &line)) {
		script_push_told(lab->script, text_get(&line), line.len, "stdin", ++lab->line);
		text_clear(&line);
	}
	if (lab->lines->error)
		world_give_up(lab->world, NULL, "standard input cannot be awaited",
			lab->lines->error);
	else if (lab->lines->ended && takes_line(lab))
		script_end(lab->script);
	text_done(&line);
}

static int read_input(struct lab *lab, struct diag *d)
{
	const struct text *all = &lab->lines->text;
	int r = lines_open(lab->lines, &lab->loop, push_lines, lab, d);

	if (r == 0 && lab->options->exercise) {
		push_lines(lab);
	} else if (r == 0 && lab->lines->ended) {
		/* a file: a mistake in its last line is known before the first runs */
		script_push_told(lab->script, text_get(all), all->len, "stdin", 1);
		script_end(lab->script);
	}
	return r;
}

/* ---- running ---- */

static void welcome(void)
{
	printf("tcplab " TCPLAB_VERSION
	       ": a private host whose loopback is the wire. Times are in ms.\n"
	       "`help` lists the commands, Ctrl-D leaves. A first story, step by step:\n"
	       "play open/self-connect, and then Enter, again and again.\n"
	       "In another terminal, `tcplab watch %d` is a second screen.\n",
		(int)getpid());
	fflush(stdout);
}

static int open_prompt(struct lab *lab, struct diag *d)
{
	CLEANUP(freep) char *history = lab->interactive ? history_file_path() : NULL;
	struct prompt_options options = { .history_file = history,
		.color = terminal_wants_color(STDOUT_FILENO),
		.answers = !lab->interactive,
		.ended = on_prompt_ended,
		.arg = lab };

	return prompt_open(&lab->prompt, &lab->loop, lab->world, lab->script, &options, d);
}

/* ---- answers, where there is no prompt for commands ---- */

/* Nobody here does; whoever holds the page's control link may. */
static void nobody_answers(struct lab *lab)
{
	if (!lab->options->control)
		prediction_ask_nobody(script_prediction(lab->script), lab->world);
}

static void take_answers(void *arg)
{
	struct lab *lab = arg;
	struct prediction *question = script_prediction(lab->script);
	struct text line = TEXT_EMPTY;

	while (prediction_waits(question) && lines_take(lab->lines, &line)) {
		prediction_take_line(question, lab->world, text_get(&line), line.len);
		text_clear(&line);
	}
	if (prediction_waits(question) && lab->lines->ended)
		nobody_answers(lab);
	text_done(&line);
}

static int read_answers(struct lab *lab, struct diag *d)
{
	int r = 0;

	if (!lab->answering)
		r = lines_open(lab->lines, &lab->loop, take_answers, lab, d);
	lab->answering = true;
	if (r == 0)
		take_answers(lab);
	return r;
}

/* Standard input is not touched before the first question. */
static void on_script_asks(void *arg)
{
	struct lab *lab = arg;
	struct diag d = { 0 };
	int r = 0;

	tell_links(lab);
	if (lab->prompt)
		prompt_ready(lab->prompt);
	else if (lab->options->step)
		stepper_ask(&lab->stepper);
	else if (isatty(STDIN_FILENO))
		r = open_prompt(lab, &d);
	else
		r = read_answers(lab, &d);
	if (r < 0)
		nobody_answers(lab);
}

static void on_script_asks_again(void *arg)
{
	const struct lab *lab = arg;

	console_ask_again(lab->console, world_journal(lab->world),
		script_prediction(lab->script)->question);
}

/* It may have been answered on the page, while somebody was typing here. */
static void on_script_settled(void *arg)
{
	struct lab *lab = arg;

	if (lab->prompt)
		prompt_settled(lab->prompt);
	else if (lab->stepper.script)
		stepper_settled(&lab->stepper);
}

/* What an exercise gives is done: it is the student's turn. */
static void begin_work(struct lab *lab)
{
	struct practice *p = &lab->practice;
	struct diag d = { 0 };
	int r;

	attempt_begin(p->attempt);
	if (!lab->options->exercise) {
		lab->code = practice_check(p);
		script_end(lab->script);
		return;
	}
	if (practice_failed(p)) {
		lab->code = EXIT_USAGE;
		close_lab(lab);
		return;
	}
	practice_print(p);
	console_set_story(lab->console, true);
	r = isatty(STDIN_FILENO) ? open_prompt(lab, &d) : read_input(lab, &d);
	if (r < 0) {
		lab->code = complaint_print(&d);
		close_lab(lab);
	}
}

/* Have the recipe played by somebody, or run at once. 0 or -errno with d filled. */
static int feed_recipe(struct lab *lab, struct diag *d)
{
	const struct options *o = lab->options;
	const struct text *text = &lab->recipe;
	int r;

	if (o->step || o->pace_ns) {
		r = script_play(lab->script, o->file, text_get(text), text->len, d);
		if (r < 0)
			return r;
		return stepper_open(&lab->stepper, &lab->loop, lab->world, lab->script,
			o->pace_ns / NS_PER_MS, terminal_wants_color(STDOUT_FILENO), d);
	}
	telling_recipe(world_journal(lab->world), o->file, text_get(text), text->len);
	script_push_told(lab->script, text_get(text), text->len, o->file, 1);
	if (!o->control) /* else more may come */
		script_end(lab->script);
	return 0;
}

/* Give the script what it shall run. 0 or -errno with d filled. */
static int feed(struct lab *lab, bool interactive, struct diag *d)
{
	const struct options *o = lab->options;

	if (lab->practice.attempt)
		return attempt_give(lab->practice.attempt, lab->script, d);
	if (o->file)
		return feed_recipe(lab, d);
	if (!o->command)
		return interactive ? open_prompt(lab, d) : read_input(lab, d);
	script_push_told(lab->script, o->command, strlen(o->command), "-c", 1);
	if (!o->control) /* else more may come */
		script_end(lab->script);
	return 0;
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

/* A recording that has not all of it must not look like one. */
static void end_capture(struct lab *lab)
{
	struct diag d = { 0 };
	int code;

	if (wire_capture(world_wire(lab->world), NULL, &d) == 0)
		return;
	code = complaint_print(&d);
	lab->code = lab->code ? lab->code : code;
}

static void write_report(struct lab *lab)
{
	struct diag d = { 0 };

	if (reporting_write(lab->options, world_journal(lab->world), &d) == 0)
		return;
	lab->code = complaint_print(&d);
}

/* Let people watch, where there are people: a lab without a terminal, as those of `check` are, is not looked for. That
 * it cannot be watched is no reason to stop; the command `watch` says why. */
static void offer(struct lab *lab, bool interactive)
{
	const struct options *o = lab->options;
	struct diag d = { 0 };

	if (!isatty(STDIN_FILENO) && !isatty(STDOUT_FILENO) && !isatty(STDERR_FILENO))
		return;
	if (o->file)
		recipe_short_name(o->file, &lab->title);
	else
		text_puts(&lab->title,
			o->command	      ? "commands behind -c"
				: interactive ? "the prompt"
					      : "standard input");
	feed_open(&lab->feed, &lab->loop, lab->world, text_get(&lab->title), &d);
}

/* The prompt draws itself on standard output, and what is to be read as JSON must hold nothing else. */
static int check_json(const struct lab *lab, struct diag *d)
{
	if (!lab->options->json || !lab->interactive)
		return 0;
	diag_set(d, EINVAL, "--json is not for the prompt: the journal goes where that is drawn");
	diag_remedy(d, "tcplab --json -f FILE, or commands from a pipe; at the prompt: save FILE");
	return -EINVAL;
}

static int open_loop(struct lab *lab, struct diag *d)
{
	int r = event_loop_open(&lab->loop, d);

	if (r < 0) {
		d->unable = true; /* whatever it was */
		return r;
	}
	event_loop_hear(&lab->loop, &lab->interrupt, on_signal, SIGINT, lab);
	event_loop_hear(&lab->loop, &lab->terminate, on_signal, SIGTERM, lab);
	event_loop_hear(&lab->loop, &lab->hangup, on_signal, SIGHUP, lab);
	return 0;
}

int lab_run(const struct options *o, struct lines *input)
{
	bool interactive = !o->command && !o->file && isatty(STDIN_FILENO);
	struct lab lab = { .options = o,
		.lines = input,
		.interactive = interactive || (o->exercise && isatty(STDIN_FILENO)) };
	bool asked = interactive || o->step || o->exercise; /* a person types here */
	struct script_options script_options = { .interactive = asked,
		.may_exec = (asked && !o->exercise) || o->command || o->allow_exec ||
			(o->file && recipe_came_along(o->file)),
		.may_write = asked || o->command || o->allow_write,
		.slow = o->slow,
		.keep_going = o->keep_going,
		.play_may_exec = o->allow_exec,
		.play_may_write = o->allow_write,
		.ask = interactive || (o->ask && !(o->json && isatty(STDIN_FILENO)))
			? on_script_asks
			: NULL,
		.ask_again = on_script_asks_again,
		.settled = on_script_settled,
		.quiet = o->page,
		.idle = on_script_idle,
		.ended = on_script_ended,
		.arg = &lab };
	struct console_options console_options = { .commands = !asked,
		.played = true,
		.guest = o->control ? SERVER_FILE : NULL,
		.guest_name = "page",
		.story = !o->json && !o->page && !o->exercise, /* what is given is not told */
		.color = terminal_wants_color(STDOUT_FILENO),
		.print = print_stdio,
		.arg = &lab };
	struct capture *capture = NULL;
	struct diag d = { 0 };
	int r;

	if (check_json(&lab, &d) < 0 || practice_read(&lab.practice, o, &d) < 0 ||
		(o->file && recipe_read(o->file, &lab.recipe, &d) < 0) ||
		(o->capture && capture_open(o->capture, &capture, &d) < 0) ||
		open_loop(&lab, &d) < 0) {
		practice_done(&lab.practice);
		text_done(&lab.recipe);
		lab.code = complaint_print(&d);
		if (capture)
			capture_close(capture, &d);
		return lab.code;
	}
	lab.world = world_new(&lab.loop, o->ipv6);
	wire_capture(world_wire(lab.world), capture, &d);
	if (o->json)
		journal_read(world_journal(lab.world), print_json, NULL);
	lab.console = console_new(world_journal(lab.world), &console_options);
	practice_join(&lab.practice, lab.world);
	script_options.attempt = lab.practice.attempt;
	lab.script = script_new(lab.world, &command_table, &script_options);
	if (interactive)
		welcome();
	r = world_open(lab.world, NULL, &d);
	if (r == 0)
		offer(&lab, interactive);
	if (r < 0)
		d.unable = true; /* whatever it was */
	else if ((r = open_page(&lab, &d)) == 0)
		r = feed(&lab, interactive, &d);
	if (r < 0) {
		lab.code = complaint_print(&d);
		close_lab(&lab);
	}
	uv_run(&lab.loop, UV_RUN_DEFAULT);
	server_free(lab.server);
	end_capture(&lab);
	if (o->page && lab.code != EXIT_NO_LAB)
		write_report(&lab);
	practice_remind(&lab.practice);
	script_free(lab.script);
	practice_done(&lab.practice);
	world_free(lab.world);
	console_free(lab.console);
	text_done(&lab.title);
	text_done(&lab.recipe);
	stepper_done(&lab.stepper);
	LAB_ASSERT(uv_loop_close(&lab.loop) == 0);
	return lab.code;
}
