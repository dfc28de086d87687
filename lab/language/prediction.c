/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/prediction.h"

#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "language/cmd.h"
#include "language/pending.h"
#include "language/script.h"
#include "language/statement.h"
#include "world/process.h"
#include "world/world.h"

#define CHOICES_MOST 9

/* ---- before it runs ---- */

static bool is_verb(const struct statement *s, const char *verb)
{
	return strcmp(s->words->text, verb) == 0;
}

static bool is_word(const struct statement *s, size_t i, const char *word)
{
	return i < s->word_count && s->words[i].kind == TOKEN_WORD &&
		strcmp(s->words[i].text, word) == 0;
}

/* What is asked about: words[2...]. ANSWER_KIND_COUNT when it is nothing. */
static enum answer_kind kind_of(const struct statement *s)
{
	if (is_word(s, 3, "state") && s->word_count == 4)
		return ANSWER_STATE;
	if (is_word(s, 3, "fate") && s->word_count == 4)
		return ANSWER_FATE;
	if (is_word(s, 2, "segment"))
		return ANSWER_SEGMENT; /* the rest is a MATCH, when names are known */
	if (is_word(s, 2, "result") && s->word_count == 3)
		return ANSWER_RESULT;
	if (is_word(s, 2, "choice") && s->word_count == 3)
		return ANSWER_CHOICE;
	return ANSWER_KIND_COUNT;
}

static bool is_sentence(const struct token *t)
{
	return t->kind == TOKEN_STRING && t->len && !memchr(t->text, '\n', t->len) &&
		!memchr(t->text, '\0', t->len);
}

static int check_question(const struct statement *s, struct diag *d)
{
	enum answer_kind kind = kind_of(s);
	size_t choices, others;

	if (!is_sentence(&s->words[1]))
		return statement_error(s, &s->words[1], d,
			"the question belongs here, a sentence: predict \"...\" c state {");
	if (kind == ANSWER_KIND_COUNT)
		return statement_error(s, &s->words[2], d,
			"what is asked about? SOCK state, segment [MATCH], result, PROC fate, or choice");
	answer_choices(&s->block, &choices);
	others = s->block.count - choices;
	if (kind == ANSWER_CHOICE && (choices < 2 || choices > CHOICES_MOST))
		return statement_error(s, NULL, d,
			"a question of several choices ends with 2 to %d of them: choice \"TEXT\" "
			"EXPECTATION",
			CHOICES_MOST);
	if (kind != ANSWER_CHOICE && choices)
		return statement_error(s, NULL, d,
			"these choices belong to: predict \"...\" choice {");
	if (others == 0)
		return statement_error(s, NULL, d,
			"nothing happens in this block: there is nothing to predict");
	return 0;
}

static int check_choice(const struct statement *s, bool allowed, struct diag *d)
{
	if (!allowed)
		return statement_error(s, NULL, d,
			"choices are the last commands of a block: predict \"...\" choice {");
	if (!is_sentence(&s->words[1]))
		return statement_error(s, &s->words[1], d,
			"what can be chosen belongs here: choice \"the client\" c FIN-WAIT-1");
	if (is_word(s, 2, "never"))
		return statement_error(s, &s->words[2], d,
			"what is never so cannot be seen to be so: choose 'no segments', a state ...");
	return 0;
}

int prediction_check(const struct statement_list *list, bool inside, struct diag *d)
{
	int r = 0;

	for (size_t i = 0; i < list->count && r == 0; i++) {
		const struct statement *s = &list->statements[i];
		bool question = is_verb(s, "predict");

		if (question && inside)
			r = statement_error(s, NULL, d, "a question inside another");
		else if (question)
			r = check_question(s, d);
		else if (is_verb(s, "choice"))
			r = check_choice(s, false, d);
		if (r == 0 && question) {
			struct statement_list rest = s->block;
			size_t count;
			const struct statement *choices = answer_choices(&s->block, &count);

			rest.count -= count;
			r = prediction_check(&rest, true, d);
			for (size_t c = 0; c < count && r == 0; c++)
				r = check_choice(&choices[c], true, d);
		} else if (r == 0) {
			r = prediction_check(&s->block, inside, d);
		}
	}
	return r;
}

size_t prediction_count(const struct statement_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += is_verb(&list->statements[i], "predict") +
			prediction_count(&list->statements[i].block);
	return count;
}

/* ---- asking ---- */

/* The last call in the block, wherever it stands. NULL = there is none. */
static const struct cmd_def *last_call(const struct cmd_table *table,
	const struct statement_list *block)
{
	for (size_t i = block->count; i-- > 0;) {
		const struct statement *s = &block->statements[i];
		const struct cmd_def *def = cmd_find(table, s->words->text);

		if (def && (def->flags & CMD_OUTCOME))
			return def;
		def = last_call(table, &s->block);
		if (def)
			return def;
	}
	return NULL;
}

