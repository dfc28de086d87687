/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/keys.h"

#include <stdio.h> /* readline.h does not include what it needs */
#include <readline/readline.h>
#include <unistd.h>

#include "repl/keymap.h"
#include "repl/screen.h"

#define PASTE_AT_ONCE 4096 /* bytes, before the rest of the lab gets its turn */

/* readline's functions carry no argument. */
static struct keys *active;

/* The next byte, or -1 when there is none. One at a time: what readline does not take stays in the
 * terminal, for after the command. */
static int read_key(void)
{
	unsigned char c;

	return read(STDIN_FILENO, &c, 1) == 1 ? c : -1;
}

static int on_getc(FILE *stream)
{
	int key = active->key >= 0 ? active->key : read_key();

	(void)stream;
	screen_before_key(active->screen);
	active->key = -1;
	active->starved = key < 0;
	return key >= 0 ? key : EOF;
}

static int on_paste_begin(int count, int key)
{
	(void)count;
	(void)key;
	active->pasting = true;
	paste_begin(&active->paste);
	return 0;
}

static void finish_paste(struct keys *k)
{
	const char *text = paste_get(&k->paste);

	k->pasting = false;
	if (text)
		rl_insert_text(text);
	else
		rl_ding(); /* too much */
	rl_redisplay_function();
	paste_done(&k->paste);
}

static void read_paste(struct keys *k)
{
	for (int i = 0; i < PASTE_AT_ONCE && k->key >= 0; i++) {
		char c = (char)k->key;

		k->key = -1;
		if (paste_add(&k->paste, c)) {
			finish_paste(k);
			return;
		}
		k->key = read_key();
	}
}

void keys_read(struct keys *k)
{
	if (k->key < 0)
		k->key = read_key();
	while (k->key >= 0 && k->screen->shown) { /* none: what was there went with a Ctrl-C */
		if (k->pasting) {
			read_paste(k);
			return;
		}
		rl_callback_read_char();
	}
}

bool keys_starved(const struct keys *k)
{
	return k->starved;
}

void keys_forget(struct keys *k)
{
	k->pasting = false;
	k->key = -1;
}

void keys_init(struct keys *k, struct screen *screen)
{
	*k = (struct keys){ .screen = screen, .key = -1 };
}

void keys_set_up(struct keys *k)
{
	active = k;
	rl_getc_function = on_getc;
	keymap_set_up(on_paste_begin);
}

void keys_done(struct keys *k)
{
	paste_done(&k->paste);
	active = NULL;
}
