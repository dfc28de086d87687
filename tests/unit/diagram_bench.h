/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways made by hand, and what their diagram looks like. */
#ifndef TESTS_UNIT_DIAGRAM_BENCH_H
#define TESTS_UNIT_DIAGRAM_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "view/diagram.h"
#include "view/figure.h"
#include "view/way.h"

#define CLOSED STATE_CLOSED

static inline int ways_open(void **state)
{
	*state = memory_new(sizeof(struct ways));
	*(struct ways *)*state = (struct ways){ 0 };
	return 0;
}

static inline int ways_close(void **state)
{
	ways_done(*state);
	free(*state);
	return 0;
}

/* A socket that is in `first` and has gone nowhere yet; the next one's place is lost. */
static inline struct way *add_way(struct ways *w, const char *name, enum tcp_state first)
{
	w->ways = memory_grow(w->ways, (w->count + 1) * sizeof(*w->ways));
	w->ways[w->count] = (struct way){ .name = text_copy(name), .state = first, .open = true };
	return &w->ways[w->count++];
}

static inline void go(struct way *way, enum tcp_state to, const char *reason)
{
	way->steps = memory_grow(way->steps, (way->count + 1) * sizeof(*way->steps));
	way->steps[way->count] = (struct way_step){ .from = way->state,
		.to = to,
		.event = way->count,
		.reason = text_copy(reason) };
	way->count++;
	way->steps[way->count - 1].beside = !figure_find(way->state, to) || strstr(reason, "RST");
	way->before = way->state;
	way->state = to;
}

/* The newly made thread of a connection, from the server's point of view. */
static inline struct way *add_accepted(struct ways *w, const char *name)
{
	struct way *a = add_way(w, name, STATE_LISTEN);

	go(a, STATE_SYN_RECEIVED, "#1 SYN");
	go(a, STATE_ESTABLISHED, "#3 ACK");
	return a;
}

static inline struct way *add_client(struct ways *w, const char *name)
{
	struct way *c = add_way(w, name, CLOSED);

	go(c, STATE_SYN_SENT, "main: connect");
	go(c, STATE_ESTABLISHED, "#2 SYN/ACK");
	return c;
}

static inline void draw(const struct ways *w, int width, bool ascii, struct text *out)
{
	struct diagram d = { 0 };

	diagram_draw(&d, w, &(struct diagram_options){ .width = width, .ascii = ascii });
	assert_int_equal(d.width, width);
	diagram_write(&d, out);
	diagram_done(&d);
}

#define DRAWS(test) cmocka_unit_test_setup_teardown(test, ways_open, ways_close)

#endif