static struct event event_of(const struct prediction *p, enum event_kind kind, uint64_t cause)
{
	return (struct event){ .kind = kind,
		.cause = cause,
		.prediction = { .question = p->question,
			.line = p->statement->line,
			.column = p->statement->words->column } };
}

/* "c state" */
static void format_about(const struct statement *s, struct text *out)
{
	for (size_t i = 2; i < s->word_count; i++) {
		text_puts(out, i > 2 ? " " : "");
		text_printable(out, s->words[i].text, s->words[i].len);
	}
}

static void tell(const struct prediction *p, struct journal *j, struct event event,
	uint64_t *ret_no)
{
	struct text about = TEXT_EMPTY;
	uint64_t no;

	format_about(p->statement, &about);
	event.subject = text_get(&about);
	no = journal_add(j, event);
	if (ret_no)
		*ret_no = no;
	text_done(&about);
}

static void tell_question(struct prediction *p, struct journal *j, uint64_t command)
{
	const struct token *question = &p->statement->words[1];
	struct event event = event_of(p, EVENT_QUESTION, command);
	struct text text = TEXT_EMPTY, answers = TEXT_EMPTY;

	text_printable(&text, question->text, question->len);
	answer_format_legal(p->kind, &p->statement->block, &answers);
	event.text = text_get(&text);
	event.host = text_get(&answers);
	tell(p, j, event, &p->question);
	text_done(&text);
	text_done(&answers);
}

int prediction_begin(struct prediction *p, struct cmd_call *c, struct diag *d)
{
	const struct statement *s = c->statement;
	enum answer_kind kind = kind_of(s);
	const struct cmd_def *call =
		kind == ANSWER_RESULT ? last_call(script_table(c->script), &s->block) : NULL;

	if (p->stage != PREDICTION_CLOSED)
		return statement_error(s, NULL, d, "another question is open");
	if (kind == ANSWER_RESULT && !call)
		return statement_error(s, NULL, d,
			"there is no call in this block that could give a result");
	p->statement = s;
	p->kind = kind;
	p->verb = call ? call->name : NULL;
	p->in_words = call && (call->flags & CMD_WORDS);
	p->question = 0;
	p->stage = p->ask ? PREDICTION_WAITING : PREDICTION_ANSWERED;
	tell_question(p, world_journal(c->world), c->event);
	if (p->ask) {
		world_wait(c->world, true);
		p->ask(p->arg);
	}
	return 0;
}

bool prediction_waits(const struct prediction *p)
{
	return p->stage == PREDICTION_WAITING;
}

static bool is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!strchr(" \t\r", text[i]) || !text[i])
			return false;
	}
	return true;
}

static bool is_pass(const char *text, size_t len)
{
	const size_t word = strlen(PREDICTION_PASS);
	size_t begin = 0;

	while (begin < len && text[begin] == ' ')
		begin++;
	return len - begin >= word && memcmp(text + begin, PREDICTION_PASS, word) == 0 &&
		is_blank(text + begin + word, len - begin - word);
}

void prediction_refuse(const struct prediction *p, struct world *w, const struct diag *d)
{
	struct text note = TEXT_EMPTY;

	text_printable(&note, d->message, strlen(d->message));
	journal_add(world_journal(w),
		(struct event){ .kind = EVENT_NOTE,
			.cause = p->question,
			.text = text_get(&note) });
	text_done(&note);
}

/* said: NULL = nothing. */
static void lock(struct prediction *p, struct world *w, const char *said)
{
	struct event event = event_of(p, EVENT_PREDICTION, p->question);

	event.text = said;
	tell(p, world_journal(w), event, &p->reply);
	p->stage = PREDICTION_ANSWERED;
	world_kick(w);
	if (p->settled)
		p->settled(p->arg);
}

void prediction_pass(struct prediction *p, struct world *w)
{
	LAB_ASSERT(prediction_waits(p));
	lock(p, w, NULL);
}

int prediction_answer(struct prediction *p, struct world *w, const char *text, size_t len,
	struct diag *d)
{
	struct text said = TEXT_EMPTY;
	int r;

	LAB_ASSERT(prediction_waits(p));
	while (len && text[len - 1] == '\r')
		len--;
	if (is_blank(text, len))
		return diag_set(d, EINVAL, "nothing is said yet; `%s`: I don't know",
			PREDICTION_PASS);
	r = answer_parse(p->kind, p->in_words, &p->statement->block, text, len, &p->answer, d);
	if (r < 0 && is_pass(text, len)) { /* unless that is one of the choices */
		prediction_pass(p, w);
		return 0;
	}
	if (r < 0)
		return r;
	p->answered = true;
	answer_format(&p->answer, &said);
	lock(p, w, text_get(&said));
	text_done(&said);
	return 0;
}

