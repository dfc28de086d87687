/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/claim.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/statement.h"

#define ID_DIGITS_MOST 3

struct claim {
	const struct statement *statement; /* borrowed */
	uint64_t event;
	uint64_t outer_mark;
	struct text evidence; /* parts with "; " between them */
	size_t last; /* where the last part begins */
	char *differs; /* owned; NULL = it holds */
	bool asked; /* something was put to the kernel */
	bool failed;
	bool left; /* it will not come to its end */
	struct claim *outer; /* owned */
};

/* ---- before it runs ---- */

static bool is_verb(const struct statement *s, const char *verb)
{
	return strcmp(s->words->text, verb) == 0;
}

bool claim_is_id(const char *text)
{
	size_t digits = text[0] ? strspn(text + 1, "0123456789") : 0;

	return isupper((unsigned char)text[0]) && digits && digits <= ID_DIGITS_MOST &&
		text[1] != '0' && !text[1 + digits];
}

/* Of its own, not of a claim inside it. */
static bool expects_something(const struct statement_list *block)
{
	for (size_t i = 0; i < block->count; i++) {
		const struct statement *s = &block->statements[i];

		if (is_verb(s, "expect") || is_verb(s, "until") || s->outcome)
			return true;
		if (!is_verb(s, "claim") && expects_something(&s->block))
			return true;
	}
	return false;
}

static int check_claim(const struct statement *s, struct diag *d)
{
	const struct token *id = &s->words[1], *text = &s->words[2];

	if (s->word_count != 3)
		return statement_error(s, NULL, d,
			"a claim has a name and a sentence: claim A1 \"...\" {");
	if (id->kind != TOKEN_WORD || !claim_is_id(id->text))
		return statement_error(s, id, d,
			"'%.40s' is no name for a claim: a letter and a number, as A1 or C12",
			id->text);
	if (text->kind != TOKEN_STRING || !text->len || memchr(text->text, '\n', text->len))
		return statement_error(s, text, d,
			"the claim itself belongs here, a sentence: claim %s \"...\" {", id->text);
	if (!expects_something(&s->block))
		return statement_error(s, NULL, d,
			"a claim needs an expectation: nothing is tested");
	return 0;
}

static int check_list(const struct statement_list *list, bool of_claim, struct diag *d)
{
	int r = 0;

	for (size_t i = 0; i < list->count && r == 0; i++) {
		const struct statement *s = &list->statements[i];
		bool claims = is_verb(s, "claim");

		if (claims)
			r = check_claim(s, d);
		else if (is_verb(s, "differs") && (!of_claim || i + 1 < list->count))
			r = statement_error(s, NULL, d,
				"'differs' is the last command of a claim's block");
		if (r == 0)
			r = check_list(&s->block, claims, d);
	}
	return r;
}

int claim_check(const struct statement_list *list, struct diag *d)
{
	return check_list(list, false, d);
}

void claim_each(const struct statement_list *list, claim_each_fn *each, void *arg)
{
	for (size_t i = 0; i < list->count; i++) {
		if (is_verb(&list->statements[i], "claim"))
			each(arg, &list->statements[i]);
		claim_each(&list->statements[i].block, each, arg);
	}
}

static char *veiled_text(const struct statement *s)
{
	struct text shown = TEXT_EMPTY;

	text_printf(&shown, "claim %s ...", s->words[1].text);
	return text_take(&shown);
}

static void veil(struct statement *s)
{
	free(s->text);
	s->text = veiled_text(s);
}

static bool is_veiled(const struct statement *s)
{
	char *veiled = veiled_text(s);
	bool is = strcmp(s->text, veiled) == 0;

	free(veiled);
	return is;
}

/* asks: there is a question behind the list. Returns whether there is one in it or behind it. */
static bool veil_all(struct statement_list *list, bool asks)
{
	for (size_t i = list->count; i-- > 0;) {
		struct statement *s = &list->statements[i];

		asks = veil_all(&s->block, asks) || is_verb(s, "predict");
		if (asks && is_verb(s, "claim"))
			veil(s);
	}
	return asks;
}

void claim_veil(struct statement_list *list)
{
	veil_all(list, false);
}

static bool does_nothing(const struct statement *s)
{
	if (is_verb(s, "slow"))
		return claim_looks_back(s);
	return is_verb(s, "expect") || is_verb(s, "say") || is_verb(s, "differs");
}

