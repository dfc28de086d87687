/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/listing.h"

#include <string.h>

#include "base/diag.h"
#include "base/paragraph.h"
#include "base/text.h"
#include "language/claim.h"
#include "language/prediction.h"
#include "language/recipe.h"
#include "language/statement.h"

#define NAME_WIDTH 28

static void add_id(void *arg, const struct statement *claim)
{
	struct text *ids = arg, id = TEXT_EMPTY;

	text_printf(&id, " %s ", claim->words[1].text);
	if (!strstr(text_get(ids), text_get(&id))) /* " A1 " is not in " A10 " */
		text_printf(ids, "%s%s ", ids->len ? "" : " ", claim->words[1].text);
	text_done(&id);
}

static void add_marks(const struct text *recipe, struct text *out)
{
	struct statement_list list = { 0 };
	struct text ids = TEXT_EMPTY; /* " A1 A2 " */
	struct diag d = { 0 };
	size_t questions;

	if (statement_parse_all(text_get(recipe), recipe->len, "", 1, &list, &d) < 0)
		return; /* it is told when it is played */
	if (claim_check(&list, &d) == 0)
		claim_each(&list, add_id, &ids);
	questions = prediction_count(&list);
	if (ids.len)
		text_printf(out, "  [%.*s]", (int)(ids.len - 2), text_get(&ids) + 1);
	if (questions)
		text_printf(out, "%s?%zu", ids.len ? " " : "  ", questions);
	text_done(&ids);
	statement_list_done(&list);
}

void listing_format(const char *path, struct text *out)
{
	struct text recipe = TEXT_EMPTY, title = TEXT_EMPTY;
	struct diag d = { 0 };

	recipe_short_name(path, out);
	if (recipe_read(path, &recipe, &d) == 0) {
		recipe_title(text_get(&recipe), recipe.len, &title);
		add_marks(&recipe, &title);
	}
	text_printf(out, "%*s ", out->len < NAME_WIDTH - 1 ? (int)(NAME_WIDTH - 1 - out->len) : 0,
		"");
	paragraph_add_lines(out, out->len, NAME_WIDTH, text_get(&title));
	text_done(&recipe);
	text_done(&title);
}
