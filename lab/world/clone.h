/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fork() without what libraries hang on to it. libuv's pthread_atfork(3) handler closes descriptors by the
 * numbers it remembers, which in a host or a process belong to somebody else. */
#ifndef LAB_WORLD_CLONE_H
#define LAB_WORLD_CLONE_H

#include <errno.h>
#include <linux/sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* flags: CLONE_NEW*, CLONE_PARENT; exit_signal: SIGCHLD, or 0 with CLONE_PARENT (the parent's own). The PID,
 * 0 in the child, -1 with errno. One thread only. Source: clone(2); not clone3(), which seccomp filters of containers
 * refuse and valgrind (3.19) does not know. */
static inline pid_t clone_process(uint64_t flags, int exit_signal)
{
	return (pid_t)syscall(SYS_clone, flags | (uint64_t)exit_signal, NULL, NULL, NULL, NULL);
}

/* Wait until a child has ended. Its exit status; -1: a signal ended it, or there is none (pid is what clone_process() has
 * answered). */
static inline int clone_reap(pid_t pid)
{
	int status = -1;

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
