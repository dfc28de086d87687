/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fact: an exact sock_diag look-up finds request and time-wait mini-sockets, and its answer is there when
 * send(2) returns: on the descriptor used here recv(2) would say EAGAIN otherwise. So the observer may
 * look after every segment, on the loop.
 * Source: net/ipv4/inet_diag.c inet_diag_find_one_icsk() uses inet_lookup(); net/netlink/af_netlink.c
 * netlink_unicast_kernel() calls the handler in the sender's context, v6.1. */
#include "fact.h"

static void minisockets_are_found_at_once(struct fact *f)
{
	struct address client, nobody = f->server;
	struct fact_packet packet;
	struct sock_report seen = { 0 };
	int c, listener = fact_listen(f, &f->a);

	c = fact_connect(f, &f->b);
	fact_take(f, SEGMENT_SYN, &packet);
	client = packet.segment.src;
	/* as long as there is no connection the listener answers for it */
	assert_int_equal(fact_look(f, &f->server, &client).state, STATE_LISTEN);
	fact_give(f, &packet);
	assert_int_equal(fact_look(f, &f->server, &client).state, STATE_SYN_RECEIVED);
	assert_int_equal(fact_look(f, &client, &f->server).state, STATE_SYN_SENT);

	fact_carry(f, SEGMENT_SYN | SEGMENT_ACK);
	fact_carry(f, SEGMENT_ACK);
	fact_close(&f->b, c);
	fact_carry(f, SEGMENT_FIN | SEGMENT_ACK);
	fact_carry_late(f, SEGMENT_ACK);
	fact_close(&f->a,
		(int)fact_call(&f->a, (struct call_request){ .kind = CALL_ACCEPT, .fd = listener })
			.result);
	fact_carry(f, SEGMENT_FIN | SEGMENT_ACK);
	seen = fact_look(f, &client, &f->server);
	assert_int_equal(seen.state, STATE_TIME_WAIT);
	assert_int_equal(seen.timer, SOCK_TIMER_TIME_WAIT);

	/* and one that is not there is as quickly known not to be */
	nobody.port = 1;
	assert_int_equal(sockdiag_lookup(f->diag, &nobody, &client, &seen), -ENOENT);
}

int main(void)
{
	return fact_prove(__FILE__, minisockets_are_found_at_once);
}
