/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "command/output.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/host.h"
#include "world/process.h"
#include "world/world.h"

#define GIVEN_MAX (HOST_ADDRESSES_MAX - 1) /* one more may have to be chosen */

/* ---- listing ---- */

static void add_addresses(const struct host *h, struct text *out)
{
	char address[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < h->address_count; i++)
		text_printf(out, "%s%s", i ? " " : "", address_format(&h->addresses[i], address));
}

static const char *standing(const struct host *h)
{
	if (h->ghost)
		return "ghost";
	if (h->down)
		return h->cut ? "down, cut" : "down";
	return h->cut ? "up, cut" : "up";
}

static void add_processes(const struct world *w, const struct host *h, struct text *out)
{
	const struct process *p;
	const char *separator = "";

	for (size_t i = 0; (p = world_process_at(w, i)); i++) {
		if (p->host != h || p->ended)
			continue;
		text_printf(out, "%s%s", separator, p->name);
		separator = " ";
	}
}

static int list_hosts(struct cmd_call *c)
{
	struct text out = TEXT_EMPTY, addresses = TEXT_EMPTY;
	const struct host *h;
	int width = (int)strlen("ADDRESSES");

	for (size_t i = 0; (h = world_host_at(c->world, i)); i++) {
		text_clear(&addresses);
		add_addresses(h, &addresses);
		if ((int)addresses.len > width)
			width = (int)addresses.len;
	}
	text_printf(&out, "%-10s %-9s  %-*s  PROCESSES", "HOST", "STANDING", width, "ADDRESSES");
	for (size_t i = 0; (h = world_host_at(c->world, i)); i++) {
		text_clear(&addresses);
		add_addresses(h, &addresses);
		text_printf(&out, "\n%-10s %-9s  %-*s  ", h->name, standing(h), width,
			text_get(&addresses));
		add_processes(c->world, h, &out);
		while (out.s[out.len - 1] == ' ')
			out.s[--out.len] = '\0';
	}
	text_done(&addresses);
	return output_tell(c, &out);
}

/* ---- making ---- */

/* Why no host can have this address; NULL = it can. */
static const char *refused(const struct address *a)
{
	static const struct address loopback6 = { .family = AF_INET6, .bytes = { [15] = 1 } };
	struct address unmapped = *a;

	address_unmap(&unmapped);
	if (unmapped.family != a->family)
		return "stands for an IPv4 address: write that";
	if (address_is_loopback(a))
		return "is every host's own loopback; it has that anyway";
	if (address_same_host(a, &loopback6))
		return "is loopback, which cannot leave a host";
	if (address_is_any(a) || (a->family == AF_INET && a->bytes[0] == 0))
		return "is no address of a host but stands for any";
	if (a->family == AF_INET && a->bytes[0] >= 240)
		return "is broadcast or reserved";
	if (a->bytes[0] == 0xff || (a->family == AF_INET && a->bytes[0] >= 224))
		return "is a multicast group, not a host";
	if (a->family == AF_INET6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80)
		return "is link-local: it means something only together with an interface";
	return NULL;
}

static int read_address(const struct cmd_call *c, const struct token *t, struct address *addresses,
	size_t *count, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct host *holder;
	struct address a;
	const char *why;

	if (t->kind != TOKEN_WORD || address_parse_host(t->text, t->len, &a) < 0)
		return statement_error(s, t, d,
			"'%.60s' is no address of a host: write one without a port, as 10.0.0.7 or "
			"fd00::7",
			t->text);
	why = refused(&a);
	if (why)
		return statement_error(s, t, d, "%.60s %s", t->text, why);
	for (size_t i = 0; i < *count; i++) {
		if (address_same_host(&addresses[i], &a))
			return statement_error(s, t, d, "%.60s is here twice", t->text);
	}
	holder = world_address_holder(c->world, &a);
	if (holder)
		return statement_error(s, t, d, "%.60s is the address of host '%s'", t->text,
			holder->name);
	if (*count == GIVEN_MAX)
		return statement_error(s, t, d, "a host has at most %d addresses", GIVEN_MAX);
	addresses[(*count)++] = a;
	return 0;
}

static int make_host(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct address addresses[HOST_ADDRESSES_MAX];
	size_t count = 0, i = 2;
	bool ghost = s->word_count > 2 && strcmp(s->words[2].text, "ghost") == 0;
	int r = name_new(c->world, s, &s->words[1], d);

	if (r == 0 && world_host_at(c->world, WORLD_HOSTS_MAX - 1))
		r = statement_error(s, &s->words[1], d,
			"a lab has at most %d hosts at once, localhost included", WORLD_HOSTS_MAX);
	for (i += ghost; r == 0 && i < s->word_count; i++)
		r = read_address(c, &s->words[i], addresses, &count, d);
	if (r < 0)
		return r;
	world_choose_addresses(c->world, addresses, &count);
	if (ghost)
		world_add_ghost(c->world, s->words[1].text, addresses, count, c->event);
	else
		r = world_add_host(c->world, s->words[1].text, addresses, count, c->event, d);
	return r < 0 ? r : CMD_DONE;
}

