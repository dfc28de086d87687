/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/tcp_state.h"
#include "scripted_diag.h"

struct bench {
	struct scripted kernel;
	struct sockdiag *diag;
};

static int bench_open(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->diag = scripted_open(&b->kernel);
	*state = b;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *b = *state;

	sockdiag_close(b->diag);
	sockdiag_close(NULL);
	scripted_close(&b->kernel);
	free(b);
	return 0;
}

static int look_up(struct bench *b, struct sock_report *ret_report)
{
	const struct address local = loopback(1000), remote = loopback(80);

	return sockdiag_lookup(b->diag, &local, &remote, ret_report);
}

static void assert_address(const struct address *a, const char *expected)
{
	char buffer[ADDRESS_TEXT_MAX];

	assert_string_equal(address_format(a, buffer), expected);
}

static void lookup_asks_for_exactly_one_socket(void **state)
{
	struct bench *b = *state;
	struct address local, remote;
	struct sock_report report;
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 query;
	} request;

	assert_int_equal(address_parse_host("fd00::1", 7, &local), 0);
	assert_int_equal(address_parse_host("fd00::2", 7, &remote), 0);
	local.port = 1000;
	remote.port = 80;
	assert_int_equal(sockdiag_lookup(b->diag, &local, &remote, &report), -EAGAIN);
	assert_int_equal(read(b->kernel.fd, &request, sizeof(request)), sizeof(request));
	assert_int_equal(request.header.nlmsg_len, sizeof(request));
	assert_int_equal(request.header.nlmsg_type, SOCK_DIAG_BY_FAMILY);
	assert_int_equal(request.header.nlmsg_flags, NLM_F_REQUEST); /* no dump */
	assert_int_equal(request.header.nlmsg_seq, 1);
	assert_int_equal(request.query.sdiag_family, AF_INET6);
	assert_int_equal(request.query.sdiag_protocol, IPPROTO_TCP);
	assert_int_equal(request.query.id.idiag_sport, htons(1000));
	assert_int_equal(request.query.id.idiag_dport, htons(80));
	assert_memory_equal(request.query.id.idiag_src, local.bytes, 16);
	assert_memory_equal(request.query.id.idiag_dst, remote.bytes, 16);
	assert_int_equal(request.query.id.idiag_cookie[0], INET_DIAG_NOCOOKIE);
	assert_int_equal(request.query.id.idiag_cookie[1], INET_DIAG_NOCOOKIE);
}

static void lookup_answered_fills_the_report(void **state)
{
	struct bench *b = *state;
	struct inet_diag_msg m = diag_socket(0x1122334455667788, STATE_ESTABLISHED, 1000, 80);
	struct sock_report report;

	m.idiag_timer = SOCK_TIMER_RETRANSMIT;
	m.idiag_expires = 204;
	m.idiag_retrans = 3;
	m.idiag_rqueue = 7;
	m.idiag_wqueue = 9;
	scripted_answer(&b->kernel, m);
	assert_int_equal(look_up(b, &report), 0);
	assert_true(report.cookie == 0x1122334455667788);
	assert_int_equal(report.state, STATE_ESTABLISHED);
	assert_address(&report.local, "127.0.0.1:1000");
	assert_address(&report.remote, "127.0.0.1:80");
	assert_int_equal(report.timer, SOCK_TIMER_RETRANSMIT);
	assert_int_equal(report.timer_ms, 204);
	assert_int_equal(report.retransmits, 3);
	assert_int_equal(report.recvq, 7);
	assert_int_equal(report.sendq, 9);
}

static void lookup_finding_a_listener_has_no_remote(void **state)
{
	struct bench *b = *state;
	struct sock_report report;

	scripted_answer(&b->kernel, diag_socket(5, STATE_LISTEN, 80, 0));
	assert_int_equal(look_up(b, &report), 0);
	assert_int_equal(report.state, STATE_LISTEN);
	assert_int_equal(report.remote.family, AF_UNSPEC);
}

static void lookup_of_a_mini_socket_is_syn_received(void **state)
{
	struct bench *b = *state;
	struct sock_report report;

	scripted_answer(&b->kernel, diag_socket(5, STATE_NEW_SYN_RECV, 80, 1000));
	assert_int_equal(look_up(b, &report), 0);
	assert_int_equal(report.state, STATE_SYN_RECEIVED);
}

/* An IPv6 socket that carries IPv4: ::ffff:127.0.0.1 on both ends. */
static void lookup_of_a_mapped_socket_is_unmapped(void **state)
{
	struct bench *b = *state;
	struct inet_diag_msg m = diag_socket(5, STATE_ESTABLISHED, 1000, 80);
	struct sock_report report;

	m.idiag_family = AF_INET6;
	m.id.idiag_src[0] = m.id.idiag_dst[0] = 0;
	m.id.idiag_src[2] = m.id.idiag_dst[2] = htonl(0xffff);
	m.id.idiag_src[3] = m.id.idiag_dst[3] = htonl(INADDR_LOOPBACK);
	scripted_answer(&b->kernel, m);
	assert_int_equal(look_up(b, &report), 0);
	assert_address(&report.local, "127.0.0.1:1000");
	assert_address(&report.remote, "127.0.0.1:80");
}

