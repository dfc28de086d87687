/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/lab_assert.h"
#include "view/row.h"

void page_done(struct page *p)
{
	text_done(&p->text);
	free(p->runs);
	free(p->lines);
	*p = (struct page){ .runs = NULL };
}

void page_clear(struct page *p)
{
	text_clear(&p->text);
	p->run_count = p->line_count = 0;
}

void page_line(struct page *p)
{
	if (p->line_count == p->line_room) {
		p->line_room = p->line_room * 2 + 32;
		p->lines = memory_grow(p->lines, p->line_room * sizeof(*p->lines));
	}
	p->lines[p->line_count++] = p->run_count;
}

static void add_run(struct page *p, enum page_style style, const char *text, size_t len)
{
	struct page_run *last =
		p->run_count > p->lines[p->line_count - 1] ? &p->runs[p->run_count - 1] : NULL;

	if (!len)
		return;
	if (!last || last->style != style) {
		if (p->run_count == p->run_room) {
			p->run_room = p->run_room * 2 + 64;
			p->runs = memory_grow(p->runs, p->run_room * sizeof(*p->runs));
		}
		LAB_ASSERT(p->runs);
		last = &p->runs[p->run_count++];
		*last = (struct page_run){ .begin = p->text.len, .style = style };
	}
	text_add(&p->text, text, len);
	last->end = p->text.len;
}

void page_add(struct page *p, enum page_style style, const char *format, ...)
{
	struct text words = TEXT_EMPTY;
	va_list args;

	va_start(args, format);
	text_vprintf(&words, format, args);
	va_end(args);
	add_run(p, style, text_get(&words), words.len);
	text_done(&words);
}

void page_add_point(struct page *p, enum page_style style, uint32_t point)
{
	struct text bytes = TEXT_EMPTY;

	row_write_point(point, &bytes);
	add_run(p, style, text_get(&bytes), bytes.len);
	text_done(&bytes);
}

enum page_style page_state_style(enum tcp_state state)
{
	switch (state) {
	case STATE_SYN_SENT:
	case STATE_SYN_RECEIVED:
	case STATE_NEW_SYN_RECV:
		return PAGE_OPENING;
	case STATE_ESTABLISHED:
		return PAGE_OPEN;
	case STATE_FIN_WAIT_1:
	case STATE_FIN_WAIT_2:
	case STATE_CLOSE_WAIT:
	case STATE_CLOSING:
	case STATE_LAST_ACK:
	case STATE_TIME_WAIT:
		return PAGE_CLOSING;
	case STATE_CLOSED:
	case STATE_NONE:
		return PAGE_DIM;
	default:
		return PAGE_PLAIN;
	}
}

/* The style of one word; PAGE_STYLE_COUNT = it is none of those. */
static enum page_style word_style(const char *word, size_t len)
{
	char name[16];
	enum tcp_state state;

	if (len < 3 || len >= sizeof(name))
		return PAGE_STYLE_COUNT;
	memcpy(name, word, len);
	name[len] = '\0';
	if (strcmp(name, "XXX") == 0)
		return PAGE_BAD;
	if (strcmp(name, "HELD") == 0)
		return PAGE_WAITING;
	for (state = STATE_ESTABLISHED; state < STATE_COUNT; state++) {
		if (strcmp(name, tcp_state_name(state)) == 0)
			return page_state_style(state);
	}
	return PAGE_STYLE_COUNT;
}

void page_add_marked(struct page *p, const char *line, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-012";
	size_t plain = 0;

	for (size_t at = 0; at < len;) {
		size_t word = 0;
		enum page_style style;

		while (at + word < len && memchr(letters, line[at + word], sizeof(letters) - 1))
			word++;
		style = word_style(line + at, word);
		if (style != PAGE_STYLE_COUNT) {
			add_run(p, PAGE_PLAIN, line + plain, at - plain);
			add_run(p, style, line + at, word);
			plain = at + word;
		}
		at += word ? word : 1;
	}
	add_run(p, PAGE_PLAIN, line + plain, len - plain);
}

const struct page_run *page_runs(const struct page *p, size_t line, size_t *ret_count)
{
	size_t end = line + 1 < p->line_count ? p->lines[line + 1] : p->run_count;

	*ret_count = end - p->lines[line];
	return p->runs + p->lines[line];
}

int page_columns(const struct page *p)
{
	size_t count, begin;
	const struct page_run *runs = page_runs(p, p->line_count - 1, &count);

	if (!count)
		return 0;
	begin = runs[0].begin;
	return row_columns(p->text.s + begin);
}
