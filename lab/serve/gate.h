/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may come in to the page, and as what. A link holds a key; whoever shows it gets a pass, which a browser keeps as
 * a cookie, so that the key leaves the address bar at once. Names that the server is called by are a list of its own:
 * a request that calls it otherwise comes from a page that had its name point here (DNS rebinding). Knows no socket and
 * no library: plain strings in, answers out. Any thread. */
#ifndef LAB_SERVE_GATE_H
#define LAB_SERVE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct text;

enum gate_role {
	GATE_NOBODY,
	GATE_VIEWER, /* sees everything, changes nothing */
	GATE_CONTROL, /* may also send commands */
	GATE_ROLE_COUNT,
};

#define GATE_SECRET 33 /* 128 bits as hexadecimal digits, and the terminator */
#define GATE_HOSTS_MOST 32
#define GATE_HOST_MAX 80 /* "[fd00::1]:65535" */

struct gate {
	uint16_t
		port; /* that is listened on; names the cookie, which browsers do not keep apart by port */
	bool control; /* there is a link for that */
	char place
		[GATE_SECRET]; /* the page is below "/PLACE/", and browsers show the cookie nowhere else */
	char keys[GATE_ROLE_COUNT][GATE_SECRET]; /* in links */
	char passes[GATE_ROLE_COUNT][GATE_SECRET]; /* in cookies */
	char hosts[GATE_HOSTS_MOST][GATE_HOST_MAX]; /* as "Host:" has them */
	size_t host_count;
};

/* Make the secrets (getrandom(2)). control: somebody may have that role. 0, or -errno with d filled. */
int gate_init(struct gate *g, uint16_t port, bool control, struct diag *d);
/* The server is called so, too: "127.0.0.1", "[::1]", "localhost". More than there is room for are left out. */
void gate_add_host(struct gate *g, const char *name);

/* Is that what this server is called by? host: of the request; NULL = it has none. */
bool gate_knows_host(const struct gate *g, const char *host);
/* Does a request come from our own page? origin: as the browser says it; NULL = it does not, as with links and what a
 * page itself loads; `needed`: then it is nobody's. */
bool gate_knows_origin(const struct gate *g, const char *origin, bool needed);
/* Whose key is that? Takes as long whatever it is. */
enum gate_role gate_role_of_key(const struct gate *g, const char *key);
/* Whose pass is in these cookies ("a=b; c=d")? The better one of several. */
enum gate_role gate_role_of_cookies(const struct gate *g, const char *cookies);

/* A path on the page, "/events" for "/PLACE/events"; any other as it is. Borrowed from path. */
const char *gate_path(const struct gate *g, const char *path);

/* "/join/KEY": the path of a role's link. Appended. */
void gate_link(const struct gate *g, enum gate_role role, struct text *out);
/* What goes behind "Set-Cookie: " for a role. Appended. */
void gate_cookie(const struct gate *g, enum gate_role role, struct text *out);
/* "/PLACE/": where the page is. Appended. */
void gate_page(const struct gate *g, struct text *out);

#endif
