/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose the sockets of programs are: it stands in /proc/PID/fd, by their inodes.
 *
 * Whatever a program does to the state of a connection puts a segment on the wire, and with each of those its socket is
 * read (motion.c). No segment tells of a listener that comes or goes, of a connect() given up, of a FIN that has to wait
 * behind data, and of accept(). Those are read when all is at rest and at each heartbeat; of the sockets that anything
 * has happened to, so ten thousand idle ones cost nothing. A listener is also looked for before a SYN comes to it.
 *
 * UDP sockets have no states; that they come, go and move is read then, too, and where a datagram leaves, or is for, a port
 * that nobody is known to have. */
#include <stdio.h>
#include <stdlib.h>

#include "journal/event.h"
#include "observe/tracker.h"
#include "world/family.h"
#include "world/parts.h"

#define CLAIM_AHEAD 8 /* numbers of descriptors to try before all are looked through */

/* The program whose calls are to answer for what is found on a host: one that moved, else any. */
static const struct process *any_program(const struct world_host *h)
{
	const struct world *w = h->world;
	const struct process *found = NULL;

	for (size_t i = 0; i < w->process_count; i++) {
		const struct process *p = &w->processes[i]->process;

		if (p->host != &h->host || !program_is_there(w->processes[i]))
			continue;
		if (p->unread)
			return p;
		if (!found)
			found = p;
	}
	return found;
}

static bool is_unclaimed(const struct endpoint *e)
{
	return e->inode && !e->held;
}

/* Name what a program holds, or its child `pid`: "web/3". */
static void claim(struct world_process *wp, int pid, int fd, struct endpoint *e)
{
	struct text name = TEXT_EMPTY;

	text_printf(&name, "%s/%d", wp->process.name, fd);
	descriptor_found_in(descriptor_add(&wp->world->descriptors, text_get(&name), &wp->process,
				    fd, e),
		pid);
	tracker_own(e->tracker, e, text_get(&name), wp->process.name, fd,
		wp->process.program_event);
	text_done(&name);
	wp->next_fd = fd + 1;
}

/* Sockets that somebody holds and nobody is known to hold, and a program that may be who. */
struct claims {
	struct world_process *wp;
	struct endpoint **endpoints; /* owned */
	size_t count;
};

static void add_claim(struct claims *c, struct endpoint *e)
{
	c->endpoints = memory_one_more(c->endpoints, c->count, sizeof(struct endpoint *));
	c->endpoints[c->count++] = e;
}

/* Of what is left behind nobody says by whom: the one of which that child has another socket, else the one that had its
 * listener. */
static bool may_claim(const struct claims *c, int pid, const struct endpoint *e)
{
	const struct descriptor_table *t = &c->wp->world->descriptors;

	if (!c->wp->lives_on)
		return true;
	for (size_t i = 0; i < t->count; i++) {
		if (t->items[i]->open && t->items[i]->pid == pid)
			return t->items[i]->process == &c->wp->process;
	}
	return !e->listener || !e->listener->held || e->listener->held->process == &c->wp->process;
}

static void claim_one(void *arg, int pid, int fd, unsigned long inode)
{
	const struct claims *c = arg;

	for (size_t i = 0; i < c->count; i++) {
		if (c->endpoints[i]->inode != inode || c->endpoints[i]->held ||
			!may_claim(c, pid, c->endpoints[i]))
			continue;
		if (!c->wp->process.program)
			answers_exec_worked(c->wp);
		claim(c->wp, pid, fd, c->endpoints[i]);
	}
}

static void claim_of(void *arg, int pid, bool leader)
{
	if (leader)
		family_each_socket(pid, claim_one, arg);
}

/* In the processes of this program, or those that it has left behind. */
static void claim_in(struct claims *c)
{
	if (c->wp->lives_on)
		heirs_walk(c->wp, claim_of, c);
	else if (!c->wp->process.ended)
		family_walk((int)c->wp->process.outer_pid, claim_of, c);
}