void prediction_take_line(struct prediction *p, struct world *w, const char *text, size_t len)
{
	struct diag d = { 0 };
	bool blank = is_blank(text, len);

	if (!blank && prediction_answer(p, w, text, len, &d) == 0)
		return;
	if (!blank)
		prediction_refuse(p, w, &d);
	prediction_pass(p, w);
}

void prediction_ask_nobody(struct prediction *p, struct world *w)
{
	p->ask = NULL;
	p->deserted = true;
	if (p->stage == PREDICTION_WAITING) {
		p->stage = PREDICTION_ANSWERED;
		world_kick(w);
	}
}

/* ---- its block ---- */

void prediction_enter(struct prediction *p, uint64_t last)
{
	p->began = last;
	p->stage = PREDICTION_RUNNING;
}

void prediction_leave(struct prediction *p)
{
	p->stage = PREDICTION_OBSERVING;
}

bool prediction_inside(const struct prediction *p, const struct statement *s)
{
	return p->stage == PREDICTION_RUNNING && p->statement->played == s->played;
}

bool prediction_is_open(const struct prediction *p, const struct statement *s)
{
	return p->stage == PREDICTION_RUNNING && p->statement == s;
}

void prediction_called(struct prediction *p, const struct pending *call)
{
	if (!prediction_inside(p, call->statement))
		return;
	p->call = call->number;
	p->process = call->process;
	p->returned = p->met = false;
}

void prediction_heard(void *prediction, const struct pending *call,
	const struct call_outcome *outcome)
{
	struct prediction *p = prediction;

	if (p->stage == PREDICTION_CLOSED || p->call != call->number)
		return;
	p->returned = true;
	p->returned_event = outcome->event;
	p->met =
		p->answered && p->kind == ANSWER_RESULT && outcome_met(&p->answer.outcome, outcome);
	text_clear(&p->got);
	text_puts(&p->got, text_get(&call->got));
}

void prediction_forget_call(struct prediction *p)
{
	p->call = 0;
	p->process = NULL;
}

/* ---- the end ---- */

void prediction_interrupt(struct prediction *p, struct world *w)
{
	if (p->stage == PREDICTION_WAITING)
		prediction_pass(p, w); /* who sees the question shall see that it is over */
	if (p->stage != PREDICTION_RUNNING || !p->statement->played)
		prediction_drop(p);
}

void prediction_drop(struct prediction *p)
{
	if (p->answered)
		answer_done(&p->answer);
	text_done(&p->got);
	p->answered = p->returned = p->met = false;
	p->statement = NULL;
	p->question = p->reply = 0;
	prediction_forget_call(p);
	p->stage = PREDICTION_CLOSED;
}

void prediction_forget_recipe(struct prediction *p)
{
	if (p->statement && p->statement->played)
		prediction_drop(p);
}

static enum prediction_verdict verdict_of(const struct prediction *p, bool met)
{
	if (!p->reply && !p->deserted)
		return PREDICTION_SKIPPED;
	if (!p->answered)
		return PREDICTION_UNANSWERED;
	return met ? PREDICTION_FORETOLD : PREDICTION_OTHERWISE;
}

void prediction_end(struct prediction *p, struct journal *j, const char *seen, uint64_t cause,
	bool met)
{
	struct event event = event_of(p, EVENT_OBSERVATION, cause);

	event.text = seen;
	event.prediction.answer = p->reply;
	event.prediction.verdict = verdict_of(p, met);
	tell(p, j, event, NULL);
	if (event.prediction.verdict == PREDICTION_SKIPPED && !p->skipped++)
		p->first_skipped = p->statement->line;
	p->asked += event.prediction.verdict != PREDICTION_SKIPPED;
	p->foretold += event.prediction.verdict == PREDICTION_FORETOLD;
	p->unanswered += event.prediction.verdict == PREDICTION_UNANSWERED;
	prediction_drop(p);
}

void prediction_sum_up(struct prediction *p, struct journal *j)
{
	struct event note = { .kind = EVENT_NOTE };
	struct text text = TEXT_EMPTY;

	if (p->asked) {
		text_printf(&text, "predictions: %u of %u as foretold", p->foretold, p->asked);
		if (p->unanswered)
			text_printf(&text, ", %u not answered", p->unanswered);
		note.text = text_get(&text);
		journal_add(j, note);
	}
	text_clear(&text);
	if (p->skipped && !p->quiet) {
		text_printf(&text, "%u prediction%s skipped: `tcplab play` asks", p->skipped,
			p->skipped == 1 ? "" : "s");
		note.text = text_get(&text);
		note.place.line = p->first_skipped;
		note.place.column = 1;
		journal_add(j, note);
	}
	text_done(&text);
	prediction_drop(p);
	p->asked = p->foretold = p->unanswered = p->skipped = 0;
}
