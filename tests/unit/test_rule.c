/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of rules by itself: numbers, counts, who is asked, when a packet is due, and how a rule reads. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "wire/rule.h"

static const struct segment syn = { .kind = SEGMENT_TCP, .flags = SEGMENT_SYN };
static const struct segment data = { .kind = SEGMENT_TCP, .flags = SEGMENT_ACK, .payload_len = 5 };

static struct rule *add(struct rule_list *list, enum rule_kind kind, uint16_t must, uint64_t count)
{
	return rule_add(list,
		&(struct rule){ .kind = kind, .match = { .must = must }, .count = count });
}

/* The numbers of the rules that apply to s, by kind, 0 = none: "0 2 0 0 0 0 ". */
static void assert_applied(struct rule_list *list, const struct segment *s, const char *expected)
{
	struct rule *by[RULE_COUNT];
	struct text out = TEXT_EMPTY;

	rule_list_apply(list, s, NULL, 0, by);
	for (int k = 0; k < RULE_COUNT; k++)
		text_printf(&out, "%u ", by[k] ? by[k]->number : 0);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

/* "1:2 3:0 ": number and hits. */
static void assert_list(const struct rule_list *list, const char *expected)
{
	struct text out = TEXT_EMPTY;

	for (const struct rule *r = list->first; r; r = r->next)
		text_printf(&out, "%u:%u ", r->number, (unsigned)r->hits);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void numbers_are_never_given_twice(void **state)
{
	struct rule_list list = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		add(&list, RULE_DROP, 0, 0);
	assert_list(&list, "1:0 2:0 3:0 ");
	assert_int_equal(rule_remove(&list, 3), 0);
	assert_int_equal(add(&list, RULE_HOLD, 0, 0)->number, 4);
	assert_list(&list, "1:0 2:0 4:0 ");
	rule_list_done(&list);
	assert_null(list.first);
}

static void rule_whose_socket_is_over_applies_no_more(void **state)
{
	struct rule_list list = { 0 };
	struct segment s = data;
	struct party socket = { .local = { .family = AF_INET, .port = 80 } };
	struct rule drop = { .kind = RULE_DROP, .match.from.socket = &socket };

	(void)state;
	s.src = (struct address){ .family = AF_INET, .bytes = { 10, 0, 0, 1 }, .port = 80 };
	rule_add(&list, &drop);
	assert_applied(&list, &s, "0 1 0 0 0 0 ");
	socket.over = true;
	assert_applied(&list, &s, "0 0 0 0 0 0 ");
	assert_list(&list, "1:1 ");
	rule_list_done(&list);
}

static void remove_takes_first_middle_and_last(void **state)
{
	struct rule_list list = { 0 };

	(void)state;
	assert_int_equal(rule_remove(&list, 1), -ENOENT);
	for (int i = 0; i < 4; i++)
		add(&list, RULE_DROP, 0, 0);
	assert_int_equal(rule_remove(&list, 2), 0);
	assert_list(&list, "1:0 3:0 4:0 ");
	assert_int_equal(rule_remove(&list, 1), 0);
	assert_int_equal(rule_remove(&list, 4), 0);
	assert_list(&list, "3:0 ");
	assert_int_equal(rule_remove(&list, 4), -ENOENT);
	assert_int_equal(rule_remove(&list, 0), -ENOENT);
	assert_int_equal(rule_remove(&list, 3), 0);
	assert_list(&list, "");
}

static void remove_kind_leaves_the_others(void **state)
{
	struct rule_list list = { 0 };

	(void)state;
	add(&list, RULE_HOLD, 0, 0);
	add(&list, RULE_DROP, 0, 0);
	add(&list, RULE_HOLD, 0, 0);
	add(&list, RULE_HOLD, 0, 0);
	add(&list, RULE_RATE, 0, 0);
	rule_remove_kind(&list, RULE_HOLD);
	assert_list(&list, "2:0 5:0 ");
	rule_remove_kind(&list, RULE_HOLD);
	assert_list(&list, "2:0 5:0 ");
	rule_list_done(&list);
}

static void added_rule_is_a_copy_with_its_own_row_of_random_numbers(void **state)
{
	struct rule_list list = { 0 };
	struct rule made = { .kind = RULE_DELAY, .seed = 7, .random = 99, .number = 99 };
	const struct rule *r = rule_add(&list, &made);

	(void)state;
	made.seed = 8;
	assert_int_equal(r->seed, 7);
	assert_int_equal(r->random, 7);
	assert_int_equal(r->number, 1);
	rule_list_done(&list);
}

static void count_is_used_up_and_then_the_next_applies(void **state)
{
	struct rule_list list = { 0 };

	(void)state;
	add(&list, RULE_DROP, SEGMENT_SYN, 2);
	add(&list, RULE_DROP, SEGMENT_SYN, 0);
	assert_applied(&list, &syn, "0 1 0 0 0 0 ");
	assert_applied(&list, &data, "0 0 0 0 0 0 ");
	assert_applied(&list, &syn, "0 1 0 0 0 0 ");
	for (int i = 0; i < 3; i++)
		assert_applied(&list, &syn, "0 2 0 0 0 0 ");
	assert_list(&list, "1:2 2:3 ");
	rule_list_done(&list);
}

static void each_kind_has_its_say_unless_it_is_dropped(void **state)
{
	struct rule_list list = { 0 };

	(void)state;
	for (int k = 0; k < RULE_COUNT; k++)
		add(&list, (enum rule_kind)k, k == RULE_DROP ? SEGMENT_SYN : 0, 0);
	assert_applied(&list, &data, "1 0 3 4 5 6 ");
	assert_applied(&list, &syn, "0 2 0 0 0 0 ");
	assert_list(&list, "1:1 2:1 3:1 4:1 5:1 6:1 ");
	rule_list_done(&list);
}

static void payload_is_corrupted_only_where_there_is_some(void **state)
{
	struct rule_list list = { 0 };
	struct rule *payload = add(&list, RULE_CORRUPT, 0, 1);
	const struct segment other = { .kind = SEGMENT_OTHER, .payload_len = 5 };

	(void)state;
	payload->corruption = CORRUPT_PAYLOAD;
	add(&list, RULE_CORRUPT, 0, 0); /* a checksum is everywhere */
	assert_applied(&list, &syn, "0 0 0 0 2 0 ");
	assert_applied(&list, &other, "0 0 0 0 2 0 ");
	assert_applied(&list, &data, "0 0 0 0 1 0 ");
	assert_list(&list, "1:1 2:2 ");
	rule_list_done(&list);
}

/* ---- when ---- */

static void delay_without_jitter_is_exact(void **state)
{
	struct rule r = { .kind = RULE_DELAY, .delay_ns = 500 };

	(void)state;
	for (uint64_t now = 0; now < 3; now++)
		assert_int_equal(rule_delay(&r, 1000, now), now + 500);
}

static void jitter_spreads_over_all_of_it_and_not_beyond(void **state)
{
	struct rule r = { .kind = RULE_DELAY, .delay_ns = 10, .jitter_ns = 3 };
	unsigned seen[21] = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint64_t due = rule_delay(&r, 1, 1000);

		assert_in_range(due, 1007, 1013);
		seen[due - 1000]++;
	}
	/* 10000 / 7 each, and a row that is the same every time: no test of luck */
	for (int i = 7; i <= 13; i++)
		assert_in_range(seen[i], 1300, 1560);
}

/* "100ms +-200ms": nothing goes before it came. */
static void jitter_beyond_the_delay_ends_at_nothing(void **state)
{
	struct rule r = { .kind = RULE_DELAY, .delay_ns = 1, .jitter_ns = 3 };
	unsigned seen[5] = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint64_t due = rule_delay(&r, 1, 1000);

		assert_in_range(due, 1000, 1004);
		seen[due - 1000]++;
	}
	for (int i = 0; i < 5; i++)
		assert_int_not_equal(seen[i], 0);
}

