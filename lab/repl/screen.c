/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/screen.h"

#include <stdio.h>
#include <readline/readline.h>
#include <string.h>

#include "journal/journal.h"
#include "repl/complete.h"
#include "view/row.h"

#define PROMPT_MOST 65 /* percent of a row, so that a line has room behind it */
#define HINT_LEAST 8 /* columns; less says nothing */

/* readline's functions carry no argument. */
static struct screen *active;

static size_t screen_columns(void)
{
	int rows, columns;

	rl_get_screen_size(&rows, &columns);
	return columns > 0 ? (size_t)columns : 0;
}

/* ---- the hint ---- */

static void erase_hint(struct screen *s)
{
	if (s->hinted)
		fputs(rl_get_termcap("ce"), rl_outstream); /* flushed with what readline writes */
	s->hinted = false;
}

/* How many columns a prompt or a line takes; SIZE_MAX where bytes and columns are not the same. */
static size_t columns_of(const char *string)
{
	size_t columns = 0;
	bool escape = false;

	for (const char *c = string; *c; c++) {
		if (*c == '\001' || *c == '\002')
			escape = *c == '\001';
		else if (!escape && (*c < ' ' || *c > '~'))
			return SIZE_MAX;
		else if (!escape)
			columns++;
	}
	return columns;
}

/* In a search or a count something else stands in its place, and the old one is put back after it. */
static bool prompt_is_up(const struct screen *s)
{
	return s->shown && rl_display_prompt == rl_prompt;
}

/* How much room a hint has behind the cursor; 0 = it must not be. The last column stays free, for in some
 * terminals the cursor goes on to the next row from there. */
static size_t room(const struct screen *s)
{
	size_t prompt, line, all = screen_columns();

	if (!s->hints || s->asked || !prompt_is_up(s) || rl_point != rl_end)
		return 0;
	prompt = columns_of(rl_prompt);
	line = columns_of(rl_line_buffer);
	if (prompt >= all || line >= all || prompt + line + 1 >= all)
		return 0;
	return all - prompt - line - 1;
}

static void draw_hint(struct screen *s)
{
	struct text hint = TEXT_EMPTY, shown = TEXT_EMPTY;
	size_t most = room(s);
	int columns;

	if (most >= HINT_LEAST && rl_end > 0)
		complete_hint(s->table, rl_line_buffer, &hint);
	else if (most >= HINT_LEAST && !s->in_block)
		text_puts(&hint, text_get(&s->next));
	columns = row_cut(text_get(&hint), (int)most, &shown);
	if (hint.len) {
		fprintf(rl_outstream, "\033[2m%s\033[0m", text_get(&shown));
		for (int i = 0; i < columns; i++)
			fputc('\b', rl_outstream);
		s->hinted = true;
	}
	text_done(&shown);
	text_done(&hint);
}

/* Stands in for rl_redisplay(). */
static void redisplay(void)
{
	erase_hint(active);
	rl_redisplay();
	draw_hint(active);
	fflush(rl_outstream);
}

/* ---- the prompt ---- */

static void format_prompt(const struct screen *s, struct text *out)
{
	size_t columns = screen_columns() * PROMPT_MOST / 100;

	text_puts(out, text_get(&s->place));
	live_format(&s->live, columns > s->place.len ? columns - s->place.len : 0, s->color, out);
}

/* True when it is another than before. */
static bool renew_prompt(struct screen *s)
{
	struct text now = TEXT_EMPTY, old = s->prompt;
	bool same;

	live_read(&s->live, s->journal);
	if (s->asked)
		text_puts(&now, LIVE_ANSWER);
	else if (s->in_block)
		text_puts(&now, LIVE_BLOCK);
	else
		format_prompt(s, &now);
	same = strcmp(text_get(&now), text_get(&old)) == 0;
	s->prompt = now;
	text_done(&old);
	return !same;
}

const char *screen_prompt(struct screen *s)
{
	renew_prompt(s);
	return text_get(&s->prompt);
}

void screen_draw(struct screen *s)
{
	s->hinted = false;
	if (prompt_is_up(s) && renew_prompt(s))
		rl_set_prompt(text_get(&s->prompt));
	rl_on_new_line();
	redisplay();
}

void screen_renew(struct screen *s)
{
	if (s->live.read == journal_last(s->journal) || !prompt_is_up(s) || !renew_prompt(s))
		return;
	rl_clear_visible_line();
	s->hinted = false;
	rl_set_prompt(text_get(&s->prompt));
	rl_on_new_line();
	redisplay();
}

/* ---- the line ---- */

void screen_print(struct screen *s, const char *lines, size_t len)
{
	/* The widely copied way, to save the line and replace it, would end a search by Ctrl-R. */
	if (s->shown)
		rl_clear_visible_line();
	fwrite(lines, 1, len, rl_outstream);
	fflush(rl_outstream);
	if (s->shown)
		screen_draw(s);
}

void screen_hide(struct screen *s)
{
	if (s->shown)
		rl_clear_visible_line();
	s->shown = s->hinted = false;
}

void screen_leave(struct screen *s, const char *mark)
{
	int point = rl_point;

	erase_hint(s);
	rl_point = rl_end;
	rl_redisplay();
	fprintf(rl_outstream, "%s\n", mark);
	fflush(rl_outstream);
	rl_point = point;
}

void screen_before_key(struct screen *s)
{
	erase_hint(s);
}

void screen_resize(struct screen *s)
{
	if (!s->shown) {
		rl_reset_screen_size();
		return;
	}
	erase_hint(s);
	/* A redisplay function of our own would make it begin a new row. */
	rl_redisplay_function = rl_redisplay;
	rl_resize_terminal();
	rl_redisplay_function = redisplay;
	redisplay();
}

void screen_set_up(struct screen *s)
{
	const char *mode = rl_variable_value("show-mode-in-prompt");

	active = s;
	/* With a mode in front the prompt is wider than we know. */
	s->hints = s->color && rl_get_termcap("ce") && !(mode && strcmp(mode, "on") == 0);
	rl_redisplay_function = redisplay;
}

void screen_done(struct screen *s)
{
	if (active == s)
		rl_redisplay_function = rl_redisplay;
	live_done(&s->live);
	text_done(&s->place);
	text_done(&s->next);
	text_done(&s->prompt);
}
