/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages and pictures of journals by hand: that they are well-formed whatever is in them, and that each event is where
 * it should be. tests/kernel/test_report.c looks at them with a browser. */
#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "view/html_report.h"
#include "view/scene.h"
#include "view/svg.h"

#define MS UINT64_C(1000000)
#define HOSTILE "</title><script>alert(1)</script>\x1b[31m\"'&\xff\xc3\xbc\x01 ``` ![x](http://x)"

static uint64_t add(struct journal *j, uint64_t time_ms, struct event event)
{
	event.time_ns = time_ms * MS;
	return journal_add(j, event);
}

static struct address at(uint16_t port)
{
	struct address a = { .family = AF_INET, .bytes = { 127, 0, 0, 1 }, .port = port };

	return a;
}

static struct segment tcp(bool forth, uint8_t flags)
{
	return (struct segment){ .src = at(forth ? 1000 : 80),
		.dst = at(forth ? 80 : 1000),
		.flags = flags,
		.window = 100,
		.payload_len = 9,
		.excerpt_len = 9,
		.excerpt = "<b>&\"'\x1b\xff" };
}

static uint64_t change(struct journal *j, uint64_t ms, uint32_t endpoint, const char *name,
	enum tcp_state from, enum tcp_state to, uint64_t cause)
{
	return add(j, ms,
		(struct event){ .kind = EVENT_STATE,
			.subject = name,
			.cause = cause,
			.state = { .endpoint = endpoint,
				.from = from,
				.to = to,
				.local = at(endpoint == 1 ? 80 : 1000),
				.remote = at(endpoint == 1 ? 0 : 80) } });
}

static uint64_t put(struct journal *j, uint64_t ms, uint64_t number, bool forth, uint8_t flags,
	enum event_kind kind, uint64_t cause)
{
	return add(j, ms,
		(struct event){ .kind = kind,
			.cause = cause,
			.subject = forth ? "c" : "l",
			.text = forth ? "l" : "c",
			.wire = { .number = number,
				.repeats = number > 1 ? number - 1 : 0,
				.segment = tcp(forth, flags) } });
}

static uint64_t verdict(struct journal *j, uint64_t ms, uint64_t number, enum event_kind kind,
	uint64_t cause, bool held)
{
	return add(j, ms,
		(struct event){ .kind = kind,
			.cause = cause,
			.text = "by " HOSTILE,
			.verdict = { .number = number, .on_wire_ns = ms * MS, .held = held } });
}

static void add_questions(struct journal *j)
{
	add(j, 1061,
		(struct event){ .kind = EVENT_EXPECTATION,
			.text = HOSTILE,
			.place = { .line = 4, .column = 1 } });
	add(j, 1061,
		(struct event){ .kind = EVENT_CLAIM,
			.subject = "A1",
			.text = HOSTILE,
			.host = HOSTILE,
			.process = HOSTILE });
	add(j, 1061,
		(struct event){ .kind = EVENT_QUESTION,
			.subject = HOSTILE,
			.text = HOSTILE,
			.host = HOSTILE,
			.prediction = { .line = 3, .column = 2 } });
	add(j, 1061,
		(struct event){ .kind = EVENT_PREDICTION,
			.subject = HOSTILE,
			.text = HOSTILE,
			.prediction = { .question = journal_last(j), .line = 3, .column = 2 } });
	add(j, 1061,
		(struct event){ .kind = EVENT_OBSERVATION,
			.subject = HOSTILE,
			.text = HOSTILE,
			.prediction = { .question = journal_last(j) - 1,
				.answer = journal_last(j),
				.line = 3,
				.column = 2,
				.verdict = PREDICTION_OTHERWISE } });
	add(j, 1061, (struct event){ .kind = EVENT_ERROR, .text = HOSTILE, .subject = HOSTILE });
}

/* All that can be drawn, and what is hostile everywhere. */
static struct journal *make(void)
{
	struct journal *j = journal_new_told();
	uint64_t call, sent;

