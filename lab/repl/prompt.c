/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the terminal is treated. It is put into readline's mode (no echo, a byte at a time, Ctrl-C still a
 * signal) once and stays there until the end, also while a command runs: keys typed meanwhile wait
 * unread in the kernel, and readline meets them all, Ctrl-D too, when the prompt is back. Going back to
 * the line mode for each command, as shells must for their children, would echo them into the output
 * and turn Ctrl-D into a NUL. */
#include "repl/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <readline/history.h>
#include <readline/readline.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/readiness.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/play.h"
#include "language/prediction.h"
#include "language/script.h"
#include "repl/history_file.h"
#include "repl/keys.h"
#include "repl/live.h"
#include "repl/offer.h"
#include "repl/ran.h"
#include "repl/screen.h"
#include "repl/terminal.h"
#include "repl/typed.h"
#include "world/world.h"

#define PROMPT_FILE "<prompt>" /* as messages name it */

struct prompt {
	struct world *world; /* borrowed */
	struct script *script; /* borrowed */
	struct prompt_options options; /* history_file owned */
	uv_poll_t terminal;
	uv_signal_t interrupt, resize, suspend;
	uv_prepare_t before_waiting;
	unsigned handles; /* not closed yet */
	void (*closed)(void *arg);
	void *closed_arg;
	bool editing; /* readline holds a line; screen.shown: and it is seen, and keys are read */
	bool over, closing;
	bool brackets; /* the terminal was asked to bracket what is pasted */
	struct keys keys;
	struct screen screen;
	struct typed typed; /* accepted and not run yet */
	uint32_t line; /* number of the last one run */
	uint64_t line_event; /* the journal's last event before it ran */
	size_t remembered; /* lines added to the history */
};

/* readline's functions carry no argument: the only prompt there is. */
static struct prompt *active;

/* ---- the terminal ---- */

static void print(const char *string)
{
	fputs(string, rl_outstream);
	fflush(rl_outstream);
}

/* Everything of this turn of the loop has happened: once for all of it. */
static void on_before_waiting(uv_prepare_t *handle)
{
	struct prompt *p = handle->data;

	screen_renew(&p->screen);
}

void prompt_print(void *prompt, const char *lines, size_t len)
{
	struct prompt *p = prompt;

	screen_print(&p->screen, lines, len);
}

/* ---- showing and hiding ---- */

static void on_line(char *line);
static void on_terminal(uv_poll_t *handle, int status, int events);

static bool is_asked(const struct prompt *p)
{
	return prediction_waits(script_prediction(p->script));
}

/* Where the recipe stands, and what Enter alone would run. */
static void tell_play(struct prompt *p)
{
	const struct play *play = script_playing(p->script);

	text_clear(&p->screen.place);
	text_clear(&p->screen.next);
	if (!play->file)
		return;
	live_format_place(play_place(play), play->steps, &p->screen.place);
	play_format(play, play_place(play), &p->screen.next);
}

static void await(struct prompt *p, int events)
{
	int r = readiness_await(&p->terminal, events, on_terminal);

	if (r < 0)
		world_give_up(p->world, NULL, "the terminal cannot be awaited", -r);
}

static void show(struct prompt *p)
{
	if (p->over)
		return;
	tell_play(p); /* also while it is shown: somebody on a page may go on with the recipe */
	if (p->screen.shown)
		return;
	p->screen.shown = true;
	if (p->editing) {
		screen_draw(&p->screen);
	} else {
		p->screen.in_block = script_in_block(p->script);
		p->screen.asked = is_asked(p);
		rl_callback_handler_install(screen_prompt(&p->screen), on_line);
	}
	p->editing = true;
	await(p, UV_READABLE | UV_DISCONNECT);
}

/* The end of the terminal is heard of all the same. */
static void hide(struct prompt *p)
{
	if (p->over)
		return;
	screen_hide(&p->screen);
	await(p, UV_DISCONNECT);
}

