/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of the language -> words with their places. Pure; borrows nothing after it returns; any
 * thread. Knows no verbs: what a word means, and which marks may follow which, is the parser's.
 *
 *   word      anything without blanks or the marks below; may hold : / - . @ % [ ] = ! + ,
 *   "string"  C escapes: \n \t \r \a \b \f \v \0 \\ \" \' \xHH (always two digits) and
 *             \N \NN \NNN (octal, at most \377)
 *   #7        at the place of an argument (after a word, a string, a segment, => or >) and up to a
 *             blank, a mark or the end of the line: segment 7; any other # after a blank or a mark,
 *             or at the start of a line, begins a comment
 *   =>  &  >  {  }  ;   marks of their own (a word may hold = and -, but never > & { } ; # "),
 *             with or without blanks around them: a=>b is a => b
 *
 * Blanks are space and tab.
 */
#ifndef LAB_LANGUAGE_LEXER_H
#define LAB_LANGUAGE_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;

enum token_kind {
	TOKEN_WORD,
	TOKEN_STRING, /* text = decoded bytes, may hold NUL */
	TOKEN_SEGMENT, /* text = the digits after # */
	TOKEN_ARROW, /* => */
	TOKEN_BACKGROUND, /* & */
	TOKEN_THEN, /* > as in `path A > B` */
	TOKEN_OPEN, /* { */
	TOKEN_CLOSE, /* } */
	TOKEN_END, /* ; */
	TOKEN_COUNT,
};

struct token {
	enum token_kind kind;
	char *text; /* owned; decoded, NUL-terminated (may hold NULs for strings) */
	size_t len; /* bytes of text */
	uint32_t line, column; /* 1-based; column counts bytes */
	uint32_t end_column; /* column after its last byte */
};

struct token_list {
	struct token *tokens; /* owned; NULL when count is 0 */
	size_t count;
};

#define LEXER_LINE_MAX 65536 /* bytes; a longer line is refused */

/* Split one line (no newline in it; `len` bytes, borrowed). `file` is for messages: not NULL, may
 * be "". 0, or -EINVAL with a place and a message in d: unclosed string (place: its opening quote),
 * bad escape (place: the backslash), # glued to a word or string, a control byte or NUL outside
 * strings (comments too), invalid UTF-8 anywhere, a line over LEXER_LINE_MAX. Reading stops at the
 * first mistake. On error nothing is left to free and ret_list is untouched. */
int lexer_line(const char *line, size_t len, const char *file, uint32_t line_no,
	struct token_list *ret_list, struct diag *d);

/* Free the tokens; the list is empty afterwards. NULL is fine. */
void token_list_done(struct token_list *list);

/* "word", "string", "segment number", "'=>'" ... for messages. */
const char *token_kind_name(enum token_kind kind);

#endif
