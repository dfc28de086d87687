/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What bench.sh is to the scripts, to the benches in C: NAME BUILD [short]. Each measures one round and prints what came
 * of it as rows; `run` repeats it and makes a table of them. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
	char tcplab[4096];
	bool is_short;
};

static inline struct bench bench_begin(int argc, char **argv)
{
	struct bench b = { .is_short = argc > 2 && strcmp(argv[2], "short") == 0 };

	snprintf(b.tcplab, sizeof(b.tcplab), "%s/tcplab", argc > 1 ? argv[1] : "build");
	setvbuf(stdout, NULL, _IOLBF, 0);
	return b;
}

/* One pair. `table` knows the units and the goals. against: NULL = there is nothing to compare it with. */
static inline void bench_row(const char *what, const char *unit, double ours, const char *against,
	double theirs, const char *goal)
{
	/* what is read off a clock that counts tenths of a millisecond may come before it happened */
	printf("%s\t%s\t%.0f\t", what, unit, fmax(ours, 0));
	if (against)
		printf("%s\t%.0f\t%s\n", against, fmax(theirs, 0), goal);
	else
		printf("-\t-\t%s\n", goal);
}

#endif
