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
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
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

/* The program itself has it, or a child of it. */
static int child_or_none(const struct process *p, int pid)
{
	return pid == (int)p->outer_pid ? 0 : pid;
}

/* Name what a program holds, or its child `pid`: "web/3". */
static void claim(struct world_process *wp, int pid, int fd, struct endpoint *e)
{
	struct text name = TEXT_EMPTY;

	text_printf(&name, "%s/%d", wp->process.name, fd);
	descriptor_add(&wp->world->descriptors, text_get(&name), &wp->process, fd, e)->pid =
		child_or_none(&wp->process, pid);
	tracker_own(e->tracker, e, text_get(&name), wp->process.name, fd,
		wp->process.program_event);
	text_done(&name);
	wp->next_fd = fd + 1;
}

/* The inode of the socket behind an entry of /proc/PID/fd; 0 = it is none. */
static unsigned long inode_of(int folder, const char *entry)
{
	char target[64];
	ssize_t len = readlinkat(folder, entry, target, sizeof(target) - 1);

	if (len <= 0)
		return 0;
	target[len] = '\0';
	return strncmp(target, "socket:[", 8) == 0 ? strtoul(target + 8, NULL, 10) : 0;
}

typedef void socket_fn(void *arg, int pid, int fd, unsigned long inode);

static void each_socket(int pid, socket_fn *each, void *arg)
{
	const struct dirent *entry;
	int fd = family_open(pid, "fd", O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	while (folder && (entry = readdir(folder))) {
		unsigned long inode = inode_of(fd, entry->d_name);

		if (inode)
			each(arg, pid, (int)strtol(entry->d_name, NULL, 10), inode);
	}
	if (folder)
		closedir(folder);
}

/* Has the one that d tells of it still? */
static bool is_there(const struct descriptor *d)
{
	CLEANUP(fd_closep) int childs = d->pid ? family_open(d->pid, "fd", O_DIRECTORY) : -1;
	int folder = d->pid ? childs : world_process_of(d->process)->descriptors;
	char entry[16];

	snprintf(entry, sizeof(entry), "%d", d->fd);
	return folder >= 0 && inode_of(folder, entry) == d->endpoint->inode;
}

/* Is it a process of its own, and no child left behind? */
static bool is_process(const struct world *w, const struct host *host, int pid)
{
	for (size_t i = 0; i < w->process_count; i++) {
		const struct process *p = &w->processes[i]->process;

		if (p->host == host && !p->ended && (int)p->outer_pid == pid)
			return true;
	}
	return false;
}

struct search {
	const struct descriptor *descriptor;
	int pid, fd; /* who has the same socket now; pid 0 = nobody was found */
};

static void compare(void *arg, int pid, int fd, unsigned long inode)
{
	struct search *s = arg;

	if (!s->pid && inode == s->descriptor->endpoint->inode) {
		s->pid = pid;
		s->fd = fd;
	}
}

static void search_in(void *arg, int pid, bool leader)
{
	const struct search *s = arg;

	if (leader && !s->pid)
		each_socket(pid, compare, arg);
}

static bool is_known(const void *arg, int pid)
{
	const struct search *s = arg;
	struct process *p = s->descriptor->process;

	return is_process(world_process_of(p)->world, p->host, pid);
}

/* fork() gives descriptors to others, close() and exit() leave them there, and nothing tells of it. false: nobody else was
 * found to have it. */
static bool pass_on(struct descriptor *d)
{
	struct process *p = d->process;
	struct endpoint *e = d->endpoint;
	struct search s = { .descriptor = d };

	if (!p->ended)
		family_walk((int)p->outer_pid, search_in, &s);
	if (!s.pid)
		family_walk_children((int)p->host->pid, is_known, search_in, &s);
	if (!s.pid)
		return false;
	d->pid = child_or_none(p, s.pid);
	if (d->fd != s.fd) {
		d->fd = s.fd;
		tracker_own(e->tracker, e, e->name, p->name, d->fd, p->program_event);
	}
	return true;
}

bool claims_inherit(struct descriptor *d)
{
	return d->process->program && d->endpoint->inode && (is_there(d) || pass_on(d));
}

/* Sockets that somebody holds and nobody is known to hold, and a program that may be who. */
struct claims {
	struct world_process *wp;
	struct endpoint **endpoints; /* owned */
	size_t count;
};

static void add_claim(struct claims *c, struct endpoint *e)
{
	c->endpoints = memory_grow(c->endpoints, (c->count + 1) * sizeof(struct endpoint *));
	c->endpoints[c->count++] = e;
}

/* Of what is left behind nobody says by whom: the one that had its listener. */
static bool may_claim(const struct claims *c, const struct endpoint *e)
{
	const struct endpoint *listener = tracker_listener(e->tracker, &e->local);

	return !c->wp->lives_on || !listener || !listener->held ||
		listener->held->process == &c->wp->process;
}

static void claim_one(void *arg, int pid, int fd, unsigned long inode)
{
	const struct claims *c = arg;

	for (size_t i = 0; i < c->count; i++) {
		if (c->endpoints[i]->inode != inode || c->endpoints[i]->held ||
			!may_claim(c, c->endpoints[i]))
			continue;
		if (!c->wp->process.program)
			answers_exec_worked(c->wp);
		claim(c->wp, pid, fd, c->endpoints[i]);
	}
}

static void claim_of(void *arg, int pid, bool leader)
{
	if (leader)
		each_socket(pid, claim_one, arg);
}

static bool is_known_too(const void *arg, int pid)
{
	const struct claims *c = arg;

	return is_process(c->wp->world, c->wp->process.host, pid);
}

/* In the processes of this program, or those that it has left behind. */
static void claim_in(struct claims *c)
{
	if (c->wp->lives_on)
		family_walk_children((int)c->wp->process.host->pid, is_known_too, claim_of, c);
	else if (!c->wp->process.ended)
		family_walk((int)c->wp->process.outer_pid, claim_of, c);
}

/* The kernel has this UDP socket in its tables no more: does somebody still hold it, though it is bound to nothing? */
static bool is_still_held(const struct endpoint *e)
{
	for (struct descriptor *d = e->held; d; d = d->next)
		if (claims_inherit(d))
			return true;
	return false;
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
		if (inode_of(wp->descriptors, entry) != e->inode)
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
		const struct process *p = &w->processes[i]->process;

		claims->wp = w->processes[i];
		if (p->host == &h->host && (answers_in_exec(claims->wp) || p->program) && !p->ended)
			family_walk((int)p->outer_pid, claim_of, claims);
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
		if (e->held && e->held->process->program && e->inode && !is_there(e->held))
			pass_on(e->held);
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
