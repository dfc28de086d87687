/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of `tcplab serve`: how a lab stands and what happens in it, live, in browsers. HTTP by libwebsockets on the
 * lab's loop; what a request may do is decided in gate.h, what is told in board.h. All viewers together get a tenth of
 * the lab's time: one that takes nothing only falls behind, and is dropped after a while.
 *
 * States: open -> server_close() -> (the loop runs dry) -> server_free(). The loop's thread; nothing blocks. */
#ifndef LAB_SERVE_SERVER_H
#define LAB_SERVE_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct diag;
struct script;
struct server;
struct text;
struct world;

#define SERVER_FILE "<page>" /* where a command came from, as messages name it */
#define SERVER_VIEWERS_MOST 200

struct server_options {
	const char *address; /* to listen on: an IP address; NULL = 127.0.0.1 */
	uint16_t port; /* 0 = any that is free */
	bool control; /* whoever has that link may send commands */
};

/* loop, world, script: borrowed until server_free(). 0; or -errno with d filled: the address is none of ours, the port
 * is taken, the library's plug-in is missing. */
int server_open(struct server **ret_server, uv_loop_t *loop, struct world *world,
	struct script *script, const struct server_options *options, struct diag *d);
/* The links, and to whom the page is open: lines for the user. Appended. */
void server_tell(const struct server *s, struct text *out);
/* Only the links. */
void server_tell_links(const struct server *s, struct text *out);
/* Say goodbye to the viewers and close. NULL is fine, as below. */
void server_close(struct server *s);
/* Once the loop has run dry. */
void server_free(struct server *s);

#endif
