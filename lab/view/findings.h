/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of claims, for people and for programs: as text, Markdown, HTML, JSON and JUnit XML. Fed with plain
 * findings, writes text and nothing else; what strings hold is nobody's promise and made harmless here. */
#ifndef LAB_VIEW_FINDINGS_H
#define LAB_VIEW_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/event.h"
#include "view/report.h"

struct text;

/* One block of one recipe that puts the claim to the kernel. */
struct finding_test {
	const char *recipe; /* "close/four-way" */
	uint32_t line; /* of the recipe */
	enum claim_verdict verdict;
	const char *evidence; /* parts with "; " between them; NULL = nothing was seen */
	const char *differs; /* NULL unless it does */
	const char *why; /* it failed: lines; NULL = nothing more is known */
};

/* Strings are borrowed, as everywhere here. */
struct finding {
	const char *id, *statement;
	enum claim_verdict verdict; /* of all tests */
	bool disagree; /* the tests do not: that is why it failed */
	const struct finding_test *tests; /* at least one */
	size_t test_count;
};

struct findings {
	enum report_format format; /* TEXT, MARKDOWN, HTML, JSON or JUNIT */
	const char *version; /* of tcplab */
	const char *kernel; /* "Linux 6.18.5 x86_64" */
	const struct finding *findings;
	size_t count;
	size_t recipes; /* played */
	uint64_t time_ns; /* all that took */
	const char *stopped; /* why not all were played, a sentence; NULL = they were */
};

/* Is it one that findings can be written as? */
bool findings_take(enum report_format format);
/* Append the whole report. */
void findings_write(const struct findings *f, struct text *out);

/* ---- for the files findings_*.c ---- */

/* The test to show where there is room for one: the first that has the verdict of all. */
const struct finding_test *finding_shown(const struct finding *f);
size_t findings_count(const struct findings *f, enum claim_verdict verdict);
/* "48 hold, 9 differ, 1 failed": those that there are. Appended. */
void findings_sum(const struct findings *f, struct text *out);
/* "close/four-way, close/three-way", each once. Appended. */
void finding_recipes(const struct finding *f, struct text *out);

void findings_text(const struct findings *f, struct text *out);
void findings_markdown(const struct findings *f, struct text *out);
void findings_html(const struct findings *f, struct text *out);
void findings_json(const struct findings *f, struct text *out);
void findings_junit(const struct findings *f, struct text *out);

#endif
