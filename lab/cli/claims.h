/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `tcplab claims`: plays the recipes that hold claims, each in a `tcplab -f RECIPE` of its own, and reports on
 * standard output what became of the claims. Ctrl-C ends all. Blocks until then. */
#ifndef LAB_CLI_CLAIMS_H
#define LAB_CLI_CLAIMS_H

#include <stddef.h>

struct options;
struct recipe_list;

/* All is borrowed. list: where to look for claims; ids: those wanted, none = all. Returns the exit code of tcplab(1). */
int claims_put(const struct options *o, const struct recipe_list *list, char *const *ids,
	size_t id_count);

#endif
