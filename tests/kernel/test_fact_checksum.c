/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fact: what a TUN without offload gives to its reader has all its checksums, though the kernel's own loopback
 * never works them out; and what is written to it is checked, though loopback traffic never is. So a packet can
 * be recorded as it is, and one whose checksum was spoilt is lost where a network would lose it.
 * Source: drivers/net/tun.c tun_net_fix_features(), v6.1: no NETIF_F_HW_CSUM until TUNSETOFFLOAD;
 * tun_get_user(): without virtio_net_hdr the skb stays CHECKSUM_NONE. */
#include "fact.h"

#include "wire/build.h"

static void assert_right(const struct fact_packet *packet)
{
	assert_true(packet_checksum_ok(packet->bytes, packet->len));
}

/* No answer has come, and none will: write(2) returns when all is done (test_fact_write.c). */
static void assert_silence(struct fact *f)
{
	uint8_t byte;

	assert_int_equal(read(f->host.tun, &byte, 1), -1);
	assert_int_equal(errno, EAGAIN);
}

static void checksums_are_made_and_checked(struct fact *f)
{
	static struct fact_packet packet;

	fact_listen(f, &f->a);
	fact_connect(f, &f->b);
	fact_take(f, SEGMENT_SYN, &packet);
	assert_right(&packet);
	assert_true(packet_checksum_spoil(packet.bytes, packet.len));
	fact_give(f, &packet);
	assert_silence(f);
	assert_true(packet_checksum_fix(packet.bytes, packet.len));
	fact_give(f, &packet);
	fact_take(f, SEGMENT_SYN | SEGMENT_ACK, &packet);
	assert_right(&packet);
	fact_give(f, &packet);
	fact_take(f, SEGMENT_ACK, &packet);
	assert_right(&packet);
}

int main(void)
{
	return fact_prove(__FILE__, checksums_are_made_and_checked);
}
