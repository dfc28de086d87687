/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of the terminal that standard output goes to. Any thread. */
#ifndef LAB_BASE_TERMINAL_H
#define LAB_BASE_TERMINAL_H

#include <stdbool.h>

/* Its columns and rows now; false when it is no terminal, or does not say. rows: NULL = not asked. */
bool terminal_size(unsigned *ret_columns, unsigned *ret_rows);
/* How many columns it has now; `otherwise` when it is no terminal, or does not say. At least 60: what is made for
 * fewer is no easier to read than what wraps. */
unsigned terminal_width(unsigned otherwise);
/* Does the user want no colours? Source: no-color.org: NO_COLOR is there and not empty. */
bool terminal_no_color(void);
/* Shall what is written to fd have colours? Not where it is no terminal, or cannot show them. */
bool terminal_wants_color(int fd);

#endif