/* The line is done with: readline holds nothing any more. */
static void stop_editing(struct prompt *p)
{
	rl_callback_handler_remove();
	p->editing = p->screen.shown = false;
}

static void finish(struct prompt *p)
{
	if (p->over || p->closing)
		return;
	p->over = true;
	p->screen.shown = false;
	uv_poll_stop(&p->terminal);
	p->options.ended(p->options.arg);
}

/* ---- lines ---- */

/* Enter alone: go on with the recipe, or repeat a `step`. Nothing else is safe to do by that. */
static void go_on(struct prompt *p)
{
	const char *line = script_playing(p->script)->file
		? "next"
		: ran_step(world_journal(p->world), p->line_event);

	if (line)
		typed_add(&p->typed, line);
}

/* Forget the lines not run yet, and say so. */
static void drop_lines(struct prompt *p)
{
	const char *line;
	size_t len, count = 0;
	struct text note = TEXT_EMPTY;

	while (typed_take(&p->typed, &line, &len))
		count++;
	if (!count)
		return;
	text_printf(&note, "%zu more line%s not run", count, count == 1 ? " was" : "s were");
	journal_add(world_journal(p->world),
		(struct event){ .kind = EVENT_NOTE, .text = text_get(&note) });
	text_done(&note);
}

/* What was typed before a recipe's question was there is no answer to it: an Enter too many would be. */
static void forget_keys(const struct prompt *p)
{
	if (p->options.answers && !p->screen.shown)
		terminal_forget();
}

/* What was pasted behind a command may answer its question. */
static void ready_to_answer(struct prompt *p)
{
	const char *line;
	size_t len;

	while (is_asked(p) && typed_take(&p->typed, &line, &len))
		script_answer(p->script, line, len, PROMPT_FILE);
	if (is_asked(p)) {
		forget_keys(p);
		show(p);
	}
}

void prompt_ready(struct prompt *p)
{
	const char *line;
	size_t len;

	if (p->over || p->closing)
		return;
	if (is_asked(p))
		ready_to_answer(p);
	if (is_asked(p))
		return;
	if (typed_begun(&p->typed) && !script_busy(p->script) &&
		ran_failed(world_journal(p->world), p->line_event))
		drop_lines(p);
	while (!script_busy(p->script) && typed_take(&p->typed, &line, &len)) {
		p->line_event = journal_last(world_journal(p->world));
		script_push_told(p->script, line, len, PROMPT_FILE, ++p->line);
		if (!script_busy(p->script) && ran_failed(world_journal(p->world), p->line_event))
			drop_lines(p);
	}
	if (script_busy(p->script) || p->options.answers)
		hide(p);
	else
		show(p);
}

/* The first of the lines (there is one, unless they were pasted) answers the question. */
static void on_answer(struct prompt *p, const char *lines)
{
	size_t len = strcspn(lines, "\n");

	typed_add(&p->typed, lines + len);
	script_answer(p->script, lines, len, PROMPT_FILE);
	prompt_ready(p);
}

/* readline has a line for us (ours to free), or Ctrl-D on an empty one: NULL. */
static void on_line(char *line)
{
	struct prompt *p = active;
	const char *begin = line;

	stop_editing(p);
	if (keys_starved(&p->keys)) {
		show(p);
		rl_insert_text(line ? line : "");
		rl_redisplay_function();
		free(line);
		return;
	}
	if (!line) {
		print("\n");
		finish(p);
		return;
	}
	if (is_asked(p)) {
		on_answer(p, line);
		free(line);
		return;
	}
	for (const char *end; *begin; begin = *end ? end + 1 : end) {
		end = strchrnul(begin, '\n');
		begin += live_prompt_len(begin, (size_t)(end - begin));
		if (!typed_is_blank(begin, (size_t)(end - begin)))
			p->remembered += history_file_add(begin, (size_t)(end - begin));
	}
	typed_add(&p->typed, line);
	if (!*line && !script_in_block(p->script))
		go_on(p);
	free(line);
	prompt_ready(p);
}

