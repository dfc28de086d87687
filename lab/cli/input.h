/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard input that is no terminal, line by line: commands, or answers. Read as it fills, so that a program can
 * talk with the lab, and only while lines are wanted. One thread, on the loop. */
#ifndef LAB_CLI_INPUT_H
#define LAB_CLI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/text.h"

struct input {
	/* A line without its newline; one that is longer than the lexer takes is cut there, its rest is left out. May say
	 * that it wants no more. */
	void (*line)(void *arg, const char *text, size_t len);
	/* Lines are wanted, and there are none any more. Called once. */
	void (*end)(void *arg);
	void *arg;
	/* private */
	uv_poll_t poll;
	bool polled; /* `poll` is open */
	bool wanted, giving, over, told;
	bool cut; /* the rest of a line that was too long is still to come */
	struct text begun; /* not given yet */
};

/* The functions are set by the caller. 0, or -EPERM: it is a file, which epoll(7) has no use for. */
int input_open(struct input *in, uv_loop_t *loop);
/* All there will ever be: instead of input_open(). The text is taken over. */
void input_take(struct input *in, struct text *all);
/* Lines are wanted, or not any more. May call the functions. */
void input_want(struct input *in, bool wanted);
/* Stop reading; the handle is closed when the loop has run. */
void input_close(struct input *in);
/* After that. */
void input_done(struct input *in);

#endif
