/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of socket options, and their values from words to bytes and back. */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/text.h"
#include "command/option.h"
#include "language/outcome.h"
#include "language/statement.h"
#include "world/process.h"

/* What can only be read, and so has no bytes to parse into. */
static bool only_told(const struct sockopt *o)
{
	return o->type == SOCKOPT_TCP_INFO || o->type == SOCKOPT_MEMINFO ||
		o->type == SOCKOPT_ERRNO;
}

/* `set c NAME VALUE`; word "" = no value. */
static int parse(const struct sockopt *o, const char *word, struct sockopt_value *ret_value,
	struct text *shown, struct diag *d)
{
	struct text line = TEXT_EMPTY;
	struct statement_list list;
	const struct statement *s;
	int r;

	text_printf(&line, "set c %s %s", o->name, word);
	assert_int_equal(statement_parse(text_get(&line), line.len, "test", 1, &list,
				 &(struct diag){ 0 }),
		0);
	assert_int_equal(list.count, 1);
	s = list.statements;
	r = sockopt_parse_value(o, s, s->word_count > 3 ? &s->words[3] : NULL, ret_value, shown, d);
	statement_list_done(&list);
	text_done(&line);
	return r;
}

static struct sockopt_value parsed(const struct sockopt *o, const char *word)
{
	struct sockopt_value value = { 0 };
	struct text shown = TEXT_EMPTY;
	struct diag d = { 0 };

	if (parse(o, word, &value, &shown, &d) < 0)
		fail_msg("%s %s: %s", o->name, word, d.message);
	assert_true(shown.len > 0);
	assert_true(value.size > 0 && value.size <= sizeof(value.bytes));
	text_done(&shown);
	return value;
}

static void assert_refused(const char *name, const char *word, const char *hint)
{
	struct sockopt_value value;
	struct text shown = TEXT_EMPTY;
	struct diag d = { 0 };

	if (parse(sockopt_find(name), word, &value, &shown, &d) != -EINVAL)
		fail_msg("%s takes '%s'", name, word);
	if (!strstr(d.message, hint))
		fail_msg("%s %s: '%s' does not say '%s'", name, word, d.message, hint);
	text_done(&shown);
}

/* ---- the table ---- */

static void table_has_all_fields(void **state)
{
	const struct sockopt *o;
	size_t count = 0;

	(void)state;
	for (; (o = sockopt_at(count)); count++) {
		if (!o->name[0] || !o->example[0] || !o->summary[0] || !o->source[0])
			fail_msg("%s: a field is empty", o->name);
		if (o->summary[strlen(o->summary) - 1] == '.' || strchr(o->summary, '\n'))
			fail_msg("%s: the summary is one sentence without its full stop", o->name);
		assert_in_range(o->access, SOCKOPT_READ, SOCKOPT_READ | SOCKOPT_WRITE);
		assert_true(o->type < SOCKOPT_TYPE_COUNT);
		assert_int_equal(o->names != NULL, o->type == SOCKOPT_NAMED);
		assert_in_range(sockopt_read_size(o), 1, SOCKOPT_BYTES_MAX);
		assert_true(sockopt_type_name(o->type)[0] && sockopt_type_form(o->type)[0]);
	}
	assert_true(count > 60);
}

static void table_has_each_name_and_number_once(void **state)
{
	const struct sockopt *o;

	(void)state;
	for (size_t i = 0; (o = sockopt_at(i)); i++) {
		assert_ptr_equal(sockopt_find(o->name), o);
		assert_ptr_equal(sockopt_of(o->level, o->number), o);
	}
}

