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

static int socket_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct call_request q = { .kind = CALL_SOCKET,
		.family = world_ipv6(c->world) ? AF_INET6 : AF_INET,
		.type = SOCK_STREAM | SOCK_CLOEXEC,
		.protocol = IPPROTO_TCP };
	struct process *p = world_process(c->world, "main");
	struct text text = TEXT_EMPTY;
	size_t i = 2;
	int r = name_new(c->world, s, &s->words[1], d);

	if (r == 0 && i < s->word_count && strncmp(s->words[i].text, "tcp", 3) == 0) {
		if (strcmp(s->words[i].text, "tcp6") == 0)
			q.family = AF_INET6;
		else if (s->words[i].text[3])
			r = statement_error(s, &s->words[i], d, "'%.40s' is no kind of socket: tcp, tcp6",
				s->words[i].text);
		i++;
	}
	if (r == 0 && i < s->word_count) {
		if (strcmp(s->words[i].text, "in") != 0 || i + 2 != s->word_count)
			return statement_error(s, &s->words[i], d,
				"'%.40s' is not understood: socket NAME [tcp|tcp6] [in PROC]",
				s->words[i].text);
		r = name_idle_process(c->world, s, &s->words[i + 1], &p, d);
	} else if (r == 0) {
		static const struct token main_token = { .kind = TOKEN_WORD, .text = (char *)"main" };

		r = name_idle_process(c->world, s, &main_token, &p, d);
	}
	if (r < 0)
		return r;
	text_printf(&text, "socket(%s, SOCK_STREAM, IPPROTO_TCP)",
		q.family == AF_INET6 ? "AF_INET6" : "AF_INET");
	r = script_call(c, p, &q, NULL, text_get(&text), NULL, s->words[1].text, d);
	text_done(&text);
	return r;
}

const struct cmd_def cmd_socket = {
	.name = "socket",
	.args = "NAME [tcp|tcp6] [in PROC]",
	.min_args = 1,
	.max_args = 4,
	.summary = "make a socket in a process (main, unless told) and call it NAME",
	.detail = "The socket belongs to that process: the calls on it are made there, and it is\n"
		  "closed when the process ends.",
	.source = "socket(2)",
	.example = "socket c tcp in main",
	.flags = CMD_OUTCOME,
	.run = socket_run,
};
