/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who has a program's sockets now: fork() gives descriptors to others, close() and exit() leave them there, and nothing tells
 * of it but /proc/PID/fd. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "observe/tracker.h"
#include "world/family.h"
#include "world/parts.h"

struct lost {
	struct descriptor *descriptor;
	int pid, fd; /* who has the same socket now; pid 0 = nobody was found */
};

struct search {
	struct lost *lost; /* owned */
	size_t count, missing;
};

bool heirs_has(const struct descriptor *d)
{
	CLEANUP(fd_closep) int childs = d->pid ? family_open(d->pid, "fd", O_DIRECTORY) : -1;
	int folder = d->pid ? childs : world_process_of(d->process)->descriptors;
	char entry[16];

	snprintf(entry, sizeof(entry), "%d", d->fd);
	return folder >= 0 && d->endpoint->inode &&
		family_socket(folder, entry) == d->endpoint->inode;
}

/* Is it a process of its own, and no child left behind? */
static bool is_process(const void *arg, int pid)
{
	const struct world_process *wp = arg;
	const struct world *w = wp->world;

	for (size_t i = 0; i < w->process_count; i++) {
		const struct process *p = &w->processes[i]->process;

		if (p->host == wp->process.host && !p->ended && (int)p->outer_pid == pid)
			return true;
	}
	return false;
}

void heirs_walk(const struct world_process *wp, family_fn *each, void *arg)
{
	family_walk_children((int)wp->process.host->pid, is_process, wp, each, arg);
}

static void compare(void *arg, int pid, int fd, unsigned long inode)
{
	struct search *s = arg;

	for (size_t i = 0; i < s->count; i++) {
		struct lost *lost = &s->lost[i];

		if (lost->pid || lost->descriptor->endpoint->inode != inode)
			continue;
		lost->pid = pid;
		lost->fd = fd;
		s->missing--;
	}
}

static void search_in(void *arg, int pid, bool leader)
{
	const struct search *s = arg;

	if (leader && s->missing)
		family_each_socket(pid, compare, arg);
}

static void pass_on(const struct lost *lost)
{
	struct descriptor *d = lost->descriptor;
	const struct process *p = d->process;
	struct endpoint *e = d->endpoint;

	descriptor_found_in(d, lost->pid);
	if (d->fd == lost->fd)
		return;
	d->fd = lost->fd;
	tracker_own(e->tracker, e, e->name, p->name, d->fd, p->program_event);
}

void heirs_look(struct world_process *wp)
{
	const struct descriptor_table *t = &wp->world->descriptors;
	const struct process *p = &wp->process;
	struct search s = { 0 };

	for (size_t i = 0; p->program && i < t->count; i++) {
		struct descriptor *d = t->items[i];

		if (!d->open || d->process != p || !d->endpoint->inode || heirs_has(d))
			continue;
		s.lost = memory_one_more(s.lost, s.count, sizeof(*s.lost));
		s.lost[s.count++] = (struct lost){ .descriptor = d };
	}
	s.missing = s.count;
	if (s.missing && !p->ended)
		family_walk((int)p->outer_pid, search_in, &s);
	if (s.missing)
		heirs_walk(wp, search_in, &s);
	for (size_t i = 0; i < s.count; i++) {
		if (s.lost[i].pid)
			pass_on(&s.lost[i]);
	}
	free(s.lost);
}
