/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arrow of a rung: what is drawn between two lifelines, or beside one that sends to itself. Any thread. */
#ifndef LAB_VIEW_ARROW_H
#define LAB_VIEW_ARROW_H

#include <stdbool.h>

struct row;
struct rung;
struct rung_layout;

/* Columns between its lifelines that it takes when the first `left_out` kinds of parts are left out; 0 = it has
 * none. Of the layout only `count` and `ascii` need be known. */
int arrow_width(const struct rung_layout *l, const struct rung *r, unsigned left_out);
/* Draw it over the lifelines. What does not fit is left out: why it was lost, dashes, the end of the label. */
void arrow_put(struct row *row, const struct rung_layout *l, const struct rung *r);
/* Does it take the room at the right of this lifeline? */
bool arrow_at_right(const struct rung_layout *l, const struct rung *r, int lifeline);

#endif
