/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/lexer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"

/* One line being split. On error the list is dropped by lexer_line(), nowhere else. */
struct lexer {
	const char *s; /* borrowed */
	size_t len;
	size_t at; /* next byte to look at, <= len */
	const char *file; /* borrowed */
	uint32_t line_no;
	struct token_list list;
	size_t capacity; /* of list.tokens */
	struct diag *d; /* borrowed */
};

static const char *const kind_names[] = {
	[TOKEN_WORD] = "word",
	[TOKEN_STRING] = "string",
	[TOKEN_SEGMENT] = "segment number",
	[TOKEN_ARROW] = "'=>'",
	[TOKEN_BACKGROUND] = "'&'",
	[TOKEN_THEN] = "'>'",
	[TOKEN_OPEN] = "'{'",
	[TOKEN_CLOSE] = "'}'",
	[TOKEN_END] = "';'",
};
static_assert(sizeof(kind_names) / sizeof(kind_names[0]) == TOKEN_COUNT, "a name for each kind");

const char *token_kind_name(enum token_kind kind)
{
	return kind_names[kind];
}

void token_list_done(struct token_list *list)
{
	if (!list)
		return;
	for (size_t i = 0; i < list->count; i++)
		free(list->tokens[i].text);
	free(list->tokens);
	*list = (struct token_list){ 0 };
}

/* Put the place of byte `offset` into the message just set. Returns -EINVAL. */
static int lexer_refuse(struct lexer *l, size_t offset)
{
	diag_at(l->d, l->file, l->line_no, (uint32_t)offset + 1);
	return -EINVAL;
}

/* Add the token that covers the bytes from `start` to l->at. Takes `text`. */
static void lexer_add(struct lexer *l, enum token_kind kind, size_t start, char *text, size_t len)
{
	if (l->list.count == l->capacity) {
		l->capacity = l->capacity ? 2 * l->capacity : 8;
		l->list.tokens = memory_grow(l->list.tokens, l->capacity * sizeof(*l->list.tokens));
	}
	l->list.tokens[l->list.count++] = (struct token){
		.kind = kind,
		.text = text,
		.len = len,
		.line = l->line_no,
		.column = (uint32_t)start + 1,
		.end_column = (uint32_t)l->at + 1,
	};
}

/* The same, the text being the bytes of the line from `text_start` to l->at. */
static void lexer_add_as_is(struct lexer *l, enum token_kind kind, size_t start, size_t text_start)
{
	size_t len = l->at - text_start;
	char *text = memory_new(len + 1);

	memcpy(text, l->s + text_start, len);
	lexer_add(l, kind, start, text, len);
}

