/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/claim_book.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "language/claim.h"
#include "language/statement.h"

/* A claim of one recipe. */
struct entry {
	char *id, *statement; /* owned, as are those below */
	const char *recipe_name; /* borrowed */
	size_t recipe;
	uint32_t line;
	bool taken; /* its end was seen */
	enum claim_verdict verdict;
	char *evidence, *differs;
	const char *why; /* borrowed */
};

struct claim_book {
	struct entry *entries; /* owned */
	size_t count;
	char **selected; /* owned, each too; none = all count */
	size_t selected_count;
	/* the last answer, borrowed by the caller */
	struct finding *findings; /* owned */
	struct finding_test *tests; /* owned: one for each entry, sorted */
};

struct claim_book *claim_book_new(void)
{
	return memory_new(sizeof(struct claim_book));
}

void claim_book_free(struct claim_book *book)
{
	if (!book)
		return;
	for (size_t i = 0; i < book->count; i++) {
		free(book->entries[i].id);
		free(book->entries[i].statement);
		free(book->entries[i].evidence);
		free(book->entries[i].differs);
	}
	for (size_t i = 0; i < book->selected_count; i++)
		free(book->selected[i]);
	free(book->entries);
	free(book->selected);
	free(book->findings);
	free(book->tests);
	free(book);
}

static char *printable(const char *string, size_t len)
{
	struct text text = TEXT_EMPTY;

	text_printable(&text, string, len);
	return text_take(&text);
}

/* ---- what there is ---- */

static struct entry *add_entry(struct claim_book *book)
{
	book->entries = memory_grow(book->entries, (book->count + 1) * sizeof(*book->entries));
	book->entries[book->count] = (struct entry){ .verdict = CLAIM_UNTESTED };
	return &book->entries[book->count++];
}

struct entering {
	struct claim_book *book;
	const char *name;
	size_t recipe, count;
};

static void enter_claim(void *arg, const struct statement *claim)
{
	struct entering *e = arg;
	struct entry *entry = add_entry(e->book);

	entry->id = text_copy(claim->words[1].text);
	entry->statement = printable(claim->words[2].text, claim->words[2].len);
	entry->recipe = e->recipe;
	entry->recipe_name = e->name;
	entry->line = claim->line;
	e->count++;
}

size_t claim_book_enter(struct claim_book *book, size_t recipe, const char *name,
	const struct statement_list *list)
{
	struct entering e = { .book = book, .name = name, .recipe = recipe };

	claim_each(list, enter_claim, &e);
	return e.count;
}

void claim_book_select(struct claim_book *book, const char *id)
{
	book->selected = memory_grow(book->selected, (book->selected_count + 1) * sizeof(char *));
	book->selected[book->selected_count++] = text_copy(id);
}

bool claim_book_knows(const struct claim_book *book, const char *id)
{
	for (size_t i = 0; i < book->count; i++) {
		if (strcmp(book->entries[i].id, id) == 0)
			return true;
	}
	return false;
}

const char *claim_book_nearest(const struct claim_book *book, const char *id)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < book->count; i++) {
		size_t distance = text_distance(id, book->entries[i].id);

		if (distance < best) {
			best = distance;
			nearest = book->entries[i].id;
		}
	}
	return nearest;
}

static bool counts(const struct claim_book *book, const struct entry *entry)
{
	for (size_t i = 0; i < book->selected_count; i++) {
		if (strcmp(book->selected[i], entry->id) == 0)
			return true;
	}
	return book->selected_count == 0;
}

bool claim_book_needs(const struct claim_book *book, size_t recipe)
{
	for (size_t i = 0; i < book->count; i++) {
		if (book->entries[i].recipe == recipe && counts(book, &book->entries[i]))
			return true;
	}
	return false;
}

/* ---- what came of it ---- */

static char *copy_of(const json_t *event, const char *key)
{
	const char *value = json_string_value(json_object_get(event, key));

	return value ? printable(value, strlen(value)) : NULL;
}

static enum claim_verdict verdict_of(const json_t *event)
{
	const char *name = json_string_value(json_object_get(event, "verdict"));
	enum claim_verdict v = CLAIM_HOLDS;

	while (v < CLAIM_UNTESTED && (!name || strcmp(claim_verdict_name(v), name) != 0))
		v++;
	return v;
}

static struct entry *find_entry(struct claim_book *book, size_t recipe, const char *id,
	uint32_t line)
{
	for (size_t i = 0; i < book->count; i++) {
		struct entry *e = &book->entries[i];

		if (e->recipe == recipe && e->line == line && strcmp(e->id, id) == 0)
			return e;
	}
	return NULL; /* it stands in a file that the recipe includes: the recipes there count it */
}