/* ---- what comes from the terminal ---- */

static void on_terminal(uv_poll_t *handle, int status, int events)
{
	struct prompt *p = handle->data;

	if (status < 0 || (events & UV_DISCONNECT))
		finish(p); /* hung up */
	else if (p->screen.shown)
		keys_read(&p->keys);
}

/* Be out of Ctrl-R, a count, half of a key. Each call of rl_callback_sigcleanup() ends one of them. */
static void forget_state(void)
{
	for (int nested = 0; nested < 4; nested++)
		rl_callback_sigcleanup();
	rl_clear_pending_input();
	rl_free_line_state();
}

static void interrupt(struct prompt *p)
{
	keys_forget(&p->keys);
	if (p->over || p->closing)
		return;
	if (p->screen.shown) {
		forget_state();
		screen_leave(&p->screen, "^C");
		script_drop_block(p->script);
		if (is_asked(p) && script_playing(p->script)->file) /* the recipe goes on */
			prediction_pass(script_prediction(p->script), p->world);
		else if (is_asked(p))
			script_interrupt(p->script);
		/* Not just an empty line: the place in the history goes back to its end too. */
		stop_editing(p);
	} else {
		print("^C\n");
		drop_lines(p);
		script_interrupt(p->script);
	}
	prompt_ready(p);
}

void prompt_settled(struct prompt *p)
{
	if (!p->editing || !p->screen.asked || p->over || p->closing)
		return;
	forget_state();
	hide(p);
	stop_editing(p);
}

static void on_interrupt(uv_signal_t *handle, int number)
{
	struct prompt *p = handle->data;

	(void)number;
	if (!p->options.answers)
		interrupt(p);
}

static void on_resize(uv_signal_t *handle, int number)
{
	struct prompt *p = handle->data;

	(void)number;
	screen_resize(&p->screen);
}

/* Ctrl-Z: stop as if nobody had caught the signal, with the terminal as the shell wants it. */
static void on_suspend(uv_signal_t *handle, int number)
{
	struct prompt *p = handle->data;

	if (p->screen.shown)
		screen_leave(&p->screen, "^Z");
	terminal_release(p->brackets);
	/* Not SIGSTOP: the default action does nothing where nobody could continue us. */
	uv_signal_stop(handle);
	raise(number);
	uv_signal_start(handle, on_suspend, number);
	terminal_take(p->brackets);
	if (p->screen.shown) {
		rl_reset_screen_size();
		screen_draw(&p->screen);
	}
}

/* ---- beginning and end ---- */

static void set_up_readline(struct prompt *p)
{
	const char *brackets;

	rl_readline_name = "tcplab"; /* $if tcplab in ~/.inputrc */
	rl_instream = stdin;
	rl_outstream = stdout;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0; /* LINES and COLUMNS are none of our children's business */
	rl_deprep_term_function = NULL; /* see the top; undone by terminal_release() */
	offer_set_up(p->world, p->script);
	rl_initialize(); /* reads ~/.inputrc, so what must be goes after it */

	rl_variable_bind("page-completions", "off");
	rl_variable_bind("blink-matching-paren", "off");
	rl_variable_bind("keyseq-timeout", "20"); /* ms; in vi mode it waits for what follows ESC */
	brackets = rl_variable_value("enable-bracketed-paste"); /* off where TERM is dumb */
	p->brackets = brackets && strcmp(brackets, "on") == 0;
	rl_variable_bind("enable-bracketed-paste", "off");
	keys_set_up(&p->keys);
	p->screen.journal = world_journal(p->world);
	p->screen.table = script_table(p->script);
	p->screen.color = p->options.color;
	screen_set_up(&p->screen);
}

