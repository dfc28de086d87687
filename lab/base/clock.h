/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lab's one clock: CLOCK_MONOTONIC, the same in every process and namespace of a lab. */
#ifndef LAB_BASE_CLOCK_H
#define LAB_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

static inline uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* How long a thread, or a process's first one, has waited for a core when it could have run, since it began; 0 = the kernel
 * does not say. Source: proc(5) of 6.x, /proc/PID/schedstat, its second number. */
uint64_t clock_waited_ns(int tid);

#endif
