/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of `tcplab serve` as a class looks at it: a question with its choices, the end of the story, words that are not
 * cut, on a projector and on a phone. Skipped without a browser. */
#include <inttypes.h>

#include "room.h"

#define AT_END                                                                                     \
	"((body) => body.scrollHeight - body.scrollTop - body.clientHeight < 3 && "                \
	"body.scrollHeight > body.clientHeight)(document.querySelector('#story .body'))"

/* The FIN is held, and sent again later: not 0.2 s, in which the question may not have come yet, but 0.9 s, as by the
 * handshake it is far to the other end. */
static const char asking[] =
	"process server\nsocket l in server\nbind l :8080\nlisten l\n"
	"socket c\ndelay syn/ack x1 300ms\nconnect c :8080\naccept l a\nhold\nclose c\n"
	"predict \"Which state will <b>a</b> be in?\" a state { step }\n"
	"predict \"Who has closed?\" choice {\n"
	"	process p\n"
	"	choice \"one of them\" c FIN-WAIT-1\n"
	"	choice \"nobody\" c ESTABLISHED\n"
	"}\n"
	"say \"all asked\"\n";

/* The room's lab plays that instead. */
static void play(struct room *room, const char *text)
{
	char path[64];
	const char *const arguments[] = { "serve", "--control", path, NULL };
	int fd;

	room_close((void **)&room);
	snprintf(path, sizeof(path), "/tmp/tcplab-look-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	room_begin(room, arguments);
	stream_await(&room->stream, "\"k\":\"question\"");
	unlink(path);
}

static void a_question_is_put_to_the_class(void **state)
{
	struct room *room = *state;

	play(room, asking);
	visit(room, room->web.control);
	await_page(room,
		"document.querySelector('#question .ask').textContent === 'Which state will <b>a</b> be in?'");
	await_page(room,
		"document.querySelector('#question .answers').textContent.includes('CLOSE-WAIT, CLOSING, LAST-ACK')");
	/* as large as can be read from the last row */
	assert_true(
		ask_number(room,
			"Math.round(parseFloat(getComputedStyle(document.querySelector('#question .answers')).fontSize))") >=
		24);
	await_page(room, "document.querySelector('#command label').textContent === 'prediction>'");
	type_there(room, "close a");
	await_page(room,
		"document.querySelector('#question .note').textContent.startsWith(\"'close' has to wait\")");
	type_there(room, "close_wait");
	/* the next is asked at once, and what came of the first stays beside it */
	await_page(room,
		"document.querySelector('#question aside .said')?.textContent === 'CLOSE-WAIT'");
	await_page(room,
		"document.querySelector('#question aside .is').textContent === 'CLOSE-WAIT as foretold'");
	await_page(room,
		"document.querySelector('#question aside .chain').textContent.endsWith('ESTABLISHED -> CLOSE-WAIT')");
	await_page(room,
		"[...document.querySelectorAll('#question .answers li')].map((one) => one.textContent).join('|') === "
		"'1  one of them|2  nobody'");
	type_there(room, "2");
	await_said(room, "all asked");
	await_page(room,
		"document.querySelector('#question .is').textContent.endsWith('not what was said')");
	await_page(room, "document.querySelector('#command label').textContent === 'tcplab>'");
	json_decref(browser_evaluate(&room->browser,
		"document.querySelector('#question .away').click()"));
	await_page(room, "document.getElementById('question').hidden");
	assert_clean(room);
}

static void repeats_are_one_line_while_a_class_thinks(void **state)
{
	struct room *room = *state;

	play(room, asking);
	visit(room, room->web.view);
	stream_await(&room->stream, "\"repeat\":true");
	await_page(room,
		"/[0-9]+ repeats of what is held were dropped/.test(document.getElementById('story').textContent)");
	/* nothing of them but that */
	await_page(room,
		"document.querySelectorAll('#ladder .packet').length === 4 && "
		"!document.getElementById('ladder').textContent.includes('retransmission')");
	assert_int_equal(
		ask_number(room,
			"document.querySelectorAll('#story .segment, #ladder [data-fate=lost], #story .dropped, #story .timer').length"),
		4);
}

static void the_story_is_at_its_end(void **state)
{
	struct room *room = *state;

	for (int i = 0; i < 60; i++)
		web_type(&room->web, "say \"one line of many\"");
	web_type(&room->web, "say \"the last of them\"");
	stream_await(&room->stream, "the last of them");
	/* where a command line comes up when the story is there already */
	visit(room, room->web.control);
	await_page(room, "!document.getElementById('command').hidden");
	await_said(room, "the last of them");
	await_page(room, AT_END);
	type_there(room, "help recv; say \"helped\"");
	await_said(room, "helped");
	await_page(room, AT_END " && document.querySelector('#story .latest').hidden");
	/* who has gone up stays there, and finds back */
	json_decref(browser_evaluate(&room->browser,
		"document.querySelector('#story .body').scrollTop = 10"));
	await_page(room, "!document.querySelector('#story .latest').hidden");
	type_there(room, "say \"below\"");
	await_said(room, "below");
	assert_int_equal(ask_number(room, "document.querySelector('#story .body').scrollTop"), 10);
	json_decref(browser_evaluate(&room->browser,
		"document.querySelector('#story .latest').click()"));
	await_page(room, AT_END);
	/* a phone opens it at its end, too */
	browser_look_sized(&room->browser, "light", 390, 844);
	visit(room, room->web.view);
	await_said(room, "below");
	json_decref(browser_evaluate(&room->browser,
		"document.querySelector('nav [data-panel=story]').click()"));
	await_page(room, AT_END);
	browser_look_sized(&room->browser, "light", 1920, 1080);
	assert_clean(room);
}

/* Numbers and marks have the room they need, however late it is and wherever a packet was held. */
static void words_are_not_cut(void **state)
{
	static const char *const lines[] = { "ladder", "help CLOSE-WAIT", "say \"shown\"", NULL };
	static const char story[] =
		"import(new URL('ladder.js', location)).then(({ Ladder }) => {"
		"const ladder = new Ladder(document.getElementById('ladder'));"
		"const at = (n, event) => ladder.take({ n, t: 171067800 + n * 1000, ...event });"
		"at(1, { k: 'state', e: 1, name: 'c', to: 'SYN-SENT', from: 'CLOSED' });"
		"at(2, { k: 'state', e: 2, name: 'l', to: 'LISTEN', from: 'CLOSED' });"
		"for (let n = 3; n < 20; n += 3) {"
		"at(n, { k: 'timer', e: 1, who: 'c', brief: '(retransmission)' });"
		"at(n + 1, { k: 'segment', s: n, c: n, again: 3, from: 'c', to: 'l', head: 'FIN/ACK', tail: ' seq 1 ack 1' });"
		"at(n + 2, { k: 'held', s: n }); } window.drawn = true; })";
	struct room *room = *state;

	visit(room, room->web.view);
	type(room, lines);
	await_said(room, "shown");
	await_page(room,
		"getComputedStyle(document.querySelector('#story .output .what')).whiteSpace === 'pre'");
	json_decref(browser_evaluate(&room->browser,
		"[...document.querySelectorAll('#story .more')].pop().click()"));
	await_page(room,
		"document.querySelector('#wide pre').textContent.startsWith('CLOSE-WAIT') && "
		"document.querySelector('#wide pre').scrollWidth <= document.querySelector('#wide pre').clientWidth");
	json_decref(
		browser_evaluate(&room->browser, "document.querySelector('#wide .away').click()"));
	json_decref(browser_evaluate(&room->browser, story));
	await_page(room,
		"window.drawn && document.querySelectorAll('#ladder .packet').length === 6");
	await_page(room,
		"[...document.querySelectorAll('#ladder .time')].every((one) => one.getBBox().x >= 0)");
	assert_int_equal(
		ask_number(room,
			"[...document.querySelectorAll('#ladder text')].filter((one) => one.textContent.includes('…')).length"),
		0);
	await_page(room,
		"((body) => body.scrollWidth <= body.clientWidth)(document.querySelector('#ladder .body'))");
	assert_clean(room);
}

/* Long states and timers, at the sizes of small projectors. */
static void a_small_projector_shows_all_of_it(void **state)
{
	static const char *const lines[] = { "process server", "socket l in server", "bind l :8080",
		"listen l", "hold ack", "socket c", "connect c :8080", "say \"shown\"", NULL };
	static const int sizes[][2] = { { 1024, 768 }, { 1280, 800 } };
	struct room *room = *state;

	type(room, lines);
	for (size_t i = 0; i < 2; i++) {
		browser_look_sized(&room->browser, "light", sizes[i][0], sizes[i][1]);
		visit(room, room->web.view);
		await_said(room, "shown");
		await_page(room,
			"document.querySelector('#sockets .timer b') && document.querySelector('#ladder [data-state=\"SYN-RECEIVED\"]')");
		await_page(room,
			"((body) => body.scrollWidth <= body.clientWidth)(document.querySelector('#sockets .body'))");
		await_page(room,
			"((body) => [...body.querySelectorAll('.pill rect')].every((one) => { const box = one.getBoundingClientRect(), all = body.querySelector('svg:last-of-type').getBoundingClientRect();"
			"return box.left >= all.left && box.right <= all.right; }))(document.querySelector('#ladder .body'))");
	}
	browser_look_sized(&room->browser, "light", 1920, 1080);
	assert_clean(room);
}

static void a_phone_shows_all_of_it(void **state)
{
	static const char *const lines[] = { "socket l", "bind l :80", "listen l",
		"say \"listens\"", NULL };
	struct room *room = *state;

	browser_look_sized(&room->browser, "light", 390, 844);
	visit(room, room->web.control);
	type(room, lines);
	await_said(room, "listens");
	/* what the kernel tells of a listener is no bytes */
	await_page(room,
		"document.querySelector('[data-label=\"send-q\"]').textContent === 'backlog 4096'");
	type_there(room, "bogus");
	await_page(room,
		"document.getElementById('answer').textContent.includes(\"unknown command 'bogus'\") && "
		"document.getElementById('answer').clientHeight > 20");
	type_there(room, "ss l");
	await_page(room,
		"document.getElementById('answer').textContent.startsWith('SOCKET STATE')");
	json_decref(browser_evaluate(&room->browser,
		"document.querySelector('nav [data-panel=states]').click()"));
	await_page(room,
		"((body) => body.scrollWidth <= body.clientWidth)(document.querySelector('#states .body')) && "
		"document.querySelector('figure svg').getBoundingClientRect().right <= innerWidth && "
		"document.querySelector('figure svg').getBoundingClientRect().width > 300");
	browser_look_sized(&room->browser, "light", 1920, 1080);
	assert_clean(room);
}

/* A refusal is of the page's design, in light and dark. */
static void who_is_refused_can_read_why(void **state)
{
	struct room *room = *state;
	struct text link = TEXT_EMPTY;

	text_printf(&link, "http://%s/join/0123", room->web.host);
	for (int dark = 0; dark < 2; dark++) {
		browser_look_sized(&room->browser, dark ? "dark" : "light", 390, 844);
		assert_true(browser_visit(&room->browser, text_get(&link)));
		await_page(room,
			"document.querySelector('.refusal main p').textContent.startsWith('This link is not one')");
		assert_int_equal(
			ask_number(room,
				"+(getComputedStyle(document.querySelector('main')).backgroundColor.match(/\\d+/g)"
				".reduce((a, b) => a + +b, 0) < 300)"),
			dark);
		assert_true(
			ask_number(room,
				"Math.round(parseFloat(getComputedStyle(document.querySelector('main p')).fontSize))") >=
			16);
	}
	text_done(&link);
	browser_look_sized(&room->browser, "light", 1920, 1080);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(a_question_is_put_to_the_class),
		ROOM_TEST(repeats_are_one_line_while_a_class_thinks),
		ROOM_TEST(the_story_is_at_its_end),
		ROOM_TEST(words_are_not_cut),
		ROOM_TEST(a_small_projector_shows_all_of_it),
		ROOM_TEST(a_phone_shows_all_of_it),
		ROOM_TEST(who_is_refused_can_read_why),
	};

	return room_run(tests, sizeof(tests) / sizeof(tests[0]));
}
