/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "command/ruling.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/statement.h"
#include "wire/wire.h"
#include "world/world.h"

static bool is_held(struct wire *w, uint64_t number)
{
	const struct wire_packet *p = NULL;

	while ((p = wire_next(w, p)) && (p->number != number || p->standing != PACKET_HELD))
		;
	return p;
}

static int swap_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	uint64_t numbers[2];
	int r;

	for (size_t i = 1; i <= 2; i++) {
		if (s->words[i].kind != TOKEN_SEGMENT)
			return statement_error(s, &s->words[i], d,
				"'%.40s' is no held packet: swap #3 #4", s->words[i].text);
		r = name_number(s, &s->words[i], 1, UINT64_MAX, &numbers[i - 1], d);
		if (r < 0)
			return r;
	}
	r = wire_swap(world_wire(c->world), numbers[0], numbers[1], c->event);
	if (r == -EINVAL)
		return statement_error(s, &s->words[2], d, "these are the same packet");
	for (size_t i = 1; r == -ENOENT && i <= 2; i++) {
		if (!is_held(world_wire(c->world), numbers[i - 1]))
			return statement_error(s, &s->words[i], d,
				"packet #%" PRIu64 " is not held; 'wire' lists what is",
				numbers[i - 1]);
	}
	return CMD_DONE;
}

const struct cmd_def cmd_swap = {
	.name = "swap",
	.args = "#SEG #SEG",
	.min_args = 2,
	.max_args = 2,
	.summary = "let two held packets change places, so that the later one arrives first",
	.source = "the wire is the lab itself",
	.example = "swap #3 #4",
	.flags = CMD_COUNTS,
	.run = swap_run,
};
