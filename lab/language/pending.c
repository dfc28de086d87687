/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/pending.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "language/statement.h"
#include "world/process.h"

/* What messages need: texts and the words with their places. */
static struct statement *copy_statement(const struct statement *st)
{
	struct statement *copy = memory_new(sizeof(*copy));
	struct token_list tokens = { 0 };

	*copy = *st;
	tokens.count = st->word_count;
	tokens.tokens = memory_new(tokens.count * sizeof(struct token));
	for (size_t i = 0; i < tokens.count; i++) {
		tokens.tokens[i] = st->words[i];
		tokens.tokens[i].text =
			text_copy(st->words[i].text); /* to its first NUL: for people */
	}
	copy->file = text_copy(st->file);
	copy->text = text_copy(st->text);
	copy->line_text = text_copy(st->line_text);
	copy->comment = NULL;
	copy->tokens = tokens;
	copy->words = tokens.tokens;
	copy->outcome = NULL;
	copy->outcome_count = 0;
	return copy;
}

struct pending *pending_add(struct pending_list *list, struct process *process,
	const struct statement *statement, const struct outcome *outcome, pending_late_fn *late,
	void *arg)
{
	struct pending *p = memory_new(sizeof(*p)), **place = &list->first;

	p->process = process;
	p->statement = copy_statement(statement);
	p->outcome = *outcome;
	p->late = late;
	p->arg = arg;
	p->list = list;
	p->number = ++list->made;
	while (*place)
		place = &(*place)->next;
	*place = p;
	return p;
}

static void pending_free(struct pending *p)
{
	statement_done(p->statement);
	free(p->statement);
	outcome_done(&p->outcome);
	text_done(&p->got);
	free(p);
}

static void pending_remove(struct pending *p)
{
	struct pending **place = &p->list->first;

	while (*place != p) {
		LAB_ASSERT(*place);
		place = &(*place)->next;
	}
	*place = p->next;
	pending_free(p);
}

void pending_done(void *arg, const struct call_outcome *outcome)
{
	struct pending *p = arg;

	p->returned = true;
	p->met = p->any || outcome_met(&p->outcome, outcome);
	outcome_format_got(outcome, &p->got);
	if (p->list->returned)
		p->list->returned(p->list->arg, p, outcome);
	if (!p->left)
		return;
	p->late(p->arg, p);
	pending_remove(p);
}

void pending_leave(struct pending *p)
{
	p->left = true;
	if (p->returned)
		pending_remove(p);
}

size_t pending_count(const struct pending_list *list, const struct process *process)
{
	size_t count = 0;

	for (const struct pending *p = list->first; p; p = p->next)
		count += !p->returned && (!process || p->process == process);
	return count;
}

void pending_forget(struct pending_list *list)
{
	struct pending *next;

	for (struct pending *p = list->first; p; p = next) {
		next = p->next;
		p->returned = p->met = true;
		if (p->left)
			pending_remove(p);
	}
}

void pending_list_done(struct pending_list *list)
{
	while (list->first) {
		struct pending *p = list->first;

		list->first = p->next;
		pending_free(p);
	}
}
