/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --help and `tcplab help` print, made of the tables in options.h. Prints nothing. */
#ifndef LAB_CLI_USAGE_H
#define LAB_CLI_USAGE_H

#include "cli/options.h"

struct text;

/* Append all there is, a line or two each; of one subcommand what it does, and its own options in full. */
void usage_format(enum verb verb, struct text *out);

#endif
