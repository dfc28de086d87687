/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lab: its hosts, processes, sockets, wire and journal on one libuv loop; and the rule that nothing
 * is missed. A TCP state can change by a call, a segment or a timer, so the world reads the kernel back
 * after each, and lets a segment that can move a state into a kernel only once the effect of everything
 * before it was read. It knows that from the kernel too: a process that was given something to do is in
 * motion until its answer came or /proc shows it asleep.
 *
 * Everything that happens ends in world_pump(): wire, calls, then the `changed` function of whoever
 * waits for something. Nothing here blocks but host set-up and requests to a host (host.h). One thread.
 *
 * States: new -> world_open() -> open -> world_close() -> closed (done called) -> world_free(). */
#ifndef LAB_WORLD_WORLD_H
#define LAB_WORLD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "world/host.h"
#include "world/process.h"

struct descriptor;
struct diag;
struct endpoint;
struct journal;
struct tracker;
struct wire;
struct world;

#define WORLD_HOSTS_MAX 64 /* at once */

typedef void world_changed_fn(void *arg);
typedef void world_closed_fn(void *arg);

/* loop is borrowed. ipv6: names and `:80` mean IPv6 addresses. Never NULL. */
struct world *world_new(uv_loop_t *loop, bool ipv6);
/* Make host `localhost` and process `main`. On failure *ret_step as in host_open(). 0 or -errno. */
int world_open(struct world *w, enum host_step *ret_step, struct diag *d);
/* End every process and host, lose what is on the wire and its rules, and begin anew with `localhost` and
 * `main`; the journal goes on. Calls in progress never return. 0 or -errno. */
int world_reset(struct world *w, uint64_t cause, struct diag *d);
/* End every process and host. `closed` is called from the loop when no handle is left. */
void world_close(struct world *w, world_closed_fn *closed, void *arg);
/* Only after `closed`, or when world_open() was never called. */
void world_free(struct world *w);

/* Call `changed` after something has happened, once things have been read back. */
void world_watch(struct world *w, world_changed_fn *changed, void *arg);
/* Something outside the world has changed what it may do: look again soon. */
void world_kick(struct world *w);
/* Look again at `due_ns` (CLOCK_MONOTONIC; 0 = not needed) even if nothing happens. One alarm. */
void world_alarm(struct world *w, uint64_t due_ns);
/* Nothing is pending on the wire and no process is in motion: what had to happen has happened, until a
 * timer, a user or a program does something. */
bool world_settled(struct world *w);

/* A recipe waits for a person to go on, or to answer, or does not any more. Its kernels' timers do not wait: so what they send
 * again meanwhile is dropped where the wire holds something (wire_wait()), and nothing is given up because it was sent again
 * too often (patience.c). What no setting puts off goes on: TIME-WAIT, FIN-WAIT-2 of an orphan, TCP_USER_TIMEOUT. */
void world_wait(struct world *w, bool waits);

/* A host has died under us: the lab is of no more use. The journal says which. */
bool world_failed(const struct world *w);

/* Has a host died that has not been heard of yet? What the kernel then says is no observation. Before it is told as
 * one, this makes world_failed() say so. */
void world_hear_hosts(struct world *w);
/* The lab itself cannot go on: tell so, once, and be world_failed() from then on. host: whose fault it is, NULL = nobody's.
 * error: errno. */
void world_give_up(struct world *w, const struct host *host, const char *what, int error);

struct journal *world_journal(struct world *w);
struct wire *world_wire(const struct world *w);
bool world_ipv6(const struct world *w);

/* Look-ups by name; NULL when there is none. Borrowed until world_close(). */
struct host *world_host(const struct world *w, const char *name);
/* There always is one, up or down, from world_open() on. */
struct host *world_localhost(const struct world *w);
struct process *world_process(const struct world *w, const char *name);
/* The newest socket of that name. */
struct endpoint *world_socket(const struct world *w, const char *name);
/* By index in order of making; NULL past the end. Sockets: since the last reset, as names are. */
struct process *world_process_at(const struct world *w, size_t index);
struct host *world_host_at(const struct world *w, size_t index);
struct endpoint *world_socket_at(const struct world *w, size_t index);
struct tracker *world_tracker(const struct world *w, const struct host *host);
/* The host e is on. */
const struct host *world_host_of(const struct world *w, const struct endpoint *e);
/* The process that holds e's descriptor (the first of several), or NULL. */
struct process *world_owner(const struct endpoint *e);
/* The descriptor of that name: the open one, else the last closed one, else NULL. By index: NULL past the
 * end. */
struct descriptor *world_descriptor(const struct world *w, const char *name);
struct descriptor *world_descriptor_at(const struct world *w, size_t index);
/* The address at which `self` reaches `host` (NULL = localhost does): its first one of that family
 * (AF_UNSPEC = the one the lab speaks), and 127.0.0.1 when localhost reaches itself. No port. */
void world_host_address(const struct world *w, const struct host *host, const struct host *self,
	int family, struct address *ret_address);
/* The host that has this address (127.0.0.0/8 is nobody's), or NULL. */
struct host *world_address_holder(const struct world *w, const struct address *address);
/* A host needs an address of each family: add the first free ones where there is none. addresses has room
 * for HOST_ADDRESSES_MAX; *count is at most one less, or none. */
void world_choose_addresses(const struct world *w, struct address *addresses, size_t *count);

/* Make a host; its name and addresses are free, and there are fewer than WORLD_HOSTS_MAX. Waits until it
 * stands, some 2 ms. 0 or -errno. */
int world_add_host(struct world *w, const char *name, const struct address *addresses, size_t count,
	uint64_t cause, struct diag *d);
/* The same without a kernel: what is sent to it is only shown. */
void world_add_ghost(struct world *w, const char *name, const struct address *addresses,
	size_t count, uint64_t cause);

/* Cut its power: from here on it sends nothing and takes nothing in, and everything on it is gone. It is up and
 * no ghost. Waits until it has ended, some milliseconds. */
void world_crash(struct world *w, struct host *host, uint64_t cause);
/* Let it come up again, with its name, addresses and cable and nothing else, as another struct host; what is on
 * its way to it goes to that. One that is up is crashed first. On failure it stays down. 0 or -errno. */
int world_reboot(struct world *w, struct host *host, uint64_t cause, struct diag *d);
/* Cut its cable, or mend it: what it sends to others and what others send to it is lost meanwhile. */
void world_cut(struct world *w, struct host *host, bool cut, uint64_t cause);

/* Start a process. 0 or -errno. */
int world_add_process(struct world *w, const char *name, struct host *host, uint64_t cause,
	struct diag *d);
/* Have `p`, which must not be in a call, make a call. done is called once, from the loop. 0 or -errno. */
int world_call(struct world *w, struct process *p, const struct call_order *order, uint64_t cause,
	call_done_fn *done, void *arg, struct diag *d);
/* Write to the standard input of a program; data NULL closes it. 0 or -errno: -EAGAIN it does not read, -EPIPE
 * it is closed. */
int world_type(struct world *w, struct process *p, const void *data, size_t len);
/* Send a signal. 0, or -errno as kill(2) gave it. */
int world_kill(struct world *w, struct process *p, int signal, uint64_t cause);
/* Read back what programs have done that nothing tells of, now and not when they come to rest. */
void world_read_programs(struct world *w);
/* Read one socket back now: its queues and its timer. */
void world_look(struct world *w, struct endpoint *e);
/* Read every socket of the lab back, whoever owns it (for ss: queues and timers). */
void world_look_all(struct world *w);

#endif
