/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of `tcplab serve` in a browser: it tells what the journal tells, in order and all of it, while it happens;
 * what anybody has written is text; the control link takes commands and the other does not; it can be read on a
 * projector and on a phone. Skipped without a browser. */
#include <inttypes.h>

#include "room.h"

/* One kind of what the stream has told: a key of each such event, an array of strings. */
static json_t *told(const struct room *room, const char *kind, const char *key)
{
	json_t *list = json_array();

	for (const char *at = text_get(&room->stream.text); (at = strstr(at, "\ndata: ")); at++) {
		json_t *event = json_loadb(at + 7, strcspn(at + 7, "\n"), 0, NULL);
		const char *k = json_string_value(json_object_get(event, "k"));

		if (k && strcmp(k, kind) == 0)
			json_array_append(list, json_object_get(event, key));
		json_decref(event);
	}
	return list;
}

/* must: the test fails when they are not the same. */
static bool are_same(json_t *page, json_t *journal, const char *what, bool must)
{
	char *a = json_dumps(page, JSON_ENCODE_ANY), *b = json_dumps(journal, JSON_ENCODE_ANY);
	bool same = json_equal(page, journal);

	if (!same && must)
		fail_msg("%s: the page has %s, the journal %s", what, a, b);
	free(a);
	free(b);
	json_decref(page);
	json_decref(journal);
	return same;
}

/* What has come by now. */
static void take_in(struct stream *s)
{
	struct pollfd polled = { .fd = s->fd, .events = POLLIN };

	while (poll(&polled, 1, 0) == 1 && stream_pump(s, clock_now_ns() + PROGRAM_DEADLINE_NS))
		;
}

/* A picture is drawn a moment after its last event, and the kernel's timers go on meanwhile: both are read until they
 * are at one. */
static void assert_as_told(struct room *room)
{
	uint64_t deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;
	bool late;

	do {
		late = clock_now_ns() > deadline_ns;
		take_in(&room->stream);
	} while (
		!are_same(
			browser_evaluate(&room->browser,
				"[...document.querySelectorAll('#story .state .what')].map((one) => one.textContent)"),
			told(room, "state", "what"), "states in the story", late) ||
		!are_same(
			browser_evaluate(&room->browser,
				"[...document.querySelectorAll('#ladder .packet')].map((one) => +one.dataset.number)"),
			told(room, "segment", "s"), "packets in the ladder", late));
}

static void what_happens_is_on_the_page(void **state)
{
	static const char *const before[] = { "socket l", "bind l 127.0.0.1:80", "listen l",
		"process p", "say \"before\"", NULL };
	static const char *const then[] = { "hold", "socket c in p", "connect c 127.0.0.1:80 &",
		"step", "drop #2", "say \"half\"", NULL };
	static const char *const more[] = { "release", "wait", "say \"arrived\"", NULL };
	static const char *const last[] = { "accept l a", "send c \"hello\"", "recv a 10",
		"say \"all of it\"", NULL };
	struct room *room = *state;

	type(room, before);
	stream_await(&room->stream, "before");
	visit(room, room->web.view);
	await_said(room, "before"); /* who comes late knows it too */
	type(room, then);
	await_said(room, "half");
	assert_as_told(room);
	/* who talked first stands at the left, as at the prompt */
	assert_true(browser_await(&room->browser,
		"[...document.querySelectorAll('#ladder .heads .title')].map((one) => one.textContent).join() === 'c,l'"));
	/* the wire has lost #2, which stays so in the picture */
	assert_true(browser_await(&room->browser,
		"document.querySelector('[data-number=\"2\"]')?.dataset.fate === 'lost'"));
	assert_true(browser_await(&room->browser,
		"[...document.querySelectorAll('#sockets td .pill')].map((one) => one.textContent).join() === "
		"'LISTEN,SYN-RECEIVED,SYN-SENT' || "
		"[...document.querySelectorAll('#sockets td .pill')].map((one) => one.textContent).join() === "
		"'LISTEN,SYN-SENT,SYN-RECEIVED'"));
	assert_true(browser_await(&room->browser,
		"[...document.querySelectorAll('#states .now')].map((one) => one.dataset.state).sort().join() === "
		"'LISTEN,SYN-RECEIVED,SYN-SENT'"));
	type(room, more);
	await_said(room, "arrived");
	/* one waits to be accepted, of which no event tells */
	assert_true(browser_await(&room->browser,
		"document.querySelector('#sockets [data-label=\"recv-q\"]').textContent === '1'"));
	type(room, last);
	await_said(room, "all of it");
	assert_true(browser_await(&room->browser,
		"[...document.querySelectorAll('#states .now')].map((one) => one.dataset.state).sort().join() === "
		"'ESTABLISHED,LISTEN'"));
	assert_as_told(room);
	/* a lab that begins anew has taken no way yet */
	web_type(&room->web, "reset");
	web_type(&room->web, "say \"anew\"");
	await_said(room, "anew");
	assert_true(browser_await(&room->browser, "!document.querySelector('#states .now')"));
	/* the key is nowhere to be read any more */
	assert_int_equal(ask_number(room, "+location.pathname.includes('join')"), 0);
	assert_int_equal(ask_number(room, "document.cookie.length"), 0);
	assert_clean(room);
}

