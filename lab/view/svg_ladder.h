/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scene as SVG: lifelines, time downwards, slanted arrows. What stands for an event says so: data-e has the
 * numbers of the events it stands for, data-c those that caused it, and of an arrow data-number, data-from, data-to
 * (lifelines from 0) and data-fate (delivered, lost, wire), of a state data-state and data-lifeline. Line and mark
 * tell what a packet is; colour only says it again. Any thread. */
#ifndef LAB_VIEW_SVG_LADDER_H
#define LAB_VIEW_SVG_LADDER_H

#include <stdbool.h>
#include <stddef.h>

struct scene;
struct text;

/* A picture of its own. s: placed. title: what it is of. Appended, as all below. */
void svg_ladder_alone(const struct scene *s, const char *title, struct text *out);
/* For a page that has svg_style(): each thing that happened is a link to the line of the story, #eN. */
void svg_ladder_linked(const struct scene *s, const char *title, struct text *out);
/* The same picture once more in pieces that fit on pages of paper; drawn by reference to the linked one. */
void svg_ladder_pages(const struct scene *s, struct text *out);

#endif
