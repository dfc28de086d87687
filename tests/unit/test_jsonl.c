/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event as a line of JSON, read back by another implementation's parser. */
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "at.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl.h"
#include "with_journal.h"

/* The one line an event gives, read back by another implementation's parser. */
static json_t *parse_line(const struct event *event)
{
	struct text text = TEXT_EMPTY;
	const char *line;
	json_error_t error;
	json_t *object;
	size_t len;

	jsonl_format(event, &text);
	line = text_get(&text);
	len = strlen(line);
	assert_true(len > 1);
	assert_ptr_equal(strchr(line, '\n'), line + len - 1);
	for (size_t i = 0; i + 1 < len; i++)
		assert_true((unsigned char)line[i] >= 0x20);
	object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	if (!object)
		fail_msg("%s: %s", error.text, line);
	text_done(&text);
	return object;
}

/* Without the fields every event has, the object must be `expected`, as JSON with ' for ". */
static void assert_fields(struct journal *j, struct event event, const char *expected)
{
	static const char *const common[] = { "v", "n", "t_ns", "type" };
	struct text quoted = TEXT_EMPTY;
	json_t *object, *wanted;
	char *got;

	event.time_ns = SOME_TIME;
	object = parse_line(journal_get(j, journal_add(j, event)));
	assert_int_equal(json_integer_value(json_object_get(object, "v")), JSONL_VERSION);
	assert_int_equal(json_integer_value(json_object_get(object, "n")), journal_last(j));
	assert_true(json_is_integer(json_object_get(object, "t_ns")));
	assert_string_equal(json_string_value(json_object_get(object, "type")),
		event_kind_name(event.kind));
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		assert_int_equal(json_object_del(object, common[i]), 0);
	for (const char *c = expected; *c; c++)
		text_add(&quoted, *c == '\'' ? "\"" : c, 1);
	wanted = json_loads(text_get(&quoted), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(wanted);
	got = json_dumps(object, JSON_SORT_KEYS);
	if (!json_equal(object, wanted))
		fail_msg("%s, not %s", got, expected);
	free(got);
	json_decref(object);
	json_decref(wanted);
	text_done(&quoted);
}

static void jsonl_of_process_events_tells_fate(void **state)
{
	struct journal *j = *state;

	assert_fields(j,
		(struct event){ .kind = EVENT_PROCESS,
			.subject = "main",
			.host = "left",
			.process_fate = { .pid = 42 } },
		"{'subject':'main','host':'left','pid':42}");
	assert_fields(j,
		(struct event){ .kind = EVENT_PROCESS_END,
			.process_fate = { .pid = 42, .code = 0 } },
		"{'pid':42,'status':0}");
	assert_fields(j,
		(struct event){ .kind = EVENT_PROCESS_END,
			.process_fate = { .pid = 42, .signal = SIGPIPE } },
		"{'pid':42,'signal':'SIGPIPE','signal_number':13}");
	assert_fields(j,
		(struct event){ .kind = EVENT_SIGNAL,
			.cause = 2,
			.process_fate = { .pid = 42, .signal = SIGKILL } },
		"{'cause':2,'pid':42,'signal':'SIGKILL','signal_number':9}");
}

static void jsonl_of_calls_names_the_call_and_errno(void **state)
{
	struct journal *j = *state;

	assert_fields(j,
		(struct event){ .kind = EVENT_CALL,
			.subject = "c",
			.process = "main",
			.text = "connect(3, \"x\")" },
		"{'subject':'c','process':'main','text':'connect(3, \\'x\\')'}");
	assert_fields(j, (struct event){ .kind = EVENT_BLOCKED, .call.call = 7 }, "{'call':7}");
	assert_fields(j,
		(struct event){ .kind = EVENT_RETURN,
			.cause = 7,
			.call = { .call = 7, .result = 3, .duration_ns = 1204 } },
		"{'cause':7,'call':7,'result':3,'duration_ns':1204}");
	assert_fields(j,
		(struct event){ .kind = EVENT_RETURN,
			.call = { .call = 7, .result = -1, .error = ECONNREFUSED } },
		"{'call':7,'result':-1,'errno':'ECONNREFUSED','errno_number':111,'duration_ns':0}");
}

static void jsonl_of_socket_and_state_has_hex_cookie(void **state)
{
	struct journal *j = *state;

	assert_fields(j,
		(struct event){ .kind = EVENT_HOST,
			.subject = "left",
			.socket = { .local = at("10.0.0.1", 0), .remote = at("fd00::1", 0) } },
		"{'subject':'left','ipv4':'10.0.0.1','ipv6':'fd00::1'}");
	assert_fields(j,
		(struct event){ .kind = EVENT_SOCKET,
			.socket = { .cookie = UINT64_MAX,
				.endpoint = 3,
				.fd = -1,
				.local = at("10.0.0.1", 80) } },
		"{'endpoint':3,'cookie':'ffffffffffffffff','fd':-1,'local':'10.0.0.1:80'}");
	assert_fields(j,
		(struct event){ .kind = EVENT_STATE,
			.subject = "c",
			.state = { .cookie = 0x1f,
				.endpoint = 3,
				.from = STATE_SYN_SENT,
				.to = STATE_ESTABLISHED,
				.local = at("10.0.0.1", 1000),
				.remote = at("fd00::1", 80) } },
		"{'subject':'c','endpoint':3,'cookie':'1f','from':'SYN-SENT','to':'ESTABLISHED',"
		"'local':'10.0.0.1:1000','remote':'[fd00::1]:80'}");
	assert_fields(j,
		(struct event){ .kind = EVENT_STATE, .state = { .to = STATE_SYN_RECEIVED } },
		"{'endpoint':0,'to':'SYN-RECEIVED'}");
	assert_fields(j,
		(struct event){ .kind = EVENT_TIMER,
			.text = "retransmission",
			.timer = { .endpoint = 3, .retransmits = 2 } },
		"{'endpoint':3,'retransmits':2,'text':'retransmission'}");
	assert_fields(j,
		(struct event){ .kind = EVENT_TIMER,
			.text = "retransmission",
			.timer = { .endpoint = 3, .maybe_probe = true } },
		"{'endpoint':3,'retransmits':0,'maybe_probe':true,'text':'retransmission'}");
	assert_fields(j,
		(struct event){ .kind = EVENT_TIMER,
			.text = "keepalive",
			.timer = { .endpoint = 3, .retransmits = 9, .gave_up = true } },
		"{'endpoint':3,'retransmits':9,'gave_up':true,'text':'keepalive'}");
}

static void jsonl_of_segment_has_both_numbers(void **state)
{
	struct journal *j = *state;
	struct segment s = { .src = at("10.0.0.1", 1000),
		.dst = at("10.0.0.2", 80),
		.protocol = IPPROTO_TCP,
		.flags = SEGMENT_SYN,
		.window = 64240,
		.seq = 5000,
		.options = { .present = OPTION_MSS, .mss = 1460 } };

	assert_fields(j,
		(struct event){ .kind = EVENT_SEGMENT,
			.subject = "c",
			.text = "l",
			.wire = { .number = 1, .segment = s } },
		"{'subject':'c','peer':'l','number':1,'src':'10.0.0.1:1000','dst':'10.0.0.2:80','protocol':'TCP','ttl':0,"
		"'flags':'SYN','seq':0,'seq_raw':5000,'window':64240,'window_scaled':64240,'len':0,"
		"'options':'MSS 1460','mss':1460}");
	s.flags = SEGMENT_ACK | SEGMENT_PSH;
	s.options.present = 0;
	s.seq_rel = 1;
	s.ack = 901;
	s.ack_rel = 1;
	s.payload_len = 100;
	s.excerpt_len = 3;
	memcpy(s.excerpt, "a\0\"", 3);
	assert_fields(j,
		(struct event){ .kind = EVENT_SEGMENT,
			.wire = { .number = 2, .repeats = 1, .segment = s } },
		"{'number':2,'repeats':1,'src':'10.0.0.1:1000','dst':'10.0.0.2:80','protocol':'TCP','ttl':0,"
		"'flags':'PSH/ACK','seq':1,'seq_raw':5000,'ack':1,'ack_raw':901,"
		"'window':64240,'window_scaled':64240,'len':100,'data':'a\\\\x00\\\\\\''}");
}

static void jsonl_of_verdict_names_the_segment(void **state)
{
	static const enum event_kind kinds[] = { EVENT_HELD, EVENT_DELIVERED, EVENT_DROPPED };
	struct journal *j = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_fields(j,
			(struct event){ .kind = kinds[i],
				.cause = 4,
				.host = "right",
				.verdict = { .number = 9, .on_wire_ns = 1000 } },
			"{'cause':4,'host':'right','number':9,'on_wire_ns':1000}");
}

static void jsonl_of_script_events_has_its_place(void **state)
{
	struct journal *j = *state;

	assert_fields(j,
		(struct event){ .kind = EVENT_COMMAND,
			.subject = "a.lab",
			.text = "hold",
			.place = { .line = 3, .column = 2 } },
		"{'subject':'a.lab','text':'hold','line':3,'column':2}");
	assert_fields(j,
		(struct event){ .kind = EVENT_EXPECTATION, .place = { .line = 3, .passed = true } },
		"{'passed':true,'line':3,'column':0}");
	assert_fields(j, (struct event){ .kind = EVENT_EXPECTATION }, "{'passed':false}");
	assert_fields(j, (struct event){ .kind = EVENT_ERROR, .text = "no", .subject = "try yes" },
		"{'text':'no','subject':'try yes'}");
}

static void jsonl_of_plain_events_has_text_only(void **state)
{
	static const enum event_kind kinds[] = { EVENT_LAB, EVENT_RULE, EVENT_MARK, EVENT_SAY,
		EVENT_OUTPUT, EVENT_NOTE };
	struct journal *j = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		assert_fields(j, (struct event){ .kind = kinds[i], .text = "two\nlines" },
			"{'text':'two\\nlines'}");
		assert_fields(j, (struct event){ .kind = kinds[i] }, "{}");
	}
}

