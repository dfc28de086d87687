/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fact: the cookie of a connection stays the same from SYN-RECEIVED (a request mini-socket) through
 * ESTABLISHED to TIME-WAIT (a time-wait mini-socket), and is what SO_COOKIE says: it is the identity by
 * which the observer knows an endpoint again.
 * Source: net/ipv4/tcp_minisocks.c tcp_create_openreq_child() and inet_twsk_alloc(), v6.1, copy
 * sk_cookie. */
#include "fact.h"

static void cookie_outlives_every_state(struct fact *f)
{
	struct fact_packet syn;
	struct sock_report seen;
	struct fact_answer accepted;
	struct address client;
	uint64_t cookie;
	int c, listener = fact_listen(f, &f->a);

	c = fact_connect(f, &f->b);
	fact_take(f, SEGMENT_SYN, &syn);
	client = syn.segment.src;
	fact_give(f, &syn);
	seen = fact_look(f, &f->server, &client);
	assert_int_equal(seen.state, STATE_SYN_RECEIVED);
	cookie = seen.cookie;
	assert_int_not_equal(cookie, 0);

	fact_carry(f, SEGMENT_SYN | SEGMENT_ACK);
	fact_carry(f, SEGMENT_ACK);
	seen = fact_look(f, &f->server, &client);
	assert_int_equal(seen.state, STATE_ESTABLISHED);
	assert_int_equal(seen.cookie, cookie);
	accepted = fact_call(&f->a, (struct call_request){ .kind = CALL_ACCEPT, .fd = listener });
	assert_int_equal(accepted.made.cookie, cookie);

	fact_close(&f->a, (int)accepted.result);
	fact_carry(f, SEGMENT_FIN | SEGMENT_ACK);
	fact_carry_late(f, SEGMENT_ACK);
	seen = fact_look(f, &f->server, &client);
	assert_int_equal(seen.state, STATE_FIN_WAIT_2);
	assert_int_equal(seen.cookie, cookie);
	fact_close(&f->b, c);
	fact_carry(f, SEGMENT_FIN | SEGMENT_ACK);
	seen = fact_look(f, &f->server, &client);
	assert_int_equal(seen.state, STATE_TIME_WAIT);
	assert_int_equal(seen.cookie, cookie);
}

int main(void)
{
	return fact_prove(__FILE__, cookie_outlives_every_state);
}