static void lookup_refused_returns_the_errno(void **state)
{
	struct bench *b = *state;
	struct sock_report report;

	scripted_refuse(&b->kernel, -ENOENT);
	assert_int_equal(look_up(b, &report), -ENOENT);
	scripted_refuse(&b->kernel, -EPERM);
	assert_int_equal(look_up(b, &report), -EPERM);
}

static void lookup_steps_over_older_answers(void **state)
{
	struct bench *b = *state;
	const struct inet_diag_msg old = diag_socket(4, STATE_LISTEN, 80, 0);
	struct sock_report report;

	scripted_refuse(&b->kernel, -ENOENT);
	assert_int_equal(look_up(b, &report), -ENOENT);
	scripted_raw(&b->kernel, 1, SOCK_DIAG_BY_FAMILY, &old, sizeof(old));
	scripted_raw(&b->kernel, 0, SOCK_DIAG_BY_FAMILY, &old, sizeof(old));
	scripted_answer(&b->kernel, diag_socket(5, STATE_ESTABLISHED, 1000, 80));
	assert_int_equal(look_up(b, &report), 0);
	assert_int_equal(report.cookie, 5);
}

static void lookup_truncated_returns_ebadmsg(void **state)
{
	struct bench *b = *state;
	const struct inet_diag_msg m = diag_socket(5, STATE_ESTABLISHED, 1000, 80);
	struct nlmsghdr longer = { .nlmsg_len = 500, .nlmsg_type = SOCK_DIAG_BY_FAMILY };
	struct sock_report report;

	for (size_t len = 0; len < sizeof(m); len += 4) {
		scripted_raw(&b->kernel, ++b->kernel.answers, SOCK_DIAG_BY_FAMILY, &m, len);
		assert_int_equal(look_up(b, &report), -EBADMSG);
	}
	longer.nlmsg_seq = ++b->kernel.answers; /* says more than came */
	assert_int_equal(write(b->kernel.fd, &longer, sizeof(longer)), sizeof(longer));
	assert_int_equal(look_up(b, &report), -EBADMSG);
	b->kernel.answers++; /* not even a header */
	assert_int_equal(write(b->kernel.fd, &longer, 10), 10);
	assert_int_equal(look_up(b, &report), -EBADMSG);
}

static void lookup_malformed_returns_ebadmsg(void **state)
{
	struct bench *b = *state;
	struct sock_report report;

	scripted_answer(&b->kernel, diag_socket(5, STATE_COUNT, 1000, 80));
	assert_int_equal(look_up(b, &report), -EBADMSG);
	scripted_answer(&b->kernel, diag_socket(5, 255, 1000, 80));
	assert_int_equal(look_up(b, &report), -EBADMSG);
	scripted_refuse(&b->kernel, 0); /* an acknowledgement nobody asked for */
	assert_int_equal(look_up(b, &report), -EBADMSG);
	scripted_refuse(&b->kernel, ENOENT); /* no errno of netlink's */
	assert_int_equal(look_up(b, &report), -EBADMSG);
	scripted_raw(&b->kernel, ++b->kernel.answers, NLMSG_ERROR, "\xfe\xff\xff\xff", 4);
	assert_int_equal(look_up(b, &report), -EBADMSG);
}

static void lookup_after_a_failure_works_again(void **state)
{
	struct bench *b = *state;
	struct sock_report report;

	scripted_raw(&b->kernel, ++b->kernel.answers, SOCK_DIAG_BY_FAMILY, "", 0);
	assert_int_equal(look_up(b, &report), -EBADMSG);
	scripted_answer(&b->kernel, diag_socket(5, STATE_ESTABLISHED, 1000, 80));
	assert_int_equal(look_up(b, &report), 0);
}

static void open_of_no_descriptor_is_null(void **state)
{
	(void)state;
	assert_null(sockdiag_open(-1));
}

static void timer_names_are_all_there(void **state)
{
	(void)state;
	assert_string_equal(sock_timer_name(SOCK_TIMER_NONE), "");
	for (int t = 1; t < SOCK_TIMER_COUNT; t++)
		assert_true(strlen(sock_timer_name((enum sock_timer)t)) > 0);
	assert_string_equal(sock_timer_name((enum sock_timer)200), "unknown");
}

#define DIAG_TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAG_TEST(lookup_asks_for_exactly_one_socket),
		DIAG_TEST(lookup_answered_fills_the_report),
		DIAG_TEST(lookup_finding_a_listener_has_no_remote),
		DIAG_TEST(lookup_of_a_mini_socket_is_syn_received),
		DIAG_TEST(lookup_of_a_mapped_socket_is_unmapped),
		DIAG_TEST(lookup_refused_returns_the_errno),
		DIAG_TEST(lookup_steps_over_older_answers),
		DIAG_TEST(lookup_truncated_returns_ebadmsg),
		DIAG_TEST(lookup_malformed_returns_ebadmsg),
		DIAG_TEST(lookup_after_a_failure_works_again),
		cmocka_unit_test(open_of_no_descriptor_is_null),
		cmocka_unit_test(timer_names_are_all_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
