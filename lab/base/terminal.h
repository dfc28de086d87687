/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of the terminal that standard output goes to. Any thread. */
#ifndef LAB_BASE_TERMINAL_H
#define LAB_BASE_TERMINAL_H

/* How many columns it has now; `otherwise` when it is no terminal, or does not say. At least 60: what is made for
 * fewer is no easier to read than what wraps. */
unsigned terminal_width(unsigned otherwise);

#endif
