/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/names.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "language/statement.h"
#include "observe/tracker.h"
#include "wire/match.h"
#include "world/descriptor.h"
#include "world/host.h"
#include "world/process.h"
#include "world/world.h"

#define NAME_MAX_LEN 32

static bool valid_name(const char *name)
{
	size_t len =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return isalpha((unsigned char)name[0]) && name[len] == '\0' && len <= NAME_MAX_LEN;
}

bool host_deed(const char *word)
{
	return strcmp(word, "crash") == 0 || strcmp(word, "reboot") == 0 ||
		strcmp(word, "cut") == 0 || strcmp(word, "mend") == 0;
}

/* Words that stand between names: what is called so could not be named where they may stand. */
static bool is_grammar(const char *word)
{
	static const char *const words[] = { "on", "in", "from", "to", "port", "where", "always",
		"ghost", "seed", "within", "since" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word) == 0)
			return true;
	}
	return host_deed(word);
}

int name_new(const struct world *w, const struct statement *s, const struct token *t,
	struct diag *d)
{
	const struct descriptor *open = world_descriptor(w, t->text);
	const struct process *p = world_process(w, t->text);
	uint16_t must;

	if (t->kind != TOKEN_WORD || !valid_name(t->text))
		return statement_error(s, t, d,
			"'%.40s' is no name: begin with a letter, then letters, digits, _ or -, at "
			"most %d",
			t->text, NAME_MAX_LEN);
	if (match_parse_word(t->text, &must) == 0)
		return statement_error(s, t, d, "'%s' names a kind of segment; choose another name",
			t->text);
	if (is_grammar(t->text))
		return statement_error(s, t, d,
			"'%s' is a word of the commands; choose another name", t->text);
	if (open && open->open)
		return statement_error(s, t, d,
			"socket '%s' is still open; close it first or choose another name",
			t->text);
	if (p && !p->ended)
		return statement_error(s, t, d, "'%s' is a process already; choose another name",
			t->text);
	if (world_host(w, t->text))
		return statement_error(s, t, d, "'%s' is a host already; choose another name",
			t->text);
	return 0;
}

struct endpoint *name_find_socket(const struct world *w, const char *name)
{
	const struct descriptor *d = world_descriptor(w, name);

	return d ? d->endpoint : world_socket(w, name);
}

/* The process of that name when a socket is called as those of programs are: NAME/3, or NAME/3/1 before it is accepted. */
static const struct process *program_of(const struct world *w, const char *name)
{
	const char *slash = strchr(name, '/');
	struct text before = TEXT_EMPTY;
	const struct process *p;

	if (!slash || !isdigit((unsigned char)slash[1]) ||
		strspn(slash, "/0123456789") != strlen(slash))
		return NULL;
	text_add(&before, name, (size_t)(slash - name));
	p = world_process(w, text_get(&before));
	text_done(&before);
	return p && p->program ? p : NULL;
}

bool name_is_awaited(const struct world *w, const char *name)
{
	const struct process *p = name_find_socket(w, name) ? NULL : program_of(w, name);

	return p && !p->ended;
}

/* "; there are: a, b, c" for the message about an unknown name. */
static void list_sockets(const struct world *w, struct text *out)
{
	struct endpoint *e;
	size_t shown = 0;

	for (size_t i = 0; (e = world_socket_at(w, i)) && shown < 8; i++, shown++)
		text_printf(out, "%s%s", shown ? ", " : "; there are: ", e->name);
	text_puts(out, shown == 0 ? "; make one with: socket NAME" : e ? ", ..." : "");
}

int name_socket(const struct world *w, const struct statement *s, const struct token *t,
	struct endpoint **ret_endpoint, struct diag *d)
{
	struct endpoint *e = name_find_socket(w, t->text);
	struct text others = TEXT_EMPTY;
	const struct process *p;