/* A name stands for its own number: SO_TYPE, not what SO_TYPE is. */
static void name_of_each_option_has_the_prefix_of_its_level(void **state)
{
	static const struct {
		int level;
		const char *prefix, *name;
	} levels[] = {
		{ SOL_SOCKET, "SO_", "SOL_SOCKET" },
		{ IPPROTO_TCP, "TCP_", "IPPROTO_TCP" },
		{ IPPROTO_UDP, "UDP_", "IPPROTO_UDP" },
		{ IPPROTO_IP, "IP_", "IPPROTO_IP" },
		{ IPPROTO_IPV6, "IPV6_", "IPPROTO_IPV6" },
	};
	const struct sockopt *o;

	(void)state;
	for (size_t i = 0; (o = sockopt_at(i)); i++) {
		size_t l = 0;

		while (levels[l].level != o->level)
			assert_true(++l < sizeof(levels) / sizeof(levels[0]));
		assert_int_equal(strncmp(o->name, levels[l].prefix, strlen(levels[l].prefix)), 0);
		assert_string_equal(sockopt_level_name(o->level), levels[l].name);
	}
}

static void nearest_forgives_case_prefix_and_a_slip(void **state)
{
	(void)state;
	assert_string_equal(sockopt_nearest("so_linger"), "SO_LINGER");
	assert_string_equal(sockopt_nearest("LINGER"), "SO_LINGER");
	assert_string_equal(sockopt_nearest("nodelay"), "TCP_NODELAY");
	assert_string_equal(sockopt_nearest("SO_REUSEADR"), "SO_REUSEADDR");
	assert_string_equal(sockopt_nearest("TCP_KEEPIDEL"), "TCP_KEEPIDLE");
	assert_null(sockopt_nearest("xyzzyplughxyzzy"));
	for (size_t i = 0; sockopt_at(i); i++)
		assert_string_equal(sockopt_nearest(sockopt_at(i)->name), sockopt_at(i)->name);
}

static void unknown_name_is_refused_with_the_nearest(void **state)
{
	static const char line[] = "get c SO_LINGRE";
	const struct sockopt *o = NULL;
	struct statement_list list;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(statement_parse(line, strlen(line), "test", 1, &list, &d), 0);
	assert_int_equal(sockopt_parse_name(list.statements, 2, &o, &d), -EINVAL);
	assert_null(o);
	assert_non_null(strstr(d.message, "did you mean 'SO_LINGER'?"));
	statement_list_done(&list);
}

/* ---- values ---- */

/* Words to bytes to words to the same bytes. */
static void example_of_each_option_comes_back(void **state)
{
	const struct sockopt *o;

	(void)state;
	for (size_t i = 0; (o = sockopt_at(i)); i++) {
		struct call_answer answer = { 0 };
		struct sockopt_value value, again;

		if (only_told(o))
			continue;
		value = parsed(o, o->example);
		if (value.size > sockopt_read_size(o))
			fail_msg("%s: its value does not fit what is read", o->name);
		sockopt_describe(o, value.bytes, value.size, &answer);
		again = parsed(o, answer.text);
		if (again.size != value.size || memcmp(again.bytes, value.bytes, value.size) != 0)
			fail_msg("%s: %s came back as %s", o->name, o->example, answer.text);
		assert_int_not_equal(answer.in_words, answer.has_value);
		free(answer.text);
	}
}

static void assert_int(const char *name, const char *word, int expected, const char *text)
{
	const struct sockopt *o = sockopt_find(name);
	struct sockopt_value value = parsed(o, word);
	struct call_answer answer = { 0 };
	int got;

	assert_int_equal(value.size, sizeof(got));
	memcpy(&got, value.bytes, sizeof(got));
	assert_int_equal(got, expected);
	sockopt_describe(o, value.bytes, value.size, &answer);
	assert_string_equal(answer.text, text);
	assert_int_equal(answer.value, expected);
	free(answer.text);
}

