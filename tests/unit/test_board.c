/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What viewers of a page are told, of a lab that does not stand: its journal is written here. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "serve/board.h"
#include "world/world.h"

struct room {
	uv_loop_t loop;
	struct world *world;
	struct journal *journal;
	struct board *board;
};

static int set_up(void **state)
{
	struct room *room = malloc(sizeof(*room));

	uv_loop_init(&room->loop);
	room->world = world_new(&room->loop, false);
	room->journal = world_journal(room->world);
	room->board = board_new(room->world);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;
	int r;

	board_free(room->board);
	world_free(room->world);
	r = uv_loop_close(&room->loop);
	free(room);
	return r;
}

static void add(struct room *room, enum event_kind kind, const char *text)
{
	journal_add(room->journal, (struct event){ .kind = kind, .subject = "c", .text = text });
}

/* All there is for that place, in pieces of about `most` bytes. */
static struct text tell_all(struct room *room, struct board_place *place, size_t most)
{
	struct text all = TEXT_EMPTY, piece = TEXT_EMPTY;

	board_look(room->board);
	while (board_has_news(room->board, place)) {
		text_clear(&piece);
		board_tell(room->board, place, most, &piece);
		text_add(&all, text_get(&piece), piece.len);
	}
	text_done(&piece);
	return all;
}

static size_t count(const struct text *text, const char *words)
{
	size_t found = 0;

	for (const char *at = text_get(text); (at = strstr(at, words)); at += strlen(words))
		found++;
	return found;
}

static void pieces_make_the_same_whole(void **state)
{
	struct room *room = *state;
	struct board_place early = { 0 }, late = { 0 };
	struct text a, b;

	for (int i = 0; i < 100; i++)
		add(room, EVENT_SAY, "something");
	a = tell_all(room, &early, 100);
	b = tell_all(room, &late, 1000000);
	assert_int_equal(count(&a, "\nid: ") + 1, 100);
	assert_int_equal(count(&a, "\"k\":\"say\""), 100);
	assert_int_equal(early.event, journal_last(room->journal));
	assert_false(board_has_news(room->board, &early));
	/* but for the clock */
	assert_int_equal(strstr(text_get(&a), "event: now") - text_get(&a),
		strstr(text_get(&b), "event: now") - text_get(&b));
	assert_memory_equal(text_get(&a), text_get(&b),
		(size_t)(strstr(text_get(&a), "event: now") - text_get(&a)));
	text_done(&a);
	text_done(&b);
}

static void who_comes_back_goes_on(void **state)
{
	struct room *room = *state;
	struct board_place place = { .event = 2 }, beyond = { .event = UINT64_MAX };
	struct text text;

	add(room, EVENT_SAY, "one");
	add(room, EVENT_SAY, "two");
	add(room, EVENT_SAY, "three");
	text = tell_all(room, &place, 1000);
	assert_int_equal(count(&text, "id: "), 1);
	assert_non_null(strstr(text_get(&text), "three"));
	text_done(&text);
	text = tell_all(room, &beyond, 1000);
	assert_int_equal(count(&text, "id: "), 0);
	text_done(&text);
}

/* Of a long transfer long ago only what is rare is told, and how much is not; of lately everything. */
static void much_of_long_ago_is_left_out(void **state)
{
	struct room *room = *state;
	struct board_place place = { 0 };
	struct text text;
	unsigned long long told = 0, left_out = 0;

	for (int i = 0; i < 50000; i++) {
		if (i % 10000 == 5)
			add(room, EVENT_SAY, "a milestone");
		add(room, EVENT_TIMER, "retransmission");
	}
	text = tell_all(room, &place, 32768);
	assert_int_equal(count(&text, "a milestone"), 5);
	for (const char *at = text_get(&text); (at = strstr(at, "{\"count\":")); at++)
		left_out += strtoull(at + 9, NULL, 10);
	told = count(&text, "{\"n\":");
	assert_true(left_out > 0);
	assert_int_equal(told + left_out, journal_last(room->journal));
	assert_true(told >= BOARD_KEPT && told <= BOARD_BEHIND_MOST + 10);
	text_done(&text);
}

/* Whatever the words are, they are a string of JSON on one line of the stream. */
static void hostile_words_stay_in_their_string(void **state)
{
	static const char hostile[] =
		"\"}\n\ndata: {\"n\":99}\r\n\x1b[2J\xff\xc3</script>\xe2\x80\xa8";
	struct room *room = *state;
	struct board_place place = { 0 };
	struct text text, longer = TEXT_EMPTY;
	size_t lines = 0;

	add(room, EVENT_SAY, hostile);
	add(room, EVENT_PROGRAM, hostile);
	add(room, EVENT_ERROR, hostile);
	for (int i = 0; i < 10000; i++)
		text_puts(&longer, "\xc3\xa9\n");
	add(room, EVENT_OUTPUT, text_get(&longer));
	text = tell_all(room, &place, 1000000);
	for (const char *at = text_get(&text); *at; at += strcspn(at, "\n") + 1) {
		size_t len = strcspn(at, "\n");
		json_t *object;

		for (size_t i = 0; i < len; i++)
			assert_true((unsigned char)at[i] >= 0x20);
		if (strncmp(at, "data: ", 6) != 0)
			continue;
		object = json_loadb(at + 6, len - 6, 0, NULL);
		assert_non_null(object);
		json_decref(object);
		lines++;
		assert_true(len < 20000);
	}
	assert_int_equal(lines, 5); /* four events, and how the lab stands */
	text_done(&text);
	text_done(&longer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pieces_make_the_same_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_comes_back_goes_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(much_of_long_ago_is_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hostile_words_stay_in_their_string, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
