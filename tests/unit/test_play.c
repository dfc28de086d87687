/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a recipe is a step, what runs along with one, and where it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "language/play.h"

static const char recipe[] = "say \"before\"\n"
			     "socket c\n"
			     "claim A1 \"It opens.\" {\n"
			     "	say \"inside\"\n"
			     "	connect c :80\n"
			     "	expect c ESTABLISHED\n"
			     "}\n"
			     "repeat 2 {\n"
			     "	send c 1\n"
			     "	say \"again\"\n"
			     "}\n"
			     "include more.lab\n"
			     "close c\n";

static void parse(const char *text, struct statement_list *list)
{
	struct diag d = { 0 };

	*list = (struct statement_list){ 0 };
	assert_int_equal(statement_parse_all(text, strlen(text), "r.lab", 1, list, &d), 0);
}

static int set_up(void **state)
{
	struct play *p = memory_new(sizeof(*p));
	struct statement_list list;

	parse(recipe, &list);
	play_begin(p, "r.lab", &list, 7);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	play_done(*state);
	free(*state);
	return 0;
}

/* Run what is due, as the script does: a block is entered where its command runs. Returns the verbs, and "/" for a
 * block's command once more. */
static const char *run(struct play *p, uint64_t steps, struct text *out)
{
	static const struct statement *open;

	text_clear(out);
	if (steps)
		play_go(p, steps);
	while (play_due(p)) {
		struct statement *st = play_take(p);
		bool behind = st == open;

		assert_non_null(st);
		text_printf(out, "%s%s%s", out->len ? " " : "", behind ? "/" : "",
			st->words[0].text);
		open = behind ? NULL : open;
		if (behind || !st->has_block)
			continue;
		open = strcmp(st->words[0].text, "claim") == 0 ? st : NULL;
		queue_enter(&p->queue, st, &st->block, false, open ? 1 : 2, open != NULL);
	}
	return text_get(out);
}

static void assert_next(const struct play *p, uint32_t place, const char *text)
{
	struct text next = TEXT_EMPTY;

	assert_int_equal(play_place(p), place);
	play_format(p, place, &next);
	assert_string_equal(text_get(&next), text);
	text_done(&next);
}

static void step_when_taken_brings_what_is_no_step(void **state)
{
	struct text out = TEXT_EMPTY;
	struct play *p = *state;

	assert_int_equal(p->steps, 7);
	assert_string_equal(run(p, 0, &out), "say");
	assert_next(p, 1, "socket c");
	assert_string_equal(run(p, 1, &out), "socket");
	assert_next(p, 2, "claim A1 \"It opens.\" {");
	assert_string_equal(run(p, 1, &out), "claim say");
	assert_next(p, 3, "connect c :80");
	assert_string_equal(run(p, 2, &out), "connect expect /claim");
	assert_next(p, 5, "repeat 2 {...}");
	assert_string_equal(run(p, 1, &out), "repeat send say send say");
	assert_next(p, 6, "include more.lab");
	text_done(&out);
}

static void all_when_let_go_run_to_the_end(void **state)
{
	struct text out = TEXT_EMPTY;
	struct play *p = *state;

	assert_string_equal(run(p, PLAY_ALL, &out),
		"say socket claim say connect expect /claim repeat send say send say include close");
	assert_null(play_next(p));
	assert_int_equal(p->taken, 7);
	text_done(&out);
}

static void file_when_included_is_a_part_of_its_step(void **state)
{
	struct text out = TEXT_EMPTY;
	struct statement_list list;
	struct play *p = *state;

	run(p, 5, &out);
	play_go(p, 1);
	assert_string_equal(play_take(p)->words[0].text, "include");
	parse("socket d\nrepeat 2 { close d }\n", &list);
	play_join(&list);
	assert_int_equal(queue_enter(&p->queue, NULL, &list, true, 1, false), 0);
	assert_string_equal(run(p, 0, &out), "socket repeat close close");
	assert_next(p, 7, "close c");
	text_done(&out);
}

static void play_when_stopped_goes_on_where_it_was(void **state)
{
	struct text out = TEXT_EMPTY;
	struct play *p = *state;

	play_go(p, PLAY_ALL);
	play_stop(p, true);
	assert_string_equal(run(p, 0, &out), ""); /* not even what is no step */
	play_stop(p, false);
	assert_string_equal(run(p, 0, &out), "");
	assert_string_equal(run(p, 1, &out), "say socket");
	play_go(p, PLAY_ALL);
	play_stop(p, false); /* a failure: what announces the next step may */
	assert_string_equal(run(p, 0, &out), "");
	assert_string_equal(run(p, 1, &out), "claim say");
	text_done(&out);
}

static void play_when_rewound_begins_anew(void **state)
{
	struct text out = TEXT_EMPTY;
	struct play *p = *state;

	run(p, 3, &out);
	play_rewind(p);
	assert_int_equal(p->taken, 0);
	assert_string_equal(run(p, 0, &out), "say");
	assert_next(p, 1, "socket c");
	text_done(&out);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(step_when_taken_brings_what_is_no_step),
		TEST(all_when_let_go_run_to_the_end),
		TEST(file_when_included_is_a_part_of_its_step),
		TEST(play_when_stopped_goes_on_where_it_was),
		TEST(play_when_rewound_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
