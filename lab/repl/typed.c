/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/typed.h"

#include <string.h>

#include "repl/live.h"

bool typed_is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (line[i] != ' ' && line[i] != '\t')
			return false;
	return true;
}

void typed_add(struct typed *t, const char *lines)
{
	text_puts(&t->lines, lines);
}

bool typed_begun(const struct typed *t)
{
	return t->at > 0;
}

bool typed_take(struct typed *t, const char **ret_line, size_t *ret_len)
{
	while (t->at < t->lines.len) {
		const char *line = t->lines.s + t->at;
		const char *newline = memchr(line, '\n', t->lines.len - t->at);
		size_t len = newline ? (size_t)(newline - line) : t->lines.len - t->at;
		size_t prompt = live_prompt_len(line, len);

		t->at += len + (newline ? 1 : 0);
		if (typed_is_blank(line + prompt, len - prompt))
			continue;
		*ret_line = line + prompt;
		*ret_len = len - prompt;
		return true;
	}
	text_clear(&t->lines);
	t->at = 0;
	return false;
}

void typed_done(struct typed *t)
{
	text_done(&t->lines);
}
