/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "watch/layout.h"

static bool overlap(const struct area *a, const struct area *b)
{
	return a->height && b->height && a->x < b->x + b->width && b->x < a->x + a->width &&
		a->y < b->y + b->height && b->y < a->y + a->height;
}

static void assert_sound(int height, int width, const struct layout_pane panes[PANE_COUNT])
{
	struct area areas[PANE_COUNT];

	layout_make(1, height, width, panes, areas);
	for (int i = 0; i < PANE_COUNT; i++) {
		const struct area *a = &areas[i];

		assert_true(a->height >= 0 && a->width >= 0);
		if (!a->height)
			continue;
		assert_int_not_equal(panes[i].wish, LAYOUT_OFF);
		if (a->x < 0 || a->x + a->width > width || a->y < 1 ||
			a->y + a->height > 1 + height)
			fail_msg("pane %d of %dx%d: %d,%d %dx%d", i, width, height, a->x, a->y,
				a->width, a->height);
		for (int k = 0; k < i; k++)
			assert_false(overlap(a, &areas[k]));
	}
}

static void panes_of_any_size_are_inside_and_apart(void **state)
{
	(void)state;
	for (int wishes = 0; wishes < 243; wishes++) {
		struct layout_pane panes[PANE_COUNT];

		for (int i = 0, w = wishes; i < PANE_COUNT; i++, w /= 3)
			panes[i] = (struct layout_pane){ .wish = (enum layout_wish)(w % 3),
				.lines = 7 * i + wishes % 50 };
		for (int height = -2; height < 70; height += 3) {
			for (int width = 1; width < 230; width += 11)
				assert_sound(height, width, panes);
		}
	}
}

static void assert_shown(int height, int width, unsigned shown)
{
	const struct layout_pane panes[PANE_COUNT] = { [PANE_SOCKETS].lines = 6,
		[PANE_DIAGRAM].lines = 29,
		[PANE_WIRE].lines = 2 };
	struct area areas[PANE_COUNT];

	layout_make(1, height, width, panes, areas);
	for (int i = 0; i < PANE_COUNT; i++)
		assert_int_equal(areas[i].height > 1, (shown >> i) & 1);
	assert_true(areas[PANE_LADDER].height >= 8);
}

#define SHOWS(pane) (1u << PANE_##pane)

static void screens_people_have_show_what_fits(void **state)
{
	const unsigned least = SHOWS(SOCKETS) | SHOWS(LADDER) | SHOWS(WIRE);

	(void)state;
	assert_shown(22, 80, least);
	assert_shown(38, 120, least | SHOWS(STORY));
	assert_shown(58, 200, least | SHOWS(STORY) | SHOWS(DIAGRAM));
}

static void diagram_on_a_small_screen_stands_alone(void **state)
{
	struct layout_pane panes[PANE_COUNT] = { [PANE_DIAGRAM].wish = LAYOUT_ON };
	struct area areas[PANE_COUNT];

	(void)state;
	layout_make(1, 22, 80, panes, areas);
	assert_int_equal(areas[PANE_DIAGRAM].height, 22);
	assert_int_equal(areas[PANE_LADDER].height, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panes_of_any_size_are_inside_and_apart),
		cmocka_unit_test(screens_people_have_show_what_fits),
		cmocka_unit_test(diagram_on_a_small_screen_stands_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
