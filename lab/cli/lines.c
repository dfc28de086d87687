/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/readiness.h"
#include "language/lexer.h"
#include "language/recipe.h"

#define WAITING_MOST ((size_t)4 * LEXER_LINE_MAX) /* bytes read and not taken */

static void on_input(uv_poll_t *handle, int status, int events)
{
	struct lines *l = handle->data;
	char buffer[65536];
	ssize_t len = read(STDIN_FILENO, buffer, sizeof(buffer));

	(void)status;
	(void)events;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	l->ended = len <= 0;
	if (!l->ended)
		text_add(&l->text, buffer, (size_t)len);
	if (l->ended || l->text.len >= WAITING_MOST)
		uv_poll_stop(&l->poll);
	l->ready(l->arg);
}

int lines_open(struct lines *l, uv_loop_t *loop, void (*ready)(void *arg), void *arg,
	struct diag *d)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL), r;

	l->ready = ready;
	l->arg = arg;
	if (l->ended)
		return 0;
	r = uv_poll_init(loop, &l->poll, STDIN_FILENO);
	if (r == -EPERM) {
		l->ended = true;
		return recipe_read_fd(STDIN_FILENO, "stdin", &l->text, d);
	}
	if (r < 0)
		return readiness_refused(d, -r, "standard input cannot be awaited");
	l->polled = true;
	l->poll.data = l;
	/* That made it non-blocking, for everybody who has it: of a terminal also our own output. */
	if (flags >= 0)
		fcntl(STDIN_FILENO, F_SETFL, flags);
	r = readiness_await(&l->poll, UV_READABLE | UV_DISCONNECT, on_input);
	return r < 0 ? readiness_refused(d, -r, "standard input cannot be awaited") : 0;
}

/* The next line, or as much of it as is refused for its length. */
static bool take(struct lines *l, struct text *out)
{
	const char *newline = l->text.len ? memchr(l->text.s, '\n', l->text.len) : NULL;
	size_t len = newline ? (size_t)(newline - l->text.s) : l->text.len, taken = len + !!newline;

	if (!newline && !(l->ended && len) && len <= LEXER_LINE_MAX)
		return false;
	text_add(out, l->text.s, len);
	l->text.len -= taken;
	memmove(l->text.s, l->text.s + taken, l->text.len);
	l->cut = !newline;
	return true;
}

bool lines_take(struct lines *l, struct text *out)
{
	size_t begin = out->len;
	bool rest, taken;

	do {
		rest = l->cut;
		out->len = begin;
		taken = take(l, out);
	} while (taken && rest);
	if (l->polled && !l->ended && l->text.len < WAITING_MOST &&
		!uv_is_active((uv_handle_t *)&l->poll)) {
		l->error = -readiness_await(&l->poll, UV_READABLE | UV_DISCONNECT, on_input);
		l->ended = l->error != 0;
	}
	return taken;
}

void lines_close(struct lines *l)
{
	if (l->polled)
		uv_close((uv_handle_t *)&l->poll, NULL);
	l->polled = false;
}

void lines_done(struct lines *l)
{
	text_done(&l->text);
}
