/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/jsonl.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/lab_assert.h"
#include "base/sysname.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"

/* JSON text must be UTF-8; what is not gets escaped as in C. */
static void put_string(json_t *object, const char *key, const char *string)
{
	struct text safe = TEXT_EMPTY;
	json_t *value;

	if (!string)
		return;
	value = json_string(string);
	if (!value) {
		text_escape(&safe, string, strlen(string));
		value = json_string(text_get(&safe));
		text_done(&safe);
	}
	LAB_ASSERT(json_object_set_new(object, key, value) == 0);
}

static void put_number(json_t *object, const char *key, int64_t number)
{
	LAB_ASSERT(json_object_set_new(object, key, json_integer(number)) == 0);
}

static void put_address(json_t *object, const char *key, const struct address *address)
{
	char buffer[ADDRESS_TEXT_MAX];

	if (address->family)
		put_string(object, key, address_format(address, buffer));
}

static void put_cookie(json_t *object, uint64_t cookie)
{
	char buffer[32];

	/* 64 bits do not fit the numbers of every JSON reader */
	snprintf(buffer, sizeof(buffer), "%llx", (unsigned long long)cookie);
	if (cookie)
		put_string(object, "cookie", buffer);
}

static void put_excerpt(json_t *object, const struct segment *s)
{
	struct text data = TEXT_EMPTY;

	if (s->excerpt_len) {
		text_escape(&data, (const char *)s->excerpt, s->excerpt_len);
		put_string(object, "data", text_get(&data));
	}
	text_done(&data);
}

/* The options one by one, for programs; `options` has them in words. Numbers as on the wire. */
static void put_options(json_t *object, const struct segment_options *o)
{
	static const struct {
		uint16_t option;
		const char *key;
	} flags[] = {
		{ OPTION_SACK_PERMITTED, "sack_permitted" },
		{ OPTION_MD5, "md5" },
		{ OPTION_AUTHENTICATION, "authentication" },
		{ OPTION_MULTIPATH, "multipath" },
		{ OPTION_MALFORMED, "malformed" },
	};
	json_t *sack;

	if (o->present & OPTION_MSS)
		put_number(object, "mss", o->mss);
	if (o->present & OPTION_WINDOW_SCALE)
		put_number(object, "window_scale", o->window_scale);
	if (o->present & OPTION_TIMESTAMPS) {
		put_number(object, "ts_value", o->ts_value);
		put_number(object, "ts_echo", o->ts_echo);
	}
	if (o->present & OPTION_FAST_OPEN)
		put_number(object, "fast_open", o->fast_open_len);
	if (o->present & OPTION_USER_TIMEOUT)
		put_number(object, "user_timeout", o->user_timeout);
	if (o->present & OPTION_UNKNOWN)
		put_number(object, "unknown_option", o->unknown_kind);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (o->present & flags[i].option)
			json_object_set_new(object, flags[i].key, json_true());
	}
	if (!(o->present & OPTION_SACK))
		return;
	sack = json_array();
	for (size_t i = 0; i < o->sack_count && i < SEGMENT_SACK_MAX; i++) {
		json_array_append_new(sack, json_integer(o->sack[i].left));
		json_array_append_new(sack, json_integer(o->sack[i].right));
	}
	json_object_set_new(object, "sack", sack);
}

static void put_icmp(json_t *object, const struct segment *s)
{
	const struct segment_icmp *m = &s->icmp;
	struct text words = TEXT_EMPTY;

	segment_format_icmp(s, &words);
	put_string(object, "icmp", text_get(&words));
	text_done(&words);
	put_number(object, "icmp_type", m->type);
	put_number(object, "icmp_code", m->code);
	if (m->mtu)
		put_number(object, "mtu", m->mtu);
	if (!m->quotes)
		return;
	put_number(object, "quoted_protocol", m->quoted_protocol);
	put_address(object, "quoted_src", &m->quoted_src);
	put_address(object, "quoted_dst", &m->quoted_dst);
	put_number(object, "quoted_seq", m->quoted_seq);
}

