/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command/ruling.h"
#include "language/cmd.h"
#include "language/statement.h"

#define RATE_MOST 100e9 /* bits per second */

/* "64kbit", "1.5mbit", "1gbit", "9600bit", as in tc(8). 0 = it is none. */
static uint64_t parse_rate(const char *text)
{
	static const struct {
		const char *unit;
		double bits;
	} units[] = { { "bit", 1 }, { "kbit", 1e3 }, { "mbit", 1e6 }, { "gbit", 1e9 } };
	char *end;
	double value = strtod(text, &end);

	size_t len = strlen(end);

	if (len > 2 && strcmp(end + len - 2, "/s") == 0)
		len -= 2;
	for (size_t i = 0; isdigit((unsigned char)text[0]) && i < sizeof(units) / sizeof(*units);
		i++) {
		if (strlen(units[i].unit) == len && strncasecmp(end, units[i].unit, len) == 0 &&
			value * units[i].bits <= RATE_MOST)
			return (uint64_t)(value * units[i].bits);
	}
	return 0;
}

static int rate_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct token *last = &s->words[s->word_count - 1];
	struct ruling ruling = { .rule = { .kind = RULE_RATE, .command = c->event }, .next = 1 };
	uint64_t rate = parse_rate(last->text);
	int r = 0;

	if (!rate && parse_rate(s->words[1].text)) /* then there is a third word */
		return statement_error(s, &s->words[1], d,
			"the rate comes last, behind what it is for: rate %.40s %.40s",
			s->words[2].text, s->words[1].text);
	if (!rate)
		return statement_error(s, last, d,
			"'%.40s' is no rate, which comes last: 64kbit, 1.5mbit, 1gbit (bits per second), at "
			"most 100gbit",
			last->text);
	if (s->words[1].kind == TOKEN_SEGMENT)
		return statement_error(s, &s->words[1], d,
			"a rate is for coming packets; to let this one go later: delay #%s 100ms",
			s->words[1].text);
	if (s->word_count > 2)
		r = ruling_read(c, RULE_RATE, 0, &ruling, d);
	if (r == 0)
		r = ruling_end(c, ruling.next + 1, d);
	ruling.rule.bits_per_s = rate;
	return r < 0 ? r : ruling_add(c, &ruling.rule);
}

const struct cmd_def cmd_rate = {
	.name = "rate",
	.args = "[MATCH [xN]] RATE",
	.min_args = 1,
	.max_args = 17,
	.summary =
		"let coming packets that match (all, unless told) pass one after the other, no faster than this",
	.detail =
		"Bits per second as in tc(8): 64kbit, 1.5mbit, 1gbit. A packet takes its length from the IP header\n"
		"on, and waits for those before it. The queue has no end; what limits it is the senders' windows.",
	.source = "the wire is the lab itself",
	.example = "rate data 1mbit",
	.flags = CMD_COUNTS,
	.run = rate_run,
};
