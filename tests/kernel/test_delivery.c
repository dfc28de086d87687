/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not held is not kept: a segment that leaves a kernel while the script looks at something else
 * is delivered at once, and not when the next timer happens to fire. */
#include "program.h"

#define MOST_NS                                                                                    \
	(150 * (long long)NS_PER_MS) /* the least retransmission timeout is 200 ms (TCP_RTO_MIN) */
#define LOOKS                                                                                      \
	600 /* some 10 ms of them: longer than the tick (4 ms) an ACK of a FIN is delayed by */
/* What is kept is kept in each of them. A lab that has to wait for a core keeps a segment too, but not in all. */
#define ROUNDS 5

static void segment_sent_between_two_looks_is_delivered(void **state)
{
	const char *const arguments[] = { "--json", NULL };
	struct text script = TEXT_EMPTY;
	long long least_ns = INT64_MAX;

	(void)state;
	text_puts(&script,
		"process server; socket l in server; bind l :80; listen l\n"
		"socket c; connect c :80; accept l a; close a\n");
	for (int i = 0; i < LOOKS; i++)
		text_puts(&script, "expect c CLOSE-WAIT\n");
	for (int round = 0; round < ROUNDS; round++) {
		long long latest_ns = 0;
		size_t delivered = 0;
		struct program p;
		json_t *event;

		program_open(&p, arguments, -1);
		program_say(&p, script.s, script.len);
		fd_closep(&p.in);
		while ((event = program_event(&p, "delivered"))) {
			long long ns = json_integer_value(json_object_get(event, "on_wire_ns"));

			json_decref(event);
			delivered++;
			latest_ns = ns > latest_ns ? ns : latest_ns;
		}
		assert_int_equal(program_end(&p), 0);
		assert_true(delivered >= 4); /* three to open, and the FIN */
		program_close(&p);
		least_ns = latest_ns < least_ns ? latest_ns : least_ns;
	}
	text_done(&script);
	if (least_ns > MOST_NS)
		fail_msg("in each round a segment was kept, for %lld ms and more",
			least_ns / (long long)NS_PER_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segment_sent_between_two_looks_is_delivered),
	};

	if (!program_can())
		return PROGRAM_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
