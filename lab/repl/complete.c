/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signature such as "NAME [tcp|udp] [in PROC]" is read into items, one per word, and walked over the
 * words typed so far as a small non-deterministic automaton: the set of items the next word may be. An
 * item with capitals takes any word, another only itself, and what is in brackets can be
 * stepped over. Where the walk ends, every item of the set offers its words. A " | " with blanks around
 * it parts two signatures; each is walked by itself. */
#include "repl/complete.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/diag.h"
#include "base/sysname.h"
#include "base/tcp_state.h"
#include "base/text.h"
#include "command/forging.h"
#include "command/option.h"
#include "command/topic.h"
#include "command/transfer.h"
#include "journal/event.h"
#include "language/cmd.h"
#include "language/lexer.h"
#include "language/recipe.h"
#include "observe/sockdiag.h"
#include "observe/tracker.h"
#include "wire/match.h"
#include "world/host.h"
#include "world/process.h"
#include "world/world.h"

#define ITEMS_MAX 32 /* a set of them is a uint32_t */
#define ERRNO_MOST 133 /* EHWPOISON, the last one of include/uapi/asm-generic/errno.h */
#define SIGNAL_MOST 31 /* the last one with a name of its own, signal(7) */

struct request {
	const struct world *world;
	const struct cmd_table *table;
	const char *begun; /* what the word begins with: `begun_len` bytes */
	size_t begun_len;
	const struct token *words; /* of the statement before the word; [0] is the verb */
	size_t word_count;
	struct word_list list;
};

static void offer(struct request *r, const char *prefix, const char *word, const char *suffix)
{
	struct text t = TEXT_EMPTY;

	text_printf(&t, "%s%s%s", prefix, word, suffix);
	if (strncmp(text_get(&t), r->begun, r->begun_len) == 0) {
		r->list.words =
			memory_grow(r->list.words, (r->list.count + 1) * sizeof(*r->list.words));
		r->list.words[r->list.count++] = text_take(&t);
	}
	text_done(&t);
}

/* ---- the words of each class ---- */

static void offer_verbs(struct request *r)
{
	for (size_t i = 0; r->table->defs[i]; i++)
		offer(r, "", r->table->defs[i]->name, "");
}

static void offer_sockets(struct request *r, const char *prefix)
{
	const struct endpoint *e;

	for (size_t i = 0; (e = world_socket_at(r->world, i)); i++)
		if (e->name)
			offer(r, prefix, e->name, "");
}

static void offer_processes(struct request *r)
{
	const struct process *p;

	for (size_t i = 0; (p = world_process_at(r->world, i)); i++)
		if (!p->ended)
			offer(r, "", p->name, "");
}

static void offer_hosts(struct request *r, const char *suffix)
{
	const struct host *h;

	for (size_t i = 0; (h = world_host_at(r->world, i)); i++)
		offer(r, "", h->name, suffix);
}

static void offer_addresses(struct request *r)
{
	offer_sockets(r, "@");
	offer_hosts(r, ":");
}

static void offer_states(struct request *r)
{
	for (enum tcp_state s = STATE_ESTABLISHED; s < STATE_NEW_SYN_RECV; s++)
		offer(r, "", tcp_state_name(s), "");
}

static void offer_signals(struct request *r)
{
	for (int s = 1; s <= SIGNAL_MOST; s++)
		offer(r, "", signal_name(s), "");
}

static void offer_outcomes(struct request *r)
{
	offer(r, "", "blocked", "");
	offer(r, "", "killed", "");
	for (int e = 1; e <= ERRNO_MOST; e++)
		if (!strchr(errno_name(e), '?'))
			offer(r, "", errno_name(e), "");
}

static bool last_word_is(const struct request *r, const char *word)
{
	return strcmp(r->words[r->word_count - 1].text, word) == 0;
}

static void offer_match(struct request *r)
{
	if (last_word_is(r, "port"))
		return;
	if (last_word_is(r, "from") || last_word_is(r, "to")) {
		offer_sockets(r, "");
		offer_hosts(r, "");
		return;
	}
	for (size_t i = 0; match_words[i]; i++)
		offer(r, "", match_words[i], "");
	offer(r, "", "from", "");
	offer(r, "", "to", "");
	offer(r, "", "port", "");
	offer(r, "", "where", "");
}

static void offer_packets(struct request *r)
{
	const char *word;

	if (last_word_is(r, "icmp")) {
		for (size_t i = 0; (word = forging_icmp_kind(i)); i++)
			offer(r, "", word, "");
		return;
	}
	for (size_t i = 0; (word = forging_flag(i)); i++)
		offer(r, "", word, "");
	offer(r, "", "udp", "");
	offer(r, "", "icmp", "");
}

static void offer_details(struct request *r)
{
	const char *word;

	if (last_word_is(r, "icmp")) {
		offer_packets(r);
		return;
	}
	if (last_word_is(r, "from") || last_word_is(r, "to") || last_word_is(r, "about")) {
		offer_sockets(r, "");
		offer_hosts(r, ":");
		return;
	}
	for (size_t i = 0; (word = forging_detail(i)); i++)
		offer(r, "", word, "");
}

static void offer_names(struct request *r)
{
	offer_sockets(r, "");
	offer_processes(r);
	offer_hosts(r, "");
}

static void offer_fates(struct request *r)
{
	static const char *const fates[] = { "running", "blocked", "exited", "killed" };

	for (size_t i = 0; i < sizeof(fates) / sizeof(*fates); i++)
		offer(r, "", fates[i], "");
}

