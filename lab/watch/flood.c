/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/flood.h"

#include "base/clock.h"

#define BEGINS 150 /* lines beyond the rate */
#define MOST 300 /* so that it is over half a second after the last line */

void flood_take(struct flood *f, uint64_t now_ns, uint64_t lines)
{
	f->level -= (double)(now_ns - f->at_ns) / (double)NS_PER_S * FLOOD_LINES;
	f->level = (f->level > 0 ? f->level : 0) + (double)lines;
	if (f->level > MOST)
		f->level = MOST;
	f->at_ns = now_ns;
}

bool flood_lasts(const struct flood *f)
{
	return f->level > BEGINS;
}
