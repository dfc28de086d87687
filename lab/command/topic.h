/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `help` tells beside commands and options: TCP states, errnos, and the words that the lab uses. Three
 * flat tables, in topic_state.c, topic_errno.c and topic_word.c. Which commands may be given in a state, and
 * which give an errno, stands here only: `help connect` reads it from here. Constant; any thread.
 *
 * The examples are played by tests/kernel/test_topics.c: each errno's must give it, each state's must end in
 * it. */
#ifndef LAB_COMMAND_TOPIC_H
#define LAB_COMMAND_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/tcp_state.h"

/* Commands that any socket takes, whatever its state. */
extern const char *const topic_always;

struct state_topic {
	enum tcp_state state;
	const char *meaning; /* two or three sentences */
	const char *enter, *leave; /* by which call, segment or timer */
	const char *commands; /* that make sense in it besides topic_always: "send recv" */
	const char *note; /* what those and others do there */
	const char *example; /* commands that make it stand still; ends with `expect S STATE` */
	const char *source; /* RFC section; kernel function */
};

#define ERRNO_CASES_MAX 9 /* with the empty one at the end */

struct errno_topic {
	const char *name; /* "ECONNREFUSED" */
	const char *meaning; /* what it means for a socket */
	struct errno_case {
		const char *commands; /* "connect send"; NULL behind the last */
		const char *when; /* "a RST answers the SYN" */
	} cases[ERRNO_CASES_MAX];
	const char *example; /* commands, one with `=> NAME`; NULL = cannot be brought about here */
	const char *why_not; /* when there is no example; else NULL */
	const char *source; /* man page */
};

struct word_topic {
	const char *name; /* "match"; that of a command: told behind its help */
	const char *others; /* further names between '|', NULL = none: "from|to|port" */
	const char *meaning;
	const char *example; /* commands, or NULL */
	const char *source;
};

/* The tables, from 0 on; NULL behind their end. */
const struct state_topic *topic_state_at(size_t index);
const struct errno_topic *topic_errno_at(size_t index);
const struct word_topic *topic_word_at(size_t index);

/* By any spelling of tcp_state_parse(), by errno_parse() in any case, by a name in any case. NULL = none. */
const struct state_topic *topic_state(const char *name);
const struct errno_topic *topic_errno(const char *name);
const struct word_topic *topic_word(const char *name);

/* Is `command` one of the words in `commands`? */
bool topic_lists(const char *commands, const char *command);
/* The name nearest to what was typed, in any case, and how many edits away; NULL when nothing is near. */
const char *topic_nearest(const char *typed, size_t *ret_distance);

#endif
