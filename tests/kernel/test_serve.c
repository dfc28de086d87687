/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `tcplab serve` asked by whoever reaches its port: who comes in, what they are told, and that nothing they send hurts. */
#include <inttypes.h>

#include "web.h"

#define OTHER_COOKIE 2000 /* bytes */

static const char *const view_only[] = { "serve", NULL };
static const char *const with_control[] = { "serve", "--control", NULL };

/* The numbers of events a stream has told, one after the other: each `data:` of them has its `id:`. */
static uint64_t next_id(const char **at)
{
	const char *id = strstr(*at, "\nid: ");

	if (!id)
		return 0;
	*at = id + 5;
	return strtoull(id + 5, NULL, 10);
}

/* Every event told once, in order; the last one. */
static uint64_t assert_in_order(const struct stream *s, uint64_t after)
{
	const char *at = text_get(&s->text);
	uint64_t last = after, id;

	while ((id = next_id(&at))) {
		assert_true(id > last);
		last = id;
	}
	return last;
}

static size_t count_ids(const struct stream *s)
{
	const char *at = text_get(&s->text);
	size_t count = 0;

	while (next_id(&at))
		count++;
	return count;
}

static void who_is_let_in(void **state)
{
	struct text cookies = TEXT_EMPTY;
	struct web w;
	char *answer;

	(void)state;
	web_open(&w, view_only);
	/* without a cookie nothing, not even a file */
	assert_int_equal(web_try(&w, "GET /", NULL, NULL, NULL), 403);
	assert_int_equal(web_try(&w, "GET /events", NULL, NULL, NULL), 403);
	assert_int_equal(web_try(&w, "GET /page.js", NULL, NULL, NULL), 403);
	assert_int_equal(web_try(&w, "GET /role", NULL, NULL, NULL), 403);
	/* but the style a refusal is read in */
	assert_int_equal(web_try(&w, "GET /style.css", NULL, NULL, NULL), 200);
	assert_int_equal(web_try(&w, "GET /", NULL, "Cookie: tcplab=1; a=b\r\n", NULL), 403);
	/* a wrong key */
	assert_int_equal(web_try(&w, "GET /join/00000000000000000000000000000000", NULL, NULL,
				 NULL),
		403);
	assert_int_equal(web_try(&w, "GET /join/", NULL, NULL, NULL), 403);
	/* the right cookie */
	answer = web_ask(&w, "GET /", NULL, w.cookie, NULL);
	assert_int_equal(web_status(answer), 200);
	assert_non_null(strstr(answer, "default-src 'none'"));
	assert_non_null(strstr(answer, "X-Content-Type-Options: nosniff"));
	assert_non_null(strstr(answer, "Referrer-Policy: no-referrer"));
	assert_non_null(strstr(answer, "data-state=\"TIME-WAIT\""));
	free(answer);
	assert_int_equal(web_try(&w, "GET /page.js", NULL, w.cookie, NULL), 200);
	/* behind those of other servers of that name, which may be long */
	text_printf(&cookies, "Cookie: other=%0*d; %s", OTHER_COOKIE, 0,
		w.cookie + strlen("Cookie: "));
	assert_int_equal(web_try(&w, "GET /page.js", NULL, text_get(&cookies), NULL), 200);
	text_done(&cookies);
	assert_int_equal(web_try(&w, "GET /nothing", NULL, w.cookie, NULL), 404);
	assert_int_equal(web_try(&w, "GET /../../etc/passwd", NULL, w.cookie, NULL), 404);
	assert_int_equal(web_try(&w, "DELETE /", NULL, w.cookie, NULL), 405);
	assert_int_equal(web_close(&w), 0);
}

