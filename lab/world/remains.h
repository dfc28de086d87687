/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What outlives the processes of a host: connections that were closed but have not ended. Nobody owns them, and the
 * kernel works on them, with the network namespace they are in, for up to two minutes more; many of them and it
 * is at its limit for the whole machine (tcp_max_orphans), and resets those of everybody else. */
#ifndef LAB_WORLD_REMAINS_H
#define LAB_WORLD_REMAINS_H

/* End every TCP socket of the namespace this is called in, as `ss --kill` does. Needs CAP_NET_ADMIN in it; a kernel
 * without CONFIG_INET_DIAG_DESTROY keeps them until their time is over, and there is nothing to be done about it.
 * Source: sock_diag(7); net/ipv4/tcp_diag.c tcp_diag_destroy(), v6.1. */
void remains_clear(void);

#endif
