/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "view/socket_table.h"

static struct address at(uint16_t port)
{
	return (struct address){ .family = AF_INET, .bytes = { 127, 0, 0, 1 }, .port = port };
}

static struct socket_row client(void)
{
	return (struct socket_row){ .name = "c",
		.state = STATE_ESTABLISHED,
		.sendq = 5,
		.local = at(36150),
		.remote = at(80),
		.process = "main",
		.pid = 4711,
		.fd = 3,
		.timer = "retransmission",
		.timer_ns = 230 * NS_PER_MS,
		.retransmits = 1,
		.has_sending = true,
		.cwnd = 10,
		.rto_us = 204000,
		.has_change = true,
		.from = STATE_SYN_SENT,
		.changed_ns = 400 * NS_PER_MS,
		.cause = "#2 SYN/ACK" };
}

static struct socket_row listener(void)
{
	return (struct socket_row){ .name = "l",
		.state = STATE_LISTEN,
		.recvq = 1,
		.sendq = 16,
		.local = at(80),
		.process = "main",
		.pid = 4711,
		.fd = 4 };
}

static void assert_table(const struct socket_row *rows, size_t count, unsigned width,
	const char *expected)
{
	struct text out = TEXT_EMPTY;

	socket_table_format(rows, count, width, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void wide_has_the_owner_in_the_row(void **state)
{
	const struct socket_row rows[] = { client(), listener() };

	(void)state;
	assert_table(rows, 2, 120,
		"SOCKET STATE       RECV-Q SEND-Q LOCAL           REMOTE       OWNER\n"
		"c      ESTABLISHED      0      5 127.0.0.1:36150 127.0.0.1:80 main 4711 fd 3\n"
		"       retransmission in 0.2 s, 1 done; cwnd 10, rto 204 ms; "
		"SYN-SENT -> ESTABLISHED 0.4 s ago <- #2 SYN/ACK\n"
		"l      LISTEN           1     16 127.0.0.1:80    *            main 4711 fd 4\n"
		"       accept queue 1 of 16\n");
}

/* As the kernel says it; and what it means. */
static void deferred_syn_has_no_queue(void **state)
{
	struct socket_row row = client();

	(void)state;
	row.state = STATE_SYN_SENT;
	row.from = STATE_CLOSED;
	row.sendq = 4069562060;
	row.timer = NULL;
	row.is_deferred = true;
	row.cause = "main: connect";
	assert_table(&row, 1, 100,
		"SOCKET STATE    RECV-Q SEND-Q LOCAL           REMOTE       OWNER\n"
		"c      SYN-SENT      0 4069562060 127.0.0.1:36150 127.0.0.1:80 main 4711 fd 3\n"
		"       its SYN waits for the first write; until then SEND-Q is no number of bytes\n"
		"       CLOSED -> SYN-SENT 0.4 s ago <- main: connect\n");
}

/* The name is the kernel's, and a student has switched no keepalive on. */
static void keepalive_of_an_orphan_says_what_it_is_for(void **state)
{
	struct socket_row row = { .state = STATE_FIN_WAIT_2,
		.timer = "keepalive",
		.timer_ns = 300 * NS_PER_S };
	struct text out = TEXT_EMPTY;

	(void)state;
	socket_row_timer(&row, &out);
	assert_string_equal(text_get(&out), "keepalive (for FIN-WAIT-2) in 5 min");
	text_clear(&out);
	row.process = "main"; /* shutdown(): this one is SO_KEEPALIVE's */
	socket_row_timer(&row, &out);
	assert_string_equal(text_get(&out), "keepalive in 5 min");
	text_done(&out);
}

static void narrow_has_the_owner_below_and_breaks_between_parts(void **state)
{
	const struct socket_row row = client();

	(void)state;
	assert_table(&row, 1, 70,
		"SOCKET STATE       RECV-Q SEND-Q LOCAL           REMOTE\n"
		"c      ESTABLISHED      0      5 127.0.0.1:36150 127.0.0.1:80\n"
		"       main 4711 fd 3; retransmission in 0.2 s, 1 done\n"
		"       cwnd 10, rto 204 ms\n"
		"       SYN-SENT -> ESTABLISHED 0.4 s ago <- #2 SYN/ACK\n");
}

/* Whatever the rows hold, no line is wider than asked for, down to where a part alone is too wide. */
static void no_line_is_wider_than_asked_for(void **state)
{
	struct socket_row rows[] = { client(), listener(), client() };

	(void)state;
	rows[2].name = "kid/connection";
	rows[2].process = NULL;
	rows[2].nobody = SOCKET_NOT_ACCEPTED;
	for (unsigned width = 76; width < 160; width++) {
		struct text out = TEXT_EMPTY;
		size_t widest = 0;

		socket_table_format(rows, 3, width, &out);
		for (const char *line = text_get(&out); *line;) {
			size_t len = strcspn(line, "\n");

			widest = len > widest ? len : widest;
			line += len + 1;
		}
		assert_true(widest <= width);
		text_done(&out);
	}
}

static void udp_has_no_state_and_nothing_below(void **state)
{
	struct socket_row row = { .name = "u",
		.protocol = "UDP",
		.local = at(53),
		.process = "main",
		.pid = 1,
		.fd = 3 };

	(void)state;
	assert_table(&row, 1, 100,
		"SOCKET STATE RECV-Q SEND-Q LOCAL        REMOTE OWNER\n"
		"u      UDP        0      0 127.0.0.1:53 *      main 1 fd 3\n");
}

static void assert_part(void part(const struct socket_row *, struct text *),
	const struct socket_row *row, const char *expected)
{
	struct text out = TEXT_EMPTY;

	part(row, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void nobody_says_why(void **state)
{
	struct socket_row row = client();

	(void)state;
	row.process = NULL;
	row.nobody = SOCKET_ORPHAN;
	assert_part(socket_row_owner, &row, "nobody: orphan");
	row.nobody = SOCKET_TIME_WAIT;
	assert_part(socket_row_owner, &row, "nobody: time-wait");
	row.nobody = SOCKET_NOT_ACCEPTED;
	assert_part(socket_row_owner, &row, "nobody: not accepted yet");
}

static void first_seen_without_cause_tells_only_its_age(void **state)
{
	struct socket_row row = client();

	(void)state;
	row.from = STATE_NONE;
	row.cause = "";
	assert_part(socket_row_change, &row, "ESTABLISHED 0.4 s ago");
	row.has_change = false;
	assert_part(socket_row_change, &row, "");
}

static void assert_span(uint64_t span_ns, bool fine, const char *expected)
{
	struct text out = TEXT_EMPTY;

	socket_table_span(span_ns, fine, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void spans_are_short(void **state)
{
	(void)state;
	assert_span(99 * NS_PER_MS, false, "99 ms");
	assert_span(100 * NS_PER_MS, false, "0.1 s");
	assert_span(0, true, "0 ms");
	assert_span(999 * NS_PER_MS + 500 * NS_PER_US, true, "1.0 s");
	assert_span(59 * NS_PER_S + 960 * NS_PER_MS, false, "60.0 s");
	assert_span(7200 * NS_PER_S, false, "120 min");
}

static void many_are_counted(void **state)
{
	struct socket_row rows[22];
	struct text out = TEXT_EMPTY;

	(void)state;
	for (size_t i = 0; i < 22; i++)
		rows[i] = i ? client() : listener();
	rows[21].protocol = "UDP";
	socket_table_format(rows, 22, 100, &out);
	assert_non_null(strstr(text_get(&out), "\n22 sockets: 20 ESTABLISHED, 1 LISTEN, 1 UDP\n"));
	text_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wide_has_the_owner_in_the_row),
		cmocka_unit_test(deferred_syn_has_no_queue),
		cmocka_unit_test(keepalive_of_an_orphan_says_what_it_is_for),
		cmocka_unit_test(narrow_has_the_owner_below_and_breaks_between_parts),
		cmocka_unit_test(no_line_is_wider_than_asked_for),
		cmocka_unit_test(udp_has_no_state_and_nothing_below),
		cmocka_unit_test(nobody_says_why),
		cmocka_unit_test(first_seen_without_cause_tells_only_its_age),
		cmocka_unit_test(spans_are_short),
		cmocka_unit_test(many_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