/* Whatever is no TCP segment. */
static void put_packet(json_t *object, const struct segment *s)
{
	put_number(object, "ip_protocol", s->protocol);
	if (s->fragment)
		json_object_set_new(object, "fragment", json_true());
	if (s->kind == SEGMENT_ICMP)
		put_icmp(object, s);
	put_number(object, "len", s->payload_len);
	put_excerpt(object, s);
}

static void put_segment(json_t *object, const struct segment *s)
{
	struct text part = TEXT_EMPTY;
	char number[16];

	put_address(object, "src", &s->src);
	put_address(object, "dst", &s->dst);
	put_string(object, "protocol", segment_protocol_name(s, number));
	put_number(object, "ttl", s->hop_limit);
	if (s->kind != SEGMENT_TCP) {
		put_packet(object, s);
		return;
	}
	segment_format_flags(s, &part);
	put_string(object, "flags", text_get(&part));
	put_number(object, "seq", s->seq_rel);
	put_number(object, "seq_raw", s->seq);
	if (s->flags & SEGMENT_ACK) {
		put_number(object, "ack", s->ack_rel);
		put_number(object, "ack_raw", s->ack);
	}
	put_number(object, "window", s->window);
	put_number(object, "window_scaled", segment_window(s));
	if (s->urgent)
		put_number(object, "urgent", s->urgent);
	put_number(object, "len", s->payload_len);
	text_clear(&part);
	segment_format_options(s, &part);
	if (part.len)
		put_string(object, "options", text_get(&part));
	put_options(object, &s->options);
	put_excerpt(object, s);
	text_done(&part);
}

static void put_return(json_t *object, const struct event *event)
{
	put_number(object, "call", (int64_t)event->call.call);
	put_number(object, "result", event->call.result);
	if (event->call.error) {
		put_string(object, "errno", errno_name(event->call.error));
		put_number(object, "errno_number", event->call.error);
	}
	put_number(object, "duration_ns", (int64_t)event->call.duration_ns);
}

static void put_fate(json_t *object, const struct event *event)
{
	put_number(object, "pid", event->process_fate.pid);
	if (event->process_fate.signal) {
		put_string(object, "signal", signal_name(event->process_fate.signal));
		put_number(object, "signal_number", event->process_fate.signal);
	}
	if (event->process_fate.core)
		json_object_set_new(object, "core", json_true());
	if (!event->process_fate.signal && event->kind == EVENT_PROCESS_END)
		put_number(object, "status", event->process_fate.code);
}

static void put_state(json_t *object, const struct event *event)
{
	put_number(object, "endpoint", event->state.endpoint);
	put_cookie(object, event->state.cookie);
	if (event->state.from != STATE_NONE)
		put_string(object, "from", tcp_state_name(event->state.from));
	put_string(object, "to", tcp_state_name(event->state.to));
	put_address(object, "local", &event->state.local);
	put_address(object, "remote", &event->state.remote);
}

static void put_prediction(json_t *object, const struct event *event)
{
	if (event->kind == EVENT_QUESTION)
		put_string(object, "answers", event->host);
	if (event->prediction.question)
		put_number(object, "question", (int64_t)event->prediction.question);
	if (event->kind == EVENT_OBSERVATION) {
		if (event->prediction.answer)
			put_number(object, "prediction", (int64_t)event->prediction.answer);
		put_string(object, "verdict", prediction_verdict_name(event->prediction.verdict));
	}
	put_number(object, "line", event->prediction.line);
	put_number(object, "column", event->prediction.column);
}

