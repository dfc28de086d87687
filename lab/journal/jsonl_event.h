/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event from one line of JSON Lines: for jsonl_read.c alone. Whatever views take for granted is checked
 * here. One thread. */
#ifndef LAB_JOURNAL_JSONL_EVENT_H
#define LAB_JOURNAL_JSONL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct event;
struct journal;
struct json_t;

/* Where a row of numbers without gaps begins: the number told, and that in the journal. */
struct jsonl_run {
	uint64_t told, own;
};

/* What has been read so far, and the line that is. The first thing wrong with it is what is told; all later reading
 * gives zeros. */
struct jsonl_reader {
	const char *name; /* borrowed, of the file */
	uint32_t line;
	const struct json_t *object; /* borrowed: the line */
	uint64_t no; /* of the event, as told */
	struct journal *journal; /* owned: the events before */
	bool gaps; /* events may be missing */
	struct jsonl_run *runs; /* owned; none while no event is missing */
	size_t run_count;
	struct diag *diag; /* borrowed */
	int failed; /* 0 or -errno */
};

__attribute__((format(printf, 2, 3))) void jsonl_refuse(struct jsonl_reader *r, const char *format,
	...);
/* "n" and "v". */
void jsonl_read_number(struct jsonl_reader *r);
/* All of it but its number. Strings are borrowed from the line. */
void jsonl_read_event(struct jsonl_reader *r, struct event *event);
/* The number in the journal of the event that was told under this one; 0 = it is missing. */
uint64_t jsonl_own_number(const struct jsonl_reader *r, uint64_t told);

#endif
