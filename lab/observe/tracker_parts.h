/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the tracker share: tracker.c, timers.c, asking.c, sharing.c, datagrams.c. */
#ifndef LAB_OBSERVE_TRACKER_PARTS_H
#define LAB_OBSERVE_TRACKER_PARTS_H

#include "observe/endpoint_index.h"
#include "observe/tracker.h"

TAILQ_HEAD(endpoint_list, endpoint);

struct tracker {
	struct journal *journal; /* borrowed */
	char *host; /* owned */
	struct sockdiag *diag; /* owned; NULL = there is no kernel to ask any more */
	uint32_t *ids; /* borrowed */
	struct endpoint **endpoints; /* owned, each too; in order of appearance */
	size_t count;
	struct endpoint_index index;
	struct endpoint_list touched; /* borrowed */
	bool queues_read; /* sharing.c: and nothing was delivered since */
	struct endpoint_list met; /* borrowed; datagrams.c */
	bool no_udp_diag; /* and that has been told */
	uint64_t due_ns; /* no endpoint's timer or look is due before; 0 = none has one */
	uint64_t late_poll_ns;
	/* asking.c: sock_diag did not answer, and everything is asked again; 0 = it does */
	uint64_t again_due_ns, again_poll_ns, again_since_ns;
	uint64_t again_cause; /* of the first look without an answer */
	uint32_t round; /* number of the dump; an endpoint that was in it has it too */
};

/* tracker.c */

/* What it is called, and whose it is. how: that was found out; NULL = by a call, or by its descriptor. */
void tracker_tell_socket(struct tracker *t, const struct endpoint *e, const char *how,
	uint64_t cause);
/* What a dump tells of one socket, which may be new. */
void tracker_meet(struct tracker *t, const struct sock_report *r, uint64_t cause);

/* timers.c */

/* Look at what is due then, or earlier. 0 = nothing is. */
void tracker_be_due(struct tracker *t, uint64_t due_ns);
/* The count beside the timer has grown since it was last read. Both kinds of probe share one, retransmissions have another
 * (net/ipv4/inet_diag.c inet_sk_diag_fill()). */
bool timers_counted(const struct endpoint *e, const struct sock_report *r);
/* Journal that a timer has fired, NONE = one that sock_diag does not show; returns the number of the event.
 * tries: what the kernel counts beside it, retransmissions or probes. */
uint64_t timers_fired(struct tracker *t, struct endpoint *e, enum sock_timer timer, uint32_t tries);
/* The same of the timer that was last read, where the connection is gone by it: nothing more was tried. */
uint64_t timers_ended(struct tracker *t, struct endpoint *e);
/* Take over which timer runs, and when to look for the one that it must get. */
void timers_take(struct tracker *t, struct endpoint *e, const struct sock_report *r);

/* asking.c */

/* sock_diag itself did not answer: nothing is known, and a state is not made up. Say so, and ask about everything again,
 * soon. e: what the question was about, NULL = something not known yet; cause: of what may have changed. */
void asking_failed(struct tracker *t, const struct endpoint *e, int error, uint64_t cause);
/* Ask for every socket of a protocol in one of the states, a bit each; of UDP ~0. 0 or -errno: what was heard until then is no less true. */
int asking_all(struct tracker *t, uint8_t protocol, uint32_t states, sockdiag_each_fn *each,
	void *arg);
/* Ask about everything again, if it is time. */
void asking_again(struct tracker *t, uint64_t now_ns);

#endif