static void value_of_an_int_is_read_in_its_units(void **state)
{
	(void)state;
	assert_int("SO_KEEPALIVE", "", 1, "on");
	assert_int("SO_KEEPALIVE", "off", 0, "off");
	assert_int("SO_KEEPALIVE", "7", 7, "7");
	assert_int("SO_RCVBUF", "64k", 65536, "65536");
	assert_int("SO_RCVBUF", "-1", -1, "-1");
	assert_int("TCP_KEEPIDLE", "2m", 120, "120s");
	assert_int("TCP_KEEPIDLE", "90", 90, "90s");
	assert_int("TCP_LINGER2", "-1", -1, "-1");
	assert_int("TCP_USER_TIMEOUT", "1.5s", 1500, "1500ms");
	assert_int("TCP_RTO_MIN_US", "200ms", 200000, "200ms");
	assert_int("IP_TOS", "0x10", 16, "16");
	assert_int("IP_MTU_DISCOVER", "IP_PMTUDISC_DO", IP_PMTUDISC_DO, "IP_PMTUDISC_DO");
	assert_int("IP_MTU_DISCOVER", "77", 77, "77");
	assert_int("SO_TYPE", "SOCK_DGRAM", SOCK_DGRAM, "SOCK_DGRAM");
}

static void value_of_a_struct_has_its_fields(void **state)
{
	struct sockopt_value value = parsed(sockopt_find("SO_LINGER"), "1,5");
	struct linger linger;
	struct timeval time;
	struct ip_mreq group;
	struct ipv6_mreq group6;

	(void)state;
	assert_int_equal(value.size, sizeof(linger));
	memcpy(&linger, value.bytes, sizeof(linger));
	assert_int_equal(linger.l_onoff, 1);
	assert_int_equal(linger.l_linger, 5);
	value = parsed(sockopt_find("SO_RCVTIMEO"), "1.5s");
	assert_int_equal(value.size, sizeof(time));
	memcpy(&time, value.bytes, sizeof(time));
	assert_int_equal(time.tv_sec, 1);
	assert_int_equal(time.tv_usec, 500000);
	value = parsed(sockopt_find("IP_ADD_MEMBERSHIP"), "239.1.2.3,127.0.0.1");
	assert_int_equal(value.size, sizeof(group));
	memcpy(&group, value.bytes, sizeof(group));
	assert_int_equal(ntohl(group.imr_multiaddr.s_addr), 0xef010203);
	assert_int_equal(ntohl(group.imr_interface.s_addr), 0x7f000001);
	value = parsed(sockopt_find("IPV6_JOIN_GROUP"), "ff15::1,2");
	assert_int_equal(value.size, sizeof(group6));
	memcpy(&group6, value.bytes, sizeof(group6));
	assert_int_equal(group6.ipv6mr_multiaddr.s6_addr[0], 0xff);
	assert_int_equal(group6.ipv6mr_interface, 2);
}

static void value_in_a_wrong_form_is_refused_with_the_right_one(void **state)
{
	(void)state;
	assert_refused("SO_KEEPALIVE", "yes", "on or off");
	assert_refused("SO_RCVBUF", "64q", "64q");
	assert_refused("SO_RCVBUF", "", "needs a value");
	assert_refused("IP_TTL", "6x", "whole number");
	assert_refused("IP_TTL", "99999999999", "whole number");
	assert_refused("TCP_KEEPIDLE", "1500ms", "whole seconds");
	assert_refused("TCP_KEEPIDLE", "soon", "whole seconds");
	assert_refused("SO_RCVTIMEO", "2", "2s");
	assert_refused("SO_LINGER", "1", "ON,SECONDS");
	assert_refused("SO_LINGER", "1,", "ON,SECONDS");
	assert_refused("SO_LINGER", ",1", "ON,SECONDS");
	assert_refused("IP_MTU_DISCOVER", "maybe", "IP_PMTUDISC_DONT, IP_PMTUDISC_WANT");
	assert_refused("IP_ADD_MEMBERSHIP", "ff15::1", "GROUP");
	assert_refused("IP_ADD_MEMBERSHIP", "239.1.2.3,1,1", "GROUP");
	assert_refused("IPV6_JOIN_GROUP", "239.1.2.3", "GROUP");
	assert_refused("IP_MULTICAST_IF", "127.0.0.1,1", "IPv4 address");
	assert_refused("TCP_INFO", "1", "can only be read");
	assert_refused("TCP_CONGESTION",
		"a-name-that-is-longer-than-any-that-the-kernel-would-ever-give-to-one", "a name");
}

