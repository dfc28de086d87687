/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/world.h"

static const struct {
	const char *word;
	int family; /* AF_UNSPEC = the family the lab speaks */
	int type, protocol;
	const char *shown;
} kinds[] = {
	{ "tcp", AF_UNSPEC, SOCK_STREAM, IPPROTO_TCP, "SOCK_STREAM, IPPROTO_TCP" },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP, "SOCK_STREAM, IPPROTO_TCP" },
	{ "udp", AF_UNSPEC, SOCK_DGRAM, IPPROTO_UDP, "SOCK_DGRAM, IPPROTO_UDP" },
	{ "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, "SOCK_DGRAM, IPPROTO_UDP" },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

/* `[KIND] [in PROC]` behind the name. */
static int parse(struct cmd_call *c, size_t *ret_kind, struct process **ret_process, struct diag *d)
{
	static const struct token main_token = { .kind = TOKEN_WORD, .text = (char *)"main" };
	const struct statement *s = c->statement;
	size_t i = 2;

	*ret_kind = 0;
	if (i < s->word_count && strcmp(s->words[i].text, "in") != 0 &&
		strcmp(s->words[i].text, "on") != 0) {
		while (*ret_kind < KIND_COUNT &&
			strcmp(s->words[i].text, kinds[*ret_kind].word) != 0)
			++*ret_kind;
		if (*ret_kind == KIND_COUNT)
			return statement_error(s, &s->words[i], d,
				"'%.40s' is no kind of socket: tcp, tcp6, udp, udp6",
				s->words[i].text);
		i++;
	}
	if (i == s->word_count)
		return name_idle_process(c->world, s, &main_token, ret_process, d);
	if (strcmp(s->words[i].text, "on") == 0 && i + 2 == s->word_count) {
		struct host *host = NULL;
		int r = name_host(c->world, s, &s->words[i + 1], &host, d);

		return r < 0 ? r : name_host_for_process(c->world, s, &s->words[i + 1], host, d);
	}
	if (strcmp(s->words[i].text, "in") == 0 && i == 2 && s->word_count == 5)
		return statement_error(s, &s->words[4], d,
			"the kind comes before the process: socket %s %.20s in %.40s",
			s->words[1].text, s->words[4].text, s->words[3].text);
	if (strcmp(s->words[i].text, "in") != 0 || i + 2 != s->word_count)
		return statement_error(s, &s->words[i], d,
			"'%.40s' is not understood: socket NAME [tcp|tcp6|udp|udp6] [in PROC]",
			s->words[i].text);
	return name_idle_process(c->world, s, &s->words[i + 1], ret_process, d);
}

static int socket_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct call_request q = { .kind = CALL_SOCKET, .fd = -1 };
	struct call_order order = { .request = &q, .new_name = s->words[1].text };
	struct process *p = NULL;
	struct text text = TEXT_EMPTY;
	size_t kind = 0;
	int r = name_new(c->world, s, &s->words[1], d);

	if (r == 0)
		r = parse(c, &kind, &p, d);
	if (r < 0)
		return r;
	q.family = kinds[kind].family;
	if (q.family == AF_UNSPEC)
		q.family = world_ipv6(c->world) ? AF_INET6 : AF_INET;
	q.type = kinds[kind].type | SOCK_CLOEXEC;
	q.protocol = kinds[kind].protocol;
	text_printf(&text, "socket(%s, %s)", q.family == AF_INET6 ? "AF_INET6" : "AF_INET",
		kinds[kind].shown);
	order.text = text_get(&text);
	r = script_call(c, p, &order, d);
	text_done(&text);
	return r;
}

const struct cmd_def cmd_socket = {
	.name = "socket",
	.args = "NAME [tcp|tcp6|udp|udp6] [in PROC]",
	.min_args = 1,
	.max_args = 4,
	.summary = "make a socket in a process (main, unless told) and call it NAME",
	.detail = "The socket belongs to that process: the calls on it are made there, and it is\n"
		  "closed when the process ends.",
	.source = "socket(2)",
	.example = "socket c tcp in main",
	.flags = CMD_OUTCOME | CMD_COUNTS,
	.run = socket_run,
};
