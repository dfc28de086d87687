/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of an IPv4 or IPv6 packet -> struct segment.
 * Pure functions on borrowed bytes; any thread. Hostile bytes are expected: every length is
 * checked. Checksums are not: with offload they are filled in after the packet was seen. */
#ifndef LAB_WIRE_DECODE_H
#define LAB_WIRE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "journal/segment.h"

/* Decode one packet as read from a TUN without packet information header. `packet` is borrowed,
 * `len` its bytes. false when it is malformed: lengths that contradict each other, or not IP at all.
 * Relative numbers are equal to the absolute ones (the wire knows the initial numbers, we don't).
 * IPv6: hop-by-hop options (directly after the IP header only), routing and destination options are
 * skipped; any fragment header makes a fragment. Bytes after the IP length are ignored. An option
 * whose length does not fit leaves the segment valid and sets OPTION_MALFORMED; of an option that
 * comes twice the last one counts. What an ICMP error quotes may be cut off anywhere: then less of it is
 * known.
 * Source: RFC 791, RFC 8200, RFC 9293 3.1, RFC 768, RFC 792, RFC 4443. */
bool segment_decode(const uint8_t *packet, size_t len, struct segment *ret_segment);

#endif
