/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a recipe, and as an exercise: it is refused at a place in it before anything runs, or fit to run. What a
 * guest sends is looked at more closely. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <uv.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "command/table.h"
#include "language/checking.h"
#include "language/exercise.h"
#include "language/statement.h"
#include "world/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(const struct diag *d, const char *text, size_t size)
{
	uint32_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	LAB_ASSERT(d->message[0]);
	LAB_ASSERT(d->line >= 1 && d->line <= lines);
}

static void check_as_recipe(const struct world *w, const char *text, size_t size)
{
	struct statement_list list = { 0 };
	struct diag d = { 0 };

	if (statement_parse_all(text, size, "fuzz", 1, &list, &d) < 0)
		return; /* fuzz_statement looks at that */
	if (checking_all(w, &command_table, &list, false, &d) < 0 ||
		checking_guest(&command_table, &list, &d) < 0)
		check_place(&d, text, size);
	statement_list_done(&list);
}

static void check_as_exercise(const char *text, size_t size)
{
	struct statement_list given = { 0 };
	struct text out = TEXT_EMPTY;
	struct exercise *e = NULL;
	struct diag d = { 0 };

	if (!exercise_is(text, size))
		return;
	if (exercise_read("fuzz", text, size, "student", &e, &d) < 0) {
		LAB_ASSERT(!e);
		check_place(&d, text, size);
		return;
	}
	exercise_take_given(e, &given);
	exercise_format_limits(e, &out);
	exercise_put_in(e, text, size, &out, &d);
	statement_list_done(&given);
	text_done(&out);
	exercise_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uv_loop_t loop; /* none is run */
	static struct world *world; /* nothing is in it */

	if (!world)
		world = world_new(&loop, false);
	check_as_recipe(world, (const char *)data, size);
	check_as_exercise((const char *)data, size);
	return 0;
}
