/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of an IPv4 or IPv6 packet with TCP in it -> struct segment.
 * Pure functions on borrowed bytes; any thread. Hostile bytes are expected: every length is
 * checked. Checksums are not: with offload they are filled in after the packet was seen. */
#ifndef LAB_WIRE_DECODE_H
#define LAB_WIRE_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "journal/segment.h"

/* What a packet turned out to be. */
enum packet_kind {
	PACKET_TCP,
	PACKET_OTHER, /* well-formed IP that carries something else, or a fragment */
	PACKET_MALFORMED, /* lengths that contradict each other, or not IP at all */
};

struct packet_summary {
	struct address src, dst; /* port 0 */
	uint8_t protocol; /* IP protocol or last IPv6 next header looked at */
	size_t length; /* bytes, from the IP header */
};

/* Decode one packet as read from a TUN without packet information header. `packet` is borrowed,
 * `len` its bytes. ret_summary is filled unless PACKET_MALFORMED; ret_segment only for PACKET_TCP,
 * with relative numbers equal to the absolute ones (the wire knows the initial numbers, we don't).
 * IPv6: hop-by-hop options (directly after the IP header only), routing and destination options are
 * skipped; any fragment header makes a fragment. Bytes after the IP length are ignored. An option
 * whose length does not fit leaves the segment valid and sets OPTION_MALFORMED; of an option that
 * comes twice the last one counts.
 * Source: RFC 791, RFC 8200, RFC 9293 3.1. */
enum packet_kind segment_decode(const uint8_t *packet, size_t len,
	struct packet_summary *ret_summary, struct segment *ret_segment);

#endif
