/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/statement.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"

void statement_done(struct statement *s)
{
	free(s->file);
	free(s->line_text);
	free(s->text);
	token_list_done(&s->tokens);
	*s = (struct statement){ 0 };
}

void statement_list_done(struct statement_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		statement_done(&list->statements[i]);
	free(list->statements);
	*list = (struct statement_list){ 0 };
}

int statement_error(const struct statement *s, const struct token *token, struct diag *d,
	const char *format, ...)
{
	char message[sizeof(d->message)];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (!token)
		token = s->words;
	diag_set(d, EINVAL, "%s", message);
	diag_at(d, s->file, s->line, token->column);
	return -EINVAL;
}

/* Split the tokens of one statement into words, outcome and background mark. */
static int arrange(struct statement *s, struct diag *d)
{
	const struct token *t = s->tokens.tokens, *end = t + s->tokens.count;

	s->words = t;
	for (; t < end && t->kind != TOKEN_ARROW && t->kind != TOKEN_BACKGROUND; t++) {
		if (t->kind == TOKEN_OPEN || t->kind == TOKEN_CLOSE)
			return statement_error(s, t, d, "no command here takes a block '%s'",
				t->text);
		s->word_count++;
	}
	if (s->word_count == 0 || s->words->kind != TOKEN_WORD)
		return statement_error(s, s->words, d, "a command begins with a verb, not with %s",
			token_kind_name(s->words->kind));
	if (t < end && t->kind == TOKEN_ARROW) {
		s->outcome = ++t;
		while (t < end && (t->kind == TOKEN_WORD || t->kind == TOKEN_STRING)) {
			s->outcome_count++;
			t++;
		}
		if (s->outcome_count == 0)
			return statement_error(s, s->outcome - 1, d,
				"'=>' needs what the call must give: a number, \"data\", an errno "
				"name, blocked, or killed SIGNAL");
	}
	if (t < end && t->kind == TOKEN_BACKGROUND) {
		s->background = true;
		t++;
	}
	if (t < end)
		return statement_error(s, t, d,
			"unexpected %s; end the command with ';' or a new line",
			token_kind_name(t->kind));
	return 0;
}

/* Move tokens [from, to) of `all` into a statement of their own. */
static int add_statement(struct statement_list *list, struct token_list *all, size_t from,
	size_t to, const char *file, uint32_t line_no, const char *line, size_t len, struct diag *d)
{
	struct statement *s;
	const struct token *last;
	struct text copy = TEXT_EMPTY;
	size_t begin;

	if (from == to)
		return 0;
	list->statements =
		memory_grow(list->statements, (list->count + 1) * sizeof(*list->statements));
	s = &list->statements[list->count++];
	*s = (struct statement){ .file = text_copy(file), .line = line_no };
	text_add(&copy, line, len);
	s->line_text = text_take(&copy);
	last = &all->tokens[to - 1];
	begin = all->tokens[from].column - 1;
	text_add(&copy, line + begin, last->end_column - 1 - begin);
	s->text = text_take(&copy);
	s->tokens.count = to - from;
	s->tokens.tokens = memory_new((to - from) * sizeof(struct token));
	memcpy(s->tokens.tokens, all->tokens + from, (to - from) * sizeof(struct token));
	for (size_t i = from; i < to; i++)
		all->tokens[i].text = NULL; /* owned by the statement now */
	return arrange(s, d);
}

int statement_parse(const char *line, size_t len, const char *file, uint32_t line_no,
	struct statement_list *ret_list, struct diag *d)
{
	struct statement_list list = { 0 };
	struct token_list all;
	size_t from = 0;
	int r;

	while (len && (line[len - 1] == '\r' || line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	r = lexer_line(line, len, file, line_no, &all, d);
	if (r < 0)
		return r;
	for (size_t i = 0; i <= all.count && r == 0; i++) {
		if (i < all.count && all.tokens[i].kind != TOKEN_END)
			continue;
		r = add_statement(&list, &all, from, i, file, line_no, line, len, d);
		from = i + 1;
	}
	token_list_done(&all);
	if (r < 0)
		statement_list_done(&list);
	else
		*ret_list = list;
	return r;
}

int statement_parse_all(const char *text, size_t len, const char *file, uint32_t first_line,
	struct statement_list *ret_list, struct diag *d)
{
	struct statement_list list = { 0 };
	uint32_t line_no = first_line;

	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t line_len = newline ? (size_t)(newline - text) : len;
		struct statement_list some = { 0 };
		int r = statement_parse(text, line_len, file, line_no++, &some, d);

		if (r < 0) {
			statement_list_done(&list);
			return r;
		}
		list.statements = memory_grow(list.statements,
			(list.count + some.count) * sizeof(*list.statements));
		if (some.count)
			memcpy(list.statements + list.count, some.statements,
				some.count * sizeof(*list.statements));
		list.count += some.count;
		free(some.statements);
		len -= line_len + !!newline;
		text += line_len + !!newline;
	}
	*ret_list = list;
	return 0;
}
