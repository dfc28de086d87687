/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "language/cmd.h"
#include "language/names.h"
#include "language/recipe.h"
#include "language/script.h"
#include "language/statement.h"

/* What `tcplab play NAME` would play: at the prompt these are the user's own words. */
static int read_named(const char *name, struct text *path, struct text *text)
{
	struct recipe_list found = { 0 };
	struct diag d = { 0 };
	int r = recipe_find(name, &found, &d);

	if (r == 0 && found.count != 1)
		r = -EISDIR;
	if (r == 0) {
		text_clear(path);
		text_puts(path, found.paths[0]);
		r = recipe_read_plain(found.paths[0], text, &d);
	}
	recipe_list_done(&found);
	return r;
}

/* A recipe is somebody else's text: it may name files beside and below itself, nothing else. Who types at the prompt
 * may name any. */
static int include_run(struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	const struct token *name = &s->words[1];
	const char *slash = strrchr(s->file, '/');
	struct text folder = TEXT_EMPTY, path = TEXT_EMPTY, text = TEXT_EMPTY;
	struct statement_list list = { 0 };
	bool typed = script_typed(c->script);
	int r;

	if (name_path(s, name, d) < 0)
		return -EINVAL;
	if (!typed && (name->text[0] == '/' || strstr(name->text, "..")))
		return statement_error(s, name, d,
			"only files beside this one or below can be included, without '..'");
	if (typed) {
		text_puts(&path, name->text);
		r = read_named(name->text, &path, &text);
	} else {
		text_add(&folder, s->file, slash ? (size_t)(slash + 1 - s->file) : 0);
		text_printf(&path, "%s%s", text_get(&folder), name->text);
		r = recipe_read_below(text_get(&folder), name->text, &text, d);
	}
	if (r == -EINVAL)
		r = statement_error(s, name, d, "'%.80s' cannot be read: it is no plain file",
			text_get(&path));
	else if (r < 0)
		r = statement_errno(s, name, d, -r, "'%.80s' cannot be read", text_get(&path));
	else
		r = statement_parse_all(text_get(&text), text.len, text_get(&path), 1, &list, d);
	text_done(&text);
	text_done(&folder);
	text_done(&path);
	return r < 0 ? r : script_include(c, &list, d);
}

const struct cmd_def cmd_include = {
	.name = "include",
	.args = "RECIPE",
	.min_args = 1,
	.max_args = 1,
	.summary = "run the commands of another recipe here",
	.detail =
		"RECIPE is a file beside or below the one that includes it. At the prompt it is any file, from the folder\n"
		"tcplab was started in, or the name of a recipe, as in api/connected. ~ is not replaced.",
	.source = "tcplab",
	.example = "include common.lab",
	.flags = CMD_OUTSIDE | CMD_REFUSED,
	.run = include_run,
};
