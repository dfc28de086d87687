/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language/exercise.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "base/random.h"
#include "base/text.h"
#include "language/names.h"
#include "language/recipe.h"

#define NUMBER_MOST 1000000

static bool is_word(const struct statement *s, size_t i, const char *word)
{
	return i < s->word_count && s->words[i].kind == TOKEN_WORD &&
		strcmp(s->words[i].text, word) == 0;
}

/* The next line of a text, without its end; NULL behind the last. */
static const char *next_line(const char **text, size_t *left, size_t *ret_len)
{
	const char *line = *text, *newline;

	if (!*left)
		return NULL;
	newline = memchr(line, '\n', *left);
	*ret_len = newline ? (size_t)(newline - line) : *left;
	*text += *ret_len + !!newline;
	*left -= *ret_len + !!newline;
	return line;
}

static bool begins_with_verb(const char *line, size_t len, const char *verb)
{
	size_t verb_len = strlen(verb);

	return len > verb_len && memcmp(line, verb, verb_len) == 0 &&
		(line[verb_len] == ' ' || line[verb_len] == '\t');
}

bool exercise_is(const char *text, size_t len)
{
	const char *line;
	size_t line_len;

	while ((line = next_line(&text, &len, &line_len))) {
		if (begins_with_verb(line, line_len, "goal"))
			return true;
	}
	return false;
}

bool exercise_is_student(const char *id)
{
	if (!isalnum((unsigned char)id[0]) || strlen(id) > STUDENT_MAX)
		return false;
	for (; *id; id++) {
		if (!isascii((unsigned char)*id) ||
			(!isalnum((unsigned char)*id) && !strchr("_.@-", *id)))
			return false;
	}
	return true;
}

/* ---- choices ---- */

static size_t name_len(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len &&
		(islower((unsigned char)text[n]) ||
			(n && (isdigit((unsigned char)text[n]) || text[n] == '_'))))
		n++;
	return n;
}

/* choose NAME from A..B */
static int draw_number(const struct statement *s, uint64_t *random, struct text *value,
	struct diag *d)
{
	char *end;
	unsigned long from = strtoul(s->words[3].text, &end, 10), to;

	if (end == s->words[3].text || strncmp(end, "..", 2) != 0 ||
		!isdigit((unsigned char)end[2]))
		return statement_error(s, &s->words[3], d,
			"from which number to which? choose port from 8000..8999");
	to = strtoul(end + 2, &end, 10);
	if (*end || from > to || to > NUMBER_MOST)
		return statement_error(s, &s->words[3], d, "numbers go up, from 0 to %u at most",
			NUMBER_MOST);
	text_printf(value, "%lu", from + (unsigned long)(random_next(random) % (to - from + 1)));
	return 0;
}

static int draw(struct exercise *e, const struct statement *s, uint64_t *random, struct diag *d)
{
	struct text value = TEXT_EMPTY;
	const char *name = s->word_count > 1 ? s->words[1].text : "";
	int r = 0;

	if (!*name || name_len(name, strlen(name)) != strlen(name))
		return statement_error(s, s->word_count > 1 ? &s->words[1] : NULL, d,
			"a choice has a name of small letters: choose port from 8000..8999");
	if (e->choice_count == EXERCISE_CHOICES_MAX)
		return statement_error(s, NULL, d, "at most %d choices", EXERCISE_CHOICES_MAX);
	if (is_word(s, 2, "from") && s->word_count == 4)
		r = draw_number(s, random, &value, d);
	else if (is_word(s, 2, "one") && is_word(s, 3, "of") && s->word_count > 5)
		text_puts(&value, s->words[4 + random_next(random) % (s->word_count - 4)].text);
	else
		r = statement_error(s, NULL, d,
			"write: choose NAME from 8000..8999, or: choose NAME one of WORD WORD ...");
	if (r == 0)
		e->choices[e->choice_count++] =
			(struct choice){ .name = text_copy(name), .value = text_take(&value) };
	text_done(&value);
	return r;
}

static int draw_all(struct exercise *e, const char *text, size_t len, struct diag *d)
{
	uint64_t random = e->seed;
	const char *line;
	size_t line_len;
	uint32_t number = 0;
	int r = 0;

	while (r == 0 && (line = next_line(&text, &len, &line_len))) {
		struct statement_list list = { 0 };

		number++;
		if (!begins_with_verb(line, line_len, "choose"))
			continue;
		r = statement_parse(line, line_len, e->file, number, &list, d);
		if (r == 0)
			r = draw(e, list.statements, &random, d);
		statement_list_done(&list);
	}
	return r;
}

