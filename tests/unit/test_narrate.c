/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "at.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "journal/narrate.h"
#include "with_journal.h"

/* The event, added to the journal, must read "SUBJECT: WHAT", then " <- CAUSE" when it has one. */
static uint64_t assert_told(struct journal *j, struct event event, const char *expected)
{
	struct text out = TEXT_EMPTY, cause = TEXT_EMPTY;
	const struct event *kept;

	event.time_ns = SOME_TIME;
	kept = journal_get(j, journal_add(j, event));
	narrate_subject(kept, &out);
	text_puts(&out, ": ");
	narrate_what(j, kept, &out);
	narrate_cause(j, kept, &cause);
	if (cause.len)
		text_printf(&out, " <- %s", text_get(&cause));
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
	text_done(&cause);
	return kept->no;
}

static void call_and_return_read_like_strace(void **state)
{
	struct journal *j = *state;
	uint64_t call = assert_told(j,
		(struct event){ .kind = EVENT_CALL, .process = "main", .text = "connect(3, :80)" },
		"main: connect(3, :80) ...");

	assert_told(j,
		(struct event){ .kind = EVENT_BLOCKED,
			.cause = call,
			.process = "main",
			.text = "connect(3, :80)",
			.call.call = call },
		"main: connect(3, :80) is blocked");
	assert_told(j,
		(struct event){ .kind = EVENT_RETURN,
			.cause = call,
			.process = "main",
			.call = { .call = call, .result = 0, .duration_ns = 1204000 } },
		"main: connect(3, :80) = 0  <1.204 ms>");
	assert_told(j,
		(struct event){ .kind = EVENT_RETURN,
			.cause = call,
			.process = "main",
			.text = "\"hi\"",
			.call = { .call = call, .result = 2 } },
		"main: connect(3, :80) = 2 \"hi\"  <0.000 ms>");
	assert_told(j,
		(struct event){ .kind = EVENT_RETURN,
			.cause = call,
			.process = "main",
			.call = { .call = call, .result = -1, .error = ECONNREFUSED } },
		"main: connect(3, :80) = -1 ECONNREFUSED (Connection refused)  <0.000 ms>");
}

static void return_of_unknown_call_is_told_anyway(void **state)
{
	assert_told(*state,
		(struct event){ .kind = EVENT_RETURN, .process = "main", .call.call = 99 },
		"main: ? = 0  <0.000 ms>");
}

static void state_tells_the_way_and_its_cause(void **state)
{
	struct journal *j = *state;
	uint64_t call = assert_told(j,
		(struct event){ .kind = EVENT_CALL, .process = "main", .text = "connect(3, :80)" },
		"main: connect(3, :80) ...");
	uint64_t timer = assert_told(j,
		(struct event){ .kind = EVENT_TIMER,
			.subject = "c",
			.text = "retransmission",
			.timer = { .retransmits = 2 } },
		"c: retransmission timer, retransmission 2");

	assert_told(j,
		(struct event){ .kind = EVENT_TIMER,
			.subject = "c",
			.text = "retransmission",
			.timer = { .maybe_probe = true } },
		"c: retransmission timer (or loss probe)");
	assert_told(j,
		(struct event){ .kind = EVENT_TIMER,
			.subject = "c",
			.text = "keepalive",
			.timer = { .retransmits = 2 } },
		"c: keepalive timer, probe 2");
	assert_told(j,
		(struct event){ .kind = EVENT_TIMER,
			.subject = "c",
			.text = "keepalive",
			.timer = { .retransmits = 2, .gave_up = true } },
		"c: keepalive timer, gives up after probe 2");
	assert_told(j, (struct event){ .kind = EVENT_TIMER, .subject = "c", .text = "keepalive" },
		"c: keepalive timer");
	assert_told(j,
		(struct event){ .kind = EVENT_STATE,
			.subject = "c",
			.cause = call,
			.state = { .from = STATE_CLOSED, .to = STATE_SYN_SENT } },
		"c: CLOSED -> SYN-SENT <- main: connect");
	assert_told(j,
		(struct event){ .kind = EVENT_STATE,
			.subject = "c",
			.cause = timer,
			.state = { .to = STATE_CLOSED } },
		"c: CLOSED <- retransmission timer");
}

static void segment_prefers_names_to_addresses(void **state)
{
	struct journal *j = *state;
	struct segment s = { .src = at("10.0.0.1", 1000),
		.dst = at("fd00::1", 80),
		.flags = SEGMENT_SYN,
		.window = 10,
		.options = { .present = OPTION_MSS | OPTION_TIMESTAMPS, .mss = 1460 } };

	assert_told(j,
		(struct event){ .kind = EVENT_SEGMENT,
			.subject = "c",
			.text = "l",
			.wire = { .number = 1, .segment = s } },
		"#1: c > l  SYN seq 0 win 10 <mss 1460, TS>");
	s.flags = SEGMENT_ACK;
	assert_told(j,
		(struct event){ .kind = EVENT_SEGMENT,
			.wire = { .number = 2, .repeats = 1, .segment = s } },
		"#2: 10.0.0.1:1000 > [fd00::1]:80  ACK seq 0 ack 0 win 10  (again: #1)");
}

