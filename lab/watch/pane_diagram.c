/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state diagram, with the ways of the sockets that are there: of many, those that moved last. */
#include "base/text.h"
#include "view/diagram.h"
#include "view/way.h"
#include "watch/link.h"
#include "watch/page.h"
#include "watch/pane.h"

#define WIDE_LINES 30 /* of the wide picture, with some of the list below it */

/* The last event that as many sockets as can be drawn have had their last step at, or behind it. */
static uint64_t find_bar(const struct stand *stand)
{
	uint64_t latest[DIAGRAM_WAYS_MOST] = { 0 };
	const struct stand_socket *s;

	TAILQ_FOREACH(s, &stand->sockets, place)
	{
		int at = DIAGRAM_WAYS_MOST;

		if (s->udp || s->state_event <= latest[DIAGRAM_WAYS_MOST - 1])
			continue;
		for (; at > 0 && latest[at - 1] < s->state_event; at--) {
			if (at < DIAGRAM_WAYS_MOST)
				latest[at] = latest[at - 1];
		}
		latest[at] = s->state_event;
	}
	return latest[DIAGRAM_WAYS_MOST - 1];
}

static enum page_style style_of(const struct diagram_cell *cell)
{
	if (cell->lit)
		return PAGE_OPEN;
	return cell->mark == DIAGRAM_NOBODY ? PAGE_DIM : PAGE_OPENING;
}

struct pane_rows pane_diagram(const struct pane_order *o, struct page *page)
{
	uint64_t bar = find_bar(&o->link->stand);
	const struct stand_socket *s;
	struct diagram_options options = { .width = o->width,
		.lines = o->height,
		.ascii = !o->utf8 };
	struct diagram d = { 0 };
	struct ways ways = { 0 };
	struct pane_rows rows;

	TAILQ_FOREACH(s, &o->link->stand.sockets, place)
	{
		if (!s->udp && s->state_event && s->state_event >= bar)
			ways_add(&ways, link_journal(o->link), s->name, s->process != NULL,
				s->states, s->state_count);
	}
	if (o->height < WIDE_LINES && options.width >= DIAGRAM_WIDTH_WIDE)
		options.width = DIAGRAM_WIDTH_WIDE - 1;
	if (options.width > 0 && options.lines > 0)
		diagram_draw(&d, &ways, &options);
	rows = pane_rows_fit(o->from, (uint64_t)d.height, o->height);
	for (int y = (int)rows.first; y < (int)(rows.first + rows.shown); y++) {
		page_line(page);
		for (int x = 0; x < d.width; x++) {
			const struct diagram_cell *cell = diagram_cell(&d, x, y);

			page_add_point(page, style_of(cell), cell->point);
		}
	}
	diagram_done(&d);
	ways_done(&ways);
	return rows;
}
