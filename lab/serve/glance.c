/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/glance.h"

#include <inttypes.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/journal.h"
#include "observe/tracker.h"
#include "view/label.h"
#include "watch/now.h"
#include "watch/reading.h"
#include "wire/wire.h"
#include "world/world.h"

#define DUE_NS (20 * NS_PER_MS)

static void put_words(json_t *object, const char *key, const char *words)
{
	struct text safe = TEXT_EMPTY;

	text_printable(&safe, words, strlen(words));
	LAB_ASSERT(json_object_set_new(object, key, json_string(text_get(&safe))) == 0);
	text_done(&safe);
}

static void put_number(json_t *object, const char *key, uint64_t number)
{
	json_object_set_new(object, key, json_integer((json_int_t)number));
}

static bool is_tcp(const struct endpoint *e)
{
	return e->protocol == IPPROTO_TCP;
}

static bool is_shown(const struct endpoint *e)
{
	return e->fd >= 0 || (e->state != STATE_CLOSED && e->state != STATE_NONE);
}

static void add_socket(const struct world *w, const struct readings *readings,
	const struct endpoint *e, struct text *out)
{
	struct socket_now now = readings_now(readings, w, e);

	/* the kernel tells a timer in ms from now, so that it differs a little each time it is asked */
	now.due_ns = (now.due_ns + DUE_NS / 2) / DUE_NS * DUE_NS;
	now.read_ns = 0;
	if (e->state == STATE_CLOSED)
		now.timer = NULL;
	text_puts(out, out->s[out->len - 1] == '[' ? "" : ",");
	now_format(&now, 0, out);
	out->len--; /* its newline */
}

/* The one that changed last first. */
static int by_change(const void *a, const void *b)
{
	const struct endpoint *x = *(const struct endpoint *const *)a,
			      *y = *(const struct endpoint *const *)b;

	return x->changed < y->changed ? 1 : x->changed > y->changed ? -1 : 0;
}

static int by_age(const void *a, const void *b)
{
	const struct endpoint *x = *(const struct endpoint *const *)a,
			      *y = *(const struct endpoint *const *)b;

	return x->id > y->id ? 1 : -1;
}

/* "960 more: 950 ESTABLISHED, 10 TIME-WAIT" */
static void put_more(json_t *object, struct endpoint *const *sockets, size_t count)
{
	size_t states[STATE_COUNT] = { 0 }, others = 0;
	struct text words = TEXT_EMPTY;
	const char *separator = ":";

	for (size_t i = 0; i < count; i++)
		++*(is_tcp(sockets[i]) ? &states[sockets[i]->state] : &others);
	text_printf(&words, "%zu more", count);
	for (int s = 0; s < STATE_COUNT; s++) {
		if (!states[s])
			continue;
		text_printf(&words, "%s %zu %s", separator, states[s],
			tcp_state_name((enum tcp_state)s));
		separator = ",";
	}
	if (others)
		text_printf(&words, "%s %zu UDP", separator, others);
	put_words(object, "more", text_get(&words));
	text_done(&words);
}

static void add_sockets(struct world *w, const struct readings *readings, json_t *object,
	struct text *out)
{
	struct endpoint **sockets = NULL, *e;
	size_t count = 0, shown;

	for (size_t i = 0; (e = world_socket_at(w, i)); i++) {
		if (!is_shown(e))
			continue;
		if (!(count & (count - 1))) /* a power of two: it is full */
			sockets = memory_grow(sockets,
				(count ? 2 * count : 1) * sizeof(struct endpoint *));
		sockets[count++] = e;
	}
	shown = count < GLANCE_SOCKETS ? count : GLANCE_SOCKETS;
	if (shown < count) {
		qsort(sockets, count, sizeof(struct endpoint *), by_change);
		put_more(object, sockets + shown, count - shown);
		qsort(sockets, shown, sizeof(struct endpoint *), by_age);
	}
	for (size_t i = 0; i < shown; i++)
		add_socket(w, readings, sockets[i], out);
	free(sockets);
}

static void put_wire(const struct world *w, json_t *object)
{
	const struct wire_packet *p = NULL;
	json_t *list = json_array();

	while ((p = wire_next(world_wire(w), p)) && json_array_size(list) < GLANCE_PACKETS) {
		json_t *packet = json_object();
		struct text what = TEXT_EMPTY;

		label_packet(&p->segment, &what);
		put_number(packet, "number", p->number);
		put_words(packet, "what", text_get(&what));
		put_words(packet, "how",
			p->standing == PACKET_HELD		? "held"
				: p->standing == PACKET_DELAYED ? "delayed"
								: "on its way");
		json_array_append_new(list, packet);
		text_done(&what);
	}
	json_object_set_new(object, "wire", list);
}

static void put_blocked(struct world *w, json_t *object)
{
	uint64_t start_ns = journal_start_ns(world_journal(w));
	json_t *list = json_array();
	const struct process *p;

	for (size_t i = 0; (p = world_process_at(w, i)); i++) {
		json_t *call;

		if (!p->in_call || !p->call.blocked || json_array_size(list) == GLANCE_CALLS)
			continue;
		call = json_object();
		put_words(call, "process", p->name);
		put_words(call, "call", p->call.text);
		put_number(call, "since_ns",
			p->call.begin_ns > start_ns ? p->call.begin_ns - start_ns : 0);
		json_array_append_new(list, call);
	}
	json_object_set_new(object, "blocked", list);
}

void glance_format(struct world *w, const struct readings *readings, struct text *out)
{
	json_t *object = json_object();
	char *dumped;

	text_puts(out, "{\"sockets\":[");
	add_sockets(w, readings, object, out);
	put_wire(w, object);
	put_blocked(w, object);
	dumped = json_dumps(object, JSON_COMPACT);
	LAB_ASSERT(dumped);
	text_printf(out, "],%s", dumped + 1); /* the rest of that object */
	free(dumped);
	json_decref(object);
}
