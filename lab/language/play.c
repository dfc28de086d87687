/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/play.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool verb_is(const struct statement *st, const char *verb)
{
	return strcmp(st->words[0].text, verb) == 0;
}

static bool is_loop(const struct statement *st)
{
	return verb_is(st, "repeat") || verb_is(st, "until");
}

void play_join(struct statement_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		list->statements[i].played = true;
		list->statements[i].place = 0;
		list->statements[i].began_ns = 0;
		play_join(&list->statements[i].block);
	}
}

/* Give the steps their places. Returns how many there are by now. */
static uint32_t number(struct statement_list *list, uint32_t steps)
{
	for (size_t i = 0; i < list->count; i++) {
		struct statement *st = &list->statements[i];

		if (verb_is(st, "say") || verb_is(st, "choice"))
			continue;
		st->place = ++steps;
		if (!is_loop(st))
			steps = number(&st->block, steps);
	}
	return steps;
}

void play_rewind(struct play *p)
{
	queue_done(&p->queue);
	claim_stack_done(&p->claims);
	p->taken = 0;
	p->commented = 0;
	p->halted = false;
	p->go = 0;
	play_join(&p->list);
	p->steps = number(&p->list, 0);
	queue_enter(&p->queue, NULL, &p->list, false, 1, false); /* the first is not too deep */
}

void play_begin(struct play *p, const char *file, struct statement_list *list, uint64_t event)
{
	p->file = text_copy(file);
	p->list = *list;
	p->event = event;
	*list = (struct statement_list){ 0 };
	play_rewind(p);
}

void play_done(struct play *p)
{
	queue_done(&p->queue);
	claim_stack_done(&p->claims);
	statement_list_done(&p->list);
	free(p->file);
	*p = (struct play){ 0 };
}

void play_go(struct play *p, uint64_t steps)
{
	p->go = steps;
	p->halted = false;
}

void play_stop(struct play *p, bool halt)
{
	p->go = 0;
	p->halted |= halt;
}

bool play_due(const struct play *p)
{
	bool again;
	const struct statement *next = queue_peek(&p->queue, &again);

	return next && !p->halted && (p->go || again || !next->place);
}

struct statement *play_take(struct play *p)
{
	bool again;
	const struct statement *next = queue_peek(&p->queue, &again);

	if (!again && next->place) {
		p->taken = next->place;
		p->go -= p->go != PLAY_ALL;
	}
	return queue_next(&p->queue);
}

const char *play_comment(struct play *p, const struct statement *st)
{
	/* of a file that is included the lines are others */
	if (!st->comment || st->line <= p->commented || strcmp(st->file, p->file) != 0)
		return NULL;
	p->commented = st->line;
	return st->comment;
}

const struct statement *play_next(const struct play *p)
{
	bool again;

	return queue_peek(&p->queue, &again);
}

uint32_t play_place(const struct play *p)
{
	bool again;
	const struct statement *next = queue_peek(&p->queue, &again);

	if (next && !again && next->place)
		return next->place;
	return p->taken < p->steps ? p->taken + 1 : p->steps;
}

static const struct statement *find(const struct statement_list *list, uint32_t place)
{
	const struct statement *found = NULL;

	for (size_t i = 0; i < list->count && !found; i++) {
		const struct statement *st = &list->statements[i];

		found = st->place == place ? st : find(&st->block, place);
	}
	return found;
}

bool play_asks(const struct play *p, uint32_t place)
{
	const struct statement *st = place ? find(&p->list, place) : NULL;

	return st && strcmp(st->words->text, "predict") == 0;
}

void play_format(const struct play *p, uint32_t place, struct text *out)
{
	const struct statement *st = place ? find(&p->list, place) : NULL;

	if (!st)
		return;
	text_printable(out, st->text, strlen(st->text));
	if (st->has_block)
		text_puts(out, is_loop(st) ? " {...}" : " {");
}
