/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal back from the JSON Lines that `tcplab --json` printed, whole or line by line as they come. They are
 * somebody else's text: whatever views take for granted (kinds, causes, numbers that are indices, strings that are
 * there) is checked here, so that a journal that was read is as good as one that was made. One thread. */
#ifndef LAB_JOURNAL_JSONL_READ_H
#define LAB_JOURNAL_JSONL_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct journal;
struct json_t;
struct jsonl_reader;

/* text    lines of JSON, the last one with or without its newline; len bytes of it
 * name    of the file, for messages
 * Keys that are not known are passed over, and so are kinds of events that are not: they become notes, so that
 * the numbers stay. 0 and a journal to be freed by the caller; or -EBADMSG with d filled, place and all: no JSON,
 * another version, a key that is missing or has a value that cannot be. */
int jsonl_read(const char *text, size_t len, const char *name, struct journal **ret_journal,
	struct diag *d);

/* Line by line. name: borrowed. gaps: events may be left out between one line and the next; the journal numbers
 * those that came, and what is said of the others is as if nobody knew it. Never NULL. */
struct jsonl_reader *jsonl_reader_new(const char *name, bool gaps);
void jsonl_reader_free(struct jsonl_reader *r);
/* The JSON object of the next line, to be given back with json_decref(); NULL with d filled. */
struct json_t *jsonl_reader_parse(struct jsonl_reader *r, const char *line, size_t len,
	struct diag *d);
/* Take in the event in it. 0, or -EBADMSG with d filled. */
int jsonl_reader_take(struct jsonl_reader *r, const struct json_t *object, struct diag *d);
/* Both in one, for who needs nothing else of the line; an empty one is none. */
int jsonl_reader_line(struct jsonl_reader *r, const char *line, size_t len, struct diag *d);
/* After the last line: a journal to be freed by the caller. 0, or what was wrong with the first line that was, or
 * -EBADMSG with d filled: there is no event. */
int jsonl_reader_end(struct jsonl_reader *r, struct journal **ret_journal, struct diag *d);
/* What has come so far; borrowed. */
const struct journal *jsonl_reader_journal(const struct jsonl_reader *r);
/* How many events before the last one were left out. */
uint64_t jsonl_reader_missing(const struct jsonl_reader *r);

#endif
