/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signature such as "NAME [tcp|udp] [in PROC]" is read into items, one per word, and walked over the
 * words typed so far as a small non-deterministic automaton: the set of items the next word may be. An
 * item with capitals takes any word (SOCK not what is known as a process), another only itself, and what is in brackets can be
 * stepped over. Where the walk ends, every item of the set offers its words. A " | " with blanks around
 * it parts two signatures; each is walked by itself. */
#include "repl/complete.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/diag.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "language/cmd.h"
#include "language/lexer.h"
#include "repl/classes.h"

#define ITEMS_MAX 32 /* a set of them is a uint32_t */

/* ---- signatures ---- */

struct item {
	const char *text; /* borrowed from the signature: "SOCK", "rd|wr|rdwr", ">" */
	size_t len;
	uint32_t again; /* set of places to go back to when it was taken */
};

/* One of the ways to write a command. */
struct signature {
	struct item items[ITEMS_MAX];
	size_t count;
	uint32_t skips[ITEMS_MAX]; /* items[i] begins brackets: set of places behind them */
};

static uint32_t place(size_t i)
{
	return UINT32_C(1) << i;
}

/* MATCH... and MATCH ... go back to the item itself, STATE > ... to the one before the mark. */
static void add_repetition(struct signature *s)
{
	size_t last = s->count - 1;

	if (s->count == 0)
		return;
	if (last > 0 && ispunct((unsigned char)s->items[last].text[0]))
		s->items[last].again |= place(last - 1);
	else
		s->items[last].again |= place(last);
}

static void add_item(struct signature *s, const char *text, size_t len)
{
	bool repeated = len >= 3 && memcmp(text + len - 3, "...", 3) == 0;

	LAB_ASSERT(text); /* which a sanitized build does not see by itself */
	if (repeated)
		len -= 3;
	if (len) {
		s->items[s->count] = (struct item){ .text = text, .len = len };
		/* Of several words: syn from a port 80. */
		if (memmem(text, len, "MATCH", 5) || memmem(text, len, "EXPECTATION", 11))
			s->items[s->count].again = place(s->count);
		s->count++;
	}
	if (repeated)
		add_repetition(s);
}

/* Read one way to write the command. Returns what is behind the " | " after it, or the end. */
static const char *signature_parse(const char *args, struct signature *s)
{
	size_t opened[ITEMS_MAX], depth = 0;

	*s = (struct signature){ 0 };
	while (*args && s->count < ITEMS_MAX - 1) {
		size_t len = strcspn(args, " []");

		if (len == 1 && *args == '|')
			return args + 1;
		if (*args == '[' && depth < ITEMS_MAX)
			opened[depth++] = s->count;
		else if (*args == ']' && depth > 0)
			s->skips[opened[--depth]] |= place(s->count);
		if (len)
			add_item(s, args, len);
		args += len ? len : 1;
	}
	return args + strlen(args);
}

/* Add the places that can be reached by stepping over brackets. Skips lead forward only. */
static uint32_t with_skips(const struct signature *s, uint32_t places)
{
	for (size_t i = 0; i < s->count; i++)
		if (places & place(i))
			places |= s->skips[i];
	return places;
}

static const char *next_alternative(const char *at, const char *end, size_t *ret_len)
{
	const char *bar = memchr(at, '|', (size_t)(end - at));

	*ret_len = (size_t)((bar ? bar : end) - at);
	return bar ? bar + 1 : end;
}

static bool has_capital(const char *alternative, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (isupper((unsigned char)alternative[i]))
			return true;
	return false;
}

static bool item_takes(const struct world *w, const struct item *item, const struct token *word)
{
	const char *end = item->text + item->len, *next;
	size_t len;

	for (const char *at = item->text; at < end; at = next) {
		next = next_alternative(at, end, &len);
		if (has_capital(at, len) && class_takes(w, at, len, word->text))
			return true;
		if (len == word->len && memcmp(at, word->text, len) == 0)
			return true;
	}
	return false;
}

static void offer_by_def(struct request *r, const struct cmd_def *def);

/* What `expect` takes at this place. */
static void offer_expectation(struct request *r)
{
	const struct cmd_def *def = cmd_find(r->table, "expect");

	if (def)
		offer_by_def(r, def);
}

static void offer_alternative(struct request *r, const struct item *item, const char *alternative,
	size_t len)
{
	char word[64];

	if (len == strlen("EXPECTATION") && memcmp("EXPECTATION", alternative, len) == 0) {
		offer_expectation(r);
		return;
	}
	if (class_offer(r, alternative, len))
		return;
	if (has_capital(alternative, len) && len == item->len) {
		class_offer_names(r); /* a class not known here */
		return;
	}
	snprintf(word, sizeof(word), "%.*s", (int)len, alternative);
	request_offer(r, "", word, "");
}

static void offer_item(struct request *r, const struct item *item)
{
	const char *end = item->text + item->len, *next;
	size_t len;

	for (const char *at = item->text; at < end; at = next) {
		next = next_alternative(at, end, &len);
		offer_alternative(r, item, at, len);
	}
}

