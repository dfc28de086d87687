/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/orphans.h"
#include "base/text.h"

/* As Linux 6.18 writes it. */
#define SOCKSTAT                                                                                   \
	"sockets: used 64\nTCP: inuse 16 orphan 40123 tw 783 alloc 30 mem 945\n"                   \
	"UDP: inuse 0 mem 0\nFRAG: inuse 0 memory 0\n"

static void numbers_are_found(void **state)
{
	struct orphans o;

	(void)state;
	assert_true(orphans_parse(SOCKSTAT, "131072\n", &o));
	assert_int_equal(o.count, 40123);
	assert_int_equal(o.most, 131072);
}

static void what_is_not_shown_is_not_known(void **state)
{
	struct orphans o;

	(void)state;
	assert_false(orphans_parse(SOCKSTAT, "", &o));
	assert_false(orphans_parse("", "131072\n", &o));
	assert_false(orphans_parse("sockets: used 64\n orphan 4\n", "131072\n", &o));
}

static void many_are_told_few_are_not(void **state)
{
	struct text out = TEXT_EMPTY;

	(void)state;
	assert_false(orphans_crowd(&(struct orphans){ 32767, 131072 }, &out));
	assert_string_equal(text_get(&out), "");
	assert_true(orphans_crowd(&(struct orphans){ 32768, 131072 }, &out));
	assert_non_null(strstr(text_get(&out), "has 32768 connections"));
	assert_non_null(strstr(text_get(&out), "131072 at most (net.ipv4.tcp_max_orphans)"));
	text_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_found),
		cmocka_unit_test(what_is_not_shown_is_not_known),
		cmocka_unit_test(many_are_told_few_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
