/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal on standard input in the mode that the prompt needs (prompt.c and keys.h tell why): read(2) returns at once. */
#ifndef LAB_REPL_TERMINAL_H
#define LAB_REPL_TERMINAL_H

#include <stdbool.h>

/* brackets: ask it to mark what is pasted. After rl_initialize(). */
void terminal_take(bool brackets);
/* As it was before. */
void terminal_release(bool brackets);
/* What was typed and not read is gone. */
void terminal_forget(void);

#endif