	add(j, 0, (struct event){ .kind = EVENT_LAB, .text = HOSTILE });
	add(j, 0,
		(struct event){ .kind = EVENT_HOST,
			.subject = "localhost",
			.socket = { .fd = -1, .local = at(0) } });
	add(j, 0,
		(struct event){ .kind = EVENT_RECIPE,
			.subject = "a/" HOSTILE ".lab",
			.text = HOSTILE ".\n\n  " HOSTILE "\n" });
	add(j, 0, (struct event){ .kind = EVENT_SAY, .text = HOSTILE });
	add(j, 0, (struct event){ .kind = EVENT_MARK, .text = HOSTILE });
	change(j, 1, 1, "l", STATE_NONE, STATE_LISTEN, 0);
	change(j, 1, 2, "c", STATE_NONE, STATE_CLOSED, 0);
	call = add(j, 1,
		(struct event){ .kind = EVENT_CALL,
			.subject = "c",
			.process = "main",
			.text = "connect(3, " HOSTILE ")" });
	change(j, 1, 2, "c", STATE_CLOSED, STATE_SYN_SENT, call);
	sent = put(j, 2, 1, true, SEGMENT_SYN, EVENT_SEGMENT, call);
	verdict(j, 2, 1, EVENT_DROPPED, sent, false);
	add(j, 2,
		(struct event){ .kind = EVENT_BLOCKED,
			.process = "main",
			.text = "connect()",
			.call.call = call });
	sent = put(j, 1002, 2, true, SEGMENT_SYN, EVENT_SEGMENT, 0);
	verdict(j, 1002, 2, EVENT_HELD, sent, false);
	verdict(j, 1003, 2, EVENT_CORRUPTED, sent, true);
	verdict(j, 1050, 2, EVENT_DELIVERED, sent, true);
	sent = put(j, 1051, 3, false, SEGMENT_SYN | SEGMENT_ACK, EVENT_FORGED, 0);
	verdict(j, 1051, 3, EVENT_DELIVERED, sent, false);
	sent = put(j, 1052, 4, false, SEGMENT_SYN | SEGMENT_ACK, EVENT_COPY, 0);
	sent = verdict(j, 1052, 4, EVENT_DELIVERED, sent, false);
	sent = change(j, 1052, 2, "c", STATE_SYN_SENT, STATE_ESTABLISHED, sent);
	add(j, 1052,
		(struct event){ .kind = EVENT_RETURN,
			.subject = "c",
			.process = "main",
			.cause = sent,
			.text = HOSTILE,
			.call.call = call });
	sent = put(j, 1060, 5, true, SEGMENT_ACK, EVENT_SEGMENT, 0);
	verdict(j, 1060, 5, EVENT_HELD, sent, false);
	change(j, 1061, 2, "c", STATE_ESTABLISHED, STATE_CLOSED, 0);
	add(j, 1061, (struct event){ .kind = EVENT_OUTPUT, .text = HOSTILE "\nmore" });
	add(j, 1061, (struct event){ .kind = EVENT_PROGRAM, .subject = "web", .text = HOSTILE });
	add_questions(j);
	return j;
}

/* ---- is it well-formed? ---- */

#define DEPTH 64

static bool is_void(const char *name)
{
	return strcmp(name, "meta") == 0;
}

/* The end of a tag that begins at `<`. */
static const char *tag_end(const char *s)
{
	char quote = 0;

	for (s++; *s && (quote || *s != '>'); s++) {
		if (quote ? *s == quote : *s == '"')
			quote = quote ? 0 : *s;
		if (quote)
			assert_int_not_equal(*s, '<');
	}
	assert_int_equal(*s, '>');
	return s;
}

