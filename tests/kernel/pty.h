/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program on a pseudo-terminal, and what a person would see on it: a small terminal (what xterm does
 * of ECMA-48, as far as readline asks for it) that keeps every row that scrolled away. So a test can say
 * "the line being typed reads X and there is nothing else of it", which the bytes alone do not tell.
 *
 * Nothing here sleeps: pty_await_*() poll(2) the program's output until what they wait for is on the
 * screen, and fail the test with the whole screen when it has not come by the deadline. */
#ifndef TESTS_KERNEL_PTY_H
#define TESTS_KERNEL_PTY_H

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"

#define PTY_DEADLINE_MS 20000
#define PTY_ROWS_MAX 2000
#define PTY_WIDTH_MAX 200

struct pty {
	int fd; /* the terminal's side; -1 = closed */
	pid_t pid; /* of the program; -1 = reaped */
	unsigned width, height;
	char rows[PTY_ROWS_MAX][PTY_WIDTH_MAX + 1]; /* blank = ' '; all rows since the beginning */
	bool dimmed[PTY_ROWS_MAX][PTY_WIDTH_MAX]; /* written in the dim style */
	bool dim; /* that style is on */
	bool wrapped[PTY_ROWS_MAX]; /* this row goes on in the next one */
	unsigned last; /* last row in use */
	unsigned row, column; /* the cursor */
	bool wrap_due; /* a character was written into the last column */
	bool brackets; /* the program asked for bracketed paste */
	char escape[32]; /* a sequence not complete yet */
	size_t escape_len;
};

/* ---- the screen ---- */

static inline void pty_clear_row(struct pty *p, unsigned row, unsigned from)
{
	memset(p->rows[row] + from, ' ', PTY_WIDTH_MAX - from);
	p->rows[row][PTY_WIDTH_MAX] = '\0';
}

static inline unsigned pty_top(const struct pty *p)
{
	return p->last + 1 > p->height ? p->last + 1 - p->height : 0;
}

static inline void pty_line_feed(struct pty *p)
{
	if (++p->row >= PTY_ROWS_MAX)
		fail_msg("more output than a test looks at");
	if (p->row > p->last) {
		p->last = p->row;
		pty_clear_row(p, p->row, 0);
	}
}

/* A character of several bytes takes one column, and is a '?' there. */
static inline void pty_put(struct pty *p, char c)
{
	if ((c & 0xc0) == 0x80)
		return;
	if (c & 0x80)
		c = '?';
	if (p->wrap_due) {
		p->wrapped[p->row] = true;
		p->column = 0;
		p->wrap_due = false;
		pty_line_feed(p);
	}
	p->rows[p->row][p->column] = c;
	p->dimmed[p->row][p->column] = p->dim;
	if (p->column + 1 == p->width)
		p->wrap_due = true;
	else
		p->column++;
}

/* ESC [ parameters FINAL */
static inline void pty_control(struct pty *p, const char *parameters, char final)
{
	unsigned n = (unsigned)strtoul(parameters, NULL, 10), one = n ? n : 1;
	char *row = p->rows[p->row];

	p->wrap_due = false;
	switch (final) {
	case 'A':
		p->row = p->row - pty_top(p) < one ? pty_top(p) : p->row - one;
		break;
	case 'B':
		p->row = p->row + one > p->last ? p->last : p->row + one;
		break;
	case 'C':
		p->column = p->column + one >= p->width ? p->width - 1 : p->column + one;
		break;
	case 'D':
		p->column = p->column < one ? 0 : p->column - one;
		break;
	case 'J': /* only to the end of the screen */
		assert_int_equal(n, 0);
		for (unsigned r = p->row + 1; r <= p->last; r++)
			pty_clear_row(p, r, 0);
		pty_clear_row(p, p->row, p->column);
		p->wrapped[p->row] = false;
		break;
	case 'K':
		assert_int_equal(n, 0);
		pty_clear_row(p, p->row, p->column);
		p->wrapped[p->row] = false;
		break;
	case 'P': /* delete characters */
		for (unsigned c = p->column; c < p->width; c++)
			row[c] = c + one < p->width ? row[c + one] : ' ';
		break;
	case '@': /* insert blanks */
		for (unsigned c = p->width; c-- > p->column;)
			row[c] = c >= p->column + one ? row[c - one] : ' ';
		break;
	case 'h':
	case 'l':
		if (strcmp(parameters, "?2004") == 0)
			p->brackets = final == 'h';
		break;
	case 'm':
		p->dim = n == 2;
		break;
	default:
		fail_msg("the screen does not know ESC [ %s %c", parameters, final);
	}
}

