/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To be read in a README or a browser, and printed: Markdown and one HTML page. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "view/findings.h"
#include "view/markup.h"

/* ---- Markdown ---- */

/* As text in a cell of a table: CommonMark takes a backslash before any punctuation, and HTML is not wanted. */
static void markdown_text(const char *s, struct text *out)
{
	struct text printable = TEXT_EMPTY;

	text_printable(&printable, s, strlen(s));
	for (s = text_get(&printable); *s; s++) {
		if (strchr("\\`*_[]<>|#", *s))
			text_puts(out, "\\");
		text_add(out, s, 1);
	}
	text_done(&printable);
}

static void markdown_row(const struct finding *f, struct text *out)
{
	const struct finding_test *shown = finding_shown(f);
	struct text recipes = TEXT_EMPTY;

	text_printf(out, "| %s | ", f->id);
	markdown_text(f->statement, out);
	text_printf(out, " | %s%s%s | ", f->verdict == CLAIM_HOLDS ? "" : "**",
		claim_verdict_name(f->verdict), f->verdict == CLAIM_HOLDS ? "" : "**");
	if (shown->evidence)
		markdown_text(shown->evidence, out);
	text_puts(out, " | ");
	finding_recipes(f, &recipes);
	markdown_text(text_get(&recipes), out);
	text_puts(out, " |\n");
	text_done(&recipes);
}

static void markdown_in_full(const struct finding *f, struct text *out)
{
	text_printf(out, "- **%s** ", f->id);
	markdown_text(f->statement, out);
	text_puts(out, "\n");
	for (size_t i = 0; i < f->test_count; i++) {
		const struct finding_test *t = &f->tests[i];

		if (t->differs) {
			text_puts(out, "  - instead: ");
			markdown_text(t->differs, out);
			text_puts(out, "\n");
		}
		text_puts(out, "  - seen in ");
		markdown_text(t->recipe, out);
		text_puts(out, ": ");
		markdown_text(t->evidence ? t->evidence : "nothing", out);
		text_puts(out, "\n");
	}
}

static void markdown_section(const struct findings *f, enum claim_verdict verdict,
	const char *title, struct text *out)
{
	if (!findings_count(f, verdict))
		return;
	text_printf(out, "\n### %s\n\n", title);
	for (size_t i = 0; i < f->count; i++) {
		if (f->findings[i].verdict == verdict)
			markdown_in_full(&f->findings[i], out);
	}
}

