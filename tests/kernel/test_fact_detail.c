/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fact: an exact look-up gives INET_DIAG_INFO of a socket that nobody has a descriptor of, too, as long and with the
 * same numbers as getsockopt(TCP_INFO) has; request and time-wait mini-sockets have none, and a UDP socket is found
 * in a dump by its cookie.
 * Source: net/ipv4/inet_diag.c inet_sk_diag_fill(), inet_req_diag_fill(), inet_twsk_diag_fill(), v6.1. */
#include <linux/tcp.h>

#include "fact.h"

#include "observe/sock_detail.h"
#include "observe/sock_field.h"

static void look(struct fact *f, const struct address *local, const struct address *remote,
	struct sock_detail *ret_detail)
{
	uint64_t cookie = fact_look(f, local, remote).cookie;

	assert_int_equal(sockdiag_detail(f->diag, IPPROTO_TCP, local, remote, cookie,
				 SOCK_DETAIL_ALL, ret_detail),
		0);
}

static void read_info(struct process *p, int fd, struct sock_detail *ret_detail)
{
	static _Alignas(16) uint8_t buffer[sizeof(struct call_reply) + CALL_DATA_MAX];
	const struct call_reply *reply = (const struct call_reply *)buffer;

	fact_begin(p,
		&(struct call_request){ .kind = CALL_GETSOCKOPT,
			.fd = fd,
			.level = IPPROTO_TCP,
			.option = TCP_INFO,
			.size = SOCK_DETAIL_BYTES });
	assert_true(channel_receive(p->channel, buffer, sizeof(buffer), 0, NULL, 0, NULL) >=
		(ssize_t)sizeof(*reply));
	assert_int_equal(reply->result, 0);
	sock_detail_from_info(reply->data, reply->size, ret_detail);
}

/* Whatever getsockopt() tells, the look-up tells, too. */
static void assert_same(const struct sock_detail *told, const struct sock_detail *asked)
{
	const struct sock_field *field;
	size_t compared = 0;

	assert_int_equal(told->parts[DETAIL_INFO].len, asked->parts[DETAIL_INFO].len);
	for (size_t i = 0; (field = sock_field_at(i)); i++) {
		uint64_t a, b;

		if (field->part != DETAIL_INFO || field->runs || !sock_field_read(field, asked, &b))
			continue;
		assert_true(sock_field_read(field, told, &a));
		if (a != b)
			fail_msg("%s: %llu, but getsockopt() has %llu", field->name,
				(unsigned long long)a, (unsigned long long)b);
		compared++;
	}
	assert_true(compared > 30);
}

static void udp_is_in_the_dump(struct fact *f)
{
	struct call_request q = { .kind = CALL_SOCKET,
		.family = AF_INET,
		.type = SOCK_DGRAM | SOCK_CLOEXEC,
		.protocol = IPPROTO_UDP };
	struct fact_answer made = fact_call(&f->a, q), bound;
	struct sock_detail detail;
	uint64_t value;

	bound = fact_call(&f->a,
		(struct call_request){ .kind = CALL_BIND,
			.fd = (int)made.result,
			.address = f->server });
	assert_int_equal(bound.result, 0);
	assert_int_equal(sockdiag_detail(f->diag, IPPROTO_UDP, &f->server, &bound.facts.remote,
				 made.made.cookie, SOCK_DETAIL_ALL, &detail),
		0);
	assert_true(sock_field_read(sock_field_find("rcvbuf"), &detail, &value) && value > 0);
	assert_int_equal(detail.parts[DETAIL_INFO].len, 0);
}

static void detail_is_told_of_orphans_and_not_of_minisockets(struct fact *f)
{
	struct sock_detail told, asked;
	struct fact_packet packet;
	struct address client;
	int c, accepted, listener = fact_listen(f, &f->a);

	c = fact_connect(f, &f->b);
	fact_take(f, SEGMENT_SYN, &packet);
	client = packet.segment.src;
	fact_give(f, &packet);
	look(f, &f->server, &client, &told);
	assert_int_equal(told.parts[DETAIL_INFO].len, 0); /* a request */
	fact_carry(f, SEGMENT_SYN | SEGMENT_ACK);
	fact_carry(f, SEGMENT_ACK);
	look(f, &client, &f->server, &told);
	read_info(&f->b, c, &asked);
	assert_same(&told, &asked);
	look(f, &f->server, &client, &told); /* not accepted: nobody has it */
	assert_true(told.parts[DETAIL_INFO].len >= 104);

	fact_close(&f->b, c);
	look(f, &client, &f->server, &told);
	assert_int_equal(sock_detail_state(&told), STATE_FIN_WAIT_1);
	assert_int_equal(told.parts[DETAIL_INFO].len, asked.parts[DETAIL_INFO].len); /* an orphan */
	fact_carry(f, SEGMENT_FIN | SEGMENT_ACK);
	fact_carry_late(f, SEGMENT_ACK);
	accepted =
		(int)fact_call(&f->a, (struct call_request){ .kind = CALL_ACCEPT, .fd = listener })
			.result;
	fact_close(&f->a, accepted);
	fact_carry(f, SEGMENT_FIN | SEGMENT_ACK);
	look(f, &client, &f->server, &told);
	assert_int_equal(sock_detail_state(&told), STATE_TIME_WAIT);
	assert_int_equal(told.parts[DETAIL_INFO].len, 0);
	udp_is_in_the_dump(f);
}

int main(void)
{
	return fact_prove(__FILE__, detail_is_told_of_orphans_and_not_of_minisockets);
}
