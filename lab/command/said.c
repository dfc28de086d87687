/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/said.h"

#include <string.h>

#include "base/diag.h"
#include "language/cmd.h"
#include "language/outcome.h"

bool said_in_words(const struct statement *s)
{
	struct outcome outcome;
	struct diag ignored = { 0 };
	bool words;

	if (s->outcome_count != 1 || outcome_parse(s, true, &outcome, &ignored) < 0)
		return false;
	words = outcome.kind == OUTCOME_WORDS;
	outcome_done(&outcome);
	return words;
}

void said_replace(struct said *said, struct cmd_call *c, const char *word)
{
	said->as_written = c->statement;
	said->statement = *c->statement;
	said->word = c->statement->outcome[0];
	said->word.text = (char *)word;
	said->word.len = strlen(word);
	said->statement.outcome = &said->word;
	c->statement = &said->statement;
}

void said_restore(const struct said *said, struct cmd_call *c)
{
	c->statement = said->as_written;
}
