/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event as one line of JSON. The schema is in lab/journal/README.md. */
#ifndef LAB_JOURNAL_JSONL_H
#define LAB_JOURNAL_JSONL_H

struct event;
struct text;

#define JSONL_VERSION 1 /* of the schema; raised when a field changes its meaning */

/* Append the line with its newline. */
void jsonl_format(const struct event *event, struct text *line);

#endif