static void put_details(json_t *object, const struct event *event)
{
	switch (event->kind) {
	case EVENT_HOST:
	case EVENT_SOCKET:
		if (event->kind == EVENT_SOCKET) {
			put_number(object, "endpoint", event->socket.endpoint);
			put_cookie(object, event->socket.cookie);
			put_number(object, "fd", event->socket.fd);
		}
		put_address(object, event->kind == EVENT_HOST ? "ipv4" : "local",
			&event->socket.local);
		put_address(object, event->kind == EVENT_HOST ? "ipv6" : "remote",
			&event->socket.remote);
		break;
	case EVENT_PROCESS:
	case EVENT_PROCESS_END:
	case EVENT_SIGNAL:
		put_fate(object, event);
		break;
	case EVENT_BLOCKED:
		put_number(object, "call", (int64_t)event->call.call);
		break;
	case EVENT_RETURN:
		put_return(object, event);
		break;
	case EVENT_STATE:
		put_state(object, event);
		break;
	case EVENT_TIMER:
		put_number(object, "endpoint", event->timer.endpoint);
		put_number(object, "retransmits", event->timer.retransmits);
		if (event->timer.maybe_probe)
			json_object_set_new(object, "maybe_probe", json_true());
		break;
	case EVENT_SEGMENT:
	case EVENT_COPY:
	case EVENT_FORGED:
		put_number(object, "number", (int64_t)event->wire.number);
		if (event->wire.repeats)
			put_number(object, event->kind == EVENT_COPY ? "copy_of" : "repeats",
				(int64_t)event->wire.repeats);
		put_segment(object, &event->wire.segment);
		break;
	case EVENT_HELD:
	case EVENT_DELAYED:
	case EVENT_CORRUPTED:
	case EVENT_SWAPPED:
	case EVENT_DELIVERED:
	case EVENT_DROPPED:
		put_number(object, "number", (int64_t)event->verdict.number);
		put_number(object, "on_wire_ns", (int64_t)event->verdict.on_wire_ns);
		if (event->verdict.held)
			json_object_set_new(object, "held", json_true());
		if (event->kind == EVENT_DELAYED)
			put_number(object, "delay_ns", (int64_t)event->verdict.delay_ns);
		if (event->kind == EVENT_SWAPPED || event->verdict.other)
			put_number(object, "other", (int64_t)event->verdict.other);
		break;
	case EVENT_CLAIM:
		put_string(object, "verdict", claim_verdict_name(event->claim.verdict));
		put_string(object, "evidence", event->host);
		put_string(object, "differs", event->process);
		put_number(object, "line", event->claim.line);
		put_number(object, "column", event->claim.column);
		break;
	case EVENT_QUESTION:
	case EVENT_PREDICTION:
	case EVENT_OBSERVATION:
		put_prediction(object, event);
		break;
	case EVENT_GOAL:
		put_number(object, "goal", event->goal.number);
		json_object_set_new(object, "passed", json_boolean(event->goal.passed));
		put_number(object, "met", event->goal.met);
		put_number(object, "goals", event->goal.count);
		break;
	case EVENT_EXPECTATION:
		json_object_set_new(object, "passed", json_boolean(event->place.passed));
		/* fall through */
	case EVENT_COMMAND:
	case EVENT_ERROR:
		if (event->place.line) {
			put_number(object, "line", event->place.line);
			put_number(object, "column", event->place.column);
		}
		break;
	default:
		break;
	}
}

char *jsonl_format(const struct event *event)
{
	json_t *object = json_object();
	struct text line = TEXT_EMPTY;
	char *dumped;

	LAB_ASSERT(object);
	put_number(object, "v", JSONL_VERSION);
	put_number(object, "n", (int64_t)event->no);
	put_number(object, "t_ns", (int64_t)event->time_ns);
	if (event->cause)
		put_number(object, "cause", (int64_t)event->cause);
	put_string(object, "type", event_kind_name(event->kind));
	put_string(object, "subject", event->subject);
	if (event->kind != EVENT_CLAIM &&
		!event_is_prediction(event)) { /* something else is there */
		put_string(object, "host", event->host);
		put_string(object, "process", event->process);
	}
	put_details(object, event);
	put_string(object, event_is_segment(event) ? "peer" : "text", event->text);
	dumped = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
	LAB_ASSERT(dumped);
	text_puts(&line, dumped);
	text_puts(&line, "\n");
	free(dumped);
	json_decref(object);
	return text_take(&line);
}
