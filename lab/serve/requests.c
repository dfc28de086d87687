/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "journal/event.h"
#include "journal/journal.h"
#include "language/prediction.h"
#include "language/script.h"
#include "serve/answer.h"
#include "serve/asset.h"
#include "serve/parts.h"
#include "world/world.h"

#define COMMAND_MOST 4096 /* bytes */

/* One request for each connection: of a GET and a POST sent at once the library (4.1) never finds the end, and the lab
 * stands still for ever. */
static int finish_answer(struct server *s, struct lws *wsi)
{
	server_write(s, wsi);
	return -1;
}

int requests_refuse(struct server *s, struct lws *wsi, int status, const char *words)
{
	answer_refusal(status, "tcplab", words, server_begin(s));
	server_write(s, wsi);
	return -1;
}

/* A header's value, "" when there is none; what does not fit, or holds a NUL, is nobody's we know. */
static const char *header(const struct server *s, struct lws *wsi, enum lws_token_indexes token,
	char *buffer, size_t size)
{
	int len = 0;

	buffer[0] = '\0';
	if (s->library->lws_hdr_total_length(wsi, token) > 0)
		len = s->library->lws_hdr_copy(wsi, buffer, (int)size, token);
	if (len < 0 || strnlen(buffer, size) != (size_t)len)
		snprintf(buffer, size, "?");
	return buffer;
}

/* Where a browser was that comes back; 0 = it is new. */
static uint64_t last_event(const struct server *s, struct lws *wsi)
{
	static const char name[] = "last-event-id:";
	char value[32] = "";

	if (s->library->lws_hdr_custom_copy(wsi, value, sizeof(value), name, sizeof(name) - 1) <= 0)
		return 0;
	return strtoull(value, NULL, 10);
}

static int give_file(struct server *s, struct lws *wsi, const char *path)
{
	const struct text *made = strcmp(path, "/") == 0 ? &s->index
		: strcmp(path, "/style.css") == 0	 ? &s->style
							 : NULL;
	struct asset asset;

	if (!asset_find(path, &asset))
		return requests_refuse(s, wsi, 404, "There is no such page.");
	if (made) {
		asset.bytes = text_get(made);
		asset.len = made->len;
	}
	answer_head(200, asset.type, asset.len, NULL, server_begin(s));
	text_add(&s->out, asset.bytes, asset.len);
	return finish_answer(s, wsi);
}

/* The key becomes a cookie, and leaves the address bar. */
static int join(struct server *s, struct lws *wsi, const char *key)
{
	enum gate_role role = gate_role_of_key(&s->gate, key);
	struct text extra = TEXT_EMPTY;

	if (role == GATE_NOBODY)
		return requests_refuse(s, wsi, 403,
			"This link is not one of this lab's: it was typed wrongly, or it is of one that has ended.");
	text_puts(&extra, "Set-Cookie: ");
	gate_cookie(&s->gate, role, &extra);
	text_puts(&extra, "\r\nLocation: ");
	gate_page(&s->gate, &extra);
	text_puts(&extra, "\r\n");
	answer_head(303, NULL, 0, text_get(&extra), server_begin(s));
	text_done(&extra);
	return finish_answer(s, wsi);
}

static int serve_get(struct server *s, struct visitor *v, const char *path, enum gate_role role)
{
	if (strncmp(path, "/join/", 6) == 0)
		return join(s, v->wsi, path + 6);
	if (strcmp(path, "/style.css") == 0)
		return give_file(s, v->wsi, path); /* a refusal is to be read, too */
	if (role == GATE_NOBODY)
		return requests_refuse(s, v->wsi, 403,
			"Open the link that tcplab has printed. If you have just followed it from another page: "
			"<a href=\"\">go on</a>.");
	if (strcmp(path, "/events") == 0)
		return viewers_add(s, v, last_event(s, v->wsi));
	if (strcmp(path, "/role") == 0) {
		const char *name = role == GATE_CONTROL ? "control" : "view";

		answer_head(200, "text/plain", strlen(name), NULL, server_begin(s));
		text_puts(&s->out, name);
		return finish_answer(s, v->wsi);
	}
	return give_file(s, v->wsi, path);
}

