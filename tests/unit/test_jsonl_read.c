/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "at.h"
#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/jsonl.h"
#include "journal/jsonl_read.h"

/* Packets of every sort, with each field that can be told. */
static struct segment make_tcp(void)
{
	return (struct segment){ .src = at("127.0.0.1", 1000),
		.dst = at("127.0.0.1", 80),
		.protocol = IPPROTO_TCP,
		.flags = SEGMENT_SYN | SEGMENT_ACK | SEGMENT_URG | SEGMENT_CWR,
		.hop_limit = 64,
		.window = 65535,
		.urgent = 3,
		.seq = 7,
		.seq_rel = 2,
		.seq_base = 5,
		.ack = 2,
		.ack_rel = 4,
		.ack_base = UINT32_MAX - 1,
		.payload_len = 100,
		.excerpt_len = 6,
		.excerpt = "a\n\0\"\xff\\",
		.options = { .present = 0xfff,
			.mss = 1460,
			.window_scale = 14,
			.sack_count = 2,
			.fast_open_len = 8,
			.unknown_kind = 254,
			.user_timeout = 0x8005,
			.ts_value = UINT32_MAX,
			.ts_echo = 1,
			.sack = { { 10, 20 }, { UINT32_MAX, 3 } } } };
}

static struct segment make_icmp(void)
{
	return (struct segment){ .src = at("fd00::1", 0),
		.dst = at("fd00::2", 0),
		.kind = SEGMENT_ICMP,
		.protocol = IPPROTO_ICMPV6,
		.payload_len = 48,
		.icmp = { .type = 2,
			.quotes = true,
			.quoted_protocol = IPPROTO_TCP,
			.quoted_src = at("fd00::2", 80),
			.quoted_dst = at("fd00::1", 1000),
			.quoted_seq = 99,
			.mtu = 1280 } };
}

static struct segment make_udp(void)
{
	return (struct segment){ .src = at("10.0.0.1", 53),
		.dst = at("10.0.0.2", 65535),
		.kind = SEGMENT_UDP,
		.protocol = IPPROTO_UDP,
		.payload_len = 2,
		.excerpt_len = 2,
		.excerpt = "hi" };
}

static struct segment make_fragment(void)
{
	return (struct segment){ .src = at("10.0.0.1", 0),
		.dst = at("10.0.0.2", 0),
		.kind = SEGMENT_OTHER,
		.protocol = IPPROTO_UDP,
		.fragment = true,
		.payload_len = 8 };
}

static void add_beginning(struct journal *j)
{
	journal_add(j, (struct event){ .kind = EVENT_LAB, .text = "6.1" });
	journal_add(j,
		(struct event){ .kind = EVENT_HOST,
			.subject = "alice",
			.socket = { .fd = -1,
				.local = at("10.0.0.1", 0),
				.remote = at("fd00::1", 0) } });
	journal_add(j,
		(struct event){ .kind = EVENT_HOST,
			.subject = "alice",
			.text = "power cut",
			.socket.fd = -1 });
	journal_add(j,
		(struct event){ .kind = EVENT_PROCESS,
			.subject = "main",
			.host = "alice",
			.process_fate.pid = 42 });
	journal_add(j, (struct event){ .kind = EVENT_RECIPE, .subject = "x.lab", .text = "" });
	journal_add(j,
		(struct event){ .kind = EVENT_COMMAND,
			.subject = "x.lab",
			.text = "say \"\xc3\xbc\x1b<b>\"",
			.place = { .line = 3, .column = 1 } });
}

/* A call, what its socket goes through, and its end. */
static void add_call(struct journal *j)
{
	uint64_t call;

	call = journal_add(j,
		(struct event){ .kind = EVENT_CALL,
			.cause = 6,
			.subject = "c",
			.host = "alice",
			.process = "main",
			.text = "connect(3, 127.0.0.1:80)" });
	journal_add(j,
		(struct event){ .kind = EVENT_BLOCKED,
			.cause = call,
			.process = "main",
			.text = "connect(3, 127.0.0.1:80)",
			.call.call = call });
	journal_add(j,
		(struct event){ .kind = EVENT_SOCKET,
			.subject = "c",
			.host = "alice",
			.process = "main",
			.socket = { .cookie = UINT64_MAX,
				.endpoint = 1,
				.fd = 3,
				.local = at("fd00::1", 1000),
				.remote = at("fd00::2", 80) } });
	journal_add(j,
		(struct event){ .kind = EVENT_STATE,
			.subject = "c",
			.state = { .cookie = 1, .endpoint = 1, .to = STATE_CLOSED } });
	journal_add(j,
		(struct event){ .kind = EVENT_STATE,
			.subject = "c",
			.cause = call,
			.state = { .endpoint = 1,
				.from = STATE_CLOSED,
				.to = STATE_SYN_SENT,
				.local = at("127.0.0.1", 1000) } });
	journal_add(j,
		(struct event){ .kind = EVENT_TIMER,
			.subject = "c",
			.text = "retransmission",
			.timer = { .endpoint = 1, .retransmits = 2, .maybe_probe = true } });
	journal_add(j,
		(struct event){ .kind = EVENT_TIMER,
			.subject = "c",
			.text = "keepalive",
			.timer = { .endpoint = 1, .retransmits = 9, .gave_up = true } });
	journal_add(j,
		(struct event){ .kind = EVENT_RETURN,
			.subject = "c",
			.process = "main",
			.cause = call,
			.call = { .call = call, .result = -1, .error = 524, .duration_ns = 9 } });
}

