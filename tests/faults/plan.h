/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which system call of tcplab shall fail, and what was counted: a file that the test (kernel/test_faults.c) and the
 * tcplab under test (inject.c), with its hosts and processes, all have mapped. */
#ifndef TESTS_FAULTS_PLAN_H
#define TESTS_FAULTS_PLAN_H

#include <stdatomic.h>
#include <stdbool.h>

#define FAULT_PLAN "TCPLAB_FAULT_PLAN" /* environment: where that file is */
#define FAULT_NUMBERS 512 /* more than there are system calls */

enum fault_role {
	FAULT_MAIN,
	FAULT_HOST,
	FAULT_PROCESS,
	FAULT_ROLES,
};

struct fault_plan {
	/* the nth call of that number in all of that role fails so, and so many `more` behind it; nth 0: none, they are
	 * only counted */
	enum fault_role role;
	int number, error;
	unsigned nth, more;
	bool clock; /* CLOCK_REALTIME jumps back and forth by a day, at every look */
	/* told by tcplab */
	atomic_bool installed;
	atomic_uint hits;
	atomic_uint calls[FAULT_ROLES][FAULT_NUMBERS];
};

#endif
