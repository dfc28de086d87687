/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of submissions, for teachers and for the programs they use: text, CSV, JUnit XML, JSON, and what
 * Gradescope reads. Fed with plain grades, writes text and nothing else; what strings hold is nobody's promise and
 * made harmless here. A grade can also be a line of JSON, as the process that made it hands it on. */
#ifndef LAB_VIEW_GRADEBOOK_H
#define LAB_VIEW_GRADEBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/report.h"

struct text;

enum grade_verdict {
	GRADE_NONE, /* it was not graded: all stopped before */
	GRADE_GIVEN,
	GRADE_PARTS, /* given, for what the kernel did; but the file says otherwise */
	GRADE_REFUSED, /* it is no submission, or not this student's */
	GRADE_STOPPED, /* its replay used up its time, or died */
	GRADE_ABSENT, /* nobody has handed it in */
	GRADE_VERDICT_COUNT,
};

struct grade_goal {
	char *words, *why_not; /* why_not: NULL = it is met */
};

struct grade {
	char *file; /* all strings here are owned; NULL = none */
	char *student; /* NULL = not known */
	enum grade_verdict verdict;
	bool copied; /* refused, as it is another student's: whose, the reasons say, and that student is not told */
	unsigned score; /* 0 to 100 */
	struct grade_goal *goals;
	size_t goal_count;
	unsigned commands, hints, hints_cost;
	/* Sentences, a line each: why it was refused, what was refused to the student, where it parts. */
	char *reasons;
	uint64_t time_ns;
};

struct gradebook {
	enum report_format format;
	const char *version, *kernel, *exercise; /* borrowed */
	const struct grade *grades; /* borrowed */
	size_t count; /* GRADESCOPE: 1 */
	const char *stopped; /* why not all were graded, a sentence; NULL = they were */
};

/* "graded", "parts", "refused" ... */
const char *grade_verdict_name(enum grade_verdict verdict);
/* Is it one that a gradebook can be written as? */
bool gradebook_takes(enum report_format format);
/* Append the whole of it. */
void gradebook_write(const struct gradebook *b, struct text *out);
/* How many goals are met. */
size_t grade_goals_met(const struct grade *g);

/* Append a grade as a line of JSON, and read one. -EINVAL: it is none, and nothing is to be freed. */
void grade_write(const struct grade *g, struct text *out);
int grade_read(const char *line, size_t len, struct grade *ret_grade);
void grade_done(struct grade *g);

#endif