static void offer_options(struct request *r)
{
	const struct sockopt *o;

	for (size_t i = 0; (o = sockopt_at(i)); i++)
		offer(r, "", o->name, "");
}

static void offer_topics(struct request *r)
{
	const struct errno_topic *e;
	const struct word_topic *w;

	offer_states(r);
	for (size_t i = 0; (e = topic_errno_at(i)); i++)
		offer(r, "", e->name, "");
	for (size_t i = 0; (w = topic_word_at(i)); i++)
		offer(r, "", w->name, "");
	offer(r, "", "options", "");
	offer(r, "", "topics", "");
}

/* What the option named before may be set to, where it has names. */
static void offer_values(struct request *r)
{
	const struct sockopt *o = sockopt_find(r->words[r->word_count - 1].text);

	if (o && o->type == SOCKOPT_FLAG) {
		offer(r, "", "on", "");
		offer(r, "", "off", "");
	}
	for (size_t i = 0; o && o->names && o->names[i].name; i++)
		offer(r, "", o->names[i].name, "");
}

static void offer_flags(struct request *r)
{
	for (size_t i = 0; transfer_flags[i]; i++)
		offer(r, "", transfer_flags[i], "");
}

static void offer_kinds(struct request *r)
{
	for (int kind = 0; kind < EVENT_COUNT; kind++)
		offer(r, "", event_kind_name((enum event_kind)kind), "");
}

static void offer_timers(struct request *r)
{
	for (enum sock_timer t = SOCK_TIMER_NONE; t < SOCK_TIMER_COUNT; t++)
		if (sock_timer_name(t)[0])
			offer(r, "", sock_timer_name(t), "");
}

static void offer_socket_names(struct request *r)
{
	offer_sockets(r, "");
}

static void offer_host_names(struct request *r)
{
	offer_hosts(r, "");
}

static void offer_recipes(struct request *r)
{
	struct recipe_list list = { 0 };
	struct diag d = { 0 };

	if (recipe_find("recipes", &list, &d) < 0)
		return;
	for (size_t i = 0; i < list.count; i++) {
		struct text name = TEXT_EMPTY;

		recipe_short_name(list.paths[i], &name);
		offer(r, "", text_get(&name), "");
		text_done(&name);
	}
	recipe_list_done(&list);
}

static void offer_by_def(struct request *r, const struct cmd_def *def);

/* What `expect` takes at this place. */
static void offer_expectation(struct request *r)
{
	const struct cmd_def *def = cmd_find(r->table, "expect");

	if (def)
		offer_by_def(r, def);
}

/* The words in capitals that signatures use. */
static const struct {
	const char *name;
	void (*offer)(struct request *r); /* NULL = only the user can know it */
} classes[] = {
	{ "SOCK", offer_socket_names },
	{ "PROC", offer_processes },
	{ "HOST", offer_host_names },
	{ "ADDR:PORT", offer_addresses },
	{ "MATCH", offer_match },
	{ "STATE", offer_states },
	{ "FATE", offer_fates },
	{ "SIGNAL", offer_signals },
	{ "COMMAND", offer_verbs },
	{ "OPTION", offer_options },
	{ "TOPIC", offer_topics },
	{ "VALUE", offer_values },
	{ "FLAG", offer_flags },
	{ "KIND", offer_timers },
	{ "EVENT", offer_kinds },
	{ "PACKET", offer_packets },
	{ "DETAIL", offer_details },
	{ "EXPECTATION", offer_expectation },
	{ "RECIPE", offer_recipes },
	{ "NAME", NULL },
	{ "ADDR", NULL },
	{ "ID", NULL },
	{ "N", NULL },
	{ "xN", NULL },
	{ "T", NULL },
	{ "+-P%", NULL },
	{ "BACKLOG", NULL },
	{ "CODE", NULL },
	{ "EVENTS", NULL },
	{ "FILE", NULL },
	{ "FROM-TO", NULL },
	{ "KEY", NULL },
	{ "MARK", NULL },
	{ "SIZE", NULL },
	{ "TIMEOUT", NULL },
	{ "#SEG", NULL },
	{ "\"TEXT\"", NULL },
	{ "\"DATA\"", NULL },
};

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

static bool item_takes(const struct item *item, const struct token *word)
{
	const char *end = item->text + item->len, *next;
	size_t len;

	for (const char *at = item->text; at < end; at = next) {
		next = next_alternative(at, end, &len);
		if (has_capital(at, len))
			return true;
		if (len == word->len && memcmp(at, word->text, len) == 0)
			return true;
	}
	return false;
}

static void offer_alternative(struct request *r, const struct item *item, const char *alternative,
	size_t len)
{
	char word[64];

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (strlen(classes[i].name) != len ||
			memcmp(classes[i].name, alternative, len) != 0)
			continue;
		if (classes[i].offer)
			classes[i].offer(r);
		return;
	}
	if (has_capital(alternative, len) && len == item->len) {
		offer_names(r); /* a class not known here */
		return;
	}
	snprintf(word, sizeof(word), "%.*s", (int)len, alternative);
	offer(r, "", word, "");
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
			if ((places & place(i)) && item_takes(&s->items[i], &r->words[w]))
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
		offer_names(r);
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
		offer_verbs(r);
	else if (arrow && last_word_is(r, "killed"))
		offer_signals(r);
	else if (arrow)
		offer_outcomes(r);
	else
		offer_arguments(r);
}

void complete_line(const struct world *w, const struct cmd_table *table, const char *line,
	size_t start, size_t end, struct word_list *ret_list)
{
	struct request r = { .world = w,
		.table = table,
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
