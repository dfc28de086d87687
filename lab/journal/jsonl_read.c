/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/jsonl_read.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl_event.h"

/* ---- numbers ---- */

uint64_t jsonl_own_number(const struct jsonl_reader *r, uint64_t told)
{
	size_t low = 0, high = r->run_count;
	const struct jsonl_run *run;
	uint64_t own, end;

	if (!r->run_count)
		return told;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->runs[middle].told <= told)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0;
	run = &r->runs[low - 1];
	own = run->own + (told - run->told);
	end = low < r->run_count ? r->runs[low].own : journal_last(r->journal) + 1;
	return own < end ? own : 0;
}

/* The number that was told for the journal's last event; 0 = it is empty. */
static uint64_t last_told(const struct jsonl_reader *r)
{
	const struct jsonl_run *run = r->run_count ? &r->runs[r->run_count - 1] : NULL;
	uint64_t last = journal_last(r->journal);

	return run ? run->told + (last - run->own) : last;
}

static void add_run(struct jsonl_reader *r, uint64_t told)
{
	/* what came before the first gap */
	size_t first = r->run_count == 0 && journal_last(r->journal) ? 1 : 0;

	r->runs = memory_grow(r->runs, (r->run_count + 1 + first) * sizeof(*r->runs));
	if (first)
		r->runs[r->run_count++] = (struct jsonl_run){ .told = 1, .own = 1 };
	r->runs[r->run_count++] =
		(struct jsonl_run){ .told = told, .own = journal_last(r->journal) + 1 };
}

uint64_t jsonl_reader_missing(const struct jsonl_reader *r)
{
	return last_told(r) - journal_last(r->journal);
}

/* ---- lines ---- */

struct jsonl_reader *jsonl_reader_new(const char *name, bool gaps)
{
	struct jsonl_reader *r = memory_new(sizeof(*r));

	r->name = name;
	r->gaps = gaps;
	r->journal = journal_new_told();
	return r;
}

void jsonl_reader_free(struct jsonl_reader *r)
{
	if (!r)
		return;
	journal_free(r->journal);
	free(r->runs);
	free(r);
}

const struct journal *jsonl_reader_journal(const struct jsonl_reader *r)
{
	return r->journal;
}

struct json_t *jsonl_reader_parse(struct jsonl_reader *r, const char *line, size_t len,
	struct diag *d)
{
	struct text words = TEXT_EMPTY;
	json_error_t error;
	json_t *object;

	r->line++;
	r->diag = d;
	object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	if (!object) {
		text_printable(&words, error.text, strlen(error.text));
		jsonl_refuse(r, "no JSON: %s", text_get(&words));
		text_done(&words);
	} else if (!json_is_object(object)) {
		jsonl_refuse(r, "no event: a line is one JSON object");
		json_decref(object);
		object = NULL;
	}
	return object;
}

int jsonl_reader_take(struct jsonl_reader *r, const struct json_t *object, struct diag *d)
{
	struct event event = { 0 };
	uint64_t last = last_told(r);

	r->diag = d;
	r->object = object;
	jsonl_read_number(r);
	if (!r->failed && (r->no <= last || (r->no != last + 1 && !r->gaps)))
		jsonl_refuse(r, "\"n\" is not %" PRIu64 ": events are missing, or in another order",
			last + 1);
	if (!r->failed)
		jsonl_read_event(r, &event);
	if (!r->failed && r->no != last + 1)
		add_run(r, r->no);
	if (!r->failed)
		journal_add(r->journal, event);
	r->object = NULL;
	return r->failed;
}

int jsonl_reader_line(struct jsonl_reader *r, const char *line, size_t len, struct diag *d)
{
	json_t *object = len ? jsonl_reader_parse(r, line, len, d) : NULL;

	if (object)
		jsonl_reader_take(r, object, d);
	else if (!len)
		r->line++;
	json_decref(object);
	return r->failed;
}

int jsonl_reader_end(struct jsonl_reader *r, struct journal **ret_journal, struct diag *d)
{
	if (!r->failed && !journal_last(r->journal)) {
		r->line = 1;
		r->diag = d;
		jsonl_refuse(r, "no journal: there is no event in it");
	}
	if (r->failed)
		return r->failed;
	*ret_journal = r->journal;
	r->journal = NULL;
	return 0;
}

int jsonl_read(const char *text, size_t len, const char *name, struct journal **ret_journal,
	struct diag *d)
{
	struct jsonl_reader *r = jsonl_reader_new(name, false);
	int failed = 0;

	for (size_t at = 0; at < len && failed == 0;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t length = newline ? (size_t)(newline - text) - at : len - at;

		failed = jsonl_reader_line(r, text + at, length, d);
		at += length + 1;
	}
	failed = jsonl_reader_end(r, ret_journal, d);
	jsonl_reader_free(r);
	return failed;
}