	if (e) {
		*ret_endpoint = e;
		return 0;
	}
	list_sockets(w, &others);
	p = program_of(w, t->text);
	if (p)
		statement_error(s, t, d, "program '%s' %s a socket '%.40s'", p->name,
			p->ended ? "has ended and never had" : "does not have", t->text);
	else
		statement_error(s, t, d, "no socket '%.40s'%s", t->text, text_get(&others));
	text_done(&others);
	return -EINVAL;
}

int name_host(const struct world *w, const struct statement *s, const struct token *t,
	struct host **ret_host, struct diag *d)
{
	struct host *h = world_host(w, t->text);
	struct text others = TEXT_EMPTY;

	if (h) {
		*ret_host = h;
		return 0;
	}
	for (size_t i = 0; (h = world_host_at(w, i)) && i < 8; i++)
		text_printf(&others, "%s%s", i ? ", " : "", h->name);
	statement_error(s, t, d, "no host '%.40s'; there are: %s%s", t->text, text_get(&others),
		h ? ", ..." : "");
	text_done(&others);
	return -EINVAL;
}

int name_running_host(const struct world *w, const struct statement *s, const struct token *t,
	struct host **ret_host, struct diag *d)
{
	struct host *h = world_localhost(w);
	int r = t ? name_host(w, s, t, &h, d) : 0;

	if (r < 0)
		return r;
	if (h->ghost)
		return statement_error(s, t, d,
			"'%s' is a ghost: it has addresses and no kernel, so nothing runs on it",
			h->name);
	if (h->down)
		return statement_error(s, t, d, "host '%s' is down: host %s reboot", h->name,
			h->name);
	*ret_host = h;
	return 0;
}

/* " (one, two)": the processes that live on a host, appended; nothing when there are none. */
static void list_processes_on(const struct world *w, const struct host *h, struct text *out)
{
	const struct process *p;
	const char *separator = " (";

	for (size_t i = 0; (p = world_process_at(w, i)); i++) {
		if (p->host != h || p->ended)
			continue;
		text_printf(out, "%s%s", separator, p->name);
		separator = ", ";
	}
	text_puts(out, separator[0] == ',' ? ")" : "");
}

int name_host_for_process(const struct world *w, const struct statement *s, const struct token *t,
	const struct host *h, struct diag *d)
{
	struct text living = TEXT_EMPTY;

	list_processes_on(w, h, &living);
	if (h->ghost)
		statement_error(s, t, d, "'%s' is a ghost: it has no kernel, so no processes",
			h->name);
	else if (living.len)
		statement_error(s, t, d,
			"'%s' is a host: write one of its processes%s, or make one: process NAME on %s",
			h->name, text_get(&living), h->name);
	else
		statement_error(s, t, d,
			"'%s' is a host without a process: make one first: process NAME on %s",
			h->name, h->name);
	text_done(&living);
	return -EINVAL;
}

int name_process(const struct world *w, const struct statement *s, const struct token *t,
	struct process **ret_process, struct diag *d)
{
	struct process *p = world_process(w, t->text);
	const struct host *h = world_host(w, t->text);
	struct text others = TEXT_EMPTY;

	if (p) {
		*ret_process = p;
		return 0;
	}
	if (h)
		return name_host_for_process(w, s, t, h, d);
	for (size_t i = 0; (p = world_process_at(w, i)) && i < 8; i++)
		text_printf(&others, "%s%s", i ? ", " : "", p->name);
	statement_error(s, t, d, "no process '%.40s'; there are: %s", t->text, text_get(&others));
	text_done(&others);
	return -EINVAL;
}

/* A host of that name, perhaps of a later life. */
static bool is_up(const struct world *w, const char *name)
{
	const struct host *h = world_host(w, name);

	return h && !h->down;
}

