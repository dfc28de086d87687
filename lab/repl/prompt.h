/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompt of an interactive lab: lines typed at the terminal become commands of a script, and what
 * happens meanwhile is printed above the line being typed. The prompt itself tells the states of the sockets
 * touched last and what the wire holds (live.h). readline 8.2 in callback mode on a libuv loop.
 *
 * readline keeps its state in globals, so there is one prompt in a process at a time; it owns the
 * terminal on standard input and output, readline's settings and history, and SIGINT, SIGWINCH and
 * SIGTSTP from prompt_open() to `closed`. Only the loop's thread. Never blocks but on the terminal's
 * output. It says nothing itself: errors are told by the script, through the journal.
 *
 * States: editing (the prompt is up, keys go to readline) <-> hidden (a command runs; keys wait in the
 * terminal, unread and not echoed, until the prompt is up again, for a command or an answer) -> over (`ended` was called, nothing is
 * read any more) -> closing. In the first two Ctrl-C works: it clears the line, or stops the waiting. */
#ifndef LAB_REPL_PROMPT_H
#define LAB_REPL_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct diag;
struct prompt;
struct script;
struct world;

struct prompt_options {
	/* Where lines are kept between sessions; NULL = nowhere. Copied. Its folder is made (mode 0700)
	 * when it is missing. A file that cannot be read or written means no history, and is no error. */
	const char *history_file;
	/* There is no prompt for commands: the line is shown while a question waits for its answer. Ctrl-C is somebody
	 * else's, and Ctrl-D: no more answers. */
	bool answers;
	/* The terminal shows styles: bold, dim, colours. Nothing is said by them alone. */
	bool color;
	/* Ctrl-D on an empty line, or the terminal is gone. Called once, from the loop, unless prompt_close()
	 * comes first; may call prompt_close(). */
	void (*ended)(void *arg);
	void *arg;
};

/* Take over the terminal on standard input, and show the prompt unless the script is busy.
 * loop, world, script  borrowed until `closed`
 * -ENOTTY standard input is no terminal    -EBUSY there is a prompt already    or what libuv said */
int prompt_open(struct prompt **ret_prompt, uv_loop_t *loop, struct world *world,
	struct script *script, const struct prompt_options *options, struct diag *d);
/* Give the terminal back as it was and save the history, both before it returns; then close the handles,
 * free `p` and call `closed` (may be NULL) from the loop. */
void prompt_close(struct prompt *p, void (*closed)(void *arg), void *arg);

/* Print lines (borrowed, the last one ended too) above the line being typed, which stays as it is: half
 * typed, wrapped, in the middle of Ctrl-R. While hidden they are just printed. */
void prompt_print(void *prompt, const char *lines, size_t len);

/* The script has become idle or busy, or asks: bring up the prompt (or run the next of several lines that were
 * pasted), or hide it. */
void prompt_ready(struct prompt *p);
/* What it asked was answered, perhaps elsewhere: what is half typed is no answer any more. */
void prompt_settled(struct prompt *p);

#endif
