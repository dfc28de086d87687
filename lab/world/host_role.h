/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host role: PID 1 of its own network and PID namespace (and user namespace when main is not
 * root). It sets up the interfaces and routes that make the lab the wire, hands the TUN and a sock_diag
 * descriptor to main, then serves main's requests: spawn, kill, sysctl; and reaps.
 * Everything in its namespaces ends with it, and it ends with main, however that ends: its channel comes to the end
 * of file. Not by PR_SET_PDEATHSIG, which would leave it no time to clear away the connections that its processes
 * have left to the kernel. */
#ifndef LAB_WORLD_HOST_ROLE_H
#define LAB_WORLD_HOST_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct address;

/* What main wants; all is in the child's copy of main's memory. */
struct host_plan {
	bool new_user; /* a user namespace came with it, so these are mapped first */
	uid_t uid, uid_outside; /* main's: power_uid(), geteuid() */
	gid_t gid;
	const struct address *addresses; /* of wire0 */
	size_t address_count;
};

/* Runs in the child that clone(2) made. channel: SOCK_SEQPACKET to main, owned. Never returns. */
_Noreturn void host_role_run(int channel, const struct host_plan *plan);

#endif
