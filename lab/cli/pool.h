/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays recipes, each in a `tcplab -f RECIPE` of its own, several at a time. Ctrl-C ends all. One thread, on a
 * loop of its own; blocks until all have ended. Prints nothing. */
#ifndef LAB_CLI_POOL_H
#define LAB_CLI_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct options;
struct recipe_list;
struct report_result;

struct pool {
	/* filled by the caller, borrowed */
	const struct options *options; /* for the recipes: -6, -k ...; and --timeout */
	unsigned jobs; /* at a time, at least 1 */
	const struct recipe_list *list;
	struct report_result *results; /* one for each: verdict, message and time are filled in */
	/* What to play them with, NULL at the end, the name of each behind it; NULL = -f */
	char *const *words;
	char *const *captures; /* the file of each recipe; NULL = none is recorded */
	/* results[recipe] is in. */
	void (*ended)(void *arg, size_t recipe);
	/* Its journal, as JSON Lines without their ends. NULL = it is not wanted. */
	void (*line)(void *arg, size_t recipe, const char *line, size_t len);
	void *arg;
	/* Keep the last of what a lab has told of its story on standard output, for results[].output. Not with `line`. */
	bool keep_output;
	/* what became of it */
	int signal; /* that ended it; 0 = none */
	bool no_lab; /* there is none, so no more were started */
};

void pool_run(struct pool *pool);
/* The exit code of all: the worst, or that of the signal. */
int pool_exit_code(const struct pool *pool);

#endif