bool claim_looks_back(const struct statement *s)
{
	for (size_t i = 0; i < s->block.count; i++) {
		if (!does_nothing(&s->block.statements[i]))
			return false;
	}
	return true;
}

/* ---- while it runs ---- */

void claim_begin(struct claim_stack *stack, const struct statement *s, uint64_t event,
	uint64_t mark)
{
	struct claim *c = memory_new(sizeof(*c));

	*c = (struct claim){ .statement = s,
		.event = event,
		.outer_mark = mark,
		.outer = stack->innermost };
	stack->innermost = c;
}

bool claim_is_open(const struct claim_stack *stack, const struct statement *s)
{
	return stack->innermost && stack->innermost->statement == s;
}

static void add_part(struct claim *c, const char *part)
{
	if (c->evidence.len && strcmp(text_get(&c->evidence) + c->last, part) == 0)
		return; /* asked again, and it still is so */
	text_puts(&c->evidence, c->evidence.len ? "; " : "");
	c->last = c->evidence.len;
	text_puts(&c->evidence, part);
}

void claim_saw(struct claim_stack *stack, const char *seen)
{
	if (!stack->innermost)
		return;
	stack->innermost->asked = true;
	add_part(stack->innermost, seen);
}

void claim_saw_call(struct claim_stack *stack, const struct statement *s, const char *got)
{
	struct text part = TEXT_EMPTY;

	if (!stack->innermost)
		return;
	/* what is sent tells nothing that what comes of it does not */
	for (size_t i = 0; i < s->word_count && s->words[i].kind != TOKEN_STRING; i++)
		text_printf(&part, "%s%s", i ? " " : "", s->words[i].text);
	text_printf(&part, " => %s", got);
	claim_saw(stack, text_get(&part));
	text_done(&part);
}

void claim_differs(struct claim_stack *stack, const char *what)
{
	if (!stack->innermost)
		return;
	free(stack->innermost->differs);
	stack->innermost->differs = text_copy(what);
}

void claim_fail(struct claim_stack *stack, const char *expected, const char *seen)
{
	struct text part = TEXT_EMPTY;

	for (struct claim *c = stack->innermost; c; c = c->outer)
		c->failed = true;
	if (!stack->innermost || !seen)
		return;
	text_printf(&part, "expected %s, seen %s", expected, seen);
	add_part(stack->innermost, text_get(&part));
	text_done(&part);
}

static void pop(struct claim_stack *stack)
{
	struct claim *c = stack->innermost;

	stack->innermost = c->outer;
	text_done(&c->evidence);
	free(c->differs);
	free(c);
}

uint64_t claim_end(struct claim_stack *stack, struct journal *j)
{
	const struct claim *c = stack->innermost;
	const struct statement *s = c->statement;
	uint64_t mark = c->outer ? c->outer_mark : 0;
	enum claim_verdict verdict = CLAIM_HOLDS;
	struct text text = TEXT_EMPTY;

	if (c->failed)
		verdict = CLAIM_FAILED;
	else if (!c->asked || c->left)
		verdict = CLAIM_UNTESTED;
	else if (c->differs)
		verdict = CLAIM_DIFFERS;
	if (c->left && !c->failed && is_veiled(s))
		text_puts(&text, "...");
	else
		text_printable(&text, s->words[2].text, s->words[2].len);
	journal_add(j,
		(struct event){ .kind = EVENT_CLAIM,
			.cause = c->event,
			.subject = s->words[1].text,
			.text = text_get(&text),
			.host = c->evidence.len ? text_get(&c->evidence) : NULL,
			.process = verdict == CLAIM_DIFFERS ? c->differs : NULL,
			.claim = { .line = s->line,
				.column = s->words->column,
				.verdict = verdict } });
	text_done(&text);
	pop(stack);
	return mark;
}

/* What was seen of it so far says nothing of what it states, and may say what was about to be asked. */
static void leave(struct claim *c)
{
	c->left = true;
	if (c->failed)
		return;
	text_clear(&c->evidence);
	text_puts(&c->evidence, "it was left before its end");
}

void claim_end_all(struct claim_stack *stack, struct journal *j)
{
	while (stack->innermost) {
		leave(stack->innermost);
		claim_end(stack, j);
	}
}

void claim_stack_done(struct claim_stack *stack)
{
	while (stack->innermost)
		pop(stack);
}
