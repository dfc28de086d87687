/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libwebsockets 4.1 answers any Host and any Origin and speaks more than is wanted here (WebSocket, HTTP/2, its own
 * headers). So a request is asked of it, and whatever is answered is made here; all else is refused. */
#include "serve/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/readiness.h"
#include "serve/asset.h"
#include "serve/links.h"
#include "serve/parts.h"
#include "view/svg.h"
#include "view/svg_diagram.h"

/* That have not said anything yet: a browser does so at once. */
#define SILENT_MOST 128
#define CONNECTIONS_MOST (SERVER_VIEWERS_MOST + SILENT_MOST + 56) /* pages and files of theirs */
#define REQUEST_SECONDS 10 /* for a request to come in */

struct text *server_begin(struct server *s)
{
	static const char room[LWS_PRE];

	text_clear(&s->out);
	text_add(&s->out, room, sizeof(room));
	return &s->out;
}

int server_write(struct server *s, struct lws *wsi)
{
	size_t len = s->out.len - LWS_PRE;

	return s->library->lws_write(wsi, (unsigned char *)s->out.s + LWS_PRE, len,
		       LWS_WRITE_HTTP) < 0
		? -1
		: 0;
}

/* ---- those who say nothing ---- */

static void forget_silent(struct server *s, struct silent *silent)
{
	TAILQ_REMOVE(&s->silent, silent, place);
	s->silent_count--;
	free(silent);
}

/* Whoever opens more than that and says nothing keeps nobody out: the one that was silent longest goes. */
static void note_silent(struct server *s, struct lws *wsi)
{
	struct silent *silent = memory_new(sizeof(*silent)), *oldest = TAILQ_FIRST(&s->silent);

	silent->wsi = wsi;
	TAILQ_INSERT_TAIL(&s->silent, silent, place);
	if (s->silent_count++ < SILENT_MOST)
		return;
	s->library->lws_set_timeout(oldest->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	forget_silent(s, oldest);
}

/* It has spoken, or is gone. */
static void forget(struct server *s, const struct lws *wsi)
{
	struct silent *silent;

	TAILQ_FOREACH(silent, &s->silent, place)
	{
		if (silent->wsi != wsi)
			continue;
		forget_silent(s, silent);
		return;
	}
}

/* What the library calls; user: the visitor. Not zero: hang up. */
static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
	size_t len)
{
	const struct library *l = library_get();
	struct server *s = l->lws_context_user(l->lws_get_context(wsi));
	struct visitor *v = user;

	switch (reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION: /* the library goes on with one that cannot be awaited, and dies */
		return readiness_reserve(s->loop,
			((const struct lws_filter_network_conn_args *)user)->accept_fd);
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: /* to WebSocket or HTTP/2 */
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return -1;
	case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
		note_silent(s, wsi);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		forget(s, wsi);
		return 0;
	case LWS_CALLBACK_HTTP:
		forget(s, wsi);
		v->wsi = wsi;
		return s->closing ? -1 : requests_take(s, v, in);
	case LWS_CALLBACK_HTTP_BODY:
		return requests_body(v, in, len);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return requests_body_end(s, v);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return v && v->errand == ERRAND_VIEW ? viewers_tell(s, v) : 0;
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		if (v)
			viewers_leave(s, v);
		return 0;
	default:
		return 0;
	}
}

/* ---- opening ---- */

/* Is the place free, and can it be awaited? The library would not say what is wrong with it. Port 0 becomes one that is
 * free. */
static int try_place(const uv_loop_t *loop, struct address *address, struct diag *d)
{
	struct sockaddr_storage storage;
	socklen_t len = address_to_sockaddr(address, &storage);
	CLEANUP(fd_closep) int fd = socket(address->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char name[ADDRESS_TEXT_MAX];
	const int on = 1;
	int r;

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
	r = readiness_reserve(loop, fd);
	if (r < 0)
		return readiness_refused(d, -r, "the page cannot be served at %s", name);
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
			.per_session_data_size = sizeof(struct visitor),
			/* else it gives the kernel 4096 bytes at a time, and keeps a copy of the rest */
			.tx_packet_size = (size_t)4 * SERVER_CHUNK },
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
		.max_http_header_data = SERVER_HEAD_MOST,
		.max_http_header_pool = CONNECTIONS_MOST,
		.fd_limit_per_thread = CONNECTIONS_MOST,
	};

	host.port = 0;
	address_format(&host, name);
	if (!address_is_any(&host))
		info.iface = name;
	if (host.family == AF_INET)
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	s->library->lws_set_log_level(0, NULL);
	return s->library->lws_create_context(&info);
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
	const struct library *library;
	struct address address = { 0 };
	struct server *s;
	int r = parse_address(options->address ? options->address : "127.0.0.1", &address, d);

	address.port = options->port;
	if (r == 0)
		r = try_place(loop, &address, d);
	if (r < 0)
		return r;
	library = library_load(d);
	if (!library)
		return -ENOENT;
	s = memory_new(sizeof(*s));
	s->library = library;
	s->loop = loop;
	s->world = world;
	s->script = script;
	s->options = *options;
	s->address = address;
	TAILQ_INIT(&s->silent);
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
	viewers_open(s, loop);
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

void server_tell_links(const struct server *s, struct text *out)
{
	tell_role(s, GATE_VIEWER, "look on:", out);
	if (s->options.control)
		tell_role(s, GATE_CONTROL, "control:", out);
}

void server_tell(const struct server *s, struct text *out)
{
	server_tell_links(s, out);
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
	if (!s || s->closing)
		return;
	s->closing = true;
	viewers_close(s);
	s->library->lws_context_destroy(
		s->context); /* its handles close one by one: the rest is server_free()'s */
}

void server_free(struct server *s)
{
	if (!s)
		return;
	/* Of a loop that is not its own the library (4.1) does not know when it has run dry, and finishes when it is
	 * asked a second time. */
	s->library->lws_context_destroy(s->context);
	board_free(s->board);
	text_done(&s->index);
	text_done(&s->style);
	text_done(&s->out);
	free(s);
}
