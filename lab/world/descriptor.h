/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who holds which socket under which name. A socket lives as long as one descriptor of it is open, in
 * whatever process; dup() and fork() make more than one. A list of all there ever were, and with each
 * socket one of those that are open. No kernel in it. */
#ifndef LAB_WORLD_DESCRIPTOR_H
#define LAB_WORLD_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

struct endpoint;
struct process;

struct descriptor {
	char *name; /* owned: "c", "child/c" */
	struct process *process; /* borrowed */
	struct endpoint *endpoint; /* borrowed */
	int pid; /* program: of its child that has it, as main sees it; 0 = it has it itself */
	int fd;
	bool open;
	struct descriptor *next; /* borrowed: the next open one of the same endpoint */
};

struct descriptor_table {
	struct descriptor **items; /* owned, each too; in order of making, closed ones too */
	size_t count;
	size_t first; /* those before it have no name any more: descriptor_find() passes over them */
};

void descriptor_table_done(struct descriptor_table *t);

struct descriptor *descriptor_add(struct descriptor_table *t, const char *name,
	struct process *process, int fd, struct endpoint *endpoint);
/* The open one of that name, else the last closed one, else NULL. */
struct descriptor *descriptor_find(const struct descriptor_table *t, const char *name);
/* The open one with that number in that process, or NULL. */
struct descriptor *descriptor_at(const struct descriptor_table *t, const struct process *process,
	int fd);
/* In which process it is to be found, as the user's ps(1) shows it: `process`, or a child of that. */
int descriptor_pid(const struct descriptor *d);
/* That process has it now: its own, or a child of it. */
void descriptor_found_in(struct descriptor *d, int pid);
/* It is closed: no longer one of its socket's, and found by name only. */
void descriptor_close(struct descriptor *d);

#endif
