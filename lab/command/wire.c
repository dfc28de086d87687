/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "base/clock.h"
#include "base/text.h"
#include "command/output.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "language/cmd.h"
#include "wire/wire.h"
#include "world/world.h"

static int wire_run(struct cmd_call *c, struct diag *d)
{
	struct wire *w = world_wire(c->world);
	struct text out = TEXT_EMPTY;
	static const char *const standings[] = { [PACKET_PENDING] = "on its way",
		[PACKET_HELD] = "held",
		[PACKET_DELAYED] = "delayed" };
	const struct wire_packet *p = NULL;

	(void)d;
	while ((p = wire_next(w, p))) {
		const struct event *sent = journal_get(world_journal(c->world), p->event);

		text_printf(&out, "#%-4" PRIu64 " %s ", p->number, standings[p->standing]);
		text_duration(&out, clock_now_ns() - p->sent_ns);
		text_puts(&out, "  ");
		narrate_what(world_journal(c->world), sent, &out);
		text_puts(&out, "\n");
	}
	if (!out.len)
		text_printf(&out, "the wire is empty; %" PRIu64 " packet%s so far\n",
			wire_last_number(w), wire_last_number(w) == 1 ? "" : "s");
	for (const struct rule *rule = wire_rules(w)->first; rule; rule = rule->next) {
		bool used_up = rule->count && rule->hits == rule->count;

		text_printf(&out, "rule %u: ", rule->number);
		rule_format(rule, &out);
		text_printf(&out, "  (%" PRIu64 " hit%s%s)\n", rule->hits,
			rule->hits == 1 ? "" : "s", used_up ? ", used up" : "");
	}
	return output_tell(c, &out);
}

const struct cmd_def cmd_wire = {
	.name = "wire",
	.args = "",
	.min_args = 0,
	.max_args = 0,
	.summary = "list what is on the wire, and its rules",
	.source = "the wire is the lab itself",
	.example = "wire",
	.flags = CMD_FREE | CMD_LOOKS,
	.run = wire_run,
};
