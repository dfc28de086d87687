/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command that looks answers with: lines of text, as they are printed. */
#ifndef LAB_COMMAND_OUTPUT_H
#define LAB_COMMAND_OUTPUT_H

#include "base/text.h"
#include "language/cmd.h"

/* Journal these lines, the last with or without its line feed, as what the command says. The text is taken. CMD_DONE. */
int output_tell(const struct cmd_call *c, struct text *lines);

#endif
