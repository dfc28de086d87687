/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmocka for tests/analysis, which cannot see that an assertion that fails does not return. Never run. */
#include <stdlib.h>

#include_next <cmocka.h>

#undef fail
#undef fail_msg
#undef assert_true
#undef assert_false
#undef assert_non_null
#undef assert_null
#undef assert_int_equal
#define fail() abort()
#define fail_msg(...) (print_error(__VA_ARGS__), abort())
#define assert_true(c) ((c) ? (void)0 : abort())
#define assert_false(c) ((c) ? abort() : (void)0)
#define assert_non_null(p) ((p) ? (void)0 : abort())
#define assert_null(p) ((p) ? abort() : (void)0)
#define assert_int_equal(a, b)                                                                     \
	(cast_to_largest_integral_type(a) == cast_to_largest_integral_type(b) ? (void)0 : abort())
