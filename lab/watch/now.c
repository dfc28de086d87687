/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch/now.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/hash_table.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/jsonl.h"

#define ENDPOINTS_MOST 16777216
#define READ_AGAIN_NS (NS_PER_S / 2) /* that it was read again and is the same is told so often */

/* ---- writing ---- */

static void begin(const char *type, uint64_t t_ns, struct text *out)
{
	json_begin(out);
	json_put_number(out, "v", JSONL_VERSION);
	json_put_number(out, "t_ns", (int64_t)t_ns);
	json_put_string(out, "type", type);
}

static void put_address(struct text *out, const char *key, const struct address *address)
{
	char buffer[ADDRESS_TEXT_MAX];

	if (address->family)
		json_put_string(out, key, address_format(address, buffer));
}

static void finish(struct text *out)
{
	json_end(out);
	text_puts(out, "\n");
}

void now_format_hello(const struct watch_hello *hello, struct text *out)
{
	begin("watch", 0, out);
	json_put_number(out, "pid", hello->pid);
	json_put_number(out, "start_ns", (int64_t)hello->start_ns);
	json_put_string(out, "text", hello->title);
	finish(out);
}

void now_format(const struct socket_now *now, uint64_t t_ns, struct text *out)
{
	begin("now", t_ns, out);
	json_put_string(out, "subject", now->name);
	json_put_string(out, "host", now->host);
	json_put_string(out, "process", now->process);
	json_put_number(out, "endpoint", now->endpoint);
	if (now->process) {
		json_put_number(out, "pid", now->pid);
		json_put_number(out, "fd", now->fd);
	}
	json_put_string(out, "state", now->tcp ? tcp_state_name(now->state) : NULL);
	put_address(out, "local", &now->local);
	put_address(out, "remote", &now->remote);
	json_put_number(out, "recvq", now->recvq);
	json_put_number(out, "sendq", now->sendq);
	if (now->timer) {
		json_put_string(out, "timer", now->timer);
		json_put_number(out, "due_ns", (int64_t)now->due_ns);
	}
	if (now->retransmits)
		json_put_number(out, "retransmits", now->retransmits);
	if (now->held)
		json_put_flag(out, "held", true);
	if (now->rto_us) {
		json_put_number(out, "cwnd", now->cwnd);
		json_put_number(out, "rto_us", (int64_t)now->rto_us);
	}
	if (now->read_ns)
		json_put_number(out, "read_ns", (int64_t)now->read_ns);
	finish(out);
}

void now_format_end(uint64_t t_ns, struct text *out)
{
	begin("end", t_ns, out);
	finish(out);
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
