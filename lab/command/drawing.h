/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands that draw have in common: the words they take, what the user's terminal can show, and the picture as
 * an event. */
#ifndef LAB_COMMAND_DRAWING_H
#define LAB_COMMAND_DRAWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cmd_call;
struct diag;
struct text;

#define DRAWING_ARGS_MOST 12

/* Words in any order; whatever is no option is a name. */
struct drawing_words {
	bool all, ascii;
	const char *own_name; /* set by the caller: an option only this command has; NULL = none */
	bool own;
	uint64_t after; /* since MARK: the event; 0 = not said */
	const char *names[DRAWING_ARGS_MOST]; /* borrowed, from the statement */
	size_t name_count;
};

/* `ascii` is set too when the terminal shows no other. -EINVAL with d filled. */
int drawing_read_words(struct cmd_call *c, struct drawing_words *w, struct diag *d);
/* The names are none that can be drawn: why, and what was perhaps meant. Returns what the command does. */
int drawing_refuse_names(struct cmd_call *c, const struct drawing_words *w, const struct diag *why,
	struct diag *d);

#endif
