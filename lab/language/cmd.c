/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/cmd.h"

#include <string.h>

#include "base/text.h"

const struct cmd_def *cmd_find(const struct cmd_table *table, const char *name)
{
	for (size_t i = 0; table->defs[i]; i++) {
		if (strcmp(table->defs[i]->name, name) == 0)
			return table->defs[i];
	}
	return NULL;
}

const struct cmd_def *cmd_find_begun(const struct cmd_table *table, const char *begun)
{
	const struct cmd_def *whole = cmd_find(table, begun), *only = NULL;
	size_t len = strlen(begun);

	if (whole || len == 0)
		return whole;
	for (size_t i = 0; table->defs[i]; i++) {
		if (strncmp(table->defs[i]->name, begun, len) != 0)
			continue;
		if (only)
			return NULL;
		only = table->defs[i];
	}
	return only;
}

const char *cmd_nearest(const struct cmd_table *table, const char *typed)
{
	size_t best = (strlen(typed) + 1) / 2; /* half of it is another word */
	const char *nearest = NULL;

	for (size_t i = 0; table->defs[i]; i++) {
		size_t distance = text_distance(typed, table->defs[i]->name);

		if (distance < best) {
			best = distance;
			nearest = table->defs[i]->name;
		}
	}
	return nearest;
}
