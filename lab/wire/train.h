/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A train: the segments of one direction of a connection that a kernel hands over in one piece, and that a kernel
 * takes as one piece, instead of one by one (segmentation offload). It looks like one segment as long as all of
 * them, with one header that says what they have in common; all but the last carry as many bytes.
 * Pure functions on borrowed bytes; any thread. What becomes of trains on the wire, wire.h says. */
#ifndef LAB_WIRE_TRAIN_H
#define LAB_WIRE_TRAIN_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/segment.h"

/* What the kernel leaves to others and says in the header that stands before each packet of a TUN with
 * IFF_VNET_HDR: complete a checksum that so far covers the pseudo header only. false when it is not in the packet,
 * and nothing has changed. Source: VIRTIO 1.2, 5.1.6.2; net/core/dev.c skb_checksum_help(). */
bool train_complete_checksum(const struct virtio_net_hdr *header, uint8_t *packet, size_t len);

/* How many bytes of payload each segment of this train has, the last one perhaps less; 0: it is none, but one
 * segment. s: the packet as decoded. */
uint16_t train_piece(const struct virtio_net_hdr *header, const struct segment *s);
/* How many segments there are in it; 1 when `piece` is 0. */
unsigned train_count(const struct segment *train, uint16_t piece);
/* Segment `index` of them, as it would be decoded by itself; relative numbers go along. piece 0: the train is the
 * segment. */
void train_part(const struct segment *train, const uint8_t *packet, uint16_t piece, unsigned index,
	struct segment *ret_segment);
/* Its bytes, as the kernel would have cut it: with a length and a checksum of its own, the next IPv4
 * identification, FIN and PSH on the last one only, CWR on the first one only. The train's own checksum field has the
 * sum of the pseudo header, as that of every train (VIRTIO 1.2, 5.1.6.2.1). part: room for the headers and `piece`
 * bytes. Returns its length.
 * Source: net/ipv4/tcp_offload.c tcp_gso_segment(), net/ipv4/af_inet.c inet_gso_segment(), v6.1. */
size_t train_cut(const struct segment *train, const uint8_t *packet, uint16_t piece, unsigned index,
	uint8_t *part);

#endif
