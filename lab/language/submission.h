/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file a student hands in: JSON, one object a line. The first says of whom and of which exercise it is, then
 * come the turns (transcript.h), the last says that it ends. Each line holds the SHA-256 of the line before it
 * ("chain"), so that a line edited, moved or left out shows. That keeps nobody from making up a whole file: what it
 * says is played again, and only what the kernel then does counts.
 *
 *   {"tcplab":1,"exercise":"exercises/close-wait","digest":"9f...","student":"ada","seed":"77...","kernel":"6.1"}
 *   {"do":"","within_ms":1,"chain":"..."}      what was seen before anything was typed
 *   {"do":"close c","within_ms":3,"chain":"..."}
 *   {"saw":"c ESTABLISHED > FIN-WAIT-1","chain":"..."}
 *   {"wire":"c > a FIN/ACK","chain":"..."}    seen, too; when it is played again it may differ
 *   {"stopped":true,"chain":"..."}            Ctrl-C
 *   {"end":true,"chain":"..."}
 *
 * A file is somebody else's word: it may hold anything, and is refused by the line where it goes wrong. Pure. */
#ifndef LAB_LANGUAGE_SUBMISSION_H
#define LAB_LANGUAGE_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/transcript.h"

struct diag;
struct exercise;
struct text;

#define SUBMISSION_VERSION 1
#define SUBMISSION_MAX (4u << 20) /* bytes */
#define SUBMISSION_LINE_MAX 70000 /* bytes: what a line of the language may be, as JSON */

struct submission {
	char *exercise, *digest, *student, *kernel; /* owned */
	uint64_t seed;
	struct transcript transcript;
};

/* Append it as a file. kernel: release. */
void submission_write(const struct exercise *e, const struct transcript *t, const char *kernel,
	struct text *out);
/* Read one. file: for messages. 0, or -EINVAL with the line in d and nothing to free. */
int submission_read(const char *file, const char *text, size_t len,
	struct submission *ret_submission, struct diag *d);
void submission_done(struct submission *s);
/* Does the first line of a file say that it is of another exercise, by text and by name? What it says is appended then,
 * as it is. len: of the line, without its end. */
bool submission_of_another(const char *line, size_t len, const struct exercise *e,
	struct text *ret_which);

#endif
