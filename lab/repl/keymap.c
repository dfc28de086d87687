/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/keymap.h"

#include <stdbool.h>
#include <stddef.h>

#include "repl/paste.h"

static int ring(int count, int key)
{
	(void)count;
	(void)key;
	return rl_ding();
}

/* Ctrl-G. */
static int give_up(int count, int key)
{
	rl_clear_message();
	rl_clear_pending_input();
	rl_deactivate_mark();
	return ring(count, key);
}

/* rl_abort() and keys without a function jump (longjmp) to where 8.2 last waited for a key, and when that
 * key came from its own buffer instead of the terminal, as after Ctrl-R Ctrl-X Ctrl-E, the place is gone
 * and the program with it. So no key does: they ring, and so do keyboard macros, whose errors jump too.
 * shadowed: a key without a function is looked up in an outer keymap, and must stay so. */
static void tame(Keymap map, bool shadowed)
{
	static rl_command_func_t *const jump[] = { rl_start_kbd_macro, rl_end_kbd_macro,
		rl_call_last_kbd_macro, rl_print_last_kbd_macro };

	for (int key = 0; key < KEYMAP_SIZE; key++) {
		KEYMAP_ENTRY *entry = &map[key];

		if (key == ANYOTHERKEY || entry->type == ISMACR)
			continue;
		if (entry->type == ISKMAP) {
			Keymap inner = (Keymap)entry->function;

			if (inner)
				tame(inner, shadowed || inner[ANYOTHERKEY].function);
			continue;
		}
		if (entry->function == rl_abort)
			entry->function = give_up;
		if (!entry->function && !shadowed)
			entry->function = ring;
		for (size_t i = 0; i < sizeof(jump) / sizeof(*jump); i++)
			if (entry->function == jump[i])
				entry->function = ring;
	}
}

void keymap_set_up(rl_command_func_t *paste_begins)
{
	static const char *const names[] = { "emacs", "vi-insert", "vi-command" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		Keymap map = rl_get_keymap_by_name(names[i]);

		rl_bind_keyseq_in_map(PASTE_BEGIN, paste_begins, map);
		tame(map, false);
	}
}
