/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "command/output.h"
#include "language/claim.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/outcome.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/process.h"
#include "world/world.h"

/* Why words[i] is no key, and how it should be written. -EINVAL. */
static int wrong_key(struct host *host, const struct statement *s, size_t i, struct diag *d)
{
	static const char *const folders[] = { "net/ipv4", "net/core", "net/ipv6",
		"net/ipv4/conf/all" };
	const struct token *key = &s->words[i];
	size_t len = strcspn(key->text, "=");

	if (key->text[len] && strncmp(key->text, "net", 3) == 0)
		return statement_error(s, key, d, "a blank instead of '=': %s %.*s %.40s",
			s->words[0].text, (int)(len < 80 ? len : 80), key->text,
			key->text + len + 1);
	for (size_t f = 0; f < sizeof(folders) / sizeof(folders[0]); f++) {
		char path[HOST_TEXT_MAX], value[HOST_TEXT_MAX];

		if (strpbrk(key->text, "./ ") || strlen(key->text) > HOST_TEXT_MAX / 2)
			break;
		snprintf(path, sizeof(path), "%s/%s", folders[f], key->text);
		if (host_sysctl(host, path, NULL, value, d) < 0)
			continue;
		for (char *at = path; *at; at++)
			*at = *at == '/' ? '.' : *at;
		return statement_error(s, key, d, "'%.60s' is no sysctl; did you mean %s?",
			key->text, path);
	}
	return statement_error(s, key, d,
		"'%.60s' is no sysctl of a host: they begin with net., as net.ipv4.tcp_fin_timeout",
		key->text);
}

/* Is it as => says? value: what the kernel answers to a reading; error: why it took no value, 0 = it did. */
static int meet_outcome(struct cmd_call *c, char *value, int error, struct diag *d)
{
	struct call_answer answer = { .text = value, .has_value = true };
	struct call_outcome got = { .error = error,
		.answer = &answer,
		.data = (const uint8_t *)value,
		.size = strlen(value) };
	struct text expected = TEXT_EMPTY, seen = TEXT_EMPTY;
	struct outcome outcome;
	char *end;
	int r = outcome_parse(c->statement, true, &outcome, d);

	if (r < 0)
		return r;
	answer.value = strtoll(value, &end, 10);
	answer.in_words = end == value || *end;
	outcome_format(&outcome, &expected);
	outcome_format_got(&got, &seen);
	if (outcome_met(&outcome, &got)) {
		claim_saw_call(script_claims(c->script), c->statement, text_get(&seen));
		r = CMD_DONE;
	} else {
		r = script_mismatch(c, NULL, text_get(&expected), text_get(&seen));
	}
	outcome_done(&outcome);
	text_done(&expected);
	text_done(&seen);
	return r;
}

static int sysctl_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct host *host = world_host(c->world, s->words[1].text);
	char path[HOST_TEXT_MAX], value[HOST_TEXT_MAX];
	struct text out = TEXT_EMPTY, wanted = TEXT_EMPTY;
	bool host_named = host;
	size_t i = host ? 2 : 1;
	int r;

	if (i >= s->word_count)
		return statement_error(s, &s->words[1], d,
			"which sysctl? e.g. net.ipv4.tcp_fin_timeout");
	r = name_running_host(c->world, s, host ? &s->words[1] : NULL, &host, d);
	if (r < 0)
		return r;
	if (!host_named && i + 1 < s->word_count && !strpbrk(s->words[i].text, "./") &&
		strpbrk(s->words[i + 1].text, "./"))
		return name_host(c->world, s, &s->words[i], &host, d);
	if (!name_sysctl(s->words[i].text, path))
		return wrong_key(host, s, i, d);
	for (size_t v = i + 1; v < s->word_count; v++)
		text_printf(&wanted, "%s%s", v > i + 1 ? " " : "", s->words[v].text);
	r = wanted.len ? host_sysctl(host, path, text_get(&wanted), NULL, d) : 0;
	host->tuned |= r == 0 && wanted.len;
	if (r == 0) {
		r = host_sysctl(host, path, NULL, value, d);
		if (r == -EACCES && wanted.len) { /* one that can only be written */
			snprintf(value, sizeof(value), "%s", text_get(&wanted));
			r = 0;
		}
	}
	text_done(&wanted);
	if (r == -EHOSTDOWN)
		return r;
	if (r == -ENOENT)
		return statement_error(s, &s->words[i], d, "this kernel has no sysctl %s",
			s->words[i].text);
	for (char *v = value; r == 0 && *v; v++)
		*v = *v == '\t' ? ' ' : *v; /* between the three of tcp_rmem */
	if (r < 0 && s->outcome)
		return meet_outcome(c, (char[]){ "" }, -r, d);
	if (r < 0 && i + 1 < s->word_count)
		return statement_error(s, &s->words[i + 1], d,
			"the kernel does not take '%.40s' for %s: %s%s", s->words[i + 1].text,
			s->words[i].text, strerror(-r),
			strcmp(s->words[i + 1].text, "=") == 0 ? "; leave out the '='"
				: isalpha((unsigned char)s->words[i + 1].text[0])
				? "; a switch takes 0 or 1"
				: "");
	if (r < 0)
		return statement_error(s, &s->words[i], d, "the kernel does not read %s: %s",
			s->words[i].text, strerror(-r));
	text_printf(&out, "%s: %s = %s", host->name, s->words[i].text, value);
	output_tell(c, &out);
	return s->outcome ? meet_outcome(c, value, 0, d) : CMD_DONE;
}

const struct cmd_def cmd_sysctl = {
	.name = "sysctl",
	.args = "[HOST] KEY [VALUE]",
	.min_args = 1,
	.max_args = 8,
	.summary = "read or set a kernel setting of a host; the machine's own stay as they are",
	.detail =
		"=> says what it must be: sysctl net.ipv4.tcp_fin_timeout => 60. Several numbers are a string:\n"
		"=> \"32768 60999\".",
	.source = "sysctl(8), ip-sysctl in the kernel's documentation",
	.example = "sysctl net.ipv4.tcp_fin_timeout 5",
	.flags = CMD_OUTCOME | CMD_WORDS | CMD_COUNTS,
	.run = sysctl_run,
};
