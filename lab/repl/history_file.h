/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of earlier sessions: between readline's history list (a global, see prompt.h) and a file.
 * A file that cannot be read or written means no history, and is no error. Same thread as readline. */
#ifndef LAB_REPL_HISTORY_FILE_H
#define LAB_REPL_HISTORY_FILE_H

#include <stddef.h>

#define HISTORY_LINES_MAX 5000 /* kept in the list and in the file */

/* Where it is: $XDG_STATE_HOME/tcplab/history, or below $HOME. Owned by the caller; NULL: neither is there. */
char *history_file_path(void);
/* Fill the (then otherwise empty) list from the file; path NULL = from nowhere. */
void history_file_load(const char *path);
/* Append one line (`len` bytes, no newline in it) to the list. Returns the lines appended: 0 when it is
 * the line before once more. */
size_t history_file_add(const char *line, size_t len);
/* Append the last `added` lines of the list to the file, so that two sessions at a time lose nothing,
 * and cut it to the newest HISTORY_LINES_MAX. Makes the file (0600) and its folders (0700).
 * That it cannot is told on standard error. */
void history_file_save(const char *path, size_t added);

#endif
