/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of fields: whole, without doubles, short enough for its columns, and its values in words. */
#include <linux/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tcp_state.h"
#include "base/text.h"
#include "command/option.h"
#include "command/table.h"
#include "command/topic.h"
#include "language/cmd.h"
#include "observe/sock_field.h"

static void every_field_is_whole_and_fits(void **state)
{
	const struct sock_field *f;
	size_t i;

	(void)state;
	for (i = 0; (f = sock_field_at(i)); i++) {
		if (!f->name || !f->sentence || !f->more || !f->source || !f->width)
			fail_msg("%s lacks something", f->name ? f->name : "a field");
		if (strlen(f->name) > SOCK_FIELD_NAME_MOST ||
			strlen(f->sentence) > SOCK_FIELD_SENTENCE_MOST)
			fail_msg("%s: '%s' is too long", f->name, f->sentence);
		if ((f->kind == FIELD_COUNT) != (f->unit != NULL) ||
			(f->kind == FIELD_NAMED || f->kind == FIELD_FLAGS) != (f->names != NULL))
			fail_msg("%s: unit or names are not those of its kind", f->name);
		if (f->offset + f->width > SOCK_DETAIL_BYTES || f->shift + f->bits > 8 * f->width)
			fail_msg("%s lies beyond its part", f->name);
	}
	assert_true(i > 60);
}

/* `help NAME` and `expect S NAME` mean the field, and nothing else. */
static void no_name_means_anything_else(void **state)
{
	const struct sock_field *f;

	(void)state;
	for (size_t i = 0; (f = sock_field_at(i)); i++) {
		if (sock_field_find(f->name) != f)
			fail_msg("there are two of %s", f->name);
		if (cmd_find(&command_table, f->name) || tcp_state_parse(f->name) != STATE_NONE ||
			topic_errno(f->name) || sockopt_find(f->name) || topic_word(f->name))
			fail_msg("%s is the name of something else, too", f->name);
	}
}

static void groups_stand_together(void **state)
{
	const struct sock_field *f;
	int group = 0;

	(void)state;
	for (size_t i = 0; (f = sock_field_at(i)); i++) {
		assert_true((int)f->group >= group);
		group = (int)f->group;
		assert_true(strlen(sock_field_group_name(f->group)) > 0);
	}
}

static void find_knows_the_kernels_names(void **state)
{
	size_t distance;

	(void)state;
	assert_ptr_equal(sock_field_find("tcpi_snd_cwnd"), sock_field_find("cwnd"));
	assert_ptr_equal(sock_field_find("srtt"), sock_field_find("rtt"));
	assert_ptr_equal(sock_field_find("snd_cwnd"), sock_field_find("cwnd"));
	assert_ptr_equal(sock_field_find("TCPI_RTO"), sock_field_find("rto"));
	assert_ptr_equal(sock_field_find("minrtt"), sock_field_find("min_rtt"));
	assert_null(sock_field_find("no_such"));
	assert_null(sock_field_find(""));
	assert_string_equal(sock_field_nearest("cwdn", &distance)->name, "cwnd");
	assert_null(sock_field_nearest("completely_different_thing", &distance));
}

static void assert_value(const char *name, uint64_t value, const char *expected)
{
	static const struct sock_detail nothing;
	struct text out = TEXT_EMPTY;

	sock_field_format(sock_field_find(name), &nothing, value, &out);
	assert_string_equal(text_get(&out), expected);
	text_done(&out);
}

static void values_have_their_units(void **state)
{
	(void)state;
	assert_value("cwnd", 10, "10 segments");
	assert_value("cwnd", 1, "1 segment");
	assert_value("backoff", 1, "1");
	assert_value("recvq", 1, "1 byte");
	assert_value("rto", 204000, "204 ms");
	assert_value("rtt", 41, "0.041 ms");
	assert_value("rto", 1632000, "1.632 s");
	assert_value("last_data_sent", 1500, "1.500 s");
	assert_value("ssthresh", 0x7fffffff, "none yet");
	assert_value("min_rtt", UINT32_MAX, "not measured");
	assert_value("pacing_rate", UINT64_MAX, "no limit");
	assert_value("delivery_rate", 9999, "9999 bytes/s");
	assert_value("delivery_rate", 12345678, "12.3 MB/s");
	assert_value("bbr_cwnd_gain", 739, "2.89");
	assert_value("ca_state", 4, "Loss");
	assert_value("ca_state", 9, "9");
	assert_value("agreed", 0, "none");
	assert_value("agreed", 7, "timestamps sack wscale");
	assert_value("closed_ways", 4 + 1, "receive 0x4"); /* a bit nobody has named yet */
	assert_value("cookie", 0xabc, "0xabc");
}

/* Nothing sent: the kernel gives its time since boot. Counts decide, where the kernel is new enough to have them. */
static void time_since_nothing_is_never(void **state)
{
	static const char *const names[] = { "last_data_sent", "last_data_recv", "last_ack_recv" };
	struct sock_detail detail = { 0 };

	(void)state;
	detail.parts[DETAIL_INFO].len = sizeof(struct tcp_info);
	for (size_t i = 0; i < 3; i++) {
		const struct sock_field *f = sock_field_find(names[i]);
		uint8_t *count = detail.parts[DETAIL_INFO].bytes + f->count_offset;
		struct text out = TEXT_EMPTY;

		sock_field_format(f, &detail, 17031084, &out);
		assert_string_equal(text_get(&out), "never");
		text_clear(&out);
		memset(count, 1, sizeof(uint32_t));
		sock_field_format(f, &detail, 1500, &out);
		assert_string_equal(text_get(&out), "1.500 s");
		memset(count, 0, sizeof(uint32_t));
		text_done(&out);
	}
}

/* What the kernel wrote reaches a terminal printable. */
static void strings_are_made_printable(void **state)
{
	struct sock_detail detail = { 0 };
	struct text out = TEXT_EMPTY;

	(void)state;
	memcpy(detail.parts[DETAIL_CONGESTION].bytes, "\033[2J", 5);
	detail.parts[DETAIL_CONGESTION].len = 5;
	sock_field_format(sock_field_find("congestion"), &detail, 0, &out);
	assert_null(strchr(text_get(&out), '\033'));
	text_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_whole_and_fits),
		cmocka_unit_test(no_name_means_anything_else),
		cmocka_unit_test(groups_stand_together),
		cmocka_unit_test(find_knows_the_kernels_names),
		cmocka_unit_test(values_have_their_units),
		cmocka_unit_test(time_since_nothing_is_never),
		cmocka_unit_test(strings_are_made_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
