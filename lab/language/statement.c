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
	free(s->comment);
	token_list_done(&s->tokens);
	statement_list_done(&s->block);
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
	if (!token || !token->column) /* a word nobody wrote, such as the default process */
		token = s->words;
	diag_set(d, EINVAL, "%s", message);
	diag_at(d, s->file, s->line, token->column);
	return -EINVAL;
}

int statement_errno(const struct statement *s, const struct token *token, struct diag *d, int error,
	const char *format, ...)
{
	char message[sizeof(d->message)];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	statement_error(s, token, d, "%.400s: %s", message, strerror(error));
	diag_because(d, error);
	return -error;
}

/* Split the tokens of one statement into words, outcome and background mark. */
static int arrange(struct statement *s, struct diag *d)
{
	const struct token *t = s->tokens.tokens, *end = t + s->tokens.count;

	s->words = t;
	for (; t < end && t->kind != TOKEN_ARROW && t->kind != TOKEN_BACKGROUND; t++)
		s->word_count++;
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

#define BLOCKS_MAX 16 /* within each other */
#define BRACE_PLACE "'{' belongs behind a command, on its line: repeat 3 {"

/* A text being parsed: the list statements go to, and those of the blocks around it. */
struct parser {
	const char *file;
	struct statement_list root; /* owned */
	struct statement_list *lists[BLOCKS_MAX + 1]; /* [depth] is the one being filled */
	struct statement *openers[BLOCKS_MAX + 1]; /* whose block that is */
	size_t depth;
	struct text comment; /* the lines of comment just passed */
};

/* A line being parsed. */
struct parsed_line {
	const char *text;
	size_t len;
	uint32_t number;
	struct token_list tokens; /* owned */
};

/* Move tokens [from, to) of the line into a statement of their own. */
static int add_statement(struct parser *p, struct parsed_line *line, size_t from, size_t to,
	struct diag *d)
{
	struct statement_list *list = p->lists[p->depth];
	struct token *tokens = line->tokens.tokens;
	struct text copy = TEXT_EMPTY;
	struct statement *s;
	size_t begin, end;

	if (from == to)
		return 0;
	begin = tokens[from].column - 1;
	end = tokens[to - 1].end_column - 1;
	list->statements =
		memory_one_more(list->statements, list->count, sizeof(*list->statements));
	s = &list->statements[list->count++];
	*s = (struct statement){ .file = text_copy(p->file), .line = line->number };
	s->comment = p->comment.len ? text_take(&p->comment) : NULL;
	text_add(&copy, line->text, line->len);
	s->line_text = text_take(&copy);
	text_add(&copy, line->text + begin, end - begin);
	s->text = text_take(&copy);
	s->tokens.count = to - from;
	s->tokens.tokens = memory_new((to - from) * sizeof(struct token));
	memcpy(s->tokens.tokens, tokens + from, (to - from) * sizeof(struct token));
	for (size_t i = from; i < to; i++)
		tokens[i].text = NULL; /* owned by the statement now */
	return arrange(s, d);
}

static int misplaced(const struct parser *p, const struct token *t, struct diag *d, const char *why)
{
	diag_set(d, EINVAL, "%s", why);
	diag_at(d, p->file, t->line, t->column);
	return -EINVAL;
}

/* The block of the statement just added begins. */
static int open_block(struct parser *p, const struct token *brace, struct diag *d)
{
	struct statement_list *list = p->lists[p->depth];
	struct statement *opener = list->count ? &list->statements[list->count - 1] : NULL;

	if (opener && (opener->outcome || opener->background))
		return misplaced(p, brace, d, "unexpected '{': a call takes no block");
	if (!opener || opener->has_block || opener->line != brace->line)
		return misplaced(p, brace, d, BRACE_PLACE);
	if (p->depth == BLOCKS_MAX)
		return misplaced(p, brace, d, "too many blocks within each other");
	opener->has_block = true;
	p->depth++;
	p->openers[p->depth] = opener;
	p->lists[p->depth] = &opener->block;
	return 0;
}

/* A statement ends here: at `;`, a brace (t), or the end of the line (t NULL). */
static int end_statement(struct parser *p, struct parsed_line *line, size_t from, size_t to,
	const struct token *t, struct diag *d)
{
	int r;

	if (t && t->kind == TOKEN_OPEN && to == from)
		return misplaced(p, t, d, BRACE_PLACE);
	r = add_statement(p, line, from, to, d);
	if (r < 0 || !t || t->kind == TOKEN_END)
		return r;
	if (t->kind == TOKEN_OPEN)
		return open_block(p, t, d);
	if (p->depth == 0)
		return misplaced(p, t, d, "'}' without a '{' before it");
	p->depth--;
	return 0;
}

/* A line that holds no statement: a comment belongs to what comes right below. */
static void pass_line(struct parser *p, const struct parsed_line *line)
{
	size_t blank = 0;

	while (blank < line->len && strchr(" \t", line->text[blank]))
		blank++;
	if (blank == line->len) {
		text_clear(&p->comment);
		return;
	}
	text_puts(&p->comment, p->comment.len ? "\n" : "");
	text_printable(&p->comment, line->text + blank, line->len - blank);
}

static int parse_line(struct parser *p, const char *text, size_t len, uint32_t number,
	struct diag *d)
{
	struct parsed_line line = { .text = text, .number = number };
	size_t from = 0;
	int r;

	while (len && (text[len - 1] == '\r' || text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	line.len = len;
	r = lexer_line(text, len, p->file, number, &line.tokens, d);
	if (r < 0)
		return r;
	if (line.tokens.count == 0)
		pass_line(p, &line);
	for (size_t i = 0; i < line.tokens.count && r == 0; i++) {
		const struct token *t = &line.tokens.tokens[i];

		if (t->kind == TOKEN_END || t->kind == TOKEN_OPEN || t->kind == TOKEN_CLOSE) {
			r = end_statement(p, &line, from, i, t, d);
			from = i + 1;
		}
	}
	if (r == 0)
		r = end_statement(p, &line, from, line.tokens.count, NULL, d);
	if (line.tokens.count)
		text_clear(&p->comment); /* a '}' has none */
	token_list_done(&line.tokens);
	return r;
}

static int parser_end(struct parser *p, int r, struct statement_list *ret_list, struct diag *d)
{
	if (r == 0 && p->depth) {
		statement_error(p->openers[p->depth], NULL, d,
			"this block is not closed: '}' is missing");
		r = -EAGAIN;
	}
	text_done(&p->comment);
	if (r < 0)
		statement_list_done(&p->root);
	else
		*ret_list = p->root;
	return r;
}

int statement_parse(const char *line, size_t len, const char *file, uint32_t line_no,
	struct statement_list *ret_list, struct diag *d)
{
	struct parser p = { .file = file, .lists = { &p.root } };

	return parser_end(&p, parse_line(&p, line, len, line_no, d), ret_list, d);
}

int statement_parse_all(const char *text, size_t len, const char *file, uint32_t first_line,
	struct statement_list *ret_list, struct diag *d)
{
	struct parser p = { .file = file, .lists = { &p.root } };
	uint32_t line_no = first_line;
	bool opening = true;
	int r = 0;

	while (len && r == 0) {
		const char *newline = memchr(text, '\n', len);
		size_t line_len = newline ? (size_t)(newline - text) : len;

		r = parse_line(&p, text, line_len, line_no++, d);
		opening = opening && text[0] == '#';
		if (opening)
			text_clear(&p.comment);
		len -= line_len + !!newline;
		text += line_len + !!newline;
	}
	return parser_end(&p, r, ret_list, d);
}
