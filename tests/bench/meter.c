/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meter FILE COMMAND [ARG...]: run a command and write to FILE, in one line, the nanoseconds it took, those of a
 * processor it and its children needed, and the KiB that the largest of them had resident. Exit code: the command's.
 * Small, as a process counts what it was a copy of before it became the command. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000
#define NS_PER_US 1000

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t ns_of(struct timeval time)
{
	return (int64_t)time.tv_sec * NS_PER_S + time.tv_usec * NS_PER_US;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int64_t begin, used;
	int status;
	FILE *file;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: meter FILE COMMAND [ARG...]\n");
		return 2;
	}
	begin = now_ns();
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) < 0)
		return 1;
	begin = now_ns() - begin;
	used = ns_of(usage.ru_utime) + ns_of(usage.ru_stime);
	file = fopen(argv[1], "we");
	if (!file ||
		fprintf(file, "%" PRId64 " %" PRId64 " %ld\n", begin, used, usage.ru_maxrss) < 0 ||
		fclose(file) != 0) {
		perror(argv[1]);
		return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
