/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libwebsockets 4.1 answers any Host and any Origin and speaks more than is wanted here (WebSocket, HTTP/2, its own
 * headers). So a request is asked of it, and whatever is answered is made here; all else is refused. */
#include "serve/server.h"

#include <errno.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "journal/journal.h"
#include "language/script.h"
#include "serve/answer.h"
#include "serve/asset.h"
#include "serve/board.h"
#include "serve/gate.h"
#include "serve/links.h"
#include "view/svg.h"
#include "view/svg_diagram.h"
#include "world/world.h"

#define CONNECTIONS_MOST (SERVER_VIEWERS_MOST + 56) /* pages and files of theirs */
#define REQUEST_SECONDS 10 /* for a request to come in */
#define STALL_SECONDS 60 /* a viewer that takes nothing for so long is gone */
#define HEADERS_MOST 4096 /* bytes */
#define COMMAND_MOST 4096 /* bytes */
#define CHUNK 32768 /* bytes that a viewer is given at a time */
#define LOOK_MS 500
/* What has happened is told at once, and what happens then a moment later together. */
#define PAUSE_NS (30 * NS_PER_MS)
/* Of the lab's time: a tenth, of which a fiftieth of a second's worth may be saved up. */
#define SHARE 10
#define CREDIT_MOST_NS (20 * NS_PER_MS)

enum errand {
	ERRAND_NONE,
	ERRAND_COMMAND, /* its body is being read */
	ERRAND_VIEW, /* gets events until one of us goes */
};

/* A connection: libwebsockets keeps it, and it is all zero at first. */
struct visitor {
	TAILQ_ENTRY(visitor) place; /* of a viewer */
	struct lws *wsi; /* borrowed */
	enum errand errand;
	struct board_place told;
	struct text body; /* of a command */
	bool too_long;
};

struct server {
	struct world *world; /* borrowed */
	struct script *script; /* borrowed */
	struct lws_context *context; /* owned */
	struct board *board; /* owned */
	struct gate gate;
	struct server_options options;
	struct address address; /* that is listened on */
	TAILQ_HEAD(, visitor) viewers;
	size_t viewer_count;
	uint32_t commands; /* that have come */
	struct text index, style; /* owned: the files of the page that are made here */
	struct text out; /* what is being written, behind LWS_PRE bytes */
	uv_timer_t turn; /* when there is something to tell */
	uv_timer_t look; /* while somebody views: queues and timers change without an event */
	uint64_t turned_ns;
	uint64_t credit_ns, counted_ns; /* of the lab's time, and when that was reckoned */
	bool closing;
};

/* ---- writing ---- */

/* A text to be given to lws_write(), which puts things before it. */
static struct text *begin(struct server *s)
{
	static const char room[LWS_PRE];

	text_clear(&s->out);
	text_add(&s->out, room, sizeof(room));
	return &s->out;
}

/* 0, or -1: the connection is gone. What the kernel does not take at once, the library keeps. */
static int finish(struct server *s, struct lws *wsi)
{
	size_t len = s->out.len - LWS_PRE;

	return lws_write(wsi, (unsigned char *)s->out.s + LWS_PRE, len, LWS_WRITE_HTTP) < 0 ? -1
											    : 0;
}