/* The last thing of a prompt, whether it was ever up or not. */
static void free_prompt(struct prompt *p)
{
	active = NULL;
	offer_done();
	keys_done(&p->keys);
	typed_done(&p->typed);
	screen_done(&p->screen);
	free((char *)(uintptr_t)p->options.history_file);
	free(p);
}

static void on_closed(uv_handle_t *handle)
{
	struct prompt *p = handle->data;
	void (*closed)(void *arg) = p->closed;
	void *arg = p->closed_arg;

	if (--p->handles > 0)
		return;
	free_prompt(p);
	if (closed)
		closed(arg);
}

static void close_handles(struct prompt *p)
{
	void *const handles[] = { &p->terminal, &p->interrupt, &p->resize, &p->suspend,
		&p->before_waiting };

	for (size_t i = 0; i < sizeof(handles) / sizeof(*handles); i++)
		if (uv_handle_get_data(handles[i])) /* it was opened */
			uv_close(handles[i], on_closed);
}

void prompt_close(struct prompt *p, void (*closed)(void *arg), void *arg)
{
	LAB_ASSERT(!p->closing);
	p->closing = true;
	p->closed = closed;
	p->closed_arg = arg;
	if (p->editing)
		forget_state();
	if (p->screen.shown)
		screen_leave(&p->screen, "");
	stop_editing(p);
	terminal_release(p->brackets);
	history_file_save(p->options.history_file, p->remembered);
	close_handles(p);
}

static int open_signal(struct prompt *p, uv_loop_t *loop, uv_signal_t *handle,
	uv_signal_cb callback, int number)
{
	int r = uv_signal_init(loop, handle);

	if (r < 0)
		return r;
	handle->data = p;
	p->handles++;
	return uv_signal_start(handle, callback, number);
}

static int open_prepare(struct prompt *p, uv_loop_t *loop)
{
	uv_prepare_init(loop, &p->before_waiting); /* cannot fail */
	p->before_waiting.data = p;
	p->handles++;
	return uv_prepare_start(&p->before_waiting, on_before_waiting);
}

static int open_terminal(struct prompt *p, uv_loop_t *loop)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	int r = uv_poll_init(loop, &p->terminal, STDIN_FILENO);

	if (r < 0)
		return r;
	p->terminal.data = p;
	p->handles++;
	/* That made it non-blocking, and with it the shell's and our own standard output. Polling does not
	 * need it. */
	if (flags < 0 || fcntl(STDIN_FILENO, F_SETFL, flags) < 0)
		return -errno;
	return 0;
}

int prompt_open(struct prompt **ret_prompt, uv_loop_t *loop, struct world *world,
	struct script *script, const struct prompt_options *options, struct diag *d)
{
	struct prompt *p;
	int r;

	if (active)
		return diag_set(d, EBUSY, "there is a prompt already");
	if (!isatty(STDIN_FILENO))
		return diag_set(d, ENOTTY, "standard input is no terminal");
	p = memory_new(sizeof(*p));
	p->world = world;
	p->script = script;
	keys_init(&p->keys, &p->screen);
	p->options = *options;
	if (options->history_file)
		p->options.history_file = text_copy(options->history_file);
	active = p;

	r = open_terminal(p, loop);
	if (r == 0)
		r = open_prepare(p, loop);
	if (r == 0)
		r = open_signal(p, loop, &p->interrupt, on_interrupt, SIGINT);
	if (r == 0)
		r = open_signal(p, loop, &p->resize, on_resize, SIGWINCH);
	if (r == 0)
		r = open_signal(p, loop, &p->suspend, on_suspend, SIGTSTP);
	if (r < 0) {
		close_handles(p);
		if (p->handles == 0)
			free_prompt(p);
		return readiness_refused(d, -r, "the terminal cannot be awaited");
	}
	history_file_load(p->options.history_file);
	set_up_readline(p);
	terminal_take(p->brackets);
	prompt_ready(p);
	*ret_prompt = p;
	return 0;
}
