/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fact: write(2) to a TUN returns after the kernel has processed the segment (unless a call holds the
 * socket). What that drew can be read at once: this is how the wire knows the cause of an answer.
 * Source: drivers/net/tun.c tun_get_user(), v6.1: netif_receive_skb() between local_bh_disable() and
 * local_bh_enable(). */
#include "fact.h"

#define ROUNDS 200

static void answer_is_there_when_write_returns(struct fact *f)
{
	fact_listen(f, &f->a);
	for (int i = 0; i < ROUNDS; i++) {
		fact_connect(f, &f->b);
		fact_carry(f, SEGMENT_SYN);
		fact_carry(f, SEGMENT_SYN | SEGMENT_ACK); /* drawn by the SYN */
		fact_carry(f, SEGMENT_ACK); /* drawn by the SYN/ACK */
	}
}

int main(void)
{
	return fact_prove(__FILE__, answer_is_there_when_write_returns);
}