/* The answer is written; the connection may bring another request. */
static int finish_answer(struct server *s, struct lws *wsi)
{
	if (finish(s, wsi) < 0)
		return -1;
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* Refuse, and hang up: whoever asks for that shall not keep a place. */
static int refuse(struct server *s, struct lws *wsi, int status, const char *words)
{
	answer_refusal(status, "tcplab", words, begin(s));
	finish(s, wsi);
	return -1;
}

/* ---- telling viewers ---- */

static void on_turn(uv_timer_t *handle);

static void arm(struct server *s)
{
	uint64_t now = clock_now_ns(), due = s->turned_ns + PAUSE_NS;

	if (!s->closing && s->viewer_count && !uv_is_active((uv_handle_t *)&s->turn))
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
	s->credit_ns += (now_ns - s->counted_ns) / SHARE;
	if (s->credit_ns > CREDIT_MOST_NS)
		s->credit_ns = CREDIT_MOST_NS;
	s->counted_ns = now_ns;
}

static void spend(struct server *s, uint64_t since_ns)
{
	uint64_t spent = clock_now_ns() - since_ns;

	s->credit_ns -= spent < s->credit_ns ? spent : s->credit_ns;
}

static void on_turn(uv_timer_t *handle)
{
	struct server *s = handle->data;
	uint64_t now = clock_now_ns();
	struct visitor *v;

	s->turned_ns = now;
	earn_credit(s, now);
	if (!s->credit_ns) {
		arm(s);
		return;
	}
	board_look(s->board);
	spend(s, now);
	TAILQ_FOREACH(v, &s->viewers, place)
	{
		if (board_has_news(s->board, &v->told))
			lws_callback_on_writable(v->wsi);
	}
}

static void on_look(uv_timer_t *handle)
{
	arm(handle->data);
}

/* Its socket takes more. */
static int tell_viewer(struct server *s, struct visitor *v)
{
	uint64_t begun = clock_now_ns();
	struct text *out;
	int r = 0;

	if (!s->credit_ns) { /* the others have had it: this one is first in the next turn */
		TAILQ_REMOVE(&s->viewers, v, place);
		TAILQ_INSERT_HEAD(&s->viewers, v, place);
		arm(s);
		return 0;
	}
	out = begin(s);
	board_tell(s->board, &v->told, LWS_PRE + CHUNK, out);
	if (out->len > LWS_PRE)
		r = finish(s, v->wsi);
	spend(s, begun);
	if (r < 0)
		return -1;
	if (board_has_news(s->board, &v->told)) {
		lws_set_timeout(v->wsi, PENDING_TIMEOUT_HTTP_CONTENT, STALL_SECONDS);
		lws_callback_on_writable(v->wsi);
	} else {
		lws_set_timeout(v->wsi, NO_PENDING_TIMEOUT, 0);
	}
	return 0;
}

static void leave(struct server *s, struct visitor *v)
{
	if (v->errand == ERRAND_VIEW) {
		TAILQ_REMOVE(&s->viewers, v, place);
		if (--s->viewer_count == 0)
			uv_timer_stop(&s->look);
	}
	v->errand = ERRAND_NONE;
	text_done(&v->body);
}

/* ---- requests ---- */

/* A header's value, "" when there is none; what does not fit is nobody's we know. */
static const char *header(struct lws *wsi, enum lws_token_indexes token, char *buffer, size_t size)
{
	buffer[0] = '\0';
	if (lws_hdr_total_length(wsi, token) >= (int)size ||
		lws_hdr_copy(wsi, buffer, (int)size, token) < 0)
		snprintf(buffer, size, "?");
	return buffer;
}

/* Where a browser was that comes back; 0 = it is new. */
static uint64_t last_event(struct lws *wsi)
{
	static const char name[] = "last-event-id:";
	char value[32] = "";

	if (lws_hdr_custom_copy(wsi, value, sizeof(value), name, sizeof(name) - 1) <= 0)
		return 0;
	return strtoull(value, NULL, 10);
}

static int begin_view(struct server *s, struct visitor *v)
{
	if (s->viewer_count == SERVER_VIEWERS_MOST)
		return refuse(s, v->wsi, 503, "There are too many viewers.");
	answer_head(200, "text/event-stream", ANSWER_STREAM, NULL, begin(s));
	text_puts(&s->out, "retry: 1000\n\n");
	if (finish(s, v->wsi) < 0)
		return -1;
	v->told = (struct board_place){ .event = last_event(v->wsi) };
	v->errand = ERRAND_VIEW;
	TAILQ_INSERT_TAIL(&s->viewers, v, place);
	if (s->viewer_count++ == 0)
		uv_timer_start(&s->look, on_look, LOOK_MS, LOOK_MS);
	lws_set_timeout(v->wsi, NO_PENDING_TIMEOUT, 0);
	board_look(s->board);
	lws_callback_on_writable(v->wsi);
	return 0;
}

static int give_file(struct server *s, struct lws *wsi, const char *path)
{
	const struct text *made = strcmp(path, "/") == 0 ? &s->index
		: strcmp(path, "/style.css") == 0	 ? &s->style
							 : NULL;
	struct asset asset;

	if (!asset_find(path, &asset))
		return refuse(s, wsi, 404, "There is no such page.");
	if (made) {
		asset.bytes = text_get(made);
		asset.len = made->len;
	}
	answer_head(200, asset.type, asset.len, NULL, begin(s));
	text_add(&s->out, asset.bytes, asset.len);
	return finish_answer(s, wsi);
}

/* The key becomes a cookie, and leaves the address bar. */
static int join(struct server *s, struct lws *wsi, const char *key)
{
	enum gate_role role = gate_role_of_key(&s->gate, key);
	struct text extra = TEXT_EMPTY;

	if (role == GATE_NOBODY)
		return refuse(s, wsi, 403,
			"This link is not one of this lab's: it was typed wrongly, or it is of one that has ended.");
	text_puts(&extra, "Set-Cookie: ");
	gate_cookie(&s->gate, role, &extra);
	text_puts(&extra, "\r\nLocation: /\r\n");
	answer_head(303, NULL, 0, text_get(&extra), begin(s));
	text_done(&extra);
	return finish_answer(s, wsi);
}

static int serve_get(struct server *s, struct visitor *v, const char *path, enum gate_role role)
{
	if (strncmp(path, "/join/", 6) == 0)
		return join(s, v->wsi, path + 6);
	if (role == GATE_NOBODY)
		return refuse(s, v->wsi, 403,
			"Open the link that tcplab has printed. If you have just followed it from another page: "
			"<a href=\"/\">go on</a>.");
	if (strcmp(path, "/events") == 0)
		return begin_view(s, v);
	if (strcmp(path, "/role") == 0) {
		const char *name = role == GATE_CONTROL ? "control" : "view";

		answer_head(200, "text/plain", strlen(name), NULL, begin(s));
		text_puts(&s->out, name);
		return finish_answer(s, v->wsi);
	}
	return give_file(s, v->wsi, path);
}

static int on_request(struct server *s, struct visitor *v, const char *path)
{
	bool get = lws_hdr_total_length(v->wsi, WSI_TOKEN_GET_URI) > 0,
	     post = lws_hdr_total_length(v->wsi, WSI_TOKEN_POST_URI) > 0;
	char host[GATE_HOST_MAX + 16], origin[GATE_HOST_MAX + 32], cookies[1024];
	enum gate_role role;

	leave(s, v);
	if (!gate_knows_host(&s->gate, header(v->wsi, WSI_TOKEN_HOST, host, sizeof(host))))
		return refuse(s, v->wsi, 421, "This lab is not called so.");
	header(v->wsi, WSI_TOKEN_ORIGIN, origin, sizeof(origin));
	if (!gate_knows_origin(&s->gate, origin, post))
		return refuse(s, v->wsi, 403, "Another page may not ask for this.");
	role = gate_role_of_cookies(&s->gate,
		header(v->wsi, WSI_TOKEN_HTTP_COOKIE, cookies, sizeof(cookies)));
	if (get)
		return serve_get(s, v, path, role);
	if (!post || strcmp(path, "/command") != 0)
		return refuse(s, v->wsi, 405, "That cannot be done here.");
	if (role != GATE_CONTROL)
		return refuse(s, v->wsi, 403, "This link is for looking on.");
	v->errand = ERRAND_COMMAND;
	v->too_long = false;
	return 0;
}

static int on_body(struct visitor *v, const char *bytes, size_t len)
{
	if (v->errand != ERRAND_COMMAND)
		return -1;
	if (v->body.len + len > COMMAND_MOST)
		v->too_long = true;
	else
		text_add(&v->body, bytes, len);
	return 0;
}

static int on_body_end(struct server *s, struct visitor *v)
{
	if (v->errand != ERRAND_COMMAND)
		return -1;
	v->errand = ERRAND_NONE;
	if (v->too_long)
		return refuse(s, v->wsi, 413, "A command is not that long.");
	script_push_guest(s->script, text_get(&v->body), v->body.len, SERVER_FILE, ++s->commands);
	text_done(&v->body);
	answer_head(204, NULL, 0, NULL, begin(s));
	return finish_answer(s, v->wsi);
}

/* What the library calls; user: the visitor. Not zero: hang up. */
static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
	size_t len)
{
	struct server *s = lws_context_user(lws_get_context(wsi));
	struct visitor *v = user;

	switch (reason) {
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: /* to WebSocket or HTTP/2 */
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return -1;
	case LWS_CALLBACK_HTTP:
		v->wsi = wsi;
		return s->closing ? -1 : on_request(s, v, in);
	case LWS_CALLBACK_HTTP_BODY:
		return on_body(v, in, len);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return on_body_end(s, v);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return v && v->errand == ERRAND_VIEW ? tell_viewer(s, v) : 0;
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		if (v)
			leave(s, v);
		return 0;
	default:
		return 0;
	}
}

