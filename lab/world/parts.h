/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the world: its parts, and what its files ask of each other. Nobody but the files named here
 * includes this.
 *
 * world.c    makes and ends processes, finds things by name
 * hosts.c    makes and ends hosts, knows their addresses
 * motion.c   the rule that nothing is missed: who is in motion, what may be delivered
 * cause.c    what caused what
 * sharing.c  several sockets at one address: who got what
 * program.c  processes that became other programs: their output, and when they are at rest
 * claims.c   whose the sockets of programs are
 * patience.c what kernels would give up while a recipe waits for a person
 * answers.c  what processes and hosts say: calls that return, processes that end */
#ifndef LAB_WORLD_PARTS_H
#define LAB_WORLD_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/text.h"
#include "wire/wire.h"
#include "world/descriptor.h"
#include "world/family.h"
#include "world/host.h"
#include "world/process.h"
#include "world/world.h"

/* patience.c: sysctls that say how often a kernel tries */
#define PATIENCE_LIMITS 4

struct patience_limit {
	bool raised; /* and to be set back */
	char before[HOST_TEXT_MAX];
};

struct world_host {
	struct host host;
	struct tracker *tracker; /* owned; NULL = a ghost has no sockets */
	uv_poll_t channel_poll, tun_poll;
	bool channel_polled, tun_polled; /* that handle is open */
	struct world *world; /* borrowed, up */
	size_t programs; /* processes that run one here */
	uint16_t
		missed_port; /* claims_meet_datagram() looked for last in vain, since claims_read(); 0 = none */
	size_t beat_next; /* index of the socket that the next heartbeat looks at */
	struct patience_limit limits[PATIENCE_LIMITS];
	int64_t lost; /* packets for which wire0 had no room, as it was told */
	bool stands; /* has its name and addresses; false: ended by a reset, or rebooted as another entry */
};

struct world_process {
	struct process process;
	uv_poll_t poll;
	bool polled; /* the handle is open */
	int output; /* program: what it writes is read here; -1 = closed */
	uv_poll_t output_poll;
	bool output_polled;
	struct text line; /* program: of its output, not complete yet */
	/* program, owned: task, task/PID/children, fd and schedstat of its folder in /proc; -1 */
	int tasks, children, descriptors, schedstat;
	/* program: how long it had waited for a core when that was first asked, in the motion that began then */
	uint64_t waited_ns, waited_motion_ns;
	char run[64]; /* program: what schedstat said at its last heartbeat */
	int next_fd; /* program: the number its next socket will have, if it has no other files */
	uint64_t beat_due_ns; /* program: when it is looked at next, whatever happens */
	bool heirs_read; /* claims_read() has looked for all that it has lost */
	bool lives_on; /* program: it has ended, and children that it has left behind have sockets of it */
	struct world *world; /* borrowed, up */
};

struct world {
	uv_loop_t *loop; /* borrowed */
	bool ipv6;
	struct journal *journal; /* owned */
	struct wire *wire; /* owned */
	struct world_host **hosts; /* owned */
	size_t host_count;
	struct world_process **processes; /* owned, dead ones too */
	size_t process_count;
	size_t first_host,
		first_process; /* since the last reset: what was before has no name any more */
	struct descriptor_table descriptors;
	bool failed; /* a host is gone */
	bool waits; /* world_wait() */
	uint32_t endpoint_ids;
	uint64_t delivering; /* the EVENT_DELIVERED whose effects are being read; 0 = none */
	uint64_t delivered; /* the last of these; 0 = none yet */
	struct address delivered_to; /* and whom it went to */
	unsigned delivered_host;
	uv_idle_t idle; /* runs while there is something to pump */
	uv_timer_t timer; /* the earliest kernel timer */
	uint64_t timer_due_ns; /* what `timer` is set to; 0 = not set */
	uint64_t stirred,
		stirred_ns; /* the journal's last event when it was last looked at, and since when */
	uint64_t look_due_ns; /* when somebody who is slow is looked at again; 0 = nobody is */
	struct text shared_names
		[2]; /* the last one that was said, of the source and of the destination */
	uint64_t alarm_ns; /* when the script wants to be called; 0 = not */
	world_changed_fn *changed;
	void *changed_arg;
	size_t open_handles;
	world_closed_fn *closed;
	void *closed_arg;
};

static inline struct world_process *world_process_of(struct process *p)
{
	return (struct world_process *)((char *)p - offsetof(struct world_process, process));
}

/* Does it run a program, itself or by children left behind? */
static inline bool program_is_there(const struct world_process *wp)
{
	return wp->process.program && (!wp->process.ended || wp->lives_on);
}

/* motion.c */

/* The wire's questions and news; arg = the world. */
extern const struct wire_watch motion_watch;
/* The loop's callbacks: something happened; a kernel timer is due. */
void motion_on_idle(uv_idle_t *handle);
void motion_on_timer(uv_timer_t *handle);
void motion_on_tun(uv_poll_t *handle, int status, int events);

/* cause.c */

/* What a process in motion is at: the signal that is ending it, else its call; 0 = it is not. */
uint64_t cause_motive(const struct process *p);
/* The event for which `host` has sent s; 0 = not known. e: whose it is, NULL = not known. again: s was sent before. What
 * a timer has sent is told of as its doing. */
uint64_t cause_of_sent(struct world *w, unsigned host, const struct segment *s, struct endpoint *e,
	bool again);

