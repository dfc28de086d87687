/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of styled text, as a pane has them before they are on the screen. Knows no terminal. Any thread. */
#ifndef LAB_WATCH_PAGE_H
#define LAB_WATCH_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tcp_state.h"
#include "base/text.h"

enum page_style {
	PAGE_PLAIN,
	PAGE_DIM, /* of less importance: what is old, what is around */
	PAGE_STRONG,
	PAGE_OPENING, /* a state on the way to ESTABLISHED */
	PAGE_OPEN,
	PAGE_CLOSING, /* on the way from it */
	PAGE_WAITING, /* something stands still: held, blocked */
	PAGE_BAD, /* lost, failed */
	PAGE_CHOSEN, /* the line the keys are at */
	PAGE_STYLE_COUNT,
};

/* A part of a line that has one style. */
struct page_run {
	size_t begin, end; /* in the text */
	enum page_style style;
};

struct page {
	struct text text; /* of all lines, without newlines */
	struct page_run *runs; /* owned */
	size_t run_count, run_room;
	size_t *lines; /* owned: the first run of each */
	size_t line_count, line_room;
};

/* All zero is an empty one. */
void page_done(struct page *p);
/* No lines, but the memory stays. */
void page_clear(struct page *p);
/* Begin another line. */
void page_line(struct page *p);
/* Behind what the last line has; there is one. */
__attribute__((format(printf, 3, 4))) void page_add(struct page *p, enum page_style style,
	const char *format, ...);
void page_add_point(struct page *p, enum page_style style, uint32_t point);
/* One line of plain text, with names of states in their styles, and the words the ladder has for what was lost. */
void page_add_marked(struct page *p, const char *line, size_t len);
/* Columns of the last line so far. */
int page_columns(const struct page *p);
/* The runs of a line: *ret_count of them. */
const struct page_run *page_runs(const struct page *p, size_t line, size_t *ret_count);

enum page_style page_state_style(enum tcp_state state);

#endif