/* ---- opening ---- */

/* Is the place free? The library would not say what is wrong with it. Port 0 becomes one that is free. */
static int try_place(struct address *address, struct diag *d)
{
	struct sockaddr_storage storage;
	socklen_t len = address_to_sockaddr(address, &storage);
	CLEANUP(fd_closep) int fd = socket(address->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char name[ADDRESS_TEXT_MAX];
	const int on = 1;

	address_format(address, name);
	if (fd < 0)
		return diag_errno(d, errno, "socket", "the page cannot be served at %s", name);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&storage, len) < 0 || listen(fd, 1) < 0) {
		diag_errno(d, errno, "bind", "the page cannot be served at %s", name);
		diag_remedy(d,
			errno == EADDRINUSE ? "another --port, or none: any that is free"
				: errno == EACCES
				? "a --port above 1023"
				: "--bind with an address of this machine, as `ip address` shows them");
		return -d->error;
	}
	len = sizeof(storage);
	getsockname(fd, (struct sockaddr *)&storage, &len);
	address_from_sockaddr(&storage, address);
	return 0;
}

static int parse_address(const char *text, struct address *ret_address, struct diag *d)
{
	if (address_parse_host(text, strlen(text), ret_address) == 0)
		return 0;
	diag_set(d, EINVAL, "'%.80s' is no IP address to listen on", text);
	diag_remedy(d, "127.0.0.1: this machine only; 0.0.0.0: whoever reaches it");
	return -EINVAL;
}