/* sharing.c */

/* What those have in common who share `local`, one of the two addresses of s, as its peer or its sender; kept for the next
 * call about the same end. NULL: nobody shares it, or s is not for them. */
const char *sharing_name(struct world *w, const struct tracker *t, const struct segment *s,
	const struct address *local, const struct address *remote);
/* s is about to be delivered to e (NULL = no connection, or one of several), and then was: who has got it, NULL = is not for
 * several, or not known. */
void sharing_before(struct tracker *t, const struct segment *s, const struct endpoint *e);
struct endpoint *sharing_taker(struct tracker *t, const struct segment *s,
	const struct endpoint *e);
/* Tell that; of TCP when the connection is known. event: the EVENT_DELIVERED. */
void sharing_tell(struct world *w, const struct segment *s, struct endpoint *taker, uint64_t event);

/* answers.c */

/* Take the next answer of a process; false when there is none. */
bool answers_read(struct world_process *p);
/* Is its execve() under way, as far as it has answered? */
bool answers_in_exec(struct world_process *p);
/* It did not answer any more, or has a socket that none of its calls made: it is another program now. */
void answers_exec_worked(struct world_process *p);
void answers_on_process(uv_poll_t *handle, int status, int events);
/* Take the news of a host: processes that ended. */
void answers_on_host(uv_poll_t *handle, int status, int events);
/* Take in which processes have ended. */
void answers_read_host(struct world_host *h);

/* Every process of a host was killed with it: tell their ends. */
void answers_end_host(struct world_host *h, uint64_t cause);

/* program.c */

/* execve() is under way: main's ends of the pipes, owned from here. */
void program_pipes(struct world_process *p, int input, int output);
/* It has become the program. event: the EVENT_RETURN. */
void program_runs(struct world_process *p, uint64_t event);
/* It was given something to do: a signal, input, a segment. */
void program_wake(struct process *p);
/* Is it asleep, or has it had its time? Then it is in motion no more. */
void program_check(struct world_process *p);
/* All is at rest: read back what programs have done that no segment tells of. true: something was read. */
bool program_read_all(struct world *w);
/* Its heartbeat, if that is due: what it did on its own, by its own timers. Returns when the next is due
 * (CLOCK_MONOTONIC); 0 = never, it is no program or has ended. */
uint64_t program_beat(struct world_process *p);
/* Tell what it has written so far. */
void program_hear(struct world_process *p);
/* It has ended. What it began in the background may go on writing, so its output stays open. */
void program_ended(struct world_process *p);
/* Close its pipes, whoever has the other ends. */
void program_close(struct world_process *p);

/* heirs.c */

/* Is it where it was last found: in the program, or in that child of it? */
bool heirs_has(const struct descriptor *d);
/* Look for the sockets of a program that are where they were no more: in its processes, and in those that were left behind. Who
 * has one is told of from then on. All in one walk. */
void heirs_look(struct world_process *wp);
/* Call `each` for every thread of the processes that programs on its host have left behind, and of their children. */
void heirs_walk(const struct world_process *wp, family_fn *each, void *arg);

/* claims.c */

/* A socket on this host was looked at: whose is it now? Asks for what is cheap to know, the rest when all is at
 * rest. */
void claims_met(struct world_host *h, struct endpoint *e);
/* A socket on this host sends its first SYN: meet it, and whoever has it. It waits in connect(), so that its descriptor is
 * there. NULL: it is gone already, or no program runs here. */
struct endpoint *claims_meet_sender(struct world_host *h, const struct address *local,
	const struct address *remote);
/* A datagram leaves, or is for, a port that nobody on this host is known to have: meet the programs' UDP sockets. Returns
 * whose it is; NULL: nobody has it, or no program runs here. */
struct endpoint *claims_meet_datagram(struct world_host *h, const struct address *local,
	const struct address *remote);
/* Meet the listeners of programs, before a SYN does. */
void claims_meet_listeners(struct world_host *h);
/* Somebody asks how the sockets of a host stand and whose they are: read those of programs back, as their doing. e: this one,
 * NULL = all. */
void claims_look(struct world_host *h, struct endpoint *e);
/* Read back what the programs of a host have done; whose the sockets are, of those that may have done it. */
void claims_read(struct world_host *h);

/* hosts.c */

/* What there always is: host `localhost`, process `main`. On failure *ret_step as in host_open(). */
int world_make_first(struct world *w, enum host_step *ret_step, struct diag *d);
/* Close the handles on its channel and TUN. */
void world_unwatch_host(struct world_host *h);
/* By number as on the wire. NULL: WIRE_NOWHERE, or a ghost. */
struct tracker *world_tracker_at(const struct world *w, unsigned host);

/* world.c */

/* A handle of the world's is closed: count it. */
void world_handle_closed(struct world *w);

/* A process made by fork(2) in `parent`: it has copies of the parent's descriptors, named NAME/theirs. Takes
 * over `channel`. 0, or -errno when it could not be met. */
int world_adopt_process(struct world *w, const char *name, struct process *parent, int pid,
	int channel, uint64_t cause);
/* The descriptor is gone; the socket may have others. */
void world_close_descriptor(struct world *w, struct descriptor *d, uint64_t cause);
/* Stop watching a process's channel; the descriptor is closed once the loop has let go of it. */
void world_close_channel(struct world_process *p);

#endif
