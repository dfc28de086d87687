/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file that `submit` writes. A try of the same student at the same exercise that is there already is kept beside it,
 * under a name with a number; any other file is left alone. No file is ever half of one, and none
 * is lost. Blocks on the disk. */
#ifndef LAB_LANGUAGE_HAND_IN_H
#define LAB_LANGUAGE_HAND_IN_H

#include <stdbool.h>

struct diag;
struct exercise;
struct text;

/* Write `text` to `path`. again: what is there is this session's, and is replaced. ret_kept: appended: where the
 * earlier try is now; nothing when there was none. 0, or -errno with d filled: -EEXIST when there is something else. */
int hand_in_write(const char *path, const struct exercise *e, bool again, const struct text *text,
	struct text *ret_kept, struct diag *d);

#endif
