/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As wide as the terminal: two lines a claim, cut to fit, and then those that differ or failed in full. */
#include <string.h>

#include "base/clock.h"
#include "base/paragraph.h"
#include "base/text.h"
#include "view/findings.h"

#define INDENT 15 /* columns of ID and verdict */

/* Columns of UTF-8 as far as the lab's own texts go: a character is one. */
static size_t columns(const char *s, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

/* As much of it as fits, with "..." where something is left out. */
static void add_cut(const char *s, size_t most, struct text *out)
{
	size_t len = strlen(s), keep = 0, used = 0;

	if (columns(s, len) <= most) {
		text_puts(out, s);
		return;
	}
	while (used < most - 3 || ((unsigned char)s[keep] & 0xc0) == 0x80) {
		used += ((unsigned char)s[keep] & 0xc0) != 0x80;
		keep++;
	}
	while (keep && s[keep - 1] == ' ')
		keep--;
	text_add(out, s, keep);
	text_puts(out, "...");
}

/* What a socket went through, what was sent, what a call gave: it says more than a state on the way to that. */
static bool tells_much(const char *part, size_t len)
{
	static const char *const signs[] = { " path ", "segments", "gap ", " timer ", "=>",
		"killed", "exited", "never ", "counter " };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (memmem(part, len, signs[i], strlen(signs[i])))
			return true;
	}
	return false;
}

static void add_parts(const char *evidence, bool much, struct text *out)
{
	while (*evidence) {
		const char *end = strstr(evidence, "; ");
		size_t len = end ? (size_t)(end - evidence) : strlen(evidence);

		if (tells_much(evidence, len) == much) {
			text_puts(out, out->len ? "; " : "");
			text_add(out, evidence, len);
		}
		evidence += len + (end ? 2 : 0);
	}
}

/* The evidence, what tells most first, and the recipes at the right. */
static void add_seen(const struct finding *f, struct text *out)
{
	const struct finding_test *shown = finding_shown(f);
	struct text evidence = TEXT_EMPTY, recipes = TEXT_EMPTY, cut = TEXT_EMPTY;
	size_t room;

	if (shown->evidence) {
		add_parts(shown->evidence, true, &evidence);
		add_parts(shown->evidence, false, &evidence);
	} else if (f->verdict == CLAIM_UNTESTED) {
		text_puts(&evidence, "nothing was asked: it is for --slow, or needs a program");
	}
	text_puts(&recipes, shown->recipe);
	if (f->test_count > 1)
		text_printf(&recipes, " +%zu", f->test_count - 1);
	room = paragraph_width() - INDENT - 2;
	room -= recipes.len < room / 2 ? recipes.len : room / 2;
	add_cut(text_get(&evidence), room, &cut);
	text_printf(out, "%*s%s%*s  ", INDENT, "", text_get(&cut),
		(int)(room - columns(text_get(&cut), cut.len)), "");
	text_printable(out, text_get(&recipes), recipes.len);
	text_puts(out, "\n");
	text_done(&evidence);
	text_done(&recipes);
	text_done(&cut);
}

static void add_line(const struct finding *f, struct text *out)
{
	struct text words = TEXT_EMPTY;

	text_printf(&words, "%-4s %-9s ", f->id, claim_verdict_name(f->verdict));
	text_puts(out, text_get(&words));
	add_cut(f->statement, paragraph_width() - words.len, out);
	text_puts(out, "\n");
	text_done(&words);
	add_seen(f, out);
}

static void add_labelled(const char *label, const char *words, struct text *out)
{
	struct text first = TEXT_EMPTY;

	text_printf(&first, "     %-9s ", label);
	paragraph_add(out, text_get(&first), INDENT, words);
	text_done(&first);
}

static void add_why(const char *why, struct text *out)
{
	while (*why) {
		size_t len = strcspn(why, "\n");

		text_puts(out, "     | ");
		text_printable(out, why, len);
		text_puts(out, "\n");
		why += len + (why[len] == '\n');
	}
}

static void add_in_full(const struct finding *f, struct text *out)
{
	struct text first = TEXT_EMPTY;

	text_printf(&first, "%-4s ", f->id);
	text_puts(out, "\n");
	paragraph_add(out, text_get(&first), 5, f->statement);
	text_done(&first);
	if (f->disagree)
		text_puts(out, "     Its recipes do not agree.\n");
	for (size_t i = 0; i < f->test_count; i++) {
		const struct finding_test *t = &f->tests[i];
		struct text place = TEXT_EMPTY;

		text_printf(&place, "%s, line %u", t->recipe, t->line);
		add_labelled(claim_verdict_name(t->verdict), text_get(&place), out);
		if (t->differs)
			add_labelled("instead", t->differs, out);
		if (t->evidence)
			add_labelled("seen", t->evidence, out);
		if (t->why)
			add_why(t->why, out);
		text_done(&place);
	}
}

static void add_section(const struct findings *f, enum claim_verdict verdict, const char *title,
	struct text *out)
{
	if (findings_count(f, verdict))
		text_printf(out, "\n%s\n", title);
	for (size_t i = 0; i < f->count; i++) {
		if (f->findings[i].verdict == verdict)
			add_in_full(&f->findings[i], out);
	}
}

void findings_text(const struct findings *f, struct text *out)
{
	text_printf(out, "%zu claim%s put to %s\n\n", f->count, f->count == 1 ? "" : "s",
		f->kernel);
	for (size_t i = 0; i < f->count; i++)
		add_line(&f->findings[i], out);
	add_section(f, CLAIM_DIFFERS, "Where this kernel differs:", out);
	add_section(f, CLAIM_FAILED, "Where this kernel does otherwise than the recipe says:", out);
	text_puts(out, "\n");
	findings_sum(f, out);
	text_printf(out, "%s%zu recipe%s in ", f->count ? "; " : "", f->recipes,
		f->recipes == 1 ? "" : "s");
	text_duration(out, f->time_ns);
	text_puts(out, "\n");
	if (f->stopped)
		text_printf(out, "%s\n", f->stopped);
}
