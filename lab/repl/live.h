/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the prompt says of the lab: how many goals of an exercise are met, the states of the sockets touched last and how many segments the wire
 * holds. Read from the journal and from nothing else; pure. The journal's thread. */
#ifndef LAB_REPL_LIVE_H
#define LAB_REPL_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;
struct text;

#define LIVE_PLAIN "tcplab> " /* when there is nothing to say */
#define LIVE_TOLD                                                                                  \
	"> " /* no prompt: what a story, that somebody copies from, puts before a command */
#define LIVE_END " > " /* of a prompt that says something */
#define LIVE_ANSWER "your prediction > " /* while a question waits */
#define LIVE_BLOCK "...> " /* while a block is open */

struct live_socket; /* one endpoint, as the journal tells it */

struct live {
	struct live_socket *sockets; /* owned; [endpoint - 1] */
	size_t count;
	uint64_t read; /* number of the last event taken in */
	uint64_t held; /* segments on the wire */
	char *first_host; /* owned: a host that comes again under this name is a new world */
	uint32_t goals, goals_met; /* of an exercise; 0 = none is done */
};

/* Take in what the journal has got since the last time; all that is zero is a beginning. */
void live_read(struct live *l, const struct journal *j);
void live_done(struct live *l);

/* Append the prompt: "goal 1/3  c ESTABLISHED  a CLOSE-WAIT  wire 2 held > ", sockets in order of appearance, as many of
 * the last three touched as `columns` allow. color: with escapes between \001 and \002, as readline wants
 * them. */
void live_format(const struct live *l, size_t columns, bool color, struct text *out);

/* Append where the recipe that is played stands, which goes before the prompt: "[7/23] ". */
void live_format_place(uint32_t place, uint32_t steps, struct text *out);

/* How many bytes of a line are a prompt, plain or live, that was copied along; 0 = none are. */
size_t live_prompt_len(const char *line, size_t len);

#endif
