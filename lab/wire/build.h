/* SPDX-License-Identifier: GPL-3.0-or-later */
/* struct segment -> bytes of an IPv4 or IPv6 packet, the way back from decode.h; and checksums.
 * Pure functions on borrowed bytes; any thread. Builds no fragments and no IPv6 extension headers. */
#ifndef LAB_WIRE_BUILD_H
#define LAB_WIRE_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/segment.h"

#define PACKET_BUILD_MAX 65575 /* bytes: an IPv6 header and all its length field can say */

/* Build a packet from the values of `s`: kind, src, dst, hop_limit (0 = 64), and
 *   TCP   ports, flags, seq, ack, window, urgent, options, as they are: nothing has to make sense
 *   UDP   ports
 *   ICMP  icmp.type, .code, .mtu (of fragmentation needed and packet too big)
 * All else in it is ignored, relative numbers too. The checksums are right.
 * payload  what is behind the header, `len` bytes; NULL when there is none. Of an ICMP error: the packet
 *          it is about, from its IP header on, which is cut to what an error may quote (576 bytes of
 *          IPv4, RFC 1812 4.3.2.3; 1280 of IPv6, RFC 4443 2.4 c); without one, and with icmp.quotes,
 *          packet_build_quote() makes it. Of another ICMP message: what is behind its first 8 bytes, the
 *          latter 4 of which are 0 (of an echo: identifier and sequence number).
 * packet   room for `capacity` bytes; undefined when this fails
 * Returns the length of the packet; or
 *   -EMSGSIZE  it does not fit in `capacity`, or its length not in its header
 *   -EINVAL    options of more than 40 bytes, or such as struct segment knows only to be present (MD5, a
 *              fast open cookie); src and dst not both IPv4 or both IPv6; a kind that is none of these
 * Source: RFC 791, RFC 8200, RFC 9293 3.1, RFC 768, RFC 792, RFC 1191 4, RFC 4443. */
int packet_build(const struct segment *s, const uint8_t *payload, size_t len, uint8_t *packet,
	size_t capacity);

/* Have the ICMP error `m` be about `about`: addresses, ports and seq are taken over. */
void packet_quote(struct segment_icmp *m, const struct segment *about);
/* Build what m->quoted_* says of the packet that `m` is about, for a kernel to recognize its socket by: the
 * IP header and the header behind it, all else 0. Linux wants the IP header and 8 bytes of an ICMP error
 * (net/ipv4/icmp.c icmp_socket_deliver()), and of TCP a seq that is in flight (tcp_v4_err()). Returns as
 * packet_build(). */
int packet_build_quote(const struct segment_icmp *m, uint8_t *packet, size_t capacity);

/* Where what is behind the IP header begins, in a packet that segment_decode() has found sound. */
size_t packet_inner_offset(const uint8_t *packet);

/* Are the checksums right: that of the IPv4 header and that of TCP, UDP or ICMP? Where there is none (another
 * protocol, a fragment, UDP over IPv4 that does without) nothing is wrong with it. With a source route its last
 * address counts. false when the packet is malformed. What Linux gives to a TUN without offload is complete
 * (tests/kernel/test_fact_checksum.c).
 * Source: RFC 1071, RFC 8200 8.1. */
bool packet_checksum_ok(const uint8_t *packet, size_t len);
/* Make all of these right, for instance after the payload was changed. UDP over IPv4 without a checksum stays
 * so. false when the packet is malformed, and nothing has changed. */
bool packet_checksum_fix(uint8_t *packet, size_t len);
/* Make the checksum of TCP, UDP or ICMP wrong, so that the receiver must drop the packet; that of the IPv4
 * header where there is no other. false when there is none at all, and nothing has changed. */
bool packet_checksum_spoil(uint8_t *packet, size_t len);

#endif