static struct lws_context *create_context(struct server *s, uv_loop_t *loop)
{
	static const struct lws_protocols protocols[] = {
		{ .name = "http",
			.callback = on_http,
			.per_session_data_size = sizeof(struct visitor) },
		{ .name = NULL },
	};
	struct address host = s->address;
	char name[ADDRESS_TEXT_MAX];
	void *loops[] = { loop };
	struct lws_context_creation_info info = {
		.port = s->address.port,
		.protocols = protocols,
		.server_string = "tcplab",
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
		.foreign_loops = loops,
		.user = s,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.keepalive_timeout = REQUEST_SECONDS,
		.timeout_secs = REQUEST_SECONDS,
		.max_http_header_data = HEADERS_MOST,
		.max_http_header_pool = CONNECTIONS_MOST,
		.fd_limit_per_thread = CONNECTIONS_MOST,
	};

	host.port = 0;
	address_format(&host, name);
	if (!address_is_any(&host))
		info.iface = name;
	if (host.family == AF_INET)
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	lws_set_log_level(0, NULL);
	return lws_create_context(&info);
}

static void add_host(void *arg, const char *name)
{
	gate_add_host(arg, name);
}

/* The files that are not the same in every tcplab: the figure is drawn by the code that draws it for reports. */
static void make_files(struct server *s)
{
	static const char mark[] = "<!-- figure -->";
	struct asset index, style;
	const char *at;

	asset_find("/", &index);
	at = memmem(index.bytes, index.len, mark, sizeof(mark) - 1);
	text_add(&s->index, index.bytes, (size_t)(at - index.bytes));
	svg_diagram_figure(&s->index);
	at += sizeof(mark) - 1;
	text_add(&s->index, at, (size_t)(index.bytes + index.len - at));
	asset_find("/style.css", &style);
	text_puts(&s->style, svg_style());
	text_puts(&s->style, "\n");
	text_add(&s->style, style.bytes, style.len);
}

