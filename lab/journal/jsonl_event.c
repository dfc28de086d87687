/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal/jsonl_event.h"

#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl.h"

#define ERRNO_MOST 4095 /* MAX_ERRNO of the kernel's include/linux/err.h */
#define WINDOW_SHIFT_MOST 14 /* RFC 7323 2.3 */
#define ENDPOINTS_MOST 16777216 /* of one lab; each took a descriptor, a process and some packets */
#define NEEDED (-1) /* in place of a default: the key must be there */

/* ---- values ---- */

void jsonl_refuse(struct jsonl_reader *r, const char *format, ...)
{
	struct text message = TEXT_EMPTY;
	va_list args;

	if (r->failed)
		return;
	va_start(args, format);
	text_vprintf(&message, format, args);
	va_end(args);
	r->failed = diag_set(r->diag, EBADMSG, "%s", text_get(&message));
	text_done(&message);
	diag_at(r->diag, r->name, r->line, 1);
}

static int64_t get_range(struct jsonl_reader *r, const char *key, int64_t least, int64_t most,
	int64_t otherwise)
{
	const json_t *value = json_object_get(r->object, key);
	int64_t number;

	if (!value) {
		if (otherwise == NEEDED)
			jsonl_refuse(r, "no \"%s\"", key);
		return otherwise == NEEDED ? 0 : otherwise;
	}
	if (!json_is_integer(value)) {
		jsonl_refuse(r, "\"%s\" is no whole number", key);
		return 0;
	}
	number = json_integer_value(value);
	if (number < least || number > most) {
		jsonl_refuse(r, "\"%s\" is %lld, not %lld to %lld", key, (long long)number,
			(long long)least, (long long)most);
		return 0;
	}
	return number;
}

static int64_t get_number(struct jsonl_reader *r, const char *key, int64_t most, int64_t otherwise)
{
	return get_range(r, key, 0, most, otherwise);
}

static bool get_flag(struct jsonl_reader *r, const char *key)
{
	const json_t *value = json_object_get(r->object, key);

	if (value && !json_is_boolean(value))
		jsonl_refuse(r, "\"%s\" is neither true nor false", key);
	return json_is_true(value);
}

/* NULL when there is none. */
static const char *get_string(struct jsonl_reader *r, const char *key, bool needed)
{
	const json_t *value = json_object_get(r->object, key);

	if (value && !json_is_string(value))
		jsonl_refuse(r, "\"%s\" is no string", key);
	if (!value && needed)
		jsonl_refuse(r, "no \"%s\"", key);
	return json_string_value(value);
}

/* An address as address_format() writes it; none when the key is not there. */
static struct address get_address(struct jsonl_reader *r, const char *key, bool needed)
{
	const char *text = get_string(r, key, needed);
	struct address a = { 0 };

	if (text && address_parse(text, &a) < 0)
		jsonl_refuse(r, "\"%s\" is no address", key);
	return a;
}

static uint64_t get_cookie(struct jsonl_reader *r)
{
	const char *text = get_string(r, "cookie", false);
	char *end;
	uint64_t cookie;

	if (!text)
		return 0;
	errno = 0;
	cookie = strtoull(text, &end, 16);
	if (!*text || *end || errno || strlen(text) > 16)
		jsonl_refuse(r, "\"cookie\" is no hexadecimal number of 64 bits");
	return cookie;
}

/* Views have arrays of them: the lab counts them, and each has events, those that were left out among them. */
static uint32_t get_endpoint(struct jsonl_reader *r)
{
	int64_t most = r->no < ENDPOINTS_MOST ? (int64_t)r->no : ENDPOINTS_MOST;

	return (uint32_t)get_number(r, "endpoint", most, NEEDED);
}

static enum tcp_state get_state(struct jsonl_reader *r, const char *key, bool needed)
{
	const char *name = get_string(r, key, needed);
	enum tcp_state state = name ? tcp_state_parse(name) : STATE_NONE;

	if (name && state == STATE_NONE)
		jsonl_refuse(r, "\"%s\" is no TCP state", key);
	return state;
}

