/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/diagram.h"

#include "base/diag.h"
#include "base/terminal.h"
#include "base/text.h"
#include "command/drawing.h"
#include "command/output.h"
#include "language/cmd.h"
#include "view/way.h"
#include "world/world.h"

#define COLUMNS 80 /* where nobody says how many there are */

/* Of the user's terminal, as far as they are of use: with the words, it should be seen whole. */
static int choose_width(const struct drawing_words *w)
{
	unsigned columns, rows;

	if (w->own)
		return DIAGRAM_WIDTH_WIDE;
	if (!terminal_size(&columns, &rows))
		return COLUMNS;
	if (columns < DIAGRAM_WIDTH_WIDE)
		return (int)columns;
	return rows > DIAGRAM_LINES_WIDE ? DIAGRAM_WIDTH_WIDE : DIAGRAM_WIDTH_WIDE - 1;
}

static int diagram_run(struct cmd_call *c, struct diag *d)
{
	struct drawing_words w = { .own_name = "wide" };
	struct text out = TEXT_EMPTY, left_out = TEXT_EMPTY;
	struct diagram diagram = { 0 };
	struct ways ways = { 0 };
	struct diag why = { 0 };
	int r = drawing_read_words(c, &w, d);
	struct ways_choice choice = { .after = w.after,
		.names = w.names,
		.name_count = w.name_count,
		.most = DIAGRAM_WAYS_MOST };

	if (r == 0 && ways_choose(&ways, world_journal(c->world), &choice, &left_out, &why) < 0)
		r = drawing_refuse_names(c, &w, &why, d);
	if (r == 0) {
		diagram_draw(&diagram, &ways,
			&(struct diagram_options){ .width = choose_width(&w),
				.all = w.all,
				.ascii = w.ascii });
		diagram_write(&diagram, &out);
		if (left_out.len)
			text_printf(&out, "not shown: %s\n", text_get(&left_out));
		r = output_tell(c, &out);
	}
	diagram_done(&diagram);
	ways_done(&ways);
	text_done(&left_out);
	text_done(&out);
	return r;
}

const struct cmd_def cmd_diagram = {
	.name = "diagram",
	.args = "[all] [ascii] [wide] [since MARK] [SOCK|PROC|HOST ...]",
	.min_args = 0,
	.max_args = DRAWING_ARGS_MOST,
	.summary = "draw RFC 9293's state diagram, where sockets are in it, and the way they took",
	.detail =
		"[[LISTEN l]] is a state that socket l is in. A double line is where somebody went: c1,3 on it are\n"
		"steps 1 and 3 of the socket whose letter is c. The list below has each step and its cause; - -> is\n"
		"one that the figure does not draw, such as a reset. Name sockets, processes or hosts, or have those\n"
		"drawn that live, and as many that lived as there is room for, of each name the youngest. `wide` writes on each line what makes\n"
		"a socket go there, as is done anyway where 100 columns and 26 lines are; `since mark` (or a mark's\n"
		"name) begins there; `all` steps of long ways; `ascii` where the terminal draws no lines.",
	.source = "RFC 9293 3.3.2, figure 5",
	.example = "diagram c",
	.flags = CMD_FREE | CMD_LOOKS,
	.run = diagram_run,
};
