/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A test whose state is an empty journal. */
#ifndef TESTS_UNIT_WITH_JOURNAL_H
#define TESTS_UNIT_WITH_JOURNAL_H

#include "journal/journal.h"

#define SOME_TIME UINT64_C(1) /* long before any journal began: time_ns becomes 0 */
#define JOURNAL_TEST(name) cmocka_unit_test_setup_teardown(name, journal_open, journal_close)

static inline int journal_open(void **state)
{
	*state = journal_new();
	return 0;
}

static inline int journal_close(void **state)
{
	journal_free(*state);
	journal_free(NULL); /* does nothing */
	return 0;
}

#endif
