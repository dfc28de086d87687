/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program as /proc shows it: its threads, its children and theirs. */
#ifndef LAB_WORLD_FAMILY_H
#define LAB_WORLD_FAMILY_H

#include <stdbool.h>

/* leader: the first thread of its process, whose descriptors are those of all. */
typedef void family_fn(void *arg, int tid, bool leader);

/* Call `each` for every thread of a process, of its children and of theirs. Source: proc(5),
 * /proc/PID/task/TID/children. */
void family_walk(int pid, family_fn *each, void *arg);
/* The same for the children of a process, and of theirs, but for the children that `known` knows: of a host's first
 * process, to which the kernel gives children whose parent has ended. */
typedef bool family_known_fn(const void *arg, int pid);
void family_walk_children(int pid, family_known_fn *known, const void *known_arg, family_fn *each,
	void *arg);
/* Open /proc/PID/NAME (a thread's number will do), or the list of a thread's children, to be read. The descriptor is the caller's; -1 with errno. */
int family_open(int pid, const char *name, int flags);
int family_children(int pid, int tid);
/* The inode of the socket behind an entry of /proc/PID/fd, a folder that is open; 0 = it is none. */
unsigned long family_socket(int folder, const char *entry);
/* Call `each` for every descriptor of a socket that a process has. */
typedef void family_socket_fn(void *arg, int pid, int fd, unsigned long inode);
void family_each_socket(int pid, family_socket_fn *each, void *arg);

#endif
