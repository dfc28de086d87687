/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/stepper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/terminal.h"
#include "language/play.h"
#include "language/prediction.h"
#include "language/script.h"
#include "repl/live.h"
#include "view/row.h"

#define ASKED "  (Enter, or ?) "
#define TYPED_FILE "<step>" /* as messages name it */

static const char help[] =
	"Enter runs it; c it and all that follow, up to one that fails; q quits.\n"
	"Anything else is a command, as at the prompt: ss, ladder, help ...\n";

static int columns(void)
{
	unsigned wide;

	return terminal_size(&wide, NULL) ? (int)wide : 80;
}

/* ---- the step that waits ---- */

static bool is_asked(const struct stepper *s)
{
	return prediction_waits(script_prediction(s->script));
}

static void format_step(struct stepper *s)
{
	const struct play *play = script_playing(s->script);
	const char *asked = s->terminal ? ASKED : "";
	struct text whole = TEXT_EMPTY;

	text_clear(&s->step);
	if (is_asked(s)) {
		text_puts(&s->step, LIVE_ANSWER);
		return;
	}
	if (script_in_block(s->script)) {
		text_puts(&s->step, "...> ");
		return;
	}
	text_printf(&whole, "[%u/%u] ", play_place(play), play->steps);
	play_format(play, play_place(play), &whole);
	if (s->terminal)
		row_cut(text_get(&whole), columns() - 1 - (int)strlen(asked), &s->step);
	else
		text_puts(&s->step, text_get(&whole));
	text_done(&whole);
	text_puts(&s->step, asked);
}

static void draw(struct stepper *s)
{
	printf("%s%s%s%s", s->color ? "\033[36m" : "", text_get(&s->step),
		s->color ? "\033[0m" : "", s->terminal ? "" : "\n");
	fflush(stdout);
	s->typing = s->terminal;
}

void stepper_make_room(struct stepper *s)
{
	if (s->typing)
		fputs(s->erases ? "\r\033[K" : "\n", stdout);
	fflush(stdout);
	s->typing = false;
}

void stepper_restore(struct stepper *s)
{
	if (s->shown && s->terminal)
		draw(s);
}

/* Enter was pressed, and echoed: the story tells the command again. */
static void leave(struct stepper *s, size_t typed)
{
	if (s->erases && typed == 0)
		fputs("\033[A\r\033[K", stdout);
	fflush(stdout);
	s->shown = s->typing = false;
}

static void show(struct stepper *s)
{
	s->shown = true;
	s->place = play_place(script_playing(s->script));
	format_step(s);
	draw(s);
}

/* Whoever holds a page's control link may have gone on meanwhile. */
static void renew(struct stepper *s)
{
	if (s->pace_ms || s->place == play_place(script_playing(s->script)))
		return;
	stepper_make_room(s);
	show(s);
}

/* ---- who says when ---- */

static void on_timer(uv_timer_t *timer)
{
	struct stepper *s = timer->data;

	s->shown = false;
	script_play_go(s->script, 1);
}

static void obey(struct stepper *s, const struct text *line)
{
	bool in_block = script_in_block(s->script);

	leave(s, line->len);
	if (script_go_on(s->script, text_get(line), line->len)) {
		return;
	} else if (!in_block && strcmp(text_get(line), "?") == 0) {
		fputs(help, stdout);
		show(s);
	} else {
		script_push_told(s->script, text_get(line), line->len, TYPED_FILE, 1);
		if (script_in_block(s->script))
			show(s);
	}
}

/* Not answering is a way to leave, and no choice is called so. */
static bool is_quit(const struct text *line)
{
	return strcmp(text_get(line), "q") == 0 || strcmp(text_get(line), "quit") == 0;
}

static void quit(struct stepper *s)
{
	script_interrupt(s->script); /* the question, if one waits */
	script_push_told(s->script, "quit", strlen("quit"), TYPED_FILE, 1);
}

static void answer(struct stepper *s, const struct text *line)
{
	leave(s, SIZE_MAX); /* what was typed stays */
	if (is_quit(line))
		quit(s);
	else if (!s->terminal) /* a line for each question, as without --step */
		prediction_take_line(script_prediction(s->script), s->world, text_get(line),
			line->len);
	else if (!script_answer(s->script, text_get(line), line->len, TYPED_FILE))
		show(s);
}

static void take_lines(void *arg)
{
	struct stepper *s = arg;
	struct text line = TEXT_EMPTY;

	while (s->shown && lines_take(&s->lines, &line)) {
		if (is_asked(s))
			answer(s, &line);
		else
			obey(s, &line);
		text_clear(&line);
	}
	if (s->shown && s->lines.ended && is_asked(s)) {
		stepper_make_room(s);
		s->shown = false;
		prediction_ask_nobody(script_prediction(s->script), s->world);
	} else if (s->shown && s->lines.ended) { /* whoever said when has left */
		stepper_make_room(s);
		s->shown = false;
		script_drop_block(s->script);
		quit(s);
	}
	text_done(&line);
}

void stepper_ready(struct stepper *s)
{
	uint64_t wait_ms = s->begun ? s->pace_ms : 0; /* between commands, not before the first */

	if (!script_playing(s->script)->file) {
		stepper_make_room(s);
		s->shown = false;
		script_end(s->script);
		return;
	}
	if (s->shown) {
		renew(s);
		return;
	}
	s->begun = true;
	if (s->pace_ms) {
		s->shown = true;
		uv_timer_start(&s->timer, on_timer, wait_ms, 0);
		return;
	}
	show(s);
	take_lines(s);
}

void stepper_ask(struct stepper *s)
{
	show(s);
	take_lines(s);
}

void stepper_settled(struct stepper *s)
{
	if (!s->shown || s->pace_ms)
		return;
	stepper_make_room(s);
	s->shown = false;
}

int stepper_open(struct stepper *s, uv_loop_t *loop, struct world *world, struct script *script,
	uint64_t pace_ms, bool color, struct diag *d)
{
	const char *term = getenv("TERM");

	s->script = script;
	s->world = world;
	s->pace_ms = pace_ms;
	s->color = color;
	uv_timer_init(loop, &s->timer);
	s->timer.data = s;
	if (pace_ms)
		return 0;
	s->terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	s->erases = s->terminal && term && strcmp(term, "dumb") != 0;
	return lines_open(&s->lines, loop, take_lines, s, d);
}

void stepper_close(struct stepper *s)
{
	if (s->typing)
		fputs("\n", stdout);
	s->shown = s->typing = false;
	lines_close(&s->lines);
	if (s->script)
		uv_close((uv_handle_t *)&s->timer, NULL);
}

void stepper_done(struct stepper *s)
{
	lines_done(&s->lines);
	text_done(&s->step);
}