static void take_event(struct entry *entry, const json_t *event)
{
	enum claim_verdict verdict = verdict_of(event);

	if (entry->taken && entry->verdict != verdict && entry->verdict != CLAIM_UNTESTED) {
		entry->verdict = CLAIM_FAILED;
		entry->why = "not the same in each round";
		return;
	}
	entry->taken = true;
	entry->verdict = verdict;
	free(entry->evidence);
	free(entry->differs);
	entry->evidence = copy_of(event, "evidence");
	entry->differs = copy_of(event, "differs");
}

void claim_book_take(struct claim_book *book, size_t recipe, const char *line, size_t len)
{
	static const char sign[] = "\"type\":\"claim\"";
	json_t *event;
	const char *id, *type;
	struct entry *entry;

	if (!memmem(line, len, sign, strlen(sign))) /* nearly all lines: spare the parser */
		return;
	event = json_loadb(line, len, 0, NULL);
	type = json_string_value(json_object_get(event, "type"));
	id = json_string_value(json_object_get(event, "subject"));
	if (type && strcmp(type, "claim") == 0 && id) {
		entry = find_entry(book, recipe, id,
			(uint32_t)json_integer_value(json_object_get(event, "line")));
		if (entry)
			take_event(entry, event);
	}
	json_decref(event);
}

void claim_book_fail(struct claim_book *book, size_t recipe, const char *why)
{
	for (size_t i = 0; i < book->count; i++) {
		struct entry *e = &book->entries[i];

		if (e->recipe != recipe)
			continue;
		e->verdict = CLAIM_FAILED;
		e->why = why;
		free(e->differs);
		e->differs = NULL;
	}
}

/* ---- what follows ---- */

/* A2 before A10, the recipes of one in the order they were entered. */
static int by_id(const void *left, const void *right)
{
	const struct entry *const *a = left, *const *b = right;
	unsigned long number_a = strtoul((*a)->id + 1, NULL, 10);
	unsigned long number_b = strtoul((*b)->id + 1, NULL, 10);

	if ((*a)->id[0] != (*b)->id[0])
		return (*a)->id[0] < (*b)->id[0] ? -1 : 1;
	if (number_a != number_b)
		return number_a < number_b ? -1 : 1;
	return *a < *b ? -1 : 1;
}

/* All tests must agree; those that were left out have no say. */
static void conclude(struct finding *f)
{
	f->verdict = CLAIM_UNTESTED;
	for (size_t i = 0; i < f->test_count; i++) {
		enum claim_verdict verdict = f->tests[i].verdict;

		if (verdict == CLAIM_UNTESTED || verdict == f->verdict)
			continue;
		if (verdict == CLAIM_FAILED || f->verdict == CLAIM_UNTESTED) {
			f->disagree = f->disagree && verdict != CLAIM_FAILED;
			f->verdict = verdict;
		} else if (f->verdict != CLAIM_FAILED) {
			f->verdict = CLAIM_FAILED;
			f->disagree = true;
		}
	}
}

const struct finding *claim_book_findings(struct claim_book *book, size_t *ret_count)
{
	struct entry **sorted = memory_new((book->count + 1) * sizeof(struct entry *));
	size_t kept = 0, count = 0;

	free(book->findings);
	free(book->tests);
	book->findings = memory_new((book->count + 1) * sizeof(*book->findings));
	book->tests = memory_new((book->count + 1) * sizeof(*book->tests));
	for (size_t i = 0; i < book->count; i++) {
		if (counts(book, &book->entries[i]))
			sorted[kept++] = &book->entries[i];
	}
	qsort(sorted, kept, sizeof(struct entry *), by_id);
	for (size_t i = 0; i < kept; i++) {
		const struct entry *e = sorted[i];

		book->tests[i] = (struct finding_test){ .recipe = e->recipe_name,
			.line = e->line,
			.verdict = e->verdict,
			.evidence = e->evidence,
			.differs = e->differs,
			.why = e->why };
		if (i == 0 || strcmp(sorted[i - 1]->id, e->id) != 0)
			book->findings[count++] = (struct finding){ .id = e->id,
				.statement = e->statement,
				.tests = &book->tests[i] };
		book->findings[count - 1].test_count++;
	}
	for (size_t i = 0; i < count; i++)
		conclude(&book->findings[i]);
	free(sorted);
	*ret_count = count;
	return book->findings;
}