static void jsonl_of_hostile_strings_stays_one_line(void **state)
{
	static const struct {
		const char *string, *read_back;
	} hostile[] = {
		{ "\"}\n{\"v\":1", "\"}\n{\"v\":1" },
		{ "\x01\x1b[31m\x7f\r", "\x01\x1b[31m\x7f\r" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\\", "\\" },
		{ "\xff\xfe", "\\xff\\xfe" },
		{ "\xc0\xaf\n", "\\xc0\\xaf\\n" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "cut \xe2\x82", "cut \\xe2\\x82" },
	};
	struct journal *j = *state;

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		const char *s = hostile[i].string;
		const struct event event = { .kind = EVENT_NOTE,
			.subject = s,
			.host = s,
			.process = s,
			.text = s };
		json_t *object = parse_line(journal_get(j, journal_add(j, event)));
		static const char *const keys[] = { "subject", "host", "process", "text" };

		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			assert_string_equal(json_string_value(json_object_get(object, keys[k])),
				hostile[i].read_back);
		json_decref(object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(jsonl_of_process_events_tells_fate),
		JOURNAL_TEST(jsonl_of_calls_names_the_call_and_errno),
		JOURNAL_TEST(jsonl_of_socket_and_state_has_hex_cookie),
		JOURNAL_TEST(jsonl_of_segment_has_both_numbers),
		JOURNAL_TEST(jsonl_of_verdict_names_the_segment),
		JOURNAL_TEST(jsonl_of_script_events_has_its_place),
		JOURNAL_TEST(jsonl_of_plain_events_has_text_only),
		JOURNAL_TEST(jsonl_of_hostile_strings_stays_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
