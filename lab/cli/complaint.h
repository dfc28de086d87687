/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong before there was a journal to tell it, or when there is none any more. */
#ifndef LAB_CLI_COMPLAINT_H
#define LAB_CLI_COMPLAINT_H

struct diag;

/* Print it on standard error, and what to try. Returns the exit code for it: bad input, or what the machine could not. */
int complaint_print(const struct diag *d);

#endif
