/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/offer.h"

#include <stdio.h>
#include <readline/readline.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "language/attempt.h"
#include "language/prediction.h"
#include "language/script.h"
#include "repl/answers.h"
#include "repl/complete.h"

#define MATCHES_SHOWN_MAX 100

/* readline's functions carry no argument. */
static struct {
	const struct world *world; /* borrowed */
	const struct cmd_table *table; /* borrowed */
	const struct prediction *question; /* borrowed */
	const struct exercise *exercise; /* borrowed; NULL = none is done here */
	struct word_list matches; /* of the completion under way */
	size_t at;
} offer;

static void find_matches(size_t start, size_t end)
{
	if (prediction_waits(offer.question))
		complete_answer(offer.question, offer.table, rl_line_buffer, start, end,
			&offer.matches);
	else
		complete_line(offer.world, offer.table, offer.exercise, rl_line_buffer, start, end,
			&offer.matches);
}

/* readline asks for one match at a time, state 0 first; it frees them. */
static char *next_match(const char *text, int state)
{
	if (state == 0) {
		word_list_done(&offer.matches);
		offer.at = 0;
		find_matches((size_t)rl_point - strlen(text), (size_t)rl_point);
	}
	if (offer.at == offer.matches.count)
		return NULL;
	return text_copy(offer.matches.words[offer.at++]);
}

static char **complete(const char *text, int start, int end)
{
	char **matches;
	size_t len;

	(void)start;
	(void)end;
	rl_attempted_completion_over = 1; /* or it would offer the names of files */
	matches = rl_completion_matches(text, next_match);
	if (!matches)
		return NULL;
	len = strlen(matches[0]);
	/* the port, a name in a folder, the rest of a key comes next */
	rl_completion_suppress_append = len && strchr(":/.", matches[0][len - 1]);
	return matches;
}

/* Its own way to show many asks and waits. matches[1..count], `longest` in columns. */
static void show_matches(char **matches, int count, int longest)
{
	int shown = count > MATCHES_SHOWN_MAX ? MATCHES_SHOWN_MAX : count;

	rl_display_match_list(matches, shown, longest);
	if (count > shown)
		fprintf(rl_outstream, "... and %d more\n", count - shown);
	rl_forced_update_display();
}

void offer_set_up(const struct world *world, struct script *script)
{
	const struct attempt *attempt = script_attempt(script);

	offer.question = script_prediction(script);
	offer.exercise = attempt ? attempt_exercise(attempt) : NULL;
	offer.world = world;
	offer.table = script_table(script);
	rl_attempted_completion_function = complete;
	rl_completion_display_matches_hook = show_matches;
	rl_completer_word_break_characters = (char *)(uintptr_t)COMPLETE_WORD_BREAKS;
	rl_completer_quote_characters = NULL;
	rl_basic_quote_characters = "";
}

void offer_done(void)
{
	word_list_done(&offer.matches);
}