/* ---- what becomes of it ---- */

static int crash(struct cmd_call *c, struct host *h, struct diag *d)
{
	if (h->down)
		return statement_error(c->statement, &c->statement->words[1], d,
			"host '%s' is down already: host %s reboot", h->name, h->name);
	world_crash(c->world, h, c->event);
	return CMD_DONE;
}

static int reboot(struct cmd_call *c, struct host *h, struct diag *d)
{
	int r = world_reboot(c->world, h, c->event, d);

	return r < 0 ? r : CMD_DONE;
}

static int cut(struct cmd_call *c, struct host *h, struct diag *d)
{
	if (h->cut)
		return statement_error(c->statement, &c->statement->words[1], d,
			"the cable of '%s' is cut already: host %s mend", h->name, h->name);
	world_cut(c->world, h, true, c->event);
	return CMD_DONE;
}

static int mend(struct cmd_call *c, struct host *h, struct diag *d)
{
	if (!h->cut)
		return statement_error(c->statement, &c->statement->words[1], d,
			"the cable of '%s' is not cut", h->name);
	world_cut(c->world, h, false, c->event);
	return CMD_DONE;
}

static const struct {
	const char *word;
	int (*run)(struct cmd_call *c, struct host *h, struct diag *d);
} deeds[] = { { "crash", crash }, { "reboot", reboot }, { "cut", cut }, { "mend", mend } };
#define DEED_COUNT (sizeof(deeds) / sizeof(deeds[0]))

/* `host crash bob`, `host crash`: the words the other way round, or one is missing. */
static int told_without_host(const struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct token *deed = &s->words[1];
	const char *name = s->word_count > 2 ? s->words[2].text : "NAME";

	return statement_error(c->statement, deed, d,
		"'%s' is what becomes of a host: host %.40s %s", deed->text, name, deed->text);
}

/* `host bob crush`: bob is there, so it is no address that was meant. */
static int unknown_deed(const struct cmd_call *c, struct diag *d)
{
	const struct token *t = &c->statement->words[2];
	const char *name = c->statement->words[1].text, *nearest = NULL;
	size_t best = strlen(t->text) / 3 + 2; /* more edits than that is another word */

	for (size_t i = 0; i < DEED_COUNT; i++) {
		size_t distance = text_distance(t->text, deeds[i].word);

		if (distance < best) {
			best = distance;
			nearest = deeds[i].word;
		}
	}
	return statement_error(c->statement, t, d,
		"'%s' is a host already, and '%.40s' nothing that becomes of one%s%s %s %s", name,
		t->text, nearest ? "; did you mean:" : ":", " host", name,
		nearest ? nearest : "crash|reboot|cut|mend");
}

static int host_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct host *h = NULL;

	if (s->word_count == 1)
		return list_hosts(c);
	if (host_deed(s->words[1].text))
		return told_without_host(c, d);
	for (size_t i = 0; s->word_count == 3 && i < DEED_COUNT; i++) {
		int r;

		if (strcmp(s->words[2].text, deeds[i].word) != 0)
			continue;
		r = name_host(c->world, s, &s->words[1], &h, d);
		if (r == 0 && h->ghost)
			return statement_error(s, &s->words[2], d,
				"'%s' is a ghost: addresses and nothing behind them", h->name);
		return r < 0 ? r : deeds[i].run(c, h, d);
	}
	if (s->word_count > 2 && world_host(c->world, s->words[1].text))
		return unknown_deed(c, d);
	return make_host(c, d);
}

const struct cmd_def cmd_host = {
	.name = "host",
	.args = "[NAME [ghost] [ADDR...] | HOST crash|reboot|cut|mend]",
	.min_args = 0,
	.max_args = 2 + GIVEN_MAX,
	.summary = "make another machine; cut its power, its cable; list them",
	.detail =
		"Its own network namespace, settings and addresses: 10.0.0.1 and fd00::10:0:0:1, or the next\n"
		"ones, unless told. `process NAME on HOST` runs something there; HOST:80 is its address.\n"
		"crash: the power is cut. No FIN, no RST; calls in progress end as killed SIGKILL.\n"
		"reboot: up again with the same addresses and no memory, so it answers what it does not know\n"
		"with RST; of a host that is up the power is cut first. cut, mend: its cable; what is sent meanwhile is lost. Of a ghost there are addresses\n"
		"and no kernel: what it is sent is only shown, and `forge` speaks for it.\n"
		"localhost is 127.0.0.1 to itself and 10.0.0.254 to others.",
	.source = "namespaces(7); RFC 9293 3.5.1 (half-open connections)",
	.example = "host alice 10.0.0.1",
	.flags = CMD_COUNTS,
	.run = host_run,
};
