/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/answer.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "base/sysname.h"
#include "base/text.h"
#include "language/lexer.h"
#include "language/statement.h"
#include "wire/match.h"

/* What may be answered; of a choice, the choices. */
static const char *const legal[] = {
	[ANSWER_STATE] =
		("a state: LISTEN, SYN-SENT, SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2,\n"
		 "CLOSE-WAIT, CLOSING, LAST-ACK, TIME-WAIT or CLOSED"),
	[ANSWER_SEGMENT] = "its flags: syn, syn/ack, ack, data, fin/ack, rst ..., or none",
	[ANSWER_RESULT] = "a number, \"data\", an errno such as EPIPE, blocked, or killed SIGNAL",
	[ANSWER_FATE] = "running, blocked CALL, exited N, or killed SIGNAL",
	[ANSWER_CHOICE] = "the number of one of these",
};
static_assert(sizeof(legal) / sizeof(legal[0]) == ANSWER_KIND_COUNT, "for each kind");

const struct statement *answer_choices(const struct statement_list *block, size_t *ret_count)
{
	size_t first = block->count;

	while (first && strcmp(block->statements[first - 1].words->text, "choice") == 0)
		first--;
	*ret_count = block->count - first;
	return block->statements + first;
}

void answer_format_legal(enum answer_kind kind, const struct statement_list *block,
	struct text *out)
{
	size_t count;
	const struct statement *choices = answer_choices(block, &count);

	if (kind != ANSWER_CHOICE) {
		text_puts(out, legal[kind]);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		text_printf(out, "%s%zu  ", i ? "\n" : "", i + 1);
		text_printable(out, choices[i].words[1].text, choices[i].words[1].len);
	}
}

/* All words as one, with marks[0] for any run of blanks and `marks` inside. Owned. */
static char *join(const struct statement *s, const char *marks)
{
	struct text joined = TEXT_EMPTY;

	for (size_t i = 0; i < s->word_count; i++) {
		for (const char *c = s->words[i].text; *c; c++) {
			bool mark = strchr(marks, *c);

			if (!mark)
				text_add(&joined, c, 1);
			else if (joined.len && joined.s[joined.len - 1] != marks[0])
				text_add(&joined, marks, 1);
		}
		if (joined.len && joined.s[joined.len - 1] != marks[0])
			text_add(&joined, marks, 1);
	}
	if (joined.len)
		joined.s[--joined.len] = '\0'; /* the last mark */
	text_puts(&joined, "");
	return text_take(&joined);
}

static int read_state(const struct statement *s, struct answer *a, struct diag *d)
{
	char *joined = join(s, "-"); /* FIN WAIT 2 */

	a->state = tcp_state_parse(joined);
	free(joined);
	if (a->state != STATE_NONE)
		return 0;
	return diag_set(d, EINVAL,
		"'%.40s' is no TCP state; they are LISTEN, SYN-SENT, SYN-RECEIVED, ESTABLISHED, "
		"FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK, TIME-WAIT, CLOSED",
		s->words->text);
}

static int read_segment(const struct statement *s, struct answer *a, struct diag *d)
{
	char *joined = join(s, "/,+-[]"); /* FIN-ACK, SYN+ACK, [RST, ACK] */
	int r = 0;

	a->none = strcasecmp(joined, "none") == 0 || strcasecmp(joined, "nothing") == 0;
	/* `any` and `tcp` would foretell nothing */
	if (!a->none &&
		(match_parse_word(joined, &a->must) < 0 || !a->must || (a->must & MATCH_TCP)))
		r = diag_set(d, EINVAL, "'%.40s' is no segment; write %s", s->words->text,
			legal[ANSWER_SEGMENT]);
	free(joined);
	return r;
}

/* epipe -> EPIPE */
static void capitalize(const struct token *word)
{
	struct text capitals = TEXT_EMPTY;

	for (const char *c = word->text; *c; c++)
		text_add(&capitals, &(char){ (char)toupper((unsigned char)*c) }, 1);
	if (word->kind == TOKEN_WORD && errno_parse(text_get(&capitals)))
		memcpy(word->text, text_get(&capitals), capitals.len);
	text_done(&capitals);
}

