/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 9293's figure 5 in words: which steps there are from state to state, what makes a socket take each and what it
 * does then. How it is drawn, svg_diagram.c and diagram_figure.c know. Any thread. */
#ifndef LAB_VIEW_FIGURE_H
#define LAB_VIEW_FIGURE_H

#include "base/tcp_state.h"

#define FIGURE_EDGES 20

/* "rcv" and "snd" are the RFC's words, the calls those of the socket API. */
struct figure_edge {
	enum tcp_state from, to;
	const char *when, *then; /* then: NULL = nothing */
};

extern const struct figure_edge figure_edges[FIGURE_EDGES];

/* NULL = the figure does not have it. */
const struct figure_edge *figure_find(enum tcp_state from, enum tcp_state to);

#endif
