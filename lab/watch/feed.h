/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lab's side of `tcplab watch`: gives whoever connects the journal as JSON Lines, and how the sockets stand. The
 * journal is the buffer: each watcher has a place in it, and gets as much as it takes without waiting. One that
 * takes nothing for FEED_STALL_NS while there is something for it is dropped. To one that is far behind, or new,
 * only what still stands is told of what was long ago, and all of what was lately. What happens is told within a few
 * ms, and in a flood (flood.h) 25 times a second. All watchers together get a tenth of the lab's time. On the
 * world's loop; nothing blocks. */
#ifndef LAB_WATCH_FEED_H
#define LAB_WATCH_FEED_H

#include <uv.h>

struct diag;
struct feed;
struct world;

#define FEED_WATCHERS_MOST 16
#define FEED_STALL_NS UINT64_C(3000000000)

/* title: what the lab plays; borrowed, as loop and world are, which must stand. 0; or -errno with d filled: there is no
 * place for the socket. */
int feed_open(struct feed **ret_feed, uv_loop_t *loop, struct world *world, const char *title,
	struct diag *d);
/* Tell the watchers that it is over, as far as they take it at once, and go. The world may be gone when the handles have
 * closed. NULL is fine. */
void feed_close(struct feed *feed);

#endif
