/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/gate.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/diag.h"
#include "base/text.h"

#define COOKIE "tcplab-%u" /* and the port */

static int make_secret(char secret[GATE_SECRET], struct diag *d)
{
	unsigned char bytes[(GATE_SECRET - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return diag_errno(d, errno, "getrandom", "no key for the page's link");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(secret + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

int gate_init(struct gate *g, uint16_t port, bool control, struct diag *d)
{
	int r;

	*g = (struct gate){ .port = port, .control = control };
	r = make_secret(g->place, d);
	for (int role = GATE_VIEWER; role < GATE_ROLE_COUNT && r == 0; role++) {
		r = make_secret(g->keys[role], d);
		if (r == 0)
			r = make_secret(g->passes[role], d);
	}
	return r;
}

void gate_add_host(struct gate *g, const char *name)
{
	if (g->host_count == GATE_HOSTS_MOST)
		return;
	snprintf(g->hosts[g->host_count++], GATE_HOST_MAX, "%s:%u", name, g->port);
}

bool gate_knows_host(const struct gate *g, const char *host)
{
	size_t len = host ? strlen(host) : 0;

	for (size_t i = 0; len && i < g->host_count; i++) {
		const char *known = g->hosts[i];

		if (strcasecmp(host, known) == 0)
			return true;
		/* a port that goes without saying is not said (RFC 9110 4.2.3) */
		if (g->port == 80 && strlen(known) == len + 3 && strncasecmp(host, known, len) == 0)
			return true;
	}
	return false;
}

bool gate_knows_origin(const struct gate *g, const char *origin, bool needed)
{
	if (!origin || !origin[0])
		return !needed;
	return strncmp(origin, "http://", 7) == 0 && gate_knows_host(g, origin + 7);
}

/* Without telling by its time how much of it was right. */
static bool same_secret(const char secret[GATE_SECRET], const char *given, size_t len)
{
	unsigned char differs = len != GATE_SECRET - 1;

	for (size_t i = 0; i < GATE_SECRET - 1; i++)
		differs |= (unsigned char)(secret[i] ^ (i < len ? given[i] : '\1'));
	return !differs;
}

static enum gate_role role_of(const struct gate *g, const char secrets[][GATE_SECRET],
	const char *given, size_t len)
{
	bool viewer = same_secret(secrets[GATE_VIEWER], given, len);
	bool control = same_secret(secrets[GATE_CONTROL], given, len);

	if (control && g->control)
		return GATE_CONTROL;
	return viewer ? GATE_VIEWER : GATE_NOBODY;
}

enum gate_role gate_role_of_key(const struct gate *g, const char *key)
{
	return role_of(g, g->keys, key, strlen(key));
}

enum gate_role gate_role_of_cookies(const struct gate *g, const char *cookies)
{
	enum gate_role best = GATE_NOBODY, role;
	char name[32];
	size_t name_len = (size_t)snprintf(name, sizeof(name), COOKIE "=", g->port);

	for (const char *at = cookies ? cookies : ""; *at;) {
		size_t len;

		at += strspn(at, "; \t");
		len = strcspn(at, ";");
		if (len >= name_len && strncmp(at, name, name_len) == 0) {
			role = role_of(g, g->passes, at + name_len, len - name_len);
			best = role > best ? role : best;
		}
		at += len;
	}
	return best;
}

void gate_link(const struct gate *g, enum gate_role role, struct text *out)
{
	text_printf(out, "/join/%s", g->keys[role]);
}

void gate_cookie(const struct gate *g, enum gate_role role, struct text *out)
{
	/* Cookies know no port: without that path any server of this host's name would be shown it. */
	text_printf(out, COOKIE "=%s; Path=/%s; HttpOnly; SameSite=Strict", g->port,
		g->passes[role], g->place);
}

void gate_page(const struct gate *g, struct text *out)
{
	text_printf(out, "/%s/", g->place);
}

const char *gate_path(const struct gate *g, const char *path)
{
	size_t len = strlen(g->place);

	return path[0] == '/' && strncmp(path + 1, g->place, len) == 0 && path[1 + len] == '/'
		? path + 1 + len
		: path;
}