static void add_packets(struct journal *j)
{
	uint64_t sent;

	sent = journal_add(j,
		(struct event){ .kind = EVENT_SEGMENT,
			.cause = 6,
			.subject = "c",
			.text = "l",
			.host = "alice",
			.wire = { .number = 1, .segment = make_tcp() } });
	journal_add(j, (struct event){ .kind = EVENT_HELD, .cause = sent, .verdict.number = 1 });
	journal_add(j,
		(struct event){ .kind = EVENT_COPY,
			.wire = { .number = 2, .repeats = 1, .segment = make_udp() } });
	journal_add(j,
		(struct event){ .kind = EVENT_FORGED,
			.wire = { .number = 3, .segment = make_icmp() } });
	journal_add(j,
		(struct event){ .kind = EVENT_SEGMENT,
			.wire = { .number = 4, .repeats = 1, .segment = make_fragment() } });
	journal_add(j,
		(struct event){ .kind = EVENT_DELAYED,
			.text = "rule 1",
			.verdict = { .number = 2, .delay_ns = 5 } });
	journal_add(j,
		(struct event){ .kind = EVENT_CORRUPTED, .text = "checksum", .verdict.number = 2 });
	journal_add(j,
		(struct event){ .kind = EVENT_SWAPPED, .verdict = { .number = 1, .other = 2 } });
	journal_add(j,
		(struct event){ .kind = EVENT_DELIVERED,
			.cause = sent,
			.verdict = { .number = 1, .on_wire_ns = 77, .held = true } });
	journal_add(j,
		(struct event){ .kind = EVENT_DROPPED,
			.text = "by hand",
			.verdict = { .number = 2, .other = 1 } });
}

static void add_ends(struct journal *j)
{
	journal_add(j,
		(struct event){ .kind = EVENT_SIGNAL,
			.subject = "main",
			.process_fate.signal = SIGRTMIN });
	journal_add(j,
		(struct event){ .kind = EVENT_PROCESS_END,
			.subject = "main",
			.process_fate = { .signal = SIGSEGV, .core = true } });
	journal_add(j,
		(struct event){ .kind = EVENT_PROCESS_END,
			.subject = "kid",
			.process_fate = { .code = 3 } });
	journal_add(j,
		(struct event){ .kind = EVENT_PROGRAM, .subject = "web", .text = "\x80 hello" });
}

static void add_questions(struct journal *j)
{
	journal_add(j,
		(struct event){ .kind = EVENT_EXPECTATION,
			.text = "expect c CLOSED",
			.place = { .line = 1, .column = 1, .passed = true } });
	journal_add(j,
		(struct event){ .kind = EVENT_CLAIM,
			.subject = "A1",
			.text = "so it is",
			.host = "c CLOSED",
			.process = "it is not",
			.claim = { .line = 2, .column = 1, .verdict = CLAIM_DIFFERS } });
	journal_add(j,
		(struct event){ .kind = EVENT_QUESTION,
			.subject = "c state",
			.text = "which?",
			.host = "a state\nor none",
			.prediction = { .line = 3, .column = 2 } });
	journal_add(j,
		(struct event){ .kind = EVENT_PREDICTION,
			.subject = "c state",
			.text = "TIME-WAIT",
			.prediction = { .question = journal_last(j), .line = 3, .column = 2 } });
	journal_add(j,
		(struct event){ .kind = EVENT_OBSERVATION,
			.subject = "c state",
			.text = "CLOSED",
			.prediction = { .question = journal_last(j) - 1,
				.answer = journal_last(j),
				.line = 3,
				.column = 2,
				.verdict = PREDICTION_OTHERWISE } });
	journal_add(j,
		(struct event){ .kind = EVENT_GOAL,
			.text = "c is in CLOSING",
			.goal = { .number = 2, .met = 1, .count = 3, .passed = true } });
}