static void rate_queues_behind_what_is_on_the_line(void **state)
{
	struct rule r = { .kind = RULE_RATE, .bits_per_s = 8000 }; /* a byte a millisecond */
	const uint64_t now = 50 * NS_PER_S;

	(void)state;
	assert_int_equal(rule_delay(&r, 1000, now), now + NS_PER_S);
	assert_int_equal(rule_delay(&r, 500, now + 1), now + NS_PER_S + NS_PER_S / 2);
	/* the line has been free for a while */
	assert_int_equal(rule_delay(&r, 1, now + 9 * NS_PER_S),
		now + 9 * NS_PER_S + NS_PER_S / 1000);
	/* the largest packet and the slowest line do not overflow */
	r = (struct rule){ .kind = RULE_RATE, .bits_per_s = 1 };
	assert_int_equal(rule_delay(&r, 65535, now), now + UINT64_C(65535) * 8 * NS_PER_S);
}

/* ---- chance ---- */

/* Of `count` data segments, a bit each: which were dropped. */
static void throw_dice(struct rule_list *list, unsigned count, bool ret_dropped[])
{
	for (unsigned i = 0; i < count; i++) {
		struct rule *by[RULE_COUNT];

		rule_list_apply(list, &data, NULL, 0, by);
		ret_dropped[i] = by[RULE_DROP];
	}
}

