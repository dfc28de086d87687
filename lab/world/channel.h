/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One packet with descriptors over a SOCK_SEQPACKET pair. Plain functions, used in all three roles. */
#ifndef LAB_WORLD_CHANNEL_H
#define LAB_WORLD_CHANNEL_H

#include <stddef.h>
#include <sys/types.h>

#define CHANNEL_FDS_MAX 4

/* Send one packet with `fd_count` borrowed descriptors. Blocks while the peer's queue is full.
 * 0 or -errno (-EPIPE when the peer is gone; no SIGPIPE). */
int channel_send(int channel, const void *data, size_t len, const int *fds, size_t fd_count);

/* Receive one packet of at most `capacity` bytes. flags: 0 or MSG_DONTWAIT. Up to `fd_capacity`
 * descriptors are stored in ret_fds (close-on-exec; the caller owns them), unused places get -1.
 * ret_pid, when not NULL, gets the sender's PID as seen from here (needs SO_PASSCRED), else 0.
 * Bytes received; 0 = the peer is gone; -EAGAIN; -EMSGSIZE truncated; -EMFILE: we may not have all the descriptors that
 * came, so none is stored, and the packet is lost; other -errno. Source: unix(7), MSG_CTRUNC. */
ssize_t channel_receive(int channel, void *data, size_t capacity, int flags, int *ret_fds,
	size_t fd_capacity, pid_t *ret_pid);

#endif
