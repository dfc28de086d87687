/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways sockets took, read from journals written by hand, and which of them are chosen to be drawn. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "view/way.h"
#include "with_journal.h"

#define NONE STATE_NONE
#define CLOSED STATE_CLOSED

static void new_lab(struct journal *j)
{
	journal_add(j, (struct event){ .kind = EVENT_HOST, .subject = "localhost" });
}

static int lab_open(void **state)
{
	journal_open(state);
	new_lab(*state);
	return 0;
}

static uint64_t change(struct journal *j, uint32_t endpoint, const char *name, enum tcp_state from,
	enum tcp_state to)
{
	return journal_add(j,
		(struct event){ .kind = EVENT_STATE,
			.subject = name,
			.host = "localhost",
			.state = { .endpoint = endpoint, .from = from, .to = to } });
}

/* process NULL = nobody's any more */
static void name(struct journal *j, uint32_t endpoint, const char *socket, const char *process)
{
	journal_add(j,
		(struct event){ .kind = EVENT_SOCKET,
			.subject = socket,
			.host = "localhost",
			.process = process,
			.socket = { .endpoint = endpoint, .fd = process ? 3 : -1 } });
}

static void make(struct journal *j, uint32_t endpoint, const char *socket, const char *process)
{
	change(j, endpoint, socket, NONE, CLOSED);
	name(j, endpoint, socket, process);
}

/* l listens in server, c of main is connected to a, which was l/1; e was closed, u is no TCP. */
static void make_five(struct journal *j)
{
	make(j, 1, "l", "server");
	change(j, 1, "l", CLOSED, STATE_LISTEN);
	make(j, 5, "e", "main");
	change(j, 5, "e", CLOSED, STATE_SYN_SENT);
	change(j, 5, "e", STATE_SYN_SENT, CLOSED);
	name(j, 5, "e", NULL);
	make(j, 2, "c", "main");
	change(j, 2, "c", CLOSED, STATE_SYN_SENT);
	change(j, 3, "l/1", NONE, STATE_SYN_RECEIVED);
	change(j, 2, "c", STATE_SYN_SENT, STATE_ESTABLISHED);
	change(j, 3, "l/1", STATE_SYN_RECEIVED, STATE_ESTABLISHED);
	name(j, 3, "a", "server");
	name(j, 4, "u", "main");
}

/* "c LISTEN 2, d CLOSED 0 | e and 3 more": names, states, steps, who is left out. */
static void choose(const struct journal *j, const struct ways_choice *choice, struct text *out)
{
	struct text left_out = TEXT_EMPTY;
	struct ways w = { 0 };
	struct diag d = { 0 };

	if (ways_choose(&w, j, choice, &left_out, &d) < 0) {
		assert_int_equal(d.error, ENOENT);
		text_puts(out, d.message);
	}
	for (size_t i = 0; i < w.count; i++)
		text_printf(out, "%s%s %s %zu", i ? ", " : "", w.ways[i].name,
			tcp_state_name(w.ways[i].state), w.ways[i].count);
	if (left_out.len)
		text_printf(out, " | %s", text_get(&left_out));
	text_done(&left_out);
	ways_done(&w);
}