static inline void pty_see(struct pty *p, char c)
{
	if (p->escape_len) {
		bool control = p->escape_len > 1 && p->escape[1] == '[';

		p->escape[p->escape_len++] = c;
		p->escape[p->escape_len] = '\0';
		assert_true(p->escape_len + 2 < sizeof(p->escape));
		if (control && c >= 0x40) {
			p->escape[p->escape_len - 1] = '\0';
			pty_control(p, p->escape + 2, c);
			p->escape_len = 0;
		} else if (!control && c != '[' && c != '(') {
			p->escape_len = 0; /* ESC = and the like: nothing to see */
		}
		return;
	}
	switch (c) {
	case '\033':
		p->escape[p->escape_len++] = c;
		break;
	case '\r':
		p->column = 0;
		p->wrap_due = false;
		break;
	case '\n':
		p->wrap_due = false;
		pty_line_feed(p);
		break;
	case '\b':
		p->column -= p->column > 0;
		p->wrap_due = false;
		break;
	case '\t':
		do
			pty_put(p, ' ');
		while (p->column % 8 && !p->wrap_due);
		break;
	case '\a':
		break;
	default:
		pty_put(p, c);
	}
}

/* The line that begins in row `first`: with the rows it was wrapped to, without blanks at the end.
 * Owned by the caller; *ret_next = the row behind it. */
static inline char *pty_line(const struct pty *p, unsigned first, unsigned *ret_next)
{
	struct text t = TEXT_EMPTY;
	unsigned row = first;

	do
		text_add(&t, p->rows[row], p->width);
	while (p->wrapped[row] && row++ < p->last);
	while (t.len && t.s[t.len - 1] == ' ')
		t.s[--t.len] = '\0';
	*ret_next = row + 1;
	return text_take(&t);
}

/* How many lines hold `text`, but none of those that hold `but` (NULL = all count). */
static inline unsigned pty_count(const struct pty *p, const char *text, const char *but)
{
	unsigned count = 0;

	for (unsigned row = 0; row <= p->last;) {
		char *line = pty_line(p, row, &row);

		count += strstr(line, text) && !(but && strstr(line, but));
		free(line);
	}
	return count;
}

/* Does something dim stand behind the cursor? */
static inline bool pty_is_hint(const struct pty *p)
{
	return p->rows[p->row][p->column] != ' ' && p->dimmed[p->row][p->column];
}

/* Is this, in the dim style, all that stands behind the cursor in its row? "" = nothing does. */
static inline bool pty_hint_is(const struct pty *p, const char *hint)
{
	const char *row = p->rows[p->row];
	size_t len = strlen(hint), from = p->column, to = p->width;

	while (to > from && row[to - 1] == ' ')
		to--;
	for (size_t c = from; c < to; c++)
		if (!p->dimmed[p->row][c])
			return false;
	return to - from == len && memcmp(row + from, hint, len) == 0;
}

/* The line with the cursor but without a hint behind it, when there is nothing below it and the cursor is behind its text. */
static inline bool pty_cursor_line_is(const struct pty *p, const char *text)
{
	unsigned first = p->row, next, row = p->row;
	size_t len = strlen(text), at;
	bool same;
	char *line;

	while (first > 0 && p->wrapped[first - 1])
		first--;
	line = pty_line(p, first, &next);
	if (pty_is_hint(p))
		line[(size_t)(row - first) * p->width + p->column] = '\0';
	for (char *end = line + strlen(line); end > line && end[-1] == ' ';)
		*--end = '\0';
	while (len && text[len - 1] == ' ')
		len--;
	same = strlen(line) == len && memcmp(line, text, len) == 0;
	free(line);
	at = (size_t)(row - first) * p->width + p->column + p->wrap_due;
	if (!same || at != strlen(text))
		return false;
	for (; next <= p->last; next++)
		for (unsigned c = 0; c < p->width; c++)
			if (p->rows[next][c] != ' ')
				return false;
	return true;
}

static inline _Noreturn void pty_fail(const struct pty *p, const char *missing, const char *text)
{
	fprintf(stderr, "---- the screen, %ux%u, cursor at %u of row %u ----\n", p->width,
		p->height, p->column, p->row);
	for (unsigned row = 0; row <= p->last; row++)
		fprintf(stderr, "%3u|%.*s|%s\n", row, (int)p->width, p->rows[row],
			p->wrapped[row] ? "..." : "");
	fprintf(stderr, "---- %s: %s\n", missing, text);
	fail_msg("%s: %s", missing, text);
	abort();
}

/* ---- the program ---- */

/* Take in what comes until deadline_ns. False when the program has closed the terminal or time is up. */
static inline bool pty_read(struct pty *p, uint64_t deadline_ns)
{
	struct pollfd fd = { .fd = p->fd, .events = POLLIN };
	uint64_t now = clock_now_ns();
	char bytes[4096];
	ssize_t len;

	if (now >= deadline_ns || poll(&fd, 1, (int)((deadline_ns - now) / NS_PER_MS + 1)) <= 0)
		return false;
	len = read(p->fd, bytes, sizeof(bytes));
	for (ssize_t i = 0; i < len; i++)
		pty_see(p, bytes[i]);
	return len > 0;
}

/* Wait until what is typed reads `text`; a blank at its end counts. */
static inline void pty_await_cursor(struct pty *p, const char *text)
{
	uint64_t deadline = clock_now_ns() + PTY_DEADLINE_MS * NS_PER_MS;

	while (!pty_cursor_line_is(p, text))
		if (!pty_read(p, deadline))
			pty_fail(p, "the line with the cursor is not", text);
}

