/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scope-owned things: CLEANUP(fd_closep) int fd = -1; with fd_take() on the success path. */
#ifndef LAB_BASE_CLEANUP_H
#define LAB_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

/* Close *fd unless it is negative, and forget it. Keeps errno. */
static inline void fd_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Move the descriptor out of *fd, which becomes -1. */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Free the memory a scope-owned pointer names. */
static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}

#endif
