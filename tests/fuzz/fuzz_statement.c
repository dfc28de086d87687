/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a script: its statements must lie in it, in order, each word at a place of its
 * line; a refusal must name a place in it. And whatever stands after '=>' must be an outcome or
 * be refused. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "language/claim.h"
#include "language/outcome.h"
#include "language/statement.h"

#define FIRST_LINE 10

static void check_claim(void *arg, const struct statement *claim)
{
	(void)arg;
	LAB_ASSERT(claim->word_count == 3 && claim_is_id(claim->words[1].text));
	claim_looks_back(claim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_words(const struct statement *s)
{
	const struct token *first = s->tokens.tokens, *end = first + s->tokens.count;

	LAB_ASSERT(s->words == first && s->word_count >= 1);
	LAB_ASSERT(first->kind == TOKEN_WORD && first->len > 0);
	LAB_ASSERT(s->words + s->word_count <= end);
	LAB_ASSERT(!s->outcome == !s->outcome_count);
	if (s->outcome)
		LAB_ASSERT(s->outcome == s->words + s->word_count + 1);
	LAB_ASSERT(s->word_count + (s->outcome ? s->outcome_count + 1 : 0) + s->background ==
		s->tokens.count);
	for (const struct token *t = first; t < end; t++)
		LAB_ASSERT(t->line == s->line && t->column < t->end_column);
}

static void check_outcome(const struct statement *s)
{
	struct text out = TEXT_EMPTY;
	struct outcome outcome;
	struct diag d = { 0 };

	if (outcome_parse(s, true, &outcome, &d) < 0) {
		LAB_ASSERT(s->outcome && d.line == s->line && d.message[0]);
		LAB_ASSERT(d.column >= s->outcome->column);
		return;
	}
	LAB_ASSERT(s->outcome || outcome.kind == OUTCOME_SUCCESS);
	outcome_format(&outcome, &out);
	LAB_ASSERT(out.len);
	text_done(&out);
	outcome_done(&outcome);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct statement_list list = { 0 };
	struct diag d = { 0 };
	uint32_t line = FIRST_LINE, last = FIRST_LINE;

	for (size_t i = 0; i < size; i++)
		last += data[i] == '\n';
	if (statement_parse_all((const char *)data, size, "fuzz", FIRST_LINE, &list, &d) < 0) {
		LAB_ASSERT(!list.statements && d.message[0]);
		LAB_ASSERT(d.line >= FIRST_LINE && d.line <= last);
		LAB_ASSERT(d.column >= 1 && d.column <= size);
		return 0;
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct statement *s = &list.statements[i];

		LAB_ASSERT(s->line >= line && s->line <= last);
		line = s->line;
		LAB_ASSERT(strncmp(s->text, s->line_text + s->words->column - 1, strlen(s->text)) ==
			0);
		check_words(s);
		check_outcome(s);
	}
	if (claim_check(&list, &d) == 0)
		claim_each(&list, check_claim, NULL);
	statement_list_done(&list);
	return 0;
}
