/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event as one line of JSON. The schema is in lab/journal/README.md. */
#ifndef LAB_JOURNAL_JSONL_H
#define LAB_JOURNAL_JSONL_H

struct event;

#define JSONL_VERSION 1 /* of the schema; raised when a field changes its meaning */

/* The line with its newline; the caller frees it. */
char *jsonl_format(const struct event *event);

#endif