static void what_others_write_is_text(void **state)
{
	static const char *const lines[] = {
		"say \"<img src=x onerror=alert(1)><script>document.title = 'gone'</script>\"",
		"say \"</span>&amp; \\x1b[31m \\xff\\xfe\"", "socket c", "bind c 127.0.0.1:80",
		"listen c", "process p", "socket d in p", "connect d 127.0.0.1:80",
		"send d \"<b>bold</b>\\n<iframe src=http://192.0.2.1/>\"", "say \"behind it\"", NULL
	};
	struct room *room = *state;

	visit(room, room->web.view);
	type(room, lines);
	await_said(room, "behind it");
	assert_int_equal(
		ask_number(room,
			"document.querySelectorAll('img, iframe, #story b, #ladder b').length"),
		0);
	assert_int_equal(ask_number(room, "document.scripts.length"), 1);
	assert_int_equal(ask_number(room, "+(document.title === 'tcplab')"), 1);
	assert_true(browser_await(&room->browser,
		"document.getElementById('story').textContent.includes('<img src=x onerror=alert(1)><script>')"));
	assert_true(browser_await(&room->browser,
		"document.getElementById('story').textContent.includes('&amp; \\\\x1b[31m \\\\xff\\\\xfe')"));
	assert_clean(room);
}

static void the_control_link_takes_commands(void **state)
{
	struct room *room = *state;

	visit(room, room->web.control);
	assert_true(browser_await(&room->browser, "!document.getElementById('command').hidden"));
	json_decref(browser_evaluate(&room->browser,
		"document.getElementById('line').value = 'wire; say \"from the page\"';"
		"document.querySelector('#command button').click()"));
	await_said(room, "from the page");
	assert_true(browser_await(&room->browser,
		"document.querySelector('#story .command .what').textContent === 'page> wire'"));
	/* whoever is at the prompt sees what was sent */
	while (!strstr(text_get(&room->web.program.output), "-- from the page"))
		program_pump(&room->web.program, clock_now_ns() + PROGRAM_DEADLINE_NS);
	assert_non_null(strstr(text_get(&room->web.program.output), "\npage> wire\n"));
	assert_clean(room);
}

static void the_view_link_takes_none(void **state)
{
	struct room *room = *state;

	visit(room, room->web.view);
	web_type(&room->web, "say \"to see\"");
	await_said(room, "to see");
	assert_int_equal(ask_number(room, "+document.getElementById('command').hidden"), 1);
	json_decref(browser_evaluate(&room->browser,
		"document.getElementById('line').value = 'say \"from a viewer\"';"
		"document.getElementById('command').requestSubmit()"));
	assert_true(browser_await(&room->browser,
		"document.getElementById('refused').textContent.includes('could not be sent')"));
	web_type(&room->web, "say \"nothing came\"");
	await_said(room, "nothing came");
	assert_null(strstr(text_get(&room->stream.text), "from a viewer"));
}

/* Nothing is wider than the window, on any panel, and the words are as large as can be read from there. */
static void it_fits_projector_and_phone(void **state)
{
	static const char *const lines[] = { "socket l", "bind l 127.0.0.1:80", "listen l",
		"process p", "hold", "socket c in p", "connect c 127.0.0.1:80 &", "step",
		"say \"in the middle of it\"", NULL };
	static const char *const panels[] = { "sockets", "states", "ladder", "story" };
	static const struct {
		int width, height, least; /* of the story's words, in pixels */
	} sizes[] = { { 1920, 1080, 14 }, { 390, 844, 11 } };
	struct room *room = *state;

	visit(room, room->web.control);
	type(room, lines);
	await_said(room, "in the middle of it");
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		browser_look_sized(&room->browser, i % 2 ? "dark" : "light", sizes[i / 2].width,
			sizes[i / 2].height);
		for (size_t k = 0; k < 4; k++) {
			struct text click = TEXT_EMPTY;

			text_printf(&click, "document.querySelector('nav [data-panel=%s]').click()",
				panels[k]);
			json_decref(browser_evaluate(&room->browser, text_get(&click)));
			text_done(&click);
			assert_true(browser_await(&room->browser,
				"document.documentElement.scrollWidth <= innerWidth && "
				"document.documentElement.scrollHeight <= innerHeight"));
		}
		assert_true(
			ask_number(room,
				"Math.round(parseFloat(getComputedStyle(document.querySelector('#story .what')).fontSize))") >=
			sizes[i / 2].least);
		/* light is light and dark is dark: the sum of the ground's colours */
		assert_int_equal(
			ask_number(room,
				"+(getComputedStyle(document.querySelector('section')).backgroundColor.match(/\\d+/g)"
				".reduce((a, b) => a + +b, 0) < 300)"),
			i % 2);
	}
	assert_clean(room);
}

static void the_end_is_told(void **state)
{
	struct room *room = *state;

	visit(room, room->web.view);
	web_type(&room->web, "quit");
	assert_true(browser_await(&room->browser,
		"document.getElementById('link').textContent === 'the lab has ended'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(what_happens_is_on_the_page),
		ROOM_TEST(what_others_write_is_text),
		ROOM_TEST(the_control_link_takes_commands),
		ROOM_TEST(the_view_link_takes_none),
		ROOM_TEST(it_fits_projector_and_phone),
		ROOM_TEST(the_end_is_told),
	};

	return room_run(tests, sizeof(tests) / sizeof(tests[0]));
}
