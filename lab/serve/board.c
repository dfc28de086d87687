/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/board.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "serve/glance.h"
#include "serve/line.h"
#include "watch/reading.h"
#include "world/world.h"

#define SLOTS 4096 /* lines that are kept; a power of two */
#define LOOK_NS (500 * NS_PER_MS) /* queues and timers change without an event */

/* What a long transfer has by the million. */
#define COMMON                                                                                     \
	(EVENT_SEGMENTS | EVENT_BIT(EVENT_HELD) | EVENT_BIT(EVENT_DELAYED) |                       \
		EVENT_BIT(EVENT_CORRUPTED) | EVENT_BIT(EVENT_SWAPPED) |                            \
		EVENT_BIT(EVENT_DELIVERED) | EVENT_BIT(EVENT_DROPPED) | EVENT_BIT(EVENT_CALL) |    \
		EVENT_BIT(EVENT_BLOCKED) | EVENT_BIT(EVENT_RETURN) | EVENT_BIT(EVENT_TIMER) |      \
		EVENT_BIT(EVENT_PROGRAM))
#define RARE (~COMMON & (EVENT_BIT(EVENT_COUNT) - 1))

struct slot {
	uint64_t no;
	struct text line;
};

struct board {
	struct world *world; /* borrowed */
	const struct journal *journal; /* borrowed */
	struct slot *slots; /* owned: event `no` is in slot no % SLOTS, if anywhere */
	struct readings readings; /* of queues */
	struct text now; /* how the lab stands */
	uint64_t now_version; /* goes up when that changes */
	uint64_t looked_ns, looked_at; /* when it was looked at last, and the last event then */
};

struct board *board_new(struct world *world)
{
	struct board *b = memory_new(sizeof(*b));

	b->world = world;
	b->journal = world_journal(world);
	b->slots = memory_new(SLOTS * sizeof(*b->slots));
	return b;
}

void board_free(struct board *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		text_done(&b->slots[i].line);
	free(b->slots);
	text_done(&b->now);
	readings_done(&b->readings);
	free(b);
}

void board_look(struct board *b)
{
	uint64_t now_ns = clock_now_ns(), last = journal_last(b->journal);
	struct text now = TEXT_EMPTY;

	if (b->now_version && last == b->looked_at && now_ns - b->looked_ns < LOOK_NS)
		return;
	b->looked_at = last;
	b->looked_ns = now_ns;
	readings_go_on(&b->readings, b->world, GLANCE_SOCKETS);
	glance_format(b->world, &b->readings, &now);
	if (b->now_version && strcmp(text_get(&now), text_get(&b->now)) == 0) {
		text_done(&now);
		return;
	}
	text_done(&b->now);
	b->now = now;
	b->now_version++;
}

static uint64_t told_until(const struct board *b, const struct board_place *place)
{
	uint64_t last = journal_last(b->journal);

	return place->event < last ? place->event : last;
}

bool board_has_news(const struct board *b, const struct board_place *place)
{
	return place->now != b->now_version || place->event < journal_last(b->journal);
}

static const struct text *line_of(struct board *b, uint64_t no)
{
	struct slot *slot = &b->slots[no % SLOTS];
	size_t head;

	if (slot->no == no)
		return &slot->line;
	slot->no = no;
	text_clear(&slot->line);
	text_printf(&slot->line, "id: %" PRIu64 "\ndata: ", no);
	head = slot->line.len;
	line_format(b->journal, journal_get(b->journal, no), &slot->line);
	if (slot->line.len == head)
		text_clear(&slot->line);
	else
		text_puts(&slot->line, "\n\n");
	return &slot->line;
}

/* The next event for somebody who was told all up to `told`; what lies between is told as a gap. */
static uint64_t next_event(const struct board *b, uint64_t told, struct text *out)
{
	uint64_t last = journal_last(b->journal), next;

	if (last - told <= BOARD_BEHIND_MOST)
		return told + 1;
	next = journal_next(b->journal, told, RARE);
	if (!next || next > last - BOARD_KEPT)
		next = last - BOARD_KEPT;
	if (next > told + 1)
		text_printf(out, "event: gap\nid: %" PRIu64 "\ndata: {\"count\":%" PRIu64 "}\n\n",
			next - 1, next - 1 - told);
	return next;
}

void board_tell(struct board *b, struct board_place *place, size_t most, struct text *out)
{
	place->event = told_until(b, place);
	while (out->len < most && place->event < journal_last(b->journal)) {
		uint64_t no = next_event(b, place->event, out);
		const struct text *line = line_of(b, no);

		text_add(out, text_get(line), line->len);
		place->event = no;
	}
	if (out->len >= most || place->now == b->now_version)
		return;
	text_printf(out, "event: now\ndata: {\"t_ns\":%" PRIu64 ",\"lab\":",
		clock_now_ns() - journal_start_ns(b->journal));
	text_puts(out, text_get(&b->now));
	text_puts(out, "}\n\n");
	place->now = b->now_version;
}

void board_end(struct text *out)
{
	text_puts(out, "event: end\ndata: {}\n\n");
}
