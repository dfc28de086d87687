/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/jsonl.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/sysname.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"

static void put_address(struct text *line, const char *key, const struct address *address)
{
	char buffer[ADDRESS_TEXT_MAX];

	if (address->family)
		json_put_string(line, key, address_format(address, buffer));
}

static void put_cookie(struct text *line, uint64_t cookie)
{
	char buffer[32];

	/* 64 bits do not fit the numbers of every JSON reader */
	snprintf(buffer, sizeof(buffer), "%llx", (unsigned long long)cookie);
	if (cookie)
		json_put_string(line, "cookie", buffer);
}

static void put_excerpt(struct text *line, const struct segment *s)
{
	struct text data = TEXT_EMPTY;

	if (s->excerpt_len) {
		text_escape(&data, (const char *)s->excerpt, s->excerpt_len);
		json_put_string(line, "data", text_get(&data));
	}
	text_done(&data);
}

/* The options one by one, for programs; `options` has them in words. Numbers as on the wire. */
static void put_options(struct text *line, const struct segment_options *o)
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
	int64_t edges[2 * SEGMENT_SACK_MAX];
	unsigned count = 0;

	if (o->present & OPTION_MSS)
		json_put_number(line, "mss", o->mss);
	if (o->present & OPTION_WINDOW_SCALE)
		json_put_number(line, "window_scale", o->window_scale);
	if (o->present & OPTION_TIMESTAMPS) {
		json_put_number(line, "ts_value", o->ts_value);
		json_put_number(line, "ts_echo", o->ts_echo);
	}
	if (o->present & OPTION_FAST_OPEN)
		json_put_number(line, "fast_open", o->fast_open_len);
	if (o->present & OPTION_USER_TIMEOUT)
		json_put_number(line, "user_timeout", o->user_timeout);
	if (o->present & OPTION_UNKNOWN)
		json_put_number(line, "unknown_option", o->unknown_kind);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (o->present & flags[i].option)
			json_put_flag(line, flags[i].key, true);
	}
	if (!(o->present & OPTION_SACK))
		return;
	for (unsigned i = 0; i < o->sack_count && i < SEGMENT_SACK_MAX; i++) {
		edges[count++] = o->sack[i].left;
		edges[count++] = o->sack[i].right;
	}
	json_put_numbers(line, "sack", edges, count);
}

static void put_icmp(struct text *line, const struct segment *s)
{
	const struct segment_icmp *m = &s->icmp;
	struct text words = TEXT_EMPTY;

	segment_format_icmp(s, &words);
	json_put_string(line, "icmp", text_get(&words));
	text_done(&words);
	json_put_number(line, "icmp_type", m->type);
	json_put_number(line, "icmp_code", m->code);
	if (m->mtu)
		json_put_number(line, "mtu", m->mtu);
	if (!m->quotes)
		return;
	json_put_number(line, "quoted_protocol", m->quoted_protocol);
	put_address(line, "quoted_src", &m->quoted_src);
	put_address(line, "quoted_dst", &m->quoted_dst);
	json_put_number(line, "quoted_seq", m->quoted_seq);
}

/* Whatever is no TCP segment. */
static void put_packet(struct text *line, const struct segment *s)
{
	json_put_number(line, "ip_protocol", s->protocol);
	if (s->fragment)
		json_put_flag(line, "fragment", true);
	if (s->kind == SEGMENT_ICMP)
		put_icmp(line, s);
	json_put_number(line, "len", s->payload_len);
	put_excerpt(line, s);
}

static void put_segment(struct text *line, const struct segment *s)
{
	struct text part = TEXT_EMPTY;
	char number[16];

	put_address(line, "src", &s->src);
	put_address(line, "dst", &s->dst);
	json_put_string(line, "protocol", segment_protocol_name(s, number));
	json_put_number(line, "ttl", s->hop_limit);
	if (s->kind != SEGMENT_TCP) {
		put_packet(line, s);
		return;
	}
	segment_format_flags(s, &part);
	json_put_string(line, "flags", text_get(&part));
	json_put_number(line, "seq", s->seq_rel);
	json_put_number(line, "seq_raw", s->seq);
	if (s->flags & SEGMENT_ACK) {
		json_put_number(line, "ack", s->ack_rel);
		json_put_number(line, "ack_raw", s->ack);
	}
	json_put_number(line, "window", s->window);
	json_put_number(line, "window_scaled", segment_window(s));
	if (s->urgent)
		json_put_number(line, "urgent", s->urgent);
	json_put_number(line, "len", s->payload_len);
	text_clear(&part);
	segment_format_options(s, &part);
	if (part.len)
		json_put_string(line, "options", text_get(&part));
	put_options(line, &s->options);
	put_excerpt(line, s);
	text_done(&part);
}

static void put_return(struct text *line, const struct event *event)
{
	json_put_number(line, "call", (int64_t)event->call.call);
	json_put_number(line, "result", event->call.result);
	if (event->call.error) {
		json_put_string(line, "errno", errno_name(event->call.error));
		json_put_number(line, "errno_number", event->call.error);
	}
	json_put_number(line, "duration_ns", (int64_t)event->call.duration_ns);
}

static void put_fate(struct text *line, const struct event *event)
{
	json_put_number(line, "pid", event->process_fate.pid);
	if (event->process_fate.signal) {
		json_put_string(line, "signal", signal_name(event->process_fate.signal));
		json_put_number(line, "signal_number", event->process_fate.signal);
	}
	if (event->process_fate.core)
		json_put_flag(line, "core", true);
	if (!event->process_fate.signal && event->kind == EVENT_PROCESS_END)
		json_put_number(line, "status", event->process_fate.code);
}