static void assert_well_formed(const char *s)
{
	char stack[DEPTH][16];
	size_t depth = 0;

	for (const char *end; *s; s = end) {
		char name[16] = "";
		size_t len = 0;
		bool closes = s[0] == '<' && s[1] == '/';

		if (*s == '&') {
			end = s + strcspn(s, ";<");
			assert_int_equal(*end, ';');
			continue;
		}
		if (*s != '<') {
			assert_true((unsigned char)*s >= 0x20 || *s == '\n');
			end = s + 1;
			continue;
		}
		end = tag_end(s) + 1;
		if (s[1] == '!')
			continue;
		for (const char *c = s + 1 + closes; isalnum((unsigned char)*c) && len < 15; c++)
			name[len++] = *c;
		assert_true(len > 0);
		if (closes) {
			assert_true(depth > 0);
			assert_string_equal(stack[--depth], name);
		} else if (end[-2] != '/' && !is_void(name)) {
			assert_true(depth < DEPTH);
			memcpy(stack[depth++], name, sizeof(name));
			if (strcmp(name, "script") == 0 || strcmp(name, "style") == 0)
				end = strstr(end, "</");
		}
	}
	assert_int_equal(depth, 0);
}

static size_t count(const char *s, const char *what)
{
	size_t n = 0;

	for (; (s = strstr(s, what)); s++)
		n++;
	return n;
}

/* ---- the tests ---- */

static void pages_of_hostile_text_are_well_formed(void **state)
{
	struct journal *j = make();
	struct text page = TEXT_EMPTY;

	(void)state;
	html_report(j, &page);
	assert_well_formed(text_get(&page));
	assert_int_equal(count(text_get(&page), "<script"), 1);
	assert_null(strstr(text_get(&page), "alert(1)</script>"));
	assert_null(strchr(text_get(&page), '\x1b'));
	assert_null(strstr(text_get(&page), "\xff"));
	text_clear(&page);
	html_report_ladder(j, &page);
	assert_well_formed(text_get(&page));
	assert_null(strstr(text_get(&page), "<script"));
	text_clear(&page);
	html_report_diagram(j, &page);
	assert_well_formed(text_get(&page));
	text_done(&page);
	journal_free(j);
}

static void markdown_of_hostile_text_stays_in_its_fences(void **state)
{
	struct journal *j = make();
	struct text page = TEXT_EMPTY;
	const char *second;

	(void)state;
	html_report_markdown(j, &page);
	assert_null(strchr(text_get(&page), '\x1b'));
	assert_ptr_equal(strstr(text_get(&page), "# \\<"), text_get(&page));
	second = strstr(text_get(&page), "## The story\n\n````\n");
	assert_non_null(second);
	assert_int_equal(count(second, "\n````"), 2);
	text_done(&page);
	journal_free(j);
}

static void ladder_has_every_packet_and_state(void **state)
{
	struct journal *j = make();
	struct text page = TEXT_EMPTY;
	const char *s;

	(void)state;
	html_report_ladder(j, &page);
	s = text_get(&page);
	assert_int_equal(count(s, "data-number="), 5);
	assert_int_equal(count(s, "data-state="), 5);
	assert_non_null(
		strstr(s, "data-number=\"1\" data-from=\"0\" data-to=\"1\" data-fate=\"lost\""));
	assert_non_null(strstr(s,
		"data-number=\"2\" data-from=\"0\" data-to=\"1\" data-fate=\"delivered\" data-held"));
	assert_non_null(strstr(s,
		"data-number=\"3\" data-from=\"1\" data-to=\"0\" data-fate=\"delivered\">"));
	assert_non_null(
		strstr(s, "data-number=\"5\" data-from=\"0\" data-to=\"1\" data-fate=\"wire\""));
	assert_int_equal(count(s, "class=\"life wave\""),
		3); /* one fold, two waves; and the legend */
	for (const char *const *word = (const char *const[]){ ">held on the wire<", ">lost<",
		     ">sent again<", ">a copy made by the wire<", ">forged<", ">corrupted<", NULL };
		*word; word++)
		assert_non_null(strstr(s, *word));
	text_done(&page);
	journal_free(j);
}

