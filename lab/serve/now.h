/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the lab stands now, for the page: its sockets with queues and timers, what is kept on the wire, and who is blocked
 * in which call, as one object of JSON. Of many sockets those that changed last. The world's thread.
 *
 *   sockets   name state recv send local remote owner; timer, due (us of CLOCK_MONOTONIC), again (retransmissions)
 *   more      in words: how many there are besides
 *   wire      number, what, how (held, delayed)
 *   blocked   process, call, since (us of CLOCK_MONOTONIC) */
#ifndef LAB_SERVE_NOW_H
#define LAB_SERVE_NOW_H

struct text;
struct world;

#define NOW_SOCKETS 40 /* that are shown */
#define NOW_PACKETS 20
#define NOW_CALLS 20

/* The same text as long as nothing has changed: times are when something is due, not how long it takes. Appended, without
 * a newline. */
void now_format(struct world *w, struct text *out);

#endif
