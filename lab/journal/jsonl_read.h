/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal back from the JSON Lines that `tcplab --json` printed. The file is somebody else's text: whatever
 * views take for granted (kinds, causes, numbers that are indices, strings that are there) is checked here, so
 * that a journal that was read is as good as one that was made. One thread. */
#ifndef LAB_JOURNAL_JSONL_READ_H
#define LAB_JOURNAL_JSONL_READ_H

#include <stddef.h>

struct diag;
struct journal;

/* text    lines of JSON, the last one with or without its newline; len bytes of it
 * name    of the file, for messages
 * Keys that are not known are passed over, and so are kinds of events that are not: they become notes, so that
 * the numbers stay. 0 and a journal to be freed by the caller; or -EBADMSG with d filled, place and all: no JSON,
 * another version, a key that is missing or has a value that cannot be. */
int jsonl_read(const char *text, size_t len, const char *name, struct journal **ret_journal,
	struct diag *d);

#endif
