/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe's line in `tcplab list`. */
#ifndef LAB_CLI_LISTING_H
#define LAB_CLI_LISTING_H

struct text;

/* Append "TOPIC/NAME  TITLE  [A1 A2] ?2": its title, what it claims, each once, and how often it asks. A file that cannot
 * be read has its name only: it is told when it is played. No line feed at the end. */
void listing_format(const char *path, struct text *out);

#endif