int server_open(struct server **ret_server, uv_loop_t *loop, struct world *world,
	struct script *script, const struct server_options *options, struct diag *d)
{
	struct address address = { 0 };
	struct server *s;
	int r = parse_address(options->address ? options->address : "127.0.0.1", &address, d);

	address.port = options->port;
	if (r == 0)
		r = try_place(&address, d);
	if (r < 0)
		return r;
	s = memory_new(sizeof(*s));
	s->world = world;
	s->script = script;
	s->options = *options;
	s->address = address;
	TAILQ_INIT(&s->viewers);
	r = gate_init(&s->gate, address.port, options->control, d);
	if (r == 0) {
		links_each(&address, add_host, &s->gate);
		s->context = create_context(s, loop);
	}
	if (r == 0 && !s->context) {
		r = diag_set(d, ENOSYS, "libwebsockets does not start");
		diag_remedy(d, "install its libuv plug-in: apt-get install libwebsockets-evlib-uv");
	}
	if (r < 0) {
		free(s);
		return r;
	}
	make_files(s);
	s->board = board_new(world);
	uv_timer_init(loop, &s->turn);
	uv_timer_init(loop, &s->look);
	s->turn.data = s->look.data = s;
	journal_read(world_journal(world), on_event, s);
	*ret_server = s;
	return 0;
}

/* ---- telling the user ---- */

static void add_link(void *arg, const char *name)
{
	struct text *out = arg;

	text_printf(out, "%s%s", out->len ? "," : "", name);
}

static void tell_role(const struct server *s, enum gate_role role, const char *what,
	struct text *out)
{
	struct text names = TEXT_EMPTY;

	links_each(&s->address, add_link, &names);
	for (const char *at = text_get(&names); *at; at += *at == ',') {
		size_t len = strcspn(at, ",");

		if (!what[0] &&
			(strncmp(at, "127.", 4) == 0 || strncmp(at, "[::1]", 5) == 0 ||
				strncmp(at, "localhost", 9) == 0))
			break; /* the same for this machine, once more */
		text_printf(out, "%-9s http://%.*s:%u", what, (int)len, at, s->address.port);
		gate_link(&s->gate, role, out);
		text_puts(out, "\n");
		what = "";
		at += len;
	}
	text_done(&names);
}

void server_tell(const struct server *s, struct text *out)
{
	tell_role(s, GATE_VIEWER, "look on:", out);
	if (s->options.control)
		tell_role(s, GATE_CONTROL, "control:", out);
	if (links_are_local(&s->address)) {
		text_puts(out, "Only this machine can open it; --bind lets others.\n");
		return;
	}
	text_puts(out,
		"Whoever reaches this machine and has the link sees all of this lab: names, addresses, "
		"data, what programs print.\n");
	if (s->options.control)
		text_puts(out,
			"Whoever has the control link can also send it commands (no programs, no files).\n");
	text_puts(out,
		"It is plain HTTP: who can read the network's traffic can read this, and the links.\n");
}

/* ---- closing ---- */

void server_close(struct server *s)
{
	struct visitor *v;

	if (!s || s->closing)
		return;
	s->closing = true;
	TAILQ_FOREACH(v, &s->viewers, place)
	{
		if (lws_send_pipe_choked(v->wsi))
			continue;
		board_tell(s->board, &v->told, LWS_PRE + CHUNK, begin(s));
		board_end(&s->out);
		finish(s, v->wsi);
	}
	uv_close((uv_handle_t *)&s->turn, NULL);
	uv_close((uv_handle_t *)&s->look, NULL);
	lws_context_destroy(
		s->context); /* its handles close one by one: the rest is server_free()'s */
}

void server_free(struct server *s)
{
	if (!s)
		return;
	/* Of a loop that is not its own the library (4.1) does not know when it has run dry, and finishes when it is
	 * asked a second time. */
	lws_context_destroy(s->context);
	board_free(s->board);
	text_done(&s->index);
	text_done(&s->style);
	text_done(&s->out);
	free(s);
}
