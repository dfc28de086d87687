/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of the line that ran last at the prompt. Reads the journal, changes nothing. */
#ifndef LAB_REPL_RAN_H
#define LAB_REPL_RAN_H

#include <stdbool.h>
#include <stdint.h>

struct journal;

/* Has it failed? What the kernel refused is no failure at the prompt. since: the last event before it. */
bool ran_failed(const struct journal *j, uint64_t since);
/* Its last command, when that was a `step` that went well; else NULL. Borrowed from the journal. */
const char *ran_step(const struct journal *j, uint64_t since);

#endif