/* A SYN need not carry MSS, nor anything. */
static void segment_of_a_syn_lists_only_its_options(void **state)
{
	struct journal *j = *state;
	struct segment s = { .flags = SEGMENT_SYN,
		.window = 10,
		.options = { .present = OPTION_MSS | OPTION_SACK_PERMITTED | OPTION_WINDOW_SCALE,
			.mss = 1460,
			.window_scale = 7 } };
	struct event event = { .kind = EVENT_SEGMENT, .subject = "c", .text = "l" };

	event.wire.segment = s;
	assert_told(j, event, "#0: c > l  SYN seq 0 win 10 <mss 1460, sackOK, wscale 7>");
	event.wire.segment.options.present = OPTION_SACK_PERMITTED;
	assert_told(j, event, "#0: c > l  SYN seq 0 win 10 <sackOK>");
	event.wire.segment.options.present = 0;
	assert_told(j, event, "#0: c > l  SYN seq 0 win 10");
}

/* What arrived behind a hole is told of any segment; of a D-SACK it is told that it came twice (RFC 2883 4.1, 4.2:
 * below the number acknowledged, or inside the next block). */
static void segment_tells_its_sack_blocks(void **state)
{
	struct journal *j = *state;
	struct event event = { .kind = EVENT_SEGMENT, .subject = "l", .text = "c" };
	struct segment *s = &event.wire.segment;

	s->flags = SEGMENT_ACK;
	s->ack = 1005;
	s->ack_base = 1000;
	s->ack_rel = 5;
	s->options.present = OPTION_SACK | OPTION_TIMESTAMPS;
	s->options.sack_count = 2;
	s->options.sack[0].left = 1009;
	s->options.sack[0].right = 1013;
	s->options.sack[1].left = 1020;
	s->options.sack[1].right = 1030;
	assert_told(j, event, "#0: l > c  ACK seq 0 ack 5 win 0 <sack 9-13 20-30>");
	s->options.sack[0].left = 1001;
	s->options.sack[0].right = 1005;
	assert_told(j, event, "#0: l > c  ACK seq 0 ack 5 win 0 <dsack 1-5, sack 20-30>");
	s->options.sack[0].left = 1022;
	s->options.sack[0].right = 1030;
	assert_told(j, event, "#0: l > c  ACK seq 0 ack 5 win 0 <dsack 22-30, sack 20-30>");
	s->options.sack_count = 1;
	assert_told(j, event, "#0: l > c  ACK seq 0 ack 5 win 0 <sack 22-30>");
}

static void forged_segment_tells_all_it_was_given(void **state)
{
	struct event event = { .kind = EVENT_FORGED, .subject = "c", .text = "l" };
	struct segment *s = &event.wire.segment;

	s->flags = SEGMENT_RST;
	s->options.present = OPTION_MSS | OPTION_TIMESTAMPS | OPTION_SACK;
	s->options.mss = 7;
	s->options.ts_value = 12;
	s->options.ts_echo = 34;
	s->options.sack_count = 1;
	s->options.sack[0].left = 1;
	s->options.sack[0].right = 2;
	assert_told(*state, event,
		"#0: c > l  RST seq 0 win 0 <mss 7, TS 12/34, sack 1-2>  (forged)");
}

static void delivery_is_the_cause_of_what_follows(void **state)
{
	struct journal *j = *state;
	const struct segment s = { .flags = SEGMENT_SYN };
	uint64_t sent = journal_add(j,
		(struct event){ .kind = EVENT_SEGMENT, .wire = { .number = 5, .segment = s } });
	uint64_t delivered = assert_told(j,
		(struct event){ .kind = EVENT_DELIVERED,
			.cause = sent,
			.verdict = { .number = 5, .held = true, .on_wire_ns = 2000000000 } },
		"#5: delivered after 2.000 s");

	assert_told(j,
		(struct event){ .kind = EVENT_STATE,
			.subject = "l/1",
			.cause = delivered,
			.state = { .to = STATE_SYN_RECEIVED } },
		"l/1: SYN-RECEIVED <- #5 SYN");
	assert_told(j, (struct event){ .kind = EVENT_HELD, .verdict = { .number = 6 } },
		"#6: held");
	assert_told(j,
		(struct event){ .kind = EVENT_DROPPED,
			.text = "by hand",
			.verdict = { .number = 6 } },
		"#6: dropped: by hand");
}

static void end_of_process_tells_signal_or_status(void **state)
{
	struct journal *j = *state;
	uint64_t sent = assert_told(j,
		(struct event){ .kind = EVENT_SIGNAL,
			.subject = "main",
			.process_fate = { .signal = SIGKILL } },
		"main: is sent SIGKILL");

	assert_told(j,
		(struct event){ .kind = EVENT_PROCESS_END,
			.subject = "main",
			.cause = sent,
			.process_fate = { .signal = SIGKILL, .core = true } },
		"main: killed by SIGKILL (core dumped) <- main was sent SIGKILL");
	assert_told(j,
		(struct event){ .kind = EVENT_PROCESS_END,
			.subject = "main",
			.process_fate = { .code = 7 } },
		"main: exited with 7");
}

