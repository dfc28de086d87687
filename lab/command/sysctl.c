/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/world.h"

/* "net.ipv4.tcp_fin_timeout" -> "net/ipv4/tcp_fin_timeout". Only below net/, which is the namespace's
 * own; the rest of /proc/sys is the machine's. */
static int key_path(const struct statement *s, const struct token *key,
	char ret_path[HOST_TEXT_MAX], struct diag *d)
{
	size_t i;

	for (i = 0; key->text[i] && i < HOST_TEXT_MAX / 2; i++) {
		char c = key->text[i];

		if (!isalnum((unsigned char)c) && !strchr("._-/", c))
			break;
		ret_path[i] = c == '.' ? '/' : c;
	}
	ret_path[i] = '\0';
	if (key->text[i] || strncmp(ret_path, "net/", 4) != 0 || strstr(key->text, ".."))
		return statement_error(s, key, d,
			"'%.60s' is no sysctl of a host: they begin with net., as "
			"net.ipv4.tcp_fin_timeout",
			key->text);
	return 0;
}

static int sysctl_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct host *host = world_host(c->world, s->words[1].text);
	char path[HOST_TEXT_MAX], value[HOST_TEXT_MAX];
	struct text out = TEXT_EMPTY, wanted = TEXT_EMPTY;
	size_t i = host ? 2 : 1;
	int r;

	if (i >= s->word_count)
		return statement_error(s, &s->words[1], d,
			"which sysctl? e.g. net.ipv4.tcp_fin_timeout");
	r = name_running_host(c->world, s, host ? &s->words[1] : NULL, &host, d);
	if (r < 0)
		return r;
	r = key_path(s, &s->words[i], path, d);
	if (r < 0)
		return r;
	for (size_t v = i + 1; v < s->word_count; v++)
		text_printf(&wanted, "%s%s", v > i + 1 ? " " : "", s->words[v].text);
	r = wanted.len ? host_sysctl(host, path, text_get(&wanted), NULL) : 0;
	if (r == 0) {
		r = host_sysctl(host, path, NULL, value);
		if (r == -EACCES && wanted.len) { /* one that can only be written */
			snprintf(value, sizeof(value), "%s", text_get(&wanted));
			r = 0;
		}
	}
	text_done(&wanted);
	if (r == -ENOENT)
		return statement_error(s, &s->words[i], d, "this kernel has no sysctl %s",
			s->words[i].text);
	if (r < 0)
		return statement_error(s, &s->words[i], d, "the kernel does not take %s: %s",
			s->words[i].text, strerror(-r));
	text_printf(&out, "%s: %s = %s", host->name, s->words[i].text, value);
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_OUTPUT, .cause = c->event, .text = text_get(&out) });
	text_done(&out);
	return CMD_DONE;
}

const struct cmd_def cmd_sysctl = {
	.name = "sysctl",
	.args = "[HOST] KEY [VALUE]",
	.min_args = 1,
	.max_args = 8,
	.summary = "read or set a kernel setting of a host; the machine's own stay as they are",
	.source = "sysctl(8), ip-sysctl in the kernel's documentation",
	.example = "sysctl net.ipv4.tcp_fin_timeout 5",
	.run = sysctl_run,
};