static void add_words(struct journal *j)
{
	journal_add(j, (struct event){ .kind = EVENT_RULE, .text = "rule 1: hold any" });
	journal_add(j, (struct event){ .kind = EVENT_MARK, .text = "mark" });
	journal_add(j, (struct event){ .kind = EVENT_SAY, .text = "hello" });
	journal_add(j, (struct event){ .kind = EVENT_OUTPUT, .text = "two\nlines" });
	journal_add(j, (struct event){ .kind = EVENT_NOTE, .text = "note" });
	journal_add(j, (struct event){ .kind = EVENT_ERROR, .text = "no", .subject = "try this" });
}

/* Every kind. */
static struct journal *make_all(void)
{
	struct journal *j = journal_new();

	add_beginning(j);
	add_call(j);
	add_packets(j);
	add_ends(j);
	add_questions(j);
	add_words(j);
	return j;
}

static void print_all(const struct journal *j, struct text *out)
{
	for (uint64_t no = 1; no <= journal_last(j); no++)
		jsonl_format(journal_get(j, no), out);
}

static void every_kind_comes_back_as_it_was(void **state)
{
	struct journal *j = make_all(), *read = NULL;
	struct text before = TEXT_EMPTY, after = TEXT_EMPTY;
	struct diag d = { 0 };
	uint64_t kinds = 0;

	(void)state;
	for (uint64_t no = 1; no <= journal_last(j); no++)
		kinds |= EVENT_BIT(journal_get(j, no)->kind);
	assert_true(kinds == EVENT_BIT(EVENT_COUNT) - 1);
	print_all(j, &before);
	if (jsonl_read(text_get(&before), before.len, "j", &read, &d) < 0)
		fail_msg("%s:%u: %s", d.file, d.line, d.message);
	print_all(read, &after);
	assert_string_equal(text_get(&after), text_get(&before));
	journal_free(read);
	journal_free(j);
	text_done(&before);
	text_done(&after);
}

#define HEAD "{\"v\":1,\"n\":1,\"t_ns\":5,"

static void hostile_lines_are_refused_with_their_place(void **state)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{ "nonsense", "no JSON" },
		{ "{\"v\":1", "no JSON" },
		{ "[1]", "no event" },
		{ "{\"v\":1,\"v\":1}", "no JSON" },
		{ "{\"v\":2,\"n\":1,\"t_ns\":1,\"type\":\"mark\"}", "version" },
		{ "{\"v\":1,\"n\":2,\"t_ns\":1,\"type\":\"mark\"}", "\"n\" is not 1" },
		{ "{\"v\":1,\"n\":1,\"t_ns\":-1,\"type\":\"mark\"}", "\"t_ns\"" },
		{ "{\"v\":1,\"n\":1,\"t_ns\":1e3,\"type\":\"mark\"}", "\"t_ns\"" },
		{ HEAD "\"type\":7}", "\"type\"" },
		{ HEAD "\"cause\":1,\"type\":\"mark\"}", "\"cause\"" },
		{ HEAD "\"type\":\"say\"}", "no \"text\"" },
		{ HEAD "\"type\":\"say\",\"text\":\"a\\u0000b\"}", "no JSON" },
		{ HEAD "\"type\":\"call\",\"text\":\"f()\"}", "no \"process\"" },
		{ HEAD "\"type\":\"return\",\"process\":\"p\",\"call\":1,\"result\":0}",
			"\"call\"" },
		{ HEAD "\"type\":\"state\",\"subject\":\"c\",\"endpoint\":1,\"to\":\"OPEN\"}",
			"\"to\" is no TCP state" },
		{ HEAD "\"type\":\"state\",\"subject\":\"c\",\"endpoint\":4000000000,\"to\":\"CLOSED\"}",
			"\"endpoint\"" },
		{ HEAD "\"type\":\"state\",\"subject\":\"c\",\"endpoint\":1,\"to\":\"CLOSED\","
		       "\"local\":\"1.2.3.4:99999\"}",
			"\"local\"" },
		{ HEAD "\"type\":\"state\",\"subject\":\"c\",\"endpoint\":1,\"to\":\"CLOSED\","
		       "\"cookie\":\"xyz\"}",
			"\"cookie\"" },
		{ HEAD "\"type\":\"segment\",\"number\":99999999999}", "\"number\"" },
		{ HEAD "\"type\":\"segment\",\"number\":0}", "\"number\"" },
		{ HEAD "\"type\":\"segment\",\"number\":1,\"src\":\"1.2.3.4\",\"dst\":\"1.2.3.4\","
		       "\"flags\":\"SYN/LOUD\"}",
			"\"flags\"" },
		{ HEAD "\"type\":\"segment\",\"number\":1,\"src\":\"1.2.3.4\",\"dst\":\"1.2.3.4\","
		       "\"ip_protocol\":17,\"len\":1,\"data\":\"ab\"}",
			"\"data\"" },
		{ HEAD "\"type\":\"segment\",\"number\":1,\"src\":\"1.2.3.4\",\"dst\":\"1.2.3.4\","
		       "\"ip_protocol\":17,\"len\":9,\"data\":\"a\\\\q\"}",
			"\"data\"" },
		{ HEAD "\"type\":\"delivered\",\"number\":18446744073709551615}", "no JSON" },
		{ HEAD "\"type\":\"claim\",\"subject\":\"A1\",\"text\":\"x\",\"verdict\":\"maybe\"}",
			"\"verdict\"" },
		{ HEAD "\"type\":\"question\",\"subject\":\"c state\",\"text\":\"x\"}",
			"no \"answers\"" },
		{ HEAD "\"type\":\"prediction\",\"subject\":\"c state\",\"question\":1}",
			"\"question\"" },
		{ HEAD "\"type\":\"observation\",\"subject\":\"c\",\"text\":\"x\",\"question\":0}",
			"no \"verdict\"" },
		{ HEAD "\"type\":\"observation\",\"subject\":\"c\",\"text\":\"x\",\"question\":0,"
		       "\"verdict\":\"right\"}",
			"\"verdict\" is none" },
		{ "", "no journal" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct journal *j = NULL;
		struct diag d = { 0 };
		const char *line = cases[i].line;

		assert_int_equal(jsonl_read(line, strlen(line), "evil.json", &j, &d), -EBADMSG);
		assert_null(j);
		if (!strstr(d.message, cases[i].message))
			fail_msg("%s: %s", line, d.message);
		assert_string_equal(d.file, "evil.json");
		assert_int_equal(d.line, 1);
	}
}

