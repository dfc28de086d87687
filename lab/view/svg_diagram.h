/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state diagram of RFC 9293, figure 5, with the ways of sockets in it: each step a number, in a mark that is the
 * socket's, its shape as well as its colour. Steps the figure does not have (a reset, a timer that gave up;
 * way.h) are dashed. Any thread. */
#ifndef LAB_VIEW_SVG_DIAGRAM_H
#define LAB_VIEW_SVG_DIAGRAM_H

#include <stdbool.h>
#include <stddef.h>

struct text;
struct ways;

#define DIAGRAM_WAYS 6 /* there are no more marks; the first are drawn */

/* A picture of its own, or one for a page, of links to #eN, as svg_ladder.h has them. Steps have data-e, data-c,
 * data-socket and data-step. Appended. */
void svg_diagram(const struct ways *ways, const char *title, bool linked, struct text *out);
/* The figure alone, nobody's way in it, for a page that marks ways by itself: edges have data-from and data-to, states
 * data-state. Appended. */
void svg_diagram_figure(struct text *out);
/* The mark of a way alone, 20 units high, for a list beside. Appended. */
void svg_diagram_mark(size_t way, struct text *out);

#endif
