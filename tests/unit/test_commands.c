/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of commands, and the recipes and the README that use it. */
#include <errno.h>
#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "command/table.h"
#include "language/cmd.h"
#include "language/outcome.h"
#include "language/statement.h"

#define COMMANDS_MAX 100
#define FOR_EXERCISES (CMD_COUNTS | CMD_FREE | CMD_PERSON | CMD_REFUSED)

/* They answer a person at the prompt, or play a recipe there; a recipe has nobody to read them, waits for events,
 * not time, and may not write files (tests/kernel/capture.sh does), nor run programs unless it `needs` them (exec.sh
 * does). */
static const char *const for_people[] = { "capture", "exec", "help", "next", "play", "quit", "save",
	"sleep", "submit", "type", "watch", "wire", NULL };
/* No recipe shows these yet. Take a name out with the first one that does. */
static const char *const not_shown_yet[] = { NULL };

static bool listed(const char *const *list, const char *name)
{
	while (*list && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

static size_t count_commands(void)
{
	size_t count = 0;

	while (command_table.defs[count])
		count++;
	assert_in_range(count, 1, COMMANDS_MAX);
	return count;
}

static void assert_filled(const struct cmd_def *def, const char *field, const char *value)
{
	if (!value || !value[0])
		fail_msg("%s: %s is empty", def->name, field);
	if (value[0] == ' ' || value[strlen(value) - 1] == ' ' || value[strlen(value) - 1] == '\n')
		fail_msg("%s: %s has blanks at an end", def->name, field);
}

static void table_has_no_empty_field(void **state)
{
	(void)state;
	for (size_t i = 0; command_table.defs[i]; i++) {
		const struct cmd_def *def = command_table.defs[i];

		assert_filled(def, "name", def->name);
		assert_filled(def, "summary", def->summary);
		assert_filled(def, "source", def->source);
		assert_filled(def, "example", def->example);
		if (def->detail)
			assert_filled(def, "detail", def->detail);
		if (def->author)
			assert_filled(def, "author", def->author);
		assert_non_null(def->args); /* "" = takes none */
		assert_non_null(def->run);
		assert_null(strchr(def->summary, '\n'));
		assert_null(strchr(def->example, '\n'));
		assert_true(def->min_args <= def->max_args);
		assert_int_equal(def->args[0] == '\0' || def->args[0] == '{', def->max_args == 0);
		assert_int_equal(def->flags &
				~(unsigned)(CMD_OUTCOME | CMD_BACKGROUND | CMD_BLOCK |
					CMD_BLOCK_MAY | CMD_WORDS | CMD_OUTSIDE | CMD_LOOKS |
					FOR_EXERCISES),
			0);
		if (__builtin_popcount(def->flags & FOR_EXERCISES) != 1)
			fail_msg("%s: is it CMD_COUNTS, _FREE, _PERSON or _REFUSED?", def->name);
		if ((def->flags & CMD_OUTSIDE) && !(def->flags & (CMD_PERSON | CMD_REFUSED)))
			fail_msg("%s: a submission must not reach what is outside the lab",
				def->name);
		if ((def->flags & CMD_LOOKS) && def->flags != (CMD_LOOKS | CMD_FREE))
			fail_msg("%s: it does more than look", def->name);
	}
}

static void table_has_each_name_once(void **state)
{
	size_t count = count_commands();

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct cmd_def *def = command_table.defs[i];

		assert_ptr_equal(cmd_find(&command_table, def->name), def);
		assert_int_equal(strspn(def->name, "abcdefghijklmnopqrstuvwxyz"),
			strlen(def->name));
	}
}

/* Does a signature like "[HOST] KEY [VALUE] { COMMAND }" ask for words outside brackets? */
static bool needs_words(const char *args)
{
	int depth = 0;

	for (; *args && *args != '{'; args++) {
		depth += (*args == '[') - (*args == ']');
		if (depth == 0 && *args != ' ' && *args != ']')
			return true;
	}
	return false;
}

static void table_says_the_same_in_args_and_min_args(void **state)
{
	(void)state;
	for (size_t i = 0; command_table.defs[i]; i++) {
		const struct cmd_def *def = command_table.defs[i];

		if (needs_words(def->args) != (def->min_args > 0))
			fail_msg("%s: '%s', but at least %u", def->name, def->args, def->min_args);
	}
}

/* The statement must be one that its command takes: known, as many words, outcome and & allowed. */
static const struct cmd_def *assert_takes(const struct statement *s)
{
	const struct cmd_def *def = cmd_find(&command_table, s->words[0].text);
	struct outcome outcome;
	struct diag d = { 0 };

	if (!def)
		fail_msg("%s:%u: no command '%s'", s->file, s->line, s->words[0].text);
	if (s->word_count - 1 < def->min_args || s->word_count - 1 > def->max_args)
		fail_msg("%s:%u: '%s' has %zu arguments", s->file, s->line, s->text,
			s->word_count - 1);
	if (s->outcome && !(def->flags & CMD_OUTCOME))
		fail_msg("%s:%u: '%s' takes no =>", s->file, s->line, def->name);
	if (s->background && !(def->flags & CMD_BACKGROUND))
		fail_msg("%s:%u: '%s' takes no &", s->file, s->line, def->name);
	if (outcome_parse(s, def->flags & CMD_WORDS, &outcome, &d) < 0)
		fail_msg("%s:%u: %s", s->file, s->line, d.message);
	outcome_done(&outcome);
	return def;
}

static void example_of_each_command_parses(void **state)
{
	(void)state;
	for (size_t i = 0; command_table.defs[i]; i++) {
		const struct cmd_def *def = command_table.defs[i];
		struct statement_list list;
		struct diag d = { 0 };

		if (statement_parse(def->example, strlen(def->example), def->name, 1, &list, &d) <
			0)
			fail_msg("%s: %s", def->example, d.message);
		assert_int_equal(list.count, 1);
		assert_ptr_equal(assert_takes(list.statements), def);
		statement_list_done(&list);
	}
}

static void nearest_to_each_name_is_itself(void **state)
{
	(void)state;
	for (size_t i = 0; command_table.defs[i]; i++)
		assert_string_equal(cmd_nearest(&command_table, command_table.defs[i]->name),
			command_table.defs[i]->name);
}

/* ---- what is written with them ---- */

static void source_path(const char *below, struct text *out)
{
	const char *source = getenv("TCPLAB_SOURCE");

	if (!source)
		fail_msg("TCPLAB_SOURCE is not set; ctest sets it");
	text_printf(out, "%s/%s", source, below);
}

static void read_file(const char *path, struct text *out)
{
	char buffer[4096];
	FILE *file = fopen(path, "re");
	size_t len;

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	while ((len = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add(out, buffer, len);
	assert_false(ferror(file));
	fclose(file);
}

static void use_list(const struct statement_list *list, bool used[COMMANDS_MAX])
{
	for (size_t i = 0; i < list->count; i++) {
		const struct cmd_def *def = assert_takes(&list->statements[i]);

		for (size_t c = 0; command_table.defs[c]; c++)
			used[c] |= command_table.defs[c] == def;
		use_list(&list->statements[i].block, used);
	}
}

/* Check every command of one recipe and mark it in used[], by its place in the table. */
static void use_recipe(const char *path, bool used[COMMANDS_MAX])
{
	struct text content = TEXT_EMPTY;
	struct statement_list list;
	struct diag d = { 0 };

	read_file(path, &content);
	if (statement_parse_all(text_get(&content), content.len, path, 1, &list, &d) < 0)
		fail_msg("%s:%u:%u: %s", path, d.line, d.column, d.message);
	if (list.count == 0)
		fail_msg("%s: no command in it", path);
	use_list(&list, used);
	statement_list_done(&list);
	text_done(&content);
}

/* Returns how many recipes there are. */
static size_t use_all_recipes(bool used[COMMANDS_MAX])
{
	struct text folder = TEXT_EMPTY;
	size_t count = 0;
	FTSENT *entry;
	FTS *walk;

	count_commands();
	source_path("recipes", &folder);
	walk = fts_open((char *const[]){ folder.s, NULL }, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	assert_non_null(walk);
	while ((entry = fts_read(walk))) {
		if (entry->fts_info != FTS_F || entry->fts_namelen < 4 ||
			strcmp(entry->fts_name + entry->fts_namelen - 4, ".lab") != 0)
			continue;
		use_recipe(entry->fts_path, used);
		count++;
	}
	fts_close(walk);
	text_done(&folder);
	return count;
}

static void recipes_hold_only_what_commands_take(void **state)
{
	bool used[COMMANDS_MAX] = { false };

	(void)state;
	assert_true(use_all_recipes(used) > 0);
}

static void command_of_each_name_is_used_by_a_recipe(void **state)
{
	bool used[COMMANDS_MAX] = { false };

	(void)state;
	use_all_recipes(used);
	for (size_t i = 0; command_table.defs[i]; i++) {
		const char *name = command_table.defs[i]->name;

		if (listed(for_people, name))
			continue;
		if (!used[i] && !listed(not_shown_yet, name))
			fail_msg("no recipe uses '%s'", name);
		if (used[i] && listed(not_shown_yet, name))
			fail_msg("a recipe uses '%s' now: take it out of not_shown_yet", name);
	}
}

static void names_left_out_are_commands(void **state)
{
	(void)state;
	for (size_t i = 0; for_people[i]; i++)
		assert_non_null(cmd_find(&command_table, for_people[i]));
	for (size_t i = 0; not_shown_yet[i]; i++)
		assert_non_null(cmd_find(&command_table, not_shown_yet[i]));
}

static void readme_names_each_command(void **state)
{
	struct text path = TEXT_EMPTY, content = TEXT_EMPTY;

	(void)state;
	source_path("README.md", &path);
	read_file(text_get(&path), &content);
	for (size_t i = 0; command_table.defs[i]; i++) {
		const char *name = command_table.defs[i]->name;
		struct text quoted = TEXT_EMPTY;
		const char *found = text_get(&content);

		/* `name` or `name ARGS`, as code */
		text_printf(&quoted, "`%s", name);
		do {
			found = strstr(found, text_get(&quoted));
			found = found ? found + quoted.len : NULL;
		} while (found && *found != '`' && *found != ' ');
		if (!found)
			fail_msg("README.md does not name `%s`", name);
		text_done(&quoted);
	}
	text_done(&content);
	text_done(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_no_empty_field),
		cmocka_unit_test(table_has_each_name_once),
		cmocka_unit_test(table_says_the_same_in_args_and_min_args),
		cmocka_unit_test(example_of_each_command_parses),
		cmocka_unit_test(nearest_to_each_name_is_itself),
		cmocka_unit_test(recipes_hold_only_what_commands_take),
		cmocka_unit_test(command_of_each_name_is_used_by_a_recipe),
		cmocka_unit_test(names_left_out_are_commands),
		cmocka_unit_test(readme_names_each_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
