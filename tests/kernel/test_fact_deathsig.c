/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fact: PR_SET_PDEATHSIG with SIGKILL ends PID 1 of a PID namespace when its parent dies, and with it
 * everything in there, though an init ignores every signal it has no handler for: SIGKILL from outside
 * its namespace is the exception. So no host survives its main.
 * Source: pid_namespaces(7); kernel/signal.c sig_task_ignored() and SIGNAL_UNKILLABLE, v6.1. */
#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE_MS 10000
#define SKIPPED 77

/* Say one byte (0, or the errno of what failed), then do nothing until a signal comes. */
static _Noreturn void say_and_stay(int pipe, int error)
{
	char byte = (char)error;

	if (write(pipe, &byte, 1) == 1)
		for (;;)
			pause();
	_exit(1);
}

/* PID 1 of a new PID namespace, with a child of its own. */
static _Noreturn void be_init(int pipe)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fork() == 0)
		for (;;)
			pause();
	say_and_stay(pipe, 0);
}

static _Noreturn void be_parent(int pipe)
{
	struct clone_args args = { .flags = CLONE_NEWPID | (geteuid() ? CLONE_NEWUSER : 0),
		.exit_signal = SIGCHLD };
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		be_init(pipe);
	if (pid < 0)
		say_and_stay(pipe, errno);
	for (;;)
		pause();
}

/* The next byte; -1 = all writers are gone. */
static int await_byte(int pipe)
{
	struct pollfd polled = { .fd = pipe, .events = POLLIN };
	unsigned char byte;

	if (poll(&polled, 1, DEADLINE_MS) != 1)
		fail_msg("nothing has happened within %d ms", DEADLINE_MS);
	return read(pipe, &byte, 1) == 1 ? byte : -1;
}

static void init_dies_with_its_parent(void **state)
{
	int ends[2], error, status;
	pid_t parent;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* the orphan's end is ours to see */
	parent = fork();
	assert_true(parent >= 0);
	if (parent == 0)
		be_parent(ends[1]);
	close(ends[1]);
	error = await_byte(ends[0]);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	if (error) {
		fprintf(stderr, "skipped: no PID namespace: clone3: %s\n", strerror(error));
		exit(SKIPPED);
	}
	/* the init, its child and the parent held the other end */
	assert_int_equal(await_byte(ends[0]), -1);
	assert_true(waitpid(-1, &status, 0) > 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(init_dies_with_its_parent) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
