/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a script says when it cannot go on, as events of the journal: an error with its place, the line and a
 * caret; an expectation with both sides and the last of the story. */
#ifndef LAB_LANGUAGE_TELLING_H
#define LAB_LANGUAGE_TELLING_H

#include <stddef.h>
#include <stdint.h>

struct diag;
struct journal;
struct play;
struct statement;
struct text;

/* The lab could not, or the input is bad. cause: the command that failed, 0 = it never ran. line: the source
 * line d points into; NULL = none to show. */
void telling_error(struct journal *j, uint64_t cause, const struct diag *d, const char *line);
#define TELLING_LINES 40 /* of the story, where nobody has read it as it happened */
#define TELLING_LINES_READ 12 /* where somebody has, at the prompt */
/* The kernel did otherwise than `st` says at `column`. waited_ns: see telling_busy(). lines: of the story. */
void telling_mismatch(struct journal *j, uint64_t cause, const struct statement *st,
	uint32_t column, const char *expected, const char *seen, uint64_t waited_ns,
	unsigned lines);
/* Somebody ends the lab while a script runs: which command has not come to its end, in the same words. by: the signal. */
void telling_stopped(struct journal *j, const char *by);
/* Has it waited for a core for so long, of all the time it has lived, that a story may be another one than on a quiet
 * machine? Then say so, in whole lines. */
void telling_busy(uint64_t waited_ns, uint64_t lived_ns, struct text *out);
/* Line `number` of a text whose first line is number `first`; the caller frees it. */
char *telling_line_of(const char *text, size_t len, uint32_t first, uint32_t number);

/* A recipe begins: what to look for is part of the story, and its opening comment is no command, so nothing else keeps
 * it. Returns the event. */
uint64_t telling_recipe(struct journal *j, const char *file, const char *text, size_t len);
/* Who is asked what will happen must not read it before: what to look for in a recipe with questions is told at its end.
 * Instead of it, appended; and then it, as kept in its event. */
void telling_format_waiting(size_t questions, struct text *out);
void telling_opening(struct journal *j, uint64_t recipe);
/* What its author says of a command of it that is about to run, or waits to. */
void telling_comment(struct journal *j, struct play *p, const struct statement *st);
/* It has come to its end. */
void telling_recipe_end(struct journal *j, const char *file);

/* Point out the rules of the wire that have never fired: in a recipe, a mistake or a change of the kernel. */
struct world;
void telling_unfired(const struct world *w);

#endif
