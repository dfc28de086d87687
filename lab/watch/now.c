/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/now.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/hash_table.h"
#include "base/lab_assert.h"
#include "base/text.h"
#include "journal/jsonl.h"

#define ENDPOINTS_MOST 16777216
#define READ_AGAIN_NS (NS_PER_S / 2) /* that it was read again and is the same is told so often */

/* ---- writing ---- */

static json_t *begin(const char *type, uint64_t t_ns)
{
	json_t *object = json_object();

	json_object_set_new(object, "v", json_integer(JSONL_VERSION));
	json_object_set_new(object, "t_ns", json_integer((json_int_t)t_ns));
	json_object_set_new(object, "type", json_string(type));
	return object;
}

static void put_number(json_t *object, const char *key, uint64_t number)
{
	json_object_set_new(object, key, json_integer((json_int_t)number));
}

/* Names come from users and programs: what is no UTF-8 is escaped, as in the journal. */
static void put_string(json_t *object, const char *key, const char *string)
{
	struct text safe = TEXT_EMPTY;

	if (!string)
		return;
	text_printable(&safe, string, strlen(string));
	json_object_set_new(object, key, json_string(text_get(&safe)));
	text_done(&safe);
}

static void put_address(json_t *object, const char *key, const struct address *address)
{
	char buffer[ADDRESS_TEXT_MAX];

	if (address->family)
		put_string(object, key, address_format(address, buffer));
}

static void finish(json_t *object, struct text *out)
{
	char *line = json_dumps(object, JSON_COMPACT);

	LAB_ASSERT(line);
	text_puts(out, line);
	text_puts(out, "\n");
	free(line);
	json_decref(object);
}

void now_format_hello(const struct watch_hello *hello, struct text *out)
{
	json_t *object = begin("watch", 0);

	put_number(object, "pid", (uint64_t)hello->pid);
	put_number(object, "start_ns", hello->start_ns);
	put_string(object, "text", hello->title);
	finish(object, out);
}

void now_format(const struct socket_now *now, uint64_t t_ns, struct text *out)
{
	json_t *object = begin("now", t_ns);

	put_string(object, "subject", now->name);
	put_string(object, "host", now->host);
	put_string(object, "process", now->process);
	put_number(object, "endpoint", now->endpoint);
	if (now->process) {
		put_number(object, "pid", (uint64_t)now->pid);
		put_number(object, "fd", (uint64_t)now->fd);
	}
	put_string(object, "state", now->tcp ? tcp_state_name(now->state) : NULL);
	put_address(object, "local", &now->local);
	put_address(object, "remote", &now->remote);
	put_number(object, "recvq", now->recvq);
	put_number(object, "sendq", now->sendq);
	if (now->timer) {
		put_string(object, "timer", now->timer);
		put_number(object, "due_ns", now->due_ns);
	}
	if (now->retransmits)
		put_number(object, "retransmits", now->retransmits);
	if (now->held)
		json_object_set_new(object, "held", json_true());
	if (now->rto_us) {
		put_number(object, "cwnd", now->cwnd);
		put_number(object, "rto_us", now->rto_us);
	}
	if (now->read_ns)
		put_number(object, "read_ns", now->read_ns);
	finish(object, out);
}

void now_format_end(uint64_t t_ns, struct text *out)
{
	finish(begin("end", t_ns), out);
}

static uint64_t hash_string(uint64_t hash, const char *string)
{
	for (; string && *string; string++)
		hash = hash_number(hash ^ (unsigned char)*string);
	return hash_number(hash);
}

uint64_t now_hash(const struct socket_now *now)
{
	const uint64_t numbers[] = { now->endpoint, (uint64_t)now->pid, (uint64_t)now->fd, now->tcp,
		now->state, now->recvq, now->sendq, now->timer ? now->due_ns : 0, now->retransmits,
		now->held, now->cwnd, now->rto_us, now->read_ns / READ_AGAIN_NS,
		address_hash(&now->local, &now->remote) };
	uint64_t hash = 1;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		hash = hash_number(hash ^ numbers[i]);
	hash = hash_string(hash, now->name);
	hash = hash_string(hash, now->process);
	return hash_string(hash, now->timer);
}

