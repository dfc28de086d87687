/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main's side of a host: makes it (clone(2) into new namespaces), keeps the descriptors it handed over,
 * asks it to spawn, kill and set, and ends it. Requests wait for the answer: the host's only work is to
 * answer, so that takes as long as the fork or write itself (deadline HOST_ANSWER_MS). */
#ifndef LAB_WORLD_HOST_H
#define LAB_WORLD_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/address.h"
#include "world/protocol.h"

struct diag;

#define HOST_ANSWER_MS 10000
#define HOST_ADDRESSES_MAX 9 /* on wire0, both families together: eight given, one chosen */

struct host {
	unsigned index; /* 0, 1, 2 ... in the world */
	char *name; /* owned */
	pid_t pid; /* of its PID 1, as main sees it; -1 = not running */
	int channel; /* owned */
	int tun, diag; /* owned until taken with fd_take() */
	unsigned wire; /* index of wire0 on it */
	struct address addresses[HOST_ADDRESSES_MAX]; /* on wire0, without port */
	size_t address_count;
	bool ghost; /* addresses and no kernel: pid, channel, tun and diag are -1 */
	bool down; /* it has lost power: what was on it is gone */
	bool cut; /* its cable is */
	bool ipv6; /* the kernel has it */
	bool tuned; /* somebody has set a sysctl of it, and others find it so */
	bool new_user; /* it lives in a user namespace of its own */
	struct host_message *exits; /* owned: exits that came while we waited for an answer */
	size_t exit_count;
};

/* What a step does, for people: "make namespaces", "open /dev/net/tun". */
const char *host_step_name(enum host_step step);

/* Make a host with these addresses on wire0 (at most HOST_ADDRESSES_MAX; IPv6 ones are left out when the
 * kernel has none). On failure *ret_step (may be NULL) says which step it was, d what to try. 0 or -errno. */
int host_open(struct host *h, unsigned index, const char *name, const struct address *addresses,
	size_t count, enum host_step *ret_step, struct diag *d);
/* Make one that is nothing but a name and addresses. Closed as the others are. */
void host_open_ghost(struct host *h, unsigned index, const char *name,
	const struct address *addresses, size_t count);
/* Its first address of that family; NULL when it has none. */
const struct address *host_address(const struct host *h, int family);
/* Have it kill everything on it and end; host_stop() or host_close() waits for that. */
void host_dismiss(const struct host *h);
/* End it and everything on it, connections without an owner too, and keep only its name and addresses. */
void host_stop(struct host *h);
/* host_stop(), and that is all of it. Accepts what host_open() failed on. */
void host_close(struct host *h);

/* Start a process. ret_pid: inside the host; ret_channel: owned by the caller. 0 or -errno. */
int host_spawn(struct host *h, int *ret_pid, int *ret_channel, struct diag *d);
/* kill(2) by the host, the parent. 0 or -errno as kill gave it. */
int host_kill(struct host *h, int pid, int signal);
/* Read (value NULL) or write a sysctl: key with slashes below /proc/sys, starting "net/".
 * ret_value: HOST_TEXT_MAX bytes, may be NULL when writing. 0, -errno as the kernel gave it, or -EHOSTDOWN with d
 * filled: it could not be asked. */
int host_sysctl(struct host *h, const char *key, const char *value, char *ret_value,
	struct diag *d);

/* Descriptors of what its kernel counts: snmp, netstat, dev, and snmp6 of /proc/net (-1 without IPv6), to be read from
 * where they stand. Owned by the caller. 0 or -errno (-ESRCH: it is down). */
#define HOST_COUNTER_FILES 4
int host_counters(struct host *h, int ret_fds[HOST_COUNTER_FILES]);

/* The next process exit, if one is known: 1 and *ret_exit; 0 = none; -EPIPE = the host itself is gone.
 * Does not wait. */
int host_next_exit(struct host *h, struct host_message *ret_exit);

#endif
