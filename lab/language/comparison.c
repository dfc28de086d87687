/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "language/transcript.h"

void comparison_init(struct comparison *c, const struct transcript *said)
{
	*c = (struct comparison){ .said = said };
	c->found = memory_new(said->count * sizeof(*c->found));
	for (size_t i = 0; i < said->count; i++)
		c->found[i] = memory_new(said->turns[i].seen_count * sizeof(bool));
}

/* The submission's line of a piece of evidence; SIZE_MAX = of the turn itself. The first is about whose it is. */
static uint32_t line_of(const struct comparison *c, size_t turn, size_t seen)
{
	size_t line = 2;

	for (size_t i = 0; i < turn; i++)
		line += 1 + c->said->turns[i].seen_count + c->said->turns[i].stopped;
	return (uint32_t)(seen == SIZE_MAX ? line : line + 1 + seen);
}

/* The first piece of the turn that was not seen again; SIZE_MAX = there is none. */
static size_t first_missing(const struct comparison *c)
{
	const struct turn *turn = &c->said->turns[c->turn];

	for (size_t i = 0; i < turn->seen_count; i++) {
		if (!c->found[c->turn][i])
			return i;
	}
	return SIZE_MAX;
}

static void part(struct comparison *c, const char *seen)
{
	size_t missing = first_missing(c);

	if (c->line)
		return;
	c->line = line_of(c, c->turn, missing);
	if (missing != SIZE_MAX)
		c->said_there = text_copy(c->said->turns[c->turn].seen[missing]);
	if (seen)
		c->seen_there = text_copy(seen);
}

static bool find(struct comparison *c, size_t turn, const char *seen)
{
	if (turn >= c->said->count)
		return false;
	for (size_t i = 0; i < c->said->turns[turn].seen_count; i++) {
		if (!c->found[turn][i] && strcmp(c->said->turns[turn].seen[i], seen) == 0) {
			c->found[turn][i] = true;
			return true;
		}
	}
	return false;
}

void comparison_read(struct comparison *c, const struct transcript *replay)
{
	while (c->read_turn < replay->count) {
		const struct turn *turn = &replay->turns[c->read_turn];

		for (; c->read_seen < turn->seen_count; c->read_seen++) {
			const char *seen = turn->seen[c->read_seen];

			if (!find(c, c->turn, seen) && !find(c, c->turn + 1, seen))
				part(c, seen);
		}
		if (c->read_turn + 1 == replay->count)
			return;
		c->read_turn++;
		c->read_seen = 0;
	}
}

bool comparison_turn_done(const struct comparison *c)
{
	return first_missing(c) == SIZE_MAX;
}

void comparison_next(struct comparison *c)
{
	if (!comparison_turn_done(c))
		part(c, NULL);
	c->turn++;
}

void comparison_done(struct comparison *c)
{
	for (size_t i = 0; c->found && i < c->said->count; i++)
		free(c->found[i]);
	free(c->found);
	free(c->said_there);
	free(c->seen_there);
	*c = (struct comparison){ 0 };
}