/* A page elsewhere whose name points here (DNS rebinding), or that just asks. */
static void foreign_names_are_refused(void **state)
{
	struct web w;
	char host[80], line[256];
	struct stream s;
	int len;

	(void)state;
	web_open(&w, view_only);
	assert_int_equal(web_try(&w, "GET /", "evil.example", w.cookie, NULL), 421);
	snprintf(host, sizeof(host), "evil.example:%u", w.port);
	assert_int_equal(web_try(&w, "GET /", host, w.cookie, NULL), 421);
	assert_int_equal(web_try(&w, strstr(w.view, "/join") ? "GET /events" : "", host, w.cookie,
				 NULL),
		421);
	assert_int_equal(web_try(&w, "GET /", "127.0.0.1", w.cookie, NULL), 421);
	assert_int_equal(web_try(&w, "GET /", "", w.cookie, NULL), 421);
	snprintf(host, sizeof(host), "localhost:%u", w.port);
	assert_int_equal(web_try(&w, "GET /", host, w.cookie, NULL), 200);
	/* the right name, and a NUL behind it */
	len = snprintf(line, sizeof(line), "GET / HTTP/1.1\r\nHost: %s%c.evil.example\r\n%s\r\n",
		w.host, '\0', w.cookie);
	s = web_send(&w, line, (size_t)len);
	stream_await_end(&s);
	assert_int_not_equal(web_status(text_get(&s.text)), 200);
	stream_done(&s);
	snprintf(line, sizeof(line), "%sOrigin: http://evil.example\r\n", w.cookie);
	assert_int_equal(web_try(&w, "GET /events", NULL, line, NULL), 403);
	snprintf(line, sizeof(line), "%sOrigin: null\r\n", w.cookie);
	assert_int_equal(web_try(&w, "GET /", NULL, line, NULL), 403);
	snprintf(line, sizeof(line), "%sOrigin: http://%s.evil.example\r\n", w.cookie, w.host);
	assert_int_equal(web_try(&w, "GET /", NULL, line, NULL), 403);
	snprintf(line, sizeof(line), "%sOrigin: http://%s\r\n", w.cookie, w.host);
	assert_int_equal(web_try(&w, "GET /", NULL, line, NULL), 200);
	/* no other protocol by the back door */
	snprintf(line, sizeof(line),
		"%sUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n",
		w.cookie);
	assert_int_not_equal(web_try(&w, "GET /", NULL, line, NULL), 101);
	snprintf(line, sizeof(line),
		"%sUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
		w.cookie);
	assert_int_not_equal(web_try(&w, "GET /events", NULL, line, NULL), 101);
	assert_int_equal(web_close(&w), 0);
}

static void commands_need_the_control_link(void **state)
{
	static const char *const outside[] = { "exec x touch /tmp/tcplab-was-here",
		"repeat 1 { save /tmp/tcplab-was-here }",
		"slow { repeat 1 { capture /tmp/tcplab-was-here } }", "include /etc/passwd",
		"play open/three-way", "type main \"id\"", "watch", "quit" };
	struct web w;
	char control[WEB_COOKIE_MAX], line[512], origin[128];
	struct stream s;

	(void)state;
	web_open(&w, with_control);
	web_join(&w, w.control, control, sizeof(control));
	snprintf(origin, sizeof(origin), "Origin: http://%s\r\n", w.host);
	snprintf(line, sizeof(line), "%s%s", w.cookie, origin);
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "say \"by a viewer\""), 403);
	/* a form elsewhere could send a POST without telling where it is; one of ours tells */
	assert_int_equal(web_try(&w, "POST /command", NULL, control, "say \"from nowhere\""), 403);
	snprintf(line, sizeof(line), "%sOrigin: http://evil.example\r\n", control);
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "say \"from elsewhere\""), 403);
	snprintf(line, sizeof(line), "%s%s", control, origin);
	assert_int_equal(web_try(&w, "POST /other", NULL, line, "say \"to another\""), 405);
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "say \"by its holder\""), 204);
	/* what touches anything but the lab is for the prompt, also from inside a block, and it ends nothing */
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		assert_int_equal(web_try(&w, "POST /command", NULL, line, outside[i]), 204);
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "repeat 2 {"), 204);
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "nonsense"), 204);
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "say \"the last\""), 204);
	s = web_view(&w, 0);
	stream_await(&s, "the last");
	assert_non_null(strstr(text_get(&s.text), "by its holder"));
	assert_null(strstr(text_get(&s.text), "by a viewer"));
	assert_null(strstr(text_get(&s.text), "from nowhere"));
	assert_null(strstr(text_get(&s.text), "from elsewhere"));
	assert_null(strstr(text_get(&s.text), "root:"));
	assert_non_null(strstr(text_get(&s.text), "unknown command 'nonsense'"));
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		const char *at = text_get(&s.text);

		for (size_t k = 0; k <= i && at; k++)
			at = strstr(at + 1, "reaches out of the lab");
		assert_non_null(at);
	}
	assert_int_equal(access("/tmp/tcplab-was-here", F_OK), -1);
	stream_done(&s);
	web_type(&w, "say \"still there\"");
	assert_int_equal(web_close(&w), 0);
}

