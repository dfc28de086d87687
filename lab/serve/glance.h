/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the lab stands now, for the page: its sockets with queues and timers, what is kept on the wire, and who is blocked
 * in which call, as one object of JSON. Of many sockets those that changed last. Changes nothing in the lab. The world's
 * thread.
 *
 *   sockets   as watchers get them (lab/journal/README.md, "now"), without the time they were read
 *   more      in words: how many there are besides
 *   wire      number, what, how (held, delayed)
 *   blocked   process, call, since_ns */
#ifndef LAB_SERVE_GLANCE_H
#define LAB_SERVE_GLANCE_H

struct readings;
struct text;
struct world;

#define GLANCE_SOCKETS 40 /* that are shown */
#define GLANCE_PACKETS 20
#define GLANCE_CALLS 20

/* The same text as long as nothing has changed: times are when something is due since the lab began, not how long it
 * takes. readings: what was read of queues. Appended, without a newline. */
void glance_format(struct world *w, const struct readings *readings, struct text *out);

#endif
