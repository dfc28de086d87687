/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "journal/chunk.h"
#include "journal/event.h"
#include "journal/journal.h"
#include "with_journal.h"

/* ---- the journal ---- */

static void add_counts_from_one(void **state)
{
	struct journal *j = *state;

	assert_int_equal(journal_last(j), 0);
	assert_null(journal_get(j, 0));
	assert_null(journal_get(j, 1));
	assert_int_equal(journal_add(j, (struct event){ .kind = EVENT_SAY, .no = 99 }), 1);
	assert_int_equal(journal_add(j, (struct event){ .kind = EVENT_NOTE, .cause = 1 }), 2);
	assert_int_equal(journal_last(j), 2);
	assert_int_equal(journal_get(j, 1)->no, 1);
	assert_int_equal(journal_get(j, 1)->kind, EVENT_SAY);
	assert_int_equal(journal_get(j, 2)->cause, 1);
	assert_null(journal_get(j, 3));
	assert_null(journal_get(j, UINT64_MAX));
}

static void add_strings_outlive_the_callers(void **state)
{
	struct journal *j = *state;
	char name[] = "client", host[] = "left", process[] = "main", text[] = "what";
	const struct event *event;

	journal_add(j,
		(struct event){ .subject = name, .host = host, .process = process, .text = text });
	memset(name, 'x', sizeof(name) - 1);
	memset(host, 'x', sizeof(host) - 1);
	memset(process, 'x', sizeof(process) - 1);
	memset(text, 'x', sizeof(text) - 1);
	event = journal_get(j, 1);
	assert_string_equal(event->subject, "client");
	assert_string_equal(event->host, "left");
	assert_string_equal(event->process, "main");
	assert_string_equal(event->text, "what");
}

static void add_without_strings_keeps_null(void **state)
{
	struct journal *j = *state;

	journal_add(j, (struct event){ .text = "" });
	assert_null(journal_get(j, 1)->subject);
	assert_null(journal_get(j, 1)->host);
	assert_null(journal_get(j, 1)->process);
	assert_string_equal(journal_get(j, 1)->text, "");
}

static void assert_says(const struct event *event, uint64_t no)
{
	char text[32];

	snprintf(text, sizeof(text), "event %u", (unsigned)no);
	assert_int_equal(event->no, no);
	assert_string_equal(event->text, text);
}

/* Event `no` says so, and the first of every thousand is a mark. */
static void add_until(struct journal *j, uint64_t last)
{
	char text[32];

	while (journal_last(j) < last) {
		bool mark = journal_last(j) % 1000 == 0;

		snprintf(text, sizeof(text), "event %u", (unsigned)journal_last(j) + 1);
		journal_add(j,
			(struct event){ .kind = mark ? EVENT_MARK : EVENT_SAY, .text = text });
	}
}

static void get_is_good_for_so_many_more(void **state)
{
	struct journal *j = *state;
	const struct event *borrowed[JOURNAL_BORROWED];

	add_until(j, 5000);
	for (uint64_t no = 1; no <= 5000; no++) {
		borrowed[no % JOURNAL_BORROWED] = journal_get(j, no);
		add_until(j, journal_last(j) + no % 3);
		for (uint64_t past = 0; past < JOURNAL_BORROWED && past < no; past++)
			assert_says(borrowed[(no - past) % JOURNAL_BORROWED], no - past);
	}
}

static void next_and_previous_look_for_kinds(void **state)
{
	struct journal *j = *state;
	const uint64_t marks = EVENT_BIT(EVENT_MARK), all = UINT64_MAX;

	assert_int_equal(journal_next(j, 0, all), 0);
	assert_int_equal(journal_previous(j, UINT64_MAX, all), 0);
	add_until(j, 5000);
	assert_int_equal(journal_next(j, 0, all), 1);
	assert_int_equal(journal_next(j, 4999, all), 5000);
	assert_int_equal(journal_next(j, 5000, all), 0);
	assert_int_equal(journal_next(j, UINT64_MAX - 1, all), 0);
	assert_int_equal(journal_previous(j, 1, all), 0);
	assert_int_equal(journal_previous(j, 2, all), 1);
	assert_int_equal(journal_previous(j, UINT64_MAX, all), 5000);
	for (uint64_t no = 0, mark = 1; mark < 5000; mark += 1000)
		assert_int_equal(no = journal_next(j, no, marks), mark);
	for (uint64_t no = UINT64_MAX, mark = 4001; no > 1; mark -= 1000)
		assert_int_equal(no = journal_previous(j, no, marks), mark);
	assert_int_equal(journal_next(j, 4001, marks), 0);
	assert_int_equal(journal_next(j, 0, EVENT_BIT(EVENT_NOTE)), 0);
	assert_int_equal(journal_previous(j, 5000, 0), 0);
	assert_int_equal(journal_next(j, 1000, marks | EVENT_BIT(EVENT_SAY)), 1001);
}

