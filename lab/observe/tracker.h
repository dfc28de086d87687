/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The observer of one host: every TCP socket ever seen there, under its kernel identity (the cookie),
 * with the state the kernel last reported. It reads the kernel back when told that something could
 * have moved a state, and writes what changed into the journal with the cause it was given.
 * An endpoint outlives the descriptor (FIN-WAIT, TIME-WAIT) and may come before it (not yet accepted).
 * One thread; looks never wait. */
#ifndef LAB_OBSERVE_TRACKER_H
#define LAB_OBSERVE_TRACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/tcp_state.h"
#include "observe/endpoint.h"
#include "observe/sockdiag.h"

/* A timer may go off that much before it is due: sock_diag tells whole ticks of the kernel (HZ 100 at least). */
#define TRACKER_TICK_NS (10 * NS_PER_MS)

struct journal;
struct sock_detail;
struct text;
struct tracker;

/* What is known of a socket from the process that holds it. */
struct endpoint_facts {
	uint64_t cookie;
	enum tcp_state state; /* tcpi_state; used when sock_diag cannot see the socket */
	uint8_t protocol;
	struct address local, remote;
};

/* journal and host_name are borrowed; diag becomes the tracker's; *ids counts endpoints over all
 * trackers of a lab and is borrowed. Never NULL. */
struct tracker *tracker_new(struct journal *journal, const char *host_name, struct sockdiag *diag,
	uint32_t *ids);
void tracker_free(struct tracker *t);

/* The endpoint with these facts: known by its cookie, or made (named `name`, or HOST/?ID when NULL).
 * Reads its state back; a change is journalled with `cause`. Never NULL. */
struct endpoint *tracker_adopt(struct tracker *t, const struct endpoint_facts *facts,
	const char *name, uint64_t cause);
/* Give it a name and an owner (process NULL and fd -1: nobody) and journal that. */
void tracker_own(struct tracker *t, struct endpoint *e, const char *name, const char *process,
	int fd, uint64_t cause);

/* It is known to have this address now, without a look. */
void tracker_bound(struct tracker *t, struct endpoint *e, const struct address *local);
/* Read one endpoint back. facts may be NULL; see tracker_adopt(). */
void tracker_look(struct tracker *t, struct endpoint *e, const struct endpoint_facts *facts,
	uint64_t cause);
/* Everything the kernel tells of it now; changes nothing here. wanted: SOCK_DETAIL_ bits. -ENOENT: sock_diag does
 * not know it (it is CLOSED, or UDP and not bound); -EHOSTDOWN: there is no kernel any more; or as
 * sockdiag_detail(). */
int tracker_detail(struct tracker *t, const struct endpoint *e, uint8_t wanted,
	struct sock_detail *ret_detail);
/* The state that a segment must have brought about, and who may have moved on from it before it could be read:
 * a program that the segment has woken. */
struct overtaken {
	enum tcp_state state;
	uint64_t cause, by; /* events: that it came, and whose doing it is that it went */
};

/* Read back whoever has these addresses: meets endpoints nobody told us about, and ends the one that
 * is not there any more. With cause 0 a change is put down to the kernel timer that was due, which is
 * journalled first. overtaken: NULL = nobody can have been faster; else, when the kernel has only one way from
 * the state known to the one it reports, and that is through this one, it is journalled too, as passed.
 * Returns the endpoint now behind the addresses, or NULL; *ret_cause (may be NULL) gets the cause used, 0 when
 * nothing changed. */
struct endpoint *tracker_look_at(struct tracker *t, const struct address *local,
	const struct address *remote, uint64_t cause, const struct overtaken *overtaken,
	uint64_t *ret_cause);
/* Meet whoever has these addresses, to know whose it is before its state is told: that is left to the next look.
 * Returns the endpoint, or NULL. */
struct endpoint *tracker_foresee(struct tracker *t, const struct address *local,
	const struct address *remote);
/* Something came out of this endpoint that no call and no segment asked for: journal the timer that did
 * it, unless a look already has. Returns its event number. */