/* The number of an event before this one that is of one of these kinds. */
static uint64_t get_event(struct jsonl_reader *r, const char *key, uint64_t kinds,
	int64_t otherwise)
{
	uint64_t told = (uint64_t)get_number(r, key, (int64_t)r->no - 1, otherwise);
	uint64_t no = jsonl_own_number(r, told);
	const struct event *event = journal_get(r->journal, no);

	if (no && (!event || !(EVENT_BIT(event->kind) & kinds)))
		jsonl_refuse(r, "\"%s\": event %llu is of another kind", key,
			(unsigned long long)told);
	return r->failed ? 0 : no;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What text_escape() wrote. */
static void get_excerpt(struct jsonl_reader *r, struct segment *s)
{
	static const char named[] = "n\nt\tr\r\"\"\\\\a\ab\bf\fv\v";
	const char *c = get_string(r, "data", false);

	while (c && *c) {
		char byte = *c++;

		if (byte == '\\' && *c == 'x' && digit(c[1]) >= 0 && digit(c[2]) >= 0) {
			byte = (char)(digit(c[1]) * 16 + digit(c[2]));
			c += 3;
		} else if (byte == '\\') {
			size_t i = 0;

			while (named[i] && named[i] != *c)
				i += 2;
			if (!*c || !named[i]) {
				jsonl_refuse(r, "\"data\" has an escape that is none");
				return;
			}
			byte = named[i + 1];
			c++;
		}
		if (s->excerpt_len == SEGMENT_EXCERPT_MAX || s->excerpt_len == s->payload_len) {
			jsonl_refuse(r, "\"data\" is longer than it can be");
			return;
		}
		s->excerpt[s->excerpt_len++] = (uint8_t)byte;
	}
}

/* ---- packets ---- */

static uint8_t get_flags(struct jsonl_reader *r)
{
	const char *at = get_string(r, "flags", true);
	unsigned flags = 0;

	while (at && *at) {
		size_t len = strcspn(at, "/");
		unsigned bit = 1;
		struct text name = TEXT_EMPTY;

		if (strcmp(at, "none") == 0)
			break;
		for (; bit <= SEGMENT_CWR; bit <<= 1) {
			const struct segment one = { .flags = (uint8_t)bit };

			text_clear(&name);
			segment_format_flags(&one, &name);
			if (name.len == len && strncmp(text_get(&name), at, len) == 0)
				break;
		}
		text_done(&name);
		if (bit > SEGMENT_CWR) {
			jsonl_refuse(r, "\"flags\" has one that is none");
			break;
		}
		flags |= bit;
		at += len;
		at += *at == '/';
	}
	return (uint8_t)flags;
}

static void get_sack(struct jsonl_reader *r, struct segment_options *o)
{
	const json_t *sack = json_object_get(r->object, "sack");
	size_t count = json_array_size(sack);

	if (!sack)
		return;
	o->present |= OPTION_SACK;
	if (!json_is_array(sack) || count % 2 || count / 2 > SEGMENT_SACK_MAX) {
		jsonl_refuse(r, "\"sack\" is no list of 1 to %d pairs", SEGMENT_SACK_MAX);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_array_get(sack, i);
		int64_t edge = json_integer_value(value);

		if (!json_is_integer(value) || edge < 0 || edge > UINT32_MAX)
			jsonl_refuse(r, "\"sack\" has an edge that is none");
		else if (i % 2)
			o->sack[i / 2].right = (uint32_t)edge;
		else
			o->sack[i / 2].left = (uint32_t)edge;
	}
	o->sack_count = (uint8_t)(count / 2);
}

static uint32_t get_option(struct jsonl_reader *r, const char *key, int64_t most,
	enum segment_option option, struct segment_options *o)
{
	if (json_object_get(r->object, key))
		o->present |= option;
	return (uint32_t)get_number(r, key, most, 0);
}

static void get_option_flag(struct jsonl_reader *r, const char *key, enum segment_option option,
	struct segment_options *o)
{
	if (get_flag(r, key))
		o->present |= option;
}

static void get_options(struct jsonl_reader *r, struct segment_options *o)
{
	o->mss = (uint16_t)get_option(r, "mss", UINT16_MAX, OPTION_MSS, o);
	o->window_scale = (uint8_t)get_option(r, "window_scale", UINT8_MAX, OPTION_WINDOW_SCALE, o);
	o->ts_value = get_option(r, "ts_value", UINT32_MAX, OPTION_TIMESTAMPS, o);
	o->ts_echo = get_option(r, "ts_echo", UINT32_MAX, OPTION_TIMESTAMPS, o);
	o->fast_open_len = (uint8_t)get_option(r, "fast_open", UINT8_MAX, OPTION_FAST_OPEN, o);
	o->user_timeout =
		(uint16_t)get_option(r, "user_timeout", UINT16_MAX, OPTION_USER_TIMEOUT, o);
	o->unknown_kind = (uint8_t)get_option(r, "unknown_option", UINT8_MAX, OPTION_UNKNOWN, o);
	get_option_flag(r, "sack_permitted", OPTION_SACK_PERMITTED, o);
	get_option_flag(r, "md5", OPTION_MD5, o);
	get_option_flag(r, "authentication", OPTION_AUTHENTICATION, o);
	get_option_flag(r, "multipath", OPTION_MULTIPATH, o);
	get_option_flag(r, "malformed", OPTION_MALFORMED, o);
	get_sack(r, o);
}

static void get_tcp(struct jsonl_reader *r, struct segment *s)
{
	uint32_t scaled;

	s->kind = SEGMENT_TCP;
	s->protocol = IPPROTO_TCP;
	s->flags = get_flags(r);
	s->seq_rel = (uint32_t)get_number(r, "seq", UINT32_MAX, NEEDED);
	s->seq = (uint32_t)get_number(r, "seq_raw", UINT32_MAX, NEEDED);
	s->seq_base = s->seq - s->seq_rel;
	if (s->flags & SEGMENT_ACK) {
		s->ack_rel = (uint32_t)get_number(r, "ack", UINT32_MAX, NEEDED);
		s->ack = (uint32_t)get_number(r, "ack_raw", UINT32_MAX, NEEDED);
		s->ack_base = s->ack - s->ack_rel;
	}
	s->window = (uint16_t)get_number(r, "window", UINT16_MAX, NEEDED);
	scaled = (uint32_t)get_number(r, "window_scaled", UINT32_MAX, 0);
	while (s->window_shift < WINDOW_SHIFT_MOST && segment_window(s) < scaled)
		s->window_shift++;
	s->urgent = (uint16_t)get_number(r, "urgent", UINT16_MAX, 0);
	get_options(r, &s->options);
}

static void get_icmp(struct jsonl_reader *r, struct segment *s)
{
	s->kind = SEGMENT_ICMP;
	s->icmp.type = (uint8_t)get_number(r, "icmp_type", UINT8_MAX, NEEDED);
	s->icmp.code = (uint8_t)get_number(r, "icmp_code", UINT8_MAX, NEEDED);
	s->icmp.mtu = (uint32_t)get_number(r, "mtu", UINT32_MAX, 0);
	s->icmp.quotes = json_object_get(r->object, "quoted_src") != NULL;
	if (!s->icmp.quotes)
		return;
	s->icmp.quoted_protocol = (uint8_t)get_number(r, "quoted_protocol", UINT8_MAX, NEEDED);
	s->icmp.quoted_src = get_address(r, "quoted_src", true);
	s->icmp.quoted_dst = get_address(r, "quoted_dst", true);
	s->icmp.quoted_seq = (uint32_t)get_number(r, "quoted_seq", UINT32_MAX, 0);
}

static void get_packet(struct jsonl_reader *r, struct event *event)
{
	struct segment *s = &event->wire.segment;

	/* each is an event, so there cannot be more */
	event->wire.number = (uint64_t)get_range(r, "number", 1, (int64_t)r->no, NEEDED);
	event->wire.repeats =
		(uint64_t)get_number(r, event->kind == EVENT_COPY ? "copy_of" : "repeats",
			(int64_t)r->no, event->kind == EVENT_COPY ? NEEDED : 0);
	s->src = get_address(r, "src", true);
	s->dst = get_address(r, "dst", true);
	s->hop_limit = (uint8_t)get_number(r, "ttl", UINT8_MAX, 0);
	if (json_object_get(r->object, "flags")) {
		get_tcp(r, s);
	} else {
		s->protocol = (uint8_t)get_number(r, "ip_protocol", UINT8_MAX, NEEDED);
		s->fragment = get_flag(r, "fragment");
		s->kind = !s->fragment && s->protocol == IPPROTO_UDP ? SEGMENT_UDP : SEGMENT_OTHER;
		if (json_object_get(r->object, "icmp_type"))
			get_icmp(r, s);
	}
	s->payload_len = (uint32_t)get_number(r, "len", UINT32_MAX, NEEDED);
	get_excerpt(r, s);
	event->text = get_string(r, "peer", false);
}

/* ---- the kinds ---- */

static void get_call(struct jsonl_reader *r, struct event *event)
{
	const struct event *call;

	event->call.call = get_event(r, "call", EVENT_BIT(EVENT_CALL), NEEDED);
	call = journal_get(r->journal, event->call.call);
	if (event->kind == EVENT_BLOCKED) {
		if (!event->text && call)
			jsonl_refuse(r, "no \"text\"");
		return;
	}
	event->call.result = get_range(r, "result", INT64_MIN, INT64_MAX, NEEDED);
	event->call.error = (int)get_number(r, "errno_number", ERRNO_MOST, 0);
	if (json_object_get(r->object, "errno") && !event->call.error)
		jsonl_refuse(r, "\"errno\" without \"errno_number\"");
	event->call.duration_ns = (uint64_t)get_number(r, "duration_ns", INT64_MAX, 0);
}

static void get_fate(struct jsonl_reader *r, struct event *event)
{
	event->process_fate.pid = (int)get_number(r, "pid", INT32_MAX, 0);
	event->process_fate.signal = (int)get_number(r, "signal_number", SIGRTMAX, 0);
	event->process_fate.core = get_flag(r, "core");
	event->process_fate.code = (int)get_range(r, "status", INT32_MIN, INT32_MAX, 0);
}

static void get_socket(struct jsonl_reader *r, struct event *event)
{
	bool host = event->kind == EVENT_HOST;

	event->socket.fd = -1;
	if (!host) {
		event->socket.endpoint = get_endpoint(r);
		event->socket.cookie = get_cookie(r);
		event->socket.fd = (int)get_range(r, "fd", -1, INT32_MAX, -1);
	}
	event->socket.local = get_address(r, host ? "ipv4" : "local", false);
	event->socket.remote = get_address(r, host ? "ipv6" : "remote", false);
}

static void get_tcp_state(struct jsonl_reader *r, struct event *event)
{
	event->state.endpoint = get_endpoint(r);
	event->state.cookie = get_cookie(r);
	event->state.from = get_state(r, "from", false);
	event->state.to = get_state(r, "to", true);
	event->state.local = get_address(r, "local", false);
	event->state.remote = get_address(r, "remote", false);
}

static void get_verdict(struct jsonl_reader *r, struct event *event)
{
	event->verdict.number = (uint64_t)get_range(r, "number", 1, (int64_t)r->no, NEEDED);
	event->verdict.on_wire_ns = (uint64_t)get_number(r, "on_wire_ns", INT64_MAX, 0);
	event->verdict.held = get_flag(r, "held");
	if (event->kind == EVENT_DELAYED)
		event->verdict.delay_ns = (uint64_t)get_number(r, "delay_ns", INT64_MAX, NEEDED);
	if (event->kind == EVENT_SWAPPED)
		event->verdict.other = (uint64_t)get_number(r, "other", (int64_t)r->no, NEEDED);
	if (event->kind == EVENT_DROPPED)
		event->verdict.other = (uint64_t)get_number(r, "other", (int64_t)r->no, 0);
}

static void get_place(struct jsonl_reader *r, struct event *event)
{
	event->place.line = (uint32_t)get_number(r, "line", UINT32_MAX, 0);
	event->place.column = (uint32_t)get_number(r, "column", UINT32_MAX, 0);
	if (event->kind == EVENT_EXPECTATION)
		event->place.passed = get_flag(r, "passed");
}

static void get_claim(struct jsonl_reader *r, struct event *event)
{
	const char *name = get_string(r, "verdict", true);
	int verdict = 0;

	while (name && verdict < CLAIM_VERDICT_COUNT &&
		strcmp(claim_verdict_name((enum claim_verdict)verdict), name) != 0)
		verdict++;
	if (verdict == CLAIM_VERDICT_COUNT) {
		jsonl_refuse(r, "\"verdict\" is none");
		return;
	}
	event->claim.verdict = (enum claim_verdict)verdict;
	event->claim.line = (uint32_t)get_number(r, "line", UINT32_MAX, 0);
	event->claim.column = (uint32_t)get_number(r, "column", UINT32_MAX, 0);
	event->host = get_string(r, "evidence", false);
	event->process = get_string(r, "differs", false);
}

static void get_prediction(struct jsonl_reader *r, struct event *event)
{
	const char *name;
	int verdict = 0;

	event->prediction.line = (uint32_t)get_number(r, "line", UINT32_MAX, 0);
	event->prediction.column = (uint32_t)get_number(r, "column", UINT32_MAX, 0);
	if (event->kind == EVENT_QUESTION) {
		event->host = get_string(r, "answers", true);
		return;
	}
	event->prediction.question = get_event(r, "question", EVENT_BIT(EVENT_QUESTION), NEEDED);
	if (event->kind == EVENT_PREDICTION)
		return;
	event->prediction.answer = get_event(r, "prediction", EVENT_BIT(EVENT_PREDICTION), 0);
	name = get_string(r, "verdict", true);
	while (name && verdict < PREDICTION_VERDICT_COUNT &&
		strcmp(prediction_verdict_name((enum prediction_verdict)verdict), name) != 0)
		verdict++;
	if (verdict == PREDICTION_VERDICT_COUNT)
		jsonl_refuse(r, "\"verdict\" is none");
	else
		event->prediction.verdict = (enum prediction_verdict)verdict;
}

static void get_goal(struct jsonl_reader *r, struct event *event)
{
	event->goal.number = (uint32_t)get_number(r, "goal", UINT32_MAX, NEEDED);
	event->goal.passed = get_flag(r, "passed");
	event->goal.met = (uint32_t)get_number(r, "met", UINT32_MAX, NEEDED);
	event->goal.count = (uint32_t)get_number(r, "goals", UINT32_MAX, NEEDED);
}

static void get_details(struct jsonl_reader *r, struct event *event)
{
	switch (event->kind) {
	case EVENT_HOST:
	case EVENT_SOCKET:
		get_socket(r, event);
		break;
	case EVENT_PROCESS:
	case EVENT_PROCESS_END:
	case EVENT_SIGNAL:
		get_fate(r, event);
		break;
	case EVENT_BLOCKED:
	case EVENT_RETURN:
		get_call(r, event);
		break;
	case EVENT_STATE:
		get_tcp_state(r, event);
		break;
	case EVENT_TIMER:
		event->timer.endpoint = get_endpoint(r);
		event->timer.retransmits = (uint32_t)get_number(r, "retransmits", UINT32_MAX, 0);
		event->timer.maybe_probe = get_flag(r, "maybe_probe");
		event->timer.gave_up = get_flag(r, "gave_up");
		break;
	case EVENT_SEGMENT:
	case EVENT_COPY:
	case EVENT_FORGED:
		get_packet(r, event);
		break;
	case EVENT_HELD:
	case EVENT_DELAYED:
	case EVENT_CORRUPTED:
	case EVENT_SWAPPED:
	case EVENT_DELIVERED:
	case EVENT_DROPPED:
		get_verdict(r, event);
		break;
	case EVENT_CLAIM:
		get_claim(r, event);
		break;
	case EVENT_QUESTION:
	case EVENT_PREDICTION:
	case EVENT_OBSERVATION:
		get_prediction(r, event);
		break;
	case EVENT_GOAL:
		get_goal(r, event);
		break;
	case EVENT_COMMAND:
	case EVENT_EXPECTATION:
	case EVENT_ERROR:
		get_place(r, event);
		break;
	default:
		break;
	}
}

/* What the kinds cannot be told without. */
#define NEEDS_SUBJECT                                                                              \
	(EVENT_BIT(EVENT_HOST) | EVENT_BIT(EVENT_PROCESS) | EVENT_BIT(EVENT_PROCESS_END) |         \
		EVENT_BIT(EVENT_PROGRAM) | EVENT_BIT(EVENT_SIGNAL) | EVENT_BIT(EVENT_STATE) |      \
		EVENT_BIT(EVENT_CLAIM) | EVENT_BIT(EVENT_QUESTION) | EVENT_BIT(EVENT_PREDICTION) | \
		EVENT_BIT(EVENT_OBSERVATION))
#define NEEDS_PROCESS (EVENT_BIT(EVENT_CALL) | EVENT_BIT(EVENT_BLOCKED) | EVENT_BIT(EVENT_RETURN))
#define NEEDS_TEXT                                                                                 \
	(EVENT_BIT(EVENT_LAB) | EVENT_BIT(EVENT_PROGRAM) | EVENT_BIT(EVENT_COMMAND) |              \
		EVENT_BIT(EVENT_CALL) | EVENT_BIT(EVENT_BLOCKED) | EVENT_BIT(EVENT_TIMER) |        \
		EVENT_BIT(EVENT_DELAYED) | EVENT_BIT(EVENT_CORRUPTED) | EVENT_BIT(EVENT_DROPPED) | \
		EVENT_BIT(EVENT_RULE) | EVENT_BIT(EVENT_RECIPE) | EVENT_BIT(EVENT_SAY) |           \
		EVENT_BIT(EVENT_EXPECTATION) | EVENT_BIT(EVENT_OUTPUT) | EVENT_BIT(EVENT_NOTE) |   \
		EVENT_BIT(EVENT_ERROR) | EVENT_BIT(EVENT_CLAIM) | EVENT_BIT(EVENT_QUESTION) |      \
		EVENT_BIT(EVENT_OBSERVATION) | EVENT_BIT(EVENT_GOAL))

static enum event_kind kind_of(const char *type)
{
	int kind = 0;

	while (kind < EVENT_COUNT && strcmp(event_kind_name((enum event_kind)kind), type) != 0)
		kind++;
	return (enum event_kind)kind;
}

void jsonl_read_event(struct jsonl_reader *r, struct event *event)
{
	const char *type = get_string(r, "type", true);

	event->time_ns = (uint64_t)get_number(r, "t_ns", INT64_MAX, NEEDED);
	event->cause = jsonl_own_number(r, (uint64_t)get_number(r, "cause", (int64_t)r->no - 1, 0));
	event->kind = type ? kind_of(type) : EVENT_COUNT;
	if (event->kind == EVENT_COUNT) { /* of a later version, which kept what we know as it is */
		event->kind = EVENT_NOTE;
		event->text = type;
		return;
	}
	event->subject = get_string(r, "subject", EVENT_BIT(event->kind) & NEEDS_SUBJECT);
	event->host = get_string(r, "host", event->kind == EVENT_PROCESS);
	event->process = get_string(r, "process", EVENT_BIT(event->kind) & NEEDS_PROCESS);
	event->text = get_string(r, "text", EVENT_BIT(event->kind) & NEEDS_TEXT);
	get_details(r, event);
}

void jsonl_read_number(struct jsonl_reader *r)
{
	if (get_number(r, "v", INT64_MAX, NEEDED) != JSONL_VERSION)
		jsonl_refuse(r, "the version of the schema is not %d", JSONL_VERSION);
	r->no = (uint64_t)get_range(r, "n", 1, INT64_MAX, NEEDED);
}
