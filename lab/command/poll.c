/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "command/call.h"
#include "command/said.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/process.h"

#define ALL_EVENTS (POLLIN | POLLPRI | POLLOUT | POLLRDHUP)

/* In the order in which they are told. POLLRDNORM and the like come with these and tell nothing more. */
static const struct {
	const char *name;
	int event;
} events[] = {
	{ "POLLIN", POLLIN },
	{ "POLLPRI", POLLPRI },
	{ "POLLOUT", POLLOUT },
	{ "POLLRDHUP", POLLRDHUP },
	{ "POLLERR", POLLERR },
	{ "POLLHUP", POLLHUP },
	{ "POLLNVAL", POLLNVAL },
};
#define EVENT_COUNT (sizeof(events) / sizeof(events[0]))

static int parse_events(const struct statement *s, const struct token *t, int *ret_events,
	struct diag *d)
{
	const char *word = t->text;
	int found = 0;

	do {
		size_t len = strcspn(word, "|"), i = 0;

		while (i < EVENT_COUNT &&
			(strlen(events[i].name) != len || strncmp(events[i].name, word, len) != 0))
			i++;
		if (i == EVENT_COUNT)
			return statement_error(s, t, d,
				"'%.*s' is no event: POLLIN, POLLPRI, POLLOUT, POLLRDHUP, POLLERR, "
				"POLLHUP, POLLNVAL; joined: POLLIN|POLLHUP",
				(int)len, word);
		found |= events[i].event;
		word += len;
	} while (*word++);
	*ret_events = found;
	return 0;
}

static void format_events(int which, struct text *out)
{
	for (size_t i = 0; i < EVENT_COUNT; i++) {
		if (which & events[i].event)
			text_printf(out, "%s%s", out->len ? "|" : "", events[i].name);
	}
}

static void describe(const struct call_request *q, const struct call_reply *reply,
	struct call_answer *answer)
{
	struct text text = TEXT_EMPTY;

	(void)q;
	if (!reply->number)
		return;
	format_events(reply->number, &text);
	answer->text = text_take(&text);
	answer->has_value = true;
	answer->value = reply->result;
}

/* [EVENTS] [TIMEOUT] */
static int parse_rest(const struct statement *s, struct call_request *q, struct diag *d)
{
	size_t i = 2;
	uint64_t ns;
	int r = 0;

	if (i < s->word_count && strncmp(s->words[i].text, "POLL", 4) == 0)
		r = parse_events(s, &s->words[i++], &q->number, d);
	if (r < 0 || i == s->word_count)
		return r;
	if (strcmp(s->words[i].text, "forever") == 0) {
		q->timeout_ms = -1;
	} else if (strcmp(s->words[i].text, "0") != 0) {
		r = name_duration(s, &s->words[i], &ns, d);
		if (r < 0)
			return r;
		if (ns > INT_MAX * NS_PER_MS)
			return statement_error(s, &s->words[i], d,
				"'%.40s' is longer than poll(2) can wait", s->words[i].text);
		q->timeout_ms = (int)((ns + NS_PER_MS - 1) / NS_PER_MS);
	}
	if (i + 1 < s->word_count)
		return statement_error(s, &s->words[i + 1], d, "'%.40s' is one word too many",
			s->words[i + 1].text);
	return 0;
}

static int call_poll(struct cmd_call *c, struct call_request *q, struct diag *d)
{
	struct text asked = TEXT_EMPTY;
	int r;

	format_events(q->number, &asked);
	r = call_on_socket(c, q, &(struct call_order){ .describe = describe }, d, "%s, %d ms",
		text_get(&asked), q->timeout_ms);
	text_done(&asked);
	return r;
}

static int poll_run(struct cmd_call *c, struct diag *d)
{
	struct call_request q = { .kind = CALL_POLL, .number = ALL_EVENTS };
	struct text expected = TEXT_EMPTY;
	struct said said;
	int r = parse_rest(c->statement, &q, d), those;

	if (r < 0)
		return r;
	if (!said_in_words(c->statement))
		return call_poll(c, &q, d);
	r = parse_events(c->statement, &c->statement->outcome[0], &those, d);
	if (r < 0)
		return r;
	format_events(those, &expected);
	said_replace(&said, c, text_get(&expected));
	r = call_poll(c, &q, d);
	said_restore(&said, c);
	text_done(&expected);
	return r;
}

const struct cmd_def cmd_poll = {
	.name = "poll",
	.args = "SOCK [EVENTS] [TIMEOUT|forever]",
	.min_args = 1,
	.max_args = 3,
	.summary = "ask what a socket is ready for, or wait until it is",
	.detail =
		"EVENTS (all, unless told): POLLIN, POLLPRI, POLLOUT, POLLRDHUP, joined by |; POLLERR and\n"
		"POLLHUP are told unasked. TIMEOUT: 0 unless told. After => the events, or 0 for none.",
	.source = "poll(2), socket(7); net/ipv4/tcp.c tcp_poll()",
	.example = "poll a POLLIN 2s => POLLIN|POLLHUP",
	.flags = CMD_OUTCOME | CMD_BACKGROUND | CMD_WORDS | CMD_COUNTS,
	.run = poll_run,
};
