/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The story of a lab as lines of text, as it happens. Reads the journal and nothing else; writes through
 * a sink, so that it serves a prompt, a pipe and a test alike. */
#ifndef LAB_VIEW_CONSOLE_H
#define LAB_VIEW_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct console;
struct journal;

struct console_options {
	bool commands; /* show each command before what it does (a recipe), not at a prompt */
	bool played; /* those of a recipe that is played step by step, which nobody typed */
	/* Show those from this file in any case, behind that name: somebody else has sent them. Borrowed; NULL = there are
	 * none. */
	const char *guest, *guest_name;
	bool story; /* calls, states, segments; else only answers and errors */
	bool color;
	/* Complete lines. error: they say why the lab could not, or what was expected. */
	void (*print)(void *arg, bool error, const char *lines, size_t len);
	void *arg;
};

/* Becomes a reader of `journal` (borrowed) for its lifetime: free the journal first. Never NULL. */
struct console *console_new(struct journal *journal, const struct console_options *options);
/* From here on tell the story, or not. */
void console_set_story(struct console *c, bool story);
/* Nothing more happens for now: print a command that waits for what it does. */
void console_pause(struct console *c, const struct journal *j);
/* Tell a question that waits (EVENT_QUESTION) once more. */
void console_ask_again(struct console *c, const struct journal *j, uint64_t question);
void console_free(struct console *c);

#endif
