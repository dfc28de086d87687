/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/build.h"
#include "wire/filter.h"

/* libpcap calls these two instead of those of libc, and every name of a host that would be looked up is
 * counted. */
static unsigned lookups;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
	struct addrinfo **ret_list)
{
	static struct sockaddr_in6 any6 = { .sin6_family = AF_INET6 };
	static struct sockaddr_in http = { .sin_family = AF_INET };
	static struct addrinfo found;

	(void)hints;
	if (node && inet_pton(AF_INET6, node, &any6.sin6_addr) == 1) {
		found = (struct addrinfo){ .ai_family = AF_INET6,
			.ai_addr = (struct sockaddr *)&any6,
			.ai_addrlen = sizeof(any6) };
	} else if (!node && service && strcmp(service, "http") == 0) {
		http.sin_port = htons(80);
		found = (struct addrinfo){ .ai_family = AF_INET,
			.ai_addr = (struct sockaddr *)&http,
			.ai_addrlen = sizeof(http) };
	} else {
		lookups += node != NULL;
		return EAI_NONAME;
	}
	*ret_list = &found;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	(void)list;
}

struct netent *getnetbyname(const char *name)
{
	(void)name;
	lookups++;
	return NULL;
}

static int open_set(void **state)
{
	lookups = 0;
	*state = filter_set_new();
	return 0;
}

static int close_set(void **state)
{
	filter_set_free(*state);
	filter_set_free(NULL);
	assert_int_equal(lookups, 0);
	return 0;
}

static const struct filter *get(struct filter_set *set, const char *text)
{
	char message[256] = "";
	size_t offset = 0;
	const struct filter *f = filter_get(set, text, message, &offset);

	if (!f)
		fail_msg("%s: at %zu: %s", text, offset, message);
	return f;
}

/* ---- matching ---- */

/* TCP SYN 10.0.0.1:40000 > 10.0.0.2:80; UDP the same way; TCP PSH/ACK fd00::1 > fd00::2. */
static size_t make(uint8_t packet[200], int family, enum segment_kind kind, uint8_t flags)
{
	struct segment s = { .kind = (uint8_t)kind, .flags = flags };
	const char *src = family == AF_INET ? "10.0.0.1" : "fd00::1";
	const char *dst = family == AF_INET ? "10.0.0.2" : "fd00::2";
	int len;

	assert_int_equal(address_parse_host(src, strlen(src), &s.src), 0);
	assert_int_equal(address_parse_host(dst, strlen(dst), &s.dst), 0);
	s.src.port = 40000;
	s.dst.port = 80;
	len = packet_build(&s, (const uint8_t *)"hello", 5, packet, 200);
	assert_true(len > 0);
	return (size_t)len;
}

static void matches_as_pcap_filter_says(void **state)
{
	static const struct {
		const char *text;
		bool syn, udp, ip6; /* which of the three it matches */
	} cases[] = {
		{ "", true, true, true },
		{ " ", true, true, true },
		{ "tcp", true, false, true },
		{ "udp port 80", false, true, false },
		{ "ip6", false, false, true },
		{ "tcp port http", true, false, true },
		{ "portrange 79-81", true, true, true },
		{ "src port 80", false, false, false },
		{ "host 10.0.0.2", true, true, false },
		{ "net 10.0.0.0/24 and not udp", true, false, false },
		{ "net 10.0.0.0 mask 255.255.255.0", true, true, false },
		{ "dst host fd00::2", false, false, true },
		{ "ip6 net fd00::/8", false, false, true },
		{ "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", true, false, false },
		{ "ip[9] == 17 || ip6[6]=6", false, true, true },
		{ "ip proto \\tcp", true, false, false },
		{ "proto 0x11", false, true, false },
		{ "len <= 33", false, true, false },
		{ "greater 65", false, false, true },
		{ "icmp[icmptype] = icmp-unreach", false, false, false },
	};
	uint8_t syn[200], udp[200], ip6[200];
	size_t syn_len = make(syn, AF_INET, SEGMENT_TCP, SEGMENT_SYN);
	size_t udp_len = make(udp, AF_INET, SEGMENT_UDP, 0);
	size_t ip6_len = make(ip6, AF_INET6, SEGMENT_TCP, SEGMENT_PSH | SEGMENT_ACK);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct filter *f = get(*state, cases[i].text);

		if (filter_matches(f, syn, syn_len) != cases[i].syn ||
			filter_matches(f, udp, udp_len) != cases[i].udp ||
			filter_matches(f, ip6, ip6_len) != cases[i].ip6)
			fail_msg("%s", cases[i].text);
	}
}

static void matches_of_short_bytes_is_false(void **state)
{
	uint8_t packet[200];
	size_t len = make(packet, AF_INET, SEGMENT_TCP, SEGMENT_SYN);

	assert_true(filter_matches(get(*state, "tcp port 80"), packet, len));
	assert_false(filter_matches(get(*state, "tcp port 80"), packet, 21));
	assert_false(filter_matches(get(*state, "tcp port 80"), packet, 0));
	assert_false(filter_matches(get(*state, "tcp[70000] = 1"), packet, len));
}

static void get_twice_is_the_same(void **state)
{
	const struct filter *f = get(*state, "udp");

	assert_ptr_not_equal(f, get(*state, "tcp"));
	assert_ptr_equal(f, get(*state, "udp"));
	assert_string_equal(filter_text(f), "udp");
}