/* The kernel has this UDP socket in its tables no more: does somebody still hold it, though it is bound to nothing? */
static bool is_still_held(const struct endpoint *e)
{
	for (const struct descriptor *d = e->held; d; d = d->next)
		if (heirs_has(d))
			return true;
	return false;
}

/* Where a program has lost a socket that somebody has, look for it, and for all it has lost: once a reading. */
static void follow_holder(const struct endpoint *e)
{
	struct world_process *wp = e->held && e->inode ? world_process_of(e->held->process) : NULL;

	if (!wp || !wp->process.program || wp->heirs_read || heirs_has(e->held))
		return;
	heirs_look(wp);
	wp->heirs_read = true;
}

/* The kernel says that no process has a descriptor of it any more. */
static void give_up(struct world *w, struct endpoint *e)
{
	struct descriptor *next;

	for (struct descriptor *d = e->held; d; d = next) {
		struct world_process *wp = world_process_of(d->process);

		next = d->next;
		if (!d->process->program)
			continue;
		if (d->fd < wp->next_fd)
			wp->next_fd = d->fd;
		world_close_descriptor(w, d, d->process->program_event);
	}
}

/* May it change again without a segment? */
static bool stays_touched(const struct endpoint *e)
{
	switch (e->state) {
	case STATE_LISTEN: /* close() */
	case STATE_SYN_SENT: /* close() */
		return true;
	case STATE_SYN_RECEIVED:
	case STATE_ESTABLISHED:
	case STATE_CLOSE_WAIT: /* accept(); close() while data waits that the FIN must wait for */
		return !e->held || e->sendq;
	default:
		return false;
	}
}

/* Descriptors are given out lowest first: does it have the next number of this program's, or one soon behind? Between
 * them are its files, and what it has accepted and was not claimed yet. */
static bool claim_next(struct world_process *wp, struct endpoint *e)
{
	char entry[16];

	for (int fd = wp->next_fd; wp->descriptors >= 0 && fd < wp->next_fd + CLAIM_AHEAD; fd++) {
		snprintf(entry, sizeof(entry), "%d", fd);
		if (family_socket(wp->descriptors, entry) != e->inode)
			continue;
		claim(wp, (int)wp->process.outer_pid, fd, e);
		return true;
	}
	return false;
}

/* The listener's program, or else that of a client: the last one started is the likeliest. */
static void claim_cheaply(struct world_host *h, struct endpoint *e)
{
	struct world *w = h->world;
	const struct endpoint *listener = e->listener;

	if (listener && listener->held && claim_next(world_process_of(listener->held->process), e))
		return;
	for (size_t i = w->process_count; i-- > 0;) {
		if (w->processes[i]->process.host == &h->host && claim_next(w->processes[i], e))
			return;
	}
}

/* Does a program run here, or begin to? It may be quicker than its answer. */
static bool has_programs(struct world_host *h)
{
	bool any = false;

	for (size_t i = 0; i < h->world->process_count; i++)
		any |= answers_in_exec(h->world->processes[i]);
	return any || h->programs;
}

static bool is_any_unclaimed(const struct claims *c)
{
	for (size_t i = 0; i < c->count; i++) {
		if (is_unclaimed(c->endpoints[i]))
			return true;
	}
	return false;
}

/* Look for them in every program of a host, the last one started first. */
static void claim_now(struct world_host *h, struct claims *claims)
{
	struct world *w = h->world;

	for (size_t i = w->process_count; is_any_unclaimed(claims) && i-- > 0;) {
		claims->wp = w->processes[i];
		if (claims->wp->process.host == &h->host &&
			(answers_in_exec(claims->wp) || program_is_there(claims->wp)))
			claim_in(claims);
	}
}

struct endpoint *claims_meet_sender(struct world_host *h, const struct address *local,
	const struct address *remote)
{
	struct endpoint *e = NULL;

	if (has_programs(h))
		e = tracker_foresee(h->tracker, local, remote);
	if (e && is_unclaimed(e))
		claim_cheaply(h, e);
	if (e && is_unclaimed(e))
		claim_now(h, &(struct claims){ .endpoints = &e, .count = 1 });
	return e;
}