static void add_time_becomes_relative_and_never_negative(void **state)
{
	struct journal *j = *state;
	const uint64_t far = UINT64_MAX / 2;
	uint64_t first, second;

	journal_add(j, (struct event){ .time_ns = SOME_TIME });
	journal_add(j, (struct event){ .time_ns = far });
	journal_add(j, (struct event){ .time_ns = far + 1000 });
	assert_int_equal(journal_get(j, 1)->time_ns, 0);
	first = journal_get(j, 2)->time_ns;
	second = journal_get(j, 3)->time_ns;
	assert_true(first > 0 && first < far);
	assert_int_equal(second - first, 1000);
}

struct reader {
	char letter;
	struct text *heard;
};

static void on_event(void *arg, const struct journal *j, const struct event *event)
{
	struct reader *r = arg;

	assert_int_equal(journal_last(j), event->no);
	assert_string_equal(journal_get(j, event->no)->text, event->text);
	text_printf(r->heard, "%c%u ", r->letter, (unsigned)event->no);
}

static void readers_hear_each_event_in_order(void **state)
{
	struct journal *j = *state;
	struct text heard = TEXT_EMPTY;
	struct reader a = { 'a', &heard }, b = { 'b', &heard };

	add_until(j, 1);
	journal_read(j, on_event, &a);
	add_until(j, 2);
	journal_read(j, on_event, &b);
	add_until(j, 3);
	assert_string_equal(text_get(&heard), "a2 a3 b3 ");
	text_done(&heard);
}

/* ---- what memory shall not hold ---- */

#define LITTLE (64u << 10) /* bytes: a few chunks */

static void assert_all_there(const struct journal *j, uint64_t last)
{
	for (uint64_t no = 1; no <= last; no++)
		assert_says(journal_get(j, no), no);
	/* here and there: more chunks than are kept when they were read back */
	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t no = i * 2503 % last + 1;

		assert_says(journal_get(j, no), no);
	}
}

static void add_beyond_the_limit_goes_to_a_file_and_comes_back(void **state)
{
	struct journal *j = journal_new_within(LITTLE);
	struct journal_size size;
	uint64_t marks = 0;

	(void)state;
	add_until(j, 100000);
	size = journal_size(j);
	assert_in_range(size.memory, 1, LITTLE + CHUNK_BYTES);
	assert_in_range(size.file, 100000, 100000 * 64);
	assert_all_there(j, 100000);
	for (uint64_t no = 0; (no = journal_next(j, no, EVENT_BIT(EVENT_MARK)));)
		marks++;
	assert_int_equal(marks, 100);
	journal_free(j);
}

static void set_limit(int resource, rlim_t soft, struct rlimit *ret_old)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(resource, ret_old), 0);
	limit = (struct rlimit){ .rlim_cur = soft, .rlim_max = ret_old->rlim_max };
	assert_int_equal(setrlimit(resource, &limit), 0);
}

/* Under the limit the journal must stay in memory, say so once, and go to the file when it may again. */
static void assert_bears(int resource, rlim_t soft, int error)
{
	struct journal *j = journal_new_within(LITTLE);
	struct rlimit old;
	uint64_t notes = 0, note = 0;

	set_limit(resource, soft, &old);
	for (uint64_t last = 0; journal_last(j) < 50000; last = journal_last(j)) {
		add_until(j, journal_last(j) + 1);
		if (journal_last(j) == last + 1)
			continue;
		/* the note came right behind an event and has its own number */
		notes++;
		note = journal_last(j);
		assert_int_equal(journal_get(j, note)->kind, EVENT_NOTE);
		assert_non_null(strstr(journal_get(j, note)->text, strerror(error)));
	}
	assert_int_equal(setrlimit(resource, &old), 0);
	assert_int_equal(notes, 1);
	assert_in_range(journal_size(j).memory, 4 * LITTLE, 50000 * 64);
	for (uint64_t no = 1; no <= 50000; no++) {
		if (no != note)
			assert_says(journal_get(j, no), no);
	}
	add_until(j, 60000);
	assert_in_range(journal_size(j).memory, 1, LITTLE + CHUNK_BYTES);
	for (uint64_t no = 1; no <= 60000; no++) {
		if (no != note)
			assert_says(journal_get(j, no), no);
	}
	assert_int_equal(journal_next(j, 0, EVENT_BIT(EVENT_NOTE)), note);
	assert_int_equal(journal_next(j, note, EVENT_BIT(EVENT_NOTE)), 0);
	journal_free(j);
}