/* Several at once, as no browser sends them: the lab goes on. */
static void requests_at_once_stop_nothing(void **state)
{
	struct web w;
	char control[WEB_COOKIE_MAX], bytes[2048];
	struct stream s;
	int len;

	(void)state;
	web_open(&w, with_control);
	web_join(&w, w.control, control, sizeof(control));
	len = snprintf(bytes, sizeof(bytes),
		"GET / HTTP/1.1\r\nHost: %s\r\n%s\r\n"
		"POST /command HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n%sContent-Length: 10\r\n\r\n"
		"socket a;;GET /events HTTP/1.1\r\nHost: %s\r\n%s\r\n",
		w.host, control, w.host, w.host, control, w.host, control);
	s = web_send(&w, bytes, (size_t)len);
	stream_await_end(&s);
	stream_done(&s);
	assert_int_equal(web_try(&w, "GET /", NULL, w.cookie, NULL), 200);
	assert_int_equal(web_close(&w), 0);
}

/* What waits behind a command that takes long is not endless. */
static void commands_do_not_pile_up(void **state)
{
	struct web w;
	char control[WEB_COOKIE_MAX], line[512];
	int status = 204, sent = 0;

	(void)state;
	web_open(&w, with_control);
	web_join(&w, w.control, control, sizeof(control));
	snprintf(line, sizeof(line), "%sOrigin: http://%s\r\n", control, w.host);
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "wait; sleep 300s"), 204);
	while (status == 204 && sent++ < 200)
		status = web_try(&w, "POST /command", NULL, line, "say \"one more\"");
	assert_int_equal(status, 503);
	kill(w.program.pid, SIGTERM);
	fd_closep(&w.program.in);
	assert_int_equal(program_end(&w.program), 128 + SIGTERM);
	program_close(&w.program);
}

/* A loop that does not end fills no disk, and nobody waits behind it for ever. */
static void what_does_not_end_is_stopped(void **state)
{
	static const char *const endless[] = {
		"repeat 1000000 { repeat 1000000 { say \"again\" } }",
		"until c ESTABLISHED within 5m { mark }",
		"claim Z1 \"endless\" { repeat 1000000 { expect c CLOSED } }",
		"predict \"When?\" c state { repeat 1000000 { expect c CLOSED } }",
	};
	struct web w;
	char control[WEB_COOKIE_MAX], line[512];
	struct stream s;

	(void)state;
	web_open(&w, with_control);
	web_join(&w, w.control, control, sizeof(control));
	snprintf(line, sizeof(line), "%sOrigin: http://%s\r\n", control, w.host);
	s = web_view(&w, 0);
	web_type(&w, "socket c");
	for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++) {
		char words[32], say[48];

		assert_int_equal(web_try(&w, "POST /command", NULL, line, endless[i]), 204);
		snprintf(words, sizeof(words), "behind it %zu", i);
		snprintf(say, sizeof(say), "say \"%s\"", words);
		assert_int_equal(web_try(&w, "POST /command", NULL, line, say), 204);
		while (!strstr(text_get(&w.program.output), words))
			program_pump(&w.program, clock_now_ns() + PROGRAM_DEADLINE_NS);
		stream_await(&s, "stopped after 2000 commands");
		stream_await(&s, words);
		text_clear(&s.text);
		text_clear(&w.program.output);
	}
	/* what takes long, and is not wanted any more */
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "sleep 300s"), 204);
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "say \"dropped\""), 204);
	stream_await(&s, "sleep 300s");
	snprintf(line, sizeof(line), "%sOrigin: http://%s\r\n", w.cookie, w.host);
	assert_int_equal(web_try(&w, "POST /stop", NULL, line, " "), 403);
	snprintf(line, sizeof(line), "%sOrigin: http://%s\r\n", control, w.host);
	assert_int_equal(web_try(&w, "POST /stop", NULL, line, " "), 204);
	stream_await(&s, "stopped from the page");
	web_type(&w, "say \"and on\"");
	stream_await(&s, "and on");
	assert_null(strstr(text_get(&s.text), "\"k\":\"say\",\"what\":\"dropped\""));
	stream_done(&s);
	assert_int_equal(web_close(&w), 0);
}

static void a_lab_without_control_has_no_such_link(void **state)
{
	struct web w;
	char line[512];

	(void)state;
	web_open(&w, view_only);
	assert_string_equal(w.control, "");
	snprintf(line, sizeof(line), "%sOrigin: http://%s\r\n", w.cookie, w.host);
	assert_int_equal(web_try(&w, "POST /command", NULL, line, "say \"hello\""), 403);
	assert_int_equal(web_close(&w), 0);
}

