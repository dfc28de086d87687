/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/html_report.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "view/html_style.h"
#include "view/ladder.h"
#include "view/markup.h"
#include "view/scene.h"
#include "view/story.h"
#include "view/svg.h"
#include "view/svg_diagram.h"
#include "view/svg_ladder.h"
#include "view/way.h"

#define WORDS_MOST 4000 /* bytes of a line of the story: a program may write a megabyte in one */

/* What a page is made of, read from the journal once. */
struct page {
	const struct journal *journal; /* borrowed */
	struct scene *scene; /* owned, placed */
	struct ways ways;
	struct story story;
	char *title; /* owned: the first line of the recipe's opening comment */
	char *opening; /* owned: the rest of it */
	char *recipe; /* owned: "open/three-way"; NULL = it is of no recipe */
	char *kernel; /* owned */
	size_t passed, failed; /* expectations */
	size_t claims, claims_failed;
	size_t observations; /* of what was predicted, or might have been */
	struct text *out;
};

static void html(const char *string, struct text *out)
{
	markup_text(string, strlen(string), out);
}

/* The same, cut where it is endless, between two characters. */
static void html_cut(const char *string, struct text *out)
{
	size_t len = strlen(string), cut = len;

	if (len > WORDS_MOST) {
		cut = WORDS_MOST;
		while (cut > WORDS_MOST - 4 && (string[cut] & 0xc0) == 0x80)
			cut--;
	}
	markup_text(string, cut, out);
	if (cut < len)
		text_printf(out, " ... (%zu bytes)", len);
}

/* ---- what is known ---- */

/* "recipes/open/three-way.lab" -> "open/three-way" */
static char *short_name(const char *path)
{
	const char *from = path + strlen(path);
	struct text name = TEXT_EMPTY;
	unsigned slashes = 0;

	while (from > path && !(from[-1] == '/' && ++slashes == 2))
		from--;
	text_puts(&name, from);
	if (name.len > 4 && strcmp(name.s + name.len - 4, ".lab") == 0)
		name.s[name.len -= 4] = '\0';
	return text_take(&name);
}

/* The first sentence is the title, on however many lines it is. */
static void read_recipe(struct page *p, const struct event *event)
{
	const char *at = event->text;
	struct text title = TEXT_EMPTY;
	bool over = false;

	if (p->recipe)
		return;
	if (event->subject)
		p->recipe = short_name(event->subject);
	while (*at && !over) {
		over = (at[0] == '.' && (at[1] == ' ' || at[1] == '\n' || !at[1])) ||
			(at[0] == '\n' && (at[1] == '\n' || !at[1]));
		text_add(&title, *at == '\n' ? " " : at, 1);
		at++;
	}
	if (!title.len)
		return;
	p->title = text_take(&title);
	p->opening = text_copy(at + strspn(at, " \n"));
}

static void page_read(struct page *p, const struct journal *j, struct text *out)
{
	*p = (struct page){ .journal = j, .out = out };
	for (uint64_t no = 1; no <= journal_last(j); no++) {
		const struct event *event = journal_get(j, no);

		if (event->kind == EVENT_LAB && !p->kernel)
			p->kernel = text_copy(event->text);
		else if (event->kind == EVENT_RECIPE)
			read_recipe(p, event);
		else if (event->kind == EVENT_EXPECTATION)
			++*(event->place.passed ? &p->passed : &p->failed);
		else if (event->kind == EVENT_CLAIM) {
			p->claims++;
			p->claims_failed += event->claim.verdict == CLAIM_FAILED;
		} else if (event->kind == EVENT_OBSERVATION)
			p->observations++;
	}
	if (!p->title)
		p->title = text_copy(p->recipe ? p->recipe : "What happened in the lab");
	p->scene = scene_new(j);
	scene_place(p->scene);
	ways_read(&p->ways, j);
}

static void page_done(struct page *p)
{
	scene_free(p->scene);
	ways_done(&p->ways);
	story_done(&p->story);
	free(p->title);
	free(p->opening);
	free(p->recipe);
	free(p->kernel);
}

/* ---- the head ---- */