static void add_without_room_for_the_file_keeps_all_in_memory(void **state)
{
	(void)state;
	assert_bears(RLIMIT_FSIZE, 50000,
		EFBIG); /* stands in for ENOSPC: write(2) fails half-way */
}

static void add_without_a_file_keeps_all_in_memory(void **state)
{
	(void)state;
	assert_bears(RLIMIT_NOFILE, 0, EMFILE);
}

/* The segments of a train have numbers that follow each other (wire.c wire_announce()), and so have their verdicts. */
static void trouble_is_not_told_between_packets(void **state)
{
	static const enum event_kind kinds[] = { EVENT_SEGMENT, EVENT_DELIVERED };
	struct journal *j = journal_new_within(0);
	struct rlimit old;

	(void)state;
	set_limit(RLIMIT_NOFILE, 0, &old);
	for (uint64_t no = 1; no <= UINT64_C(4) * CHUNK_EVENTS; no++)
		assert_int_equal(journal_add(j, (struct event){ .kind = kinds[no % 2] }), no);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(journal_next(j, 0, EVENT_BIT(EVENT_NOTE)), 0);
	add_until(j, journal_last(j) + 1);
	assert_int_equal(journal_next(j, 0, EVENT_BIT(EVENT_NOTE)), journal_last(j));
	journal_free(j);
}

static void get_from_a_file_that_was_cut_says_so(void **state)
{
	struct journal *j = journal_new_within(0);
	int next = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(next >= 0);
	close(next); /* the number of the next descriptor */
	add_until(j, 20000);
	assert_int_equal(fcntl(next, F_GETFD), FD_CLOEXEC);
	assert_int_equal(ftruncate(next, 10), 0);
	assert_int_equal(journal_get(j, 1)->no, 1);
	assert_int_equal(journal_get(j, 1)->kind, EVENT_ERROR);
	assert_non_null(journal_get(j, 1)->text);
	assert_int_equal(journal_next(j, 0, UINT64_MAX), 20000 / CHUNK_EVENTS * CHUNK_EVENTS + 1);
	assert_says(journal_get(j, 20000), 20000);
	journal_free(j);
	assert_int_equal(fcntl(next, F_GETFD), -1);
}

/* The short form of tests/bench/journal.c. */
static void add_of_many_segments_takes_little_memory(void **state)
{
	struct journal *j = journal_new_within(1 << 20);
	size_t before = mallinfo2().uordblks;

	(void)state;
	for (uint32_t i = 1; i <= 150000; i++) {
		uint64_t no = journal_add(j,
			(struct event){ .kind = EVENT_SEGMENT,
				.subject = i % 2 ? "client" : "server",
				.host = "left",
				.wire = { .number = i,
					.segment = { .seq_rel = i, .window = 512 } } });

		journal_add(j,
			(struct event){ .kind = EVENT_DELIVERED,
				.host = "right",
				.cause = no,
				.verdict = { .number = i, .on_wire_ns = 1000 + i } });
	}
	assert_in_range(mallinfo2().uordblks - before, 0, 3 << 19);
	for (uint32_t i = 1; i <= 150000; i++) {
		const struct event *sent = journal_get(j, UINT64_C(2) * i - 1);
		const struct event *delivered = journal_get(j, UINT64_C(2) * i);

		assert_int_equal(sent->wire.number, i);
		assert_int_equal(sent->wire.segment.seq_rel, i);
		assert_int_equal(delivered->cause, sent->no);
		assert_int_equal(delivered->verdict.on_wire_ns, 1000 + i);
	}
	journal_free(j);
}

static void kind_names_differ(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_COUNT; i++) {
		assert_true(strlen(event_kind_name((enum event_kind)i)) > 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(event_kind_name((enum event_kind)i),
				event_kind_name((enum event_kind)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(add_counts_from_one),
		JOURNAL_TEST(add_strings_outlive_the_callers),
		JOURNAL_TEST(add_without_strings_keeps_null),
		JOURNAL_TEST(get_is_good_for_so_many_more),
		JOURNAL_TEST(next_and_previous_look_for_kinds),
		JOURNAL_TEST(add_time_becomes_relative_and_never_negative),
		JOURNAL_TEST(readers_hear_each_event_in_order),
		JOURNAL_TEST(add_beyond_the_limit_goes_to_a_file_and_comes_back),
		JOURNAL_TEST(add_without_room_for_the_file_keeps_all_in_memory),
		JOURNAL_TEST(add_without_a_file_keeps_all_in_memory),
		JOURNAL_TEST(trouble_is_not_told_between_packets),
		JOURNAL_TEST(get_from_a_file_that_was_cut_says_so),
		JOURNAL_TEST(add_of_many_segments_takes_little_memory),
		JOURNAL_TEST(kind_names_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