static void unknown_kind_becomes_a_note(void **state)
{
	static const char line[] = HEAD "\"type\":\"eclipse\",\"text\":7}\n";
	struct journal *j = NULL;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(jsonl_read(line, sizeof(line) - 1, "j", &j, &d), 0);
	assert_int_equal(journal_last(j), 1);
	assert_int_equal(journal_get(j, 1)->kind, EVENT_NOTE);
	assert_string_equal(journal_get(j, 1)->text, "eclipse");
	assert_int_equal(journal_get(j, 1)->time_ns, 5);
	journal_free(j);
}

/* Take one line; 0 or -errno. */
static int take(struct jsonl_reader *r, const char *line)
{
	struct diag d = { 0 };
	json_t *object = jsonl_reader_parse(r, line, strlen(line), &d);
	int failed = object ? jsonl_reader_take(r, object, &d) : -EBADMSG;

	json_decref(object);
	return failed;
}

static void missing_events_leave_the_others_in_order(void **state)
{
	static const char *const lines[] = {
		"{\"v\":1,\"n\":1,\"t_ns\":1,\"type\":\"lab\",\"text\":\"Linux\"}",
		"{\"v\":1,\"n\":5,\"t_ns\":2,\"type\":\"call\",\"process\":\"p\",\"text\":\"f()\"}",
		"{\"v\":1,\"n\":6,\"t_ns\":3,\"type\":\"say\",\"text\":\"a\",\"cause\":4}",
		"{\"v\":1,\"n\":9,\"t_ns\":4,\"type\":\"return\",\"process\":\"p\",\"call\":5,\"result\":0,\"cause\":5}",
		"{\"v\":1,\"n\":10,\"t_ns\":5,\"type\":\"return\",\"process\":\"p\",\"call\":7,\"result\":0,\"cause\":1}",
	};
	static const uint64_t causes[] = { 0, 0, 0, 2, 1 }, calls[] = { 0, 0, 0, 2, 0 };
	struct jsonl_reader *r = jsonl_reader_new("j", true);
	const struct journal *j = jsonl_reader_journal(r);

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(take(r, lines[i]), 0);
		assert_int_equal(journal_last(j), i + 1);
		assert_int_equal(journal_get(j, i + 1)->cause, causes[i]);
		if (i >= 3)
			assert_int_equal(journal_get(j, i + 1)->call.call, calls[i]);
	}
	assert_int_equal(jsonl_reader_missing(r), 5);
	/* back is no gap */
	assert_int_equal(take(r, lines[1]), -EBADMSG);
	jsonl_reader_free(r);
	/* and without leave there is none */
	r = jsonl_reader_new("j", false);
	assert_int_equal(take(r, lines[0]), 0);
	assert_int_equal(take(r, lines[1]), -EBADMSG);
	jsonl_reader_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_comes_back_as_it_was),
		cmocka_unit_test(hostile_lines_are_refused_with_their_place),
		cmocka_unit_test(unknown_kind_becomes_a_note),
		cmocka_unit_test(missing_events_leave_the_others_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