int requests_take(struct server *s, struct visitor *v, const char *path)
{
	bool get = s->library->lws_hdr_total_length(v->wsi, WSI_TOKEN_GET_URI) > 0,
	     post = s->library->lws_hdr_total_length(v->wsi, WSI_TOKEN_POST_URI) > 0;
	char host[GATE_HOST_MAX + 16], origin[GATE_HOST_MAX + 32],
		cookies[SERVER_HEAD_MOST]; /* other servers of this host's name have theirs, too */
	enum gate_role role;

	viewers_leave(s, v);
	path = gate_path(&s->gate, path);
	if (!gate_knows_host(&s->gate, header(s, v->wsi, WSI_TOKEN_HOST, host, sizeof(host))))
		return requests_refuse(s, v->wsi, 421, "This lab is not called so.");
	header(s, v->wsi, WSI_TOKEN_ORIGIN, origin, sizeof(origin));
	if (!gate_knows_origin(&s->gate, origin, post))
		return requests_refuse(s, v->wsi, 403, "Another page may not ask for this.");
	role = gate_role_of_cookies(&s->gate,
		header(s, v->wsi, WSI_TOKEN_HTTP_COOKIE, cookies, sizeof(cookies)));
	if (get)
		return serve_get(s, v, path, role);
	if (!post || (strcmp(path, "/command") != 0 && strcmp(path, "/stop") != 0))
		return requests_refuse(s, v->wsi, 405, "That cannot be done here.");
	if (role != GATE_CONTROL)
		return requests_refuse(s, v->wsi, 403, "This link is for looking on.");
	v->errand = strcmp(path, "/stop") == 0 ? ERRAND_STOP : ERRAND_COMMAND;
	v->too_long = false;
	return 0;
}

int requests_body(struct visitor *v, const char *bytes, size_t len)
{
	if (v->errand != ERRAND_COMMAND && v->errand != ERRAND_STOP)
		return -1;
	if (v->body.len + len > COMMAND_MOST)
		v->too_long = true;
	else
		text_add(&v->body, bytes, len);
	return 0;
}

/* While a question waits a line answers it; else it says when a recipe goes on, or is a command. */
static void take_line(struct server *s, const struct text *line)
{
	if (prediction_waits(script_prediction(s->script)))
		script_answer(s->script, text_get(line), line->len, SERVER_FILE);
	else if (!script_go_on(s->script, text_get(line), line->len))
		script_push_guest(s->script, text_get(line), line->len, SERVER_FILE, ++s->commands);
}

/* Ctrl-C of whoever has no terminal: what runs or waits is over, and what was sent behind it. */
static void stop(struct server *s)
{
	struct prediction *question = script_prediction(s->script);

	if (prediction_waits(question))
		prediction_pass(question, s->world);
	else if (script_interrupt(s->script))
		journal_add(world_journal(s->world),
			(struct event){ .kind = EVENT_NOTE, .text = "stopped from the page" });
}

/* An answer without anything in it. */
static int done(struct server *s, struct visitor *v)
{
	text_done(&v->body);
	answer_head(204, NULL, 0, NULL, server_begin(s));
	return finish_answer(s, v->wsi);
}

int requests_body_end(struct server *s, struct visitor *v)
{
	enum errand errand = v->errand;

	v->errand = ERRAND_NONE;
	if (errand == ERRAND_STOP) {
		stop(s);
		return done(s, v);
	}
	if (errand != ERRAND_COMMAND)
		return -1;
	if (v->too_long)
		return requests_refuse(s, v->wsi, 413, "A command is not that long.");
	if (!script_takes_guest(s->script))
		return requests_refuse(s, v->wsi, 503, "Too many commands wait already.");
	take_line(s, &v->body);
	return done(s, v);
}
