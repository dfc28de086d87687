/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/link.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl_read.h"
#include "watch/folder.h"
#include "watch/now.h"

#define LINE_MOST (64u << 20) /* bytes; a recipe's line may be long, and each of them becomes six */
#define SLICE_NS (5 * NS_PER_MS) /* then the screen has its turn */
#define READ_BYTES 65536

void link_init(struct link *l, int fd, pid_t pid)
{
	*l = (struct link){ .fd = fd, .pid = pid, .process = fd < 0 ? -1 : pidfd_open(pid, 0) };
	l->reader = jsonl_reader_new("the lab", true);
	stand_init(&l->stand, jsonl_reader_journal(l->reader));
}

int link_open(struct link *l, pid_t pid, struct diag *d)
{
	int fd = folder_connect(pid, d);

	if (fd < 0)
		return fd;
	link_init(l, fd, pid);
	return 0;
}

void link_close(struct link *l)
{
	fd_closep(&l->fd);
	fd_closep(&l->process);
	stand_done(&l->stand);
	jsonl_reader_free(l->reader);
	text_done(&l->in);
	free(l->title);
}

bool link_is_dropped(const struct link *l)
{
	struct pollfd process = { .fd = l->process, .events = POLLIN };

	return l->end == LINK_LOST && l->process >= 0 && poll(&process, 1, 0) == 0;
}

const struct journal *link_journal(const struct link *l)
{
	return jsonl_reader_journal(l->reader);
}

uint64_t link_now_ns(const struct link *l)
{
	uint64_t now = clock_now_ns();

	if (l->end != LINK_OPEN)
		return l->end_ns;
	return l->title && now > l->start_ns ? now - l->start_ns : 0;
}

static void end(struct link *l, enum link_end how)
{
	l->end_ns = link_now_ns(l);
	l->end = how;
	fd_closep(&l->fd);
}

static int take_hello(struct link *l, const json_t *object, struct diag *d)
{
	struct watch_hello hello;
	int r = now_read_hello(object, &hello, d);

	if (r < 0)
		return r;
	l->start_ns = hello.start_ns;
	free(l->title);
	l->title = text_copy(hello.title);
	return 0;
}

static int take_object(struct link *l, const json_t *object, struct diag *d)
{
	const struct journal *j = link_journal(l);
	struct socket_now now;
	struct event event;
	int r;

	switch (now_kind(object)) {
	case WATCH_LINE_HELLO:
		return take_hello(l, object, d);
	case WATCH_LINE_END:
		end(l, LINK_LEFT);
		return 0;
	case WATCH_LINE_NOW:
		r = now_read(object, &now, d);
		if (r == 0)
			stand_see_now(&l->stand, &now,
				(uint64_t)json_integer_value(json_object_get(object, "t_ns")));
		return r;
	default:
		r = jsonl_reader_take(l->reader, object, d);
		if (r == 0) {
			event = *journal_get(j, journal_last(j));
			stand_see(&l->stand, &event);
		}
		return r;
	}
}

static int take_line(struct link *l, const char *line, size_t len, struct diag *d)
{
	json_t *object = jsonl_reader_parse(l->reader, line, len, d);
	int r = object ? take_object(l, object, d) : -EBADMSG;

	json_decref(object);
	l->taken++;
	return r;
}

/* Of what is there, whole lines. */
static int take_lines(struct link *l, struct diag *d)
{
	size_t at = 0;
	char *newline;
	int r = 0;

	while (r == 0 && l->end == LINK_OPEN &&
		(newline = memchr(l->in.s + at, '\n', l->in.len - at))) {
		size_t len = (size_t)(newline - l->in.s) - at;

		r = take_line(l, l->in.s + at, len, d);
		at += len + 1;
	}
	l->in.len -= at;
	memmove(l->in.s, l->in.s + at, l->in.len);
	if (r == 0 && l->in.len > LINE_MOST)
		r = diag_set(d, EBADMSG, "the lab sends a line without an end");
	return r;
}

int link_take(struct link *l, const char *bytes, size_t len, struct diag *d)
{
	text_add(&l->in, bytes, len);
	/* a long line comes in many pieces, and is not searched from its beginning each time */
	if (memchr(bytes, '\n', len) || l->in.len > LINE_MOST)
		return take_lines(l, d);
	return 0;
}

int link_read(struct link *l, struct diag *d)
{
	uint64_t until = clock_now_ns() + SLICE_NS;
	char bytes[READ_BYTES];
	int r = 0;

	while (r == 0 && l->fd >= 0) {
		ssize_t len = read(l->fd, bytes, sizeof(bytes));

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			return 0;
		if (len <= 0) {
			end(l, LINK_LOST);
			return 0;
		}
		r = link_take(l, bytes, (size_t)len, d);
		if (clock_now_ns() > until)
			return r < 0 ? r : 1;
	}
	return r;
}

int link_greet(struct link *l, int timeout_ms, struct diag *d)
{
	uint64_t until = clock_now_ns() + (uint64_t)timeout_ms * NS_PER_MS, now;
	int r = 0;

	while (r >= 0 && !l->title && l->fd >= 0 && (now = clock_now_ns()) < until) {
		struct pollfd fd = { .fd = l->fd, .events = POLLIN };

		if (poll(&fd, 1, (int)((until - now) / NS_PER_MS) + 1) > 0)
			r = link_read(l, d);
	}
	if (r < 0)
		return r;
	if (!l->title && l->fd < 0)
		return diag_set(d, ECONNREFUSED, "lab %d lets no more watchers in", (int)l->pid);
	return l->title ? 0 : diag_set(d, ETIMEDOUT, "lab %d does not answer", (int)l->pid);
}
