/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of the attributes behind a reply, whatever their lengths are. */
#include <linux/tcp.h>
#include <netinet/in.h>

#include "base/tcp_state.h"
#include "observe/sock_detail.h"
#include "observe/sock_field.h"
#include "scripted_diag.h"

#define TCP_INFO_LEAST 104 /* as of Linux 2.6: up to tcpi_total_retrans */

struct bench {
	struct scripted kernel;
	struct sockdiag *diag;
	struct sock_detail detail;
	uint8_t bytes[1500]; /* a reply in the making */
	size_t len;
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
	scripted_close(&b->kernel);
	free(b);
	return 0;
}

static void begin(struct bench *b, uint64_t cookie, uint8_t state)
{
	const struct inet_diag_msg m = diag_socket(cookie, state, 1000, 80);

	memcpy(b->bytes, &m, sizeof(m));
	b->len = sizeof(m);
}

/* claimed: the length that stands in its header, which may be a lie. */
static void add_claiming(struct bench *b, uint16_t type, const void *payload, size_t len,
	uint16_t claimed)
{
	const struct nlattr attribute = { .nla_len = claimed, .nla_type = type };

	memcpy(b->bytes + b->len, &attribute, sizeof(attribute));
	memcpy(b->bytes + b->len + NLA_HDRLEN, payload, len);
	b->len += NLA_HDRLEN + NLA_ALIGN(len);
}

static void add(struct bench *b, uint16_t type, const void *payload, size_t len)
{
	add_claiming(b, type, payload, len, (uint16_t)(NLA_HDRLEN + len));
}

static int ask(struct bench *b, uint64_t cookie)
{
	const struct address local = loopback(1000), remote = loopback(80);
	uint8_t asked[200];

	while (read(b->kernel.fd, asked, sizeof(asked)) > 0)
		; /* there is room for some hundred */
	scripted_raw(&b->kernel, ++b->kernel.answers, SOCK_DIAG_BY_FAMILY, b->bytes, b->len);
	return sockdiag_detail(b->diag, IPPROTO_TCP, &local, &remote, cookie, SOCK_DETAIL_ALL,
		&b->detail);
}

/* Is the field told, and what is it? */
static bool reads(const struct bench *b, const char *name, uint64_t *ret_value)
{
	return sock_field_read(sock_field_find(name), &b->detail, ret_value);
}

static uint64_t read_as(const struct bench *b, const char *name)
{
	uint64_t value = 0;

	if (!reads(b, name, &value))
		fail_msg("%s is not told", name);
	return value;
}

static struct tcp_info info(void)
{
	return (struct tcp_info){ .tcpi_state = STATE_ESTABLISHED,
		.tcpi_options = TCPI_OPT_SACK | TCPI_OPT_WSCALE,
		.tcpi_snd_wscale = 7,
		.tcpi_rcv_wscale = 10,
		.tcpi_delivery_rate_app_limited = 1,
		.tcpi_rto = 204000,
		.tcpi_snd_cwnd = 10,
		.tcpi_total_retrans = 3,
		.tcpi_bytes_sent = UINT64_C(0x123456789a),
		.tcpi_snd_wnd = 65536 };
}

static void detail_asks_with_the_extensions_and_a_look_up_without(void **state)
{
	struct bench *b = *state;
	const struct address local = loopback(1000), remote = loopback(80);
	struct sock_report report;
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 query;
	} request;

	sockdiag_detail(b->diag, IPPROTO_TCP, &local, &remote, 5, SOCK_DETAIL_SENDING, &b->detail);
	assert_int_equal(read(b->kernel.fd, &request, sizeof(request)), sizeof(request));
	assert_int_equal(request.query.idiag_ext, 1 << (INET_DIAG_INFO - 1));
	assert_int_equal(request.header.nlmsg_flags, NLM_F_REQUEST);
	sockdiag_lookup(b->diag, &local, &remote, &report);
	assert_int_equal(read(b->kernel.fd, &request, sizeof(request)), sizeof(request));
	assert_int_equal(request.query.idiag_ext, 0);
}

