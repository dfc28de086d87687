/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal of a watcher, by ncurses: there is one in a process. What is drawn goes through row.h, so that whatever a
 * text holds takes one column a character and reaches the terminal as nothing else. Colours are the terminal's own, and
 * none with NO_COLOR; styles differ without them too. One thread. */
#ifndef LAB_WATCH_SCREEN_H
#define LAB_WATCH_SCREEN_H

#include <stdbool.h>

#include "watch/page.h"

struct diag;

/* A part of the screen. */
struct area {
	int y, x, height, width;
};

/* Take the terminal over. -ENOTTY with d filled: there is none, or it cannot do it. */
int screen_open(struct diag *d);
/* Give it back as it was. */
void screen_close(void);
/* Has it UTF-8? */
bool screen_is_utf8(void);
/* How large it is, after it may have changed. */
void screen_size(int *ret_height, int *ret_width);
/* The next key as getch(3X) has it, -1 when none was pressed. Does not wait. */
int screen_key(void);

/* Nothing but blanks, on all of it and in a part. */
void screen_clear(void);
void screen_clear_area(const struct area *a);
/* Show what was drawn. */
void screen_show(void);
/* Text in one row, from column x, in at most `most` columns. */
void screen_text(int y, int x, int most, enum page_style style, const char *text);
/* A row of a pane's frame: "── Sockets 3 ─────". focused: the keys go there. */
void screen_title(const struct area *a, bool focused, const char *title);
/* A line from the top to the bottom of an area, at its left. */
void screen_divider(int y, int x, int height);
/* A line of a page, in this row of an area; columns before `skip` are left out. */
void screen_line(const struct area *a, int row, int skip, const struct page *p, size_t line);
/* The first and the last row, in reverse. What is at the right comes first where there is little room. */
void screen_bar(int y, const char *left, const char *right);

#endif
