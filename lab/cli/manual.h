/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written about tcplab and made from the tables: the manual page and the completion of bash. Run at
 * build time by lab/generate.c; writes text and does nothing else. */
#ifndef LAB_CLI_MANUAL_H
#define LAB_CLI_MANUAL_H

struct cmd_table;
struct text;

/* Append tcplab(1), for man(7) macros. date: "2026-01-31", of this version. */
void manual_page(const struct cmd_table *commands, const char *date, struct text *out);
/* Append a file for bash-completion's folder. It needs bash alone. */
void manual_bash(const struct cmd_table *commands, struct text *out);

#endif