static void detail_answered_has_its_parts(void **state)
{
	struct bench *b = *state;
	const struct tcp_info i = info();
	const uint32_t memory[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	const uint8_t shut = 2;

	begin(b, 5, STATE_ESTABLISHED);
	add(b, INET_DIAG_SHUTDOWN, &shut, 1);
	add(b, 999, "unknown", 8); /* of a kernel to come */
	add(b, INET_DIAG_INFO, &i, sizeof(i));
	add(b, INET_DIAG_CONG, "cubic", 6);
	add(b, INET_DIAG_SKMEMINFO, memory, sizeof(memory));
	assert_int_equal(ask(b, 5), 0);
	assert_int_equal(read_as(b, "rto"), 204000);
	assert_int_equal(read_as(b, "snd_cwnd"), 10);
	assert_int_equal(read_as(b, "snd_wscale"), 7);
	assert_int_equal(read_as(b, "rcv_wscale"), 10);
	assert_int_equal(read_as(b, "app_limited"), 1);
	assert_int_equal(read_as(b, "fastopen_fail"), 0);
	assert_true(read_as(b, "tcpi_bytes_sent") == UINT64_C(0x123456789a));
	assert_int_equal(read_as(b, "drops"), 9);
	assert_int_equal(read_as(b, "closed_ways"), 2);
	assert_int_equal(read_as(b, "cookie"), 5);
	assert_string_equal(sock_field_string(sock_field_find("congestion"), &b->detail), "cubic");
}

static void detail_of_another_socket_is_enoent(void **state)
{
	struct bench *b = *state;

	begin(b, 6, STATE_LISTEN); /* what the kernel answers where the connection is gone */
	assert_int_equal(ask(b, 5), -ENOENT);
}

/* An older kernel's struct ends earlier, a newer one's later: no field is read beyond the end, and none that is
 * there is missed. */
static void detail_of_any_length_tells_what_is_whole(void **state)
{
	struct bench *b = *state;
	const struct tcp_info i = info();
	uint8_t long_info[700];
	uint64_t value;

	memset(long_info, 0xaa, sizeof(long_info));
	memcpy(long_info, &i, sizeof(i));
	for (size_t len = 0; len <= sizeof(long_info); len += len < 300 ? 1 : 100) {
		begin(b, 5, STATE_ESTABLISHED);
		add(b, INET_DIAG_INFO, long_info, len);
		add(b, INET_DIAG_CONG, "reno", 5);
		assert_int_equal(ask(b, 5), 0);
		assert_int_equal(reads(b, "rto", &value), len >= 12);
		assert_int_equal(reads(b, "total_retrans", &value), len >= TCP_INFO_LEAST);
		assert_int_equal(reads(b, "bytes_sent", &value), len >= 208);
		assert_int_equal(reads(b, "received_ce_bytes", &value), len >= 276);
		assert_true(reads(b, "congestion", &value));
	}
	assert_int_equal(b->detail.parts[DETAIL_INFO].len, SOCK_DETAIL_BYTES);
}

/* A length that reaches beyond the message, or is less than a header: what came before it counts. */
static void detail_with_impossible_lengths_ends_there(void **state)
{
	static const uint16_t lies[] = { 0, 1, 3, 200, 60000, UINT16_MAX };
	struct bench *b = *state;
	const struct tcp_info i = info();
	uint64_t value;

	for (size_t l = 0; l < sizeof(lies) / sizeof(lies[0]); l++) {
		begin(b, 5, STATE_ESTABLISHED);
		add(b, INET_DIAG_INFO, &i, sizeof(i));
		add_claiming(b, INET_DIAG_SKMEMINFO, "....", 4, lies[l]);
		assert_int_equal(ask(b, 5), 0);
		assert_int_equal(read_as(b, "rto"), 204000);
		assert_false(reads(b, "rmem_alloc", &value));
	}
	begin(b, 5, STATE_ESTABLISHED);
	add_claiming(b, INET_DIAG_MARK, "....", 4, NLA_HDRLEN + 4);
	b->len -= 2; /* the rest would be the padding of the message */
	assert_int_equal(ask(b, 5), 0);
	assert_false(reads(b, "fwmark", &value));
	begin(b, 5, STATE_ESTABLISHED);
	memset(b->bytes + b->len, 0xff, 3); /* not even a header */
	b->len += 3;
	assert_int_equal(ask(b, 5), 0);
	assert_false(reads(b, "rto", &value));
}

static void detail_with_a_name_that_does_not_end_has_none(void **state)
{
	struct bench *b = *state;
	uint64_t value;
	char name[600];

	memset(name, 'x', sizeof(name));
	begin(b, 5, STATE_ESTABLISHED);
	add(b, INET_DIAG_CONG, name, sizeof(name));
	assert_int_equal(ask(b, 5), 0);
	assert_false(reads(b, "congestion", &value));
	begin(b, 5, STATE_ESTABLISHED);
	add(b, INET_DIAG_CONG, "", 0);
	assert_int_equal(ask(b, 5), 0);
	assert_false(reads(b, "congestion", &value));
}

static void detail_of_a_state_that_is_none_has_none(void **state)
{
	struct bench *b = *state;

	begin(b, 5, 200);
	assert_int_equal(ask(b, 5), 0);
	assert_int_equal(sock_detail_state(&b->detail), STATE_NONE);
}

static void detail_of_a_listener_has_its_queue_and_no_window(void **state)
{
	struct bench *b = *state;
	const struct tcp_info i = info();
	uint64_t value;

	begin(b, 5, STATE_LISTEN);
	add(b, INET_DIAG_INFO, &i, sizeof(i));
	assert_int_equal(ask(b, 5), 0);
	assert_int_equal(read_as(b, "backlog"), 0);
	assert_false(reads(b, "sendq", &value));
	assert_false(reads(b, "cwnd", &value));
}

static void detail_of_udp_is_found_by_its_cookie(void **state)
{
	struct bench *b = *state;
	const struct address local = loopback(53), remote = { 0 };
	const struct inet_diag_msg other = diag_socket(4, STATE_CLOSED, 53, 0),
				   mine = diag_socket(5, STATE_CLOSED, 53, 0);
	int done = 0;

	scripted_raw(&b->kernel, 1, SOCK_DIAG_BY_FAMILY, &other, sizeof(other));
	scripted_raw(&b->kernel, 1, SOCK_DIAG_BY_FAMILY, &mine, sizeof(mine));
	scripted_raw(&b->kernel, 1, NLMSG_DONE, &done, sizeof(done));
	assert_int_equal(sockdiag_detail(b->diag, IPPROTO_UDP, &local, &remote, 5, SOCK_DETAIL_ALL,
				 &b->detail),
		0);
	assert_int_equal(read_as(b, "cookie"), 5);
	scripted_raw(&b->kernel, 2, NLMSG_DONE, &done, sizeof(done));
	scripted_raw(&b->kernel, 3, NLMSG_DONE, &done, sizeof(done));
	assert_int_equal(sockdiag_detail(b->diag, IPPROTO_UDP, &local, &remote, 5, SOCK_DETAIL_ALL,
				 &b->detail),
		-ENOENT);
}

/* A kernel without udp_diag. */
static void detail_of_udp_refused_is_the_errno(void **state)
{
	struct bench *b = *state;
	const struct address local = loopback(53), remote = { 0 };

	scripted_refuse(&b->kernel, -ENOENT);
	assert_int_equal(sockdiag_detail(b->diag, IPPROTO_UDP, &local, &remote, 5, SOCK_DETAIL_ALL,
				 &b->detail),
		-ENOENT);
}

static void info_alone_has_its_state(void **state)
{
	struct bench *b = *state;
	struct tcp_info i = info();

	i.tcpi_state = STATE_CLOSED;
	sock_detail_from_info(&i, sizeof(i), &b->detail);
	assert_int_equal(sock_detail_state(&b->detail), STATE_CLOSED);
	assert_int_equal(read_as(b, "cwnd"), 10);
	sock_detail_from_info(&i, 0, &b->detail);
	assert_int_equal(sock_detail_state(&b->detail), STATE_NONE);
}

#define DETAIL_TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DETAIL_TEST(detail_asks_with_the_extensions_and_a_look_up_without),
		DETAIL_TEST(detail_answered_has_its_parts),
		DETAIL_TEST(detail_of_another_socket_is_enoent),
		DETAIL_TEST(detail_of_any_length_tells_what_is_whole),
		DETAIL_TEST(detail_with_impossible_lengths_ends_there),
		DETAIL_TEST(detail_with_a_name_that_does_not_end_has_none),
		DETAIL_TEST(detail_of_a_state_that_is_none_has_none),
		DETAIL_TEST(detail_of_a_listener_has_its_queue_and_no_window),
		DETAIL_TEST(detail_of_udp_is_found_by_its_cookie),
		DETAIL_TEST(detail_of_udp_refused_is_the_errno),
		DETAIL_TEST(info_alone_has_its_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
