/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines that were entered, one or many at once, and wait to be run one by one. Pure. */
#ifndef LAB_REPL_TYPED_H
#define LAB_REPL_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct typed {
	struct text lines;
	size_t at; /* where the next one begins */
};

bool typed_is_blank(const char *line, size_t len);
void typed_add(struct typed *t, const char *lines);
/* Was one taken, and may there be more? */
bool typed_begun(const struct typed *t);
/* The next line that is not blank, without its newline and without a prompt copied along with it. Borrowed
 * until the next typed_add(). False = there is none. */
bool typed_take(struct typed *t, const char **ret_line, size_t *ret_len);
void typed_done(struct typed *t);

#endif
