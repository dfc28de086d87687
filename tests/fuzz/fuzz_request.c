/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any words as an HTTP request, behind a library that does no more than to take it apart: whatever it asks for, it gets
 * one well-formed answer, and what is the lab's only with its pass.
 *
 *   POST /command
 *   Host: 127.0.0.1:4711
 *
 *   the body */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uv.h>

#include "base/lab_assert.h"
#include "base/text.h"
#include "command/table.h"
#include "language/script.h"
#include "serve/parts.h"
#include "world/parts.h"

#define PIECE 512 /* bytes of a body that come at a time */
#define KEY "%c0123456789abcdef0123456789abcde"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the library would keep of a connection. */
struct lws {
	const char *head; /* borrowed: the request's first line and headers */
	size_t answers;
	int status; /* of the last answer */
};

/* ---- the library ---- */

/* The value behind "name", case aside, at the beginning of a line; -1 = there is none. */
static int find_header(const char *head, const char *name, const char **ret_value)
{
	size_t len = strlen(name);

	for (const char *at = head; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncasecmp(at, name, len) == 0) {
			*ret_value = at + len + strspn(at + len, " ");
			return (int)strcspn(*ret_value, "\n");
		}
	}
	return -1;
}

static int find_token(const struct lws *wsi, enum lws_token_indexes token, const char **ret_value)
{
	bool post = strncmp(wsi->head, "POST ", 5) == 0;

	*ret_value = "";
	switch (token) {
	case WSI_TOKEN_GET_URI:
	case WSI_TOKEN_POST_URI:
		return post == (token == WSI_TOKEN_POST_URI) ? 1 : 0;
	case WSI_TOKEN_HOST:
		return find_header(wsi->head, "host:", ret_value);
	case WSI_TOKEN_ORIGIN:
		return find_header(wsi->head, "origin:", ret_value);
	default:
		return find_header(wsi->head, "cookie:", ret_value);
	}
}

static int total_length(struct lws *wsi, enum lws_token_indexes token)
{
	const char *value;
	int len = find_token(wsi, token, &value);

	return len < 0 ? 0 : len;
}

static int copy_value(const char *value, int found, char *buffer, int size)
{
	if (found < 0 || found >= size)
		return -1;
	memcpy(buffer, value, (size_t)found);
	buffer[found] = '\0';
	return found;
}

static int copy(struct lws *wsi, char *buffer, int size, enum lws_token_indexes token)
{
	const char *value;
	int found = find_token(wsi, token, &value);

	if (found < 0 && size > 0)
		buffer[0] = '\0';
	return found < 0 ? 0 : copy_value(value, found, buffer, size);
}

static int custom_copy(struct lws *wsi, char *buffer, int size, const char *name, int name_len)
{
	const char *value = NULL;
	int found;

	LAB_ASSERT(name_len == (int)strlen(name));
	found = find_header(wsi->head, name, &value);
	return copy_value(value, found, buffer, size);
}

/* One head with its end, and as much behind it as it says; what comes then is a viewer's, of the same answer. */
static int write_answer(struct lws *wsi, unsigned char *bytes, size_t len,
	enum lws_write_protocol protocol)
{
	const char *text = (const char *)bytes, *end = memmem(text, len, "\r\n\r\n", 4), *said;

	LAB_ASSERT(protocol == LWS_WRITE_HTTP);
	if (wsi->answers++ > 0)
		return (int)len;
	LAB_ASSERT(end && memcmp(text, "HTTP/1.1 ", 9) == 0);
	wsi->status = (int)strtol(text + 9, NULL, 10);
	said = memmem(text, (size_t)(end - text), "Content-Length: ", 16);
	if (said)
		LAB_ASSERT(strtoull(said + 16, NULL, 10) == len - (size_t)(end + 4 - text));
	return (int)len;
}

static int always_writable(struct lws *wsi)
{
	return wsi == NULL;
}

static void no_timeout(struct lws *wsi, enum pending_timeout reason, int seconds)
{
	(void)wsi;
	(void)reason;
	(void)seconds;
}

