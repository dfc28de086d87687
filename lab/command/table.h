/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of all commands. A new one is a file beside this with one cmd_def, and one line in table.c. */
#ifndef LAB_COMMAND_TABLE_H
#define LAB_COMMAND_TABLE_H

#include "language/cmd.h"

extern const struct cmd_table command_table;

#endif
