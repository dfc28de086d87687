/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/counters.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "command/output.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "world/host.h"
#include "world/world.h"

struct listing {
	const struct statement *statement;
	size_t first; /* index of the first beginning that is wanted */
	uint32_t found; /* bit i: there are such that begin with words[i], counted or not */
	struct text out;
};

static void list(void *arg, const char *name, int64_t value)
{
	struct listing *l = arg;
	bool wanted = l->first == l->statement->word_count && value;

	for (size_t i = l->first; i < l->statement->word_count; i++) {
		const char *begun = l->statement->words[i].text;
		bool begins = strncmp(name, begun, strlen(begun)) == 0;

		l->found |= (uint32_t)begins << i;
		wanted |= begins && (value || strlen(name) == strlen(begun));
	}
	if (wanted)
		text_printf(&l->out, "%-32s %" PRId64 "\n", name, value);
}

static int counters_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct host *host = s->word_count > 1 ? world_host(c->world, s->words[1].text) : NULL;
	struct listing listing = { .statement = s, .first = host ? 2 : 1 };
	int r = name_running_host(c->world, s, host ? &s->words[1] : NULL, &host, d);

	if (r < 0)
		return r;
	r = counters_read(host, list, &listing);
	if (r < 0)
		r = statement_errno(s, NULL, d, -r, "host '%s' cannot be asked", host->name);
	for (size_t i = listing.first; r == 0 && i < s->word_count; i++) {
		if (!(listing.found >> i & 1))
			r = statement_error(s, &s->words[i], d,
				"%sno counter begins with '%.40s'; `counters` alone lists those that have "
				"counted",
				i == 1 ? "there is no such host, and " : "", s->words[i].text);
	}
	if (r == 0 && !listing.out.len)
		text_puts(&listing.out, "nothing was counted yet\n");
	if (r == 0)
		return output_tell(c, &listing.out);
	text_done(&listing.out);
	return r;
}

const struct cmd_def cmd_counters = {
	.name = "counters",
	.args = "[HOST] [NAME...]",
	.min_args = 0,
	.max_args = 16,
	.summary =
		"what a host's kernel has counted since it came up: all that is not 0, or those that begin so",
	.detail =
		"The names are those of nstat(8): TcpRetransSegs, TcpInCsumErrors, TcpExtTCPTimeouts. In a\n"
		"recipe: expect bob counter TcpRetransSegs 1. Wire0TxDropped is what the lab never saw, because\n"
		"wire0 was full (10,000 packets).\n"
		"TcpInSegs counts what a kernel is given in one piece as one: in bulk, more than a MiB in a second\n"
		"without a rule, these are trains of segments, as behind a network card that joins them.",
	.source =
		"/proc/net/snmp, netstat, snmp6, dev; proc(5), snmp_counter in the kernel's documentation",
	.example = "counters TcpRetransSegs",
	.flags = CMD_FREE | CMD_LOOKS,
	.run = counters_run,
};