/* ---- what is none ---- */

/* Refused, with these words in the message, and at the offset that `caret` has its ^ at. */
static void assert_refused(struct filter_set *set, const char *text, const char *caret,
	const char *expected)
{
	char message[256] = "";
	size_t offset = SIZE_MAX;

	assert_null(filter_get(set, text, message, &offset));
	if (offset != strlen(caret) - 1 || !message[0] || !strstr(message, expected))
		fail_msg("\n%s\n%*s^ %s", text, (int)offset, "", message);
}

static void get_wrong_order_points_at_the_word(void **state)
{
	assert_refused(*state, "tcp and and udp", "        ^", "");
	assert_refused(*state, "tcp 80 port", "    ^", "");
	assert_refused(*state, "tcp)", "   ^", "");
	assert_refused(*state, "tcp == 3", "    ^", "");
	assert_refused(*state, "tcp[tcpflags & 3 != 0", "                 ^", "");
	assert_refused(*state, "(tcp[(1 + 2 = 3])", "            ^", "");
	assert_refused(*state, "tcp \xc3\xa9", "    ^", "");
}

static void get_unfinished_points_behind_it(void **state)
{
	assert_refused(*state, "port", "    ^", "");
	assert_refused(*state, "tcp port", "        ^", "");
	assert_refused(*state, "not", "   ^", "");
	assert_refused(*state, "(tcp", "    ^", "");
	assert_refused(*state, "tcp[13] & 2", "           ^", "");
	assert_refused(*state, "tcp and udp or port", "                   ^", "");
	assert_refused(*state, "(tcp[13] & 2 != 0) and net", "                          ^", "");
}

static void get_impossible_values_points_at_them(void **state)
{
	assert_refused(*state, "host 10.0.0.999", "     ^", "10.0.0.999");
	assert_refused(*state, "udp or port 99999", "            ^", "99999");
	assert_refused(*state, "udp[0:3] = 1", "      ^", "size");
	assert_refused(*state, "net 10.0.0.1/8", "             ^", "10.0.0.1/8");
	assert_refused(*state, "port nosuch", "     ^", "nosuch");
	/* every word is right, but not all of them together */
	assert_refused(*state, " tcp and udp", " ^", "reject");
}

static void get_names_of_hosts_are_not_looked_up(void **state)
{
	static const struct {
		const char *text, *caret, *word;
	} cases[] = {
		{ "tcp prot 80", "    ^", "prot" },
		{ "host example.com", "     ^", "example.com" },
		{ "example", "^", "example" },
		{ "net loopback", "    ^", "loopback" },
		{ "src a-b_c and tcp", "    ^", "a-b_c" },
		{ "host http", "     ^", "http" },
		{ "port 80 or http", "           ^", "http" }, /* it could be both */
		{ "host \\tcp", "     ^", "\\tcp" },
		{ "host 1.2.3.4.5", "     ^", "1.2.3.4.5" },
		{ "host 10.0.0.1-x", "     ^", "10.0.0.1-x" },
		{ "cafe:foo", "^", "cafe" },
		{ "tcp[0:cafe]", "      ^", "cafe" },
		{ "host fd00::1g", "            ^", "g" },
		{ "host ::x", "       ^", "x" },
		{ "_x", " ^", "x" },
		{ "tcp-syn-x", "^", "tcp-syn-x" },
		{ "0x", "^", "0x" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[80];

		snprintf(expected, sizeof(expected), "'%s' is no word of pcap-filter(7), no number",
			cases[i].word);
		assert_refused(*state, cases[i].text, cases[i].caret, expected);
	}
}

/* libpcap knows them, our packets do not. */
static void get_words_of_the_link_layer_say_what_packets_have(void **state)
{
	const char *why = "packets here begin at the IP header";

	assert_refused(*state, "inbound", "^", why);
	assert_refused(*state, "tcp and ether host 1:2:3:4:5:6", "        ^", why);
	assert_refused(*state, "vlan 7", "^", why);
}

static void get_too_long_is_refused(void **state)
{
	char text[FILTER_MAX + 2], message[256];
	size_t offset = 0;

	/* the longest takes all tries and is told all the same */
	memset(text, '(', sizeof(text));
	text[FILTER_MAX] = '\0';
	assert_null(filter_get(*state, text, message, &offset));
	text[FILTER_MAX] = '(';
	text[FILTER_MAX + 1] = '\0';
	assert_null(filter_get(*state, text, message, &offset));
	assert_string_equal(message, "a filter has 500 bytes at most");
	assert_int_equal(offset, FILTER_MAX);
}

#define FILTER_TEST(name) cmocka_unit_test_setup_teardown(name, open_set, close_set)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILTER_TEST(matches_as_pcap_filter_says),
		FILTER_TEST(matches_of_short_bytes_is_false),
		FILTER_TEST(get_twice_is_the_same),
		FILTER_TEST(get_wrong_order_points_at_the_word),
		FILTER_TEST(get_unfinished_points_behind_it),
		FILTER_TEST(get_impossible_values_points_at_them),
		FILTER_TEST(get_names_of_hosts_are_not_looked_up),
		FILTER_TEST(get_words_of_the_link_layer_say_what_packets_have),
		FILTER_TEST(get_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