uint64_t tracker_timer_fired(struct tracker *t, struct endpoint *e);
/* The same when it was none that sock_diag shows: what that shows is still to come. */
uint64_t tracker_hidden_timer_fired(struct tracker *t, struct endpoint *e);

/* Meet the listeners that nobody told us about: those of programs. */
void tracker_meet_listeners(struct tracker *t, uint64_t cause);

/* Meet the UDP sockets that nobody told us about, and see what has become of those met so. Touched are those that nobody is
 * known to hold, that have other addresses now (has_moved), and that have none, since the kernel has them in its tables no
 * more: they were closed, or connect(2) to AF_UNSPEC has taken their port away. */
void tracker_meet_datagrams(struct tracker *t, uint64_t cause);
/* The one met so behind e (NULL: the first); NULL at the end. */
struct endpoint *tracker_met_datagram(const struct tracker *t, const struct endpoint *e);

/* Without asking the kernel: the connection with these addresses that is not CLOSED, or NULL. */
struct endpoint *tracker_find(const struct tracker *t, const struct address *local,
	const struct address *remote);
/* The same, CLOSED or not: whose segments these were. */
struct endpoint *tracker_last(const struct tracker *t, const struct address *local,
	const struct address *remote);
/* The listener a segment to `local` would reach, or NULL: none, or one of several. */
struct endpoint *tracker_listener(const struct tracker *t, const struct address *local);

/* The UDP socket a datagram from `remote` to `local` would reach, as far as is known, or NULL: none, or one of several. */
struct endpoint *tracker_datagram(const struct tracker *t, const struct address *local,
	const struct address *remote);

/* sharing.c: several sockets at one address (SO_REUSEPORT) */

/* Would a segment to `local` reach one of several, and the kernel chooses? remote: where a datagram is from, NULL = of the
 * listeners. */
bool tracker_is_shared(const struct tracker *t, const struct address *local,
	const struct address *remote);
/* What to call whoever it reaches, without saying which: "b:80"; on localhost ":80". Appended. */
void tracker_name_shared(const struct tracker *t, const struct address *local, struct text *out);
/* Read the queues of all at that port, the accept queues of TCP, before a segment to `local` is delivered; and again behind it:
 * the one whose queue has grown, when no other's has. NULL = not known. protocol: IPPROTO_TCP, IPPROTO_UDP. */
void tracker_read_queues(struct tracker *t, uint8_t protocol, const struct address *local);
struct endpoint *tracker_grown(struct tracker *t, uint8_t protocol, const struct address *local);
/* It is in that listener's queue: call it so, and journal that. e: of_several. */
void tracker_came_to(struct tracker *t, struct endpoint *e, struct endpoint *listener,
	uint64_t cause);

/* Sockets that something may have happened to behind our back, since somebody else makes their calls: those that
 * were new, or that a segment came from or went to, and that nobody has taken off the list since. */
void tracker_touch(struct endpoint *e);
void tracker_untouch(struct endpoint *e);
/* The one behind e (NULL: the first); NULL at the end. Take the next before e is untouched. */
struct endpoint *tracker_touched(const struct tracker *t, const struct endpoint *e);

/* The host is gone, and every socket on it: they are CLOSED, and from now on looks find nothing and ask
 * nobody. */
void tracker_abandon(struct tracker *t, uint64_t cause);

size_t tracker_count(const struct tracker *t);
/* All endpoints in order of appearance; index from 0. NULL past the end. */
struct endpoint *tracker_get(const struct tracker *t, size_t index);

/* sock_diag has not answered, and how the sockets stand is not known until everything has been asked again: what could
 * move them has to wait. Not for ever: after a second it is false, though the asking goes on. */
bool tracker_asks_again(const struct tracker *t);

/* When the earliest reported timer is due (CLOCK_MONOTONIC), 0 = none. */
uint64_t tracker_due_ns(const struct tracker *t);
/* Look at every endpoint whose timer is due. */
void tracker_timers(struct tracker *t);

#endif
