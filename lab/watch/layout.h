/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where each pane stands on a screen of some size. Sockets on top; below them the ladder with the wire and the story under
 * it, or beside it where there is room. Knows neither journal nor terminal. Any thread. */
#ifndef LAB_WATCH_LAYOUT_H
#define LAB_WATCH_LAYOUT_H

#include <stdbool.h>

#include "watch/pane.h"
#include "watch/screen.h"

/* What people have not decided: a pane is there when it fits. */
enum layout_wish {
	LAYOUT_AS_FITS,
	LAYOUT_ON,
	LAYOUT_OFF,
};

struct layout_pane {
	enum layout_wish wish;
	int lines; /* it has to show */
};

/* y, height, width: of what panes may take of the screen. An area has its title in its first row; height 0: the pane is
 * not shown. */
void layout_make(int y, int height, int width, const struct layout_pane panes[PANE_COUNT],
	struct area ret_areas[PANE_COUNT]);

#endif
