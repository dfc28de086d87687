/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/classes.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

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
#include "language/exercise.h"
#include "language/lexer.h"
#include "language/recipe.h"
#include "observe/sock_field.h"
#include "observe/sockdiag.h"
#include "observe/tracker.h"
#include "repl/on_disk.h"
#include "wire/match.h"
#include "world/host.h"
#include "world/process.h"
#include "world/world.h"

#define ERRNO_MOST 133 /* EHWPOISON, the last one of include/uapi/asm-generic/errno.h */
#define SIGNAL_MOST 31 /* the last one with a name of its own, signal(7) */

void request_offer(struct request *r, const char *prefix, const char *word, const char *suffix)
{
	struct text t = TEXT_EMPTY;

	text_printf(&t, "%s%s%s", prefix, word, suffix);
	if ((r->any_case ? strncasecmp : strncmp)(text_get(&t), r->begun, r->begun_len) == 0) {
		r->list.words =
			memory_grow(r->list.words, (r->list.count + 1) * sizeof(*r->list.words));
		r->list.words[r->list.count++] = text_take(&t);
	}
	text_done(&t);
}

void class_offer_verbs(struct request *r)
{
	for (size_t i = 0; r->table->defs[i]; i++)
		request_offer(r, "", r->table->defs[i]->name, "");
}

static void offer_sockets(struct request *r, const char *prefix)
{
	const struct endpoint *e;

	for (size_t i = 0; (e = world_socket_at(r->world, i)); i++)
		if (e->name)
			request_offer(r, prefix, e->name, "");
}

static void offer_processes(struct request *r)
{
	const struct process *p;

	for (size_t i = 0; (p = world_process_at(r->world, i)); i++)
		if (!p->ended)
			request_offer(r, "", p->name, "");
}

static void offer_hosts(struct request *r, const char *suffix)
{
	const struct host *h;

	for (size_t i = 0; (h = world_host_at(r->world, i)); i++)
		request_offer(r, "", h->name, suffix);
}

static void offer_addresses(struct request *r)
{
	offer_sockets(r, "@");
	offer_hosts(r, ":");
}

static void offer_states(struct request *r)
{
	for (enum tcp_state s = STATE_ESTABLISHED; s < STATE_NEW_SYN_RECV; s++)
		request_offer(r, "", tcp_state_name(s), "");
}

void class_offer_signals(struct request *r)
{
	for (int s = 1; s <= SIGNAL_MOST; s++)
		request_offer(r, "", signal_name(s), "");
}

void class_offer_outcomes(struct request *r)
{
	request_offer(r, "", "blocked", "");
	request_offer(r, "", "killed", "");
	for (int e = 1; e <= ERRNO_MOST; e++)
		if (!strchr(errno_name(e), '?'))
			request_offer(r, "", errno_name(e), "");
}

bool request_last_word_is(const struct request *r, const char *word)
{
	return strcmp(r->words[r->word_count - 1].text, word) == 0;
}

static void offer_match(struct request *r)
{
	if (request_last_word_is(r, "port"))
		return;
	if (request_last_word_is(r, "from") || request_last_word_is(r, "to")) {
		offer_sockets(r, "");
		offer_hosts(r, "");
		return;
	}
	for (size_t i = 0; match_words[i]; i++)
		request_offer(r, "", match_words[i], "");
	request_offer(r, "", "from", "");
	request_offer(r, "", "to", "");
	request_offer(r, "", "port", "");
	request_offer(r, "", "where", "");
}

static void offer_packets(struct request *r)
{
	const char *word;

	if (request_last_word_is(r, "icmp")) {
		for (size_t i = 0; (word = forging_icmp_kind(i)); i++)
			request_offer(r, "", word, "");
		return;
	}
	for (size_t i = 0; (word = forging_flag(i)); i++)
		request_offer(r, "", word, "");
	request_offer(r, "", "udp", "");
	request_offer(r, "", "icmp", "");
}

static void offer_details(struct request *r)
{
	const char *word;

	if (request_last_word_is(r, "icmp")) {
		offer_packets(r);
		return;
	}
	if (request_last_word_is(r, "from") || request_last_word_is(r, "to") ||
		request_last_word_is(r, "about")) {
		offer_sockets(r, "");
		offer_hosts(r, ":");
		return;
	}
	for (size_t i = 0; (word = forging_detail(i)); i++)
		request_offer(r, "", word, "");
}

void class_offer_names(struct request *r)
{
	offer_sockets(r, "");
	offer_processes(r);
	offer_hosts(r, "");
}