/* ---- reading ---- */

enum watch_line now_kind(const struct json_t *object)
{
	const char *type = json_string_value(json_object_get(object, "type"));

	if (type && strcmp(type, "now") == 0)
		return WATCH_LINE_NOW;
	if (type && strcmp(type, "watch") == 0)
		return WATCH_LINE_HELLO;
	return type && strcmp(type, "end") == 0 ? WATCH_LINE_END : WATCH_LINE_EVENT;
}

/* 0 when there is none. *bad is set when it cannot be. */
static uint64_t get_number(const json_t *object, const char *key, int64_t most, bool *bad)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);

	if (value && (!json_is_integer(value) || number < 0 || number > most)) {
		*bad = true;
		return 0;
	}
	return (uint64_t)number;
}

static const char *get_string(const json_t *object, const char *key, bool needed, bool *bad)
{
	const json_t *value = json_object_get(object, key);

	*bad |= value ? !json_is_string(value) : needed;
	return json_string_value(value);
}

static struct address get_address(const json_t *object, const char *key, bool *bad)
{
	const char *text = get_string(object, key, false, bad);
	struct address a = { 0 };

	if (text && address_parse(text, &a) < 0)
		*bad = true;
	return a;
}

int now_read_hello(const struct json_t *object, struct watch_hello *ret_hello, struct diag *d)
{
	bool bad = get_number(object, "v", INT64_MAX, &(bool){ false }) != JSONL_VERSION;
	struct watch_hello hello = { .pid = (int)get_number(object, "pid", INT32_MAX, &bad),
		.start_ns = get_number(object, "start_ns", INT64_MAX, &bad),
		.title = get_string(object, "text", true, &bad) };

	if (bad)
		return diag_set(d, EBADMSG,
			"the lab speaks another version of the journal: it is another tcplab");
	*ret_hello = hello;
	return 0;
}

int now_read(const struct json_t *object, struct socket_now *ret_now, struct diag *d)
{
	bool bad = false;
	const char *state = get_string(object, "state", false, &bad);
	struct socket_now now = {
		.endpoint = (uint32_t)get_number(object, "endpoint", ENDPOINTS_MOST, &bad),
		.name = get_string(object, "subject", true, &bad),
		.host = get_string(object, "host", true, &bad),
		.process = get_string(object, "process", false, &bad),
		.pid = (int)get_number(object, "pid", INT32_MAX, &bad),
		.fd = (int)get_number(object, "fd", INT32_MAX, &bad),
		.tcp = state != NULL,
		.state = state ? tcp_state_parse(state) : STATE_NONE,
		.local = get_address(object, "local", &bad),
		.remote = get_address(object, "remote", &bad),
		.recvq = (uint32_t)get_number(object, "recvq", UINT32_MAX, &bad),
		.sendq = (uint32_t)get_number(object, "sendq", UINT32_MAX, &bad),
		.timer = get_string(object, "timer", false, &bad),
		.due_ns = get_number(object, "due_ns", INT64_MAX, &bad),
		.retransmits = (uint32_t)get_number(object, "retransmits", UINT32_MAX, &bad),
		.held = json_is_true(json_object_get(object, "held")),
		.cwnd = (uint32_t)get_number(object, "cwnd", UINT32_MAX, &bad),
		.rto_us = get_number(object, "rto_us", INT64_MAX, &bad),
		.read_ns = get_number(object, "read_ns", INT64_MAX, &bad),
	};

	/* one that was not seen in any state yet has a name of a state, too */
	bad |= now.tcp && now.state == STATE_NONE && strcmp(state, tcp_state_name(STATE_NONE)) != 0;
	if (bad || !now.endpoint)
		return diag_set(d, EBADMSG, "a \"now\" line of the lab has a value that cannot be");
	*ret_now = now;
	return 0;
}