static void what_of_every_kind_without_strings_is_survived(void **state)
{
	static const enum event_kind bare[] = { EVENT_MARK, EVENT_SAY, EVENT_OUTPUT, EVENT_NOTE,
		EVENT_RULE, EVENT_EXPECTATION, EVENT_ERROR, EVENT_COMMAND };

	for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++)
		assert_told(*state, (struct event){ .kind = bare[i] }, ": ");
}

/* What `mark "\x1b[2J"` leaves in the journal; the story of a failed expectation shows it. */
static void what_came_from_outside_is_made_printable(void **state)
{
	assert_told(*state, (struct event){ .kind = EVENT_MARK, .text = "\x1b[2J" }, ": \\x1b[2J");
	assert_told(*state, (struct event){ .kind = EVENT_NOTE, .text = "\xc2\x9b\xff" },
		": \\xc2\\x9b\\xff");
}

static void what_of_output_keeps_its_lines(void **state)
{
	assert_told(*state, (struct event){ .kind = EVENT_OUTPUT, .text = "a\nb" }, ": a\nb");
}

static void assert_tail(const struct journal *j, unsigned lines, const char *expected)
{
	struct text out = TEXT_EMPTY;

	narrate_tail(j, lines, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void tail_shows_the_last_of_the_story(void **state)
{
	struct journal *j = *state;

	assert_tail(j, 3, "");
	journal_add(j, (struct event){ .kind = EVENT_MARK, .time_ns = 1, .text = "one" });
	journal_add(j, (struct event){ .kind = EVENT_SAY, .time_ns = 1, .text = "not told" });
	journal_add(j,
		(struct event){ .kind = EVENT_STATE,
			.time_ns = 1,
			.subject = "c",
			.state = { .from = STATE_CLOSED, .to = STATE_SYN_SENT } });
	journal_add(j, (struct event){ .kind = EVENT_OUTPUT, .time_ns = 1, .text = "not told" });
	assert_tail(j, 0, "");
	assert_tail(j, 1, "        0.000  c        CLOSED -> SYN-SENT\n");
	assert_tail(j, 9,
		"        0.000           one\n"
		"        0.000  c        CLOSED -> SYN-SENT\n");
}

/* What one's own program said is most often what is looked for. */
static void tail_has_causes_and_what_programs_wrote(void **state)
{
	struct journal *j = *state;
	uint64_t call = journal_add(j,
		(struct event){ .kind = EVENT_CALL,
			.time_ns = 1,
			.process = "main",
			.text = "close(3)" });

	journal_add(j,
		(struct event){ .kind = EVENT_STATE,
			.time_ns = 1,
			.cause = call,
			.subject = "c",
			.state = { .from = STATE_ESTABLISHED, .to = STATE_FIN_WAIT_1 } });
	journal_add(j,
		(struct event){ .kind = EVENT_PROGRAM,
			.time_ns = 1,
			.cause = call,
			.subject = "nc",
			.text = "\x1b[2J refused" });
	assert_tail(j, 2,
		"        0.000  c        ESTABLISHED -> FIN-WAIT-1  <- main: close\n"
		"        0.000  nc       | \\x1b[2J refused\n");
}

/* `reset` makes the first host anew, which no command asked for. */
static void tail_ends_where_the_lab_began_anew(void **state)
{
	struct journal *j = *state;

	journal_add(j, (struct event){ .kind = EVENT_MARK, .time_ns = 1, .text = "before" });
	journal_add(j, (struct event){ .kind = EVENT_HOST, .time_ns = 1, .subject = "localhost" });
	assert_tail(j, 9, "");
	journal_add(j, (struct event){ .kind = EVENT_MARK, .time_ns = 1, .text = "since" });
	journal_add(j,
		(struct event){ .kind = EVENT_HOST, .time_ns = 1, .cause = 1, .subject = "bob" });
	assert_tail(j, 9, "        0.000           since\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(call_and_return_read_like_strace),
		JOURNAL_TEST(return_of_unknown_call_is_told_anyway),
		JOURNAL_TEST(state_tells_the_way_and_its_cause),
		JOURNAL_TEST(segment_prefers_names_to_addresses),
		JOURNAL_TEST(segment_of_a_syn_lists_only_its_options),
		JOURNAL_TEST(segment_tells_its_sack_blocks),
		JOURNAL_TEST(forged_segment_tells_all_it_was_given),
		JOURNAL_TEST(delivery_is_the_cause_of_what_follows),
		JOURNAL_TEST(end_of_process_tells_signal_or_status),
		JOURNAL_TEST(what_of_every_kind_without_strings_is_survived),
		JOURNAL_TEST(what_came_from_outside_is_made_printable),
		JOURNAL_TEST(what_of_output_keeps_its_lines),
		JOURNAL_TEST(tail_shows_the_last_of_the_story),
		JOURNAL_TEST(tail_has_causes_and_what_programs_wrote),
		JOURNAL_TEST(tail_ends_where_the_lab_began_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
