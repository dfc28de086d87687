/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A browser in front of a lab's page: what the tests of the page share. */
#ifndef TESTS_KERNEL_ROOM_H
#define TESTS_KERNEL_ROOM_H

#include "browser.h"
#include "web.h"

struct room {
	struct browser browser;
	struct web web;
	struct stream stream; /* what a viewer is told who was there from the beginning */
};

static inline void room_begin(struct room *room, const char *const *arguments)
{
	web_open(&room->web, arguments);
	room->stream = web_view(&room->web, 0);
}

static inline int room_open(void **state)
{
	static const char *const arguments[] = { "serve", "--control", NULL };

	room_begin(*state, arguments);
	return 0;
}

static inline int room_close(void **state)
{
	struct room *room = *state;

	stream_done(&room->stream);
	program_close(&room->web.program);
	return 0;
}

static inline void visit(struct room *room, const char *link)
{
	if (!browser_visit(&room->browser, link))
		fail_msg("the page does not load");
	assert_true(browser_await(&room->browser,
		"document.getElementById('link').className === 'live'"));
}

static inline void type(struct room *room, const char *const *lines)
{
	for (; *lines; lines++)
		web_type(&room->web, *lines);
}

/* The page is as far as `words`, the last thing said. */
static inline void await_said(struct room *room, const char *words)
{
	struct text expression = TEXT_EMPTY;

	stream_await(&room->stream, words);
	text_printf(&expression,
		"[...document.querySelectorAll('#story .say')].some((one) => one.textContent.includes('%s'))",
		words);
	if (!browser_await(&room->browser, text_get(&expression)))
		fail_msg("'%s' is not on the page", words);
	text_done(&expression);
}

static inline json_int_t ask_number(struct room *room, const char *expression)
{
	json_t *value = browser_evaluate(&room->browser, expression);
	json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;

	if (!json_is_integer(value))
		fail_msg("%s is no number", expression);
	json_decref(value);
	return number;
}

/* Nothing was complained of, and nobody else was asked for anything. */
static inline void assert_clean(struct room *room)
{
	const struct browser *b = &room->browser;

	if (b->complaints.len)
		fail_msg("the page complains: %s", text_get(&b->complaints));
	for (const char *url = text_get(&b->requests); *url; url += strcspn(url, "\n") + 1) {
		/* the browser's own page for an empty tab has pictures in it */
		if (strncmp(url, "http://", 7) == 0 || strncmp(url, "data:", 5) != 0)
			assert_memory_equal(url + 7, room->web.host, strlen(room->web.host));
	}
}

/* Is it so by and by? What is drawn comes a moment after what it is drawn of. */
static inline void await_page(struct room *room, const char *expression)
{
	if (!browser_await(&room->browser, expression))
		fail_msg("on the page it is not so: %s", expression);
}

/* Type into the page's command line. */
static inline void type_there(struct room *room, const char *line)
{
	json_t *words = json_string(line);
	char *quoted = json_dumps(words, JSON_ENCODE_ANY);
	struct text expression = TEXT_EMPTY;

	text_printf(&expression,
		"document.getElementById('line').value = %s;"
		"document.querySelector('#command [type=submit]').click()",
		quoted);
	json_decref(browser_evaluate(&room->browser, text_get(&expression)));
	text_done(&expression);
	free(quoted);
	json_decref(words);
}

#define ROOM_TEST(name) cmocka_unit_test_setup_teardown(name, room_open, room_close)

/* Run these, each with a lab of its own and all with one browser. What main() shall return. */
static inline int room_run(const struct CMUnitTest *tests, size_t count)
{
	struct CMUnitTest with_room[32];
	struct room room = { 0 };
	int r;

	if (!program_can())
		return PROGRAM_SKIPPED;
	if (!browser_open(&room.browser)) {
		fprintf(stderr, "skipped: there is no chromium here that runs\n");
		browser_close(&room.browser);
		return PROGRAM_SKIPPED;
	}
	browser_look_sized(&room.browser, "light", 1920, 1080);
	for (size_t i = 0; i < count; i++) {
		with_room[i] = tests[i];
		with_room[i].initial_state = &room;
	}
	r = _cmocka_run_group_tests("room", with_room, count, NULL, NULL);
	browser_close(&room.browser);
	return r;
}

#endif
