/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the next picture is due: at once after what happens now and then, and of a flood only so often that others have the
 * machine for themselves. Times are CLOCK_MONOTONIC, in ns. One thread. */
#ifndef LAB_WATCH_PACE_H
#define LAB_WATCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "watch/flood.h"

struct pace {
	uint64_t drawn_ns; /* when the last picture was shown, */
	int64_t credit_ns; /* for drawing, at that time; < 0: it was too much work */
	bool dirty; /* it is not how things are, */
	uint64_t dirty_ns; /* since then */
	struct flood flood;
};

/* All zero: nothing was drawn. Something is not as it was drawn. */
void pace_touch(struct pace *p, uint64_t now_ns);
/* So many lines have come. */
void pace_take(struct pace *p, uint64_t now_ns, uint64_t lines);
/* A key was pressed: its answer is not put off. */
void pace_press(struct pace *p, uint64_t now_ns);
/* A picture was shown, which took `work_ns` of a core. */
void pace_drew(struct pace *p, uint64_t now_ns, uint64_t work_ns);
/* When the next one is due; UINT64_MAX = not before something happens. ticks: something changes by itself. */
uint64_t pace_due(const struct pace *p, bool ticks);

#endif
