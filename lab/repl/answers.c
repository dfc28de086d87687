/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/answers.h"

#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "base/text.h"
#include "command/topic.h"
#include "language/cmd.h"
#include "language/lexer.h"
#include "language/prediction.h"
#include "language/statement.h"
#include "repl/classes.h"
#include "wire/match.h"

static void offer(struct request *r, const char *word)
{
	request_offer(r, "", word, "");
}

/* Not those that would foretell nothing. */
static void offer_segments(struct request *r)
{
	uint16_t must;

	for (size_t i = 0; match_words[i]; i++)
		if (match_parse_word(match_words[i], &must) == 0 && must && !(must & MATCH_TCP))
			offer(r, match_words[i]);
	offer(r, "none");
}

static bool gives(const struct errno_topic *topic, const char *verb)
{
	for (size_t i = 0; topic->cases[i].commands; i++)
		if (topic_lists(topic->cases[i].commands, verb))
			return true;
	return false;
}

static void offer_results(struct request *r, const char *verb)
{
	const struct errno_topic *topic;

	for (size_t i = 0; (topic = topic_errno_at(i)); i++)
		if (gives(topic, verb))
			offer(r, topic->name);
	offer(r, "blocked");
	offer(r, "killed");
}

static void offer_calls(struct request *r)
{
	for (size_t i = 0; r->table->defs[i]; i++)
		if (r->table->defs[i]->flags & CMD_OUTCOME)
			offer(r, r->table->defs[i]->name);
}

/* The next word of what each choice says, behind the `len` bytes of it that are there. */
static void offer_said(struct request *r, const struct prediction *question, const char *there,
	size_t len)
{
	size_t count;
	const struct statement *choices = answer_choices(&question->statement->block, &count);

	for (size_t i = 0; i < count; i++) {
		const struct token *said = &choices[i].words[1];
		struct text word = TEXT_EMPTY;

		if (said->len <= len || strncasecmp(said->text, there, len) != 0)
			continue;
		text_printable(&word, said->text + len, strcspn(said->text + len, " "));
		if (word.len)
			offer(r, text_get(&word));
		text_done(&word);
	}
}

/* One may be called by its number, or by what it says. */
static void offer_choices(struct request *r, const struct prediction *question)
{
	char number[] = "0";
	size_t count;

	answer_choices(&question->statement->block, &count);
	for (; count; count--) {
		number[0] = (char)('0' + count);
		offer(r, number);
	}
	offer_said(r, question, "", 0);
}

static void offer_first(struct request *r, const struct prediction *question)
{
	switch (question->kind) {
	case ANSWER_STATE:
		class_offer(r, "STATE", strlen("STATE"));
		break;
	case ANSWER_SEGMENT:
		offer_segments(r);
		break;
	case ANSWER_RESULT:
		offer_results(r, question->verb);
		break;
	case ANSWER_FATE:
		class_offer(r, "FATE", strlen("FATE"));
		break;
	default:
		offer_choices(r, question);
	}
	offer(r, PREDICTION_PASS);
}

/* Behind the first word. */
static void offer_more(struct request *r, const struct prediction *question)
{
	if (question->kind != ANSWER_RESULT && question->kind != ANSWER_FATE)
		return;
	if (request_last_word_is(r, "killed"))
		class_offer_signals(r);
	else if (question->kind == ANSWER_FATE && request_last_word_is(r, "blocked"))
		offer_calls(r);
}

void complete_answer(const struct prediction *question, const struct cmd_table *table,
	const char *line, size_t start, size_t end, struct word_list *ret_list)
{
	struct request r = { .table = table,
		.begun = line + start,
		.begun_len = end - start,
		.any_case = true };
	size_t blanks = strspn(line, " \t");
	struct token_list tokens;
	struct diag d = { 0 };

	if (question->kind == ANSWER_CHOICE && start > blanks) { /* a sentence, not words of ours */
		offer_said(&r, question, line + blanks, start - blanks);
	} else if (lexer_line(line, start, "", 1, &tokens, &d) == 0) {
		r.words = tokens.tokens;
		r.word_count = tokens.count;
		if (tokens.count == 0)
			offer_first(&r, question);
		else
			offer_more(&r, question);
		token_list_done(&tokens);
	}
	*ret_list = r.list;
}