static int check_idle(const struct world *w, const struct process *p, const struct statement *s,
	const struct token *t, struct diag *d)
{
	if (p->ended && p->host->down)
		return statement_error(s, t, d,
			"process '%s' went with its host %s, which lost power; make it again%s: process "
			"%s on %s",
			p->name, p->host->name, is_up(w, p->host->name) ? "" : " once that is up",
			p->name, p->host->name);
	if (p->ended)
		return statement_error(s, t, d,
			"process '%s' has ended; make another: process NAME", p->name);
	if (p->program)
		return statement_error(s, t, d, "'%s' is a program and makes its own calls",
			p->name);
	if (!p->in_call)
		return 0;
	return statement_error(s, t, d,
		"process '%s' is still in %s: let something end that call, or kill %s; another process "
		"(process NAME) can make calls on sockets of its own",
		p->name, p->call.text, p->name);
}

int name_idle_process(const struct world *w, const struct statement *s, const struct token *t,
	struct process **ret_process, struct diag *d)
{
	struct process *p = NULL;
	int r = name_process(w, s, t, &p, d);

	if (r == 0)
		r = check_idle(w, p, s, t, d);
	if (r == 0)
		*ret_process = p;
	return r;
}

int name_callable(const struct world *w, const struct statement *s, const struct token *t,
	struct descriptor **ret_descriptor, struct diag *d)
{
	struct descriptor *found = world_descriptor(w, t->text);
	struct endpoint *e = NULL;
	int r;

	if (!found) {
		r = name_socket(w, s, t, &e, d);
		return r < 0
			? r
			: statement_error(s, t, d,
				  "'%s' was not accepted yet, so no process has it: accept it first",
				  t->text);
	}
	if (!found->open && found->process->host->down)
		return statement_error(s, t, d,
			"socket '%s' went with its host %s, which lost power", t->text,
			found->process->host->name);
	if (!found->open)
		return statement_error(s, t, d,
			"socket '%s' is closed: no process has this descriptor any more", t->text);
	r = check_idle(w, found->process, s, t, d);
	if (r == 0)
		*ret_descriptor = found;
	return r;
}

static int parse_port(const char *text, uint16_t *ret_port)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)text[0]) || *end || port > 65535)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

int name_host_part(const struct world *w, const char *text, size_t len, const struct host *self,
	int family, struct address *ret_address)
{
	struct text name = TEXT_EMPTY;
	const struct host *host;

	text_add(&name, text, len);
	if (!self)
		self = world_localhost(w);
	host = len ? world_host(w, text_get(&name)) : self;
	text_done(&name);
	if (!host)
		return address_parse_host(text, len, ret_address);
	world_host_address(w, host, self, family, ret_address);
	return 0;
}

int name_address(const struct world *w, const struct statement *s, const struct token *t,
	const struct host *self, int family, struct address *ret_address, struct diag *d)
{
	static const struct address loopback6 = { .family = AF_INET6, .bytes = { [15] = 1 } };
	const char *colon = strrchr(t->text, ':');
	struct address a = { 0 };
	uint16_t port;

	if (t->text[0] == '@') {
		struct endpoint *e = name_find_socket(w, t->text + 1);

		if (!e)
			return statement_error(s, t, d, "no socket '%.40s' to take the address of",
				t->text + 1);
		if (!e->local.port)
			return statement_error(s, t, d,
				"socket '%s' is not bound to an address yet", e->name);
		*ret_address = e->local;
		return 0;
	}
	if (t->kind == TOKEN_WORD && !colon && world_host(w, t->text))
		return statement_error(s, t, d, "'%s' is a host, its port is missing: %s:80",
			t->text, t->text);
	if (t->kind != TOKEN_WORD || !colon || parse_port(colon + 1, &port) < 0)
		return statement_error(s, t, d,
			"'%.60s' is no address: 127.0.0.1:80, :80 (this host), bob:80 (a host), "
			"[fd00::1]:80 or @socket",
			t->text);
	if (name_host_part(w, t->text, (size_t)(colon - t->text), self, family, &a) < 0)
		return statement_error(s, t, d,
			"'%.*s' is neither an address nor a host of this lab",
			(int)(colon - t->text), t->text);
	if (address_same_host(&a, &loopback6))
		return statement_error(s, t, d,
			"::1 cannot leave the loopback device, so it is not on the wire: use localhost or "
			"[fd00::1]");
	a.port = port;
	*ret_address = a;
	return 0;
}

