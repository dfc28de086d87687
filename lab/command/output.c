/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/output.h"

#include "journal/event.h"
#include "journal/journal.h"
#include "world/world.h"

int output_tell(const struct cmd_call *c, struct text *lines)
{
	if (lines->len && lines->s[lines->len - 1] == '\n')
		lines->s[--lines->len] = '\0';
	journal_add(world_journal(c->world),
		(struct event){ .kind = EVENT_OUTPUT, .cause = c->event, .text = text_get(lines) });
	text_done(lines);
	return CMD_DONE;
}
