/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "journal/journal.h"
#include "serve/answer.h"
#include "serve/parts.h"
#include "world/world.h"

#define STALL_SECONDS 60 /* a viewer that takes nothing for so long is gone */
#define LOOK_MS 500
/* What has happened is told at once, and what happens then a moment later together. */
#define PAUSE_NS (30 * NS_PER_MS)
/* Of the lab's time: a tenth, of which a fiftieth of a second's worth may be saved up. */
#define SHARE 10
/* What it takes until a viewer can be told something: the library, epoll, the loop. */
#define ASK_NS ((int64_t)(80 * NS_PER_US))
#define CREDIT_MOST_NS ((int64_t)(20 * NS_PER_MS))

static void on_turn(uv_timer_t *handle);

static void arm(struct server *s)
{
	uint64_t now, due = s->turned_ns + PAUSE_NS;

	if (s->closing || !s->viewer_count || uv_is_active((uv_handle_t *)&s->turn))
		return; /* as it is for most events */
	now = clock_now_ns();
	uv_timer_start(&s->turn, on_turn, due > now ? (due - now) / NS_PER_MS + 1 : 0, 0);
}

static void on_event(void *arg, const struct journal *j, const struct event *event)
{
	(void)j;
	(void)event;
	arm(arg);
}

static void earn_credit(struct server *s, uint64_t now_ns)
{
	s->credit_ns += (int64_t)(now_ns - s->counted_ns) / SHARE;
	if (s->credit_ns > CREDIT_MOST_NS)
		s->credit_ns = CREDIT_MOST_NS;
	s->counted_ns = now_ns;
}

/* What took longer than there was credit for has to be earned first. */
static void spend(struct server *s, uint64_t since_ns)
{
	s->credit_ns -= (int64_t)(clock_now_ns() - since_ns);
}

/* Have it told more as soon as its socket takes that. */
static void ask(const struct server *s, struct visitor *v)
{
	v->asked = true;
	s->library->lws_set_timeout(v->wsi, PENDING_TIMEOUT_HTTP_CONTENT, STALL_SECONDS);
	s->library->lws_callback_on_writable(v->wsi);
}

static void on_turn(uv_timer_t *handle)
{
	struct server *s = handle->data;
	uint64_t now = clock_now_ns();
	int64_t asked_ns = 0;
	struct visitor *v;

	s->turned_ns = now;
	earn_credit(s, now);
	if (s->credit_ns <= 0) {
		arm(s);
		return;
	}
	board_look(s->board);
	spend(s, now);
	/* those who come first in this turn come last in the next */
	for (size_t i = s->viewer_count; i > 0 && asked_ns < s->credit_ns; i--) {
		v = TAILQ_FIRST(&s->viewers);
		TAILQ_REMOVE(&s->viewers, v, place);
		TAILQ_INSERT_TAIL(&s->viewers, v, place);
		if (v->asked || !board_has_news(s->board, &v->told))
			continue;
		ask(s, v);
		asked_ns += ASK_NS;
	}
	if (asked_ns >= s->credit_ns)
		arm(s);
}

/* The library (4.1) does not read from a connection that it answers: of one whose other end has gone, or says more, it is
 * told again and again, and takes all of a processor, until something is written there. */
static void drop_those_gone(struct server *s)
{
	struct visitor *next;
	char byte;

	for (struct visitor *v = TAILQ_FIRST(&s->viewers); v; v = next) {
		int fd = s->library->lws_get_socket_fd(v->wsi);

		next = TAILQ_NEXT(v, place);
		if (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
			(errno != EAGAIN && errno != EINTR))
			s->library->lws_set_timeout(v->wsi, PENDING_TIMEOUT_USER_OK,
				LWS_TO_KILL_SYNC);
	}
}

static void on_look(uv_timer_t *handle)
{
	drop_those_gone(handle->data);
	arm(handle->data);
}

int viewers_tell(struct server *s, struct visitor *v)
{
	uint64_t begun = clock_now_ns();
	struct text *out;
	int r = 0;

	v->asked = false;
	s->library->lws_set_timeout(v->wsi, NO_PENDING_TIMEOUT, 0);
	out = server_begin(s);
	board_tell(s->board, &v->told, LWS_PRE + SERVER_CHUNK, out);
	if (out->len > LWS_PRE)
		r = server_write(s, v->wsi);
	spend(s, begun);
	s->credit_ns -= ASK_NS;
	if (r < 0)
		return -1;
	if (board_has_news(s->board, &v->told)) {
		if (s->credit_ns > 0)
			ask(s, v);
		else
			arm(s);
	}
	return 0;
}

void viewers_leave(struct server *s, struct visitor *v)
{
	if (v->errand == ERRAND_VIEW) {
		TAILQ_REMOVE(&s->viewers, v, place);
		if (--s->viewer_count == 0)
			uv_timer_stop(&s->look);
	}
	v->errand = ERRAND_NONE;
	text_done(&v->body);
}

int viewers_add(struct server *s, struct visitor *v, uint64_t after)
{
	if (s->viewer_count == SERVER_VIEWERS_MOST)
		return requests_refuse(s, v->wsi, 503, "There are too many viewers.");
	answer_head(200, "text/event-stream", ANSWER_STREAM, NULL, server_begin(s));
	text_puts(&s->out, "retry: 1000\n\n");
	if (server_write(s, v->wsi) < 0)
		return -1;
	v->told = (struct board_place){ .event = after };
	v->errand = ERRAND_VIEW;
	TAILQ_INSERT_TAIL(&s->viewers, v, place);
	if (s->viewer_count++ == 0)
		uv_timer_start(&s->look, on_look, LOOK_MS, LOOK_MS);
	board_look(s->board);
	ask(s, v);
	return 0;
}

void viewers_open(struct server *s, uv_loop_t *loop)
{
	TAILQ_INIT(&s->viewers);
	uv_timer_init(loop, &s->turn);
	uv_timer_init(loop, &s->look);
	s->turn.data = s->look.data = s;
	journal_read(world_journal(s->world), on_event, s);
}

void viewers_close(struct server *s)
{
	struct visitor *v;

	for (v = TAILQ_FIRST(&s->viewers); v; v = TAILQ_NEXT(v, place)) {
		if (s->library->lws_send_pipe_choked(v->wsi))
			continue;
		board_tell(s->board, &v->told, LWS_PRE + SERVER_CHUNK, server_begin(s));
		board_end(&s->out);
		server_write(s, v->wsi);
	}
	uv_close((uv_handle_t *)&s->turn, NULL);
	uv_close((uv_handle_t *)&s->look, NULL);
}
