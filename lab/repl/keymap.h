/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the keys of readline do here otherwise than everywhere. */
#ifndef LAB_REPL_KEYMAP_H
#define LAB_REPL_KEYMAP_H

#include <stdio.h> /* readline.h does not include what it needs */
#include <readline/readline.h>

/* In all keymaps: have `paste_begins` called at PASTE_BEGIN, and take away what can end the program, see
 * keymap.c. After rl_initialize(), which reads ~/.inputrc. */
void keymap_set_up(rl_command_func_t *paste_begins);

#endif
