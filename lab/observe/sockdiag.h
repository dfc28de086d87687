/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question to one kernel: which TCP socket has this pair of addresses, and how is it?
 * Owns a NETLINK_SOCK_DIAG descriptor that was opened inside the host's namespace; needs no privilege
 * and may be used from outside it. The kernel answers a non-dump request before sendto(2) returns, so
 * a look-up costs two system calls and does not wait. One thread. */
#ifndef LAB_OBSERVE_SOCKDIAG_H
#define LAB_OBSERVE_SOCKDIAG_H

#include <stdint.h>

#include "base/address.h"
#include "base/tcp_state.h"

struct sock_detail;
struct sockdiag;

/* What a pending timer is for: idiag_timer of sock_diag(7). */
enum sock_timer {
	SOCK_TIMER_NONE,
	SOCK_TIMER_RETRANSMIT,
	SOCK_TIMER_KEEPALIVE, /* also FIN-WAIT-2 of an orphan with a long tcp_fin_timeout */
	SOCK_TIMER_TIME_WAIT,
	SOCK_TIMER_PROBE, /* zero window */
	SOCK_TIMER_COUNT,
};

struct sock_report {
	uint64_t cookie;
	enum tcp_state state;
	struct address local, remote; /* remote has no family for a listener */
	enum sock_timer timer;
	uint32_t timer_ms; /* until it fires */
	uint32_t retransmits;
	uint32_t recvq, sendq; /* bytes; accept queue and backlog for LISTEN */
	uint32_t inode; /* of the descriptor, as in /proc/PID/fd; 0 = nobody has one */
};

/* "retransmission", "time-wait" ...; "" for none. */
const char *sock_timer_name(enum sock_timer timer);

/* fd: from socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG), owned from here on, closed on failure.
 * NULL with errno. */
struct sockdiag *sockdiag_open(int fd);
void sockdiag_close(struct sockdiag *diag);
/* Have exact look-ups also find the sockets that SO_BINDTODEVICE has bound to this interface, an index; without it
 * only those that are bound to none. Source: include/net/inet_hashtables.h inet_match(), v6.1. */
void sockdiag_bound_to(struct sockdiag *diag, unsigned interface);

/* Exact look-up. remote with family AF_UNSPEC looks for a listener. When there is no connection with
 * these addresses but a listener that would take it, the kernel reports that listener.
 * 0, -ENOENT, or another -errno (-EBADMSG for a reply that is not one).
 * Source: sock_diag(7); net/ipv4/inet_diag.c inet_diag_find_one_icsk(), v6.1: inet_lookup(), which also
 * finds request and time-wait mini-sockets. */
int sockdiag_lookup(struct sockdiag *diag, const struct address *local,
	const struct address *remote, struct sock_report *ret_report);

/* The socket with this cookie, if it is in one of the states (1 << TCP_*): where its addresses are not known, or are not
 * its own (of listeners that share one, SO_REUSEPORT, the look-up finds one, whichever).
 * 0, -ENOENT, or another -errno. Source: sock_diag(7): a dump of those states. */
int sockdiag_search(struct sockdiag *diag, uint32_t states, uint64_t cookie,
	struct sock_report *ret_report);

/* As both, and everything else the kernel tells of it. wanted: SOCK_DETAIL_ bits. A look-up that asks
 * for all takes twice as long (2.8 us against 1.4), so only who shows it asks.
 * protocol: IPPROTO_TCP or IPPROTO_UDP. A UDP socket is looked for in a dump of them all, by its cookie: an exact
 * look-up takes source and destination the other way round there, depending on the kernel
 * (net/ipv4/udp_diag.c udp_dump_one()).
 * cookie: it must be this very socket. 0, -ENOENT, or another -errno as above. */
int sockdiag_detail(struct sockdiag *diag, uint8_t protocol, const struct address *local,
	const struct address *remote, uint64_t cookie, uint8_t wanted,
	struct sock_detail *ret_detail);

/* Every socket of one family (AF_INET, AF_INET6) and protocol (IPPROTO_TCP, IPPROTO_UDP) in the states of the mask
 * (1 << TCP_*; of UDP ~0: it says nothing, and only what is bound is there, also by having sent or connected). each:
 * called once per socket, must not ask `diag` anything. Not a snapshot: one may be missed or come twice.
 * 0 or -errno. Source: sock_diag(7). */
typedef void sockdiag_each_fn(void *arg, const struct sock_report *report);
int sockdiag_dump(struct sockdiag *diag, int family, uint8_t protocol, uint32_t states,
	sockdiag_each_fn *each, void *arg);

/* End the TCP socket that was reported so, whoever has it, as `ss --kill` does: it sends RST where one is due, and is
 * gone when this returns. Needs CAP_NET_ADMIN in its namespace, here and where `diag` was opened, and a kernel with
 * CONFIG_INET_DIAG_DESTROY. 0 when the kernel was asked, or -errno; what it answers is passed over, now
 * and later. Source: net/core/sock_diag.c, net/ipv4/tcp_diag.c tcp_diag_destroy(), v6.1. */
int sockdiag_destroy(struct sockdiag *diag, const struct sock_report *report);

#endif