struct endpoint *claims_meet_datagram(struct world_host *h, const struct address *local,
	const struct address *remote)
{
	const struct process *p = any_program(h);
	struct claims claims = { 0 };
	struct endpoint *found;

	if (h->missed_port == local->port || !has_programs(h))
		return NULL;
	tracker_meet_datagrams(h->tracker, p ? p->program_event : 0);
	for (struct endpoint *e = NULL; (e = tracker_met_datagram(h->tracker, e));) {
		if (is_unclaimed(e))
			add_claim(&claims, e);
	}
	claim_now(h, &claims);
	free(claims.endpoints);
	found = tracker_datagram(h->tracker, local, remote);
	h->missed_port = found ? 0 : local->port;
	return found;
}

void claims_met(struct world_host *h, struct endpoint *e)
{
	if (!h->programs)
		return;
	if (e->held && (!e->inode || e->state == STATE_CLOSED))
		give_up(h->world, e);
	if (is_unclaimed(e))
		claim_cheaply(h, e);
	if (!stays_touched(e) && !is_unclaimed(e))
		tracker_untouch(e);
}

void claims_meet_listeners(struct world_host *h)
{
	const struct process *p = any_program(h);

	tracker_meet_listeners(h->tracker, p ? p->program_event : 0);
}

/* A UDP socket of a program that was touched. */
static void follow_datagram(struct endpoint *e)
{
	const struct descriptor *d = e->held;

	if (!e->local.port && !is_still_held(e))
		e->inode = 0;
	else if (d && e->has_moved)
		tracker_own(e->tracker, e, d->name, d->process->name, d->fd,
			d->process->program_event);
	e->has_moved = false;
}

void claims_read(struct world_host *h)
{
	struct world *w = h->world;
	const struct process *p = any_program(h);
	uint64_t cause = p ? p->program_event : 0;
	struct claims claims = { 0 };
	struct endpoint *e, *next;

	tracker_meet_listeners(h->tracker, cause);
	tracker_meet_datagrams(h->tracker, cause);
	h->missed_port = 0;
	for (e = tracker_touched(h->tracker, NULL); e; e = next) {
		next = tracker_touched(h->tracker, e);
		follow_holder(e);
		if (e->held && !e->held->process->program) { /* whoever has it tells of his calls */
			tracker_untouch(e);
			continue;
		}
		if (e->is_met)
			follow_datagram(e);
		else if (e->state != STATE_CLOSED)
			tracker_look(h->tracker, e, NULL,
				e->held ? e->held->process->program_event : cause);
		claims_met(h, e);
		if (is_unclaimed(e))
			add_claim(&claims, e);
	}
	for (size_t i = 0; i < w->process_count; i++) {
		claims.wp = w->processes[i];
		claims.wp->heirs_read = false;
		p = &claims.wp->process;
		if (p->host != &h->host || !p->program || !p->unread)
			continue;
		if (claims.count)
			claim_in(&claims);
		claims.wp->process.unread = false;
	}
	free(claims.endpoints);
}

static void touch_all(struct world_host *h)
{
	struct endpoint *e;

	for (size_t i = 0; (e = tracker_get(h->tracker, i)); i++) {
		if (is_unclaimed(e) || (e->held && e->held->process->program))
			tracker_touch(e);
	}
}

void claims_look(struct world_host *h, struct endpoint *e)
{
	struct world *w = h->world;
	bool ours =
		e && e->held && !e->held->process->program; /* whoever has it tells of his calls */

	if (!h->programs || ours)
		return;
	if (e)
		tracker_touch(e);
	else
		touch_all(h);
	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i]->process;

		p->unread |= p->host == &h->host && program_is_there(w->processes[i]);
	}
	claims_read(h);
}
