/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many recipes ended, for people and for programs: TAP as they end; JUnit XML and JSON when all have.
 * Fed with plain results, writes text and nothing else. What a recipe's name or a message holds is nobody's
 * promise: it is made harmless here, in the way each format needs. */
#ifndef LAB_VIEW_REPORT_H
#define LAB_VIEW_REPORT_H

#include <stddef.h>
#include <stdint.h>

struct text;

enum report_format {
	REPORT_TAP, /* the Test Anything Protocol, version 13: prove(1) and CI services read it */
	REPORT_JUNIT, /* the XML of Apache Ant's junitreport, as CI services read it */
	REPORT_JSON, /* one object */
	REPORT_TEXT, /* of claims, as are those below: for a terminal */
	REPORT_MARKDOWN, /* for a README */
	REPORT_HTML, /* one page, nothing else to load */
	REPORT_CSV, /* of grades, as is the one below */
	REPORT_GRADESCOPE, /* what its autograder hands on */
	REPORT_FORMAT_COUNT,
};

enum report_verdict {
	REPORT_NOT_PLAYED, /* all stopped before its end */
	REPORT_PASSED,
	REPORT_FAILED, /* an expectation */
	REPORT_BAD, /* the recipe has a mistake, or the lab could not */
	REPORT_NO_LAB,
	REPORT_DIED, /* its lab was ended by a signal */
	REPORT_OVERDUE, /* it did not end in time */
	REPORT_VERDICT_COUNT,
};

struct report_result {
	char *name; /* owned by the caller, as all strings here: "open/three-way" */
	char *file;
	char *message; /* what it said went wrong, lines; NULL = nothing */
	char *output; /* JUnit's <system-out> where it did not pass, lines; NULL = none was kept */
	uint64_t time_ns; /* from start to end */
	enum report_verdict verdict;
};

struct report {
	enum report_format format;
	const char *version; /* of tcplab */
	const char *kernel; /* release */
	const struct report_result *results; /* borrowed */
	size_t count;
	const char *stopped; /* why not all were played, a sentence; NULL = they were */
};

/* "tap", "junit", "json" ... */
const char *report_format_name(enum report_format format);
/* REPORT_FORMAT_COUNT when there is none of that name. */
enum report_format report_format_parse(const char *name);
/* "passed", "failed", "not-played" ... */
const char *report_verdict_name(enum report_verdict verdict);

/* Append what comes before all results; what is to be told when results[i] is in (in order of i, those
 * not played left out); and what comes behind all. */
void report_begin(const struct report *r, struct text *out);
void report_result(const struct report *r, size_t i, struct text *out);
void report_end(const struct report *r, struct text *out);

#endif
