/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording of the wire in a file: every packet with the time it left its kernel, the host it left as its
 * interface, and in a comment its number and what became of it, as "#3: held 3.204 s, delivered to bob".
 *
 * A packet is written when its fate is known, in the order of sending. When one is held for long, what has
 * come to its end behind it waits in memory, up to a few MB; then it is written all the same, and the held one
 * later, out of order. pcapng does not mind, and readers show it or sort it (reordercap).
 *
 * pcapng, written here, as libpcap reads it but writes no comments; plain pcap through libpcap where the name
 * ends in ".pcap": no comments there, and no interfaces. Knows nothing of hosts and rules: it is told in the
 * journal's events. One thread. Only regular files, through a buffer: no reader can make the lab wait.
 *
 * States: open -> broken (the file could not be written: capture_broke() says so once, and all that comes is
 * ignored) -> closed.
 * Source: draft-ietf-opsawg-pcapng; pcap-savefile(5). */
#ifndef LAB_WIRE_CAPTURE_H
#define LAB_WIRE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture;
struct diag;
struct event;

/* Begin a recording at `path`. A file that is there already is overwritten when it is empty or a recording
 * itself, with the rights it has; a new one is for its owner only. 0, or -errno with d filled:
 *   -EEXIST  there is something else of that name
 *   -ELOOP   a symbolic link: in a folder that others write to, it could lead anywhere */
int capture_open(const char *path, struct capture **ret_capture, struct diag *d);

/* A packet has left a kernel, or was made: `sent` is its EVENT_SEGMENT, EVENT_COPY or EVENT_FORGED, of which
 * the host (NULL = none) and event.wire count, less the segment. sent_ns: CLOCK_MONOTONIC. Bytes are copied. */
void capture_packet(struct capture *c, const struct event *sent, uint64_t sent_ns,
	const uint8_t *bytes, size_t len);
/* What the wire does with a packet: one of the verdict events. bytes: as they are now. A packet that the
 * capture was not told of is passed over, here and below. */
void capture_verdict(struct capture *c, const struct event *verdict, const uint8_t *bytes,
	size_t len);
/* Packet `number` is gone, and nobody has said why. */
void capture_lost(struct capture *c, uint64_t number);

/* Hand all that is written to the kernel, so that others can read it. */
void capture_flush(struct capture *c);
/* The file could not be written: true once, with d filled. */
bool capture_broke(struct capture *c, struct diag *d);
/* Write what has no fate yet, close the file and free c (NULL is fine). 0, or -errno with d filled: what was to
 * be written is not all in the file. */
int capture_close(struct capture *c, struct diag *d);

#endif
