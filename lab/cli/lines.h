/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard input as lines, on the loop: a pipe and a terminal as they fill, so that somebody can talk with the lab;
 * a file at once (epoll has no use for files). Lines wait here until they are taken; when many wait, no more are read. One thread, the loop's. */
#ifndef LAB_CLI_LINES_H
#define LAB_CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/text.h"

struct diag;

struct lines {
	uv_poll_t poll;
	bool polled; /* `poll` is open */
	bool ended; /* nothing more will come than what is in `text` */
	int error; /* errno: why nothing more comes, though there may be more; 0 = none */
	bool cut; /* the rest of a line that was too long is still to come */
	struct text text; /* what was read and not taken */
	void (*ready)(void *arg);
	void *arg;
};

/* l: all zero, or closed, when another lab goes on with what it has not taken.
 * ready: there may be more to take, or the end has come; called from the loop, not for a file, whose end has come when
 * this returns. 0, or -errno with d filled. */
int lines_open(struct lines *l, uv_loop_t *loop, void (*ready)(void *arg), void *arg,
	struct diag *d);
/* Take the next line without its newline, appended to out. False = there is none yet, or none any more. The last one
 * needs no newline; and one that is too long for the lexer is taken as far as it has come, to be refused there, not
 * collected for ever; its rest is left out. */
bool lines_take(struct lines *l, struct text *out);
void lines_close(struct lines *l);
/* After the last loop has ended. */
void lines_done(struct lines *l);

#endif
