/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/pace.h"

#include "base/clock.h"

#define FRAME_NS (5 * NS_PER_MS) /* between two pictures, however much happens */
#define GATHER_NS NS_PER_MS /* what happens together comes in pieces: a call, a state, a packet */
#define COUNTDOWN_NS (100 * NS_PER_MS) /* when only time goes by */
/* A tenth of a core's time is for drawing, of which some may be saved up: what happens now and then is seen at once, and
 * a flood makes no work for others. However little work a picture is, more than 60 a second tell nobody more. */
#define SHARE 10
#define CREDIT_MOST_NS (50 * NS_PER_MS)
#define PICTURE_LEAST_NS (NS_PER_S / 60 / SHARE)
#define FLOOD_FRAME_NS (NS_PER_S / 8)

void pace_touch(struct pace *p, uint64_t now_ns)
{
	if (!p->dirty)
		p->dirty_ns = now_ns;
	p->dirty = true;
}

void pace_take(struct pace *p, uint64_t now_ns, uint64_t lines)
{
	flood_take(&p->flood, now_ns, lines);
}

void pace_press(struct pace *p, uint64_t now_ns)
{
	p->flood = (struct flood){ .at_ns = now_ns };
	pace_touch(p, now_ns);
}

void pace_drew(struct pace *p, uint64_t now_ns, uint64_t work_ns)
{
	p->credit_ns += (int64_t)((now_ns - p->drawn_ns) / SHARE);
	if (p->credit_ns > (int64_t)CREDIT_MOST_NS)
		p->credit_ns = (int64_t)CREDIT_MOST_NS;
	p->credit_ns -= (int64_t)(work_ns > PICTURE_LEAST_NS ? work_ns : PICTURE_LEAST_NS);
	p->drawn_ns = now_ns;
	p->dirty = false;
}

uint64_t pace_due(const struct pace *p, bool ticks)
{
	uint64_t frame = flood_lasts(&p->flood) ? FLOOD_FRAME_NS : FRAME_NS;
	uint64_t debt = p->credit_ns < 0 ? (uint64_t)-p->credit_ns * SHARE : 0;
	uint64_t due = p->drawn_ns + (debt > frame ? debt : frame);

	if (p->dirty)
		return due > p->dirty_ns + GATHER_NS ? due : p->dirty_ns + GATHER_NS;
	return ticks ? p->drawn_ns + COUNTDOWN_NS : UINT64_MAX;
}