/* One who comes late, and one who comes back, know what one knows who was there all the time. */
static void late_and_again(void **state)
{
	struct web w;
	struct stream there, late, again;
	uint64_t middle, last;

	(void)state;
	web_open(&w, view_only);
	there = web_view(&w, 0);
	web_type(&w, "socket c");
	web_type(&w, "bind c 127.0.0.1:6666");
	web_type(&w, "hold");
	web_type(&w, "connect c 127.0.0.1:6666 &");
	web_type(&w, "step");
	web_type(&w, "say \"half way\"");
	stream_await(&there, "half way");
	middle = assert_in_order(&there, 0);
	late = web_view(&w, 0);
	again = web_view(&w, middle);
	web_type(&w, "step");
	web_type(&w, "say \"the end of it\"");
	stream_await(&there, "the end of it");
	stream_await(&late, "the end of it");
	stream_await(&again, "the end of it");
	last = assert_in_order(&there, 0);
	assert_int_equal(assert_in_order(&late, 0), last);
	assert_int_equal(assert_in_order(&again, middle), last);
	assert_int_equal(count_ids(&late), count_ids(&there));
	assert_true(count_ids(&again) < count_ids(&there));
	assert_non_null(strstr(text_get(&late.text), "\"to\":\"SYN-RECEIVED\""));
	assert_null(strstr(text_get(&again.text), "half way"));
	/* what cannot be a number of ours does no harm */
	stream_done(&again);
	again = web_view(&w, UINT64_MAX);
	stream_await(&again, "event: now");
	stream_done(&again);
	web_type(&w, "quit");
	stream_await(&there, "event: end");
	stream_done(&there);
	stream_done(&late);
	assert_int_equal(web_close(&w), 0);
}

/* Whatever comes from outside is a string of JSON, on one line, with no byte that could be more. */
static void hostile_text_is_text(void **state)
{
	static const char hostile[] =
		"say \"<script>alert(1)</script>\\n\\ndata: {}\\n\\x1b[31m\\xff\\xfe \xe2\x80\xae\"";
	struct web w;
	struct stream s;
	const char *at;

	(void)state;
	web_open(&w, view_only);
	s = web_view(&w, 0);
	web_type(&w, hostile);
	web_type(&w, "socket c");
	web_type(&w, "say \"behind it\"");
	stream_await(&s, "behind it");
	for (at = text_get(&s.text); (at = strstr(at, "\ndata: ")); at++) {
		size_t len = strcspn(at + 7, "\n");
		json_error_t error;
		json_t *object = json_loadb(at + 7, len, 0, &error);

		if (!object)
			fail_msg("no JSON: %.*s: %s", (int)len, at + 7, error.text);
		json_decref(object);
	}
	assert_null(strchr(text_get(&s.text), '\x1b'));
	assert_null(strstr(text_get(&s.text), "\xff"));
	stream_done(&s);
	assert_int_equal(web_close(&w), 0);
}

