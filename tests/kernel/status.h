/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel says of a process in /proc/PID/status. Source: proc(5). */
#ifndef TESTS_KERNEL_STATUS_H
#define TESTS_KERNEL_STATUS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* "CapEff:\t0000000000001000": key is what stands before the colon, base that of strtoull(3). UINT64_MAX = there is no
 * such process or line. */
static inline uint64_t status_of(pid_t pid, const char *key, int base)
{
	char path[64], line[256];
	uint64_t value = UINT64_MAX;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
			value = strtoull(line + strlen(key) + 1, NULL, base);
	}
	if (file)
		fclose(file);
	return value;
}

#endif