static struct rule *add_chance(struct rule_list *list, uint32_t ppm, uint64_t seed, uint64_t count)
{
	return rule_add(list,
		&(struct rule){ .kind = RULE_DROP,
			.chance_ppm = ppm,
			.chance_seed = seed,
			.count = count });
}

static void chance_takes_its_share_and_the_same_every_time(void **state)
{
	static bool first[10000], again[10000], other[10000];
	struct rule_list a = { 0 }, b = { 0 }, c = { 0 };
	const struct rule *r = add_chance(&a, 100000, 7, 0);

	(void)state;
	add_chance(&b, 100000, 7, 0);
	add_chance(&c, 100000, 8, 0);
	throw_dice(&a, 10000, first);
	throw_dice(&b, 10000, again);
	throw_dice(&c, 10000, other);
	assert_in_range(r->hits, 900, 1100);
	assert_int_equal(r->hits + r->passed, 10000);
	assert_memory_equal(first, again, sizeof(first));
	assert_memory_not_equal(first, other, sizeof(first));
	rule_list_done(&a);
	rule_list_done(&b);
	rule_list_done(&c);
}

static void chance_of_all_takes_all_and_is_counted_out(void **state)
{
	struct rule_list list = { 0 };
	const struct rule *r = add_chance(&list, RULE_CHANCE_SURE, 1, 2);

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_applied(&list, &data, "0 1 0 0 0 0 ");
	assert_applied(&list, &data, "0 0 0 0 0 0 ");
	assert_int_equal(r->passed, 0); /* used up: it is for no more */
	rule_list_done(&list);
}

/* What one rule lets pass the next of its kind may take; what it is not for throws no dice. */
static void what_the_dice_let_pass_meets_the_next_rule(void **state)
{
	struct rule_list list = { 0 };
	struct rule *rare = add_chance(&list, 1, 1, 0);

	(void)state;
	rare->match.must = MATCH_DATA;
	add(&list, RULE_DROP, 0, 0);
	assert_applied(&list, &data, "0 2 0 0 0 0 ");
	assert_applied(&list, &syn, "0 2 0 0 0 0 ");
	assert_int_equal(rare->passed, 1);
	rule_list_done(&list);
}

/* ---- words ---- */