static void offer_fates(struct request *r)
{
	static const char *const fates[] = { "running", "blocked", "exited", "killed" };

	for (size_t i = 0; i < sizeof(fates) / sizeof(*fates); i++)
		request_offer(r, "", fates[i], "");
}

static void offer_options(struct request *r)
{
	const struct sockopt *o;

	for (size_t i = 0; (o = sockopt_at(i)); i++)
		request_offer(r, "", o->name, "");
}

static void offer_fields(struct request *r)
{
	const struct sock_field *f;

	for (size_t i = 0; (f = sock_field_at(i)); i++)
		request_offer(r, "", f->name, "");
}

static void offer_topics(struct request *r)
{
	const struct errno_topic *e;
	const struct word_topic *w;

	offer_states(r);
	for (size_t i = 0; (e = topic_errno_at(i)); i++)
		request_offer(r, "", e->name, "");
	for (size_t i = 0; (w = topic_word_at(i)); i++)
		request_offer(r, "", w->name, "");
	offer_fields(r);
	request_offer(r, "", "all", "");
	request_offer(r, "", "options", "");
	request_offer(r, "", "topics", "");
}

/* What the option named before may be set to, or the field be expected to be, where it has names. */
static void offer_values(struct request *r)
{
	const struct sockopt *o = sockopt_find(r->words[r->word_count - 1].text);
	const struct sock_field *f = sock_field_find(r->words[r->word_count - 1].text);

	for (const char *const *name = f ? f->names : NULL; name && *name; name++)
		if (!strchr(*name, ' '))
			request_offer(r, "", *name, "");
	if (f && (f->none || f->kind == FIELD_FLAGS))
		request_offer(r, "", "none", "");

	if (o && o->type == SOCKOPT_FLAG) {
		request_offer(r, "", "on", "");
		request_offer(r, "", "off", "");
	}
	for (size_t i = 0; o && o->names && o->names[i].name; i++)
		request_offer(r, "", o->names[i].name, "");
}

static void offer_flags(struct request *r)
{
	for (size_t i = 0; transfer_flags[i]; i++)
		request_offer(r, "", transfer_flags[i], "");
}

static void offer_kinds(struct request *r)
{
	for (int kind = 0; kind < EVENT_COUNT; kind++)
		request_offer(r, "", event_kind_name((enum event_kind)kind), "");
}

static void offer_timers(struct request *r)
{
	for (enum sock_timer t = SOCK_TIMER_NONE; t < SOCK_TIMER_COUNT; t++)
		if (sock_timer_name(t)[0])
			request_offer(r, "", sock_timer_name(t), "");
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
		request_offer(r, "", text_get(&name), "");
		text_done(&name);
	}
	recipe_list_done(&list);
}

/* What an exercise asks for may be one of a few. */
static void offer_words(struct request *r)
{
	const char *word;

	if (!r->exercise || strcmp(r->words[0].text, "answer") != 0)
		return;
	for (size_t i = 0; (word = exercise_answer_at(r->exercise, i)); i++)
		request_offer(r, "", word, "");
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
	{ "SIGNAL", class_offer_signals },
	{ "COMMAND", class_offer_verbs },
	{ "OPTION", offer_options },
	{ "TOPIC", offer_topics },
	{ "VALUE", offer_values },
	{ "FLAG", offer_flags },
	{ "FIELD", offer_fields },
	{ "KIND", offer_timers },
	{ "EVENT", offer_kinds },
	{ "PACKET", offer_packets },
	{ "DETAIL", offer_details },
	{ "RECIPE", offer_recipes },
	{ "PROGRAM", on_disk_offer_programs },
	{ "ARG", on_disk_offer_files },
	{ "KEY", on_disk_offer_sysctls },
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
	{ "FROM..TO", NULL },
	{ "MARK", NULL },
	{ "SIZE", NULL },
	{ "TIMEOUT", NULL },
	{ "#SEG", NULL },
	{ "WORD", offer_words },
	{ "\"TEXT\"", NULL },
	{ "\"DATA\"", NULL },
};

bool class_offer(struct request *r, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0)
			continue;
		if (classes[i].offer)
			classes[i].offer(r);
		return true;
	}
	return false;
}

bool class_takes(const struct world *w, const char *name, size_t len, const char *word)
{
	const struct {
		const char *name;
		bool is;
	} kinds[] = {
		{ "SOCK", w && world_socket(w, word) },
		{ "PROC", w && world_process(w, word) },
		{ "HOST", w && world_host(w, word) },
	};
	bool is_kind = false, known = false;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		known |= kinds[i].is;
		if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, name, len) == 0) {
			if (kinds[i].is)
				return true;
			is_kind = true;
		}
	}
	return !is_kind || !known;
}