/* Requests that are none: the lab lives, and answers the next one that is. */
static void garbage_does_no_harm(void **state)
{
	static const char *const pieces[] = {
		"GET ", "POST /command ", "/", "HTTP/1.1", "\r\n", "\r\n\r\n",
		"Host: ", "Cookie: ", "tcplab-", "Content-Length: ", "-1", "99999999999999999999",
		"Transfer-Encoding: chunked\r\n", "Origin: http://", "%00", "%2e%2e/", "\xff\xfe",
		"\x1b[2J", "Upgrade: h2c\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"Connection: keep-alive\r\n", "join/", "events", ":", " ", "Last-Event-ID: ",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	};
	struct web w;
	uint32_t seed = 1;

	(void)state;
	web_open(&w, with_control);
	for (int round = 0; round < 300; round++) {
		struct text request = TEXT_EMPTY;
		struct stream s;

		if (round % 3)
			text_printf(&request, "%s HTTP/1.1\r\nHost: %s\r\n%s",
				round % 2 ? "GET /events" : "POST /command", w.host, w.cookie);
		for (int i = 0; i < 40; i++) {
			seed = seed * 1103515245 + 12345;
			text_puts(&request,
				pieces[(seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		if (round == 100) { /* a head that never ends */
			for (int i = 0; i < 2000; i++)
				text_puts(&request, "X-More: and more of it\r\n");
		}
		s = web_send(&w, text_get(&request), request.len);
		/* some wait for an answer's beginning, some leave at once */
		shutdown(s.fd, SHUT_WR);
		stream_done(&s);
		text_done(&request);
	}
	assert_int_equal(web_try(&w, "GET /", NULL, w.cookie, NULL), 200);
	web_type(&w, "socket c => 3");
	assert_int_equal(web_close(&w), 0);
}

/* A viewer that never reads costs a little memory and nobody's time. */
static void a_viewer_that_sleeps_holds_nobody_up(void **state)
{
	struct web w;
	struct stream asleep, awake;

	(void)state;
	web_open(&w, view_only);
	asleep = web_view(&w, 0);
	awake = web_view(&w, 0);
	for (int i = 0; i < 20; i++) { /* 4 MB: more than a connection holds that nobody reads */
		char words[32], line[80];

		snprintf(words, sizeof(words), "much of it %d", i);
		snprintf(line, sizeof(line), "repeat 40 { help; help topics }; say \"%s\"", words);
		web_type(&w, line);
		while (!strstr(text_get(&w.program.output), words))
			program_pump(&w.program, clock_now_ns() + PROGRAM_DEADLINE_NS);
		text_clear(&w.program.output);
		stream_await(&awake, words);
	}
	assert_in_order(&awake, 0);
	stream_done(&awake);
	assert_int_equal(web_close(&w), 0);
	stream_done(&asleep);
}

static void what_cannot_be_served_is_told(void **state)
{
	static const struct {
		const char *arguments[6], *words;
	} cases[] = {
		{ { "serve", "--bind", "nowhere" }, "is no IP address" },
		{ { "serve", "--bind", "192.0.2.1" }, "Cannot assign requested address" },
		{ { "serve", "--port", "70000" }, "takes a TCP port" },
		{ { "serve", "open/three-way", "close/simultaneous" }, "serve plays one recipe" },
		{ { "play", "--control", "x" }, "'play' has no option '--control'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct program p;

		program_open(&p, cases[i].arguments, -1);
		fd_closep(&p.in);
		assert_int_equal(program_end(&p), 2);
		if (!strstr(text_get(&p.errors), cases[i].words))
			fail_msg("'%s' is not in: %s", cases[i].words, text_get(&p.errors));
		program_close(&p);
	}
}

static void an_open_bind_says_to_whom(void **state)
{
	static const char *const arguments[] = { "serve", "--bind", "0.0.0.0", "--control", NULL };
	struct web w;

	(void)state;
	web_open(&w, arguments);
	assert_non_null(strstr(text_get(&w.program.output), "Whoever reaches this machine"));
	assert_non_null(strstr(text_get(&w.program.output), "plain HTTP"));
	assert_int_equal(web_close(&w), 0);
}

/* It stays when the recipe is over, for those who look; Ctrl-C ends it, and the exit code is the recipe's. */
static void a_recipe_stays_to_be_looked_at(void **state)
{
	static const char *const arguments[] = { "serve", "open/three-way", NULL };
	struct web w;
	struct stream s;

	(void)state;
	web_open(&w, arguments);
	s = web_view(&w, 0);
	stream_await(&s, "\"k\":\"recipe\"");
	stream_await(&s, "ESTABLISHED");
	while (!strstr(text_get(&w.program.output), "stays until Ctrl-C"))
		program_pump(&w.program, clock_now_ns() + PROGRAM_DEADLINE_NS);
	assert_int_equal(web_try(&w, "GET /", NULL, w.cookie, NULL), 200);
	kill(w.program.pid, SIGINT);
	stream_await(&s, "event: end");
	stream_done(&s);
	assert_int_equal(web_close(&w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_let_in),
		cmocka_unit_test(foreign_names_are_refused),
		cmocka_unit_test(commands_need_the_control_link),
		cmocka_unit_test(requests_at_once_stop_nothing),
		cmocka_unit_test(commands_do_not_pile_up),
		cmocka_unit_test(what_does_not_end_is_stopped),
		cmocka_unit_test(a_lab_without_control_has_no_such_link),
		cmocka_unit_test(late_and_again),
		cmocka_unit_test(hostile_text_is_text),
		cmocka_unit_test(garbage_does_no_harm),
		cmocka_unit_test(a_viewer_that_sleeps_holds_nobody_up),
		cmocka_unit_test(what_cannot_be_served_is_told),
		cmocka_unit_test(an_open_bind_says_to_whom),
		cmocka_unit_test(a_recipe_stays_to_be_looked_at),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