/* Is the line with the cursor a prompt and `text` behind it, and nothing else? */
static inline bool pty_typed_is(const struct pty *p, const char *text)
{
	unsigned first = p->row, next;
	size_t len = strlen(text), whole;
	char *line, *typed;
	bool same;

	while (first > 0 && p->wrapped[first - 1])
		first--;
	line = pty_line(p, first, &next);
	/* blanks that end the line are not part of it */
	whole = (size_t)(p->row - first) * p->width + p->column + p->wrap_due;
	if (whole > strlen(line)) {
		line = memory_grow(line, whole + 1);
		memset(line + strlen(line), ' ', whole - strlen(line));
	}
	line[whole] = '\0'; /* a hint may follow */
	typed = whole >= len + 2 ? line + whole - len : line;
	same = typed >= line + 2 && typed[-1] == ' ' && typed[-2] == '>' &&
		strcmp(typed, text) == 0 && pty_cursor_line_is(p, line);
	free(line);
	return same;
}

/* Wait until what is typed behind the prompt, whatever that says, reads `text`. */
static inline void pty_await_typed(struct pty *p, const char *text)
{
	uint64_t deadline = clock_now_ns() + PTY_DEADLINE_MS * NS_PER_MS;

	while (!pty_typed_is(p, text))
		if (!pty_read(p, deadline))
			pty_fail(p, "no prompt, and behind it", text);
}

/* The same, with `hint` dim behind the cursor. */
static inline void pty_await_hint(struct pty *p, const char *text, const char *hint)
{
	uint64_t deadline = clock_now_ns() + PTY_DEADLINE_MS * NS_PER_MS;

	while (!pty_typed_is(p, text) || !pty_hint_is(p, hint))
		if (!pty_read(p, deadline))
			pty_fail(p, "no prompt with this hint", hint);
}

/* Wait until `count` lines hold `text`; those holding `but` do not count. */
static inline void pty_await_lines(struct pty *p, unsigned count, const char *text, const char *but)
{
	uint64_t deadline = clock_now_ns() + PTY_DEADLINE_MS * NS_PER_MS;

	while (pty_count(p, text, but) < count)
		if (!pty_read(p, deadline))
			pty_fail(p, "not on the screen", text);
}

static inline void pty_type(struct pty *p, const char *keys)
{
	size_t len = strlen(keys);

	assert_int_equal(write(p->fd, keys, len), len);
}

/* Another size; returns when the program has written something about it. */
static inline void pty_resize(struct pty *p, unsigned width, unsigned height)
{
	struct winsize size = { .ws_col = (unsigned short)width, .ws_row = (unsigned short)height };
	uint64_t deadline = clock_now_ns() + PTY_DEADLINE_MS * NS_PER_MS;

	assert_true(width <= PTY_WIDTH_MAX);
	p->width = width;
	p->height = height;
	assert_int_equal(ioctl(p->fd, TIOCSWINSZ, &size), 0); /* the kernel sends SIGWINCH */
	if (!pty_read(p, deadline))
		pty_fail(p, "not redrawn", "after a change of size");
}

/* Start argv (NULL at the end) as leader of a session on a new terminal of 80x24: standard input, output
 * and error. term: TERM, NULL = unset. controlling: keys such as Ctrl-C are signals, and so is the end
 * of the terminal. */
static inline void pty_open(struct pty *p, char *const argv[], const char *term, bool controlling)
{
	struct winsize size = { .ws_col = 80, .ws_row = 24 };

	memset(p, 0, sizeof(*p));
	p->width = size.ws_col;
	p->height = size.ws_row;
	pty_clear_row(p, 0, 0);
	fflush(NULL);
	p->pid = forkpty(&p->fd, NULL, NULL, &size);
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		if (!controlling) {
			signal(SIGHUP, SIG_IGN); /* it comes with the next call */
			ioctl(STDIN_FILENO, TIOCNOTTY);
			signal(SIGHUP, SIG_DFL);
		}
		if (term)
			setenv("TERM", term, 1);
		else
			unsetenv("TERM");
		execv(argv[0], argv);
		fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
}

/* Hang up. */
static inline void pty_close(struct pty *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

/* Wait for the program to end; its status as waitpid(2) gives it. */
static inline int pty_wait(struct pty *p)
{
	uint64_t deadline = clock_now_ns() + PTY_DEADLINE_MS * NS_PER_MS;
	struct pollfd end = { .fd = pidfd_open(p->pid, 0), .events = POLLIN };
	int status;

	assert_true(end.fd >= 0);
	while (p->fd >= 0 && pty_read(p, deadline))
		;
	if (poll(&end, 1, PTY_DEADLINE_MS) != 1)
		pty_fail(p, "has not ended", "the program");
	close(end.fd);
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	p->pid = -1;
	return status;
}

/* End the program whatever it does. */
static inline void pty_kill(struct pty *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
		p->pid = -1;
	}
	pty_close(p);
}

#endif