/* A listener stays one, whatever becomes of the connection it shares a lifeline with. */
static void state_says_whose_it_is_beside_a_listener(void **state)
{
	struct journal *j = journal_new_told();
	struct text page = TEXT_EMPTY;
	uint64_t came;

	(void)state;
	change(j, 1, 1, "l", STATE_NONE, STATE_LISTEN, 0);
	change(j, 1, 2, "c", STATE_CLOSED, STATE_SYN_SENT, 0);
	put(j, 2, 1, true, SEGMENT_SYN, EVENT_SEGMENT, 0);
	came = verdict(j, 2, 1, EVENT_DELIVERED, 0, false);
	change(j, 2, 3, "l/1", STATE_NONE, STATE_SYN_RECEIVED, came);
	change(j, 3, 3, "l/1", STATE_SYN_RECEIVED, STATE_ESTABLISHED, 0);
	html_report_ladder(j, &page);
	assert_non_null(strstr(text_get(&page), "<title>l: LISTEN<"));
	assert_non_null(strstr(text_get(&page), "<title>l/1: ESTABLISHED<"));
	assert_non_null(strstr(text_get(&page), ">l/1 ESTABLISHED<"));
	assert_non_null(strstr(text_get(&page), "<title>c: SYN-SENT<"));
	text_done(&page);
	journal_free(j);
}

/* A SYN and two that repeat it, kept for long. */
static struct journal *make_kept(void)
{
	struct journal *j = journal_new_told();

	change(j, 1, 1, "l", STATE_NONE, STATE_LISTEN, 0);
	change(j, 1, 2, "c", STATE_CLOSED, STATE_SYN_SENT, 0);
	for (uint64_t i = 1; i <= 3; i++)
		verdict(j, i * 1000, i, EVENT_HELD,
			put(j, i * 1000, i, true, SEGMENT_SYN, EVENT_SEGMENT, 0), false);
	return j;
}

/* The `x` of the first box at or behind s; *s is moved behind it. */
static double next_box(const char **s)
{
	*s = strstr(*s, "<rect class=\"box\" x=\"");
	assert_non_null(*s);
	*s += strlen("<rect class=\"box\" x=\"");
	return strtod(*s, NULL);
}

static void boxes_of_what_stays_are_passed_by_no_arrow(void **state)
{
	struct journal *j = make_kept();
	struct text page = TEXT_EMPTY;
	const char *s;
	double first, second;

	(void)state;
	html_report_ladder(j, &page);
	s = text_get(&page);
	assert_int_equal(count(s, "still held"), 1);
	assert_non_null(strstr(s, ">3 still held<"));
	first = next_box(&s);
	second = next_box(&s);
	assert_true(second + SCENE_BOX < first); /* all come from the left */
	assert_true(next_box(&s) + SCENE_BOX < second);
	text_done(&page);
	journal_free(j);
}

/* Half of a fold is 9 high, and words of 10 stand 5 above what leaves a box. */
static void what_leaves_a_box_lies_on_no_wave_and_no_words(void **state)
{
	struct journal *j = make_kept();
	struct scene *s;

	(void)state;
	verdict(j, 3200, 1, EVENT_DELIVERED, 0, true);
	put(j, 3200, 4, false, SEGMENT_SYN | SEGMENT_ACK, EVENT_SEGMENT, 0);
	verdict(j, 3200, 2, EVENT_DELIVERED, 0, true);
	verdict(j, 3200, 4, EVENT_DELIVERED, 0, false);
	s = scene_new(j);
	scene_place(s);
	assert_int_equal(s->arrow_count, 4);
	assert_true(s->arrows[0].y_let_go - 15 > s->folds[s->fold_count - 1].y + 9);
	/* where the words begin, the one that meets it has come less than half of its way */
	assert_true(s->arrows[1].y_let_go - 15 >
		s->arrows[3].y_sent + (s->arrows[3].y_end - s->arrows[3].y_sent) * 0.42);
	scene_free(s);
	journal_free(j);
}

static void diagram_numbers_the_steps(void **state)
{
	struct journal *j = make();
	struct text page = TEXT_EMPTY;
	const char *s;

	(void)state;
	html_report_diagram(j, &page);
	s = text_get(&page);
	assert_int_equal(count(s, "data-socket=\"c\""), 3);
	assert_non_null(strstr(s, "<title>c, step 2: SYN-SENT to ESTABLISHED"));
	assert_non_null(strstr(s, "<title>c, step 3: ESTABLISHED to CLOSED"));
	assert_non_null(strstr(s, "lost dash")); /* which the figure does not have */
	text_done(&page);
	journal_free(j);
}

