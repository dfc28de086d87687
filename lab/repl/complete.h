/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand at a place of a line: verbs first, then what the verb's own signature (cmd_def.args)
 * says. Pure, knows nothing of readline; reads the world, changes nothing. The world's thread. */
#ifndef LAB_REPL_COMPLETE_H
#define LAB_REPL_COMPLETE_H

#include <stddef.h>

struct cmd_table;
struct exercise;
struct text;
struct world;

/* Between these a word stands; as in the lexer, where a word may hold : / - @ = # and more. */
#define COMPLETE_WORD_BREAKS " \t\n;&>{}"

struct word_list {
	char **words; /* owned, and each; NULL when count is 0. In no order, a word may come twice */
	size_t count;
};

/* All words that may stand at byte `start` of `line` and begin as line[start..end) does. Empty inside a
 * string, where only a new name or a number can stand, and after what the lexer refuses.
 * e: the exercise that is done here; NULL = none is.
 * line: borrowed, ends at `end` or later; of several lines the last one before `start` counts. */
void complete_line(const struct world *w, const struct cmd_table *table, const struct exercise *e,
	const char *line, size_t start, size_t end, struct word_list *ret_list);
void word_list_done(struct word_list *list);
/* Append what the command at the end of the line still takes, as its signature says it: "ADDR:PORT" behind
 * "connect c ". Nothing when the line does not end in a blank. */
void complete_hint(const struct cmd_table *table, const char *line, struct text *out);

#endif