static void assert_chosen(const struct journal *j, const struct ways_choice *choice,
	const char *expected)
{
	struct text out = TEXT_EMPTY;

	choose(j, choice, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void assert_named(const struct journal *j, const char *a, const char *b,
	const char *expected)
{
	const char *names[] = { a, b };

	assert_chosen(j,
		&(struct ways_choice){ .names = names, .name_count = b ? 2 : 1, .most = 8 },
		expected);
}

static void choose_without_names_takes_who_lives_or_moved(void **state)
{
	assert_chosen(*state, &(struct ways_choice){ .most = 8 }, "");
	make_five(*state);
	make(*state, 6, "f", "main");
	make(*state, 7, "g", "main");
	name(*state, 7, "g", NULL); /* made and closed: it went nowhere */
	assert_chosen(*state, &(struct ways_choice){ .most = 8 },
		"l LISTEN 1, e CLOSED 2, c ESTABLISHED 2, a ESTABLISHED 2, f CLOSED 0");
}

static void choose_when_there_are_too_many_prefers_who_lives_and_moved_last(void **state)
{
	make_five(*state);
	assert_chosen(*state, &(struct ways_choice){ .most = 3 },
		"l LISTEN 1, c ESTABLISHED 2, a ESTABLISHED 2 | e");
	assert_chosen(*state, &(struct ways_choice){ .most = 2 },
		"c ESTABLISHED 2, a ESTABLISHED 2 | l, e");
	make(*state, 6, "c", "main");
	assert_chosen(*state, &(struct ways_choice){ .most = 2 },
		"a ESTABLISHED 2, c CLOSED 0 | l, e, 1 older of the same names");
	for (uint32_t i = 10; i < 22; i++) {
		char number[16];

		snprintf(number, sizeof(number), i == 12 ? "a-very-long-name" : "x%u", i);
		make(*state, i, number, "main");
	}
	assert_chosen(*state, &(struct ways_choice){ .most = 1 },
		"x21 CLOSED 0 | x20, x19, x18, x17, x16, x15 and 10 more");
	assert_chosen(*state, &(struct ways_choice){ .most = 9 },
		"x13 CLOSED 0, x14 CLOSED 0, x15 CLOSED 0, x16 CLOSED 0, x17 CLOSED 0, x18 CLOSED 0, "
		"x19 CLOSED 0, x20 CLOSED 0, x21 CLOSED 0 | 8 sockets");
}

static void choose_by_name_takes_sockets_processes_and_hosts(void **state)
{
	make_five(*state);
	assert_named(*state, "c", NULL, "c ESTABLISHED 2");
	assert_named(*state, "c", "l", "c ESTABLISHED 2, l LISTEN 1");
	assert_named(*state, "c", "c", "c ESTABLISHED 2");
	assert_named(*state, "l/1", NULL, "a ESTABLISHED 2"); /* what it was once */
	assert_named(*state, "server", NULL, "l LISTEN 1, a ESTABLISHED 2");
	assert_named(*state, "main", "e", "e CLOSED 2, c ESTABLISHED 2");
	assert_named(*state, "e", "localhost",
		"e CLOSED 2, l LISTEN 1, c ESTABLISHED 2, a ESTABLISHED 2");
	assert_named(*state, "u", NULL, "'u' has no TCP state");
	assert_named(*state, "c", "nosuch",
		"'nosuch' is no socket, and no process or host that has had one");
}

static void choose_by_a_name_given_again_takes_the_youngest(void **state)
{
	make_five(*state);
	change(*state, 2, "c", STATE_ESTABLISHED, CLOSED);
	name(*state, 2, "c", NULL);
	make(*state, 6, "c", "main");
	assert_named(*state, "c", NULL, "c CLOSED 0");
}

static void choose_since_a_mark_numbers_anew(void **state)
{
	struct journal *j = *state;
	uint64_t mark;

	make_five(j);
	mark = journal_add(j, (struct event){ .kind = EVENT_MARK, .text = "mark" });
	change(j, 2, "c", STATE_ESTABLISHED, STATE_FIN_WAIT_1);
	assert_chosen(j, &(struct ways_choice){ .most = 8, .after = mark },
		"l LISTEN 0, c FIN-WAIT-1 1, a ESTABLISHED 0");
	assert_named(j, "e", NULL, "e CLOSED 2");
}

static void choose_behind_a_reset_forgets_what_was(void **state)
{
	make_five(*state);
	new_lab(*state);
	assert_chosen(*state, &(struct ways_choice){ .most = 8 }, "");
	assert_named(*state, "c", NULL,
		"'c' is no socket, and no process or host that has had one");
	make(*state, 1, "c", "main");
	assert_chosen(*state, &(struct ways_choice){ .most = 8 }, "c CLOSED 0");
}

static void read_takes_only_who_went_a_step(void **state)
{
	struct ways w = { 0 };

	make_five(*state);
	make(*state, 6, "f", "main");
	ways_read(&w, *state);
	assert_int_equal(w.count, 4);
	assert_string_equal(w.ways[3].name, "a");
	assert_int_equal(w.ways[3].steps[0].from, STATE_LISTEN);
	assert_int_equal(w.ways[3].before, STATE_SYN_RECEIVED);
	assert_true(w.ways[3].open);
	assert_false(w.ways[1].open);
	ways_done(&w);
}

/* c in `from` goes to `to` because a packet was delivered. */
static void arrives(struct journal *j, struct segment segment, enum tcp_state from,
	enum tcp_state to)
{
	uint64_t no = journal_add(j,
		(struct event){ .kind = EVENT_SEGMENT,
			.wire = { .number = 1, .segment = segment } });

	no = journal_add(j, (struct event){ .kind = EVENT_DELIVERED, .cause = no });
	journal_add(j,
		(struct event){ .kind = EVENT_STATE,
			.cause = no,
			.subject = "c",
			.state = { .endpoint = 1, .from = from, .to = to } });
}

static void times_out(struct journal *j, enum tcp_state from, enum tcp_state to)
{
	uint64_t no =
		journal_add(j, (struct event){ .kind = EVENT_TIMER, .text = "retransmission" });

	journal_add(j,
		(struct event){ .kind = EVENT_STATE,
			.cause = no,
			.subject = "c",
			.state = { .endpoint = 1, .from = from, .to = to } });
}

static void step_by_reset_error_or_timer_is_beside_the_figure(void **state)
{
	const struct segment reset = { .kind = SEGMENT_TCP, .flags = SEGMENT_RST | SEGMENT_ACK };
	const struct segment ack = { .kind = SEGMENT_TCP, .flags = SEGMENT_ACK };
	const struct segment error = { .kind = SEGMENT_ICMP };
	static const bool beside[] = { true, true, true, false, true, true, false, false, true,
		true, false, false, true };
	struct journal *j = *state;
	struct ways w = { 0 };

	arrives(j, reset, STATE_SYN_SENT, CLOSED);
	arrives(j, error, STATE_SYN_SENT, CLOSED);
	times_out(j, STATE_SYN_SENT, CLOSED);
	change(j, 1, "c", STATE_SYN_SENT, CLOSED);
	arrives(j, reset, STATE_LAST_ACK, CLOSED);
	times_out(j, STATE_LAST_ACK, CLOSED);
	arrives(j, ack, STATE_LAST_ACK, CLOSED);
	times_out(j, STATE_TIME_WAIT, CLOSED);
	arrives(j, reset, STATE_TIME_WAIT, CLOSED);
	arrives(j, reset, STATE_ESTABLISHED, CLOSED);
	arrives(j, reset, STATE_SYN_RECEIVED, STATE_LISTEN);
	change(j, 1, "c", STATE_ESTABLISHED, STATE_FIN_WAIT_1);
	arrives(j, ack, STATE_FIN_WAIT_1, STATE_TIME_WAIT);
	ways_read(&w, j);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.ways[0].count, sizeof(beside));
	for (size_t i = 0; i < sizeof(beside); i++)
		assert_int_equal(w.ways[0].steps[i].beside, beside[i]);
	ways_done(&w);
}

#define READS(test) cmocka_unit_test_setup_teardown(test, lab_open, journal_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		READS(choose_without_names_takes_who_lives_or_moved),
		READS(choose_when_there_are_too_many_prefers_who_lives_and_moved_last),
		READS(choose_by_name_takes_sockets_processes_and_hosts),
		READS(choose_by_a_name_given_again_takes_the_youngest),
		READS(choose_since_a_mark_numbers_anew),
		READS(choose_behind_a_reset_forgets_what_was),
		READS(read_takes_only_who_went_a_step),
		READS(step_by_reset_error_or_timer_is_beside_the_figure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
