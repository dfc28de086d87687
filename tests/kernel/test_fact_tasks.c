/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts: /proc/PID/task has two links and one for each thread, so one stat(2) tells whether a process has more than
 * one; and /proc/PID/schedstat says the same until the process has had the CPU. So a program that sleeps is
 * known to have done nothing without looking at what it has.
 * Source: fs/proc/base.c proc_task_getattr(), proc_pid_schedstat(), v6.1. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"

#define SKIPPED 77

struct sleeper {
	pid_t pid;
	int wake, said; /* our ends of its pipes */
};

static void *sleep_for_ever(void *arg)
{
	while (pause() == -1)
		;
	return arg;
}

/* Answer each byte; 't' starts a thread first. */
static _Noreturn void be_sleeper(int wake, int say)
{
	pthread_t thread;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(wake, &byte, 1) == 1) {
		if (byte == 't' && pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0)
			break;
		if (write(say, &byte, 1) != 1)
			break;
	}
	_exit(1);
}

static void tell(const struct sleeper *s, char byte)
{
	char answer = 0;

	assert_int_equal(write(s->wake, &byte, 1), 1);
	assert_int_equal(read(s->said, &answer, 1), 1);
	assert_int_equal(answer, byte);
}

static int sleeper_open(void **state)
{
	struct sleeper *s = calloc(1, sizeof(*s));
	int wake[2], said[2];

	assert_non_null(s);
	assert_int_equal(pipe2(wake, O_CLOEXEC) | pipe2(said, O_CLOEXEC), 0);
	s->pid = fork();
	if (s->pid == 0) {
		close(wake[1]);
		be_sleeper(wake[0], said[1]);
	}
	assert_true(s->pid > 0);
	close(wake[0]);
	close(said[1]);
	s->wake = wake[1];
	s->said = said[0];
	tell(s, '.');
	*state = s;
	return 0;
}

static int sleeper_close(void **state)
{
	struct sleeper *s = *state;

	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->wake);
	close(s->said);
	free(s);
	return 0;
}

static int open_of(const struct sleeper *s, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)s->pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static unsigned long links(int fd)
{
	struct stat tasks;

	assert_int_equal(fstat(fd, &tasks), 0);
	return (unsigned long)tasks.st_nlink;
}

static void folder_of_tasks_has_a_link_for_each_thread(void **state)
{
	const struct sleeper *s = *state;
	CLEANUP(fd_closep) int fd = open_of(s, "task");

	assert_true(fd >= 0);
	assert_int_equal(links(fd), 3);
	tell(s, 't');
	assert_int_equal(links(fd), 4);
}

static void schedstat_changes_when_it_has_run_and_not_before(void **state)
{
	const struct sleeper *s = *state;
	CLEANUP(fd_closep) int fd = open_of(s, "schedstat");
	char first[64] = "", then[64] = "";

	assert_true(fd >= 0);
	/* it may still be on its way to sleep: until two looks agree */
	do {
		memcpy(first, then, sizeof(first));
		assert_true(pread(fd, then, sizeof(then) - 1, 0) > 0);
	} while (strcmp(first, then) != 0);
	tell(s, '.');
	assert_true(pread(fd, then, sizeof(then) - 1, 0) > 0);
	assert_string_not_equal(first, then);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(folder_of_tasks_has_a_link_for_each_thread,
			sleeper_open, sleeper_close),
		cmocka_unit_test_setup_teardown(schedstat_changes_when_it_has_run_and_not_before,
			sleeper_open, sleeper_close),
	};

	if (access("/proc/self/schedstat", R_OK) != 0) {
		fprintf(stderr,
			"skipped: this kernel has no schedstat, so programs are always read\n");
		return SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