static void put_head(const struct page *p)
{
	text_puts(p->out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
		"script-src 'sha256-");
	text_printf(p->out, "%s'\">\n", html_script_hash());
	text_puts(p->out,
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	html_cut(p->title, p->out);
	text_puts(p->out, "</title>\n<style>\n");
	text_puts(p->out, html_style());
	text_puts(p->out, svg_style());
	text_puts(p->out, "\n</style>\n</head>\n<body>\n<main>\n");
}

static void put_result(const struct page *p)
{
	if (p->failed)
		text_printf(p->out,
			"<span class=\"bad\">\xe2\x9c\x97 %zu of %zu expectations failed</span>",
			p->failed, p->passed + p->failed);
	else if (p->passed)
		text_printf(p->out,
			"<span class=\"good\">\xe2\x9c\x93 all %zu expectations came true</span>",
			p->passed);
	else
		text_puts(p->out, "nothing was expected");
}

/* Paragraphs as the comment has them; an indented line stays a line of its own. */
static void put_opening(const struct page *p)
{
	const char *at = p->opening ? p->opening : "";
	bool open = false;

	while (*at) {
		size_t len = strcspn(at, "\n"), blank = strspn(at, " \t");

		if (blank >= len) {
			text_puts(p->out, open ? "</p>\n" : "");
			open = false;
		} else {
			text_puts(p->out, open ? (blank ? "<br>\n" : "\n") : "<p class=\"lead\">");
			open = true;
			markup_text(at + blank, len - blank, p->out);
		}
		at += len + (at[len] == '\n');
	}
	text_puts(p->out, open ? "</p>\n" : "");
}

static void put_opening_and_result(const struct page *p)
{
	text_puts(p->out, "<header>\n<h1>");
	html_cut(p->title, p->out);
	text_puts(p->out, "</h1>\n<p class=\"meta\">");
	if (p->recipe) {
		text_puts(p->out, "<code>");
		html(p->recipe, p->out);
		text_puts(p->out, "</code> \xc2\xb7 ");
	}
	if (p->kernel) {
		text_puts(p->out, "Linux ");
		html(p->kernel, p->out);
		text_puts(p->out, " \xc2\xb7 ");
	}
	put_result(p);
	text_puts(p->out, "</p>\n");
	put_opening(p);
	text_puts(p->out, "</header>\n");
}

/* ---- the ladder ---- */

/* As characters; also what Markdown has. */
static void text_ladder(const struct journal *j, struct text *out)
{
	struct ladder_options options = { .most = SCENE_MOST };
	struct diag d = { 0 };

	ladder_format(j, &options, out, &d); /* without names nothing can be missing */
}

static void put_ladder(const struct page *p)
{
	struct text characters = TEXT_EMPTY, sum = TEXT_EMPTY;

	if (p->scene->lifelines.count == 0)
		return;
	scene_sum_up(p->scene, &sum);
	text_puts(p->out,
		"<section aria-labelledby=\"h-ladder\">\n<h2 id=\"h-ladder\">What was sent</h2>\n<figure>\n"
		"<div class=\"scroll ladder-frame\" tabindex=\"0\" role=\"region\" aria-label=\"ladder\">\n");
	svg_ladder_linked(p->scene, p->title, p->out);
	text_puts(p->out, "</div>\n");
	svg_ladder_pages(p->scene, p->out);
	text_puts(p->out, "<figcaption>Time runs downwards, in ms since the lab began; ");
	text_puts(p->out, text_get(&sum));
	text_puts(p->out,
		".<span class=\"hint\"> Point at anything to see what caused it and what came of it.</span>");
	if (p->scene->left_out)
		text_printf(p->out, " %" PRIu64 " later moment%s not drawn; the story has %s.",
			p->scene->left_out, p->scene->left_out == 1 ? " is" : "s are",
			p->scene->left_out == 1 ? "it" : "them");
	if (p->scene->hidden && p->scene->lifelines.left_out) {
		text_printf(p->out, " Not drawn: %" PRIu64 " packet%s of ", p->scene->hidden,
			p->scene->hidden == 1 ? "" : "s");
		html(p->scene->lifelines.left_out, p->out);
		text_puts(p->out, ".");
	}
	text_puts(p->out,
		"</figcaption>\n</figure>\n<details><summary>The same in characters</summary>\n<pre>");
	text_ladder(p->journal, &characters);
	html(text_get(&characters), p->out);
	text_puts(p->out, "</pre></details>\n</section>\n");
	text_done(&characters);
	text_done(&sum);
}

/* ---- the diagram ---- */

static void put_way(const struct page *p, size_t way)
{
	const struct way *w = &p->ways.ways[way];

	text_puts(p->out, "<div><h3>");
	if (way < DIAGRAM_WAYS)
		svg_diagram_mark(way, p->out);
	html_cut(w->name, p->out);
	text_puts(p->out, "</h3><ol>\n");
	for (size_t i = 0; i < w->count && i < 200; i++) {
		const struct way_step *s = &w->steps[i];

		text_printf(p->out,
			"<li data-e=\"%" PRIu64 "\" data-c=\"%" PRIu64 "\"><a href=\"#e%" PRIu64
			"\">%s \xe2\x86\x92 %s</a>",
			s->event, s->cause, s->event, tcp_state_name(s->from),
			tcp_state_name(s->to));
		if (s->reason[0]) {
			text_puts(p->out, " <span class=\"why\">");
			html(s->reason, p->out);
			text_puts(p->out, "</span>");
		}
		text_puts(p->out, "</li>\n");
	}
	text_puts(p->out, "</ol></div>\n");
}

static void put_diagram(const struct page *p)
{
	if (p->ways.count == 0)
		return;
	text_puts(p->out,
		"<section aria-labelledby=\"h-states\">\n<h2 id=\"h-states\">The way through the states</h2>\n"
		"<figure class=\"whole\">\n"
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"state diagram\">\n");
	svg_diagram(&p->ways, "The states of TCP, and which way the sockets took", true, p->out);
	text_puts(p->out,
		"</div>\n<figcaption>RFC 9293, figure 5. The numbers are the steps of each socket; dashed "
		"is what the figure does not have, such as a reset.</figcaption>\n</figure>\n"
		"<div class=\"ways\">\n");
	for (size_t i = 0; i < p->ways.count && i < 100; i++)
		put_way(p, i);
	text_puts(p->out, "</div>\n</section>\n");
}

/* ---- what was expected ---- */

static void put_expectation(const struct page *p, const struct event *event)
{
	text_printf(p->out,
		"<tr data-e=\"%" PRIu64 "\" data-c=\"%" PRIu64
		"\"><td class=\"time\"><a href=\"#e%" PRIu64 "\">%" PRIu32
		"</a></td><td class=\"verdict %s\">%s</td><td class=\"what mono-cell\">",
		event->no, event->cause, event->cause ? event->cause : event->no, event->place.line,
		event->place.passed ? "good" : "bad",
		event->place.passed ? "\xe2\x9c\x93 came true" : "\xe2\x9c\x97 failed");
	html_cut(event->text, p->out);
	text_puts(p->out, "</td></tr>\n");
}

static void put_expectations(const struct page *p)
{
	if (!p->passed && !p->failed)
		return;
	text_puts(p->out,
		"<section aria-labelledby=\"h-checks\">\n<h2 id=\"h-checks\">What was expected</h2>\n"
		"<table class=\"checks\"><thead><tr><th scope=\"col\">line</th><th scope=\"col\">result</th>"
		"<th scope=\"col\">expectation</th></tr></thead>\n<tbody>\n");
	for (uint64_t no = 0; (no = journal_next(p->journal, no, EVENT_BIT(EVENT_EXPECTATION)));)
		put_expectation(p, journal_get(p->journal, no));
	text_puts(p->out, "</tbody></table>\n</section>\n");
}

static void put_claim(const struct page *p, const struct event *event)
{
	bool bad = event->claim.verdict == CLAIM_FAILED;

	text_printf(p->out,
		"<tr data-e=\"%" PRIu64 "\"><td class=\"verdict\"><a href=\"#e%" PRIu64 "\">",
		event->no, event->no);
	html(event->subject, p->out);
	text_puts(p->out, "</a></td><td>");
	html_cut(event->text, p->out);
	text_printf(p->out, "</td><td class=\"verdict %s\">%s</td><td class=\"what\">",
		bad ? "bad" : "good", claim_verdict_name(event->claim.verdict));
	if (event->host)
		html_cut(event->host, p->out);
	if (event->process) {
		text_puts(p->out, "\n<b>Instead:</b> ");
		html_cut(event->process, p->out);
	}
	text_puts(p->out, "</td></tr>\n");
}

static void put_claims(const struct page *p)
{
	if (!p->claims)
		return;
	text_puts(p->out,
		"<section aria-labelledby=\"h-claims\">\n<h2 id=\"h-claims\">What is claimed</h2>\n"
		"<table class=\"checks\"><thead><tr><th scope=\"col\">claim</th><th scope=\"col\">statement</th>"
		"<th scope=\"col\">this kernel</th><th scope=\"col\">what was seen</th></tr></thead>\n<tbody>\n");
	for (uint64_t no = 0; (no = journal_next(p->journal, no, EVENT_BIT(EVENT_CLAIM)));)
		put_claim(p, journal_get(p->journal, no));
	text_puts(p->out, "</tbody></table>\n</section>\n");
}

static void put_observation(const struct page *p, const struct event *event)
{
	static const char *const styles[] = {
		[PREDICTION_FORETOLD] = "good",
		[PREDICTION_OTHERWISE] = "bad",
		[PREDICTION_UNANSWERED] = "",
		[PREDICTION_SKIPPED] = "",
	};
	const struct event *question = journal_get(p->journal, event->prediction.question);
	const struct event *answer = journal_get(p->journal, event->prediction.answer);

	text_printf(p->out,
		"<tr data-e=\"%" PRIu64 "\" data-c=\"%" PRIu64 "\"><td><a href=\"#e%" PRIu64 "\">",
		event->no, event->cause, event->no);
	if (question)
		html_cut(question->text, p->out);
	text_puts(p->out, "</a></td><td class=\"mono-cell\">");
	if (answer && answer->text)
		html_cut(answer->text, p->out);
	text_puts(p->out, "</td><td class=\"mono-cell\">");
	html_cut(event->text, p->out);
	text_printf(p->out, "</td><td class=\"verdict %s\">%s</td></tr>\n",
		styles[event->prediction.verdict], narrate_verdict(event->prediction.verdict));
}

static void put_observations(const struct page *p)
{
	if (!p->observations)
		return;
	text_puts(p->out,
		"<section aria-labelledby=\"h-predictions\">\n<h2 id=\"h-predictions\">What was predicted</h2>\n"
		"<table class=\"checks\"><thead><tr><th scope=\"col\">question</th><th scope=\"col\">prediction</th>"
		"<th scope=\"col\">the kernel</th><th scope=\"col\">result</th></tr></thead>\n<tbody>\n");
	for (uint64_t no = 0; (no = journal_next(p->journal, no, EVENT_BIT(EVENT_OBSERVATION)));) {
		struct event event = *journal_get(p->journal, no);

		put_observation(p, &event);
	}
	text_puts(p->out, "</tbody></table>\n</section>\n");
}

/* ---- the story ---- */

/* Places for links to events that are told on this line but not first. */
static void put_anchors(const struct story_line *line, struct text *out)
{
	const char *at = strchr(text_get(&line->events), ' ');

	for (; at; at = strchr(at + 1, ' '))
		text_printf(out, "<i id=\"e%.*s\"></i>", (int)strcspn(at + 1, " "), at + 1);
}

static void put_line(const struct page *p, const struct story_line *line)
{
	bool command = line->kind == EVENT_COMMAND;

	text_printf(p->out, "<tr id=\"e%" PRIu64 "\" class=\"%s\" data-e=\"%s\"", line->first,
		event_kind_name(line->kind), text_get(&line->events));
	if (line->cause)
		text_printf(p->out, " data-c=\"%" PRIu64 "\"", line->cause);
	text_printf(p->out, "><td class=\"time\">");
	put_anchors(line, p->out);
	text_printf(p->out, "<a href=\"#e%" PRIu64 "\">%.1f</a></td><td class=\"who\">",
		line->first, (double)line->time_ns / (double)NS_PER_MS);
	if (line->kind != EVENT_ERROR && line->kind != EVENT_CLAIM && !command)
		html(line->who, p->out);
	text_puts(p->out, "</td><td class=\"what\">");
	if (command)
		text_puts(p->out, "&gt; ");
	if (line->kind == EVENT_EXPECTATION)
		text_puts(p->out, line->passed ? "as expected: " : "not as expected: ");
	if (line->kind == EVENT_ERROR)
		text_puts(p->out, "error: ");
	html_cut(line->what, p->out);
	if (command && line->passed)
		text_puts(p->out, "  <span class=\"good\">\xe2\x9c\x93</span>");
	if (line->held)
		text_puts(p->out, "  <b>held</b>");
	text_puts(p->out, "</td><td class=\"why\">");
	if (line->cause && line->why[0]) {
		text_printf(p->out, "<a href=\"#e%" PRIu64 "\">", line->cause);
		html(line->why, p->out);
		text_puts(p->out, "</a>");
	}
	text_puts(p->out, "</td></tr>\n");
}

static void put_story(struct page *p)
{
	story_read(&p->story, p->journal);
	text_puts(p->out,
		"<section aria-labelledby=\"h-story\">\n<h2 id=\"h-story\">The story, line by line</h2>\n"
		"<table class=\"story\"><thead><tr><th scope=\"col\">ms</th><th scope=\"col\">who</th>"
		"<th scope=\"col\">what</th><th scope=\"col\">because of</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->story.count; i++)
		put_line(p, &p->story.lines[i]);
	text_puts(p->out, "</tbody></table>\n");
	if (p->story.left_out)
		text_printf(p->out, "<p>%" PRIu64 " more lines are not told here.</p>\n",
			p->story.left_out);
	text_puts(p->out, "</section>\n");
}

/* ---- all of it ---- */

void html_report(const struct journal *j, struct text *out)
{
	struct page p;

	page_read(&p, j, out);
	put_head(&p);
	put_opening_and_result(&p);
	put_ladder(&p);
	put_diagram(&p);
	put_claims(&p);
	put_observations(&p);
	put_expectations(&p);
	put_story(&p);
	text_puts(out,
		"</main>\n<aside id=\"why\" aria-live=\"polite\"><dl></dl></aside>\n<script>");
	text_puts(out, html_script());
	text_puts(out, "</script>\n</body>\n</html>\n");
	page_done(&p);
}

void html_report_ladder(const struct journal *j, struct text *out)
{
	struct page p;

	page_read(&p, j, out);
	svg_ladder_alone(p.scene, p.title, out);
	page_done(&p);
}

void html_report_diagram(const struct journal *j, struct text *out)
{
	struct page p;

	page_read(&p, j, out);
	svg_diagram(&p.ways, p.title, false, out);
	page_done(&p);
}

/* A line of Markdown: a backslash before whatever could be more than a character (CommonMark 2.4). */
static void markdown(const char *string, struct text *out)
{
	struct text printable = TEXT_EMPTY;

	text_printable(&printable, string, strlen(string));
	for (const char *c = text_get(&printable); *c; c++) {
		if (strchr("\\`*_[]<>|#&!", *c))
			text_puts(out, "\\");
		text_add(out, c, 1);
	}
	text_done(&printable);
}

void html_report_markdown(const struct journal *j, struct text *out)
{
	struct page p;

	page_read(&p, j, out);
	story_read(&p.story, j);
	text_puts(out, "# ");
	markdown(p.title, out);
	text_puts(out,
		"\n\n```\n"); /* the ladder has no line that begins with a backtick: times do */
	text_ladder(j, out);
	text_puts(out, "```\n\n## The story\n\n");
	story_markdown(&p.story, out);
	page_done(&p);
}
