/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "command/ruling.h"
#include "language/cmd.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/world.h"

static int corrupt_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	struct ruling ruling;
	int r = ruling_read(c, RULE_CORRUPT, 1, &ruling, d);

	if (r < 0)
		return r;
	if (ruling.next < s->word_count && strcmp(s->words[ruling.next].text, "payload") == 0) {
		ruling.rule.corruption = CORRUPT_PAYLOAD;
		ruling.next++;
	} else if (ruling.next < s->word_count &&
		strcmp(s->words[ruling.next].text, "checksum") == 0) {
		ruling.next++;
	}
	r = ruling_end(c, ruling.next, d);
	if (r < 0)
		return r;
	if (!ruling.number)
		return ruling_add(c, &ruling.rule);
	r = wire_corrupt(world_wire(c->world), ruling.number, ruling.rule.corruption, c->event);
	if (r == -EINVAL)
		return statement_error(s, &s->words[1], d, "packet #%llu has no %s to corrupt",
			(unsigned long long)ruling.number,
			ruling.rule.corruption == CORRUPT_PAYLOAD ? "payload" : "checksum");
	return ruling_by_hand(c, r, ruling.number, d);
}

const struct cmd_def cmd_corrupt = {
	.name = "corrupt",
	.args = "#SEG|MATCH [xN|always] [P% [seed N]] [checksum|payload]",
	.min_args = 1,
	.max_args = 17,
	.summary = "spoil a held packet, or the next N coming ones that match (1, unless told)",
	.detail =
		"checksum (unless told): it is left wrong, so the kernel must drop the packet and counts it in\n"
		"InCsumErrors. payload: the first byte is changed and the checksum made right, so that nobody can\n"
		"tell; without payload nothing is changed. P%: by chance, as in help drop.",
	.source = "the wire is the lab itself; RFC 9293 3.1",
	.example = "corrupt data x1 payload",
	.flags = CMD_COUNTS,
	.run = corrupt_run,
};