/* ---- what => compares ---- */

static bool compares(const char *name, const void *bytes, uint32_t size, const char *outcome)
{
	struct call_answer answer = { 0 };
	struct call_outcome got = { .answer = &answer };
	struct text line = TEXT_EMPTY;
	struct statement_list list;
	struct outcome expected;
	struct diag d = { 0 };
	bool met;

	text_printf(&line, "get c %s => %s", name, outcome);
	assert_int_equal(statement_parse(text_get(&line), line.len, "test", 1, &list, &d), 0);
	assert_int_equal(outcome_parse(list.statements, true, &expected, &d), 0);
	sockopt_describe(sockopt_find(name), bytes, size, &answer);
	met = outcome_met(&expected, &got);
	outcome_done(&expected);
	statement_list_done(&list);
	free(answer.text);
	text_done(&line);
	return met;
}

static void errno_in_so_error_is_compared_by_name_and_number(void **state)
{
	int none = 0, refused = ECONNREFUSED;

	(void)state;
	assert_true(compares("SO_ERROR", &refused, sizeof(refused), "ECONNREFUSED"));
	assert_true(compares("SO_ERROR", &refused, sizeof(refused), "111"));
	assert_false(compares("SO_ERROR", &refused, sizeof(refused), "ECONNRESET"));
	assert_false(compares("SO_ERROR", &refused, sizeof(refused), "0"));
	assert_true(compares("SO_ERROR", &none, sizeof(none), "0"));
	assert_false(compares("SO_ERROR", &none, sizeof(none), "ECONNREFUSED"));
}

static void value_is_compared_in_words_or_in_units(void **state)
{
	int on = 1, bytes = 131072, seconds = 120;
	struct linger linger = { .l_onoff = 1, .l_linger = 0 }, off = { 0 };
	struct timeval time = { .tv_usec = 252000 };

	(void)state;
	assert_true(compares("SO_KEEPALIVE", &on, sizeof(on), "on"));
	assert_true(compares("SO_KEEPALIVE", &on, sizeof(on), "1"));
	assert_false(compares("SO_KEEPALIVE", &on, sizeof(on), "off"));
	assert_true(compares("SO_RCVBUF", &bytes, sizeof(bytes), "128k"));
	assert_true(compares("SO_RCVBUF", &bytes, sizeof(bytes), "130000 +-1%"));
	assert_false(compares("SO_RCVBUF", &bytes, sizeof(bytes), "64k"));
	assert_true(compares("TCP_KEEPIDLE", &seconds, sizeof(seconds), "2m"));
	assert_true(compares("TCP_KEEPIDLE", &seconds, sizeof(seconds), "120"));
	assert_true(compares("SO_RCVTIMEO", &time, sizeof(time), "250ms +-4%"));
	assert_false(compares("SO_RCVTIMEO", &time, sizeof(time), "250ms"));
	assert_true(compares("SO_LINGER", &linger, sizeof(linger), "1,0"));
	assert_false(compares("SO_LINGER", &off, sizeof(off), "0")); /* no number is the answer */
	assert_true(compares("TCP_CONGESTION", "cubic\0\0\0", 8, "cubic"));
	assert_true(compares("TCP_ULP", "", 0, "none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_all_fields),
		cmocka_unit_test(table_has_each_name_and_number_once),
		cmocka_unit_test(name_of_each_option_has_the_prefix_of_its_level),
		cmocka_unit_test(nearest_forgives_case_prefix_and_a_slip),
		cmocka_unit_test(unknown_name_is_refused_with_the_nearest),
		cmocka_unit_test(example_of_each_option_comes_back),
		cmocka_unit_test(value_of_an_int_is_read_in_its_units),
		cmocka_unit_test(value_of_a_struct_has_its_fields),
		cmocka_unit_test(value_in_a_wrong_form_is_refused_with_the_right_one),
		cmocka_unit_test(errno_in_so_error_is_compared_by_name_and_number),
		cmocka_unit_test(value_is_compared_in_words_or_in_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