/* Append a line with its $NAMEs put in. false: *ret_name (its end at ret_len) is none of them. */
static bool put_in(const struct exercise *e, const char *line, size_t len, struct text *out,
	const char **ret_name, size_t *ret_len)
{
	while (len) {
		const char *dollar = memchr(line, '$', len);
		size_t before = dollar ? (size_t)(dollar - line) : len, name, i = 0;

		text_add(out, line, before);
		if (!dollar)
			return true;
		line += before + 1;
		len -= before + 1;
		name = name_len(line, len);
		while (i < e->choice_count &&
			(strlen(e->choices[i].name) != name ||
				memcmp(e->choices[i].name, line, name) != 0))
			i++;
		if (i == e->choice_count) {
			*ret_name = line;
			*ret_len = name;
			return false;
		}
		text_puts(out, e->choices[i].value);
		line += name;
		len -= name;
	}
	return true;
}

int exercise_put_in(const struct exercise *e, const char *text, size_t len, struct text *out,
	struct diag *d)
{
	const char *line, *name;
	size_t line_len, name_size;
	uint32_t number = 0;

	while ((line = next_line(&text, &len, &line_len))) {
		number++;
		if (!put_in(e, line, line_len, out, &name, &name_size)) {
			diag_set(d, EINVAL, "nothing chooses $%.*s: choose NAME from 1..9",
				(int)name_size, name);
			diag_at(d, e->file, number, 1);
			return -EINVAL;
		}
		text_puts(out, "\n");
	}
	return 0;
}

/* ---- its statements ---- */

static int take_goal(struct exercise *e, const struct statement *s, struct diag *d)
{
	struct goal goal = { .statement = s };
	size_t i = 2;

	if (s->word_count < 2 || s->words[1].kind != TOKEN_STRING || !s->words[1].len)
		return statement_error(s, NULL, d,
			"a goal is told in words: goal \"c is in CLOSE-WAIT\" { expect c CLOSE-WAIT }");
	if (is_word(s, i, "in") && is_word(s, i + 1, "order")) {
		goal.in_order = true;
		i += 2;
	}
	if (is_word(s, i, "at") && is_word(s, i + 1, "the") && is_word(s, i + 2, "end")) {
		goal.at_end = true;
		i += 3;
	}
	if (i < s->word_count)
		return statement_error(s, &s->words[i], d,
			"write: goal \"WORDS\" [in order] [at the end] { ... }");
	if (!s->block.count)
		return statement_error(s, NULL, d, "a goal needs an expectation");
	if (e->goal_count == EXERCISE_GOALS_MAX)
		return statement_error(s, NULL, d, "at most %d goals", EXERCISE_GOALS_MAX);
	for (size_t n = 0; n < s->block.count; n++) {
		const struct statement *part = &s->block.statements[n];

		if (is_word(part, 0, "expect") && !is_word(part, 1, "never"))
			continue;
		if (!is_word(part, 0, "answer") || part->word_count != 2)
			return statement_error(part, NULL, d,
				"a goal holds `expect ...` (without never) and `answer WORD`, nothing "
				"else");
	}
	e->goals[e->goal_count++] = goal;
	return 0;
}

static int take_hint(struct exercise *e, const struct statement *s, struct diag *d)
{
	struct hint hint = { 0 };
	uint64_t cost = 0;
	int r = 0;

	if (s->word_count < 2 || s->words[1].kind != TOKEN_STRING)
		return statement_error(s, NULL, d, "write: hint \"WORDS\" costs 10");
	hint.words = s->words[1].text;
	if (s->word_count == 4 && is_word(s, 2, "costs"))
		r = name_number(s, &s->words[3], 0, EXERCISE_SCORE_MAX, &cost, d);
	else if (s->word_count > 2)
		r = statement_error(s, &s->words[2], d, "write: hint \"WORDS\" costs 10");
	if (r == 0 && e->hint_count == EXERCISE_HINTS_MAX)
		r = statement_error(s, NULL, d, "at most %d hints", EXERCISE_HINTS_MAX);
	hint.cost = (unsigned)cost;
	if (r == 0)
		e->hints[e->hint_count++] = hint;
	return r;
}

