/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/ladder.h"

#include "base/diag.h"
#include "base/terminal.h"
#include "base/text.h"
#include "command/drawing.h"
#include "command/output.h"
#include "language/cmd.h"
#include "view/row.h"
#include "world/world.h"

#define LINES_MOST 200 /* without `all`: some screens, however long the story is */

static int ladder_run(struct cmd_call *c, struct diag *d)
{
	struct drawing_words w = { .own_name = "raw" };
	struct text out = TEXT_EMPTY;
	struct diag why = { 0 };
	unsigned width = terminal_width(ROW_WIDTH);
	int r = drawing_read_words(c, &w, d);
	struct ladder_options o = { .after = w.after,
		.most = w.all ? 0 : LINES_MOST,
		.ascii = w.ascii,
		.raw = w.own,
		.names = w.names,
		.name_count = w.name_count,
		.width = width < ROW_WIDTH ? (int)width : ROW_WIDTH };

	if (r == 0 && ladder_format(world_journal(c->world), &o, &out, &why) < 0)
		r = drawing_refuse_names(c, &w, &why, d);
	if (r == 0)
		r = output_tell(c, &out);
	text_done(&out);
	return r;
}

const struct cmd_def cmd_ladder = {
	.name = "ladder",
	.args = "[all] [ascii] [raw] [since MARK] [COLUMN ...]",
	.min_args = 0,
	.max_args = DRAWING_ARGS_MOST,
	.summary = "draw the story so far: an arrow for each packet, states and calls at the ends",
	.detail =
		"A column is a socket, with those it accepted; a process; or a host: name up to four, or have\n"
		"those drawn that talked; two keep their sides from one ladder to the next. Where there is\n"
		"little room, also on a terminal of less than 100 columns, excerpts and other parts of a label\n"
		"are left out, seq and ack last. ... on the wire, XXX lost, =2= a copy, ~~~ forged, (again #1)\n"
		"the same bytes as #1. The last 200 lines, `all` of them, or those `since mark` (or a mark's name);\n"
		"`raw` sequence numbers; `ascii` where the terminal draws no lines.",
	.source = "RFC 9293 3.5, figures 6 and 7, and 3.6, figure 13",
	.example = "ladder since mark",
	.flags = CMD_FREE | CMD_LOOKS,
	.run = ladder_run,
};
