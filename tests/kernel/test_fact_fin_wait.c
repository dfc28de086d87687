/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fact: a closed socket whose FIN was acknowledged becomes a time-wait mini-socket that still reads
 * FIN-WAIT-2. The observer must not take its time-wait timer for the state TIME-WAIT.
 * Source: net/ipv4/tcp_input.c tcp_rcv_state_process(), case TCP_FIN_WAIT1: tcp_time_wait(sk,
 * TCP_FIN_WAIT2, tmo), v6.1. */
#include "fact.h"

static void closed_socket_waits_as_a_minisocket(struct fact *f)
{
	struct address client;
	struct sock_report seen;
	int c;

	fact_listen(f, &f->a);
	c = fact_connect(f, &f->b);
	client = fact_carry(f, SEGMENT_SYN).src;
	fact_carry(f, SEGMENT_SYN | SEGMENT_ACK);
	fact_carry(f, SEGMENT_ACK);
	fact_close(&f->b, c);
	fact_carry(f, SEGMENT_FIN | SEGMENT_ACK);
	seen = fact_look(f, &client, &f->server);
	assert_int_equal(seen.state, STATE_FIN_WAIT_1);
	assert_int_equal(seen.timer, SOCK_TIMER_RETRANSMIT);
	fact_carry_late(f, SEGMENT_ACK);
	seen = fact_look(f, &client, &f->server);
	assert_int_equal(seen.state, STATE_FIN_WAIT_2);
	assert_int_equal(seen.timer, SOCK_TIMER_TIME_WAIT);
}

/* With the descriptor kept (shutdown) it stays a full socket, without such a timer. */
static void shut_down_socket_waits_as_itself(struct fact *f)
{
	struct address client;
	struct sock_report seen;
	int c = fact_connect(f, &f->b);

	client = fact_carry(f, SEGMENT_SYN).src;
	fact_carry(f, SEGMENT_SYN | SEGMENT_ACK);
	fact_carry(f, SEGMENT_ACK);
	assert_int_equal(
		fact_call(&f->b,
			(struct call_request){ .kind = CALL_SHUTDOWN, .fd = c, .number = SHUT_WR })
			.result,
		0);
	fact_carry(f, SEGMENT_FIN | SEGMENT_ACK);
	fact_carry_late(f, SEGMENT_ACK);
	seen = fact_look(f, &client, &f->server);
	assert_int_equal(seen.state, STATE_FIN_WAIT_2);
	assert_int_equal(seen.timer, SOCK_TIMER_NONE);
}

static void prove(struct fact *f)
{
	closed_socket_waits_as_a_minisocket(f);
	shut_down_socket_waits_as_itself(f);
}

int main(void)
{
	return fact_prove(__FILE__, prove);
}