int name_peer(const struct world *w, const struct statement *s, const struct token *socket,
	const struct token *t, struct address *ret_address, struct diag *d)
{
	const struct descriptor *on = world_descriptor(w, socket->text);
	const struct endpoint *e = name_find_socket(w, socket->text);

	return name_address(w, s, t, on ? on->process->host : NULL, e ? e->local.family : AF_UNSPEC,
		ret_address, d);
}

int name_number(const struct statement *s, const struct token *t, uint64_t least, uint64_t most,
	uint64_t *ret_number, struct diag *d)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(t->text, &end, 10);
	if (!isdigit((unsigned char)t->text[0]) || *end || errno || number < least ||
		number > most) {
		if (most == UINT64_MAX) /* twenty digits help nobody */
			return statement_error(s, t, d, "'%.40s' is no number from %" PRIu64 " on",
				t->text, least);
		return statement_error(s, t, d, "'%.40s' is no number from %" PRIu64 " to %" PRIu64,
			t->text, least, most);
	}
	*ret_number = number;
	return 0;
}

int name_size(const struct statement *s, const struct token *t, uint64_t most, uint64_t *ret_size,
	struct diag *d)
{
	char *end;
	unsigned long long number = strtoull(t->text, &end, 10);
	unsigned shift = strcmp(end, "k") == 0 ? 10 : strcmp(end, "M") == 0 ? 20 : 0;

	if (t->kind != TOKEN_WORD || !isdigit((unsigned char)t->text[0]) || (*end && !shift) ||
		number > most >> shift)
		return statement_error(s, t, d,
			"'%.40s' is no size: bytes such as 512, 100k, 2M, at most %" PRIu64
			" (text goes in quotes)",
			t->text, most);
	*ret_size = number << shift;
	return 0;
}

int name_path(const struct statement *s, const struct token *t, struct diag *d)
{
	if (strlen(t->text) != t->len)
		return statement_error(s, t, d, "a file name or an argument holds no NUL");
	if (t->kind == TOKEN_WORD && (strcmp(t->text, "~") == 0 || strncmp(t->text, "~/", 2) == 0))
		return statement_error(s, t, d,
			"'~' is not replaced by your folder here, as a shell does it: write that out");
	return 0;
}

bool name_sysctl(const char *key, char ret_path[HOST_TEXT_MAX])
{
	size_t len = 0;

	for (; len < HOST_TEXT_MAX / 2 &&
		(isalnum((unsigned char)key[len]) || (key[len] && strchr("._-/", key[len])));
		len++)
		ret_path[len] = key[len] == '.' ? '/' : key[len];
	ret_path[len] = '\0';
	return !key[len] && strncmp(ret_path, "net/", 4) == 0 && !strstr(key, "..");
}

int name_duration(const struct statement *s, const struct token *t, uint64_t *ret_ns,
	struct diag *d)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = { { "ns", 1 }, { "us", NS_PER_US }, { "ms", NS_PER_MS }, { "s", NS_PER_S },
		{ "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S } };
	char *end;
	double value = strtod(t->text, &end);

	for (size_t i = 0; isdigit((unsigned char)t->text[0]) && i < sizeof(units) / sizeof(*units);
		i++) {
		if (strcmp(end, units[i].unit) == 0 && value * (double)units[i].ns < 1e15) {
			*ret_ns = (uint64_t)(value * (double)units[i].ns);
			return 0;
		}
	}
	if (!*end &&
		isdigit((unsigned char)
				t->text[0])) /* most often seconds are meant, but not always */
		return statement_error(s, t, d, "'%.40s' is no time: %.40ss, %.40sms ...", t->text,
			t->text, t->text);
	return statement_error(s, t, d, "'%.40s' is no time: 300ms, 2s, 1.5s, 1m, 1h", t->text);
}
