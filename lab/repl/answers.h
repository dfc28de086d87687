/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which words may stand in the answer to a question (prediction.h): the legal ones, in any case. Pure. */
#ifndef LAB_REPL_ANSWERS_H
#define LAB_REPL_ANSWERS_H

#include <stddef.h>

#include "repl/complete.h"

struct cmd_table;
struct prediction;

/* As complete_line(). The question waits. Of errnos those that its call can give (topic.h). */
void complete_answer(const struct prediction *question, const struct cmd_table *table,
	const char *line, size_t start, size_t end, struct word_list *ret_list);

#endif