static void put_state(struct text *line, const struct event *event)
{
	json_put_number(line, "endpoint", event->state.endpoint);
	put_cookie(line, event->state.cookie);
	if (event->state.from != STATE_NONE)
		json_put_string(line, "from", tcp_state_name(event->state.from));
	json_put_string(line, "to", tcp_state_name(event->state.to));
	put_address(line, "local", &event->state.local);
	put_address(line, "remote", &event->state.remote);
}

static void put_prediction(struct text *line, const struct event *event)
{
	if (event->kind == EVENT_QUESTION)
		json_put_string(line, "answers", event->host);
	if (event->prediction.question)
		json_put_number(line, "question", (int64_t)event->prediction.question);
	if (event->kind == EVENT_OBSERVATION) {
		if (event->prediction.answer)
			json_put_number(line, "prediction", (int64_t)event->prediction.answer);
		json_put_string(line, "verdict",
			prediction_verdict_name(event->prediction.verdict));
	}
	json_put_number(line, "line", event->prediction.line);
	json_put_number(line, "column", event->prediction.column);
}

static void put_details(struct text *line, const struct event *event)
{
	switch (event->kind) {
	case EVENT_HOST:
	case EVENT_SOCKET:
		if (event->kind == EVENT_SOCKET) {
			json_put_number(line, "endpoint", event->socket.endpoint);
			put_cookie(line, event->socket.cookie);
			json_put_number(line, "fd", event->socket.fd);
		}
		put_address(line, event->kind == EVENT_HOST ? "ipv4" : "local",
			&event->socket.local);
		put_address(line, event->kind == EVENT_HOST ? "ipv6" : "remote",
			&event->socket.remote);
		break;
	case EVENT_PROCESS:
	case EVENT_PROCESS_END:
	case EVENT_SIGNAL:
		put_fate(line, event);
		break;
	case EVENT_BLOCKED:
		json_put_number(line, "call", (int64_t)event->call.call);
		break;
	case EVENT_RETURN:
		put_return(line, event);
		break;
	case EVENT_STATE:
		put_state(line, event);
		break;
	case EVENT_TIMER:
		json_put_number(line, "endpoint", event->timer.endpoint);
		json_put_number(line, "retransmits", event->timer.retransmits);
		if (event->timer.maybe_probe)
			json_put_flag(line, "maybe_probe", true);
		if (event->timer.gave_up)
			json_put_flag(line, "gave_up", true);
		break;
	case EVENT_SEGMENT:
	case EVENT_COPY:
	case EVENT_FORGED:
		json_put_number(line, "number", (int64_t)event->wire.number);
		if (event->wire.repeats)
			json_put_number(line, event->kind == EVENT_COPY ? "copy_of" : "repeats",
				(int64_t)event->wire.repeats);
		put_segment(line, &event->wire.segment);
		break;
	case EVENT_HELD:
	case EVENT_DELAYED:
	case EVENT_CORRUPTED:
	case EVENT_SWAPPED:
	case EVENT_DELIVERED:
	case EVENT_DROPPED:
		json_put_number(line, "number", (int64_t)event->verdict.number);
		json_put_number(line, "on_wire_ns", (int64_t)event->verdict.on_wire_ns);
		if (event->verdict.held)
			json_put_flag(line, "held", true);
		if (event->kind == EVENT_DELAYED)
			json_put_number(line, "delay_ns", (int64_t)event->verdict.delay_ns);
		if (event->kind == EVENT_SWAPPED || event->verdict.other)
			json_put_number(line, "other", (int64_t)event->verdict.other);
		break;
	case EVENT_CLAIM:
		json_put_string(line, "verdict", claim_verdict_name(event->claim.verdict));
		json_put_string(line, "evidence", event->host);
		json_put_string(line, "differs", event->process);
		json_put_number(line, "line", event->claim.line);
		json_put_number(line, "column", event->claim.column);
		break;
	case EVENT_QUESTION:
	case EVENT_PREDICTION:
	case EVENT_OBSERVATION:
		put_prediction(line, event);
		break;
	case EVENT_GOAL:
		json_put_number(line, "goal", event->goal.number);
		json_put_flag(line, "passed", event->goal.passed);
		json_put_number(line, "met", event->goal.met);
		json_put_number(line, "goals", event->goal.count);
		break;
	case EVENT_EXPECTATION:
		json_put_flag(line, "passed", event->place.passed);
		/* fall through */
	case EVENT_COMMAND:
	case EVENT_ERROR:
		if (event->place.line) {
			json_put_number(line, "line", event->place.line);
			json_put_number(line, "column", event->place.column);
		}
		break;
	default:
		break;
	}
}

void jsonl_format(const struct event *event, struct text *line)
{
	json_begin(line);
	json_put_number(line, "v", JSONL_VERSION);
	json_put_number(line, "n", (int64_t)event->no);
	json_put_number(line, "t_ns", (int64_t)event->time_ns);
	if (event->cause)
		json_put_number(line, "cause", (int64_t)event->cause);
	json_put_string(line, "type", event_kind_name(event->kind));
	json_put_string(line, "subject", event->subject);
	if (event->kind != EVENT_CLAIM &&
		!event_is_prediction(event)) { /* something else is there */
		json_put_string(line, "host", event->host);
		json_put_string(line, "process", event->process);
	}
	put_details(line, event);
	json_put_string(line, event_is_segment(event) ? "peer" : "text", event->text);
	json_end(line);
	text_puts(line, "\n");
}
