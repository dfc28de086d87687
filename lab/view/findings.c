/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/findings.h"

#include <string.h>

#include "base/lab_assert.h"
#include "base/text.h"

static void (*const writers[REPORT_FORMAT_COUNT])(const struct findings *f, struct text *out) = {
	[REPORT_TEXT] = findings_text,
	[REPORT_MARKDOWN] = findings_markdown,
	[REPORT_HTML] = findings_html,
	[REPORT_JSON] = findings_json,
	[REPORT_JUNIT] = findings_junit,
};

bool findings_take(enum report_format format)
{
	return format < REPORT_FORMAT_COUNT && writers[format];
}

void findings_write(const struct findings *f, struct text *out)
{
	LAB_ASSERT(findings_take(f->format));
	writers[f->format](f, out);
}

const struct finding_test *finding_shown(const struct finding *f)
{
	for (size_t i = 0; i < f->test_count; i++) {
		if (f->tests[i].verdict == f->verdict)
			return &f->tests[i];
	}
	return &f->tests[0];
}

size_t findings_count(const struct findings *f, enum claim_verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++)
		count += f->findings[i].verdict == verdict;
	return count;
}

void findings_sum(const struct findings *f, struct text *out)
{
	const char *between = "";

	for (enum claim_verdict v = 0; v < CLAIM_VERDICT_COUNT; v++) {
		static const char *const words[] = {
			[CLAIM_HOLDS] = "hold",
			[CLAIM_DIFFERS] = "differ",
			[CLAIM_FAILED] = "failed",
			[CLAIM_UNTESTED] = "untested",
		};
		size_t count = findings_count(f, v);
		bool ends_in_s = count == 1 && v <= CLAIM_DIFFERS;

		if (!count)
			continue;
		text_printf(out, "%s%zu %s%s", between, count, words[v], ends_in_s ? "s" : "");
		between = ", ";
	}
}

void finding_recipes(const struct finding *f, struct text *out)
{
	const char *between = "";

	for (size_t i = 0; i < f->test_count; i++) {
		size_t before = 0;

		while (before < i && strcmp(f->tests[before].recipe, f->tests[i].recipe) != 0)
			before++;
		if (before < i)
			continue;
		text_puts(out, between);
		text_printable(out, f->tests[i].recipe, strlen(f->tests[i].recipe));
		between = ", ";
	}
}
