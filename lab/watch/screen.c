/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/screen.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/rescue.h"
#include "base/terminal.h"
#include "view/row.h"

/* ncurses keeps one terminal for the process, and so it does here. */
static struct {
	SCREEN *screen;
	bool utf8, color;
} the;

static const struct {
	attr_t attributes, without_color;
	short color; /* -1 = the terminal's own */
} styles[PAGE_STYLE_COUNT] = {
	[PAGE_PLAIN] = { A_NORMAL, A_NORMAL, -1 },
	[PAGE_DIM] = { A_DIM, A_DIM, -1 },
	[PAGE_STRONG] = { A_BOLD, A_BOLD, -1 },
	[PAGE_OPENING] = { A_BOLD, A_BOLD, COLOR_YELLOW },
	[PAGE_OPEN] = { A_BOLD, A_BOLD, COLOR_GREEN },
	[PAGE_CLOSING] = { A_BOLD, A_BOLD, COLOR_MAGENTA },
	[PAGE_WAITING] = { A_BOLD, A_REVERSE, COLOR_CYAN },
	[PAGE_BAD] = { A_BOLD, A_BOLD | A_UNDERLINE, COLOR_RED },
	[PAGE_CHOSEN] = { A_REVERSE, A_REVERSE, -1 },
};

static bool wants_color(void)
{
	return !terminal_no_color() && has_colors();
}

/* What makes the terminal show again what it showed. */
static void format_leave(struct text *out)
{
	static const char *const names[] = { "sgr0", "cnorm", "rmcup" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *sequence = tigetstr(names[i]);

		if (sequence && sequence != (char *)-1)
			text_puts(out, sequence);
	}
}

int screen_open(struct diag *d)
{
	const char *term = getenv("TERM");
	struct termios before;
	struct text leave = TEXT_EMPTY;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return diag_set(d, ENOTTY, "watch draws on a terminal, and here is none");
	tcgetattr(STDOUT_FILENO, &before);
	setlocale(LC_CTYPE, "");
	the.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (term && term[0] && strcmp(term, "dumb") != 0)
		the.screen = newterm(NULL, stdout, stdin);
	if (!the.screen) {
		diag_set(d, ENOTTY,
			"watch draws on the whole screen, which this terminal (TERM) cannot do");
		diag_remedy(d, "`tcplab --json` tells the same line by line");
		return -ENOTTY;
	}
	format_leave(&leave);
	rescue_prepare(STDOUT_FILENO, &before, text_get(&leave));
	text_done(&leave);
	the.color = wants_color();
	if (the.color) {
		start_color();
		use_default_colors();
		for (int i = 0; i < PAGE_STYLE_COUNT; i++)
			init_pair((short)(i + 1), styles[i].color, -1);
	}
	set_escdelay(25); /* ms: an arrow key comes at once, or over a slow line in pieces */
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	return 0;
}

void screen_close(void)
{
	if (!the.screen)
		return;
	endwin();
	rescue_forget();
	delscreen(the.screen);
	the.screen = NULL;
}

bool screen_is_utf8(void)
{
	return the.utf8;
}

void screen_size(int *ret_height, int *ret_width)
{
	getmaxyx(stdscr, *ret_height, *ret_width);
}

int screen_key(void)
{
	int key = getch();

	return key == ERR ? -1 : key;
}

void screen_clear(void)
{
	erase();
}

void screen_clear_area(const struct area *a)
{
	attr_set(A_NORMAL, 0, NULL);
	for (int i = 0; i < a->height; i++)
		mvhline(a->y + i, a->x, ' ', a->width);
}

void screen_show(void)
{
	refresh();
}

static void set_style(enum page_style style)
{
	if (the.color)
		attr_set(styles[style].attributes, (short)(style + 1), NULL);
	else
		attr_set(styles[style].without_color, 0, NULL);
}

/* One character, one column. */
static void put_point(int y, int x, uint32_t point)
{
	wchar_t wide[2] = { (wchar_t)point, 0 };
	cchar_t cell;
	attr_t attributes;
	short pair;

	attr_get(&attributes, &pair, NULL);
	setcchar(&cell, wide, attributes, pair, NULL);
	mvadd_wch(y, x, &cell);
}

/* The next character of a text, as one that takes one column. Besides those of row.h, boxes, arrows and shapes: our own
 * views draw with them, and in anybody else's text they do no harm. */
static uint32_t next_point(const char **at)
{
	const unsigned char *s = (const unsigned char *)*at;

	if (the.utf8 && s[0] == 0xe2 && (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80) {
		uint32_t point = 0x2000 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);

		if ((point >= 0x2500 && point < 0x2600 && point != 0x25fd && point != 0x25fe) ||
			(point >= 0x2190 && point < 0x2194)) {
			*at += 3;
			return point;
		}
	}
	return row_next_point(at, !the.utf8);
}

/* The characters of a text up to `end`, into columns from x on but before x_end; the first `skip` of them are not shown.
 * Returns the column behind. */
static int put_text(int y, int x, int x_end, int *skip, const char *at, const char *end)
{
	while (at < end && x < x_end) {
		uint32_t point = next_point(&at);

		if (*skip > 0)
			--*skip;
		else
			put_point(y, x++, point);
	}
	return x;
}

void screen_text(int y, int x, int most, enum page_style style, const char *text)
{
	int skip = 0;

	set_style(style);
	put_text(y, x, x + most, &skip, text, text + strlen(text));
	set_style(PAGE_PLAIN);
}

void screen_title(const struct area *a, bool focused, const char *title)
{
	uint32_t line = the.utf8 ? 0x2500 : '-'; /* ─ */
	int skip = 0, x = a->x + 3;

	set_style(PAGE_DIM);
	for (int i = 0; i < a->width; i++)
		put_point(a->y, a->x + i, line);
	set_style(focused ? PAGE_CHOSEN : PAGE_STRONG);
	put_point(a->y, a->x + 2, ' ');
	x = put_text(a->y, x, a->x + a->width - 1, &skip, title, title + strlen(title));
	put_point(a->y, x, ' ');
	set_style(PAGE_PLAIN);
}

void screen_divider(int y, int x, int height)
{
	set_style(PAGE_DIM);
	for (int i = 0; i < height; i++)
		put_point(y + i, x, the.utf8 ? 0x2502 : '|'); /* │ */
	set_style(PAGE_PLAIN);
}

void screen_line(const struct area *a, int row, int skip, const struct page *p, size_t line)
{
	size_t count;
	const struct page_run *runs = page_runs(p, line, &count);
	int x = a->x;

	for (size_t i = 0; i < count; i++) {
		set_style(runs[i].style);
		x = put_text(a->y + row, x, a->x + a->width, &skip, p->text.s + runs[i].begin,
			p->text.s + runs[i].end);
	}
	set_style(PAGE_PLAIN);
}

void screen_bar(int y, const char *left, const char *right)
{
	int height, width, skip = 0, begin;

	screen_size(&height, &width);
	set_style(PAGE_CHOSEN);
	for (int x = 0; x < width; x++)
		put_point(y, x, ' ');
	begin = width - row_columns(right);
	put_text(y, 0, begin - 1, &skip, left, left + strlen(left));
	skip = 0;
	put_text(y, begin > 0 ? begin : 0, width, &skip, right, right + strlen(right));
	set_style(PAGE_PLAIN);
}