void findings_markdown(const struct findings *f, struct text *out)
{
	markdown_text(f->kernel, out);
	text_puts(out, ": ");
	findings_sum(f, out);
	text_puts(out,
		".\n\n| id | statement | verdict | evidence | recipe |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < f->count; i++)
		markdown_row(&f->findings[i], out);
	markdown_section(f, CLAIM_DIFFERS, "Where this kernel differs", out);
	markdown_section(f, CLAIM_FAILED, "Where it does otherwise than the recipe says", out);
	if (f->stopped)
		text_printf(out, "\n%s\n", f->stopped);
}

/* ---- HTML ---- */

static const char style[] =
	"<style>\n"
	":root { color-scheme: light dark; --text: #1b1f24; --back: #fff; --line: #d0d7de; --soft: #57606a;\n"
	"  --holds: #116329; --differs: #8250df; --failed: #b3261e; --untested: #7a5c00; }\n"
	"@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --back: #0d1117; --line: #30363d;\n"
	"  --soft: #9aa4af; --holds: #56d364; --differs: #c297ff; --failed: #ff7b72; --untested: #e3b341; } }\n"
	"@media print { :root { --text: #000; --back: #fff; --line: #999; --soft: #333; --holds: #000;\n"
	"  --differs: #000; --failed: #000; --untested: #000; } tr, section { break-inside: avoid; } }\n"
	"body { font: 16px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back);\n"
	"  max-width: 78rem; margin: 2rem auto; padding: 0 1rem; }\n"
	"table { border-collapse: collapse; width: 100%; }\n"
	"th, td { text-align: left; vertical-align: top; padding: .4rem .6rem;\n"
	"  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }\n"
	"td:first-child, td:nth-child(3) { white-space: nowrap; overflow-wrap: normal; }\n"
	".evidence, pre { font: .85em/1.4 ui-monospace, monospace; color: var(--soft); }\n"
	"pre { white-space: pre-wrap; }\n"
	".holds { color: var(--holds); } .differs { color: var(--differs); font-weight: 600; }\n"
	".failed { color: var(--failed); font-weight: 600; } .untested { color: var(--untested); }\n"
	"a { color: inherit; }\n"
	"</style>\n";

static void html(const char *s, struct text *out)
{
	markup_text(s, strlen(s), out);
}

static void html_row(const struct finding *f, struct text *out)
{
	const struct finding_test *shown = finding_shown(f);
	bool in_full = f->verdict == CLAIM_DIFFERS || f->verdict == CLAIM_FAILED;
	struct text recipes = TEXT_EMPTY;

	text_puts(out, "<tr><td>");
	if (in_full)
		text_printf(out, "<a href=\"#%s\">%s</a>", f->id, f->id);
	else
		text_puts(out, f->id);
	text_puts(out, "</td><td>");
	html(f->statement, out);
	text_printf(out, "</td><td class=\"%s\">%s</td><td class=\"evidence\">",
		claim_verdict_name(f->verdict), claim_verdict_name(f->verdict));
	if (shown->evidence)
		html(shown->evidence, out);
	text_puts(out, "</td><td>");
	finding_recipes(f, &recipes);
	html(text_get(&recipes), out);
	text_puts(out, "</td></tr>\n");
	text_done(&recipes);
}

static void html_in_full(const struct finding *f, struct text *out)
{
	text_printf(out, "<section id=\"%s\">\n<h3>%s <span class=\"%s\">%s</span></h3>\n<p>",
		f->id, f->id, claim_verdict_name(f->verdict), claim_verdict_name(f->verdict));
	html(f->statement, out);
	text_puts(out, "</p>\n");
	if (f->disagree)
		text_puts(out, "<p>Its recipes do not agree.</p>\n");
	for (size_t i = 0; i < f->test_count; i++) {
		const struct finding_test *t = &f->tests[i];

		if (t->differs) {
			text_puts(out, "<p><b>Instead:</b> ");
			html(t->differs, out);
			text_puts(out, "</p>\n");
		}
		text_puts(out, "<p class=\"evidence\">");
		html(t->recipe, out);
		text_printf(out, ", line %u: ", t->line);
		html(t->evidence ? t->evidence : "nothing was seen", out);
		text_puts(out, "</p>\n");
		if (t->why) {
			text_puts(out, "<pre>");
			html(t->why, out);
			text_puts(out, "</pre>\n");
		}
	}
	text_puts(out, "</section>\n");
}

static void html_section(const struct findings *f, enum claim_verdict verdict, const char *title,
	struct text *out)
{
	if (findings_count(f, verdict))
		text_printf(out, "<h2>%s</h2>\n", title);
	for (size_t i = 0; i < f->count; i++) {
		if (f->findings[i].verdict == verdict)
			html_in_full(&f->findings[i], out);
	}
}

void findings_html(const struct findings *f, struct text *out)
{
	text_puts(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<title>Claims about TCP, put to ");
	html(f->kernel, out);
	text_puts(out, "</title>\n");
	text_puts(out, style);
	text_puts(out, "</head>\n<body>\n<h1>Claims about TCP, put to ");
	html(f->kernel, out);
	text_puts(out, "</h1>\n<p>");
	findings_sum(f, out);
	text_printf(out, "; %zu recipe%s in ", f->recipes, f->recipes == 1 ? "" : "s");
	text_duration(out, f->time_ns);
	text_puts(out, ", played by tcplab ");
	html(f->version, out);
	text_puts(out, ".</p>\n");
	if (f->stopped)
		text_printf(out, "<p class=\"failed\">%s</p>\n", f->stopped);
	text_puts(out,
		"<table>\n<thead><tr><th>id</th><th>statement</th><th>verdict</th>"
		"<th>evidence</th><th>recipe</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < f->count; i++)
		html_row(&f->findings[i], out);
	text_puts(out, "</tbody>\n</table>\n");
	html_section(f, CLAIM_DIFFERS, "Where this kernel differs", out);
	html_section(f, CLAIM_FAILED, "Where it does otherwise than the recipe says", out);
	text_puts(out, "</body>\n</html>\n");
}
