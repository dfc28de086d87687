/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes over the line as HTTP: the head of every answer, with what a browser is told not to do with it. Any thread. */
#ifndef LAB_SERVE_ANSWER_H
#define LAB_SERVE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct text;

#define ANSWER_STREAM ((size_t)-1) /* as a length: it goes on until the connection ends */

/* status: 200, 204, 303, 403 ...; type: Content-Type; NULL with len 0. extra: more lines, each ended by CR LF; NULL = none.
 * Appended, with the empty line that ends it. */
void answer_head(int status, const char *type, size_t len, const char *extra, struct text *out);
/* A whole answer that says, on a page of its own, why there is no other. */
void answer_refusal(int status, const char *title, const char *words, struct text *out);

#endif