/* From SYN-SENT to CLOSED the figure has close(). */
static void diagram_dashes_what_a_reset_did(void **state)
{
	struct journal *j = journal_new_told();
	struct text page = TEXT_EMPTY;
	uint64_t sent;

	(void)state;
	change(j, 1, 2, "c", STATE_CLOSED, STATE_SYN_SENT, 0);
	html_report_diagram(j, &page);
	assert_null(strstr(text_get(&page), "lost dash"));
	text_clear(&page);
	sent = put(j, 2, 1, false, SEGMENT_RST | SEGMENT_ACK, EVENT_SEGMENT, 0);
	change(j, 2, 2, "c", STATE_SYN_SENT, STATE_CLOSED,
		verdict(j, 2, 1, EVENT_DELIVERED, sent, false));
	html_report_diagram(j, &page);
	assert_int_equal(count(text_get(&page), "lost dash"), 1);
	assert_int_equal(count(text_get(&page), "\"edge went a\""), 1);
	text_done(&page);
	journal_free(j);
}

static void page_of_a_megabyte_line_is_short(void **state)
{
	struct journal *j = journal_new_told();
	struct text line = TEXT_EMPTY, page = TEXT_EMPTY;

	(void)state;
	while (line.len < 1u << 20)
		text_puts(&line, "<\xc3\xbc\xff");
	for (int kind = EVENT_PROGRAM; kind <= EVENT_PROGRAM; kind++)
		add(j, 1,
			(struct event){ .kind = EVENT_PROGRAM,
				.subject = "web",
				.text = text_get(&line) });
	add(j, 1, (struct event){ .kind = EVENT_COMMAND, .subject = "f", .text = text_get(&line) });
	add(j, 1, (struct event){ .kind = EVENT_SAY, .text = text_get(&line) });
	html_report(j, &page);
	assert_well_formed(text_get(&page));
	assert_true(page.len < 200000);
	text_done(&line);
	text_done(&page);
	journal_free(j);
}

static void empty_journal_gives_a_page(void **state)
{
	struct journal *j = journal_new_told();
	struct text page = TEXT_EMPTY;

	(void)state;
	html_report(j, &page);
	html_report_ladder(j, &page);
	html_report_diagram(j, &page);
	html_report_markdown(j, &page);
	assert_non_null(strstr(text_get(&page), "nothing was expected"));
	text_done(&page);
	journal_free(j);
}

static void words_are_cut_where_told(void **state)
{
	static const struct {
		const char *string;
		size_t most;
		const char *words;
	} cases[] = {
		{ "abc", 0, "abc" },
		{ "abc", 3, "abc" },
		{ "abcd", 3, "ab\xe2\x80\xa6" },
		{ "\xc3\xbc\xc3\xbc\xc3\xbc", 2, "\xc3\xbc\xe2\x80\xa6" },
		{ "<&>\"", 4, "&lt;&amp;&gt;&quot;" },
		{ "a\nb\x1b", 0, "a\\x0ab\\x1b" },
		{ "", 5, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text out = TEXT_EMPTY;

		svg_words(cases[i].string, cases[i].most, &out);
		assert_string_equal(text_get(&out), cases[i].words);
		text_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_hostile_text_are_well_formed),
		cmocka_unit_test(markdown_of_hostile_text_stays_in_its_fences),
		cmocka_unit_test(ladder_has_every_packet_and_state),
		cmocka_unit_test(state_says_whose_it_is_beside_a_listener),
		cmocka_unit_test(boxes_of_what_stays_are_passed_by_no_arrow),
		cmocka_unit_test(what_leaves_a_box_lies_on_no_wave_and_no_words),
		cmocka_unit_test(diagram_numbers_the_steps),
		cmocka_unit_test(diagram_dashes_what_a_reset_did),
		cmocka_unit_test(page_of_a_megabyte_line_is_short),
		cmocka_unit_test(empty_journal_gives_a_page),
		cmocka_unit_test(words_are_cut_where_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
