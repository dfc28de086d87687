/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LAB_ASSERT: a bug in the lab itself. Aborts in release builds too. What users type, what the
 * wire carries and what the kernel answers must never reach it. */
#ifndef LAB_BASE_LAB_ASSERT_H
#define LAB_BASE_LAB_ASSERT_H

#include <stdio.h>
#include <stdlib.h>

#define LAB_ASSERT(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "tcplab: bug: %s:%d: %s\n", __FILE__, __LINE__,            \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
