/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/family.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define CHILDREN_DEPTH 4 /* nc from a shell from a script */

int family_open(int pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC | flags);
}

int family_children(int pid, int tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

unsigned long family_socket(int folder, const char *entry)
{
	char target[64];
	ssize_t len = readlinkat(folder, entry, target, sizeof(target) - 1);

	if (len <= 0)
		return 0;
	target[len] = '\0';
	return strncmp(target, "socket:[", 8) == 0 ? strtoul(target + 8, NULL, 10) : 0;
}

void family_each_socket(int pid, family_socket_fn *each, void *arg)
{
	const struct dirent *entry;
	int fd = family_open(pid, "fd", O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	while (folder && (entry = readdir(folder))) {
		unsigned long inode = family_socket(fd, entry->d_name);

		if (inode)
			each(arg, pid, (int)strtol(entry->d_name, NULL, 10), inode);
	}
	if (folder)
		closedir(folder);
}

static void walk(int pid, unsigned depth, family_fn *each, void *arg);

/* known: NULL = none is left out */
static void walk_children(int pid, int tid, unsigned depth, family_known_fn *known,
	const void *known_arg, family_fn *each, void *arg)
{
	char line[4096], *at = line, *end;
	CLEANUP(fd_closep) int fd = family_children(pid, tid);
	ssize_t len;

	len = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (len <= 0)
		return;
	line[len] = '\0';
	/* each number has a blank behind it: one without was cut */
	for (long child; (child = strtol(at, &end, 10)) > 0 && *end == ' '; at = end) {
		if (!known || !known(known_arg, (int)child))
			walk((int)child, depth - 1, each, arg);
	}
}

static void walk(int pid, unsigned depth, family_fn *each, void *arg)
{
	const struct dirent *entry;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		int tid = (int)strtol(entry->d_name, NULL, 10);

		if (tid <= 0)
			continue;
		each(arg, tid, tid == pid);
		if (depth)
			walk_children(pid, tid, depth, NULL, NULL, each, arg);
	}
	if (tasks)
		closedir(tasks);
}

void family_walk(int pid, family_fn *each, void *arg)
{
	walk(pid, CHILDREN_DEPTH, each, arg);
}

void family_walk_children(int pid, family_known_fn *known, const void *known_arg, family_fn *each,
	void *arg)
{
	walk_children(pid, pid, CHILDREN_DEPTH, known, known_arg, each, arg);
}