/* As behind =>, also with the -1 of a call that fails before its errno, and the errno in small letters. */
static int read_result(const struct statement *s, bool in_words, struct answer *a, struct diag *d)
{
	struct statement behind = *s;

	if (s->words->kind == TOKEN_WORD && strcmp(s->words->text, "-1") == 0) {
		if (s->word_count == 1)
			return diag_set(d, EINVAL, "-1 says that it fails; with which errno?");
		behind.outcome++;
		behind.outcome_count--;
	}
	capitalize(behind.outcome);
	if (outcome_parse(&behind, in_words, &a->outcome, d) == 0)
		return 0;
	return diag_set(d, EINVAL, "'%.40s' is no result; write %s", s->words->text,
		legal[ANSWER_RESULT]);
}

static int read_fate(const struct statement *s, struct answer *a, struct diag *d)
{
	size_t i = 0;

	for (char *c = s->words->text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (expectation_read_fate(s, &i, &a->fate, d) == 0 && i == s->word_count)
		return 0;
	return diag_set(d, EINVAL, "'%.40s' is no fate of a process; write %s", s->words->text,
		legal[ANSWER_FATE]);
}

/* "2", or what it says. */
static int read_choice(const struct statement *s, const struct statement_list *block,
	const char *text, struct answer *a, struct diag *d)
{
	size_t count;
	const struct statement *choices = answer_choices(block, &count);
	unsigned long number = strspn(s->words->text, "0123456789") == s->words->len
		? strtoul(s->words->text, NULL, 10)
		: 0;

	for (size_t i = 0; i < count && !a->choice; i++) {
		if ((number == i + 1 && s->word_count == 1) ||
			strcasecmp(text, choices[i].words[1].text) == 0)
			a->choice = i + 1;
	}
	if (!a->choice)
		return diag_set(d, EINVAL, "'%.40s' is no choice; write a number from 1 to %zu",
			s->words->text, count);
	a->choice_text = choices[a->choice - 1].words[1].text;
	return 0;
}

/* ---- all of them ---- */

/* Words and strings only. */
static int read_words(const char *text, size_t len, struct token_list *tokens, struct diag *d)
{
	int r = lexer_line(text, len, "", 1, tokens, d);

	if (r < 0)
		return r;
	for (size_t i = 0; i < tokens->count && r == 0; i++) {
		if (tokens->tokens[i].kind > TOKEN_STRING)
			r = diag_set(d, EINVAL, "an answer is words, without %s",
				token_kind_name(tokens->tokens[i].kind));
	}
	if (tokens->count == 0) /* a comment */
		r = diag_set(d, EINVAL, "that says nothing");
	if (r < 0)
		token_list_done(tokens);
	return r;
}

int answer_parse(enum answer_kind kind, bool in_words, const struct statement_list *block,
	const char *text, size_t len, struct answer *ret_answer, struct diag *d)
{
	struct answer a = { .kind = kind };
	struct text copy = TEXT_EMPTY;
	struct statement s = { .file = (char *)(uintptr_t) "" };
	int r = read_words(text, len, &s.tokens, d);

	if (r < 0)
		return r;
	s.words = s.outcome = s.tokens.tokens;
	s.word_count = s.outcome_count = s.tokens.count;
	for (; len && strchr(" \t", text[0]); len--)
		text++;
	while (len && strchr(" \t", text[len - 1])) /* Tab leaves one */
		len--;
	text_add(&copy, text, len);
	switch (kind) {
	case ANSWER_STATE:
		r = read_state(&s, &a, d);
		break;
	case ANSWER_SEGMENT:
		r = read_segment(&s, &a, d);
		break;
	case ANSWER_RESULT:
		r = read_result(&s, in_words, &a, d);
		break;
	case ANSWER_FATE:
		r = read_fate(&s, &a, d);
		break;
	default:
		r = read_choice(&s, block, text_get(&copy), &a, d);
	}
	text_done(&copy);
	token_list_done(&s.tokens);
	if (r == 0)
		*ret_answer = a;
	return r;
}

void answer_done(struct answer *a)
{
	if (a->kind == ANSWER_RESULT)
		outcome_done(&a->outcome);
	*a = (struct answer){ 0 };
}

void answer_format(const struct answer *a, struct text *out)
{
	switch (a->kind) {
	case ANSWER_STATE:
		text_puts(out, tcp_state_name(a->state));
		break;
	case ANSWER_SEGMENT:
		if (a->none)
			text_puts(out, "none");
		else
			match_format(&(struct match){ .must = a->must }, out);
		break;
	case ANSWER_RESULT:
		outcome_format(&a->outcome, out);
		break;
	case ANSWER_FATE:
		expectation_format_fate(&a->fate, out);
		break;
	default:
		text_printable(out, a->choice_text, strlen(a->choice_text));
	}
}
