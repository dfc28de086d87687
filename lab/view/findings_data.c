/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For programs: one object of JSON, and the XML of JUnit. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "view/findings.h"
#include "view/markup.h"

static json_t *json_tests(const struct finding *f)
{
	json_t *tests = json_array();

	for (size_t i = 0; i < f->test_count; i++) {
		const struct finding_test *t = &f->tests[i];

		json_array_append_new(tests,
			json_pack("{s:o, s:i, s:s, s:o, s:o, s:o}", "recipe",
				markup_json(t->recipe), "line", (int)t->line, "verdict",
				claim_verdict_name(t->verdict), "evidence",
				markup_json(t->evidence), "differs", markup_json(t->differs), "why",
				markup_json(t->why)));
	}
	return tests;
}

void findings_json(const struct findings *f, struct text *out)
{
	json_t *claims = json_array(), *root;
	char *dumped;

	for (size_t i = 0; i < f->count; i++) {
		const struct finding *finding = &f->findings[i];
		const struct finding_test *shown = finding_shown(finding);

		json_array_append_new(claims,
			json_pack("{s:o, s:o, s:s, s:o, s:o, s:o}", "id", markup_json(finding->id),
				"statement", markup_json(finding->statement), "verdict",
				claim_verdict_name(finding->verdict), "evidence",
				markup_json(shown->evidence), "differs",
				markup_json(shown->differs), "tests", json_tests(finding)));
	}
	root = json_pack("{s:o, s:o, s:f, s:o, s:o}", "version", markup_json(f->version), "kernel",
		markup_json(f->kernel), "time_ms",
		round((double)f->time_ns / (double)NS_PER_US) / 1e3, "stopped",
		markup_json(f->stopped), "claims", claims);
	for (enum claim_verdict v = 0; v < CLAIM_VERDICT_COUNT; v++)
		json_object_set_new(root, claim_verdict_name(v),
			json_integer((json_int_t)findings_count(f, v)));
	dumped = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	text_printf(out, "%s\n", dumped);
	free(dumped);
	json_decref(root);
}

static void junit_case(const struct finding *f, struct text *out)
{
	const struct finding_test *shown = finding_shown(f);
	struct text name = TEXT_EMPTY;
	const char *why = shown->why ? shown->why : "";

	text_printf(&name, "%s %s", f->id, f->statement);
	text_puts(out, "    <testcase");
	markup_attribute("classname", shown->recipe, strlen(shown->recipe), out);
	markup_attribute("name", text_get(&name), name.len, out);
	text_puts(out, ">\n");
	if (f->verdict == CLAIM_FAILED) {
		text_puts(out, "      <failure");
		markup_attribute("message", f->disagree ? "its recipes do not agree" : why,
			f->disagree ? strlen("its recipes do not agree") : strcspn(why, "\n"), out);
		text_puts(out, ">");
		markup_text(why, strlen(why), out);
		text_puts(out, "</failure>\n");
	} else if (f->verdict == CLAIM_UNTESTED) {
		text_puts(out, "      <skipped message=\"nothing was asked of the kernel\"/>\n");
	}
	text_printf(out, "      <system-out>%s", claim_verdict_name(f->verdict));
	if (shown->evidence) {
		text_puts(out, ": ");
		markup_text(shown->evidence, strlen(shown->evidence), out);
	}
	if (shown->differs) {
		text_puts(out, "\ninstead: ");
		markup_text(shown->differs, strlen(shown->differs), out);
	}
	text_puts(out, "</system-out>\n    </testcase>\n");
	text_done(&name);
}

void findings_junit(const struct findings *f, struct text *out)
{
	text_printf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n"
		"  <testsuite name=\"tcplab claims\" tests=\"%zu\" failures=\"%zu\" errors=\"0\""
		" skipped=\"%zu\" time=\"%.6f\">\n"
		"    <properties>\n      <property name=\"version\"",
		f->count, findings_count(f, CLAIM_FAILED), findings_count(f, CLAIM_UNTESTED),
		(double)f->time_ns / (double)NS_PER_S);
	markup_attribute("value", f->version, strlen(f->version), out);
	text_puts(out, "/>\n      <property name=\"kernel\"");
	markup_attribute("value", f->kernel, strlen(f->kernel), out);
	text_puts(out, "/>\n    </properties>\n");
	for (size_t i = 0; i < f->count; i++)
		junit_case(&f->findings[i], out);
	text_puts(out, "  </testsuite>\n</testsuites>\n");
}
