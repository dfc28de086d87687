/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What svg_ladder.c and svg_arrow.c share, and svg_diagram.c takes of it. */
#ifndef LAB_VIEW_SVG_LADDER_PARTS_H
#define LAB_VIEW_SVG_LADDER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tcp_state.h"

struct scene;
struct scene_arrow;
struct text;

struct drawing {
	const struct scene *scene; /* borrowed */
	bool linked; /* in a page: what happened is a link */
	const char *id;
	struct text *out;
};

/* Begin and end what stands for events ("12 14", the first of them, and what caused it, 0 = nothing). The tag is
 * left open: attributes and > must follow. */
void ladder_open_event(const struct drawing *d, const char *class, const char *events,
	uint64_t first, uint64_t cause);
void ladder_close_event(const struct drawing *d);
void ladder_draw_arrow(const struct drawing *d, const struct scene_arrow *a);
/* What the lines and marks that were drawn mean, from y downwards; and the lines of text that takes. */
void ladder_draw_legend(const struct drawing *d, double y);
size_t ladder_legend_rows(const struct scene *s);
/* The class that colours a state. */
const char *svg_state_class(enum tcp_state state);

#endif
