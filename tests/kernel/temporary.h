/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where tests put what is to go again. */
#ifndef TESTS_KERNEL_TEMPORARY_H
#define TESTS_KERNEL_TEMPORARY_H

#include <stdio.h>
#include <stdlib.h>

#define TEMPORARY_MAX 128 /* bytes of such a name, with its NUL */

/* What mkdtemp() and mkstemp() take: in TMPDIR, which tests/run makes and removes, also when it is interrupted. */
static inline void temporary_name(const char *what, char *ret_name, size_t size)
{
	const char *folder = getenv("TMPDIR");

	snprintf(ret_name, size, "%s/tcplab-%s-XXXXXX", folder ? folder : "/tmp", what);
}

#endif
