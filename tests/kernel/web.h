/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `tcplab serve` as whoever asks it sees it: bytes to its port, and what comes back. Nothing here sleeps: everything waits
 * in poll(2), and fails the test when it has not come by the deadline. */
#ifndef TESTS_KERNEL_WEB_H
#define TESTS_KERNEL_WEB_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "program.h"

#define WEB_COOKIE_MAX 128

struct web {
	struct program program; /* its standard input is the prompt */
	unsigned port;
	char host[64]; /* "127.0.0.1:4711" */
	char view[256], control[256]; /* links; "" = none */
	char cookie
		[WEB_COOKIE_MAX]; /* of the view link, as a request has it; "" until web_join() */
};

struct stream {
	int fd; /* -1 = closed */
	struct text text; /* all that has come */
	bool ended;
};

static inline int web_connect(const struct web *w)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)w->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* The end of it: what a failure shows. */
static inline const char *stream_tail(const struct stream *s)
{
	return text_get(&s->text) + (s->text.len > 600 ? s->text.len - 600 : 0);
}

static inline void stream_done(struct stream *s)
{
	fd_closep(&s->fd);
	text_done(&s->text);
}

/* Send bytes on a connection of their own; end it with stream_done(). */
static inline struct stream web_send(const struct web *w, const char *bytes, size_t len)
{
	struct stream s = { .fd = web_connect(w) };

	/* one that was refused early may have gone by now */
	while (len) {
		ssize_t n = send(s.fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		bytes += n;
		len -= (size_t)n;
	}
	return s;
}

/* Take in what comes; false: it is over. */
static inline bool stream_pump(struct stream *s, uint64_t deadline_ns)
{
	struct pollfd polled = { .fd = s->fd, .events = POLLIN };
	uint64_t now = clock_now_ns();
	char buffer[65536];
	ssize_t len;

	if (s->ended)
		return false;
	if (now >= deadline_ns || poll(&polled, 1, (int)((deadline_ns - now) / NS_PER_MS) + 1) <= 0)
		fail_msg("the page said nothing more within the deadline, after: %s",
			stream_tail(s));
	len = recv(s->fd, buffer, sizeof(buffer), 0);
	if (len > 0)
		text_add(&s->text, buffer, (size_t)len);
	s->ended = len <= 0;
	return !s->ended;
}

static inline void stream_await(struct stream *s, const char *words)
{
	uint64_t deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;

	while (!strstr(text_get(&s->text), words)) {
		if (!stream_pump(s, deadline_ns))
			fail_msg("the page ended without '%s', after: %s", words, stream_tail(s));
	}
}

static inline void stream_await_end(struct stream *s)
{
	uint64_t deadline_ns = clock_now_ns() + PROGRAM_DEADLINE_NS;

	while (stream_pump(s, deadline_ns))
		;
}

/* "GET /path" with a Host and more lines of head, each ended by CR LF; NULL = the right host, no more. The whole answer,
 * the caller's. */
static inline char *web_ask(const struct web *w, const char *what, const char *host,
	const char *more, const char *body)
{
	struct text request = TEXT_EMPTY;
	struct stream s;
	char *answer;

	text_printf(&request, "%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s", what,
		host ? host : w->host, more ? more : "");
	if (body)
		text_printf(&request, "Content-Length: %zu\r\n", strlen(body));
	text_printf(&request, "\r\n%s", body ? body : "");
	s = web_send(w, text_get(&request), request.len);
	stream_await_end(&s);
	answer = text_take(&s.text);
	stream_done(&s);
	text_done(&request);
	return answer;
}

static inline int web_status(const char *answer)
{
	return answer && strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10)
							      : -1;
}

/* The status of the answer to that. */
static inline int web_try(const struct web *w, const char *what, const char *host, const char *more,
	const char *body)
{
	char *answer = web_ask(w, what, host, more, body);
	int status = web_status(answer);

	free(answer);
	return status;
}

/* The line of head that shows the cookie a link gave: "Cookie: ...\r\n". */
static inline void web_join(const struct web *w, const char *link, char *ret_line, size_t size)
{
	struct text what = TEXT_EMPTY;
	const char *path = strstr(link, "/join/"), *at;
	char *answer;

	assert_non_null(path);
	text_printf(&what, "GET %s", path);
	answer = web_ask(w, text_get(&what), NULL, NULL, NULL);
	assert_int_equal(web_status(answer), 303);
	at = strstr(answer, "Set-Cookie: ");
	assert_non_null(at);
	at += strlen("Set-Cookie: ");
	snprintf(ret_line, size, "Cookie: %.*s\r\n", (int)strcspn(at, ";\r"), at);
	assert_non_null(strstr(answer, "; HttpOnly; SameSite=Strict"));
	free(answer);
	text_done(&what);
}

/* Begin to view, behind the event of that number (0 = from the beginning). */
static inline struct stream web_view(const struct web *w, uint64_t after)
{
	struct text request = TEXT_EMPTY;
	struct stream s;

	text_printf(&request, "GET /events HTTP/1.1\r\nHost: %s\r\n%s", w->host, w->cookie);
	if (after)
		text_printf(&request, "Last-Event-ID: %llu\r\n", (unsigned long long)after);
	text_puts(&request, "\r\n");
	s = web_send(w, text_get(&request), request.len);
	text_done(&request);
	return s;
}

/* Start `tcplab serve ...` with its commands from a pipe, and join as a viewer. */
static inline void web_open(struct web *w, const char *const *arguments)
{
	char *line;

	*w = (struct web){ 0 };
	program_open(&w->program, arguments, -1);
	while ((line = program_line(&w->program))) {
		const char *link = strstr(line, "http://");
		char *into = strncmp(line, "control:", 8) == 0 ? w->control : w->view;
		bool last = strstr(line, "--bind") || strstr(line, "plain HTTP");

		if (link && !into[0])
			snprintf(into, sizeof(w->view), "%s", link);
		free(line);
		if (last)
			break;
	}
	if (!w->view[0]) {
		program_blame(&w->program);
		fail_msg("no link was printed");
	}
	w->port = (unsigned)strtoul(strchr(w->view + 7, ':') + 1, NULL, 10);
	snprintf(w->host, sizeof(w->host), "127.0.0.1:%u", w->port);
	web_join(w, w->view, w->cookie, sizeof(w->cookie));
}

static inline void web_type(struct web *w, const char *line)
{
	program_say(&w->program, line, strlen(line));
	program_say(&w->program, "\n", 1);
}

/* End the lab; its exit code. */
static inline int web_close(struct web *w)
{
	int code;

	fd_closep(&w->program.in);
	code = program_end(&w->program);
	if (code)
		program_blame(&w->program);
	program_close(&w->program);
	return code;
}

#endif