static void assert_words(const struct rule *r, const char *expected)
{
	struct text out = TEXT_EMPTY;

	rule_format(r, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

/* As it would be typed. */
static void rule_reads_as_it_is_typed(void **state)
{
	static const struct {
		struct rule rule;
		const char *words;
	} cases[] = {
		{ { .kind = RULE_HOLD }, "hold any" },
		{ { .kind = RULE_HOLD, .match = { .must = SEGMENT_SYN }, .count = 2 },
			"hold syn x2" },
		{ { .kind = RULE_HOLD, .count = 1, .once = true },
			"hold any x1 without retransmissions" },
		{ { .kind = RULE_DROP, .match = { .must = MATCH_UDP, .port = 53 }, .count = 1 },
			"drop udp port 53 x1" },
		{ { .kind = RULE_DUPLICATE, .match = { .must = MATCH_DATA } }, "duplicate data" },
		{ { .kind = RULE_CORRUPT, .count = 3 }, "corrupt any x3" },
		{ { .kind = RULE_CORRUPT, .count = 3, .corruption = CORRUPT_PAYLOAD },
			"corrupt any x3 payload" },
		{ { .kind = RULE_DELAY, .delay_ns = 100 * NS_PER_MS }, "delay any 100ms" },
		{ { .kind = RULE_DELAY, .count = 2, .delay_ns = 1500000 }, "delay any x2 1500us" },
		{ { .kind = RULE_DELAY,
			  .delay_ns = 60 * NS_PER_MS,
			  .jitter_ns = 50 * NS_PER_MS,
			  .seed = 3 },
			"delay any 60ms +-50ms seed 3" },
		{ { .kind = RULE_DELAY, .delay_ns = 3600 * NS_PER_S }, "delay any 3600s" },
		{ { .kind = RULE_DELAY, .delay_ns = 1234567890 }, "delay any 1234567890ns" },
		{ { .kind = RULE_DELAY }, "delay any 0ms" },
		{ { .kind = RULE_DROP, .chance_ppm = 100000, .chance_seed = 1 },
			"drop any 10% seed 1" },
		{ { .kind = RULE_DUPLICATE, .count = 3, .chance_ppm = 1234, .chance_seed = 9 },
			"duplicate any x3 0.1234% seed 9" },
		{ { .kind = RULE_CORRUPT,
			  .chance_ppm = 1000000,
			  .chance_seed = 2,
			  .corruption = CORRUPT_PAYLOAD },
			"corrupt any 100% seed 2 payload" },
		{ { .kind = RULE_RATE, .bits_per_s = 9600 }, "rate any 9600bit" },
		{ { .kind = RULE_RATE, .bits_per_s = 64000 }, "rate any 64kbit" },
		{ { .kind = RULE_RATE, .count = 5, .bits_per_s = 1500000 },
			"rate any x5 1500kbit" },
		{ { .kind = RULE_RATE, .bits_per_s = 10000000 }, "rate any 10mbit" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_words(&cases[i].rule, cases[i].words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_never_given_twice),
		cmocka_unit_test(rule_whose_socket_is_over_applies_no_more),
		cmocka_unit_test(remove_takes_first_middle_and_last),
		cmocka_unit_test(remove_kind_leaves_the_others),
		cmocka_unit_test(added_rule_is_a_copy_with_its_own_row_of_random_numbers),
		cmocka_unit_test(count_is_used_up_and_then_the_next_applies),
		cmocka_unit_test(each_kind_has_its_say_unless_it_is_dropped),
		cmocka_unit_test(payload_is_corrupted_only_where_there_is_some),
		cmocka_unit_test(delay_without_jitter_is_exact),
		cmocka_unit_test(jitter_spreads_over_all_of_it_and_not_beyond),
		cmocka_unit_test(jitter_beyond_the_delay_ends_at_nothing),
		cmocka_unit_test(rate_queues_behind_what_is_on_the_line),
		cmocka_unit_test(chance_takes_its_share_and_the_same_every_time),
		cmocka_unit_test(chance_of_all_takes_all_and_is_counted_out),
		cmocka_unit_test(what_the_dice_let_pass_meets_the_next_rule),
		cmocka_unit_test(rule_reads_as_it_is_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
