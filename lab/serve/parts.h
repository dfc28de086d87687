/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the server share: server.c (its life), requests.c (what is asked and answered), viewers.c (what is
 * told to those who stay). The loop's thread. */
#ifndef LAB_SERVE_PARTS_H
#define LAB_SERVE_PARTS_H

#include <sys/queue.h>

#include "base/address.h"
#include "base/text.h"
#include "serve/board.h"
#include "serve/gate.h"
#include "serve/library.h"
#include "serve/server.h"

#define SERVER_CHUNK 32768 /* bytes that a viewer is given at a time */
#define SERVER_HEAD_MOST 4096 /* bytes of a request's head */

enum errand {
	ERRAND_NONE,
	ERRAND_COMMAND, /* its body is being read */
	ERRAND_STOP, /* the same, of a request to stop what runs */
	ERRAND_VIEW, /* gets events until one of us goes */
};

/* A connection: libwebsockets keeps it, and it is all zero at first. */
struct visitor {
	TAILQ_ENTRY(visitor) place; /* of a viewer */
	struct lws *wsi; /* borrowed */
	enum errand errand;
	struct board_place told;
	bool asked; /* for more room in its socket, which has not come since */
	struct text body; /* of a command */
	bool too_long;
};

/* A connection that has not said yet what it wants. */
struct silent {
	TAILQ_ENTRY(silent) place;
	struct lws *wsi; /* borrowed */
};

struct server {
	const uv_loop_t *loop; /* borrowed */
	struct world *world; /* borrowed */
	struct script *script; /* borrowed */
	const struct library *library;
	struct lws_context *context; /* owned */
	struct board *board; /* owned */
	struct gate gate;
	struct server_options options;
	struct address address; /* that is listened on */
	TAILQ_HEAD(, silent) silent; /* owned; the one that came first is the first */
	size_t silent_count;
	TAILQ_HEAD(, visitor) viewers;
	size_t viewer_count;
	uint32_t commands; /* that have come */
	struct text index, style; /* owned: the files of the page that are made here */
	struct text out; /* what is being written, behind LWS_PRE bytes */
	uv_timer_t turn; /* when there is something to tell */
	uv_timer_t look; /* while somebody views: queues and timers change without an event */
	uint64_t turned_ns;
	int64_t credit_ns; /* of the lab's time */
	uint64_t counted_ns; /* when that was reckoned */
	bool closing;
};

/* ---- server.c ---- */

/* A text to be given to server_write(); what the library puts before it has its place. */
struct text *server_begin(struct server *s);
/* 0, or -1: the connection is gone. What the kernel does not take at once, the library keeps. */
int server_write(struct server *s, struct lws *wsi);

/* ---- requests.c: each returns 0, or -1 to hang up ---- */

int requests_take(struct server *s, struct visitor *v, const char *path);
int requests_body(struct visitor *v, const char *bytes, size_t len);
int requests_body_end(struct server *s, struct visitor *v);
/* Refuse, and hang up: whoever asks for that shall not keep a place. */
int requests_refuse(struct server *s, struct lws *wsi, int status, const char *words);

/* ---- viewers.c ---- */

void viewers_open(struct server *s, uv_loop_t *loop);
/* Say goodbye, as far as they take it at once. */
void viewers_close(struct server *s);
/* From here on this one is told what happens behind event `after`. 0, or -1 to hang up, as below. */
int viewers_add(struct server *s, struct visitor *v, uint64_t after);
/* Its socket takes more. */
int viewers_tell(struct server *s, struct visitor *v);
/* It is none any more; nothing when it was none. */
void viewers_leave(struct server *s, struct visitor *v);

#endif
