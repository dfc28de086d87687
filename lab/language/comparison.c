/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "language/transcript.h"

#define THEN " > " /* between two states, evidence.h */

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
static size_t first_missing(const struct comparison *c, bool firm)
{
	const struct turn *turn = &c->said->turns[c->turn];

	for (size_t i = 0; i < turn->seen_count; i++) {
		if (!c->found[c->turn][i] && !(firm && turn->seen[i].of_wire))
			return i;
	}
	return SIZE_MAX;
}

static void part(struct comparison *c, const char *seen)
{
	size_t missing = first_missing(c, true);

	if (c->line)
		return;
	c->line = line_of(c, c->turn, missing);
	if (missing != SIZE_MAX)
		c->said_there = text_copy(c->said->turns[c->turn].seen[missing].words);
	if (seen)
		c->seen_there = text_copy(seen);
}

/* The first piece not found yet of this turn or the next that begins with `words`, or is them. */
static bool *find(const struct comparison *c, const char *words, bool whole, const char **ret_said)
{
	size_t len = strlen(words);

	for (size_t turn = c->turn; turn <= c->turn + 1 && turn < c->said->count; turn++) {
		for (size_t i = 0; i < c->said->turns[turn].seen_count; i++) {
			const char *said = c->said->turns[turn].seen[i].words;

			if (c->found[turn][i] || strncmp(said, words, len) != 0 ||
				(whole && said[len]))
				continue;
			*ret_said = said;
			return &c->found[turn][i];
		}
	}
	return NULL;
}

/* "c FIN-WAIT-1 > TIME-WAIT", seen as one step: is it several of what was said, one after the other? */
static bool find_steps(struct comparison *c, const char *seen)
{
	const char *then = strstr(seen, THEN), *blank = strchr(seen, ' '), *said;
	struct text begin = TEXT_EMPTY;
	bool *steps[8];
	size_t count = 0;

	if (!then || blank >= then)
		return false;
	text_add(&begin, seen, (size_t)(then - seen) + strlen(THEN));
	while (count < sizeof(steps) / sizeof(steps[0]) &&
		(steps[count] = find(c, text_get(&begin), false, &said))) {
		const char *to = strstr(said, THEN) + strlen(THEN);

		*steps[count++] = true;
		if (strcmp(to, then + strlen(THEN)) == 0) {
			text_done(&begin);
			return true;
		}
		text_clear(&begin);
		text_add(&begin, seen, (size_t)(blank + 1 - seen));
		text_printf(&begin, "%s" THEN, to);
	}
	while (count)
		*steps[--count] = false;
	text_done(&begin);
	return false;
}

/* "c B > C" behind the half "c A > B" is "c A > C". NULL: they do not fit. The caller's. */
static char *join(const char *half, const char *seen)
{
	const char *half_then = strstr(half, THEN), *then = strstr(seen, THEN);
	const char *half_blank = strchr(half, ' '), *blank = strchr(seen, ' ');
	size_t name = half_blank ? (size_t)(half_blank - half) : 0;
	struct text whole = TEXT_EMPTY;

	if (!then || !blank || (size_t)(blank - seen) != name || strncmp(half, seen, name) != 0 ||
		strlen(half_then + strlen(THEN)) != (size_t)(then - blank - 1) ||
		strncmp(half_then + strlen(THEN), blank + 1, (size_t)(then - blank - 1)) != 0)
		return NULL;
	text_add(&whole, half, (size_t)(half_then - half));
	text_puts(&whole, then);
	return text_take(&whole);
}

static bool take(struct comparison *c, const char *seen)
{
	const char *said;
	bool *found = find(c, seen, true, &said);

	if (found)
		*found = true;
	return found || find_steps(c, seen);
}

/* A step that nobody said may be half of one that was. */
static void take_half(struct comparison *c, const char *seen)
{
	const char *then = strstr(seen, THEN);
	char *whole = c->half ? join(c->half, seen) : NULL;

	if (whole && take(c, whole)) {
		free(whole);
		free(c->half);
		c->half = NULL;
		return;
	}
	if (!then || strchr(seen, ' ') >= then || (c->half && !whole)) {
		free(whole);
		part(c, seen);
		return;
	}
	free(c->half);
	c->half = whole ? whole : text_copy(seen);
	c->half_turn = c->turn;
}

static void see(struct comparison *c, const struct seen *seen)
{
	if (!take(c, seen->words) && !seen->of_wire)
		take_half(c, seen->words);
}

void comparison_read(struct comparison *c, const struct transcript *replay)
{
	while (c->read_turn < replay->count) {
		const struct turn *turn = &replay->turns[c->read_turn];

		while (c->read_seen < turn->seen_count)
			see(c, &turn->seen[c->read_seen++]);
		if (c->read_turn + 1 == replay->count)
			return;
		c->read_turn++;
		c->read_seen = 0;
	}
}

bool comparison_turn_done(const struct comparison *c, bool firm)
{
	return first_missing(c, firm) == SIZE_MAX;
}

void comparison_next(struct comparison *c)
{
	bool last = c->turn + 1 == c->said->count;

	if (!comparison_turn_done(c, true) || (c->half && (last || c->half_turn < c->turn)))
		part(c, c->half);
	c->turn++;
}

void comparison_done(struct comparison *c)
{
	for (size_t i = 0; c->found && i < c->said->count; i++)
		free(c->found[i]);
	free(c->found);
	free(c->half);
	free(c->said_there);
	free(c->seen_there);
	*c = (struct comparison){ 0 };
}