static int take_limit(struct exercise *e, const struct statement *s, struct diag *d)
{
	uint64_t most = 0;
	int r;

	if (is_word(s, 1, "without") && s->word_count > 2)
		return 0; /* exercise_forbids() reads it */
	if (s->word_count != 3 || (!is_word(s, 1, "commands") && !is_word(s, 1, "answers")))
		return statement_error(s, NULL, d,
			"write: limit commands 8, limit answers 1, or limit without COMMAND ...");
	r = name_number(s, &s->words[2], 1, NUMBER_MOST, &most, d);
	if (r == 0 && is_word(s, 1, "commands"))
		e->commands_most = (unsigned)most;
	else if (r == 0)
		e->answers_most = (unsigned)most;
	return r;
}

static int take_statements(struct exercise *e, struct diag *d)
{
	size_t givens = 0;
	int r = 0;

	for (size_t i = 0; i < e->list.count && r == 0; i++) {
		const struct statement *s = &e->list.statements[i];

		if (is_word(s, 0, "goal"))
			r = take_goal(e, s, d);
		else if (is_word(s, 0, "hint"))
			r = take_hint(e, s, d);
		else if (is_word(s, 0, "limit"))
			r = take_limit(e, s, d);
		else if (is_word(s, 0, "given") && givens++)
			r = statement_error(s, NULL, d, "one `given` is enough");
		else if (!is_word(s, 0, "given") && !is_word(s, 0, "choose"))
			r = statement_error(s, NULL, d,
				"at the top of an exercise stand choose, given, goal, limit and hint; "
				"what is to be done first goes into given { ... }");
	}
	return r;
}

static void draw_seed(struct exercise *e)
{
	struct text both = TEXT_EMPTY;

	text_printf(&both, "%s\n%s", e->digest, e->student);
	e->seed = digest_number(text_get(&both), both.len);
	text_done(&both);
}

int exercise_read(const char *file, const char *text, size_t len, const char *student,
	struct exercise **ret_exercise, struct diag *d)
{
	struct exercise *e = memory_new(sizeof(*e));
	struct text name = TEXT_EMPTY, own = TEXT_EMPTY, opening = TEXT_EMPTY;
	int r;

	recipe_short_name(file, &name);
	e->file = text_copy(file);
	e->name = text_take(&name);
	e->student = text_copy(student);
	digest_text(text, len, e->digest);
	draw_seed(e);
	r = draw_all(e, text, len, d);
	if (r == 0)
		r = exercise_put_in(e, text, len, &own, d);
	if (r == 0) {
		recipe_opening(text_get(&own), own.len, &opening);
		e->opening = text_take(&opening);
		r = statement_parse_all(text_get(&own), own.len, file, 1, &e->list, d);
	}
	if (r == 0)
		r = take_statements(e, d);
	text_done(&own);
	if (r < 0)
		exercise_free(e);
	else
		*ret_exercise = e;
	return r;
}

void exercise_free(struct exercise *e)
{
	if (!e)
		return;
	free(e->file);
	free(e->name);
	free(e->student);
	free(e->opening);
	while (e->choice_count--) {
		free(e->choices[e->choice_count].name);
		free(e->choices[e->choice_count].value);
	}
	statement_list_done(&e->list);
	free(e);
}

void exercise_take_given(struct exercise *e, struct statement_list *ret_list)
{
	*ret_list = (struct statement_list){ 0 };
	for (size_t i = 0; i < e->list.count; i++) {
		struct statement *s = &e->list.statements[i];

		if (!is_word(s, 0, "given"))
			continue;
		*ret_list = s->block;
		s->block = (struct statement_list){ 0 };
	}
}

/* ---- answers ---- */

/* The `choose NAME one of ...` by which this has been chosen; NULL. */
static const struct statement *choice_of(const struct exercise *e, const char *value)
{
	for (size_t i = 0, drawn = 0; i < e->list.count; i++) {
		const struct statement *s = &e->list.statements[i];

		if (!is_word(s, 0, "choose"))
			continue;
		if (is_word(s, 2, "one") && strcmp(e->choices[drawn].value, value) == 0)
			return s;
		drawn++; /* in the order of their lines */
	}
	return NULL;
}

