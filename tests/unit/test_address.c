/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "at.h"
#include "base/address.h"

static void assert_shown(const struct address *a, const char *expected)
{
	char buffer[ADDRESS_TEXT_MAX];

	assert_string_equal(address_format(a, buffer), expected);
}

static void address_parsed_prints_the_same(void **state)
{
	const struct address v4 = at("127.0.0.1", 80), v6 = at("[fd00::1]", 80);
	const struct address bare = at("fd00::1", 0), v4_bare = at("10.0.0.2", 0);
	const struct address longest = at("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", 65535);

	(void)state;
	assert_int_equal(v4.family, AF_INET);
	assert_int_equal(v6.family, AF_INET6);
	assert_shown(&v4, "127.0.0.1:80");
	assert_shown(&v6, "[fd00::1]:80");
	assert_shown(&bare, "fd00::1");
	assert_shown(&v4_bare, "10.0.0.2");
	assert_shown(&longest, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	assert_shown(&(struct address){ 0 }, "*");
	assert_shown(&(struct address){ .port = 80 }, "*:80");
}

static void assert_no_host(const char *text, size_t len)
{
	struct address a = { .family = 99 };

	if (address_parse_host(text, len, &a) != -EINVAL)
		fail_msg("'%s' is taken", text);
	assert_int_equal(a.family, 99);
}

static void address_that_is_none_is_refused(void **state)
{
	static const char *const wrong[] = { "", "[]", "[", "]", "localhost", "127.0.0",
		"256.0.0.1", "127.0.0.1 ", "fd00::1::2", "[fd00::1", "fd00::1]", "fd00::1%eth0",
		"127.0.0.1:80", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_no_host(wrong[i], strlen(wrong[i]));
}

static void address_parse_takes_len_bytes_only(void **state)
{
	struct address a;

	(void)state;
	assert_int_equal(address_parse_host("10.0.0.12", 8, &a), 0);
	assert_shown(&a, "10.0.0.1");
}

static void address_with_nul_inside_is_refused(void **state)
{
	(void)state;
	assert_no_host("127.0.0.1\0junk", 14);
}

static void address_unmap_turns_mapped_into_ipv4(void **state)
{
	struct address mapped = at("::ffff:10.1.2.3", 80), plain = at("fd00::ffff:10.1.2.3", 80);
	struct address v4 = at("10.1.2.3", 80), same = v4;

	(void)state;
	address_unmap(&mapped);
	assert_true(address_equal(&mapped, &v4));
	for (size_t i = 4; i < sizeof(mapped.bytes); i++)
		assert_int_equal(mapped.bytes[i], 0);
	address_unmap(&same);
	assert_true(address_equal(&same, &v4));
	address_unmap(&plain);
	assert_int_equal(plain.family, AF_INET6);
	assert_shown(&plain, "[fd00::ffff:a01:203]:80");
}

static void address_compare_orders_family_bytes_port(void **state)
{
	const struct address sorted[] = { { 0 }, at("0.0.0.0", 0), at("10.0.0.1", 80),
		at("10.0.0.1", 81), at("10.0.0.2", 1), at("::", 0), at("::1", 9),
		at("fd00::1", 1) };
	const size_t count = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			int order = address_compare(&sorted[i], &sorted[j]);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
			assert_int_equal(address_equal(&sorted[i], &sorted[j]), i == j);
		}
	}
	assert_true(address_same_host(&sorted[2], &sorted[3]));
	assert_false(address_same_host(&sorted[2], &sorted[4]));
	assert_false(address_same_host(&sorted[1], &sorted[5]));
}

static void address_of_ipv4_ignores_unused_bytes(void **state)
{
	struct address a = at("10.0.0.1", 80), b = a;

	(void)state;
	b.bytes[4] = 1;
	assert_true(address_equal(&a, &b));
}

static void address_any_is_all_zero(void **state)
{
	const struct address any4 = at("0.0.0.0", 80), any6 = at("::", 80), none = { 0 };
	const struct address one4 = at("0.0.0.1", 0), one6 = at("::1", 0);

	(void)state;
	assert_true(address_is_any(&any4));
	assert_true(address_is_any(&any6));
	assert_true(address_is_any(&none));
	assert_false(address_is_any(&one4));
	assert_false(address_is_any(&one6));
}

static void address_through_sockaddr_comes_back(void **state)
{
	const struct address v4 = at("10.1.2.3", 0x1234), v6 = at("fd00::1", 0x1234);
	struct sockaddr_storage storage;
	struct address back;

	(void)state;
	assert_int_equal(address_to_sockaddr(&v4, &storage), sizeof(struct sockaddr_in));
	assert_int_equal(storage.ss_family, AF_INET);
	assert_memory_equal(&((struct sockaddr_in *)&storage)->sin_port, "\x12\x34", 2);
	address_from_sockaddr(&storage, &back);
	assert_true(address_equal(&v4, &back));

	assert_int_equal(address_to_sockaddr(&v6, &storage), sizeof(struct sockaddr_in6));
	assert_int_equal(storage.ss_family, AF_INET6);
	address_from_sockaddr(&storage, &back);
	assert_true(address_equal(&v6, &back));
}

static void address_none_has_no_sockaddr(void **state)
{
	struct sockaddr_storage storage;
	struct address back = at("10.0.0.1", 80);

	(void)state;
	assert_int_equal(address_to_sockaddr(&(struct address){ .port = 1 }, &storage), 0);
	storage.ss_family = AF_UNIX;
	address_from_sockaddr(&storage, &back);
	assert_int_equal(back.family, AF_UNSPEC);
	assert_int_equal(back.port, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_parsed_prints_the_same),
		cmocka_unit_test(address_that_is_none_is_refused),
		cmocka_unit_test(address_parse_takes_len_bytes_only),
		cmocka_unit_test(address_with_nul_inside_is_refused),
		cmocka_unit_test(address_unmap_turns_mapped_into_ipv4),
		cmocka_unit_test(address_compare_orders_family_bytes_port),
		cmocka_unit_test(address_of_ipv4_ignores_unused_bytes),
		cmocka_unit_test(address_any_is_all_zero),
		cmocka_unit_test(address_through_sockaddr_comes_back),
		cmocka_unit_test(address_none_has_no_sockaddr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
