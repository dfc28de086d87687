/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `tcplab serve` and connections that take a place: who says nothing, reads slowly, or has gone keeps nobody out. */
#include "web.h"

static const char *const view_only[] = { "serve", NULL };

/* Many who say nothing keep nobody out. */
static void the_silent_make_room(void **state)
{
	enum { SILENT = 400 };
	struct web w;
	int silent[SILENT];
	char byte;

	(void)state;
	web_open(&w, view_only);
	for (size_t i = 0; i < SILENT; i++) {
		silent[i] = web_connect(&w);
		if (i % 2)
			assert_int_equal(send(silent[i], "G", 1, MSG_NOSIGNAL), 1);
	}
	assert_int_equal(web_try(&w, "GET /", NULL, w.cookie, NULL), 200);
	/* not because their time is over: those that came last are still there */
	assert_int_equal(recv(silent[0], &byte, 1, 0) > 0, 0);
	assert_int_equal(recv(silent[SILENT - 1], &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	for (size_t i = 0; i < SILENT; i++)
		close(silent[i]);
	assert_int_equal(web_close(&w), 0);
}

/* All of a file arrives, though the connection is closed behind it, and whoever reads takes a little at a time. */
static void a_slow_reader_gets_all_of_it(void **state)
{
	struct web w;
	struct text request = TEXT_EMPTY, got = TEXT_EMPTY;
	const int little = 2304; /* bytes; the least there is */
	char bytes[100], *whole;
	ssize_t len;
	int fd;

	(void)state;
	web_open(&w, view_only);
	whole = web_ask(&w, "GET /style.css", NULL, w.cookie, NULL);
	text_printf(&request, "GET /style.css HTTP/1.1\r\nHost: %s\r\n%s\r\n", w.host, w.cookie);
	fd = web_connect(&w);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
	assert_int_equal(send(fd, text_get(&request), request.len, MSG_NOSIGNAL),
		(ssize_t)request.len);
	while ((len = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		text_add(&got, bytes, (size_t)len);
	assert_int_equal(len, 0);
	assert_string_equal(text_get(&got), whole);
	assert_true(got.len > 10000);
	close(fd);
	free(whole);
	text_done(&request);
	text_done(&got);
	assert_int_equal(web_close(&w), 0);
}

/* In a lab where nothing happens nothing is written to them, either. */
static void viewers_that_are_gone_make_room(void **state)
{
	enum { MOST = 200 };
	uint64_t deadline_ns;
	struct stream viewers[MOST], another;
	struct web w;

	(void)state;
	web_open(&w, view_only);
	for (size_t i = 0; i < MOST; i++) {
		viewers[i] = web_view(&w, 0);
		stream_await(&viewers[i], "event: now");
	}
	another = web_view(&w, 0);
	stream_await(&another, "too many viewers");
	for (size_t i = 0; i < MOST; i++) {
		if (i % 2) /* one that says more than it may goes, too */
			assert_int_equal(send(viewers[i].fd, "GET /", 5, MSG_NOSIGNAL), 5);
		else
			stream_done(&viewers[i]);
	}
	deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;
	do {
		stream_done(&another);
		another = web_view(&w, 0);
		stream_pump(&another, deadline_ns);
	} while (strstr(text_get(&another.text), " 503 "));
	stream_await(&another, "event: now");
	for (size_t i = 1; i < MOST; i += 2) {
		stream_await_end(&viewers[i]);
		stream_done(&viewers[i]);
	}
	stream_done(&another);
	assert_int_equal(web_close(&w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_silent_make_room),
		cmocka_unit_test(a_slow_reader_gets_all_of_it),
		cmocka_unit_test(viewers_that_are_gone_make_room),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