/* "ann, ben or cat" appended to `legal`. true when `word` is one of them. */
static bool is_among(const struct statement *choose, const char *word, struct text *legal)
{
	bool among = false;

	for (size_t i = 4; i < choose->word_count; i++) {
		const struct token *t = &choose->words[i];

		among |= strcasecmp(t->text, word) == 0;
		text_puts(legal, !legal->len ? "" : i + 1 == choose->word_count ? " or " : ", ");
		text_printable(legal, t->text, t->len);
	}
	return among;
}

static const struct statement *hint_at(const struct exercise *e, uint32_t line)
{
	for (size_t i = 0; i < e->list.count; i++) {
		const struct statement *s = &e->list.statements[i];

		if (s->line == line && is_word(s, 0, "hint"))
			return s;
	}
	return NULL;
}

int exercise_show(const struct exercise *e, const char *text, size_t len, struct text *out,
	struct diag *d)
{
	struct text own = TEXT_EMPTY;
	int r = exercise_put_in(e, text, len, &own, d);
	const char *line, *at = text_get(&own);
	size_t left = own.len, line_len;
	uint32_t number = 0;

	while (r == 0 && (line = next_line(&at, &left, &line_len))) {
		const struct statement *hint = hint_at(e, ++number);

		if (hint) {
			text_puts(out, "hint \"...\"");
			for (size_t i = 2; i < hint->word_count; i++)
				text_printf(out, " %s", hint->words[i].text);
		} else {
			text_add(out, line, line_len);
		}
		text_puts(out, "\n");
	}
	text_done(&own);
	return r;
}

int exercise_check_answer(const struct exercise *e, const char *word, struct diag *d)
{
	struct text legal = TEXT_EMPTY;
	bool asked = false, may = false;
	int r = 0;

	for (size_t g = 0; g < e->goal_count && !may; g++) {
		const struct statement_list *block = &e->goals[g].statement->block;

		for (size_t i = 0; i < block->count && !may; i++) {
			const struct statement *s = &block->statements[i], *choose;

			if (!is_word(s, 0, "answer"))
				continue;
			asked = true;
			choose = choice_of(e, s->words[1].text);
			may = !choose || is_among(choose, word, &legal);
		}
	}
	if (!asked)
		r = diag_set(d, EINVAL,
			"this exercise asks for no answer; `goal` tells what it wants");
	else if (!may)
		r = diag_set(d, EINVAL, "'%.40s' cannot be the answer, and costs nothing: it is %s",
			word, text_get(&legal));
	text_done(&legal);
	return r;
}

const char *exercise_answer_at(const struct exercise *e, size_t index)
{
	for (size_t g = 0; g < e->goal_count; g++) {
		const struct statement_list *block = &e->goals[g].statement->block;

		for (size_t i = 0; i < block->count; i++) {
			const struct statement *s = &block->statements[i],
					       *choose = is_word(s, 0, "answer")
				? choice_of(e, s->words[1].text)
				: NULL;
			size_t words = choose ? choose->word_count - 4 : 0;

			if (index < words)
				return choose->words[4 + index].text;
			index -= words;
		}
	}
	return NULL;
}

/* limit without COMMAND ... */
static bool forbids_something(const struct statement *s)
{
	return is_word(s, 0, "limit") && is_word(s, 1, "without");
}

bool exercise_forbids(const struct exercise *e, const char *verb)
{
	for (size_t i = 0; i < e->list.count; i++) {
		const struct statement *s = &e->list.statements[i];

		for (size_t w = 2; forbids_something(s) && w < s->word_count; w++) {
			if (is_word(s, w, verb))
				return true;
		}
	}
	return false;
}

void exercise_format_limits(const struct exercise *e, struct text *out)
{
	const char *gap = "";
	size_t forbidden = 0;

	if (e->commands_most) {
		text_printf(out, "%u command%s", e->commands_most,
			e->commands_most == 1 ? "" : "s");
		gap = ", ";
	}
	if (e->answers_most) {
		text_printf(out, "%s%u answer%s", gap, e->answers_most,
			e->answers_most == 1 ? "" : "s");
		gap = ", ";
	}
	for (size_t i = 0; i < e->list.count; i++) {
		const struct statement *s = &e->list.statements[i];

		for (size_t w = 2; forbids_something(s) && w < s->word_count; w++) {
			text_printf(out, "%s%s%s", gap, forbidden++ ? "" : "without ",
				s->words[w].text);
			gap = ", ";
		}
	}
}
