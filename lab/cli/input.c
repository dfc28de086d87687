/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "language/lexer.h"

/* Give the line that ends at `len`, and forget it with its newline. */
static void give(struct input *in, size_t len, bool newline)
{
	struct text line = TEXT_EMPTY;
	bool rest = in->cut;

	text_add(&line, in->begun.s, len);
	in->begun.len -= len + newline;
	memmove(in->begun.s, in->begun.s + len + newline, in->begun.len);
	in->cut = !newline && !in->over;
	if (!rest)
		in->line(in->arg, text_get(&line), line.len);
	text_done(&line);
}

static void give_lines(struct input *in)
{
	while (in->wanted && in->begun.len) {
		const char *newline = memchr(in->begun.s, '\n', in->begun.len);

		if (newline)
			give(in, (size_t)(newline - in->begun.s), true);
		else if (in->over || in->begun.len > LEXER_LINE_MAX)
			give(in, in->begun.len, false); /* not collected for ever */
		else
			return;
	}
}

static void on_readable(uv_poll_t *handle, int status, int events);

static void go_on(struct input *in)
{
	if (in->giving)
		return;
	in->giving = true;
	give_lines(in);
	in->giving = false;
	if (in->polled && in->wanted && !in->over)
		uv_poll_start(&in->poll, UV_READABLE | UV_DISCONNECT, on_readable);
	else if (in->polled)
		uv_poll_stop(&in->poll);
	if (in->wanted && in->over && !in->told) {
		in->told = true;
		in->end(in->arg);
	}
}

static void on_readable(uv_poll_t *handle, int status, int events)
{
	struct input *in = handle->data;
	char buffer[65536];
	ssize_t len = read(STDIN_FILENO, buffer, sizeof(buffer));

	(void)status;
	(void)events;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > 0)
		text_add(&in->begun, buffer, (size_t)len);
	else
		in->over = true;
	go_on(in);
}

int input_open(struct input *in, uv_loop_t *loop)
{
	int r = uv_poll_init(loop, &in->poll, STDIN_FILENO);

	if (r < 0)
		return r;
	in->polled = true;
	in->poll.data = in;
	return 0;
}

void input_take(struct input *in, struct text *all)
{
	in->begun = *all;
	*all = (struct text)TEXT_EMPTY;
	in->over = true;
}

void input_want(struct input *in, bool wanted)
{
	in->wanted = wanted;
	go_on(in);
}

void input_close(struct input *in)
{
	if (in->polled)
		uv_close((uv_handle_t *)&in->poll, NULL);
	in->polled = in->wanted = false;
}

void input_done(struct input *in)
{
	text_done(&in->begun);
}