/* Length of the well-formed UTF-8 sequence at s, 0 when malformed. Source: RFC 3629 4. */
static size_t utf8_sequence(const unsigned char *s, size_t len)
{
	unsigned char low = 0x80, high = 0xbf; /* what the second byte may be */
	size_t need;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	need = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f; /* no surrogates */
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (need > len || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return need;
}

/* Step over one character of a string or, with `no_controls`, of anything else. */
static int lexer_step(struct lexer *l, bool no_controls)
{
	const unsigned char *s = (const unsigned char *)l->s + l->at;
	size_t n = utf8_sequence(s, l->len - l->at);

	if (!n) {
		diag_set(l->d, EINVAL,
			"byte 0x%02x is not valid UTF-8: save the file as UTF-8, or write \\x%02x"
			" in a \"string\"",
			s[0], s[0]);
		return lexer_refuse(l, l->at);
	}
	if (no_controls && s[0] == '\r') {
		diag_set(l->d, EINVAL,
			"carriage return outside a string: remove it, lines end in a newline");
		return lexer_refuse(l, l->at);
	}
	if (no_controls && s[0] != '\t' && (s[0] < 0x20 || s[0] == 0x7f)) {
		diag_set(l->d, EINVAL,
			"control byte 0x%02x outside a string: remove it, or write \\x%02x in a"
			" \"string\"",
			s[0], s[0]);
		return lexer_refuse(l, l->at);
	}
	l->at += n;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Bytes of the mark at `at`, 0 when there is none. */
static size_t lexer_mark_at(const struct lexer *l, size_t at, enum token_kind *ret_kind)
{
	enum token_kind kind;
	size_t len = 1;

	switch (l->s[at]) {
	case '=':
		if (at + 1 == l->len || l->s[at + 1] != '>')
			return 0;
		kind = TOKEN_ARROW;
		len = 2;
		break;
	case '&':
		kind = TOKEN_BACKGROUND;
		break;
	case '>':
		kind = TOKEN_THEN;
		break;
	case '{':
		kind = TOKEN_OPEN;
		break;
	case '}':
		kind = TOKEN_CLOSE;
		break;
	case ';':
		kind = TOKEN_END;
		break;
	default:
		return 0;
	}
	*ret_kind = kind;
	return len;
}

/* A blank, a mark, or the end of the line. */
static bool lexer_is_gap(const struct lexer *l, size_t at)
{
	enum token_kind kind;

	return at == l->len || is_blank(l->s[at]) || lexer_mark_at(l, at, &kind);
}

static int lexer_word(struct lexer *l)
{
	size_t start = l->at;

	while (!lexer_is_gap(l, l->at) && l->s[l->at] != '"' && l->s[l->at] != '#') {
		int r = lexer_step(l, true);

		if (r < 0)
			return r;
	}
	lexer_add_as_is(l, TOKEN_WORD, start, start);
	return 0;
}

/* Whether the token before a '#' lets an argument follow. */
static bool token_takes_argument(const struct token *last)
{
	return last->kind == TOKEN_WORD || last->kind == TOKEN_STRING ||
		last->kind == TOKEN_SEGMENT || last->kind == TOKEN_ARROW ||
		last->kind == TOKEN_THEN;
}

/* At '#': a segment number, or a comment up to the end of the line. */
static int lexer_hash(struct lexer *l)
{
	const struct token *last = l->list.count ? &l->list.tokens[l->list.count - 1] : NULL;
	size_t start = l->at;
	size_t end = start + 1;

	if (last && last->end_column == start + 1 &&
		(last->kind == TOKEN_WORD || last->kind == TOKEN_STRING)) {
		diag_set(l->d, EINVAL,
			"'#' touches the %s before it: put a blank between them, or put '#' inside"
			" double quotes",
			token_kind_name(last->kind));
		return lexer_refuse(l, start);
	}
	while (end < l->len && l->s[end] >= '0' && l->s[end] <= '9')
		end++;
	if (end > start + 1 && lexer_is_gap(l, end) && last && token_takes_argument(last)) {
		l->at = end;
		lexer_add_as_is(l, TOKEN_SEGMENT, start, start + 1);
		return 0;
	}
	while (l->at < l->len) {
		int r = lexer_step(l, true);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Value of a hexadecimal digit, -1 when it is none. */
static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* \xHH, l->at on the backslash. */
static int lexer_escape_hex(struct lexer *l, struct text *out)
{
	int high = l->len - l->at > 2 ? hex_value(l->s[l->at + 2]) : -1;
	int low = l->len - l->at > 3 ? hex_value(l->s[l->at + 3]) : -1;

	if (high < 0 || low < 0) {
		diag_set(l->d, EINVAL,
			"\\x needs two hexadecimal digits after it: write \\x0a for the byte 10");
		return lexer_refuse(l, l->at);
	}
	text_add(out, &(char){ (char)(high << 4 | low) }, 1);
	l->at += 4;
	return 0;
}

/* \N, \NN or \NNN, l->at on the backslash, a digit after it. */
static int lexer_escape_octal(struct lexer *l, struct text *out)
{
	size_t at = l->at + 1;
	unsigned int value = 0;

	while (at < l->len && at <= l->at + 3 && l->s[at] >= '0' && l->s[at] <= '7')
		value = value * 8 + (unsigned int)(l->s[at++] - '0');
	if (value > 0xff) {
		diag_set(l->d, EINVAL,
			"octal escape \\%o is more than a byte holds: write at most \\377", value);
		return lexer_refuse(l, l->at);
	}
	text_add(out, &(char){ (char)value }, 1);
	l->at = at;
	return 0;
}

/* At a backslash that is not the last byte of the line. */
static int lexer_escape(struct lexer *l, struct text *out)
{
	static const char letters[] = "ntrabfv\\\"'";
	static const char values[] = "\n\t\r\a\b\f\v\\\"'";
	char c = l->s[l->at + 1];
	const char *found = c ? strchr(letters, c) : NULL;

	static_assert(sizeof(letters) == sizeof(values), "a value for each letter");
	if (c == 'x')
		return lexer_escape_hex(l, out);
	if (c >= '0' && c <= '7')
		return lexer_escape_octal(l, out);
	if (!found) {
		char shown[8] = "";

		if (c > 0x20 && c < 0x7f)
			snprintf(shown, sizeof(shown), " \\%c", c);
		diag_set(l->d, EINVAL,
			"unknown escape%s: use one of \\n \\t \\r \\a \\b \\f \\v \\0 \\\\ \\\" \\'"
			" \\xHH \\NNN, or \\\\ for a backslash",
			shown);
		return lexer_refuse(l, l->at);
	}
	text_add(out, &values[found - letters], 1);
	l->at += 2;
	return 0;
}

/* Decode into `out`, past the closing quote; the opening one, at `start`, is behind l->at. */
static int lexer_string_body(struct lexer *l, size_t start, struct text *out)
{
	while (l->at < l->len) {
		size_t from = l->at;
		int r;

		if (l->s[from] == '"') {
			l->at++;
			return 0;
		}
		if (l->s[from] == '\\') {
			if (from + 1 == l->len)
				break;
			r = lexer_escape(l, out);
		} else {
			r = lexer_step(l, false);
			if (r == 0)
				text_add(out, l->s + from, l->at - from);
		}
		if (r < 0)
			return r;
	}
	diag_set(l->d, EINVAL,
		"string is not closed: add the closing \" (a quote inside it is written \\\")");
	return lexer_refuse(l, start);
}

static int lexer_string(struct lexer *l)
{
	struct text decoded = TEXT_EMPTY;
	size_t start = l->at++;
	size_t len;
	int r = lexer_string_body(l, start, &decoded);

	if (r < 0) {
		text_done(&decoded);
		return r;
	}
	len = decoded.len;
	lexer_add(l, TOKEN_STRING, start, text_take(&decoded), len);
	return 0;
}

/* Take one token, blank or comment. Moves l->at forward, or fails. */
static int lexer_next(struct lexer *l)
{
	enum token_kind kind;
	size_t start = l->at;
	size_t mark_len;

	if (is_blank(l->s[start])) {
		l->at++;
		return 0;
	}
	if (l->s[start] == '"')
		return lexer_string(l);
	if (l->s[start] == '#')
		return lexer_hash(l);
	mark_len = lexer_mark_at(l, start, &kind);
	if (!mark_len)
		return lexer_word(l);
	l->at += mark_len;
	lexer_add_as_is(l, kind, start, start);
	return 0;
}

int lexer_line(const char *line, size_t len, const char *file, uint32_t line_no,
	struct token_list *ret_list, struct diag *d)
{
	struct lexer l = { .s = line, .len = len, .file = file, .line_no = line_no, .d = d };

	if (len > LEXER_LINE_MAX) {
		diag_set(d, EINVAL, "line is %zu bytes long, the limit is %d: split it", len,
			LEXER_LINE_MAX);
		return lexer_refuse(&l, LEXER_LINE_MAX);
	}
	while (l.at < l.len) {
		int r = lexer_next(&l);

		if (r < 0) {
			token_list_done(&l.list);
			return r;
		}
	}
	*ret_list = l.list;
	return 0;
}
