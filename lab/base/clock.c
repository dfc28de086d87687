/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"

uint64_t clock_waited_ns(int tid)
{
	char path[64], line[64] = "", *end;
	CLEANUP(fd_closep) int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, line, sizeof(line) - 1) <= 0)
		return 0;
	strtoull(line, &end, 10);
	return strtoull(end, NULL, 10);
}
