/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of a tcplab that has ended. Whoever it leaves becomes a child of the test, which has said
 * gone_prepare(). */
#ifndef TESTS_KERNEL_GONE_H
#define TESTS_KERNEL_GONE_H

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define GONE_DEADLINE_S 15

static inline void gone_alarmed(int number)
{
	(void)number; /* ends a wait */
}

static inline void gone_prepare(void)
{
	const struct sigaction alarmed = { .sa_handler = gone_alarmed };

	sigaction(SIGALRM, &alarmed, NULL); /* without SA_RESTART */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* The children of a process that has one thread, the oldest first, at most `most`. How many.
 * Source: fs/proc/array.c get_children_pid(), kernel/fork.c copy_process(), v6.1: as they were forked. */
static inline size_t gone_children(pid_t parent, pid_t *ret_pids, size_t most)
{
	char path[64], line[1024] = "";
	size_t count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fgets(line, sizeof(line), file)) {
		for (char *next = line; count < most; count++) {
			ret_pids[count] = (pid_t)strtol(next, &next, 10);
			if (ret_pids[count] <= 0)
				break;
		}
	}
	fclose(file);
	return count;
}

/* True when every child has ended, by itself and in time. */
static inline bool gone_all(void)
{
	pid_t left[64];
	size_t count;

	alarm(GONE_DEADLINE_S);
	while (waitpid(-1, NULL, 0) > 0)
		;
	alarm(0);
	if (errno == ECHILD)
		return true;
	while ((count = gone_children(getpid(), left, 64))) {
		for (size_t i = 0; i < count; i++)
			kill(left[i], SIGKILL);
		while (waitpid(-1, NULL, 0) > 0)
			;
	}
	return false;
}

/* How many entries a folder has; 0 when there is none. */
static inline size_t gone_files(const char *folder)
{
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	size_t count = 0;

	while (dir && (entry = readdir(dir)))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (dir)
		closedir(dir);
	return count;
}

#endif