static const struct library library = {
	.lws_hdr_total_length = total_length,
	.lws_hdr_copy = copy,
	.lws_hdr_custom_copy = custom_copy,
	.lws_write = write_answer,
	.lws_callback_on_writable = always_writable,
	.lws_set_timeout = no_timeout,
	.lws_send_pipe_choked = always_writable,
};

/* ---- the server ---- */

static void never_closed(void *arg)
{
	(void)arg;
}

static void open_server(struct server *s, uv_loop_t *loop)
{
	const struct script_options options = { .interactive = true };

	*s = (struct server){ .library = &library,
		.gate = { .port = 4711, .control = true },
		.world = world_new(loop, false) };
	for (int role = 0; role < GATE_ROLE_COUNT; role++) {
		snprintf(s->gate.keys[role], GATE_SECRET, KEY, 'a' + role);
		snprintf(s->gate.passes[role], GATE_SECRET, KEY, 'A' + role);
	}
	gate_add_host(&s->gate, "127.0.0.1");
	s->world->closed = never_closed; /* so it has no handles, and what kicks it wakes nobody */
	s->script = script_new(s->world, &command_table, &options);
	s->board = board_new(s->world);
	viewers_open(s, loop);
}

static void close_server(struct server *s, uv_loop_t *loop)
{
	viewers_close(s);
	uv_run(loop, UV_RUN_DEFAULT);
	board_free(s->board);
	script_free(s->script);
	world_free(s->world);
	text_done(&s->out);
}

/* Whoever got something had to have what is asked for that. */
static void check(const struct server *s, const struct lws *wsi, const char *path)
{
	bool joins = strncmp(path, "/join/", 6) == 0;

	LAB_ASSERT(wsi->answers <= 2); /* a viewer's: the head, and what has happened */
	if (wsi->status == 200 || wsi->status == 204) {
		LAB_ASSERT(strstr(wsi->head, s->gate.passes[GATE_VIEWER]) ||
			strstr(wsi->head, s->gate.passes[GATE_CONTROL]));
		LAB_ASSERT(strcasestr(wsi->head, "host:") && !joins);
	}
	if (wsi->status == 303)
		LAB_ASSERT(joins && strlen(path) == 6 + GATE_SECRET - 1);
	if (!s->commands)
		return;
	LAB_ASSERT(strncmp(wsi->head, "POST /command", 13) == 0);
	LAB_ASSERT(strstr(wsi->head, s->gate.passes[GATE_CONTROL]));
	LAB_ASSERT(strcasestr(wsi->head, "http://127.0.0.1:4711"));
}

static void ask(struct server *s, struct lws *wsi, const char *path, const char *body, size_t len)
{
	struct visitor visitor = { .wsi = wsi };
	int r = requests_take(s, &visitor, path);

	for (size_t at = 0; r == 0 && visitor.errand == ERRAND_COMMAND && at < len; at += PIECE)
		r = requests_body(&visitor, body + at, len - at < PIECE ? len - at : PIECE);
	if (r == 0 && visitor.errand == ERRAND_COMMAND)
		r = requests_body_end(s, &visitor);
	if (r == 0)
		viewers_tell(s, &visitor);
	LAB_ASSERT(wsi->answers >= 1);
	check(s, wsi, path);
	viewers_leave(s, &visitor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *end = memmem(data, size, "\n\n", 2), *body = end ? end + 2 : "";
	size_t head_len = end ? (size_t)(end - (const char *)data) : size;
	size_t body_len = end ? size - head_len - 2 : 0, path_at;
	struct text head = TEXT_EMPTY, path = TEXT_EMPTY;
	struct server server;
	struct lws wsi = { 0 };
	uv_loop_t loop;

	text_add(&head, (const char *)data, head_len);
	wsi.head = text_get(&head);
	path_at = strcspn(wsi.head, " \n");
	path_at += wsi.head[path_at] == ' ';
	text_add(&path, wsi.head + path_at, strcspn(wsi.head + path_at, " \n"));
	LAB_ASSERT(uv_loop_init(&loop) == 0);
	open_server(&server, &loop);
	ask(&server, &wsi, text_get(&path), body, body_len);
	close_server(&server, &loop);
	LAB_ASSERT(uv_loop_close(&loop) == 0);
	text_done(&head);
	text_done(&path);
	return 0;
}