/* The places where the next word may stand when the command is written in this way. */
static uint32_t places_at_end(const struct request *r, const struct signature *s)
{
	uint32_t places = with_skips(s, place(0));

	for (size_t w = 1; w < r->word_count; w++) {
		uint32_t next = 0;

		for (size_t i = 0; i < s->count; i++)
			if ((places & place(i)) && item_takes(r->world, &s->items[i], &r->words[w]))
				next |= place(i + 1) | s->items[i].again;
		places = with_skips(s, next);
	}
	return places;
}

static void offer_by_signature(struct request *r, const struct signature *s)
{
	uint32_t places = places_at_end(r, s);

	for (size_t i = 0; i < s->count; i++)
		if (places & place(i))
			offer_item(r, &s->items[i]);
}

static void offer_by_def(struct request *r, const struct cmd_def *def)
{
	struct signature signature;

	for (const char *args = def->args; *args;) {
		args = signature_parse(args, &signature);
		offer_by_signature(r, &signature);
	}
}

static void offer_arguments(struct request *r)
{
	const struct cmd_def *def = cmd_find_begun(r->table, r->words[0].text);

	if (def && def->args)
		offer_by_def(r, def);
	else
		class_offer_names(r);
}

/* ---- the line ---- */

/* Find the statement the tokens end in. Returns the place of its arrow, 0 = it has none. */
static size_t find_statement(struct request *r, const struct token_list *tokens)
{
	size_t first = 0, arrow = 0, end = tokens->count;

	for (size_t i = 0; i < end; i++) {
		enum token_kind kind = tokens->tokens[i].kind;

		if (kind == TOKEN_END || kind == TOKEN_OPEN || kind == TOKEN_CLOSE) {
			first = i + 1;
			arrow = 0;
		} else if (kind == TOKEN_ARROW) {
			arrow = i;
		}
	}
	r->words = tokens->tokens + first;
	r->word_count = end - first;
	return arrow;
}

static void offer_at_end(struct request *r, const struct token_list *tokens)
{
	size_t arrow = find_statement(r, tokens);

	if (r->word_count == 0)
		class_offer_verbs(r);
	else if (arrow && request_last_word_is(r, "killed"))
		class_offer_signals(r);
	else if (arrow)
		class_offer_outcomes(r);
	else
		offer_arguments(r);
}

void complete_line(const struct world *w, const struct cmd_table *table, const struct exercise *e,
	const char *line, size_t start, size_t end, struct word_list *ret_list)
{
	struct request r = { .world = w,
		.table = table,
		.exercise = e,
		.begun = line + start,
		.begun_len = end - start };
	const char *newline = memrchr(line, '\n', start);
	size_t from = newline ? (size_t)(newline + 1 - line) : 0;
	struct token_list tokens;
	struct diag d = { 0 };

	if (lexer_line(line + from, start - from, "", 1, &tokens, &d) == 0) {
		offer_at_end(&r, &tokens);
		token_list_done(&tokens);
	}
	*ret_list = r.list;
}

/* ---- what is still to come ---- */

/* The end of a signature from `at` on; brackets that were entered before it are not shown as closed. */
static void add_rest(const char *at, const char *end, struct text *out)
{
	unsigned depth = 0;

	for (; at < end; at++) {
		if (*at == ']' && depth == 0)
			continue;
		depth += *at == '[';
		depth -= *at == ']';
		text_add(out, at, 1);
	}
}

static void add_rest_of_signature(const struct request *r, const struct signature *s,
	const char *begin, const char *end, struct text *out)
{
	uint32_t places = places_at_end(r, s);
	const char *at;

	for (size_t i = 0; i < s->count; i++) {
		if (!(places & place(i)))
			continue;
		for (at = s->items[i].text; at > begin && at[-1] == '['; at--)
			;
		while (end > at && (end[-1] == ' ' || end[-1] == '|'))
			end--;
		text_puts(out, out->len ? " | " : "");
		add_rest(at, end, out);
		return;
	}
}

void complete_hint(const struct cmd_table *table, const char *line, struct text *out)
{
	struct request r = { .table = table };
	size_t len = strlen(line);
	struct token_list tokens;
	struct diag d = { 0 };
	const struct cmd_def *def = NULL;
	struct signature signature;

	if (len == 0 || line[len - 1] != ' ' || lexer_line(line, len, "", 1, &tokens, &d) < 0)
		return;
	if (find_statement(&r, &tokens) == 0 && r.word_count)
		def = cmd_find_begun(table, r.words[0].text);
	for (const char *args = def && def->args ? def->args : "", *end; *args; args = end) {
		end = signature_parse(args, &signature);
		add_rest_of_signature(&r, &signature, args, end, out);
	}
	token_list_done(&tokens);
}

void word_list_done(struct word_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->words[i]);
	free(list->words);
	*list = (struct word_list){ 0 };
}
